//! Decides whether the type of a field makes it optional, as `schemars` does. A field is optional if its type is an
//! `Option`, also behind a reference, a pointer, an alias or a transparent struct.

use crate::{
    resolve::type_segments,
    schema::{Known, Written, transparent_field},
    world::World,
};

/// Maximum number of types to look through.
const MAX_DEPTH: usize = 64;

/// Returns whether a type is an `Option`. A type of a package without source is none, unless its name says that it may be an alias.
///
/// # Errors
/// Returns the reason why only the compiler can decide.
pub(crate) fn is_option(world: &mut World, ty: &Written) -> Result<bool, String> {
    let mut ty = ty.clone();
    for _ in 0..MAX_DEPTH {
        let next = match ty.known(world) {
            Ok(Known::Option(_)) => return Ok(true),
            Ok(Known::Holds(inner)) => Some(inner),
            Ok(Known::Local(local)) => transparent_field(world, &local)?,
            Err(why) if is_named_optional(&ty) => return Err(format!("{why}, and it may be an alias of `Option`")),
            _ => None,
        };
        let Some(next) = next else { return Ok(false) };
        ty = next;
    }
    Err("its type is nested too deep".to_owned())
}

/// Returns whether the name of a type says that it may be an alias of `Option`: `OptionalText`, `Maybe<T>`. Nearly all types of other
/// packages are structs, so the others are taken for those.
fn is_named_optional(ty: &Written) -> bool {
    let name = type_segments(&ty.ty).and_then(|segments| segments.last().cloned()).unwrap_or_default();
    let is_option = name.starts_with("Option") && !name.starts_with("Options");
    is_option || name.starts_with("Maybe") || name.starts_with("Nullable")
}
