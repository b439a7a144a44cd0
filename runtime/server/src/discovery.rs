//! Who sees which tools.

/// Who sees which tools in `tools/list` and in the metadata. Calls are checked in each mode alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Discovery {
    /// All see all, also without a token.
    Open,
    /// A caller without a token is asked to authenticate (401 with the baseline); whoever has one sees all.
    #[default]
    Baseline,
    /// Each caller sees the tools that a call of his would reach. A caller without a token sees the public ones; where there
    /// are none he is asked to authenticate. The metadata shows what the baseline opens, and no challenge for a
    /// caller without a token names other scopes.
    ///
    /// A session of an older revision that began without a token is not for one: with its first token a client has to begin
    /// anew (404), which few do by themselves. Where public tools let callers in, a server that can do without sessions
    /// should.
    Filtered,
}

/// How a call of a hidden tool is answered, in [`Discovery::Filtered`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hidden {
    /// With the challenge that leads to its scopes, so that step-up works. Whoever has a token and guesses a name learns that
    /// the tool exists, and which scopes open it.
    #[default]
    Challenge,
    /// Exactly like a tool that does not exist. Step-up then works only for what the metadata shows.
    Unknown,
}
