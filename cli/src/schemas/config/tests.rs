//! Compares the schema with the reader.

use mcp_scopes_grammar::{
    config::{CONTENT_KEYS, CONVENTIONS, KEYS, LINT_PATH, SECTIONS},
    tool::{DYNAMIC_KEYS, POLICY_KEYS},
};
use mcp_scopes_lint::{Category, RULES};
use mcp_scopes_model::Risk;
use serde_json::{Value, json};

use super::schema;
use crate::schemas::committed;

fn names(schema: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn sorted<'n>(names: &[&'n str]) -> Vec<&'n str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// The tables with fixed keys, and the section of each.
const TABLES: [(&str, &str); 13] = [
    ("Server", "[server]"),
    ("ScopePrefix", "[server.scope_prefix]"),
    ("Convention", "[convention]"),
    ("Scope", "[scopes.\"files:write\"]"),
    ("Session", "[session]"),
    ("RiskRule", "[risk.high]"),
    ("Sandbox", "[sandbox]"),
    ("Diff", "[diff]"),
    ("Accept", "[[diff.accept]]"),
    ("Tool", "[tools.\"run_query\"]"),
    ("Policy", "[tools.\"run_query\"]\nrisk = \"low\"\n[tools.\"run_query\".policy]"),
    ("ResourceEntry", "[resources.\"logs://*\"]"),
    ("PromptEntry", "[prompts.review]"),
];

/// The keys of [`TABLES`].
fn keys() -> impl Iterator<Item = &'static [&'static str]> {
    KEYS.into_iter().chain([DYNAMIC_KEYS.as_slice(), &POLICY_KEYS, &CONTENT_KEYS, &CONTENT_KEYS])
}

#[test]
fn committed_schema_is_up_to_date() {
    committed::compare("config.schema.json", &schema());
}

/// The reader and the schema have the same keys and words.
#[test]
fn schema_and_reader_have_the_same_keys() {
    let schema = schema();
    assert_eq!((names(&schema), &schema["additionalProperties"]), (sorted(&SECTIONS), &json!(false)));
    for ((name, _), keys) in TABLES.iter().zip(keys()) {
        let table = &schema["definitions"][name];
        assert_eq!((names(table), &table["additionalProperties"]), (sorted(keys), &json!(false)), "{name}");
        for (key, property) in table["properties"].as_object().unwrap() {
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}.{key}");
        }
    }
    assert_eq!(schema["definitions"]["Convention"]["properties"]["scope"]["enum"], json!(CONVENTIONS));
    assert_eq!(names(&schema["definitions"]["Risks"]), sorted(&Risk::NAMES));
    let rules = RULES.iter().map(|rule| rule.id).chain(Category::ALL.iter().map(|category| category.as_str()));
    let with = |name| sorted(&rules.clone().chain([name]).collect::<Vec<&str>>());
    let lint = &schema["properties"]["lint"];
    assert_eq!(names(lint), with(LINT_PATH));
    let path = &lint["properties"][LINT_PATH]["items"];
    assert_eq!((names(path), &path["additionalProperties"]), (with("paths"), &json!(false)));
}

/// The reader accepts the example of each key.
#[test]
fn reader_accepts_the_example_of_each_key() {
    let schema = schema();
    let errors_of = |text: &str| mcp_scopes_grammar::config::read(text, "mcp-scopes.toml").err();
    for (name, section) in TABLES {
        for (key, property) in schema["definitions"][name]["properties"].as_object().unwrap() {
            // The keys of a table have examples, and not the table.
            if ["scope_prefix", "policy", "accept"].contains(&key.as_str()) {
                continue;
            }
            // JSON with strings, numbers, flags and lists of strings is valid TOML.
            let example = &property["examples"][0];
            assert!(!example.is_null(), "{name}.{key} has no example");
            let beside = match (name, key.as_str()) {
                ("Session", "domain") => "server = \"mail\"\n".to_owned(),
                ("Session", "server") => "domain = \"office\"\n".to_owned(),
                ("Session", "escalation_seconds") => "block_rapid_escalation = true\n".to_owned(),
                ("Policy", "idempotent") => "cooling_period_minutes = 5\n".to_owned(),
                ("Convention", "pattern") => "scope = \"pattern\"\n".to_owned(),
                ("Tool", key) if key != "risk" => "risk = \"low\"\n".to_owned(),
                ("ResourceEntry", "risk") | ("PromptEntry", "risk" | "description") => {
                    "authenticated = true\n".to_owned()
                }
                ("ResourceEntry", "description") => "risk = \"low\"\nauthenticated = true\n".to_owned(),
                ("ResourceEntry", _) => "risk = \"low\"\n".to_owned(),
                ("Accept", key) => accepted_without(key),
                _ => String::new(),
            };
            let errors = errors_of(&format!("{section}\n{beside}{key} = {example}\n"));
            assert!(errors.is_none(), "{name}.{key}: {errors:?}");
            assert!(errors_of(&format!("{section}\n{key}s_ = {example}\n")).is_some(), "{name}.{key}s_");
        }
    }
}

/// Returns the other keys of an accepted change, which are required.
fn accepted_without(key: &str) -> String {
    let subject = if key == "pointer" { "pointer" } else { "tool" };
    let keys = [
        ("kind", "tool-added"),
        ("change", "1f0c9a77f1b2"),
        (subject, "/a"),
        ("reason", "reviewed"),
        ("until", "2027-03-01"),
    ];
    let others = keys.iter().filter(|(name, _)| *name != key);
    let lines: Vec<String> = others.map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
    lines.concat()
}
