//! Claims of the README about its examples. A doctest (`src/lib.rs`) compiles and runs them.

const README: &str = include_str!("../../../README.md");

/// Fewer than fifteen lines secure a server on rmcp: those marked with a `+`. No other line is related to it.
#[test]
fn secures_a_server_on_rmcp_in_few_lines() {
    let section = README.split("\n## Securing a server on rmcp\n").nth(1).unwrap();
    let program = section.split("\n```").nth(1).unwrap();
    let (added, rest): (Vec<&str>, Vec<&str>) = program.lines().partition(|line| line.ends_with(" // +"));
    assert!((5..15).contains(&added.len()), "{} lines:\n{}", added.len(), added.join("\n"));
    for word in ["scope", "token::", "Resource", "mcp_tool", "verifier"] {
        assert!(!rest.join("\n").contains(word), "`{word}` is in a line without a `+`");
        assert!(added.iter().any(|line| line.contains(word)), "{word}");
    }
}
