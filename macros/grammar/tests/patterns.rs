//! Runs `patterns.tsv` against a literal implementation of "Patterns" in `spec.md`, without optimizations. A policy
//! engine runs the same table.

#[path = "../../../runtime/policies/tests/suite/naive_matcher.rs"]
mod naive_matcher;

use mcp_scopes_model::{Pattern, pattern::glob_syntax};
use serde_json::Value;

#[test]
fn matches_every_row() {
    let mut rows = 0;
    for line in include_str!("../patterns.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [pattern, tool, arguments, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let pattern = Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern} {}", error.reason()));
        let arguments: Value = serde_json::from_str(arguments).unwrap_or_else(|error| panic!("{arguments}: {error}"));
        let matches = match pattern {
            Pattern::Tool { name, glob } => name == tool && glob.is_none_or(|glob| any_matches(glob, &arguments)),
            Pattern::Resource { glob } => {
                tool == "@resource" && glob.is_none_or(|glob| any_matches(glob, &arguments["uri"]))
            }
            Pattern::Prompt { name } => tool == "@prompt" && name.is_none_or(|name| arguments["name"] == name),
            Pattern::OtherServer { .. } => panic!("{line}: another server"),
        };
        assert_eq!(if matches { "yes" } else { "no" }, expected, "{line}");
        rows += 1;
    }
    assert!(rows > 80, "the table was not read: {rows} rows");
}

#[test]
fn accepts_every_normal_form_as_a_glob() {
    // A normal form is also a valid glob, unless it contains reserved characters.
    for text in [
        "/a//b/../c/",
        "https://H//x/./y",
        "file:///etc/x",
        "../../etc",
        "%2Fa%2F./b",
        "https:a//b",
        " file:a/b ",
        "C:\\\\x",
        "a/..",
        "ab://c//d",
    ] {
        let [_, forms] = naive_matcher::forms(text).unwrap();
        for form in forms.iter().filter(|form| !form.contains('%')) {
            assert_eq!(glob_syntax(form), Ok(()), "{text} -> {form}");
        }
    }
    for glob in
        ["/a://b", "a/b://c", "1a://b", "c://x", "a b://c", "/a//b", "https://a//b", "https:///a", "/a/..", "%41"]
    {
        assert!(glob_syntax(glob).is_err(), "{glob}");
    }
}

fn any_matches(glob: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => naive_matcher::any_matches(glob, &[text]),
        Value::Array(elements) => elements.iter().any(|element| any_matches(glob, element)),
        Value::Object(members) => members.values().any(|member| any_matches(glob, member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
