//! Environments, and the behavior of tools in them.

/// The behavior of a tool for a caller in the sandbox. A tool without one is denied there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SandboxMode {
    /// The function itself is safe in the sandbox.
    Allow,
    /// The tool is denied in the sandbox.
    Deny,
    /// A substitute runs instead of the function.
    Simulate,
}

impl SandboxMode {
    /// The names, in declaration order.
    pub const NAMES: [&'static str; 3] = ["allow", "deny", "simulate"];

    /// Returns the name used in metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Simulate => "simulate",
        }
    }

    /// Parses a name. The match is exact.
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

/// The environment of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Production.
    Live,
    /// A separate environment for evaluation, testing and training.
    Sandbox,
}

/// The function to run for an authorized call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The tool's own function.
    Run,
    /// The tool's substitute.
    Simulate,
}

impl Environment {
    /// Returns the name used in headers and events: `live` or `sandbox`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
        }
    }

    /// Returns the function that runs for a tool with that mode, or `None` if the call is denied.
    ///
    /// A live caller never reaches a substitute. A sandbox caller only reaches tools that declare sandbox behavior.
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
