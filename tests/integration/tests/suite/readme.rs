//! Claims of the README about its examples, and the links of all pages. Doctests (`src/lib.rs`) compile the examples.

use std::{fs, path::Path};

const README: &str = include_str!("../../../../README.md");

/// Fewer than fifteen lines secure a server on rmcp: those marked with a `+`. No other line is related to it.
#[test]
fn secures_a_server_on_rmcp_in_few_lines() {
    let section = README.split("\n## Securing a server on rmcp\n").nth(1).unwrap();
    let program = section.split("\n```").nth(1).unwrap();
    let (added, rest): (Vec<&str>, Vec<&str>) = program.lines().partition(|line| line.ends_with(" // +"));
    assert!((5..15).contains(&added.len()), "{} lines:\n{}", added.len(), added.join("\n"));
    for word in ["scope", "token::", "Resource", "mcp_tool", "issuer"] {
        assert!(!rest.join("\n").contains(word), "`{word}` is in a line without a `+`");
        assert!(added.iter().any(|line| line.contains(word)), "{word}");
    }
}

/// The verifier, the metadata and the challenges inherit issuer and resource.
#[test]
fn states_each_fact_once() {
    let section = README.split("\n## Securing a server on rmcp\n").nth(1).unwrap();
    let program = section.split("\n```").nth(1).unwrap();
    for fact in ["\"https://auth.example.com\"", "\"https://files.example.com/mcp\""] {
        assert_eq!(program.matches(fact).count(), 1, "{fact}");
    }
}

/// The lines for clients are those of a program that is compiled.
#[test]
fn three_lines_make_a_client_step_up() {
    let section = README.split("\n## A client\n").nth(1).unwrap();
    let lines: Vec<&str> = section.split("\n```").nth(1).unwrap().lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    let page = include_str!("../../../../docs/clients.md");
    for line in lines {
        assert!(page.contains(&format!("\n    {line}\n")), "not in docs/clients.md: {line}");
    }
}

/// The annotation is that of the example, and the lines are what its program prints.
#[test]
fn shows_a_policy_and_what_it_stops() {
    let section = README.split("\n## Policies\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let blocks: Vec<&str> = section.split("\n```").skip(1).step_by(2).collect();
    let [annotation, printed] = blocks[..] else { panic!("{blocks:?}") };
    let code = |text: &str| text.split_whitespace().collect::<String>().replace(",)", ")");
    let annotation = annotation.strip_prefix("rust,ignore\n").and_then(|code| code.strip_suffix(" { .. }")).unwrap();
    let source = include_str!("../../../../examples/policies/src/tools.rs");
    assert!(annotation.contains("fn send_email(") && code(source).contains(&code(annotation)), "{annotation}");
    let output = include_str!("../../../../examples/policies/tests/output.txt");
    let printed = printed.strip_prefix("text\n$ cargo run -p policies\n").unwrap();
    assert!(printed.lines().count() >= 3 && output.contains(printed), "{printed}");
}

/// The front page stays short: details belong to the pages below `docs`.
#[test]
fn readme_has_at_most_150_lines() {
    assert!(README.lines().count() <= 150, "{} lines", README.lines().count());
}

#[test]
fn links_of_pages_resolve() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md"), root.join("SECURITY.md")];
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    assert!(pages.len() > 8, "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: no file `{link}`", page.display());
            if !anchor.is_empty() {
                let found =
                    fs::read_to_string(&target).unwrap().lines().any(|line| slug(line).as_deref() == Some(anchor));
                assert!(found, "{}: no heading `{link}`", page.display());
            }
        }
    }
}

/// The anchor that GitHub gives to a heading; `None` for other lines.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let heading = heading.to_lowercase().replace(' ', "-");
    Some(heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect())
}
