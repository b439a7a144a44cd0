//! A table has the same document whether it is compiled, scanned, or read back from a program. The tests compare all
//! three, byte for byte, for every example and for fixtures that together use the whole grammar. The program is this
//! test itself.
//!
//! The fixtures are packages in `tests/fixtures`, each with a `TOOLS`. Some have further tables.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mcp_scopes::{ScopeTable, metadata::Metadata};
use mcp_scopes_model::tool::Parameters;
use mcp_scopes_scan::Scan;

/// One table: the folder of its source, its name, and the compiled table.
struct Case {
    folder: &'static str,
    table: &'static str,
    compiled: &'static ScopeTable,
}

macro_rules! cases {
    ($($folder:literal $table:ident = $($path:ident)::+;)*) => {
        [$(Case { folder: $folder, table: stringify!($table), compiled: &$($path)::+::$table }),*]
    };
}

fn cases() -> impl Iterator<Item = Case> {
    cases! {
        "examples/brokerage" TOOLS = brokerage;
        "examples/build-script" TOOLS = build_script;
        "examples/files" TOOLS = files;
        "examples/policies" TOOLS = policies::tools;
        "examples/rmcp-files" TOOLS = rmcp_files;
        "examples/secured-axum" TOOLS = secured_axum;
        "examples/secured-rmcp" FIXTURE = secured_rmcp::conformance;
        "examples/secured-rmcp" TOOLS = secured_rmcp;
        "tests/fixtures/conditions" TOOLS = fixture_conditions;
        "tests/fixtures/conditions-extra" TOOLS = fixture_conditions_extra;
        "tests/fixtures/conditions-off" TOOLS = fixture_conditions_off;
        "tests/fixtures/dynamic" IN_FILE = fixture_dynamic::same;
        "tests/fixtures/dynamic" IN_TABLE = fixture_dynamic::same;
        "tests/fixtures/dynamic" TOOLS = fixture_dynamic;
        "tests/fixtures/every-key" TOOLS = fixture_every_key;
        "tests/fixtures/groups" ALIASED = fixture_groups;
        "tests/fixtures/groups" TOOLS = fixture_groups;
        "tests/fixtures/modules" TOOLS = fixture_modules;
        "tests/fixtures/names" TOOLS = fixture_names;
        "tests/fixtures/namespace" TOOLS = fixture_namespace;
        "tests/fixtures/parameters" TOOLS = fixture_parameters;
        "tests/fixtures/renamed-runtime" TOOLS = fixture_renamed_runtime;
        "tests/fixtures/shapes" ALL = fixture_shapes;
        "tests/fixtures/spliced" TOOLS = fixture_spliced;
        "tests/fixtures/splices" DEEPER = fixture_splices::local::deeper;
        "tests/fixtures/splices" FOREIGN = fixture_splices::foreign;
        "tests/fixtures/splices" LOCAL = fixture_splices::local;
        "tests/fixtures/splices" TOOLS = fixture_splices;
    }
    .into_iter()
}

const RESOURCE: &str = "https://parity.example.com/mcp";
const ISSUER: &str = "https://auth.example.com";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn compiled(table: &'static ScopeTable) -> String {
    table.metadata().resource(RESOURCE).authorization_servers([ISSUER]).build().unwrap().to_json_pretty()
}

fn scanned(scan: &Scan) -> String {
    match scan.export() {
        Ok(export) => export.json(),
        Err(error) => {
            let findings = error.report().map(|report| format!("{:#?}", report.findings));
            panic!("{error}\n{}", findings.unwrap_or_default())
        }
    }
}

fn scan(folder: &str) -> Scan {
    Scan::new(root().join(folder)).resource(RESOURCE).authorization_server(ISSUER)
}

/// Shows the first lines that differ, since the documents are too long to compare visually.
fn assert_same(case: &Case, scanned: &str, compiled: &str) {
    let mut lines = scanned.lines().zip(compiled.lines()).enumerate();
    if let Some((number, (scanned, compiled))) = lines.find(|(_, (scanned, compiled))| scanned != compiled) {
        panic!("{} {}, line {}:\n scanned: {scanned}\ncompiled: {compiled}", case.folder, case.table, number + 1);
    }
    assert_eq!(scanned, compiled, "{} {}", case.folder, case.table);
}

#[test]
fn scans_the_compiled_document() {
    for case in cases() {
        let scanned = scanned(&scan(case.folder).table(case.table));
        assert_same(&case, &scanned, &compiled(case.compiled));
    }
}

/// Compares the document that a program contains. It lacks parameters that are fields of a type, and states so.
#[test]
fn reads_the_compiled_document_from_the_program() {
    let program = std::env::current_exe().unwrap();
    let mut fields = 0;
    for case in cases() {
        let outline = case.compiled.outline();
        let scan = Scan::new(&program).table(outline.path).resource(RESOURCE).authorization_server(ISSUER);
        let export = scan.export().unwrap();
        let mut compiled = case.compiled.metadata().resource(RESOURCE).authorization_servers([ISSUER]).build().unwrap();
        let mut document = compiled.into_document();
        let unknown: Vec<&str> = (outline.tools.iter())
            .filter(|listed| matches!(listed.tool.parameters, Parameters::Visit(_)))
            .map(|listed| listed.tool.name)
            .collect();
        for name in &unknown {
            let entry = document.mcp_extensions.as_mut().unwrap().tool_scope_mapping.get_mut(*name).unwrap();
            (entry.parameters, entry.required_parameters) = (None, Vec::new());
            entry.parameters_unknown = Some(true);
        }
        if let [first, ..] = &*unknown {
            let count = if unknown.len() == 1 { "tool".to_owned() } else { format!("{} tools:", unknown.len()) };
            let said = export.report.findings.iter().any(|finding| {
                finding.rule == "unknown-parameters"
                    && finding.subject == outline.path
                    && finding.message.contains(&format!("{count} `{first}`"))
            });
            assert!(said, "{} {} {count} `{first}`: {:#?}", case.folder, case.table, export.report.findings);
            fields += 1;
        }
        compiled = Metadata::new(document).unwrap();
        assert_same(&case, &export.json(), &compiled.to_json_pretty());
    }
    assert!(fields > 0);
}

/// A tool has the same facts in a table and in its file.
#[test]
fn reads_the_same_facts_from_table_and_file() {
    let of_table = compiled(&fixture_dynamic::same::IN_TABLE);
    assert_eq!(of_table, compiled(&fixture_dynamic::same::IN_FILE));
    assert!(of_table.contains("\"parameters_unknown\": true") && of_table.contains("\"max_file_size_mb\": 7"));
}

/// Without overrides, both documents contain the URLs of the file.
#[test]
fn publishes_the_addresses_of_the_file() {
    let mut with_file = 0;
    for case in cases().filter(|case| case.compiled.outline().config.resource.is_some()) {
        let scanned = scanned(&Scan::new(root().join(case.folder)).table(case.table));
        assert_same(&case, &scanned, &case.compiled.metadata().build().unwrap().to_json_pretty());
        with_file += 1;
    }
    assert!(with_file >= 5, "{with_file}");
}

/// The same features give the same document, independent of where they are enabled.
#[test]
fn selects_the_same_tools_for_the_same_features() {
    let off = scanned(&scan("tests/fixtures/conditions").no_default_features(true));
    assert_eq!(off, compiled(&fixture_conditions_off::TOOLS));
    let extra = scanned(&scan("tests/fixtures/conditions").features(["extra"]));
    assert_eq!(extra, compiled(&fixture_conditions_extra::TOOLS));
    assert_eq!(scanned(&scan("tests/fixtures/conditions").all_features(true)), extra);
    assert_eq!(scanned(&scan("tests/fixtures/conditions-off").features(["extra"])), extra);
    assert_ne!(off, extra);
}

/// Every example and fixture is compared.
#[test]
fn compares_every_example_and_fixture() {
    for folder in ["examples", "tests/fixtures"] {
        for package in fs::read_dir(root().join(folder)).unwrap() {
            let package = package.unwrap();
            if package.path().join("Cargo.toml").is_file() {
                let name = format!("{folder}/{}", package.file_name().to_str().unwrap());
                assert!(cases().any(|case| case.folder == name), "`{name}` is not compared");
            }
        }
    }
}

/// No shape of parameters is unknown on either road, except where a tool without a function states none.
#[test]
fn knows_the_parameters_of_every_fixture() {
    for case in cases() {
        let tools = case.compiled.outline().tools;
        let unstated = tools.iter().filter(|listed| matches!(listed.tool.parameters, Parameters::Unknown));
        let expected = if case.folder == "tests/fixtures/dynamic" { unstated.count() } else { 0 };
        assert_eq!(compiled(case.compiled).matches("parameters_unknown").count(), expected, "{}", case.folder);
    }
}

/// The fixtures together use every member of the document.
#[test]
fn uses_every_member_in_fixtures() {
    let all: String = cases().map(|case| compiled(case.compiled)).collect();
    for member in [
        "resource_name",
        "resource_scope_mapping",
        "prompt_scope_mapping",
        "resource_documentation",
        "scopes_supported",
        "description",
        "risk_level",
        "public",
        "required_scopes",
        "auto_approvable",
        "requires_user_approval",
        "parameters",
        "required_parameters",
        "examples",
        "commonly_grouped_with",
        "prerequisite_scopes",
        "sandbox",
        "scope_upgrade_flows",
        "scope_hierarchy",
        "tool_interaction_policies",
        "blocked_after",
        "requires_approval_after",
        "cooling_period_minutes",
        "idempotent",
        "max_calls_per_session",
        "requires_human_review",
        "blocked_patterns",
        "max_file_size_mb",
        "session_policies",
        "max_high_risk_calls",
        "require_reauth_after_minutes",
        "block_rapid_escalation",
        "idle_minutes",
        "max_minutes",
        "max_refused_calls",
        "escalation_seconds",
        "domain",
        "server",
        "risk_policies",
        "max_auth_age_minutes",
        "acr_values",
        "header",
    ] {
        assert!(all.contains(&format!("\"{member}\": ")), "{member}");
    }
}
