//! Finds the parameters of a type: the fields of `T` in `Parameters<T>`, as `schemars` would list them.

use mcp_scopes_prm::input_schema::parameters;
use proc_macro2::TokenStream;
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
    let parsed: Type = syn::parse2(ty.clone()).map_err(|_| format!("`{ty}` is not a type"))?;
    let schema = input_schema(world, &Written::new(module, parsed))?;
    let found = parameters(&schema).ok_or_else(|| format!("the schema of `{ty}` is too large"))?;
    Ok(found.into_iter().map(|(name, required)| Parameter { name, required }).collect())
}
