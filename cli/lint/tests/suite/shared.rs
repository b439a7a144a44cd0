//! Tables that share a configuration file, and files that cannot be read.

use std::fs;

use mcp_scopes_lint::Overrides;
use mcp_scopes_scan::{Level, Scan};

const MANIFEST: &str = "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [dependencies]\nmcp-scopes = \"0.1\"\n";
const SOURCE: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\
                      #[mcp_tool(scope = \"files:read\", risk = \"low\")]\npub fn read_file() {}\n\
                      #[mcp_tool(scope = \"shell:run\", risk = \"low\")]\npub fn run() {}\n";
const CONFIG: &str = "[server]\nresource = \"https://a.example.com/mcp\"\n\
                      authorization_servers = [\"https://i.example.com\"]\n\n[flows]\nuser = [\"files:read\"]\n\n\
                      [scopes]\n\"files:read\" = { description = \"Read\" }\n\"shell:run\" = { description = \"Run\" }\n";

/// Returns the rules and levels of a package's findings.
fn found(files: &[(&str, &str)]) -> Vec<(&'static str, Level)> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    for (file, text) in [("Cargo.toml", MANIFEST), ("mcp-scopes.toml", CONFIG)].iter().chain(files) {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let report = mcp_scopes_lint::lint(&Scan::new(folder.path()), &Overrides::new()).unwrap();
    report.findings.iter().map(|finding| (finding.rule, finding.level)).collect()
}

fn of_rule(files: &[(&str, &str)], rule: &str) -> usize {
    found(files).iter().filter(|(found, _)| *found == rule).count()
}

#[test]
fn judges_tables_that_share_a_file_together() {
    let source = |tables: &str| format!("{SOURCE}{tables}");
    let both = source(
        "scope_table! { pub static FILES = [read_file] with \"mcp-scopes.toml\"; }\n\
         scope_table! { pub static SHELL = [run] with \"mcp-scopes.toml\"; }\n",
    );
    assert_eq!(of_rule(&[("src/lib.rs", &both)], "unused-scope"), 0);
    assert_eq!(of_rule(&[("src/lib.rs", &both)], "idle-flow-step"), 0);
    let unused = CONFIG.to_owned() + "\"files:write\" = { description = \"Write\" }\n";
    assert_eq!(of_rule(&[("src/lib.rs", &both), ("mcp-scopes.toml", &unused)], "unused-scope"), 1);
    let one = source("scope_table! { pub static FILES = [read_file] with \"mcp-scopes.toml\"; }\n");
    assert_eq!(of_rule(&[("src/lib.rs", &one)], "unused-scope"), 1);
}

#[test]
fn reports_an_unreadable_source_file_alone() {
    let source = "mod shell;\nuse mcp_scopes::{mcp_tool, scope_table};\n/// Returns the contents\n\
                  #[mcp_tool(scope = \"files:read\", risk = \"low\")]\npub fn read_file() {}\n\
                  scope_table! { pub static TOOLS = [read_file, shell::run, ..shell::TOOLS] with \"mcp-scopes.toml\"; }\n";
    let broken = "#[mcp_scopes::mcp_tool(scope = \"shell:run\")]\npub fn run( {}\n";
    assert_eq!(found(&[("src/lib.rs", source), ("src/shell.rs", broken)]), [("syntax", Level::Error)]);
}

#[test]
fn reports_an_unreadable_configuration_alone() {
    let source = format!("{SOURCE}scope_table! {{ pub static TOOLS = [read_file] with \"mcp-scopes.toml\"; }}\n");
    let found = found(&[("src/lib.rs", &source), ("mcp-scopes.toml", "[server\n")]);
    assert!(found.len() == 1 && found[0].1 == Level::Error, "{found:?}");
}
