//! `[tools]`: tools without a function. The keys, the checks and the normal form are those of an annotation.

use std::collections::HashSet;

use super::reader::{Key, TomlReader, Value, entries};
use crate::{
    catalogue::{EMPTY_LIST, MALFORMED_ARGUMENT, REPEATED_VALUE, UNKNOWN_VALUE},
    diagnostic::Report,
    ir::{ConfigDecl, Located},
    tool::{
        self, ConditionDecl, DYNAMIC_KEYS, POLICY_KEYS, ParameterDecl, PolicyDecl, PolicyPlaces, RequirementDecl,
        ToolFacts,
        alternatives::{Alternative, Alternatives, Combinator},
        condition,
        lists::check_name,
        policy::{check_syntax, pattern_syntax},
        requirement::{check_scope, separate},
        settings,
    },
};
use mcp_scopes_model::{
    numbers::{MAX_TOOLS, MAX_USES},
    pattern::{PatternError, glob_syntax},
};
use toml::de::{DeTable, DeValue};

type Text = Located<String, usize>;

pub(super) fn tools(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    let mut scopes = 0;
    for (key, value) in entries(table) {
        let section = format!("tools.\"{}\"", key.text);
        if let Some(table) = reader.table(&section, value) {
            let facts = tool(reader, &section, key, table);
            scopes += facts.named_scopes().count();
            config.tools.push(facts.map_places(&mut |at| reader.place(at)));
        }
        // A short requirement can expand to thousands of scopes. One more than a table can have, so that the check of the table
        // reports it.
        if scopes > MAX_USES || config.tools.len() > MAX_TOOLS {
            break;
        }
    }
}

fn tool(reader: &mut TomlReader<'_>, section: &str, name: Key<'_>, table: &DeTable<'_>) -> ToolFacts<usize> {
    let at_name = |value: String| Located { value, place: name.at };
    let mut facts = ToolFacts::new(at_name(name.text.to_owned()), at_name(String::new()));
    let (mut keys, mut places): (Vec<(&str, usize)>, _) = (Vec::new(), PolicyPlaces::default());
    for (key, value) in entries(table) {
        match key.text {
            "title" => facts.title = text(reader, key, value),
            "description" => facts.description = text(reader, key, value).unwrap_or_else(|| at_name(String::new())),
            "risk" => facts.risk = word(reader, key, value).and_then(|risk| settings::risk_of(&risk, reader)),
            "approval" => {
                facts.approval = word(reader, key, value).and_then(|stated| settings::approval_of(&stated, reader));
            }
            "sandbox" => facts.sandbox = word(reader, key, value).and_then(|mode| settings::mode_of(&mode, reader)),
            "scope" => {
                if let Some((requirement, conditions)) =
                    alternatives(reader, key, value, 0).and_then(|read| separate(read, reader))
                {
                    (facts.requirement, facts.conditions) = (requirement, conditions);
                }
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
                    (facts.policy, places) = policy(reader, &section, key.at, table);
                }
            }
            _ => {
                reader.unknown_key(key, section, &DYNAMIC_KEYS);
                if is_table(value) {
                    // In TOML, `[tools.db.query]` is a table `query` in a table `db`.
                    reader.help(format!("quote a name that contains a dot: `[tools.\"{}.{}\"]`", name.text, key.text));
                }
            }
        }
        keys.push((key.text, key.at));
    }
    let key = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, at)| *at);
    let meant = keys.iter().any(|(key, _)| mcp_scopes_model::nearest::nearest(key, &DYNAMIC_KEYS) == Some("risk"));
    let is_dotted =
        !keys.is_empty() && entries(table).iter().all(|(key, value)| key.text != "policy" && is_table(value));
    if key("risk").is_none() && !meant && !is_dotted {
        tool::missing_risk(name.text, &name.at, reader);
    }
    tool::check_openings(key, reader);
    tool::check_facts(&facts, &places, reader);
    condition::check(&facts, true, reader);
    facts
}

fn is_table(value: &Value<'_>) -> bool {
    matches!(value.get_ref(), DeValue::Table(_))
}

/// Reads one of several words.
pub(super) fn word(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<Text> {
    Some(Located { value: reader.string(key.text, value)?.to_owned(), place: value.span().start })
}

/// Reads a text for people. Space around it is removed.
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

/// Reads `scope` of a resource or prompt: a scope, or a table of `any` or `all`.
pub(super) fn requirement(
    reader: &mut TomlReader<'_>,
    key: Key<'_>,
    value: &Value<'_>,
) -> Option<RequirementDecl<usize>> {
    let read = alternatives(reader, key, value, 0)?;
    let (requirement, conditions) = separate(read, reader)?;
    if let Some(condition) = conditions.first() {
        let message = "`when` compares the arguments of a call, and resources and prompts have none".to_owned();
        let help = "write what each use needs, or state another entry";
        reader.report(&UNKNOWN_VALUE, &condition.glob.place, message, Some(help.to_owned()));
        return None;
    }
    Some(requirement)
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
            let key = if depth == 0 { "scope = " } else { "" };
            let list = |parts: &str| format!("{key}{{ all = [{parts}] }}");
            return check_scope(&scope, list, reader).then(|| vec![Alternative::of_scope(scope)]);
        }
        _ => {
            let example = "`scope = \"..\"` or `scope = { any = [\"..\", \"..\"] }`";
            reader.wrong_type("scope", value, "a scope or a table", example);
            return None;
        }
    };
    let written = entries(table);
    if let Some((word, glob)) = written.iter().find(|(key, _)| key.text == "when") {
        return Some(vec![Alternative::of_condition(condition(reader, *word, glob, &written)?)]);
    }
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

/// Reads `{ when = "/etc/*", scopes = ["files:system"], argument = "path" }`, the last key of which is optional.
fn condition(
    reader: &mut TomlReader<'_>,
    word: Key<'_>,
    glob: &Value<'_>,
    written: &[(Key<'_>, &Value<'_>)],
) -> Option<ConditionDecl<usize>> {
    let glob = self::word(reader, word, glob);
    let (mut argument, mut scopes) = (Ok(None), Vec::new());
    for (key, value) in written {
        match key.text {
            "when" => {}
            "argument" => argument = self::word(reader, *key, value).map(Some).ok_or(condition::Unread),
            "scopes" => {
                let list = reader.strings(key.text, value, "").unwrap_or_default();
                let texts = list.into_iter().map(|(value, place)| Located { value, place });
                let checked = texts
                    .map(|scope| check_scope(&scope, |parts| format!("scopes = [{parts}]"), reader).then_some(scope));
                scopes = checked.collect();
                if scopes.is_empty() {
                    return None;
                }
            }
            _ => reader.unknown_key(*key, "when", &["when", "argument", "scopes"]),
        }
    }
    condition::finish(argument, glob, scopes, &word.at, reader)
}

/// Reads `parameters = ["path", { optional = "depth" }]`. An empty array is allowed: the call takes no parameters.
fn parameters(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<Vec<ParameterDecl>> {
    let example = "`parameters = [\"path\", { optional = \"depth\" }]`";
    let DeValue::Array(array) = value.get_ref() else {
        reader.wrong_type(key.text, value, "an array of names", example);
        return None;
    };
    let (mut parameters, mut seen): (Vec<ParameterDecl>, _) = (Vec::new(), HashSet::new());
    for element in array {
        let optional = match element.get_ref() {
            DeValue::Table(table) => Some(entries(table)),
            _ => None,
        };
        let (name, required) = match optional.as_deref() {
            None => (element, true),
            Some([(Key { text: "optional", .. }, name)]) => (*name, false),
            Some([(other, _)]) => {
                reader.unknown_key(*other, "parameters", &["optional"]);
                continue;
            }
            Some(_) => {
                let message = "an optional parameter has the key `optional` alone".to_owned();
                reader.report(&MALFORMED_ARGUMENT, &element.span().start, message, Some(format!("write {example}")));
                continue;
            }
        };
        let Some(text) = reader.string(key.text, name) else { continue };
        if seen.insert(text) {
            parameters.push(ParameterDecl { name: text.to_owned(), required });
        } else {
            let message = format!("duplicate value `{text}` in `parameters`");
            reader.report(&REPEATED_VALUE, &name.span().start, message, None);
        }
    }
    Some(parameters)
}

/// Reads the limits.
fn policy(
    reader: &mut TomlReader<'_>,
    section: &str,
    at: usize,
    table: &DeTable<'_>,
) -> (PolicyDecl<usize>, PolicyPlaces<usize>) {
    let (mut policy, mut places) = (PolicyDecl::NONE, PolicyPlaces::default());
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
            "cooling_period_minutes" => {
                policy.cooling_period_minutes = reader.limit(key.text, value);
                places.has_cooling = true;
            }
            "max_calls_per_session" => policy.max_calls_per_session = reader.limit(key.text, value),
            "max_file_size_mb" => policy.max_file_size_mb = reader.limit(key.text, value),
            "requires_human_review" => {
                policy.requires_human_review = reader.boolean(key.text, value).unwrap_or_default();
                places.review = policy.requires_human_review.then_some(key.at);
            }
            "idempotent" => {
                policy.idempotent = reader.boolean(key.text, value).unwrap_or_default();
                places.idempotent = policy.idempotent.then_some(key.at);
            }
            _ => reader.unknown_key(key, section, &POLICY_KEYS),
        }
    }
    (policy, places)
}
