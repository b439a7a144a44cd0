//! Finds the parameters of a call: the fields of `T` in `Parameters<T>`, as `schemars` would list them.

use mcp_scopes_grammar::ir::ArgumentDecl;
use mcp_scopes_model::argument::ArgumentKind;
use mcp_scopes_prm::input_schema;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Type;

use crate::{
    inventory::Parameter,
    module::ModuleId,
    schema::{Written, input_schema},
    world::World,
};

/// Returns the fields of a type in that module, sorted by name.
///
/// # Errors
/// Returns the reason why only the compiler knows the fields.
pub(crate) fn fields(world: &mut World, module: ModuleId, ty: &TokenStream) -> Result<Vec<Parameter>, String> {
    fields_of(world, &written(module, ty)?)
}

fn fields_of(world: &mut World, ty: &Written) -> Result<Vec<Parameter>, String> {
    let schema = input_schema(world, ty)?;
    let found = input_schema::parameters(&schema);
    let found = found.ok_or_else(|| format!("the schema of `{}` is too large", ty.ty.to_token_stream()))?;
    Ok(found.into_iter().map(|(name, required)| Parameter { name, required }).collect())
}

/// Returns the parameters of a function with these arguments, whose types may have other names in that module.
///
/// # Errors
/// Returns the reason why only the compiler knows them.
pub(crate) fn of_arguments(
    world: &mut World,
    module: ModuleId,
    arguments: &[ArgumentDecl],
) -> Result<Vec<Parameter>, String> {
    let (mut wrapped, mut parameters) = (Vec::new(), Vec::new());
    for argument in arguments {
        let definition = match &argument.ty {
            Some(ty) => written(module, ty)?.definition(world),
            None => None,
        };
        let (name, inner) = definition.unwrap_or_default();
        match (ArgumentKind::of(&name), inner) {
            (ArgumentKind::LeftOut, _) => {}
            (ArgumentKind::Wrapper, Some(inner)) => wrapped.push(inner),
            (ArgumentKind::Wrapper, None) => return Err("`Parameters` has no type argument".to_owned()),
            (ArgumentKind::Parameter, _) => parameters.push(argument),
        }
    }
    match wrapped.as_slice() {
        [] => {}
        // Under an SDK's attribute, what is beside the wrapper comes from the request's context.
        [ty] => return fields_of(world, ty),
        _ => return Err("the function has two `Parameters` arguments".to_owned()),
    }
    let parameter = |argument: &ArgumentDecl| {
        let name = argument.name.clone().ok_or("an argument is a pattern without a name")?;
        Ok(Parameter { name, required: argument.required })
    };
    parameters.into_iter().map(parameter).collect()
}

fn written(module: ModuleId, ty: &TokenStream) -> Result<Written, String> {
    let parsed: Type = syn::parse2(ty.clone()).map_err(|_| format!("`{ty}` is not a type"))?;
    Ok(Written::new(module, parsed))
}
