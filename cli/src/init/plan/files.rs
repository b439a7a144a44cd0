//! Plans the files beside the sources: `mcp-scopes.toml`, the lock file and the manifest.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use mcp_scopes_prm::json::Json;
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
use crate::{hints::Hints, lock_file};

impl Plan {
    /// Plans `mcp-scopes.toml`.
    pub(super) fn config(&mut self, choices: &Choices<'_>, changes: &mut Changes) {
        let file = self.config_file();
        let declared = config::declared(&self.declared);
        let tools: Vec<Planned> = self.tools().cloned().collect();
        let server = config::Server {
            package: &self.name,
            resource: choices.resource,
            issuer: choices.issuer,
            convention: self.convention,
            has_file: choices.stated.is_some(),
            is_shared: self.tables.len() > 1,
        };
        let is_new = !self.tables.is_empty() && self.tables.iter().all(|table| !table.exists);
        let text = match changes.text(&file) {
            Some(text) => {
                let extended = if is_new { config::extended(&text, &server, &tools) } else { None };
                let text = extended.map_or_else(|| config::with_scopes(&text, &tools), Ok).unwrap_or_else(|lines| {
                    let lines: Vec<String> = lines.iter().map(|line| format!("`{line}`")).collect();
                    self.note(format!("`{file}`: add {} under `[scopes]`", lines.join(", ")));
                    text
                });
                let gap = if declared.is_empty() || text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                let declared = if text.contains("\r\n") { declared.replace('\n', "\r\n") } else { declared };
                format!("{text}{gap}{declared}")
            }
            None if self.tables.is_empty() => return,
            None => config::text(&server, &tools) + &declared,
        };
        changes.write(&file, text);
    }

    /// Plans the lock file, or those of several tables.
    pub(super) fn lock(&mut self, changes: &mut Changes) {
        let texts: Vec<(Arc<str>, Arc<str>)> =
            changes.texts().map(|(file, text)| (file.clone(), Arc::from(text))).collect();
        let several = self.tables.len() > 1;
        let added: BTreeSet<&str> = self.tools().map(|tool| tool.name.as_str()).collect();
        let mut notes = Vec::new();
        for table in &self.tables {
            let file = shown(&self.folder.join(lock_file::name(&table.name, several)));
            if changes.text(&file).is_some() && self.annotated.is_empty() && self.declared.is_empty() {
                continue;
            }
            let scan = texts
                .iter()
                .fold(Scan::new(&self.folder), |scan, (file, text)| scan.instead(file.clone(), text.clone()));
            let scan = if several { scan.table(&table.name) } else { scan };
            let locked = scan.export().map_err(|error| error.to_string()).and_then(|export| {
                let before = changes.text(&file);
                let new = lock_file::text(&export.metadata, &Hints::of(&export), before.as_deref());
                let new = new.map_err(|error| error.message().to_owned())?;
                match before {
                    // Other changes since the last release are for the review of `mcp-scopes check`.
                    Some(before) => extended(&before, &new, &added).ok_or_else(|| "it is not a lock file".to_owned()),
                    None => Ok((new, true)),
                }
            });
            match locked {
                Ok((text, is_whole)) => {
                    changes.write(&file, text);
                    if !is_whole {
                        notes.push(format!(
                            "`{file}` gets the new tools only; review the other changes with `mcp-scopes check`"
                        ));
                    }
                }
                Err(why) => {
                    let why = why.lines().next().unwrap_or_default().to_owned();
                    notes.push(format!("`{file}` is not written: {why}; then run `mcp-scopes lock`"));
                }
            }
        }
        for note in notes {
            self.note(note);
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
        let workspace = workspace(&self.folder).map(|(_, text)| text);
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

/// Returns a lock file with the tools that are added, and whether it then has everything that the new one has. `None` for a file
/// that is not JSON.
fn extended(before: &str, new: &str, tools: &BTreeSet<&str>) -> Option<(String, bool)> {
    let (mut locked, new) = (Json::parse(before).ok()?, Json::parse(new).ok()?);
    let mut names: BTreeSet<String> = tools.iter().map(|name| (*name).to_owned()).collect();
    scopes_of(&new, &names.clone(), &mut names);
    add(&mut locked, &new, &names);
    if locked == new {
        return Some((new.pretty() + "\n", true));
    }
    Some((locked.pretty() + "\n", false))
}

/// Adds the strings in the entries of these tools: the names of their scopes are among them.
fn scopes_of(json: &Json, tools: &BTreeSet<String>, names: &mut BTreeSet<String>) {
    fn strings(json: &Json, names: &mut BTreeSet<String>) {
        match json {
            Json::String(text) => drop(names.insert(text.clone())),
            Json::Array(items) => items.iter().for_each(|item| strings(item, names)),
            _ => {}
        }
    }
    let Json::Object(members) = json else { return };
    for (name, member) in members {
        match member {
            Json::Object(entry) if tools.contains(name) => {
                entry.get("required_scopes").into_iter().for_each(|scopes| strings(scopes, names));
            }
            member => scopes_of(member, tools, names),
        }
    }
}

/// Adds the members and elements that these names have in the new document.
fn add(old: &mut Json, new: &Json, names: &BTreeSet<String>) {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            let mut members = std::mem::take(old);
            // The order of the new document, and behind it what only the old one has.
            for (name, member) in new {
                match members.shift_remove(name) {
                    Some(mut kept) => {
                        add(&mut kept, member, names);
                        old.insert(name.clone(), kept);
                    }
                    None if names.contains(name) || is_all_of(member, names) => {
                        old.insert(name.clone(), member.clone());
                    }
                    None => {}
                }
            }
            old.extend(members);
        }
        (Json::Array(old), Json::Array(new)) => {
            let is_named = |item: &Json| item.as_str().is_some_and(|text| names.contains(text));
            let added = new.iter().filter(|item| is_named(item) && !old.contains(item)).cloned().collect::<Vec<_>>();
            if new.iter().all(|item| old.contains(item) || added.contains(item))
                && old.iter().all(|item| new.contains(item))
            {
                old.clone_from(new);
            } else {
                old.extend(added);
            }
        }
        _ => {}
    }
}

/// Returns whether every member or element of a new member is one of these names.
fn is_all_of(json: &Json, names: &BTreeSet<String>) -> bool {
    match json {
        Json::Object(members) => members.keys().all(|name| names.contains(name)),
        Json::Array(items) => items.iter().all(|item| item.as_str().is_some_and(|text| names.contains(text))),
        _ => false,
    }
}

/// Returns the folder and the manifest of the workspace around a folder.
pub(in super::super) fn workspace(folder: &Path) -> Option<(PathBuf, String)> {
    let folder = super::super::absolute(folder);
    let mut texts =
        folder.ancestors().filter_map(|folder| Some((folder, file::text(&folder.join("Cargo.toml")).ok()?)));
    texts.find(|(_, text)| text.contains("[workspace")).map(|(folder, text)| (folder.to_owned(), text))
}
