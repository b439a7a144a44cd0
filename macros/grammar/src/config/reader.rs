//! Typed access to TOML values. Each error is recorded with its line and column, and reading continues.

use super::lines::Lines;
use crate::{
    catalogue::{
        BAD_SCOPE, EMPTY_LIST, EMPTY_TEXT, Kind, REPEATED_VALUE, UNKNOWN_KEY, UNKNOWN_VALUE, WRONG_TYPE, ZERO_LIMIT,
    },
    diagnostic::{FileDiagnostic, Report},
    ir::StatedDecl,
};
use mcp_scopes_model::{nearest::nearest, scope::scope_token};
use std::collections::HashSet;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) type Value<'v> = Spanned<DeValue<'v>>;

/// A key and its byte offset.
#[derive(Clone, Copy)]
pub(super) struct Key<'v> {
    pub(super) text: &'v str,
    pub(super) at: usize,
}

/// Returns the entries of a table in source order, since the parser sorts them by key.
pub(super) fn entries<'v, 'i>(table: &'v DeTable<'i>) -> Vec<(Key<'v>, &'v Value<'i>)> {
    let mut list: Vec<_> =
        table.iter().map(|(key, value)| (Key { text: key.get_ref().as_ref(), at: key.span().start }, value)).collect();
    list.sort_by_key(|(key, _)| key.at);
    list
}

/// Reads values and collects errors.
pub(super) struct TomlReader<'t> {
    lines: Lines<'t>,
    file: &'t str,
    errors: Vec<(usize, FileDiagnostic)>,
}

impl<'t> TomlReader<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        Self { lines: Lines::of(text), file, errors: Vec::new() }
    }

    /// Returns the errors in source order.
    pub(super) fn finish(mut self) -> Vec<FileDiagnostic> {
        self.errors.sort_by_key(|(at, _)| *at);
        self.errors.into_iter().map(|(_, error)| error).collect()
    }

    /// Records an error at a byte offset.
    pub(super) fn error(&mut self, kind: &Kind, at: usize, message: String) {
        let diagnostic = kind.in_file(self.file, self.place(at), message);
        self.errors.push((at, diagnostic));
    }

    /// Replaces the help of the last error.
    pub(super) fn help(&mut self, help: String) {
        if let Some((_, last)) = self.errors.last_mut() {
            last.help = Some(help);
        }
    }

    /// Returns the line and column of a byte offset, from 1, in characters.
    pub(super) fn place(&self, at: usize) -> (u32, u32) {
        self.lines.place(at)
    }

    pub(super) fn stated(&self, text: &str, at: usize) -> StatedDecl {
        let (line, column) = self.place(at);
        StatedDecl { text: text.to_owned(), line, column }
    }

    pub(super) fn unknown_key(&mut self, key: Key<'_>, section: &str, known: &[&str]) {
        self.error(&UNKNOWN_KEY, key.at, format!("unknown key `{}` in `[{section}]`", key.text));
        self.help(match nearest(key.text, known) {
            Some(near) => format!("write `{near}`"),
            None => format!("write one of `{}`", known.join("`, `")),
        });
    }

    pub(super) fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str, example: &str) {
        let found = value.get_ref().type_str();
        let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
        self.error(&WRONG_TYPE, value.span().start, format!("`{key}` takes {wanted}, not {article} {found}"));
        self.help(format!("write {example}"));
    }

    pub(super) fn table<'v, 'i>(&mut self, key: &str, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong_type(key, value, "a table", &format!("a section, `[{key}]`"));
        None
    }

    /// Reads an array of tables, each with its byte offset.
    pub(super) fn tables<'v, 'i>(&mut self, key: &str, value: &'v Value<'i>) -> Vec<(&'v DeTable<'i>, usize)> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value, "an array of tables", &format!("`[[{key}]]`"));
            return Vec::new();
        };
        let table = |element: &'v Value<'i>| Some((self.table(key, element)?, element.span().start));
        array.iter().filter_map(table).collect()
    }

    /// Reads a string that is not blank.
    pub(super) fn string<'v>(&mut self, key: &str, value: &'v Value<'_>) -> Option<&'v str> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(key, value, "a string", &format!("`{key} = \"..\"`"));
            return None;
        };
        if text.trim().is_empty() {
            self.error(&EMPTY_TEXT, value.span().start, format!("`{key}` must not be empty"));
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, value, "`true` or `false`", &format!("`{key} = true`"));
        }
        flag
    }

    /// Reads an integer from 1.
    pub(super) fn limit(&mut self, key: &str, value: &Value<'_>) -> Option<u32> {
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_type(key, value, "a whole number", &format!("`{key} = 5`"));
            return None;
        };
        match u32::from_str_radix(number.as_str(), number.radix()) {
            Ok(0) => {
                let message = format!("`{key}` must not be zero");
                self.error(&ZERO_LIMIT, value.span().start, message);
                None
            }
            Ok(number) => Some(number),
            Err(_) => {
                let message = format!("`{key}` takes a whole number from 1 to {}", u32::MAX);
                self.error(&WRONG_TYPE, value.span().start, message);
                self.help(format!("write `{key} = 5`"));
                None
            }
        }
    }

    /// Reads an array of strings that is not empty and has no duplicates. `why` completes the error for an empty array.
    pub(super) fn strings(&mut self, key: &str, value: &Value<'_>, why: &str) -> Option<Vec<(String, usize)>> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value, "an array of strings", &format!("`{key} = [\"..\"]`"));
            return None;
        };
        if array.is_empty() {
            self.error(&EMPTY_LIST, value.span().start, format!("`{key}` must not be empty{why}"));
            return None;
        }
        let (mut list, mut seen) = (Vec::new(), HashSet::new());
        for element in array {
            let Some(text) = self.string(key, element) else { continue };
            let at = element.span().start;
            if seen.insert(text) {
                list.push((text.to_owned(), at));
            } else {
                self.error(&REPEATED_VALUE, at, format!("duplicate value `{text}` in `{key}`"));
            }
        }
        Some(list)
    }

    /// Like [`TomlReader::strings`], for scopes.
    pub(super) fn scopes(&mut self, key: &str, value: &Value<'_>, why: &str) -> Option<Vec<StatedDecl>> {
        let list = self.strings(key, value, why)?;
        Some(list.iter().filter_map(|(text, at)| self.scope(text, *at)).collect())
    }

    /// Reads a scope-token.
    pub(super) fn scope(&mut self, text: &str, at: usize) -> Option<StatedDecl> {
        if let Err(error) = scope_token(text) {
            self.error(&BAD_SCOPE, at, format!("the scope `{text}` {}", error.reason()));
            return None;
        }
        Some(self.stated(text, at))
    }

    /// Reads one of the given words.
    pub(super) fn word(&mut self, key: &str, value: &Value<'_>, words: &[&str]) -> Option<StatedDecl> {
        let text = self.string(key, value)?;
        let at = value.span().start;
        if words.contains(&text) {
            return Some(self.stated(text, at));
        }
        self.error(&UNKNOWN_VALUE, at, format!("unknown value `{text}` for `{key}`"));
        self.help(match nearest(&text.to_ascii_lowercase().replace('_', "-"), words) {
            Some(near) => format!("write `{key} = \"{near}\"`"),
            None => format!("write one of `{}`", words.join("`, `")),
        });
        None
    }
}

impl Report<usize> for TomlReader<'_> {
    fn report(&mut self, kind: &Kind, at: &usize, message: String, help: Option<String>) {
        self.error(kind, *at, message);
        if let Some(help) = help {
            self.help(help);
        }
    }
}
