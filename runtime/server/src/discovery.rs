//! Which callers see which tools.

/// Which callers see which tools in `tools/list` and in the metadata. Calls are checked in the same way in each mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Discovery {
    /// Every caller sees all tools, even without a token.
    Open,
    /// An unauthenticated caller receives a 401 challenge with the baseline. Callers with a token see all tools.
    #[default]
    Baseline,
    /// Each caller sees the tools that it is allowed to call. An unauthenticated caller sees the public tools; if there are
    /// none, it receives a 401 challenge. The metadata shows what the baseline opens, and no challenge for an
    /// unauthenticated caller names other scopes.
    ///
    /// A session of an older revision that began without a token cannot be used with one. With its first token a client has
    /// to start a new session (404), which few clients do automatically. A server with public tools should not use sessions
    /// if it can work without them.
    Filtered,
}

/// How a call of a hidden tool is answered, in [`Discovery::Filtered`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HiddenTools {
    /// With the challenge for the tool's scopes, so that step-up works. A caller with a token that guesses a name learns that
    /// the tool exists, and which scopes it requires.
    #[default]
    Challenge,
    /// With the same answer as a tool that does not exist. Step-up then works only for what the metadata shows.
    Unknown,
}

/// Which scopes the challenge of a denied call names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeScopes {
    /// The scopes that the call needs. A client requests them beside those that it has (MCP 2026-07-28, "Step-Up Authorization
    /// Flow").
    #[default]
    Needed,
    /// The scopes that the call needs, and the scopes of the table that the token holds, up to 4 KiB. For clients that request
    /// the scopes of the challenge alone: they would lose those that they had, and step up again at the next call.
    NeededAndHeld,
}
