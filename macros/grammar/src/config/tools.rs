//! `[tools]`: tools without a function. The keys, the checks and the normal form are those of an annotation.

use super::reader::{Key, TomlReader, Value, entries};
use crate::{
    catalogue::{EMPTY_LIST, MALFORMED_ARGUMENT, REPEATED_VALUE},
    diagnostic::Report,
    ir::{ConfigDecl, Located},
    tool::{
        self, DYNAMIC_KEYS, POLICY_KEYS, ParameterDecl, PolicyDecl, RequirementDecl, ToolFacts,
        alternatives::{Alternatives, Combinator},
        lists::check_name,
        policy::{check_syntax, pattern_syntax},
        requirement::check_scope,
        settings,
    },
};
use mcp_scopes_model::pattern::{PatternError, glob_syntax};
use toml::de::{DeTable, DeValue};

type Text = Located<String, usize>;

pub(super) fn tools(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        let section = format!("tools.\"{}\"", key.text);
        if let Some(table) = reader.table(&section, value) {
            let facts = tool(reader, &section, key, table);
            config.tools.push(facts.map_places(&mut |at| reader.place(at)));
        }
    }
}

fn tool(reader: &mut TomlReader<'_>, section: &str, name: Key<'_>, table: &DeTable<'_>) -> ToolFacts<usize> {
    let at_name = |value: String| Located { value, place: name.at };
    let mut facts = ToolFacts::new(at_name(name.text.to_owned()), at_name(String::new()));
    let (mut keys, mut review): (Vec<(&str, usize)>, _) = (Vec::new(), None);
    for (key, value) in entries(table) {
        match key.text {
            "title" => facts.title = text(reader, key, value),
            "description" => facts.description = text(reader, key, value).unwrap_or_else(|| at_name(String::new())),
            "risk" => facts.risk = text(reader, key, value).and_then(|risk| settings::risk_of(&risk, reader)),
            "approval" => {
                facts.approval = text(reader, key, value).and_then(|stated| settings::approval_of(&stated, reader));
            }
            "sandbox" => facts.sandbox = text(reader, key, value).and_then(|mode| settings::mode_of(&mode, reader)),
            "scope" => {
                facts.requirement = requirement(reader, key, value).unwrap_or(RequirementDecl::ToolName);
            }
            "public" | "authenticated" => {
                if reader.boolean(key.text, value) != Some(true) {
                    continue;
                }
                facts.requirement = match key.text {
                    "public" => RequirementDecl::Public(key.at),
                    _ => RequirementDecl::Authenticated(key.at),
                };
            }
            "prerequisites" => {
                facts.prerequisites = texts(reader, key, value, |scope, reader| {
                    check_scope(scope, |parts| format!("prerequisites = [{parts}]"), reader)
                });
            }
            "grouped_with" => facts.grouped_with = texts(reader, key, value, |name, reader| check_name(name, reader)),
            "examples" => facts.examples = texts(reader, key, value, |_, _| true),
            "parameters" => facts.parameters = parameters(reader, key, value),
            "policy" => {
                let section = format!("{section}.policy");
                if let Some(table) = reader.table(&section, value) {
                    (facts.policy, review) = policy(reader, &section, key.at, table);
                }
            }
            _ => {
                reader.unknown_key(key, section, &DYNAMIC_KEYS);
                if let (DeValue::Table(_), true) = (value.get_ref(), keys.is_empty() && table.len() == 1) {
                    // In TOML, `[tools.db.query]` is a table `query` in a table `db`.
                    reader.help(format!("quote a name that contains a dot: `[tools.\"{}.{}\"]`", name.text, key.text));
                }
            }
        }
        keys.push((key.text, key.at));
    }
    let key = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, at)| *at);
    let meant = keys.iter().any(|(key, _)| mcp_scopes_model::nearest::nearest(key, &DYNAMIC_KEYS) == Some("risk"));
    if key("risk").is_none() && !meant {
        tool::missing_risk(name.text, &name.at, reader);
    }
    tool::check_openings(key, reader);
    tool::check_facts(&facts, review.as_ref(), reader);
    facts
}

/// Reads a text for people or a word. Space around it is removed.
pub(super) fn text(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<Text> {
    let text = reader.string(key.text, value)?.trim().to_owned();
    Some(Located { value: text, place: value.span().start })
}

/// Reads an array of texts, each of which `check` accepts.
fn texts(
    reader: &mut TomlReader<'_>,
    key: Key<'_>,
    value: &Value<'_>,
    check: impl Fn(&Text, &mut TomlReader<'_>) -> bool,
) -> Vec<Text> {
    let list = reader.strings(key.text, value, "").unwrap_or_default();
    let texts = list.into_iter().map(|(value, place)| Located { value, place });
    texts.filter(|text| check(text, reader)).collect()
}

/// Reads `scope`: a scope, or a table of `any` or `all`.
pub(super) fn requirement(
    reader: &mut TomlReader<'_>,
    key: Key<'_>,
    value: &Value<'_>,
) -> Option<RequirementDecl<usize>> {
    alternatives(reader, key, value, 0).map(RequirementDecl::AnyOf)
}

fn alternatives(
    reader: &mut TomlReader<'_>,
    key: Key<'_>,
    value: &Value<'_>,
    depth: usize,
) -> Option<Alternatives<usize>> {
    let at = value.span().start;
    let table = match value.get_ref() {
        DeValue::Table(table) => table,
        DeValue::String(_) => {
            let scope = Located { value: reader.string(key.text, value)?.to_owned(), place: at };
            let list = |parts: &str| format!("scope = {{ all = [{parts}] }}");
            return check_scope(&scope, list, reader).then(|| vec![vec![scope]]);
        }
        _ => {
            let example = "`scope = \"..\"` or `scope = { any = [\"..\", \"..\"] }`";
            reader.wrong_type("scope", value, "a scope or a table", example);
            return None;
        }
    };
    let written = entries(table);
    let [(word, elements)] = written.as_slice() else {
        let message = "`scope` takes one of `any` and `all`".to_owned();
        let help = "write `{ any = [..] }` if one of the scopes is enough, `{ all = [..] }` if all are needed";
        reader.report(&MALFORMED_ARGUMENT, &at, message, Some(help.to_owned()));
        return None;
    };
    let combinator = Combinator::read(word.text, &word.at, |word| format!("{{ {word} = [..] }}"), reader)?;
    let DeValue::Array(elements) = elements.get_ref() else {
        reader.wrong_type(word.text, elements, "an array of scopes", &format!("`{} = [\"..\", \"..\"]`", word.text));
        return None;
    };
    combinator.check(depth, elements.len(), &word.at, reader)?;
    // All elements are read before the first failure returns, so that all errors are reported.
    let parts = elements.iter().map(|element| alternatives(reader, key, element, depth + 1)).collect();
    combinator.combine(parts, &word.at, reader)
}

/// Reads `parameters = ["path", { optional = "depth" }]`. An empty array is allowed: the call takes no parameters.
fn parameters(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<Vec<ParameterDecl>> {
    let example = "`parameters = [\"path\", { optional = \"depth\" }]`";
    let DeValue::Array(array) = value.get_ref() else {
        reader.wrong_type(key.text, value, "an array of names", example);
        return None;
    };
    let mut parameters: Vec<ParameterDecl> = Vec::new();
    for element in array {
        let optional = match element.get_ref() {
            DeValue::Table(table) => Some(entries(table)),
            _ => None,
        };
        let (name, required) = match optional.as_deref() {
            None => (element, true),
            Some([(Key { text: "optional", .. }, name)]) => (*name, false),
            Some(_) => {
                reader.wrong_type(key.text, element, "names and `{ optional = \"..\" }`", example);
                continue;
            }
        };
        let Some(text) = reader.string(key.text, name) else { continue };
        if parameters.iter().any(|earlier| earlier.name == text) {
            let message = format!("duplicate value `{text}` in `parameters`");
            reader.report(&REPEATED_VALUE, &name.span().start, message, None);
        } else {
            parameters.push(ParameterDecl { name: text.to_owned(), required });
        }
    }
    Some(parameters)
}

/// Reads the limits. Returns them and the location of `requires_human_review`, if it is true.
fn policy(
    reader: &mut TomlReader<'_>,
    section: &str,
    at: usize,
    table: &DeTable<'_>,
) -> (PolicyDecl<usize>, Option<usize>) {
    let (mut policy, mut review) = (PolicyDecl::NONE, None);
    if table.is_empty() {
        reader.report(&EMPTY_LIST, &at, "`policy` must not be empty".to_owned(), None);
    }
    for (key, value) in entries(table) {
        let syntax = |syntax: fn(&str) -> Result<(), PatternError>| {
            move |text: &Text, reader: &mut TomlReader<'_>| check_syntax(text, &syntax, reader)
        };
        match key.text {
            "blocked_after" => policy.blocked_after = texts(reader, key, value, syntax(pattern_syntax)),
            "requires_approval_after" => {
                policy.requires_approval_after = texts(reader, key, value, syntax(pattern_syntax));
            }
            "blocked_patterns" => policy.blocked_patterns = texts(reader, key, value, syntax(glob_syntax)),
            "cooling_period_minutes" => policy.cooling_period_minutes = reader.limit(key.text, value),
            "max_calls_per_session" => policy.max_calls_per_session = reader.limit(key.text, value),
            "max_file_size_mb" => policy.max_file_size_mb = reader.limit(key.text, value),
            "requires_human_review" => {
                policy.requires_human_review = reader.boolean(key.text, value).unwrap_or_default();
                review = policy.requires_human_review.then_some(key.at);
            }
            _ => reader.unknown_key(key, section, &POLICY_KEYS),
        }
    }
    (policy, review)
}
