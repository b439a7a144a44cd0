//! Where a call runs, and what a tool does there.

/// What a tool does for a caller in the sandbox. A tool that states none is denied there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SandboxMode {
    /// The function itself is safe in the sandbox.
    Allow,
    /// The tool is refused in the sandbox.
    Deny,
    /// A substitute runs instead of the function.
    Simulate,
}

impl SandboxMode {
    /// The spellings, in declaration order.
    pub const NAMES: [&'static str; 3] = ["allow", "deny", "simulate"];

    /// The spelling used in metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Simulate => "simulate",
        }
    }

    /// The mode of that spelling, exactly.
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            b"allow" => Some(Self::Allow),
            b"deny" => Some(Self::Deny),
            b"simulate" => Some(Self::Simulate),
            _ => None,
        }
    }
}

/// Which world a call acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Environment {
    /// The real one.
    Live,
    /// A separate one for evaluation, testing and training.
    Sandbox,
}

/// What to run for a call that its scopes allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The tool's own function.
    Run,
    /// The tool's substitute.
    Simulate,
}

impl Environment {
    /// What runs for a tool of that mode here; `None`: refused.
    ///
    /// A live caller never reaches a simulation, a sandbox caller never reaches a tool that does not say it is
    /// safe there.
    ///
    /// ```
    /// use mcp_scopes_model::sandbox::{Environment, Route, SandboxMode};
    /// assert_eq!(Environment::Sandbox.route(None), None);
    /// assert_eq!(Environment::Sandbox.route(Some(SandboxMode::Simulate)), Some(Route::Simulate));
    /// assert_eq!(Environment::Live.route(Some(SandboxMode::Simulate)), Some(Route::Run));
    /// ```
    #[must_use]
    pub const fn route(self, mode: Option<SandboxMode>) -> Option<Route> {
        match (self, mode) {
            (Self::Live, _) | (Self::Sandbox, Some(SandboxMode::Allow)) => Some(Route::Run),
            (Self::Sandbox, Some(SandboxMode::Simulate)) => Some(Route::Simulate),
            (Self::Sandbox, Some(SandboxMode::Deny) | None) => None,
        }
    }
}
