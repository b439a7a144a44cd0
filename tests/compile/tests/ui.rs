//! Compile-fail cases with their compiler output, and compile-pass cases for every form of the grammar.
//!
//! The cases `ui/fail/<topic>/*.rs` fail to compile, and the first line of each lists its diagnostics. Their tables use
//! files of `ui/toml`, which are copied into the package that trybuild generates. The cases `ui/pass/*.rs` compile and
//! run: each is a test target of this package.
#![expect(clippy::unwrap_used, reason = "a case or a file that cannot be read fails the test")]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui");

#[test]
fn reports_expected_diagnostics() {
    write_inputs();
    trybuild::TestCases::new().compile_fail("tests/ui/fail/**/*.rs");
}

#[test]
fn every_passing_case_is_a_target() {
    let manifest = include_str!("../Cargo.toml");
    let cases = cases_in(&Path::new(CASES).join("pass"));
    for case in &cases {
        let file = case.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        assert!(manifest.contains(&format!("path = \"{file}\"")), "Cargo.toml has no target for {file}");
    }
    assert_eq!(manifest.matches("tests/ui/pass/").count(), cases.len());
}

/// Each diagnostic of the grammar and of the table has a case, and no case lists a diagnostic that does not exist.
#[test]
fn has_a_case_for_every_diagnostic() {
    let known: BTreeSet<&str> = mcp_scopes_grammar::catalogue::ALL
        .iter()
        .map(|kind| kind.id)
        .chain(mcp_scopes_model::problem::Kind::ALL.map(mcp_scopes_model::problem::Kind::id))
        // Errors of the compiler itself.
        .chain(["(rustc)"])
        .collect();
    let mut shown = BTreeSet::new();
    let mut cases = 0;
    for case in cases_in(&Path::new(CASES).join("fail")) {
        let text = fs::read_to_string(&case).unwrap();
        let head = text.lines().next().unwrap().strip_prefix("//! ").unwrap();
        for id in head.split(", ") {
            assert!(known.contains(id), "{} shows `{id}`, which does not exist", case.display());
            shown.insert(id.to_owned());
        }
        cases += 1;
    }
    let missing: Vec<&&str> = known.iter().filter(|id| !shown.contains(**id)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
    assert!(cases >= 60, "{cases} cases");
}

/// The cases below a folder, at any depth, as the globs above find them.
fn cases_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.extension() {
            None => cases_in(&path),
            Some(extension) if extension == "rs" => vec![path],
            Some(_) => Vec::new(),
        })
        .collect()
}

/// Writes files that tables name, and generated sources, to the package that trybuild creates for the cases.
fn write_inputs() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let package = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    fs::create_dir_all(&package).unwrap();
    for file in fs::read_dir(Path::new(CASES).join("toml")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), package.join(file.file_name())).unwrap();
    }
    fs::write(package.join("too_many_scopes.toml"), too_many_scopes()).unwrap();
    fs::write(package.join("too_many_tools.rs"), too_many_tools()).unwrap();
    fs::write(package.join("too_many_uses.rs"), too_many_uses()).unwrap();
}

fn too_many_scopes() -> String {
    let mut text = "[scopes]\n".to_owned();
    for number in 0..=mcp_scopes_model::numbers::MAX_SCOPES {
        writeln!(text, "\"scope:{number}\" = \"Scope {number}\"").unwrap();
    }
    text
}

fn too_many_tools() -> String {
    tools_and_table(0..=mcp_scopes_model::numbers::MAX_TOOLS, "public")
}

/// As many tools as a table can hold, each with seventeen scopes.
fn too_many_uses() -> String {
    let scopes: Vec<String> = (0..17).map(|number| format!("\"scope:{number}\"")).collect();
    tools_and_table(0..mcp_scopes_model::numbers::MAX_TOOLS, &format!("scope = all({})", scopes.join(", ")))
}

/// The functions, and a macro for the table, so that the table's name is in the case itself.
fn tools_and_table(numbers: impl Iterator<Item = usize>, keys: &str) -> String {
    let (mut text, mut list) = (String::new(), String::new());
    for number in numbers {
        writeln!(text, "#[mcp_scopes::mcp_tool({keys}, risk = \"low\")] fn tool_{number}() {{}}").unwrap();
        write!(list, "tool_{number}, ").unwrap();
    }
    writeln!(
        text,
        "macro_rules! table {{ ($name:ident) => {{ mcp_scopes::scope_table! {{ static $name = [{list}]; }} }}; }}"
    )
    .unwrap();
    text
}
