//! `spec.md` is normative: it must mention everything that the code accepts.

use mcp_scopes_grammar::{catalogue, config, group, limits, tool};
use mcp_scopes_model::{Approval, Risk, SandboxMode, markers};

const SPEC: &str = include_str!("../spec.md");

fn assert_mentioned<'w>(section: &str, words: impl IntoIterator<Item = &'w str>, around: (&str, &str)) {
    let from = SPEC.find(&format!("\n## {section}\n"));
    assert!(from.is_some(), "no section {section}");
    let text = &SPEC[from.unwrap_or_default() + 1..];
    let text = &text[..text[3..].find("\n## ").map_or(text.len(), |end| end + 3)];
    for word in words {
        let (before, after) = around;
        assert!(text.contains(&format!("{before}{word}{after}")), "`{word}` is missing in {section}");
    }
}

#[test]
fn every_key_and_value_is_specified() {
    assert_mentioned("`#[mcp_tool]`", tool::KEYS, ("| `", "` |"));
    assert_mentioned("`#[mcp_tool]`", Risk::NAMES, ("`\"", "\"`"));
    assert_mentioned("`#[mcp_tool]`", Approval::NAMES, ("`\"", "\"`"));
    assert_mentioned("`#[mcp_tool]`", SandboxMode::NAMES, ("", ""));
    assert_mentioned("Dynamic tools", tool::DYNAMIC_KEYS, ("`", "`"));
    assert!(tool::DYNAMIC_KEYS.iter().all(|key| tool::KEYS.contains(key)));
    assert_mentioned("Resources and prompts", config::CONTENT_KEYS, ("`", "`"));
    assert_mentioned("Policies", tool::POLICY_KEYS, ("| `", "` |"));
    assert_mentioned("Parameters", tool::LEFT_OUT, ("`", "`"));
    assert_mentioned("`#[mcp_tools]`", group::KEYS, ("[", " ="));
}

#[test]
fn every_section_and_value_of_the_file_is_specified() {
    assert_mentioned("`mcp-scopes.toml`", config::SECTIONS, ("| `[", "]` |"));
    assert_mentioned("`mcp-scopes.toml`", config::KEYS.into_iter().flatten().copied(), ("| `", "` |"));
    assert_mentioned("`mcp-scopes.toml`", config::CONVENTIONS, ("`", "`"));
    assert_mentioned("`mcp-scopes.toml`", config::LEVELS, ("`", "`"));
}

#[test]
fn every_limit_of_the_file_is_specified() {
    assert_mentioned("Vocabulary", markers::PREFIXES, ("`", "`"));
    let limits = [format!("at most {} MiB", limits::MAX_LEN >> 20), format!("at most {} levels", limits::MAX_DEPTH)];
    assert_mentioned("`mcp-scopes.toml`", limits.iter().map(String::as_str), ("", ""));
}

#[test]
fn every_error_is_listed_with_its_label() {
    let rows: Vec<String> = catalogue::ALL.iter().map(|kind| format!("| `{}` | {} |", kind.id, kind.label)).collect();
    assert_mentioned("Errors", rows.iter().map(String::as_str), ("", "\n"));
    let listed = SPEC.split("\n## Errors\n").nth(1).unwrap().lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, catalogue::ALL.len(), "the table lists an error that does not exist");
}
