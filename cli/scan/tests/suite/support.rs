//! Packages for tests.

use std::path::Path;

use mcp_scopes_scan::{Error, Export, Report, Scan};
use mcp_scopes_test_support::Folder;
pub(crate) use mcp_scopes_test_support::manifest;

/// A package in a temporary folder.
pub(crate) struct Package(Folder);

impl Package {
    /// Creates a package `demo` with these files. Adds a manifest and a configuration file if they are missing.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self(Folder::package(files))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        self.0.write(file, text);
    }

    pub(crate) fn scan(&self) -> Scan {
        Scan::new(self.path())
    }

    pub(crate) fn run(&self) -> Report {
        self.scan().run().unwrap()
    }

    pub(crate) fn export(&self) -> Result<Export, Error> {
        self.scan().export()
    }

    /// Returns the names of the published tools, or the findings if there is no document.
    pub(crate) fn tools(&self) -> Vec<String> {
        tools(&self.export().unwrap_or_else(|error| panic!("{error}: {:#?}", error.report().map(|r| &r.findings))))
    }

    /// Returns the findings as `rule file:line:column`, in order.
    pub(crate) fn findings(&self) -> Vec<String> {
        found(self, &self.run())
    }
}

pub(crate) fn tools(export: &Export) -> Vec<String> {
    let extensions = export.metadata.mcp_extensions().expect("extensions");
    extensions.tool_scope_mapping.keys().cloned().collect()
}

pub(crate) fn found(package: &Package, report: &Report) -> Vec<String> {
    let root = package.path().to_str().unwrap();
    let line = |finding: &mcp_scopes_scan::Finding| match &finding.place {
        Some(place) => {
            let file = place.file.strip_prefix(root).unwrap_or(&place.file).trim_start_matches('/');
            format!("{} {file}:{}:{}", finding.rule, place.start.line, place.start.column)
        }
        None => finding.rule.to_owned(),
    };
    report.findings.iter().map(line).collect()
}
