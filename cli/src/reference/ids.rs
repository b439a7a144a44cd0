//! The ids that are no lint rules: errors of the compiler and of the scan, kinds of changes, faults of audit files, steps that
//! refuse a token, and failures of a run.

use mcp_scopes_audit::FaultKind;
use mcp_scopes_grammar::catalogue;
use mcp_scopes_lint::RULES;
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_server::__private::v1::Refusal;

use crate::{
    diff::{accept::NOTICES, change::Kind},
    output::diagnostic::UNREADABLE,
};

/// What an id means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) id: &'static str,
    /// What is reported, in one line.
    pub(super) summary: &'static str,
    /// The correction; empty for a change.
    pub(super) help: &'static str,
    /// What reports it.
    pub(super) reported_by: &'static str,
}

const BY_COMPILER: &str = "the compiler, and `lint`; no setting changes the level";
const BY_SCAN: &str = "`lint`, and each command that reads source or programs";
const BY_AUDIT: &str = "`audit verify`";
const BY_TOKEN: &str = "`token`";
const BY_DIFF: &str = "`diff` and `check`";

/// Errors of a table as a whole, and of the scan.
#[rustfmt::skip]
const OTHERS: [Meaning; 26] = [
    of("duplicate-tool", "tool name that is listed twice", "rename one of the two tools", BY_COMPILER),
    of("undeclared-scope", "scope that `[scopes]` does not declare", "correct it, or declare it under `[scopes]`", BY_COMPILER),
    of("outside-namespace", "scope that does not begin with the namespace", "add the namespace to the scope", BY_COMPILER),
    of("unknown-scope", "prerequisite, baseline or flow with a scope that no tool requires and no section declares", "correct it, or declare it under `[scopes]`", BY_COMPILER),
    of("prerequisite-cycle", "prerequisite that depends on the scope of the tool itself", "remove the prerequisite", BY_COMPILER),
    of("implies-cycle", "scope that implies itself", "remove one of the implications", BY_COMPILER),
    of("conflicting-scope", "scope with different declarations in two spliced tables", "declare it alike in both files", BY_COMPILER),
    of("unknown-group-tool", "`grouped_with` with a tool that the table does not list", "correct the name, or list the tool", BY_COMPILER),
    of("unknown-policy-tool", "policy pattern with a tool that the table does not list", "correct the name, or list the tool", BY_COMPILER),
    of("public-policy-tool", "policy pattern with a public tool, whose callers are not known", "require a scope for the tool, or remove the pattern", BY_COMPILER),
    of("pattern-without-domain", "policy pattern with a tool of another server, in a table without a domain", "state `domain` and `server` under `[session]`, or name a tool of the table", BY_COMPILER),
    of("own-server-in-pattern", "policy pattern that names this server as another one", "name the tool alone", BY_COMPILER),
    of("too-many-tools", "more tools than a table can hold", "split the table", BY_COMPILER),
    of("too-many-scopes", "more scopes than a table can hold", "split the table", BY_COMPILER),
    of("too-many-uses", "more uses of scopes in requirements than a table can hold", "split the table", BY_COMPILER),
    of("dependency", "dependency that cannot be read", "correct its manifest or its path", BY_SCAN),
    of("foreign-entry", "entry of a table in another package that cannot be read", "splice a table of that package: `..krate::TOOLS`", BY_SCAN),
    of("unresolved-entry", "entry of a table that names no annotated function", "correct the path, or annotate the function", BY_SCAN),
    of("manifest", "`Cargo.toml` that cannot be read", "correct the file", BY_SCAN),
    of("missing-config", "configuration file that does not exist", "write the file, or remove `with`", BY_SCAN),
    of("nesting", "source that nests too deep to be read", "write it in fewer levels", BY_SCAN),
    of("syntax", "source that does not parse", "correct the syntax", BY_SCAN),
    of("table-circle", "tables that splice each other", "remove one of the splices", BY_SCAN),
    of("unknown-cfg", "condition that cannot be evaluated", "state it with `--cfg`, `--features` or `--target`", BY_SCAN),
    of("unknown-parameters", "parameters of a tool that cannot be read", "state them: `parameters(..)`, or `not_a_parameter(..)` for what the server passes", BY_SCAN),
    of("unreadable-file", "file that cannot be read", "make it readable text in UTF-8, below the size limit", BY_SCAN),
];

const fn of(id: &'static str, summary: &'static str, help: &'static str, reported_by: &'static str) -> Meaning {
    Meaning { id, summary, help, reported_by }
}

/// Returns every id that is no lint rule, and those of the compiler that are also rules.
pub(super) fn all() -> impl Iterator<Item = Meaning> {
    let compiler = catalogue::ALL.iter().map(|kind| of(kind.id, kind.label, kind.help, BY_COMPILER));
    let changes = Kind::ALL.iter().map(|kind| of(kind.id(), kind.why(), "", BY_DIFF));
    let notices = NOTICES.iter().map(|(id, why)| of(id, why, "correct or remove the entry", BY_DIFF));
    let faults = FaultKind::ALL.iter().map(|(id, summary, help)| of(id, summary, help, BY_AUDIT));
    let refusals = Refusal::ALL.iter().map(|(id, summary, help)| of(id, summary, help, BY_TOKEN));
    let lint_config = of(
        "lint-config",
        "entry of `[lint]` with a rule, a level or an option that does not exist",
        "correct it; `mcp-scopes rules` lists the rules",
        "`lint`; no setting changes the level",
    );
    let failure = of(
        UNREADABLE,
        "input that cannot be read, so that the run exits with 2",
        "name a file or folder that exists and is readable",
        "every command that writes a report",
    );
    let others = OTHERS.into_iter().chain(compiler).chain(changes).chain(notices);
    others.chain(faults).chain(refusals).chain([lint_config, failure])
}

/// Returns the meanings of an id.
pub(super) fn meanings(id: &str) -> Vec<Meaning> {
    all().filter(|meaning| meaning.id == id).collect()
}

/// Returns the id that is nearest to a misspelt one.
pub(super) fn near(id: &str) -> Option<String> {
    let others: Vec<Meaning> = all().collect();
    let known = RULES.iter().map(|rule| rule.id).chain(others.iter().map(|meaning| meaning.id));
    known.fold(Nearest::to(id), Nearest::or).found().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use mcp_scopes_lint::find;
    use mcp_scopes_model::problem;

    use super::meanings;

    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push_str(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    /// Every id that a finding can have is explained: those of tables, and those that the scan and the lint state.
    #[test]
    fn every_id_has_a_meaning() {
        let mut text = String::new();
        for folder in ["scan/src", "lint/src"] {
            sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
        }
        let mut ids: Vec<&str> = problem::Kind::ALL.iter().map(|kind| kind.id()).collect();
        for start in ["Finding::error(", "Finding::warning(", "Finding { rule: "] {
            let stated = text.split(start).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            ids.extend(stated.filter_map(|rest| rest.split('"').next()));
        }
        assert!(ids.len() > 25, "{ids:?}");
        for id in ids {
            assert!(find(id).is_some() || !meanings(id).is_empty(), "`{id}` has no meaning");
        }
    }
}
