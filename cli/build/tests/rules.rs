//! Every rule has all of its parts, fires where it should and stays silent where it should.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect"
)]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use mcp_scopes_build::{
    Level, Report, Scan,
    lint::{RULES, Setting, find},
};

fn folder(rule: &str, kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules").join(rule).join(kind)
}

fn lint(folder: &Path) -> Report {
    Scan::new(folder).lint().unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// The findings of a rule as lines, without the folder.
fn lines(report: &Report, rule: &str, folder: &Path) -> String {
    let mut lines = String::new();
    for finding in report.findings.iter().filter(|finding| finding.rule == rule) {
        let place = finding.place.as_ref().expect("a place");
        let file = place.file.strip_prefix(folder.to_str().unwrap()).unwrap().trim_start_matches('/');
        let (line, column) = (place.start.line, place.start.column);
        writeln!(lines, "{file}:{line}:{column}: {}: {}", finding.level.as_str(), finding.message).unwrap();
        writeln!(lines, "  help: {}", finding.help).unwrap();
        assert!(!finding.subject.is_empty() && !finding.help.is_empty(), "{finding:?}");
    }
    lines
}

#[test]
fn every_rule_has_all_of_its_parts() {
    let mut ids = BTreeSet::new();
    for rule in RULES {
        assert!(ids.insert(rule.id), "`{}` is listed twice", rule.id);
        assert_eq!(find(rule.id).map(|found| found.id), Some(rule.id));
        assert!(rule.docs.starts_with(&format!("# {}\n\n", rule.id)), "`{}` has no page", rule.id);
        assert!(rule.docs.lines().count() > 3, "the page of `{}` says nothing", rule.id);
        let first = rule.reason.chars().next().expect("a reason");
        assert!(first.is_lowercase() || first == '`', "{}", rule.reason);
        assert!(!rule.reason.ends_with('.') && !rule.reason.contains('\n'), "{}", rule.reason);
        assert_ne!(rule.level, Setting::Allow, "`{}` is never applied", rule.id);
        for kind in ["firing", "silent"] {
            assert!(folder(rule.id, kind).join("Cargo.toml").is_file(), "`{}` has no {kind} fixture", rule.id);
        }
    }
    let folders = fs::read_dir(folder("", "")).unwrap();
    for entry in folders {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(ids.contains(name.as_str()), "the fixture `{name}` belongs to no rule");
    }
}

/// Set `MCP_SCOPES_BLESS` to write `expected.txt` anew, then look at what changed.
#[test]
fn firing_fixtures_fire() {
    for rule in RULES {
        let folder = folder(rule.id, "firing");
        let found = lines(&lint(&folder), rule.id, &folder);
        assert!(!found.is_empty(), "`{}` does not fire", rule.id);
        let expected = folder.with_file_name("expected.txt");
        if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, expected, "`{}` says something else than its `expected.txt`", rule.id);
    }
}

#[test]
fn silent_fixtures_are_silent() {
    for rule in RULES {
        let report = lint(&folder(rule.id, "silent"));
        let said: Vec<_> = report.findings.iter().filter(|finding| finding.rule == rule.id).collect();
        assert!(said.is_empty(), "{said:#?}");
        // A fixture that does not compile would be silent for the wrong reason.
        assert!(!report.has_errors(), "{:#?}", report.findings);
        assert!(report.annotated() > 0, "`{}` has nothing in it", rule.id);
    }
}

/// What the configuration says of each rule, over its firing fixture.
#[test]
fn levels_are_honoured() {
    for rule in RULES.iter().filter(|rule| rule.check.own().is_some()) {
        for (name, setting) in [(rule.id, "deny"), (rule.category.as_str(), "deny"), (rule.id, "allow")] {
            let copy = copy(&folder(rule.id, "firing"));
            configure(copy.path(), &format!("\n[lint]\n{name} = \"{setting}\"\n"));
            let report = lint(copy.path());
            let shared = rule.check.shared();
            let own = report.findings.iter().filter(|finding| finding.rule == rule.id);
            let own: Vec<_> =
                own.filter(|finding| shared.is_empty() || finding.message.contains("many clients")).collect();
            if setting == "allow" {
                assert!(own.is_empty(), "{own:#?}");
            } else {
                assert!(!own.is_empty(), "`{}` does not fire any more", rule.id);
                assert!(own.iter().all(|finding| finding.level == Level::Error), "{own:#?}");
            }
        }
    }
}

#[test]
fn what_no_rule_is_called_is_said() {
    for (line, near) in [
        ("risky-nmae = \"deny\"", "did you mean `risky-name`?"),
        ("leastprivilege = \"warn\"", "did you mean `least-privilege`?"),
        ("scope-syntax = \"allow\"", "remove the line"),
    ] {
        let copy = copy(&folder("risky-name", "silent"));
        configure(copy.path(), &format!("\n[lint]\n{line}\n"));
        let report = lint(copy.path());
        let found = report.findings.iter().find(|finding| finding.rule == "lint-config").expect(line);
        assert_eq!((found.help.as_str(), found.level), (near, Level::Error));
        assert!(found.file().ends_with("mcp-scopes.toml"), "{found:?}");
    }
}

#[test]
fn a_category_yields_to_its_rule() {
    let copy = copy(&folder("risky-name", "firing"));
    configure(copy.path(), "\n[lint]\nrisk = \"deny\"\nrisky-name = \"warn\"\n");
    assert!(!lint(copy.path()).has_errors());
}

fn copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("src")).unwrap();
    for file in ["Cargo.toml", "src/lib.rs", "mcp-scopes.toml"] {
        if folder.join(file).is_file() {
            fs::copy(folder.join(file), copy.path().join(file)).unwrap();
        }
    }
    copy
}

/// Adds to the configuration file, and lets the table read it.
fn configure(folder: &Path, more: &str) {
    let config = folder.join("mcp-scopes.toml");
    let text = fs::read_to_string(&config).unwrap_or_default();
    fs::write(&config, text + more).unwrap();
    let source = folder.join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    if !text.contains("with \"mcp-scopes.toml\"") {
        let end = text.rfind("];").unwrap();
        let (head, tail) = text.split_at(end + 1);
        fs::write(&source, format!("{head} with \"mcp-scopes.toml\"{tail}")).unwrap();
    }
}
