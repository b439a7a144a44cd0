//! Temporary folders, empty or with a package.

use std::{fs, path::Path};

/// The section `[server]` of the packages.
const SERVER: &str =
    "[server]\nresource = \"https://tools.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n";

/// Returns a manifest with additional lines in `[dependencies]`, or behind it.
pub fn manifest(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nmcp-scopes = \"0.1\"\n{more}"
    )
}

/// A temporary folder, which is removed when it is dropped.
#[derive(Debug)]
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// Creates an empty folder.
    #[expect(clippy::new_without_default, reason = "it creates a folder")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Creates a package `demo` with these files. Adds a manifest and a configuration file if they are missing.
    pub fn package(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        folder.write("Cargo.toml", manifest("demo", "")).write("mcp-scopes.toml", SERVER);
        for (file, text) in files {
            folder.write(file, text);
        }
        folder
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and creates the folders above it.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Returns the text of a file.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// Returns the names in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path().join(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
