//! Every rule is complete, fires on the firing part of its case and is silent on the silent part.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use mcp_scopes_lint::{
    Category, Documents, EXPERIENCE, Overrides, RULES, Rule,
    baseline::{self, Baseline},
    day::Day,
    find,
};
use mcp_scopes_prm::ViolationKind;
use mcp_scopes_scan::{Level, Report, Safety, Scan, reported_id};

use crate::cases::{self, Case, FIRING, SILENT, documents};

/// Returns the rules that this crate checks. Those about live servers are tested in `mcp-scopes-doctor`.
fn linted() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| rule.category != Category::Live)
}

/// Lints the folder of a case: the package, if there is one, and every document.
fn lint(folder: &Path) -> Report {
    let mut report = Report::default();
    if folder.join("Cargo.toml").is_file() {
        report.merge(
            mcp_scopes_lint::lint(&Scan::new(folder), &Overrides::new())
                .unwrap_or_else(|error| panic!("{}: {error}", folder.display())),
        );
        if folder.join(baseline::FILE).is_file() {
            let known = Baseline::read(&folder.join(baseline::FILE)).unwrap_or_else(|error| panic!("{error}"));
            known.apply(&mut report, Day::parse("2026-11-21").unwrap(), &Overrides::new());
        }
    }
    for file in documents(folder) {
        report.merge(asked(folder).lint_file(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
    report
}

/// Reads the settings of the folder of a case: `resource.txt` has the requested resource,
/// `authorization-server.txt` the metadata of the authorization server, `lint.toml` the configuration.
fn asked(folder: &Path) -> Documents {
    let documents = match fs::read_to_string(folder.join("resource.txt")) {
        Ok(resource) => Documents::new().resource(resource.trim()),
        Err(_) => Documents::new(),
    };
    let server = folder.join("authorization-server.txt");
    let documents =
        if server.is_file() { documents.authorization_server_metadata(&server).unwrap() } else { documents };
    let config = folder.join("lint.toml");
    if config.is_file() { documents.config(&config).unwrap() } else { documents }
}

/// Returns the findings of a rule as lines, without the folder.
fn lines(report: &Report, rule: &str, folder: &Path) -> String {
    let mut lines = String::new();
    for finding in report.findings.iter().filter(|finding| finding.rule == rule) {
        let place = finding.place.as_ref().expect("a place");
        let file = place.file.strip_prefix(folder.to_str().unwrap()).unwrap().trim_start_matches('/');
        let (line, column) = (place.start.line, place.start.column);
        let message = finding.message.replace(&format!("{}/", folder.display()), "");
        writeln!(lines, "{file}:{line}:{column}: {}: {message}", finding.level.as_str()).unwrap();
        writeln!(lines, "  help: {}", finding.help).unwrap();
        assert!(!finding.subject.is_empty() && !finding.help.is_empty(), "{finding:?}");
        for text in [&finding.message, &finding.help] {
            assert!(!text.ends_with('.') && !text.starts_with(char::is_uppercase) && !text.contains('\n'), "{text}");
        }
    }
    lines
}

#[test]
fn every_rule_has_all_of_its_parts() {
    assert!(RULES.is_sorted_by_key(|rule| rule.id));
    let mut ids = BTreeSet::new();
    for rule in RULES {
        let id = rule.id;
        assert!(ids.insert(id), "`{id}` is listed twice");
        assert_eq!(find(id).map(|found| found.id), Some(id));
        assert!(rule.docs.starts_with(&format!("# {id}\n\n")), "the page of `{id}` does not begin with its id");
        let (page, alarms) = rule
            .docs
            .split_once("\n## False alarms\n\n")
            .unwrap_or_else(|| panic!("the page of `{id}` has no section `False alarms`"));
        assert!(page.lines().count() > 2, "the page of `{id}` says nothing");
        assert!(alarms.len() > 40, "the section `False alarms` of `{id}` is too short: {alarms}");
        assert!(rule.docs.lines().all(|line| line.chars().count() <= 130), "the page of `{id}` is too wide");
        for text in [rule.summary, rule.reason] {
            assert!(text.starts_with(|first: char| first.is_lowercase() || first == '`'), "`{id}`: {text:?}");
            assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
        }
        let cited = ["RFC ", "MCP ", "SEP-", "mcp_extensions"].iter().any(|start| rule.section.starts_with(start));
        assert!(
            cited || rule.section == EXPERIENCE,
            "the section of `{id}` is neither one of a standard nor `EXPERIENCE`: {}",
            rule.section
        );
        if let Some(mirror) = rule.mirror {
            let back = find(mirror).unwrap_or_else(|| panic!("`{id}` mirrors `{mirror}`, which is not a rule"));
            assert_eq!(back.mirror, Some(id), "`{mirror}` does not name `{id}` back");
        }
        let mut names = BTreeSet::new();
        for option in rule.options {
            assert!(names.insert(option.name) && option.name != "level", "`{id}` has two options `{}`", option.name);
            assert!(
                !option.docs.is_empty() && rule.docs.contains(option.name),
                "`{id}` does not explain `{}`",
                option.name
            );
        }
        if rule.category == Category::Live {
            assert!(!rule.check.reads_documents(), "`{id}` is about live servers, and checks documents");
            continue;
        }
        let case = Case::read(id);
        assert!(!case.expected().is_empty(), "`{id}` expects no finding");
        assert!(case.evidence().trim_end().ends_with('.'), "the evidence of `{id}` is not a sentence");
        for part in [FIRING, SILENT] {
            let folder = case.write(part);
            assert!(
                folder.path().join("Cargo.toml").is_file() || !documents(folder.path()).is_empty(),
                "`{id}` has neither a package nor a document in its {part} part"
            );
        }
    }
    for name in cases::ids() {
        assert!(linted().any(|rule| rule.id == name), "no rule has the case `{name}`");
    }
    for name in cases::names_in("rules", ".md") {
        assert!(ids.contains(name.as_str()), "no rule has the page `{name}`");
    }
}

#[test]
fn every_violation_has_one_rule() {
    // The remaining kinds occur only in tables and documents that code builds. The parser never reports them.
    let building = [ViolationKind::DuplicateTool, ViolationKind::CircularHierarchy, ViolationKind::Unreadable];
    for kind in ViolationKind::ALL {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.check.violations.contains(&kind)).collect();
        assert_eq!(rules.len(), usize::from(!building.contains(&kind)), "{kind:?}");
    }
}

/// A JSON document has no sections, functions and comments.
#[test]
fn messages_about_documents_do_not_name_source() {
    let words = [
        ".toml",
        "[server",
        "[scopes",
        "[flows",
        "[session",
        "[sandbox",
        "doc comment",
        "annotat",
        "#[",
        " = [",
        " = \"",
        "scope_table!",
    ];
    let mut wrong = BTreeSet::new();
    for rule in linted() {
        let case = Case::read(rule.id);
        for part in [FIRING, SILENT] {
            let folder = case.write(part);
            for file in documents(folder.path()) {
                for finding in asked(folder.path()).lint_file(&file).unwrap().findings {
                    if words.iter().any(|word| finding.message.contains(word) || finding.help.contains(word)) {
                        wrong.insert(format!("{}: {} ({})", finding.rule, finding.message, finding.help));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The scan reports a diagnostic under the id of its rule.
#[test]
fn reports_diagnostics_under_the_ids_of_rules() {
    for rule in RULES {
        for diagnostic in rule.check.diagnostics {
            assert_eq!(reported_id(diagnostic), rule.id);
        }
    }
    let of_grammar = mcp_scopes_grammar::catalogue::ALL.iter().map(|kind| kind.id);
    for id in of_grammar.chain(mcp_scopes_model::problem::Kind::ALL.iter().map(|kind| kind.id())) {
        let stated = RULES.iter().any(|rule| rule.check.diagnostics.contains(&id));
        assert!(stated || reported_id(id) == id, "no rule states the diagnostic `{id}`");
    }
}

/// `coverage.md` names exactly the rules that check documents against the standards.
#[test]
fn coverage_names_every_rule_of_the_standards() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coverage.md")).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")).collect();
    assert!(rows.len() > 80, "the tables are shorter than they were");
    let mut named = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
        // The words between backticks. Rules are those that no member or value has the form of.
        let words = cells[2].split('`').skip(1).step_by(2);
        for word in words.filter(|word| word.contains('-') && !word.starts_with("--")) {
            assert!(find(word).is_some(), "there is no rule `{word}`: {row}");
            named.insert(word);
        }
    }
    for rule in RULES {
        let standard = ["RFC 9728 ", "RFC 8414 "].iter().any(|start| rule.section.starts_with(start));
        assert!(
            !standard || rule.category != Category::Document || named.contains(rule.id),
            "`{}` follows {}, but is in no row",
            rule.id,
            rule.section
        );
    }
}

/// Set `MCP_SCOPES_BLESS` to write the sections `expected`, then review the difference.
#[test]
fn reports_expected_findings_on_firing_cases() {
    for rule in linted() {
        let mut case = Case::read(rule.id);
        let folder = case.write(FIRING);
        let found = lines(&lint(folder.path()), rule.id, folder.path());
        assert!(!found.is_empty(), "`{}` does not fire", rule.id);
        if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
            case.bless(&found);
        }
        assert_eq!(found, case.expected(), "`{}` reports other findings than its case expects", rule.id);
    }
}

#[test]
fn reports_nothing_on_silent_cases() {
    for rule in linted() {
        let folder = Case::read(rule.id).write(SILENT);
        let report = lint(folder.path());
        let said: Vec<_> = report.findings.iter().filter(|finding| finding.rule == rule.id).collect();
        assert!(said.is_empty(), "{said:#?}");
        // A case that does not compile would be silent for the wrong reason.
        assert!(!report.has_errors(), "{:#?}", report.findings);
        assert!(report.annotated() + report.documents > 0, "the silent part of `{}` is empty", rule.id);
    }
}

/// A fix resolves its finding and adds no other. Overlapping fixes wait for the next round.
#[test]
fn safe_fixes_leave_no_errors() {
    let text = r#"{"resource": "https://h", "authorization_servers": ["https://a"], "scopes_supported": [],
        "resource": "https://h", "dpop_signing_alg_values_supported": [ ],
        "resource_signing_alg_values_supported": []
    }"#;
    let mut text = text.to_owned();
    for _ in 0..3 {
        let report = Documents::new().lint("a.json", text.as_bytes());
        let mut edits: Vec<_> =
            report.findings.iter().flat_map(|finding| &finding.fix).flat_map(|fix| &fix.edits).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let mut end = usize::MAX;
        for edit in edits {
            if edit.range.end <= end {
                text.replace_range(edit.range.clone(), &edit.text);
                end = edit.range.start;
            }
        }
    }
    let report = Documents::new().lint("a.json", text.as_bytes());
    assert!(!report.has_errors(), "{text}: {:#?}", report.findings);
    assert!(text.contains("https://h") && !text.contains("supported"), "{text}");
}

/// Applies the fixes of `--fix` and `--unsafe-fixes`, one at a time.
#[test]
fn fixes_write_the_expected_text() {
    let fixed = |documents: &Documents, text: &str| {
        let report = documents.lint("a.json", text.as_bytes());
        let fixes: Vec<_> = report.findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
        assert!(fixes.len() <= 1, "{fixes:#?}");
        let mut text = text.to_owned();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            text.replace_range(edit.range.clone(), &edit.text);
        }
        (text, fixes.first().map(|fix| fix.safety))
    };
    let documents = Documents::new();
    let asked = Documents::new().resource("https://h/mcp/");
    for (documents, text, after, safety) in [
        (&documents, r#"{"resource": "https://h/mcp/"}"#, r#"{"resource": "https://h/mcp"}"#, Some(Safety::Unsafe)),
        (&asked, r#"{"resource": "https://h/mcp/"}"#, r#"{"resource": "https://h/mcp/"}"#, None),
        (&asked, r#"{"resource": "https://h/mcp"}"#, r#"{"resource": "https://h/mcp/"}"#, Some(Safety::Unsafe)),
        (
            &documents,
            r#"{"scopes_supported": ["a:b", "a:c", "a:b"]}"#,
            r#"{"scopes_supported": ["a:b", "a:c"]}"#,
            Some(Safety::Safe),
        ),
        (&documents, r#"{"resource_name#FR": "F"}"#, r#"{"resource_name#fr": "F"}"#, Some(Safety::Unsafe)),
        (
            &documents,
            r#"{"resource_name#FR": "F", "resource_name#fr": "F"}"#,
            r#"{"resource_name#FR": "F", "resource_name#fr": "F"}"#,
            None,
        ),
    ] {
        assert_eq!(fixed(documents, text), (after.to_owned(), safety), "{text}");
    }
}

/// Applies every level to each rule, on the firing part of its case.
#[test]
fn applies_configured_levels() {
    let in_source =
        |rule: &&Rule| rule.check.tool.is_some() || rule.check.table.is_some() || !rule.check.notices.is_empty();
    for rule in RULES.iter().filter(in_source) {
        let case = Case::read(rule.id);
        // A configuration that a table names is not the one that `unused-config` reports.
        if !case.has_package(FIRING) || rule.id == "unused-config" {
            continue;
        }
        for (name, setting) in [(rule.id, "deny"), (rule.category.as_str(), "deny"), (rule.id, "allow")] {
            let copy = case.write_package(FIRING);
            configure(copy.path(), &format!("\n[lint]\n{name} = \"{setting}\"\n"));
            let report = lint(copy.path());
            let shared = rule.check.diagnostics;
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

/// A tool that is listed twice gives one finding, and no other rule reports it.
#[test]
fn reports_a_repeated_name_as_duplicate_tool_only() {
    let copy = Case::read("near-duplicate-tool").write_package(FIRING);
    let source = copy.path().join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    let list = text.rfind("= [").unwrap() + "= [".len();
    let end = list + text[list..].find("];").unwrap();
    let first = text[list..end].split(',').next().unwrap().trim().to_owned();
    fs::write(&source, format!("{}{first}, {first}{}", &text[..list], &text[end..])).unwrap();
    let rules: BTreeSet<_> = lint(copy.path()).findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains("duplicate-tool") && !rules.contains("near-duplicate-tool"), "{rules:?}");
}

#[test]
fn rejects_unknown_rules_in_the_lint_section() {
    for (line, near) in [
        ("risky-nmae = \"deny\"", "did you mean `risky-name`?"),
        ("leastprivilege = \"warn\"", "did you mean `least-privilege`?"),
        ("scope-syntax = \"allow\"", "remove the line"),
    ] {
        let copy = Case::read("risky-name").write_package(SILENT);
        configure(copy.path(), &format!("\n[lint]\n{line}\n"));
        let report = lint(copy.path());
        let found = report.findings.iter().find(|finding| finding.rule == "lint-config").expect(line);
        assert_eq!((found.help.as_str(), found.level), (near, Level::Error));
        assert!(found.file().ends_with("mcp-scopes.toml"), "{found:?}");
    }
}

#[test]
fn rule_level_overrides_category_level() {
    let copy = Case::read("risky-name").write_package(FIRING);
    configure(copy.path(), "\n[lint]\nrisk = \"deny\"\nrisky-name = \"warn\"\n");
    assert!(!lint(copy.path()).has_errors());
}

/// Appends to the configuration file, and makes the table read it.
fn configure(folder: &Path, more: &str) {
    let config = folder.join("mcp-scopes.toml");
    let text = fs::read_to_string(&config).unwrap_or_default();
    // The case of a rule that is off by default turns it on.
    let (head, tail) = text.split_once("[lint]").unwrap_or((&text, ""));
    let tail = tail.find("\n[").and_then(|at| tail.get(at..)).unwrap_or("");
    fs::write(&config, format!("{head}{tail}{more}")).unwrap();
    let source = folder.join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    if !text.contains("with \"mcp-scopes.toml\"") {
        let end = text.rfind("];").unwrap();
        let (head, tail) = text.split_at(end + 1);
        fs::write(&source, format!("{head} with \"mcp-scopes.toml\"{tail}")).unwrap();
    }
}
