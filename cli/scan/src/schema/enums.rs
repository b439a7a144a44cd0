//! The schema of an enum, in each of the four representations of serde.

use mcp_scopes_prm::json::Json;
use syn::{Fields, ItemEnum, Variant, ext::IdentExt as _};

use super::{
    Known, Local, Writer, Written,
    attributes::{Attributes, With},
    container, keywords as schema,
};
use crate::rename;

/// How values of an enum name their variant.
enum Tagging {
    /// The variant's name is the only member.
    External,
    /// The variant's name is the value of this member, beside the fields.
    Internal(String),
    /// The variant's name is the value of the first member, the fields are that of the second.
    Adjacent(String, String),
    /// Not at all.
    Untagged,
}

/// One variant, with what its enum states about it.
struct Choice<'v> {
    variant: &'v Variant,
    attributes: Attributes,
    name: String,
    /// The `rename_all` of its fields.
    rule: Option<String>,
}

impl Choice<'_> {
    fn is_untagged(&self) -> bool {
        self.attributes.has("untagged")
    }

    fn is_unit(&self) -> bool {
        matches!(self.variant.fields, Fields::Unit)
    }
}

impl Writer<'_> {
    pub(super) fn enumeration(
        &mut self,
        local: &Local,
        item: &ItemEnum,
        attributes: &Attributes,
    ) -> Result<Json, String> {
        let tagging = match (attributes.text("tag"), attributes.text("content")) {
            _ if attributes.has("untagged") => Tagging::Untagged,
            (Some(tag), Some(content)) => Tagging::Adjacent(tag, content),
            (Some(tag), None) => Tagging::Internal(tag),
            (None, _) => Tagging::External,
        };
        let choices = self.choices(local, item, attributes)?;
        if item.variants.is_empty() {
            return Ok(Json::Bool(false));
        }
        let mut keyword = if matches!(tagging, Tagging::Untagged) { "anyOf" } else { "oneOf" };
        if choices.iter().any(Choice::is_untagged) {
            keyword = "anyOf";
        }
        let mut alternatives = Vec::new();
        let mut rest: Vec<&Choice<'_>> = choices.iter().collect();
        if let Tagging::External = tagging {
            let is_text = |choice: &Choice<'_>| {
                let plain = !choice.attributes.is_described() && choice.attributes.with().is_none();
                choice.is_unit() && plain && !choice.is_untagged() && !attributes.has("_unstable_ref_variants")
            };
            let (units, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|choice| is_text(choice));
            let names = Json::Array(units.iter().map(|choice| schema::text(&choice.name)).collect());
            let units_schema = schema::object([("type", schema::text("string")), ("enum", names)]);
            if others.is_empty() {
                return Ok(units_schema);
            }
            if !units.is_empty() {
                alternatives.push(units_schema);
            }
            rest = others;
        }
        for choice in rest {
            choice.attributes.check_structure(&choice.name)?;
            alternatives.push(self.alternative(local, choice, &tagging)?);
        }
        Ok(schema::object([(keyword, Json::Array(alternatives))]))
    }

    /// Returns the variants that arguments can hold.
    fn choices<'v>(
        &mut self,
        local: &Local,
        item: &'v ItemEnum,
        of_enum: &Attributes,
    ) -> Result<Vec<Choice<'v>>, String> {
        let (rule, of_fields) = (of_enum.text("rename_all"), of_enum.text("rename_all_fields"));
        let mut choices = Vec::new();
        for variant in &item.variants {
            let ident = variant.ident.unraw().to_string();
            let cfgs = self.world.cfgs(local.module);
            let Some(attributes) = Attributes::settled(&variant.attrs, &cfgs, &ident)? else { continue };
            if attributes.is_skipped() {
                continue;
            }
            let name = match (attributes.text("rename"), &rule) {
                (Some(name), _) => name,
                (None, Some(rule)) => rename::variant(&ident, rule)
                    .ok_or_else(|| format!("`rename_all = \"{rule}\"` is not a rule of serde"))?,
                (None, None) => ident,
            };
            let rule = attributes.text("rename_all").or_else(|| of_fields.clone());
            choices.push(Choice { variant, attributes, name, rule });
        }
        Ok(choices)
    }

    fn alternative(&mut self, local: &Local, choice: &Choice<'_>, tagging: &Tagging) -> Result<Json, String> {
        if choice.is_untagged() {
            return self.contents(local, choice);
        }
        let has_content = !choice.is_unit() || choice.attributes.with().is_some();
        Ok(match tagging {
            Tagging::Untagged => self.contents(local, choice)?,
            Tagging::External if !has_content => {
                schema::object([("type", schema::text("string")), ("const", schema::text(&choice.name))])
            }
            Tagging::External => {
                let mut object = schema::of_type("object");
                schema::add_property(&mut object, &choice.name, false);
                object
            }
            Tagging::Adjacent(tag, content) => {
                let mut object = schema::of_type("object");
                schema::add_property(&mut object, tag, false);
                if has_content {
                    schema::add_property(&mut object, content, false);
                }
                object
            }
            Tagging::Internal(tag) => {
                let mut object = self.beside_tag(local, choice)?;
                schema::insert(&mut object, "type", schema::text("object"));
                schema::add_property(&mut object, tag, false);
                object
            }
        })
    }

    /// Returns the schema of a variant's contents, without any tag.
    fn contents(&mut self, local: &Local, choice: &Choice<'_>) -> Result<Json, String> {
        match (choice.attributes.with(), &choice.variant.fields) {
            (Some(With::Function), _) => Err(format!("`{}` has `schema_with`", choice.name)),
            (Some(With::Type(ty)), _) => self.refer(&local.written(&ty)),
            (None, Fields::Unit) => Ok(schema::of_type("null")),
            (None, Fields::Named(fields)) => self.object(local, fields, choice.rule.as_deref(), false),
            (None, Fields::Unnamed(fields)) => match fields.unnamed.first() {
                Some(field) if fields.unnamed.len() == 1 => self.field(local, field),
                _ => Ok(schema::of_type("array")),
            },
        }
    }

    /// Returns the schema of a variant's contents, to which the tag is added.
    fn beside_tag(&mut self, local: &Local, choice: &Choice<'_>) -> Result<Json, String> {
        match (choice.attributes.with(), &choice.variant.fields) {
            (Some(With::Type(ty)), _) => self.inline(&local.written(&ty)),
            (None, Fields::Unnamed(fields)) if fields.unnamed.len() == 1 => {
                let Some(field) = fields.unnamed.first() else { return Ok(schema::of_type("array")) };
                let cfgs = self.world.cfgs(local.module);
                let attributes = Attributes::settled(&field.attrs, &cfgs, &choice.name)?;
                let ty = match attributes.as_ref().and_then(Attributes::with) {
                    Some(With::Function) => return Err(format!("the field of `{}` has `schema_with`", choice.name)),
                    Some(With::Type(ty)) => local.written(&ty),
                    None => local.written(&field.ty),
                };
                if attributes.is_some_and(|attributes| attributes.is_required()) {
                    return self.non_optional(&ty);
                }
                self.newtype_beside_tag(&ty)
            }
            _ => self.contents(local, choice),
        }
    }

    /// The tag is added to the type itself where its schema is in place. A reference keeps its own type.
    fn newtype_beside_tag(&mut self, ty: &Written) -> Result<Json, String> {
        let written = self.inline(ty)?;
        let is_null = written.get("type").and_then(Json::as_str) == Some("null");
        match self.through(ty)? {
            Known::Local(local) if !is_null && !container::is_inline(self.world, &local)? => self.refer(ty),
            _ => Ok(written),
        }
    }
}
