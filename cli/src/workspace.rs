//! The packages and lock files of a workspace, found by their files.

use std::{
    fs,
    path::{Path, PathBuf},
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

/// Returns the folder of the package of that name at or below a folder.
pub(crate) fn package(root: &Path, name: &str) -> Option<PathBuf> {
    let is_named = |folder: &PathBuf| {
        let manifest = mcp_scopes_scan::file::text(&folder.join("Cargo.toml")).unwrap_or_default();
        name_in(&manifest) == Some(name)
    };
    folders_with(root, "Cargo.toml").into_iter().find(is_named)
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
