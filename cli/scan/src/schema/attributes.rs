//! The attributes of serde and schemars on a container, a variant or a field.

use syn::{
    Attribute, Expr, ExprLit, Lit, Meta, Path, Token, Type,
    parse::{Parse, ParseStream, Parser as _},
    punctuated::Punctuated,
};

use crate::{
    attribute,
    cfg::{Answer, Cfgs},
};

/// The keys of `#[serde(..)]` that `schemars` reads.
const SERDE_KEYS: [&str; 18] = [
    "rename",
    "rename_all",
    "rename_all_fields",
    "deny_unknown_fields",
    "tag",
    "content",
    "untagged",
    "default",
    "skip",
    "skip_serializing",
    "skip_serializing_if",
    "skip_deserializing",
    "flatten",
    "transparent",
    "from",
    "try_from",
    "into",
    "with",
];

/// The keys of `schemars`, `validate` and `garde` that restrict the values of a field.
const VALIDATION: [&str; 12] =
    ["email", "url", "ip", "ipv4", "ipv6", "length", "range", "required", "pattern", "regex", "contains", "inner"];

/// The keywords of a schema that change what its members are.
const STRUCTURE: [&str; 13] = [
    "type",
    "properties",
    "required",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "$ref",
    "$defs",
    "enum",
    "const",
    "patternProperties",
];

/// The type or function that a field, a variant or a container is described by.
pub(super) enum With {
    Type(Box<Type>),
    Function,
}

/// The attributes in effect. A key of schemars replaces the same key of serde.
pub(super) struct Attributes {
    metas: Vec<Meta>,
    /// Whether a doc comment or another attribute describes the item.
    is_described: bool,
    /// The keys of `validate` and `garde`.
    validation: Vec<String>,
}

impl Attributes {
    /// Reads the attributes, whose conditions are settled. `subject` names the item in errors.
    pub(super) fn read(attributes: &[Attribute], subject: &str) -> Result<Self, String> {
        let unreadable = |source: &str| format!("`#[{source}(..)]` on `{subject}` cannot be read");
        let of = |source: &str| -> Result<Vec<Key>, String> {
            let mut keys = Vec::new();
            for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(source)) {
                let parser = Punctuated::<Key, Token![,]>::parse_terminated;
                keys.extend(parser.parse2(attribute::arguments(attribute)).map_err(|_| unreadable(source))?);
            }
            Ok(keys)
        };
        let (mut metas, mut replaced) = (Vec::new(), Vec::new());
        for key in of("schemars")? {
            match key {
                Key::Unset(path) => replaced.extend(name(&path)),
                Key::Set(meta) => {
                    replaced.extend(name(meta.path()));
                    metas.push(*meta);
                }
            }
        }
        if replaced.iter().any(|key| key == "skip") {
            replaced.extend(["skip_serializing", "skip_deserializing"].map(str::to_owned));
        }
        if replaced.iter().any(|key| key == "schema_with") {
            replaced.push("with".to_owned());
        }
        for key in of("serde")? {
            let Key::Set(meta) = key else { return Err(unreadable("serde")) };
            let Some(key) = name(meta.path()) else { continue };
            if SERDE_KEYS.contains(&key.as_str()) && !replaced.contains(&key) {
                metas.push(*meta);
            }
        }
        let mut validation = Vec::new();
        for source in ["validate", "garde"] {
            // The crates of these attributes accept more than a list of keys.
            let keys = of(source).unwrap_or_default().into_iter();
            validation.extend(keys.filter_map(|key| match key {
                Key::Set(meta) => name(meta.path()),
                Key::Unset(_) => None,
            }));
        }
        let is_described = attributes
            .iter()
            .any(|attribute| ["doc", "deprecated"].iter().any(|describing| attribute.path().is_ident(describing)));
        Ok(Self { metas, is_described, validation })
    }

    /// Reads the attributes of a field or a variant. Returns `None` if it is not compiled.
    pub(super) fn settled(attributes: &[Attribute], cfgs: &Cfgs, subject: &str) -> Result<Option<Self>, String> {
        let mut attributes = attributes.to_vec();
        match attribute::settle(&mut attributes, cfgs) {
            Answer::Yes => Self::read(&attributes, subject).map(Some),
            Answer::No => Ok(None),
            Answer::Unknown(condition) => Err(format!("whether `{subject}` is compiled depends on `{condition}`")),
        }
    }

    fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Meta> {
        self.metas.iter().filter(move |meta| meta.path().is_ident(key))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.all(key).next().is_some()
    }

    /// Returns the text of a key, for deserialization.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.all(key).find_map(one_way)
    }

    /// Returns the type that a key names.
    pub(super) fn ty(&self, key: &str) -> Option<Type> {
        syn::parse_str(&self.text(key)?).ok()
    }

    /// Returns whether arguments never hold the field or the variant.
    pub(super) fn is_skipped(&self) -> bool {
        self.has("skip") || self.has("skip_deserializing")
    }

    /// Returns whether a call must pass the field, even if its type is an `Option`.
    pub(super) fn is_required(&self) -> bool {
        self.has("required") || self.validation.iter().any(|key| key == "required")
    }

    /// Returns what replaces the type of the item in the schema.
    pub(super) fn with(&self) -> Option<With> {
        if self.has("schema_with") {
            return Some(With::Function);
        }
        self.ty("with").map(|ty| With::Type(Box::new(ty)))
    }

    /// Returns whether the item's schema has a description, an example, an extension, or a transformation.
    pub(super) fn is_described(&self) -> bool {
        let keys = ["title", "description", "example", "extend", "transform"];
        self.is_described || keys.iter().any(|key| self.has(key))
    }

    /// Returns whether `schemars` restricts the values.
    pub(super) fn is_validated(&self) -> bool {
        let own = VALIDATION.iter().any(|key| self.has(key));
        own || self.validation.iter().any(|key| VALIDATION.contains(&key.as_str()))
    }

    /// Rejects what changes the members of the item's schema in a way that only the compiler knows.
    pub(super) fn check_structure(&self, subject: &str) -> Result<(), String> {
        if self.has("transform") {
            return Err(format!("`{subject}` has `transform`"));
        }
        for meta in self.all("extend") {
            let Meta::List(list) = meta else { continue };
            let tokens = list.tokens.clone().into_iter();
            let literal = |token: proc_macro2::TokenTree| syn::parse2::<syn::LitStr>(token.into()).ok();
            // A keyword as a value is as unlikely as it is harmless to report.
            let found = tokens.filter_map(literal).find(|text| STRUCTURE.contains(&text.value().as_str()));
            if let Some(keyword) = found {
                return Err(format!("`{subject}` has `extend(\"{}\")`", keyword.value()));
            }
        }
        Ok(())
    }
}

/// One key: `key`, `key = value`, `key(..)`, or `!key`, which removes the same key of serde.
enum Key {
    Set(Box<Meta>),
    Unset(Path),
}

impl Parse for Key {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![!]) {
            input.parse::<Token![!]>()?;
            return input.parse().map(Self::Unset);
        }
        Ok(Self::Set(Box::new(input.parse()?)))
    }
}

fn name(path: &Path) -> Option<String> {
    path.get_ident().map(ToString::to_string)
}

/// Returns the text of `key = "text"` or of `key(deserialize = "text")`.
fn one_way(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        Meta::List(list) => {
            let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
            let metas = parser.parse2(list.tokens.clone()).ok()?;
            metas.iter().find(|meta| meta.path().is_ident("deserialize")).and_then(one_way)
        }
        Meta::Path(_) => None,
    }
}
