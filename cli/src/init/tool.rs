//! One tool of the plan.

use mcp_scopes_model::Risk;

/// The facts that are stated for a tool.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// The name of its function, or that of a tool without one.
    pub(super) function: String,
    /// The name of the tool.
    pub(super) name: String,
    /// The scope that opens it.
    pub(super) scope: String,
    /// Its risk.
    pub(super) risk: Risk,
    /// Whether the risk is guessed.
    pub(super) is_guess: bool,
    /// Further keys of the annotation, which the compiler requires of this function.
    pub(super) keys: Vec<String>,
    /// Where the tool is.
    pub(super) place: String,
    /// The description of a tool without a function, or of a constant that the annotation has to repeat.
    pub(super) description: Option<String>,
    /// What a tool without a function was found as.
    pub(super) found: Option<String>,
}

impl Planned {
    /// Returns the annotation.
    pub(super) fn annotation(&self, name: &str) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| format!(", {key}")).collect();
        format!("#[{name}(scope = \"{}\", risk = \"{}\"{})]", self.scope, self.risk.as_str(), keys.concat())
    }
}
