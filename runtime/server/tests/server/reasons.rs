//! Reasons in the sources of the layer: each is checked at compile time, and a challenge shows it unchanged.

use std::{fs, path::Path};

use mcp_scopes::Challenge;

/// Calls whose argument becomes the `error_description`.
const SINKS: [&str; 8] = [
    "ProofError::Invalid(",
    "TokenError::of_claim(",
    "TokenError::invalid(",
    "TokenError::unavailable(",
    "Unresolved::Token(",
    "Credentials::Malformed(",
    ".description(",
    "note_failure(",
];
/// The cause of a failed request to an issuer becomes the reason of a `TokenError`.
const SINKS_OF_ENDPOINT: [&str; 2] = ["return Err(\"", "map_err(|_| \""];

/// Returns the sources of the layer without comments and unit tests.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
                let lines: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
                found.push((path.display().to_string(), lines.join("\n")));
            }
        }
    }
    found
}

/// Returns the text up to the parenthesis that closes the preceding one.
fn argument(rest: &str) -> &str {
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text && depth == 0 => return &rest[..at],
            ')' if !in_text => depth -= 1,
            _ => {}
        }
    }
    rest
}

/// Returns whether the argument has a literal without `reason!`.
fn has_unchecked_literal(argument: &str) -> bool {
    let mut rest = argument;
    while let Some(at) = rest.find('"') {
        if !rest[..at].trim_end().ends_with("reason!(") {
            return true;
        }
        rest = &rest[at + 1..];
        rest = rest.find('"').map_or("", |end| &rest[end + 1..]);
    }
    false
}

fn unchecked(name: &str, source: &str) -> Vec<String> {
    let sinks = SINKS.iter().flat_map(|sink| source.match_indices(sink));
    let mut found: Vec<_> = sinks
        .map(|(at, sink)| argument(&source[at + sink.len()..]))
        .filter(|argument| has_unchecked_literal(argument))
        .map(|argument| format!("{name}: {argument}"))
        .collect();
    if name.ends_with("endpoint.rs") {
        let found_there = SINKS_OF_ENDPOINT.iter().flat_map(|sink| source.match_indices(sink));
        found.extend(found_there.map(|(at, _)| format!("{name}: {:.80}", &source[at..])));
    }
    found
}

#[test]
fn checks_every_reason_at_compile_time() {
    let unchecked: Vec<_> = sources().iter().flat_map(|(name, source)| unchecked(name, source)).collect();
    assert!(unchecked.is_empty(), "write `reason!(\"..\")`:\n{}", unchecked.join("\n"));
}

/// Returns the errors of invalid tokens that say nothing about what the operator can change.
fn without_help(name: &str, source: &str) -> Vec<String> {
    let sinks = ["TokenError::invalid(reason!", "TokenError::of_claim(", "Self::invalid(reason!"];
    let all = sinks.iter().flat_map(|sink| source.match_indices(sink));
    let errors = all.filter_map(|(at, _)| {
        let rest = &source[at..];
        let inner = &rest[rest.find('(')? + 1..];
        let argument = argument(inner);
        let is_helped = inner[argument.len() + 1..].trim_start().starts_with(".with_help(");
        (!is_helped).then(|| format!("{name}: {argument}"))
    });
    errors.collect()
}

#[test]
fn says_for_every_invalid_token_what_to_change() {
    let helpless: Vec<_> = sources().iter().flat_map(|(name, source)| without_help(name, source)).collect();
    assert!(helpless.is_empty(), "add `.with_help(\"..\")`:\n{}", helpless.join("\n"));
    assert_eq!(without_help("x.rs", "TokenError::invalid(reason!(\"it is (bad\"))\n    .with_help(\"a\")"), [""; 0]);
    for source in ["TokenError::invalid(reason!(\"it is bad\"));", "TokenError::of_claim(name, reason!(\"is bad\"))"] {
        assert_eq!(without_help("x.rs", source).len(), 1, "{source}");
    }
}

#[test]
fn finds_reasons_that_are_not_checked() {
    for source in [
        "TokenError::invalid(\"it is bad\")",
        "TokenError::of_claim(name, \"is bad\")",
        "TokenError::unavailable(\n    \"it is bad\",\n)",
        "TokenError::invalid(match key { None => reason!(\"(a\"), Some(_) => \"b\" })",
        "challenge.description(if bad { \"a\" } else { reason })",
    ] {
        assert_eq!(unchecked("x.rs", source).len(), 1, "{source}");
    }
    assert_eq!(unchecked("endpoint.rs", "return Err(\"it is bad\");").len(), 1);
    for source in [
        "TokenError::invalid(reason!(\"it is bad\"))",
        "TokenError::invalid(reason!(\n    \"it is :) bad\"\n)), \"another text\"",
        "TokenError::unavailable(fault)",
        "TokenError::of_claim(name, reason!(\"is bad\"))",
    ] {
        assert_eq!(unchecked("x.rs", source), [""; 0], "{source}");
    }
}

#[test]
fn shows_every_reason_unchanged_in_challenges() {
    let mut count = 0;
    for (name, source) in sources() {
        for (at, opening) in source.match_indices("reason!(") {
            let rest = source[at + opening.len()..].trim_start();
            let Some(text) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            let challenge = Challenge::invalid_request().description(text).to_string();
            assert!(challenge.ends_with(&format!("error_description=\"{text}\"")), "{name}: {challenge}");
            count += 1;
        }
    }
    assert!(count > 40, "{count} reasons were found");
}
