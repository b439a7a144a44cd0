//! Compares verdicts with a corpus of real documents and scopes.
//!
//! The corpus is not part of this repository, since other people own the documents. `MCP_SCOPES_CORPUS` names the
//! folder that holds it as `prm.json` and `scopes.json`.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    path::Path,
};

use mcp_scopes_lint::{Documents, Overrides, Setting, lint_model::Profile};
use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::{Level, Report};

fn corpus(file: &str) -> Option<Json> {
    let Some(folder) = env::var_os("MCP_SCOPES_CORPUS") else {
        // Bypasses the output capture of the test harness, so that a skipped comparison is visible.
        let _ = writeln!(io::stderr(), "SKIPPED: set MCP_SCOPES_CORPUS to the folder of `{file}` to run this test");
        return None;
    };
    let text = fs::read_to_string(Path::new(&folder).join(file)).expect("the corpus is readable");
    Some(Json::parse(&text).expect("the corpus is JSON"))
}

/// How often each rule fires, for the pages of the rules. Printed with `--no-capture`.
#[derive(Default)]
struct Counts(BTreeMap<String, (usize, usize)>);

impl Counts {
    fn add(&mut self, report: &Report, of: &str) {
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &report.findings {
            *here.entry(finding.rule).or_default() += 1;
        }
        for (rule, findings) in here {
            let count = self.0.entry(format!("{rule} ({of})")).or_default();
            *count = (count.0 + 1, count.1 + findings);
        }
    }

    fn print(&self) {
        for (rule, (subjects, findings)) in &self.0 {
            println!("{rule}: {findings} findings in {subjects}");
        }
    }
}

#[test]
fn documents_get_both_verdicts() {
    let Some(corpus) = corpus("prm.json") else { return };
    let Some(Json::Array(samples)) = corpus.get("samples") else { panic!("the corpus has samples") };
    let mut wrong = Vec::new();
    let mut counts = Counts::default();
    for sample in samples {
        let text = |name: &str| sample.get(name).and_then(Json::as_str);
        let id = text("id").expect("a sample has an id");
        for (profile, verdict) in [(Profile::Rfc9728, "rfc9728_valid"), (Profile::Mcp, "mcp_valid")] {
            let valid = *sample.get(verdict).expect("a sample has verdicts") == Json::Bool(true);
            let documents = Documents::new().profile(profile);
            let documents = text("expected_resource").into_iter().fold(documents, Documents::resource);
            let report = documents.lint(id, text("document").expect("a sample has a document").as_bytes());
            if report.has_errors() == valid {
                let errors = report.findings.iter().filter(|finding| finding.level == Level::Error);
                let errors: Vec<_> = errors.map(|finding| (finding.rule, &finding.message)).collect();
                wrong.push(format!("{id} under {verdict} is {valid}: {errors:?}"));
            }
            if profile == Profile::Mcp {
                counts.add(&report, text("kind").expect("a sample has a kind"));
            }
        }
    }
    counts.print();
    assert!(samples.len() > 100, "the corpus is smaller than it was");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The warnings of the corpus and the corresponding rules.
const WARNINGS: [(&str, &str); 16] = [
    ("scopes-supported-absent", "missing-scopes-supported"),
    ("resource-name-absent", "missing-resource-name"),
    ("bearer-method-undefined", "bearer-method"),
    ("bearer-method-query", "bearer-not-in-header"),
    ("bearer-methods-empty", "bearer-not-in-header"),
    ("dpop-alg-not-asymmetric", "dpop-alg"),
    ("issuer-looks-like-endpoint", "issuer-endpoint"),
    ("issuer-trailing-slash", "issuer-trailing-slash"),
    ("offline-access", "reserved-scope"),
    ("omnibus-scope", "omnibus-scope"),
    ("resource-scheme-case", "uncanonical-address"),
    ("resource-trailing-slash", "resource-trailing-slash"),
    ("resource-userinfo", "address-userinfo"),
    ("signing-alg-symmetric", "symmetric-signing-alg"),
    ("unknown-member", "undefined-member"),
    ("untagged-variant-missing", "missing-untagged-member"),
];

#[test]
fn documents_get_their_warnings() {
    let Some(corpus) = corpus("prm.json") else { return };
    let Some(Json::Array(samples)) = corpus.get("samples") else { panic!("the corpus has samples") };
    let mut missing = Vec::new();
    let mut counts = Counts::default();
    let asked = ["undefined-member", "issuer-is-resource"];
    for sample in samples {
        let text = |name: &str| sample.get(name).and_then(Json::as_str).unwrap();
        let overrides = asked.iter().fold(Overrides::new(), |all, rule| all.set(rule, Setting::Warn).unwrap());
        let report = Documents::new().overrides(overrides).lint(text("id"), text("document").as_bytes());
        let Some(Json::Array(warnings)) = sample.get("warnings") else { panic!("a sample has warnings") };
        for warning in warnings {
            let name = warning.get("rule").and_then(Json::as_str).unwrap();
            let Some((_, rule)) = WARNINGS.iter().find(|(known, _)| *known == name) else {
                panic!("no rule is known for `{name}`")
            };
            // No other rule applies to an address that does not parse.
            let unreadable = name == "resource-userinfo" && report.has_errors();
            if !unreadable && !report.findings.iter().any(|finding| finding.rule == *rule) {
                missing.push(format!("{}: {name}", text("id")));
            }
        }
        let mut opted = report.clone();
        opted.findings.retain(|finding| asked.contains(&finding.rule));
        counts.add(&opted, text("kind"));
    }
    counts.print();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The conventions that do not depend on a server.
const CONVENTIONS: [&str; 3] = ["resource:action", "action:resource", "dotted"];

fn documents_with_convention(form: &str) -> Documents {
    let mut config = tempfile::NamedTempFile::new().unwrap();
    writeln!(config, "[convention]\nscope = \"{form}\"").unwrap();
    Documents::new().config(config.path()).unwrap()
}

#[test]
fn real_scopes_are_scope_tokens() {
    let Some(corpus) = corpus("scopes.json") else { return };
    let Some(Json::Object(providers)) = corpus.get("providers") else { panic!("the corpus has providers") };
    let conventions = CONVENTIONS.map(|form| (form, documents_with_convention(form)));
    let mut counts = Counts::default();
    let mut seen = 0;
    for (name, provider) in providers {
        let Some(Json::Array(scopes)) = provider.get("scopes") else { panic!("`{name}` has scopes") };
        seen += scopes.len();
        if scopes.is_empty() {
            continue;
        }
        let list = Json::Array(scopes.clone());
        let text = format!(
            r#"{{"resource": "https://h", "authorization_servers": ["https://h"], "scopes_supported": {list}}}"#
        );
        let report = Documents::new().lint(name, text.as_bytes());
        let refused: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "scope-syntax").collect();
        assert!(refused.is_empty(), "{refused:#?}");
        counts.add(&report, "providers");
        for (form, documents) in &conventions {
            let mut report = documents.lint(name, text.as_bytes());
            report.findings.retain(|finding| finding.rule == "scope-convention");
            counts.add(&report, &format!("providers, `{form}`"));
        }
    }
    counts.print();
    assert!(seen > 5_000, "the corpus is smaller than it was: {seen}");
}
