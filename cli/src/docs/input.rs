//! The inputs of a page: a crate, a program, a document, or one of these in another revision.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use mcp_scopes_grammar::ir::{ConfigDecl, ContentDecl};
use mcp_scopes_prm::Document;
use mcp_scopes_scan::{ErrorKind, Export, Scan, artefact::is_artefact};

use crate::{diff::side::Reading, findings, outcome::Outcome, terminal::fail};

/// A document, with additional facts of its source.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) document: Document,
    /// The scopes of `[scopes]`, in order of declaration. Documents have no member for what it states.
    pub(super) scopes: Vec<DeclaredScope>,
    /// The version of the package.
    pub(super) version: Option<String>,
    /// The source, if it was scanned.
    pub(super) package: Option<ScannedPackage>,
}

/// An entry of `[scopes]`.
#[derive(Debug)]
pub(super) struct DeclaredScope {
    /// The scope as the document names it.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) line: Line,
}

/// The scanned source of a document.
#[derive(Debug)]
pub(super) struct ScannedPackage {
    pub(super) folder: PathBuf,
    /// The first line of each annotated function, by tool.
    pub(super) tools: BTreeMap<String, Line>,
    /// The line of each entry of `[resources]`.
    pub(super) resources: BTreeMap<String, Line>,
    /// The line of each entry of `[prompts]`.
    pub(super) prompts: BTreeMap<String, Line>,
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The file as it is displayed, relative to the current folder.
    pub(super) file: String,
    /// The number of the line, from 1.
    pub(super) number: u32,
}

/// Reads the input, or prints the reason of the failure on standard error.
pub(super) fn read(path: &str, loopback: bool, scan: impl Fn(&Path) -> Scan) -> Result<Input, Outcome> {
    let at = Path::new(path);
    if path == "-" || path.starts_with("git:") || !(at.is_dir() || is_artefact(at)) {
        return match (Reading { scan: &scan, loopback }).open(path) {
            Ok(side) => {
                let document = side.metadata.into_document();
                Ok(Input { document, scopes: Vec::new(), version: None, package: None })
            }
            Err(unreadable) => Err(unreadable.report()),
        };
    }
    match scan(at).export() {
        Ok(export) => {
            anstream::eprint!("{}", findings::text(&export.report));
            let version = export.origin().map(|(inventory, _)| inventory.version.clone());
            // A program has no lines.
            let package = if at.is_dir() { scanned(&export) } else { None };
            let (scopes, version) = (declared(&export), version.filter(|version| !version.is_empty()));
            Ok(Input { document: export.metadata.into_document(), scopes, version, package })
        }
        Err(error) => {
            if let Some(report) = error.report() {
                anstream::eprint!("{}", findings::text(report));
            }
            let outcome = fail(&error);
            Err(if error.kind() == ErrorKind::Findings { Outcome::Found } else { outcome })
        }
    }
}

/// Returns what `[scopes]` states.
fn declared(export: &Export) -> Vec<DeclaredScope> {
    let table = export.origin().and_then(|(inventory, table)| inventory.tables.get(table));
    let Some(config) = table.and_then(|table| table.config.as_ref()) else { return Vec::new() };
    let outside = export.scope_prefix().map_or("", |prefix| &prefix.outside);
    let scopes = config.said.scopes.as_deref().unwrap_or_default().iter();
    scopes
        .map(|scope| DeclaredScope {
            name: format!("{outside}{}", scope.name.text),
            description: scope.description.clone(),
            line: Line { file: config.file.to_string(), number: scope.name.line },
        })
        .collect()
}

fn scanned(export: &Export) -> Option<ScannedPackage> {
    let (inventory, table) = export.origin()?;
    let tools = inventory.tools_of(table).into_iter().filter_map(|id| inventory.tools.get(id));
    let line =
        |tool: &mcp_scopes_scan::inventory::Tool| Line { file: tool.place.file.to_string(), number: tool.lines.0 };
    let tools = tools.map(|tool| (tool.name.value.clone(), line(tool))).collect();
    let config = inventory.tables.get(table).and_then(|table| table.config.as_ref());
    let entries = |list: fn(&ConfigDecl) -> &[ContentDecl]| {
        let entries = config.into_iter().flat_map(|config| list(&config.said).iter().map(move |entry| (config, entry)));
        let line = entries.map(|(config, entry)| {
            (entry.name.text.clone(), Line { file: config.file.to_string(), number: entry.name.line })
        });
        line.collect()
    };
    let (resources, prompts) = (entries(|said| &said.resources), entries(|said| &said.prompts));
    Some(ScannedPackage { folder: inventory.folder.clone(), tools, resources, prompts })
}

impl Input {
    /// Returns the descriptions by scope.
    pub(super) fn descriptions(&self) -> BTreeMap<&str, &str> {
        let said = self.scopes.iter().filter(|scope| !scope.description.is_empty());
        said.map(|scope| (scope.name.as_str(), scope.description.as_str())).collect()
    }
}
