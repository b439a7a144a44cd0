//! Finds the parameters of a type: the fields of `T` in `Parameters<T>`, as `schemars` would list them.

use std::sync::Arc;

use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, Fields, Item, ItemStruct, LitStr, Meta, Token, Type, ext::IdentExt as _, parse::Parser as _,
    punctuated::Punctuated,
};

use crate::{
    Finding, attribute,
    cfg::Answer,
    inventory::Parameter,
    module::ModuleId,
    optional::is_option,
    resolve::{Meaning, type_segments},
    source::Place,
    world::World,
};

/// Returns the fields of a type in that module, sorted by name.
///
/// # Errors
/// Returns a finding at the type's place if only the compiler knows the fields. Its help asks to state the parameters.
pub(crate) fn fields(
    world: &mut World,
    module: ModuleId,
    ty: &TokenStream,
    span: Span,
    tool: &str,
) -> Result<Vec<Parameter>, Box<Finding>> {
    let shown: Arc<str> = world.modules.get(module).map_or_else(|| "".into(), |module| module.shown.clone());
    let written: String = ty.to_string();
    let refuse = |why: String| {
        let message = format!("the parameters of tool `{tool}` cannot be read from its source: {why}");
        let help = "state them: `parameters(\"name\", optional(\"other\"))`";
        Box::new(Finding::error("unknown-parameters", message).help(help).at(Place::of(&shown, span)).about(tool))
    };
    let parsed: Type = syn::parse2(ty.clone()).map_err(|_| refuse(format!("`{written}` is not a type")))?;
    if let Type::Tuple(tuple) = &parsed
        && tuple.elems.is_empty()
    {
        return Ok(Vec::new());
    }
    let segments = type_segments(&parsed).ok_or_else(|| refuse(format!("`{written}` is not a path to a struct")))?;
    let generic = |path: &syn::TypePath| path.path.segments.iter().any(|segment| !segment.arguments.is_empty());
    if let Type::Path(path) = &parsed
        && generic(path)
    {
        return Err(refuse(format!("`{written}` is generic")));
    }
    let Some((home, name)) = world.resolve_type(module, &segments) else {
        return Err(refuse(match world.resolve(module, &segments) {
            Meaning::Elsewhere(package) => {
                format!("`{written}` comes from the package `{package}`, whose source was not found")
            }
            _ => format!("`{written}` is not found"),
        }));
    };
    let found = match world.modules.get(home).and_then(|home| home.item(&name)) {
        Some(Item::Struct(found)) => found.clone(),
        Some(_) => return Err(refuse(format!("`{written}` is not a struct"))),
        None => return Err(refuse(format!("`{written}` is not found"))),
    };
    let cfgs = world.cfgs(home);
    FieldReader { cfgs }.structure(&found, &mut |ty| is_option(world, home, ty)).map_err(refuse)
}

struct FieldReader {
    cfgs: crate::cfg::Cfgs,
}

/// The serde and schemars attributes of a struct or a field.
#[derive(Default)]
struct Told {
    rename: Option<String>,
    rename_all: Option<String>,
    skip: bool,
    default: bool,
}

impl FieldReader {
    /// Returns the fields. `is_option` decides which types make a field optional.
    fn structure(
        &self,
        found: &ItemStruct,
        is_option: &mut dyn FnMut(&Type) -> Result<bool, String>,
    ) -> Result<Vec<Parameter>, String> {
        let name = &found.ident;
        if !found.generics.params.is_empty() {
            return Err(format!("`{name}` is generic"));
        }
        if !derives_schema(&found.attrs) {
            return Err(format!("`{name}` does not derive `JsonSchema`, so its schema is written by hand"));
        }
        let whole = self.told(&found.attrs, &name.to_string())?;
        let named = match &found.fields {
            Fields::Named(named) => &named.named,
            Fields::Unit => return Ok(Vec::new()),
            Fields::Unnamed(_) => return Err(format!("`{name}` has no named fields")),
        };
        let mut parameters = Vec::new();
        for field in named {
            let Some(ident) = &field.ident else { continue };
            let mut attributes = field.attrs.clone();
            match attribute::settle(&mut attributes, &self.cfgs) {
                Answer::Yes => {}
                Answer::No => continue,
                Answer::Unknown(condition) => {
                    return Err(format!("whether the field `{ident}` is compiled depends on `{condition}`"));
                }
            }
            let told = self.told(&attributes, &ident.to_string())?;
            if told.skip {
                continue;
            }
            let plain = ident.unraw().to_string();
            let wire = match (told.rename, &whole.rename_all) {
                (Some(renamed), _) => renamed,
                (None, Some(rule)) => {
                    renamed(&plain, rule).ok_or_else(|| format!("`rename_all = \"{rule}\"` is not a rule of serde"))?
                }
                (None, None) => plain,
            };
            let optional = |why| format!("whether the field `{ident}` may be left out is not known: {why}");
            let required = !(told.default || whole.default || is_option(&field.ty).map_err(optional)?);
            parameters.push(Parameter { name: wire, required });
        }
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(parameters)
    }

    /// Reads `#[serde(..)]` and `#[schemars(..)]`. If both set a key, schemars takes precedence.
    fn told(&self, attributes: &[Attribute], subject: &str) -> Result<Told, String> {
        let mut attributes = attributes.to_vec();
        if let Answer::Unknown(condition) = attribute::settle(&mut attributes, &self.cfgs) {
            return Err(format!("an attribute of `{subject}` depends on `{condition}`"));
        }
        let mut told = Told::default();
        for source in ["serde", "schemars"] {
            for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(source)) {
                let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
                let metas = parser.parse2(attribute::arguments(attribute));
                for meta in metas.map_err(|_| format!("`#[{source}(..)]` on `{subject}` cannot be read"))? {
                    told.read(&meta, subject)?;
                }
            }
        }
        Ok(told)
    }
}

impl Told {
    fn read(&mut self, meta: &Meta, subject: &str) -> Result<(), String> {
        let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        match key.as_str() {
            "rename" => self.rename = one_way(meta).or(self.rename.take()),
            "rename_all" => self.rename_all = one_way(meta).or(self.rename_all.take()),
            "skip" | "skip_deserializing" => self.skip = true,
            "default" => self.default = true,
            // These change the schema in ways that only schemars knows.
            "flatten" | "transparent" | "from" | "try_from" | "with" | "schema_with" | "remote" | "untagged"
            | "tag" | "content" | "transform" | "extend" | "required" | "deserialize_with" | "as" => {
                return Err(format!("`{subject}` says `{key}`"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Returns the text of `key = "text"` or of `key(deserialize = "text")`. Requests are deserialized, so that side
/// counts.
fn one_way(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) => {
            syn::parse2::<LitStr>(quote::ToTokens::to_token_stream(&pair.value)).ok().map(|text| text.value())
        }
        Meta::List(list) => {
            let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
            let metas = parser.parse2(list.tokens.clone()).ok()?;
            metas.iter().find(|meta| meta.path().is_ident("deserialize")).and_then(one_way)
        }
        Meta::Path(_) => None,
    }
}

fn derives_schema(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let parser = Punctuated::<syn::Path, Token![,]>::parse_terminated;
        let paths = parser.parse2(attribute::arguments(attribute)).unwrap_or_default();
        paths.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == "JsonSchema"))
    })
}

/// Returns a field's name under a `rename_all` rule of serde.
fn renamed(field: &str, rule: &str) -> Option<String> {
    let pascal = || {
        let mut name = String::with_capacity(field.len());
        let mut upper = true;
        for character in field.chars() {
            match (character, upper) {
                ('_', _) => upper = true,
                (character, true) => {
                    name.push(character.to_ascii_uppercase());
                    upper = false;
                }
                (character, false) => name.push(character),
            }
        }
        name
    };
    Some(match rule {
        "lowercase" | "snake_case" => field.to_owned(),
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => field.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => {
            let pascal = pascal();
            let mut rest = pascal.chars();
            rest.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(rest).collect()
        }
        "kebab-case" => field.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => field.to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn read(item: &ItemStruct) -> Result<Vec<String>, String> {
        let reader = FieldReader { cfgs: crate::cfg::Cfgs::default() };
        let mark =
            |parameter: Parameter| if parameter.required { parameter.name } else { format!("{}?", parameter.name) };
        let is_option = |ty: &Type| Ok(quote::ToTokens::to_token_stream(ty).to_string().starts_with("Option"));
        Ok(reader.structure(item, &mut { is_option })?.into_iter().map(mark).collect())
    }

    #[test]
    fn names_and_options() {
        let item = parse_quote! {
            #[derive(serde::Deserialize, schemars::JsonSchema)]
            #[serde(rename_all = "camelCase")]
            struct Args {
                file_name: String,
                #[serde(rename = "a")] z: u8,
                #[serde(default)] depth: u8,
                #[serde(skip)] cache: u8,
                #[cfg(test)] never: u8,
                limit: Option<u8>,
                #[serde(rename = "s")] #[schemars(rename = "own")] both: u8,
                r#type: String,
            }
        };
        assert_eq!(read(&item).unwrap(), ["a", "depth?", "fileName", "limit?", "own", "type"]);
    }

    #[test]
    fn reports_fields_that_only_schemars_knows() {
        for (item, word) in [
            (
                parse_quote!(
                    #[derive(JsonSchema)]
                    struct A {
                        #[serde(flatten)]
                        b: B,
                    }
                ),
                "flatten",
            ),
            (
                parse_quote!(
                    #[derive(JsonSchema)]
                    struct A<T> {
                        b: T,
                    }
                ),
                "generic",
            ),
            (
                parse_quote!(
                    struct A {
                        b: u8,
                    }
                ),
                "JsonSchema",
            ),
            (
                parse_quote!(
                    #[derive(JsonSchema)]
                    struct A(u8);
                ),
                "named fields",
            ),
            (
                parse_quote!(
                    #[derive(JsonSchema)]
                    #[serde(rename_all = "x")]
                    struct A {
                        b: u8,
                    }
                ),
                "rename_all",
            ),
        ] {
            assert!(read(&item).unwrap_err().contains(word), "{word}");
        }
    }

    #[test]
    fn applies_rename_rules_of_serde() {
        for (rule, name) in [
            ("lowercase", "ab_c"),
            ("UPPERCASE", "AB_C"),
            ("PascalCase", "AbC"),
            ("camelCase", "abC"),
            ("snake_case", "ab_c"),
            ("SCREAMING_SNAKE_CASE", "AB_C"),
            ("kebab-case", "ab-c"),
            ("SCREAMING-KEBAB-CASE", "AB-C"),
        ] {
            assert_eq!(renamed("ab_c", rule).as_deref(), Some(name), "{rule}");
        }
    }
}
