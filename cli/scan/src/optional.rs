//! Decides whether the type of a field makes it optional, as `schemars` does. A field is optional if its type is an
//! `Option`, also behind a reference, a pointer or an alias.

use syn::{Fields, GenericArgument, GenericParam, Item, PathArguments, Type, ext::IdentExt as _};

use crate::{
    attribute,
    module::ModuleId,
    resolve::{Meaning, type_segments},
    world::World,
};

/// Maximum number of types to look through.
const MAX_DEPTH: usize = 64;

/// Types whose schema is that of their contents.
const WRAPPERS: [&str; 11] =
    ["Arc", "Box", "Cell", "Cow", "Mutex", "Rc", "RefCell", "Reverse", "RwLock", "Weak", "Wrapping"];

/// Returns whether a type in that module is an `Option`.
///
/// # Errors
/// Returns the reason why only the compiler can decide.
pub(crate) fn is_option(world: &mut World, module: ModuleId, ty: &Type) -> Result<bool, String> {
    let (mut module, mut ty) = (module, ty.clone());
    let mut transparent = None;
    for _ in 0..MAX_DEPTH {
        let found = match type_segments(&ty) {
            Some(segments) => world.resolve(module, &segments),
            None => Meaning::Nothing,
        };
        let next = match found {
            Meaning::Item { module: home, name, rest } if rest.is_empty() => {
                let item = world.modules.get(home).and_then(|home| home.item(&name));
                let held = match item {
                    Some(Item::Type(alias)) => {
                        let head = type_segments(&alias.ty);
                        let stands_for = |parameter: &GenericParam| match parameter {
                            GenericParam::Type(parameter) => head == Some(vec![parameter.ident.unraw().to_string()]),
                            _ => false,
                        };
                        if alias.generics.params.iter().any(stands_for) {
                            return Err(format!("`{name}` is an alias of its parameter"));
                        }
                        Some((*alias.ty).clone())
                    }
                    Some(Item::Struct(found)) if is_transparent(&found.attrs) => {
                        if !found.generics.params.is_empty() {
                            return Err(format!("`{name}` is transparent and generic"));
                        }
                        let held = only(&found.fields).ok_or_else(|| format!("`{name}` is transparent"))?;
                        transparent = Some(name);
                        Some(held)
                    }
                    _ => None,
                };
                held.map(|held| (home, held))
            }
            _ => match by_name(&ty) {
                // If the struct has a doc comment, `schemars` describes the struct instead of its contents.
                Named::Option => {
                    return transparent
                        .map_or(Ok(true), |name| Err(format!("`{name}` is transparent around an `Option`")));
                }
                Named::Other => None,
                Named::Holds(inner) => Some((module, *inner)),
            },
        };
        let Some(next) = next else { return Ok(false) };
        (module, ty) = next;
    }
    Err("its type is nested too deep".to_owned())
}

/// The meaning of the name of a type that is not in the source.
enum Named {
    Option,
    Holds(Box<Type>),
    Other,
}

fn by_name(ty: &Type) -> Named {
    let path = match ty {
        Type::Group(inner) => return Named::Holds(inner.elem.clone()),
        Type::Paren(inner) => return Named::Holds(inner.elem.clone()),
        Type::Reference(inner) => return Named::Holds(inner.elem.clone()),
        Type::Path(path) => path,
        _ => return Named::Other,
    };
    let Some(last) = path.path.segments.last() else { return Named::Other };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Named::Other };
    if last.ident == "Option" {
        return Named::Option;
    }
    let held = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    match held {
        Some(held) if WRAPPERS.iter().any(|wrapper| last.ident == wrapper) => Named::Holds(Box::new(held)),
        _ => Named::Other,
    }
}

fn is_transparent(attributes: &[syn::Attribute]) -> bool {
    let says = attributes.iter().filter(|attribute| {
        attribute.path().is_ident("serde")
            || attribute.path().is_ident("schemars")
            || attribute.path().is_ident("cfg_attr")
    });
    says.flat_map(attribute::arguments).any(|token| token.to_string() == "transparent")
}

/// Returns the type of the field, if there is exactly one.
fn only(fields: &Fields) -> Option<Type> {
    let mut fields = fields.iter();
    let field = fields.next()?;
    fields.next().is_none().then(|| field.ty.clone())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{Error, Scan};

    /// Returns the required fields of a struct. Each field is written with its type.
    fn required(fields: &str) -> Result<String, Error> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        write("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2024\"\n[dependencies]\nmcp-scopes = \"0.1\"\n");
        let source = format!(
            "use mcp_scopes::{{mcp_tool, scope_table}};
            type Alias<T> = Option<T>;
            type Same<T> = T;
            #[derive(JsonSchema)] #[serde(transparent)] struct Whole(u8);
            #[derive(JsonSchema)] #[serde(transparent)] struct Maybe(Box<Alias<u8>>);
            #[derive(JsonSchema)] #[serde(transparent)] struct Two {{ a: u8, #[serde(skip)] b: u8 }}
            mod own {{ #[derive(JsonSchema)] pub struct Option<T>(T); }}
            #[derive(JsonSchema)] struct Arguments {{ {fields} }}
            #[mcp_tool(risk = \"low\")] fn tool(arguments: Parameters<Arguments>) {{}}
            scope_table! {{ static TOOLS = [tool]; }}"
        );
        write("src/lib.rs", &source);
        let export = Scan::new(folder.path()).resource("https://a.b").authorization_server("https://a.b").export()?;
        let extensions = export.metadata.mcp_extensions().unwrap();
        Ok(extensions.tool_scope_mapping["tool"].required_parameters.join(" "))
    }

    #[test]
    fn options_are_seen_through_what_holds_them() {
        let optional = "a: Option<u8>, b: std::option::Option<u8>, c: &'static Option<u8>, d: Box<Arc<Option<u8>>>, \
                        e: Alias<u8>, f: Box<crate::Alias<u8>>, g: Cow<'static, Option<u8>>";
        assert_eq!(required(optional).unwrap(), "");
        let others =
            "a: Vec<Option<u8>>, b: own::Option<u8>, c: Whole, d: Box<u8>, e: (Option<u8>,), f: foreign::Thing";
        assert_eq!(required(others).unwrap(), "a b c d e f");
    }

    #[test]
    fn reports_types_that_only_schemars_knows() {
        for (field, why) in [
            ("a: Maybe", "`Maybe` is transparent around an `Option`"),
            ("a: Two", "`Two` is transparent"),
            ("a: Same<Option<u8>>", "`Same` is an alias of its parameter"),
        ] {
            let error = required(field).unwrap_err();
            let finding = &error.report().unwrap().findings[0];
            assert!(finding.message.ends_with(why), "{}", finding.message);
            assert!(finding.help.starts_with("state them: "));
        }
    }
}
