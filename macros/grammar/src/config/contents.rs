//! `[resources]` and `[prompts]`: what opens them.

use super::{
    reader::{Key, TomlReader, entries},
    tools::{requirement, text, word},
};
use crate::{
    catalogue::{BAD_PATTERN, EMPTY_TEXT, MISSING_RISK, MISSING_SCOPE, TOML_LIMIT},
    diagnostic::Report,
    ir::{ConfigDecl, ContentDecl},
    tool::{self, RequirementDecl, settings},
};
use mcp_scopes_model::{
    content::{is_template, resource_syntax},
    numbers::{MAX_TOOLS, MAX_USES},
};
use toml::de::DeTable;

/// The keys of an entry.
pub const KEYS: [&str; 5] = ["scope", "public", "authenticated", "risk", "description"];

pub(super) fn resources(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, entry) in each(reader, "resources", table) {
        if key.text.chars().any(char::is_control) {
            reader.report(
                &BAD_PATTERN,
                &key.at,
                format!("the resource `{}` contains a control character", key.text.escape_debug()),
                Some("remove it".to_owned()),
            );
        } else if !is_template(key.text)
            && let Err(error) = resource_syntax(key.text)
        {
            let help = "write a glob of URIs, such as `logs://*` or `file:///var/log/*`, or a URI template";
            let message = format!("the resource `{}` {}", key.text, error.reason());
            reader.report(&BAD_PATTERN, &key.at, message, Some(help.to_owned()));
        }
        if !entry.states_risk {
            let message = format!("the resource `{}` has no `risk`", key.text);
            reader.report(&MISSING_RISK, &key.at, message, None);
        }
        config.resources.push(entry.decl);
    }
}

pub(super) fn prompts(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    config.prompts.extend(each(reader, "prompts", table).into_iter().map(|(_, entry)| entry.decl));
}

struct Entry {
    decl: ContentDecl,
    states_risk: bool,
}

fn each<'v>(reader: &mut TomlReader<'_>, section: &str, table: &'v DeTable<'_>) -> Vec<(Key<'v>, Entry)> {
    let (mut read, mut scopes) = (Vec::new(), 0);
    for (key, value) in entries(table) {
        // A short requirement can expand to thousands of scopes.
        if read.len() == MAX_TOOLS || scopes > MAX_USES {
            let message =
                format!("`[{section}]` has more than {MAX_TOOLS} entries, or names more than {MAX_USES} scopes");
            reader.report(&TOML_LIMIT, &key.at, message, None);
            break;
        }
        if key.text.trim().is_empty() {
            reader.report(&EMPTY_TEXT, &key.at, format!("a name in `[{section}]` must not be empty"), None);
        }
        let section = format!("{section}.\"{}\"", key.text);
        if let Some(table) = reader.table(&section, value) {
            let entry = entry(reader, &section, key, table);
            scopes += entry.decl.requirement.named_scopes().count();
            read.push((key, entry));
        }
    }
    read
}

fn entry(reader: &mut TomlReader<'_>, section: &str, name: Key<'_>, table: &DeTable<'_>) -> Entry {
    let (mut opened, mut risk, mut description) = (None, None, String::new());
    let mut keys: Vec<(&str, usize)> = Vec::new();
    for (key, value) in entries(table) {
        match key.text {
            "scope" => opened = requirement(reader, key, value),
            "public" | "authenticated" => {
                if reader.boolean(key.text, value) != Some(true) {
                    continue;
                }
                opened = Some(match key.text {
                    "public" => RequirementDecl::Public(key.at),
                    _ => RequirementDecl::Authenticated(key.at),
                });
            }
            "risk" => risk = word(reader, key, value).and_then(|risk| settings::risk_of(&risk, reader)),
            "description" => description = text(reader, key, value).map(|text| text.value).unwrap_or_default(),
            _ => reader.unknown_key(key, section, &KEYS),
        }
        keys.push((key.text, key.at));
    }
    let key = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, at)| *at);
    tool::check_openings(key, reader);
    if opened.is_none() && key("scope").is_none() {
        let message = format!("`{}` states no `scope`, so no caller could be admitted", name.text);
        reader.report(&MISSING_SCOPE, &name.at, message, None);
    }
    let requirement = opened.unwrap_or(RequirementDecl::AnyOf(Vec::new()));
    let decl = ContentDecl {
        name: reader.stated(name.text, name.at),
        description,
        requirement: requirement.map_places(&mut |at| reader.place(at)),
        risk: risk.map(|risk| risk.map_place(&mut |at| reader.place(at))),
    };
    Entry { decl, states_risk: key("risk").is_some() }
}
