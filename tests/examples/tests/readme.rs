//! What the README claims about its own examples. That they compile and run is a doctest (`src/lib.rs`).

const README: &str = include_str!("../../../README.md");

/// Less than fifteen lines make a server on rmcp a resource server: those with a `+`, and no other one has to do with it.
#[test]
fn few_lines_secure_a_server_on_rmcp() {
    let section = README.split("\n## Securing a server on rmcp\n").nth(1).unwrap();
    let program = section.split("\n```").nth(1).unwrap();
    let (added, rest): (Vec<&str>, Vec<&str>) = program.lines().partition(|line| line.ends_with(" // +"));
    assert!((5..15).contains(&added.len()), "{} lines:\n{}", added.len(), added.join("\n"));
    for word in ["scope", "token::", "Resource", "mcp_tool", "verifier"] {
        assert!(!rest.join("\n").contains(word), "`{word}` stands in a line without a `+`");
        assert!(added.iter().any(|line| line.contains(word)), "{word}");
    }
}
