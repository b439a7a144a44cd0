//! One tool of the plan.

use std::sync::Arc;

use mcp_scopes_model::Risk;

/// The facts that are stated for a tool.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// The name of the tool.
    pub(super) name: String,
    /// The scope that opens it.
    pub(super) scope: String,
    /// Its risk.
    pub(super) risk: Risk,
    /// Whether the risk is guessed.
    pub(super) is_guess: bool,
    /// The functions that get an annotation. Several can have one name: of two servers, or with opposite conditions.
    pub(super) sites: Vec<Site>,
    /// Where the tool is.
    pub(super) place: String,
    /// The description of a tool without a function.
    pub(super) description: Option<String>,
    /// What a tool without a function that can be annotated was found as.
    pub(super) found: Option<String>,
}

/// A function that gets an annotation.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Its file.
    pub(super) file: Arc<str>,
    /// Its name.
    pub(super) function: String,
    /// Where the annotation goes.
    pub(super) at: usize,
    /// The line on which the annotation goes.
    pub(super) start: u32,
    /// The conditions of the SDK's attribute, which the annotation repeats.
    pub(super) conditions: Vec<String>,
    /// Further keys of the annotation.
    pub(super) keys: Vec<String>,
    /// The description that the annotation has to repeat, if the compiler requires one.
    pub(super) description: Option<String>,
    /// Whether it is a tool in tests only.
    pub(super) is_for_tests: bool,
}

impl Planned {
    /// Returns the function at a place of a file.
    pub(super) fn site(&self, file: &str, at: usize) -> Option<&Site> {
        self.sites.iter().find(|site| &*site.file == file && site.at == at)
    }

    /// Returns whether it is a tool in tests only, which no file names.
    pub(super) fn is_for_tests(&self) -> bool {
        !self.sites.is_empty() && self.sites.iter().all(|site| site.is_for_tests)
    }

    /// Returns the annotation of a function. `name` is that of the attribute, `path` the one without an import, `krate` the crate
    /// if the package renames it.
    pub(super) fn annotation(&self, site: &Site, name: &str, path: &str, krate: Option<&str>) -> String {
        let named = krate.map(|krate| format!("crate = {krate}"));
        let keys: Vec<String> = site.keys.iter().cloned().chain(named).map(|key| format!(", {key}")).collect();
        let facts = format!("(scope = \"{}\", risk = \"{}\"{})", self.scope, self.risk.as_str(), keys.concat());
        match site.conditions.as_slice() {
            [] => format!("#[{name}{facts}]"),
            // Without the condition an import would be unused.
            [one] => format!("#[cfg_attr({one}, {path}{facts})]"),
            several => format!("#[cfg_attr(all({}), {path}{facts})]", several.join(", ")),
        }
    }
}
