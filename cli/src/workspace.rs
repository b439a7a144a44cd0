//! The packages, scope tables and lock files of a workspace, found by their files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use mcp_scopes_lint::paths::is_match;
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Report, Scan, file::text, source::Place};

use crate::{
    findings,
    outcome::Outcome,
    terminal::{complain, fail_with_findings, print_stderr},
};

/// Returns the folders at or below a folder that contain a file of that name, sorted. Hidden folders and those of
/// builds and of other package managers are left out.
pub(crate) fn folders_with(root: &Path, file: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        if folder.join(file).is_file() {
            found.push(folder.clone());
        }
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        // A link could lead back to its own parent.
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        open.extend(folders.filter(|entry| !is_skipped(&entry.file_name().to_string_lossy())).map(|entry| {
            // `./server` is shown as `server`.
            if folder == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() }
        }));
    }
    found.sort();
    found
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || name == "target" || name == "node_modules"
}

/// Searches a folder and all folders below it for a package of that name, and returns its folder.
///
/// # Errors
/// There is no such package. The error is the message and its help.
pub(crate) fn package(root: &Path, name: &str) -> Result<PathBuf, (String, String)> {
    let mut names = Vec::new();
    for folder in folders_with(root, "Cargo.toml") {
        let manifest = text(&folder.join("Cargo.toml")).unwrap_or_default();
        match name_in(&manifest) {
            Some(found) if found == name => return Ok(folder),
            found => names.extend(found.map(str::to_owned)),
        }
    }
    let near = names.iter().fold(Nearest::to(name), |search, known| search.or(known)).found();
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "give the folder of a package or of a workspace".to_owned(),
        None => format!("name one of `{}`", names.join("`, `")),
    };
    Err((format!("no package at or below `{}` has the name `{name}`", root.display()), help))
}

/// A scope table that no other table splices.
#[derive(Clone, Debug)]
pub(crate) struct RootTable {
    /// The folder of its package.
    pub(crate) folder: PathBuf,
    pub(crate) package: String,
    /// The name of its static.
    pub(crate) name: String,
    /// Whether its package has several.
    pub(crate) is_one_of_several: bool,
}

impl RootTable {
    /// Returns the name to select it by, if the package has several.
    pub(crate) fn selected(&self) -> Option<&str> {
        self.is_one_of_several.then_some(self.name.as_str())
    }

    /// Returns the folder of its package as a path on the command line.
    pub(crate) fn path(&self) -> PathBuf {
        if self.folder.as_os_str().is_empty() { PathBuf::from(".") } else { self.folder.clone() }
    }

    /// Returns the name of its file in a folder for a whole workspace.
    pub(crate) fn file(&self, extension: &str) -> String {
        let table = self.selected().map(|name| format!(".{}", name.to_lowercase())).unwrap_or_default();
        format!("{}{table}.{extension}", self.package)
    }
}

/// Returns the tables of a report that no other table splices, also not one of another package.
pub(crate) fn root_tables(report: &Report) -> Vec<RootTable> {
    let tables = || report.inventories.iter().flat_map(|inventory| &inventory.tables);
    let spliced: BTreeSet<&Place> = tables().filter(|table| table.spliced).map(|table| &table.place).collect();
    let mut all = Vec::new();
    for inventory in &report.inventories {
        let roots = inventory.roots().map(|(_, table)| table).filter(|table| !spliced.contains(&table.place));
        let names: Vec<&str> = roots.map(|table| &*table.name).collect();
        let is_one_of_several = names.len() > 1;
        all.extend(names.into_iter().map(|name| RootTable {
            folder: inventory.folder.clone(),
            package: inventory.package.clone(),
            name: name.to_owned(),
            is_one_of_several,
        }));
    }
    all
}

/// The scope tables at or below a folder.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) all: Vec<RootTable>,
    /// Whether features or the target leave further ones out.
    has_more: bool,
}

impl Tables {
    /// Finds the tables at or below the path of a scan. Prints the reason if there is none, or if a file has errors, unless a pattern of
    /// `excluded` matches it: a table in a file that cannot be read would have no file, and nothing would say so.
    pub(crate) fn find(scan: &Scan, excluded: &[String]) -> Result<Self, Outcome> {
        let mut report = scan.run_tree().map_err(|error| fail_with_findings(&error))?;
        if has_errors(&mut report, excluded) {
            print_stderr(findings::text(&report));
            complain("errors keep the files from being made", Some("fix the errors above"));
            return Err(Outcome::Found);
        }
        let all = root_tables(&report);
        if all.is_empty() {
            let message = format!("no scope table at or below `{}`", scan.path().display());
            complain(&message, Some("give the folder of a workspace; a table behind a feature needs `--features`"));
            return Err(Outcome::Failed);
        }
        Ok(Self { all, has_more: report.left_out_tables() > 0 })
    }
}

/// Returns whether a file has errors that no pattern of `excluded` matches. The findings of the others are removed.
pub(crate) fn has_errors(report: &mut Report, excluded: &[String]) -> bool {
    report.findings.retain(|finding| !excluded.iter().any(|pattern| is_match(pattern, finding.file())));
    report.has_errors()
}

/// The files of a folder, one for each scope table.
#[derive(Debug)]
pub(crate) struct TableFiles<'f> {
    pub(crate) folder: &'f Path,
    pub(crate) extension: &'f str,
    /// Whether they are written, and not only compared.
    pub(crate) writes: bool,
    /// The file that lists them.
    pub(crate) list: Option<&'f str>,
    /// Returns whether a text is one that the command writes.
    pub(crate) is_ours: fn(&str) -> bool,
}

/// Makes the file of each scope table at or below the path of a scan, and returns the worst outcome. Files that are written need a
/// folder, which is created. Of files that are compared, those of tables that are gone are reported.
pub(crate) fn each(
    scan: &Scan,
    files: &TableFiles<'_>,
    mut make: impl FnMut(&RootTable, PathBuf) -> Outcome,
) -> Outcome {
    let tables = match Tables::find(scan, &[]) {
        Ok(tables) => tables,
        Err(outcome) => return outcome,
    };
    let (folder, extension) = (files.folder, files.extension);
    let mut names = BTreeSet::new();
    if let Some(twice) =
        tables.all.iter().map(|table| table.file(extension)).find(|name| !names.insert(name.to_lowercase()))
    {
        let message = format!("two scope tables would have the file `{twice}`");
        complain(&message, Some("give a folder with one of the packages of that name"));
        return Outcome::Failed;
    }
    if files.writes
        && let Err(error) = fs::create_dir_all(folder)
    {
        complain(&format!("cannot create `{}`: {error}", folder.display()), Some("name a folder that can be written"));
        return Outcome::Failed;
    }
    let outcomes = tables.all.iter().map(|table| make(table, folder.join(table.file(extension))));
    let outcome = outcomes.max().unwrap_or(Outcome::Clean);
    names.extend(files.list.map(str::to_lowercase));
    let left = if files.writes { Vec::new() } else { files.left_over(&names) };
    for file in &left {
        let message =
            format!("`{}` is the file of no scope table at or below `{}`", file.display(), scan.path().display());
        let help = if tables.has_more {
            "remove it if its table is gone; a table behind a feature needs `--features`"
        } else {
            "remove it: its table is gone; a file for another purpose belongs into another folder"
        };
        complain(&message, Some(help));
    }
    if left.is_empty() { outcome } else { outcome.max(Outcome::Found) }
}

impl TableFiles<'_> {
    /// Returns the files that an earlier run has written for tables that are not among these names any more.
    fn left_over(&self, names: &BTreeSet<String>) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let others = files.filter(|entry| !names.contains(&entry.file_name().to_string_lossy().to_lowercase()));
        let paths =
            others.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == self.extension));
        let mut found: Vec<PathBuf> = paths.filter(|path| text(path).is_ok_and(|text| (self.is_ours)(&text))).collect();
        found.sort();
        found
    }
}

/// Returns the name in the section `[package]` of a manifest.
fn name_in(manifest: &str) -> Option<&str> {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[package]").skip(1);
    let value = lines.by_ref().take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then_some(value)
    })?;
    value.trim().strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn reads_the_name_of_the_package() {
        assert_eq!(
            name_in("# a\n[package]\nversion = \"1\"\n name = \"server\" # b\n[lib]\nname = \"x\"\n"),
            Some("server")
        );
        assert_eq!(name_in("[workspace]\nname = \"x\"\n[package]\n[lib]\nname = \"y\"\n"), None);
    }
}
