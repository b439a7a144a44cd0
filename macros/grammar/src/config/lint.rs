//! `[lint]`: levels of rules.

use super::reader::{Key, TomlReader, Value, entries};
use crate::ir::{ConfigDecl, LintDecl, LintOptionDecl, LintValue};
use toml::de::{DeTable, DeValue};

/// The values of `[lint]`.
pub const LEVELS: [&str; 3] = ["allow", "warn", "deny"];

pub(super) fn lint(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        let rule = reader.stated(key.text, key.at);
        let (mut level, mut options) = (None, Vec::new());
        if let DeValue::Table(table) = value.get_ref() {
            for (key, value) in entries(table) {
                if key.text == "level" {
                    level = reader.word(key.text, value, &LEVELS);
                } else if let Some(value) = option(reader, key, value) {
                    options.push(LintOptionDecl { name: reader.stated(key.text, key.at), value });
                }
            }
        } else {
            level = reader.word(key.text, value, &LEVELS);
        }
        config.lint.push(LintDecl { rule, level, options });
    }
}

/// Reads an option of a rule. The lint knows which options exist.
fn option(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<LintValue> {
    match value.get_ref() {
        DeValue::Boolean(flag) => Some(LintValue::Flag(*flag)),
        DeValue::Integer(_) => reader.limit(key.text, value).map(LintValue::Int),
        DeValue::Array(_) => {
            let texts = reader.strings(key.text, value, "")?;
            Some(LintValue::Texts(texts.into_iter().map(|(text, _)| text).collect()))
        }
        _ => reader.string(key.text, value).map(|text| LintValue::Text(text.to_owned())),
    }
}
