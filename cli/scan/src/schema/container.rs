//! The schema of a struct, and of a type with the schema of another one.

use mcp_scopes_prm::json::Json;
use syn::{Attribute, Field, Fields, FieldsNamed, Item, ext::IdentExt as _};

use super::{
    Local, Writer, Written,
    attributes::{Attributes, With},
    keywords as schema,
};
use crate::{attribute, optional::is_option, rename, world::World};

impl Writer<'_> {
    /// Returns the schema of a struct or an enum.
    pub(super) fn container(&mut self, local: &Local) -> Result<Json, String> {
        let name = &local.name;
        if !derives_schema(self.world, local) {
            return Err(format!("`{name}` does not derive `JsonSchema`, so its schema is written by hand"));
        }
        let attributes = of_container(local)?;
        attributes.check_structure(name)?;
        if attributes.has("schema_with") {
            return Err(format!("`{name}` has `schema_with`"));
        }
        if attributes.has("transparent") && !attributes.has("with") {
            let field = transparent(self.world, local)?;
            return self.field(local, &field);
        }
        if let Some(key) = ["with", "from", "try_from"].into_iter().find(|key| attributes.has(key)) {
            let ty = attributes.ty(key).ok_or_else(|| format!("`{key}` on `{name}` is not a type"))?;
            return self.inline(&local.written(&ty));
        }
        match &*local.item {
            Item::Struct(item) => match &item.fields {
                Fields::Unit => Ok(schema::of_type("null")),
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match fields.unnamed.first() {
                    Some(field) => self.field(local, field),
                    None => Ok(schema::of_type("array")),
                },
                Fields::Unnamed(_) => Ok(schema::of_type("array")),
                Fields::Named(fields) => {
                    let rule = attributes.text("rename_all");
                    self.object(local, fields, rule.as_deref(), attributes.has("default"))
                }
            },
            Item::Enum(item) => self.enumeration(local, item, &attributes),
            _ => Err(format!("`{name}` is not a struct or an enum")),
        }
    }

    /// Returns the schema of the only field, which is that of its struct or variant.
    pub(super) fn field(&mut self, local: &Local, field: &Field) -> Result<Json, String> {
        let attributes = self.of_field(local, field, &local.name)?;
        let Some(attributes) = attributes else { return Ok(schema::of_type("array")) };
        attributes.check_structure(&local.name)?;
        let ty = match attributes.with() {
            Some(With::Function) => return Err(format!("the field of `{}` has `schema_with`", local.name)),
            Some(With::Type(ty)) => local.written(&ty),
            None => local.written(&field.ty),
        };
        if attributes.is_required() { self.non_optional(&ty) } else { self.refer(&ty) }
    }

    fn of_field(&mut self, local: &Local, field: &Field, subject: &str) -> Result<Option<Attributes>, String> {
        Attributes::settled(&field.attrs, &self.world.cfgs(local.module), subject)
    }

    /// Returns the schema of named fields, under the `rename_all` of their struct or variant.
    pub(super) fn object(
        &mut self,
        local: &Local,
        fields: &FieldsNamed,
        rule: Option<&str>,
        all_default: bool,
    ) -> Result<Json, String> {
        let mut object = schema::of_type("object");
        for field in &fields.named {
            let Some(ident) = field.ident.as_ref().map(|ident| ident.unraw().to_string()) else { continue };
            let Some(attributes) = self.of_field(local, field, &ident)? else { continue };
            if attributes.is_skipped() {
                continue;
            }
            let with = attributes.with();
            let ty = match &with {
                Some(With::Type(ty)) => Some(local.written(ty)),
                Some(With::Function) => None,
                None => Some(local.written(&field.ty)),
            };
            if attributes.has("flatten") {
                let ty = ty.ok_or_else(|| format!("`{ident}` is flattened and has `schema_with`"))?;
                self.flatten(&mut object, &ty, attributes.is_required())
                    .map_err(|why| format!("`{ident}` is flattened, and {why}"))?;
                continue;
            }
            let name = match (attributes.text("rename"), rule) {
                (Some(name), _) => name,
                (None, Some(rule)) => rename::field(&ident, rule)
                    .ok_or_else(|| format!("`rename_all = \"{rule}\"` is not a rule of serde"))?,
                (None, None) => ident.clone(),
            };
            let mut is_optional = all_default || attributes.has("default");
            if let (false, false, Some(ty)) = (is_optional, attributes.is_required(), &ty) {
                let unknown = |why| format!("whether the field `{ident}` may be left out is not known: {why}");
                is_optional = is_option(self.world, ty).map_err(unknown)?;
            }
            schema::add_property(&mut object, &name, is_optional);
        }
        Ok(object)
    }
}

/// Returns the attributes of a struct or an enum.
pub(super) fn of_container(local: &Local) -> Result<Attributes, String> {
    Attributes::read(attributes_of(&local.item), &local.name)
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        _ => &[],
    }
}

/// Returns whether the schema of a type is written in place instead of a reference.
pub(super) fn is_inline(world: &World, local: &Local) -> Result<bool, String> {
    // A type without the derive is rejected when it is written.
    Ok(!derives_schema(world, local) || of_container(local)?.has("inline"))
}

/// Returns the type that a struct forwards everything to: that of its only field under `transparent`, or that of `with`.
/// A struct that has a description forwards only the schema.
pub(crate) fn transparent_field(world: &World, local: &Local) -> Result<Option<Written>, String> {
    let attributes = of_container(local)?;
    if attributes.is_described() || !derives_schema(world, local) {
        return Ok(None);
    }
    if let Some(With::Type(ty)) = attributes.with() {
        return Ok(Some(local.written(&ty)));
    }
    if !attributes.has("transparent") {
        return Ok(None);
    }
    let field = transparent(world, local)?;
    let Some(of_field) = Attributes::settled(&field.attrs, &world.cfgs(local.module), &local.name)? else {
        return Ok(None);
    };
    let is_plain = !of_field.is_described() && !of_field.is_validated() && of_field.with().is_none();
    Ok(is_plain.then(|| local.written(&field.ty)))
}

/// Returns the field of a transparent struct: the only one that a value is read into.
fn transparent(world: &World, local: &Local) -> Result<Field, String> {
    let missing = || format!("`{}` is transparent, but its field is not known", local.name);
    let Item::Struct(item) = &*local.item else { return Err(missing()) };
    let cfgs = world.cfgs(local.module);
    for field in &item.fields {
        let Some(attributes) = Attributes::settled(&field.attrs, &cfgs, &local.name)? else { continue };
        let is_marker = matches!(&field.ty, syn::Type::Path(path)
            if path.path.segments.last().is_some_and(|last| last.ident == "PhantomData"));
        if !is_marker && !attributes.is_skipped() && !attributes.has("default") {
            return Ok(field.clone());
        }
    }
    Err(missing())
}

/// Returns whether a type derives its schema, also under another name of the derive.
fn derives_schema(world: &World, local: &Local) -> bool {
    const DERIVE: &str = "JsonSchema";
    let imports = world.modules.get(local.module).map(|module| module.imports.as_slice()).unwrap_or_default();
    let is_renamed = |name: &str| {
        let mut named = imports.iter().filter(|import| import.name.as_deref() == Some(name));
        named.any(|import| import.path.last().is_some_and(|last| last == DERIVE))
    };
    attribute::derives(attributes_of(&local.item)).iter().any(|derive| derive == DERIVE || is_renamed(derive))
}
