//! Plans the files beside the sources: `mcp-scopes.toml`, the lock file and the manifest.

use std::{path::Path, sync::Arc};

use mcp_scopes_scan::{Scan, file, shown};

use super::{
    super::{
        changes::Changes,
        config,
        layer::Transports,
        manifest::{self, Line},
        tool::Planned,
    },
    Choices, Plan,
};
use crate::lock_file;

impl Plan {
    /// Plans `mcp-scopes.toml`.
    pub(super) fn config(&self, choices: &Choices<'_>, changes: &mut Changes) {
        let file = self.config_file();
        let declared = config::declared(&self.declared);
        let text = match changes.text(&file) {
            Some(text) if declared.is_empty() => text,
            Some(text) => {
                let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                format!("{text}{gap}{declared}")
            }
            None if self.tables.is_empty() => return,
            None => {
                let tools: Vec<Planned> = self.tools().cloned().collect();
                let server = config::Server {
                    package: &self.name,
                    resource: choices.resource,
                    issuer: choices.issuer,
                    convention: choices.convention,
                    has_file: choices.stated.is_some(),
                };
                config::text(&server, &tools) + &declared
            }
        };
        changes.write(&file, text);
    }

    /// Plans the lock file, or those of several tables.
    pub(super) fn lock(&mut self, changes: &mut Changes) {
        let texts: Vec<(Arc<str>, Arc<str>)> =
            changes.texts().map(|(file, text)| (file.clone(), Arc::from(text))).collect();
        let several = self.tables.len() > 1;
        for table in &self.tables {
            let name =
                if several { format!("{}.lock.json", table.name.to_lowercase()) } else { lock_file::FILE.to_owned() };
            let file = shown(&self.folder.join(name));
            if changes.text(&file).is_some() && self.annotated.is_empty() && self.declared.is_empty() {
                continue;
            }
            let scan = texts
                .iter()
                .fold(Scan::new(&self.folder), |scan, (file, text)| scan.instead(file.clone(), text.clone()));
            let scan = if several { scan.table(&table.name) } else { scan };
            let locked = scan.export().map_err(|error| error.to_string()).and_then(|export| {
                let before = changes.text(&file);
                lock_file::text(&export.metadata, before.as_deref()).map_err(|error| error.message().to_owned())
            });
            match locked {
                Ok(text) => changes.write(&file, text),
                Err(why) => {
                    let why = why.lines().next().unwrap_or_default().to_owned();
                    self.notes.push(format!("`{file}` is not written: {why}; then run `mcp-scopes lock`"));
                }
            }
        }
    }

    /// Plans the dependency lines.
    pub(in super::super) fn manifest(&mut self, kinds: Transports, changes: &mut Changes) {
        let file = shown(&self.folder.join("Cargo.toml"));
        let Some(text) = changes.text(&file) else { return };
        let all = kinds.dependencies(self.sdk).into_iter();
        let lines: Vec<Line> = if !self.has_tools() {
            all.skip(1).collect()
        } else if self.transports.is_empty() && !self.starts_here() {
            all.take(1).collect()
        } else {
            all.collect()
        };
        let workspace = workspace(&self.folder);
        if let Some(new) = manifest::with_dependencies(&text, workspace.as_deref(), &lines) {
            changes.write(&file, new);
            return;
        }
        let lines: Vec<String> = lines.iter().map(|line| format!("`{}`", line.text(false))).collect();
        let lines = lines.join(", ");
        self.notes.push(format!("`{file}` has no section that can be extended; add {lines} to the dependencies"));
    }

    /// Returns whether the package probably starts the server itself: it has a program.
    fn starts_here(&self) -> bool {
        self.folder.join("src/main.rs").is_file()
    }
}

/// Returns the manifest of the workspace around a folder.
fn workspace(folder: &Path) -> Option<String> {
    let folder = super::super::absolute(folder);
    let texts = folder.ancestors().filter_map(|folder| file::text(&folder.join("Cargo.toml")).ok());
    texts.into_iter().find(|text| text.contains("[workspace"))
}
