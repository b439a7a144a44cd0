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
fn reports_an_unreadable_configuration_without_what_follows_from_it() {
    let source = format!("{SOURCE}scope_table! {{ pub static TOOLS = [read_file] with \"mcp-scopes.toml\"; }}\n");
    let found = |config: &str| found(&[("src/lib.rs", &source), ("mcp-scopes.toml", config)]);
    let of_tools = [
        ("missing-description", Level::Warning),
        ("missing-description", Level::Warning),
        ("unlisted-tool", Level::Error),
    ];
    let broken = found("[server\n");
    assert_eq!((broken[0].1, &broken[1..]), (Level::Error, &of_tools[..]), "{broken:?}");
    // What is well-formed still sets levels.
    let levels = format!("{CONFIG}[session]\nidle = 1\n[lint]\nmissing-description = \"allow\"\n");
    assert_eq!(found(&levels), [("unknown-key", Level::Error), of_tools[2]]);
}

/// The error of one package hides nothing in another.
#[test]
fn an_unreadable_file_hides_nothing_in_other_packages() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let tables = "scope_table! { pub static TOOLS = [read_file, run] with \"mcp-scopes.toml\"; }\n";
    for package in ["a", "b"] {
        write(&format!("{package}/Cargo.toml"), &MANIFEST.replace("\"server\"", &format!("\"{package}\"")));
        write(&format!("{package}/src/lib.rs"), &format!("{SOURCE}{tables}"));
        write(&format!("{package}/mcp-scopes.toml"), &format!("{CONFIG}\"files:write\" = {{ description = \"W\" }}\n"));
    }
    write("a/src/lib.rs", &format!("mod broken;\n{SOURCE}{tables}"));
    write("a/src/broken.rs", "#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn f( {}\n");
    let report = mcp_scopes_lint::lint(&Scan::new(folder.path()), &Overrides::new()).unwrap();
    let unused = report.findings.iter().filter(|finding| finding.rule == "unused-scope");
    let files: Vec<_> = unused.map(|finding| finding.file().rsplit('/').nth(1).unwrap()).collect();
    assert_eq!(files, ["b"]);
}
