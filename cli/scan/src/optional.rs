//! Decides whether the type of a field makes it optional, as `schemars` does. A field is optional if its type is an
//! `Option`, also behind a reference, a pointer, an alias or a transparent struct.

use crate::{
    schema::{Known, Written, transparent_field},
    world::World,
};

/// Maximum number of types to look through.
const MAX_DEPTH: usize = 64;

/// Returns whether a type is an `Option`. A type that is not in the source is none.
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
            _ => None,
        };
        let Some(next) = next else { return Ok(false) };
        ty = next;
    }
    Err("its type is nested too deep".to_owned())
}
