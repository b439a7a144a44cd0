//! The parameters of functions whose types are named differently by an import.

use core::marker::PhantomData;

use mcp_scopes_model::{
    argument::{ArgumentKind, definition},
    tool::{Parameter, VisitParameters},
};

/// One argument of an annotated function.
pub struct Argument {
    /// Its name. `None` for a pattern.
    pub name: Option<&'static str>,
    /// Whether a call must pass it, if it is a parameter.
    pub required: bool,
    /// The type, if its own name is not known in the annotation: the name of the type, and its fields.
    pub ty: Option<(&'static str, VisitParameters)>,
}

/// A type whose schema may be known.
pub struct Described<T>(PhantomData<T>);

impl<T> Described<T> {
    /// The type.
    pub const TYPE: Self = Self(PhantomData);
}

#[cfg(feature = "metadata")]
impl<T: schemars::JsonSchema> Described<T> {
    /// Passes the fields to `visit`, sorted by name.
    pub fn fields(&self, visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
        crate::metadata::schema_fields::<T>(visit)
    }
}

/// What applies to a type without a schema: the method of [`Described`] has precedence.
pub trait Undescribed {
    /// Returns that the fields are not known.
    fn fields(&self, visit: &mut dyn FnMut(Parameter<'_>)) -> bool;
}

impl<T> Undescribed for Described<T> {
    fn fields(&self, _visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
        false
    }
}

/// Passes the parameters of a function with these arguments to `visit`. Returns `false`, and passes none, if they are not
/// known.
pub fn visit(arguments: &[Argument], visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
    let kind = |argument: &Argument| {
        argument.ty.map_or(ArgumentKind::Parameter, |(name, _)| ArgumentKind::of(definition(name)))
    };
    let of = |wanted: ArgumentKind| arguments.iter().filter(move |argument| kind(argument) == wanted);
    let (mut wrappers, mut parameters) = (of(ArgumentKind::Wrapper), of(ArgumentKind::Parameter));
    match (wrappers.next().and_then(|wrapper| wrapper.ty), wrappers.next()) {
        (None, _) => {}
        // Under an SDK's attribute, what is beside the wrapper comes from the request's context.
        (Some((_, fields)), None) => return fields(visit),
        (Some(_), Some(_)) => return false,
    }
    if parameters.clone().any(|argument| argument.name.is_none()) {
        return false;
    }
    parameters.by_ref().for_each(|argument| {
        visit(Parameter { name: argument.name.unwrap_or_default(), required: argument.required });
    });
    true
}
