//! Writes the JSON Schema of a type from its source, as `schemars` derives it for deserialization.
//!
//! Only what names the members of an object is written. The schema of a property is `true`, since the names inside are
//! not parameters. The result is read by the same function as the schema of the compiled type.
//!
//! | module | holds |
//! |---|---|
//! | `written` | a type as written, and what it resolves to |
//! | `attributes` | the attributes of serde and schemars in effect |
//! | `container` | structs, newtypes and types with the schema of another one |
//! | `enums` | the four representations of enums |
//! | `flatten` | `#[serde(flatten)]` |
//! | `keywords` | builds schemas |

mod attributes;
mod container;
mod enums;
mod flatten;
mod keywords;
mod written;

use mcp_scopes_prm::json::Json;

use crate::{schema::keywords as schema, world::World};

pub(crate) use {
    container::transparent_field,
    written::{Known, Local, Written},
};

/// Maximum number of types inside one another. A type can contain itself.
const MAX_DEPTH: usize = 64;

/// Maximum number of types that one schema is made of. Aliases can name a type twice, each through another alias.
const MAX_TYPES: usize = 1 << 14;

/// Returns the schema of a type, with all definitions that it refers to.
///
/// # Errors
/// Returns the reason why only the compiler knows the schema.
pub(crate) fn input_schema(world: &mut World, root: &Written) -> Result<Json, String> {
    let mut writer = Writer { world, definitions: Vec::new(), depth: 0, left: MAX_TYPES };
    let mut written = writer.inline(root)?;
    let definitions = writer.definitions.into_iter().enumerate();
    let definitions = definitions.map(|(number, (_, schema))| (number.to_string(), schema)).collect();
    schema::insert(&mut written, "$defs", Json::Object(definitions));
    Ok(written)
}

struct Writer<'w> {
    world: &'w mut World,
    /// The types that are referred to: a key for each, and its schema. A schema that is being written is `true`.
    definitions: Vec<(String, Json)>,
    depth: usize,
    /// The types left of [`MAX_TYPES`].
    left: usize,
}

impl Writer<'_> {
    /// Returns the schema of a type, written in place.
    fn inline(&mut self, ty: &Written) -> Result<Json, String> {
        if self.depth >= MAX_DEPTH {
            return Err("it is nested too deep".to_owned());
        }
        self.left = self.left.checked_sub(1).ok_or("it consists of too many types")?;
        self.depth += 1;
        let written = self.inline_below(ty);
        self.depth -= 1;
        written
    }

    fn inline_below(&mut self, ty: &Written) -> Result<Json, String> {
        Ok(match ty.known(self.world)? {
            Known::Option(inner) => schema::nullable(self.refer(&inner)?),
            Known::Holds(inner) => self.inline(&inner)?,
            Known::Unit => schema::of_type("null"),
            Known::Text => schema::of_type("string"),
            Known::Scalar => schema::of_type("number"),
            Known::Array => schema::of_type("array"),
            Known::Any => Json::Bool(true),
            Known::Map(key) => self.map(key.as_ref())?,
            Known::Local(local) => self.container(&local)?,
        })
    }

    /// Returns the schema of a type inside another one: a reference to its definition, or the schema in place.
    fn refer(&mut self, ty: &Written) -> Result<Json, String> {
        let Known::Local(local) = self.through(ty)? else { return self.inline(ty) };
        if container::is_inline(self.world, &local)? {
            return self.inline(ty);
        }
        let key = local.key()?;
        if let Some(number) = self.definitions.iter().position(|(known, _)| *known == key) {
            return Ok(schema::reference(number));
        }
        let number = self.definitions.len();
        self.definitions.push((key, Json::Bool(true)));
        let written = self.inline(ty)?;
        if let Some((_, schema)) = self.definitions.get_mut(number) {
            *schema = written;
        }
        Ok(schema::reference(number))
    }

    /// Returns what a type is behind the types that `schemars` forwards: wrappers and transparent structs.
    fn through(&mut self, ty: &Written) -> Result<Known, String> {
        let mut ty = ty.clone();
        for _ in 0..MAX_DEPTH {
            let next = match ty.known(self.world)? {
                Known::Holds(inner) => inner,
                Known::Local(local) => match transparent_field(self.world, &local)? {
                    Some(inner) => inner,
                    None => return Ok(Known::Local(local)),
                },
                known => return Ok(known),
            };
            ty = next;
        }
        Err("it is nested too deep".to_owned())
    }

    /// Returns the schema of a type, or of the contents of an `Option`.
    fn non_optional(&mut self, ty: &Written) -> Result<Json, String> {
        let mut ty = ty.clone();
        for _ in 0..MAX_DEPTH {
            match self.through(&ty)? {
                Known::Option(inner) => ty = inner,
                _ => return self.inline(&ty),
            }
        }
        Err("it is nested too deep".to_owned())
    }

    /// Returns the schema of a map. Keys that are the names of an enum are its properties.
    fn map(&mut self, key: Option<&Written>) -> Result<Json, String> {
        let mut written = schema::of_type("object");
        let Some(key) = key else { return Ok(written) };
        match self.through(key)? {
            Known::Local(_) => {}
            _ => return Ok(written),
        }
        let keys = self.inline(key)?;
        if let (Some("string"), Some(Json::Array(names))) = (keys.get("type").and_then(Json::as_str), keys.get("enum"))
        {
            for name in names.iter().filter_map(Json::as_str) {
                schema::add_property(&mut written, name, true);
            }
        }
        Ok(written)
    }
}
