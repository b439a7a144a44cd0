//! The inputs of a page: a crate, a program, a document, or one of these in another revision.

use std::{collections::BTreeMap, path::Path};

use mcp_scopes_prm::Document;
use mcp_scopes_scan::{ErrorKind, Export, Scan, artefact::is_artefact};

use crate::{diff::side::Reading, findings, outcome::Outcome, terminal::fail};

/// A document, with additional facts of its source.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) document: Document,
    /// The description of each scope, in order of declaration. Documents have no member for it.
    pub(super) scopes: Vec<(String, String)>,
}

/// Reads the input, or prints the reason of the failure on standard error.
pub(super) fn read(path: &str, loopback: bool, scan: impl Fn(&Path) -> Scan) -> Result<Input, Outcome> {
    let at = Path::new(path);
    if path == "-" || path.starts_with("git:") || !(at.is_dir() || is_artefact(at)) {
        return match (Reading { scan: &scan, loopback }).open(path) {
            Ok(side) => Ok(Input { document: side.metadata.into_document(), scopes: Vec::new() }),
            Err(unreadable) => Err(unreadable.report()),
        };
    }
    match scan(at).export() {
        Ok(export) => {
            anstream::eprint!("{}", findings::text(&export.report));
            let scopes = declared(&export);
            Ok(Input { document: export.metadata.into_document(), scopes })
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

/// Returns the descriptions in `[scopes]`.
fn declared(export: &Export) -> Vec<(String, String)> {
    let table = export.origin().and_then(|(inventory, table)| inventory.tables.get(table));
    let scopes = table.and_then(|table| table.config.as_ref()?.said.scopes.as_deref());
    scopes.unwrap_or_default().iter().map(|scope| (scope.name.text.clone(), scope.description.clone())).collect()
}

impl Input {
    /// Returns the descriptions by scope.
    pub(super) fn descriptions(&self) -> BTreeMap<&str, &str> {
        let said = self.scopes.iter().filter(|(_, description)| !description.is_empty());
        said.map(|(scope, description)| (scope.as_str(), description.as_str())).collect()
    }
}
