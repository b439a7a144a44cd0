//! The arguments of a function that hold no parameter of the call, or all of them.
//!
//! A type is recognized by the last segment of its path. An import can change that segment, but not the name of the
//! definition, which [`core::any::type_name`] and the source scan know.

/// The wrapper whose type argument has the parameters as its fields.
pub const PARAMETERS: &str = "Parameters";

/// Types that the server provides, not the caller: contexts and extractors of rmcp, axum and this library. An argument
/// is skipped if the last segment of its type is one of these, also behind `&`, `&mut` and `Option`.
pub const LEFT_OUT: [&str; 24] = [
    "Caller",
    "CancellationToken",
    "ConnectInfo",
    "Context",
    "Extension",
    "Extensions",
    "Grant",
    "HeaderMap",
    "InputResponses",
    "MatchedPath",
    "Meta",
    "Method",
    "NotificationContext",
    "OriginalUri",
    "Parts",
    "Peer",
    "Request",
    "RequestContext",
    "RequestId",
    "RequestMetaObject",
    "RequestState",
    "State",
    "ToolCallContext",
    "ToolName",
];

/// What an argument holds, by the name of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// What the server provides.
    LeftOut,
    /// All parameters, as the fields of its type argument.
    Wrapper,
    /// One parameter.
    Parameter,
}

impl ArgumentKind {
    /// Returns the kind of an argument whose type has that name.
    ///
    /// ```
    /// use mcp_scopes_model::argument::ArgumentKind;
    /// assert_eq!(ArgumentKind::of("Extension"), ArgumentKind::LeftOut);
    /// assert_eq!(ArgumentKind::of("Vec"), ArgumentKind::Parameter);
    /// ```
    #[must_use]
    pub fn of(name: &str) -> Self {
        if name == PARAMETERS {
            Self::Wrapper
        } else if LEFT_OUT.contains(&name) {
            Self::LeftOut
        } else {
            Self::Parameter
        }
    }
}

/// Returns the name of the definition in the name of a type, as [`core::any::type_name`] writes it.
///
/// ```
/// use mcp_scopes_model::argument::definition;
/// assert_eq!(definition("rmcp::wrapper::Parameters<demo::Args>"), "Parameters");
/// assert_eq!(definition("u8"), "u8");
/// ```
#[must_use]
pub fn definition(type_name: &str) -> &str {
    let path = type_name.split_once('<').map_or(type_name, |(path, _)| path);
    path.rsplit_once("::").map_or(path, |(_, name)| name)
}
