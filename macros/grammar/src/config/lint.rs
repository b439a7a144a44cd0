//! `[lint]`: levels of rules.

use super::reader::{Key, TomlReader, Value, entries};
use crate::{
    catalogue::{BAD_PATTERN, EMPTY_LIST},
    ir::{ConfigDecl, LintDecl, LintOptionDecl, LintPathDecl, LintValue},
};
use toml::de::{DeTable, DeValue};

/// The values of `[lint]`.
pub const LEVELS: [&str; 3] = ["allow", "warn", "deny"];
/// The key of the levels for some files.
pub const LINT_PATH: &str = "path";

pub(super) fn lint(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        if key.text == LINT_PATH {
            for (entry, at) in reader.tables("lint.path", value) {
                config.lint_paths.extend(lint_path(reader, entry, at));
            }
            continue;
        }
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

/// Reads one entry of `[[lint.path]]`. `at` is the byte offset where it starts.
fn lint_path(reader: &mut TomlReader<'_>, table: &DeTable<'_>, at: usize) -> Option<LintPathDecl> {
    let (mut paths, mut levels) = (None, Vec::new());
    for (key, value) in entries(table) {
        if key.text == "paths" {
            let stated = reader.strings(key.text, value, "").unwrap_or_default();
            paths = Some(stated.into_iter().filter(|(path, at)| is_pattern(reader, path, *at)).collect::<Vec<_>>());
        } else {
            let (rule, level) = (reader.stated(key.text, key.at), reader.word(key.text, value, &LEVELS));
            levels.push(LintDecl { rule, level, options: Vec::new() });
        }
    }
    let Some(paths) = paths else {
        reader.error(&EMPTY_LIST, at, "an entry of `[[lint.path]]` has no `paths`".to_owned());
        reader.help("write the files that it is for: `paths = [\"src/admin/**\"]`".to_owned());
        return None;
    };
    let paths = paths.iter().map(|(path, at)| reader.stated(path, *at)).collect();
    Some(LintPathDecl { paths, levels })
}

/// Returns whether a text is a pattern of files. Otherwise it would match none, and the levels would silently not apply.
fn is_pattern(reader: &mut TomlReader<'_>, text: &str, at: usize) -> bool {
    let reason = if text.chars().any(char::is_control) {
        "contains a control character"
    } else if text.contains(['[', ']', '{', '}', '\\']) || text.starts_with('!') {
        "contains one of `[ ] { } \\` or begins with `!`, which are reserved"
    } else if text.trim_end_matches('/').split('/').any(|name| matches!(name, "" | "." | "..")) {
        "is not relative to the folder of the file, or has a segment `.`, `..` or an empty one"
    } else {
        return true;
    };
    reader.error(&BAD_PATTERN, at, format!("the path `{}` {reason}", text.escape_debug()));
    reader.help("write a file, a folder or a pattern, such as `src/admin/**`; `*` and `?` do not match `/`".to_owned());
    false
}
