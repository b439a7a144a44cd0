//! The scopes that a tool requires.

/// The scopes that open a tool.
///
/// Up to three scopes that are all required have separate variants, since a list would add to the build time of every
/// annotation. The type does not implement `==`, since [`Requirement::AnyOf`] can express the same requirement.
#[derive(Clone, Copy, Debug)]
pub enum Requirement<'a> {
    /// Open to every caller, also without a token. The key `public`.
    Public,
    /// Open to every caller with a valid token, whatever its scopes. The key `authenticated`.
    Authenticated,
    /// The tool's own name is its scope, after the server's namespace if there is one. The default.
    ToolName,
    /// This scope. Written by the macros.
    #[doc(hidden)]
    One(&'a str),
    /// Both scopes. Written by the macros.
    #[doc(hidden)]
    Two([&'a str; 2]),
    /// All three scopes. Written by the macros.
    #[doc(hidden)]
    Three([&'a str; 3]),
    /// Any-of over all-of: the caller must hold all scopes of one of these lists. Neither level is empty.
    AnyOf(&'a [&'a [&'a str]]),
}

impl<'a> Requirement<'a> {
    /// Returns the number of alternatives, which is 0 for [`Requirement::Public`] and [`Requirement::Authenticated`].
    #[must_use]
    pub const fn alternatives(self) -> usize {
        match self {
            Self::Public | Self::Authenticated => 0,
            Self::ToolName | Self::One(_) | Self::Two(_) | Self::Three(_) => 1,
            Self::AnyOf(any) => any.len(),
        }
    }

    /// Returns whether no scope opens the tool, because none is needed.
    #[must_use]
    pub const fn needs_no_scope(self) -> bool {
        matches!(self, Self::Public | Self::Authenticated)
    }

    /// Returns the number of scopes of that alternative.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is compared first")]
    pub const fn scopes_in(self, alternative: usize) -> usize {
        match self {
            Self::ToolName | Self::One(_) if alternative == 0 => 1,
            Self::Two(_) if alternative == 0 => 2,
            Self::Three(_) if alternative == 0 => 3,
            Self::AnyOf(any) if alternative < any.len() => any[alternative].len(),
            _ => 0,
        }
    }

    /// Returns the scope at that index, where `own` is the scope of [`Requirement::ToolName`].
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the indices are compared first")]
    pub const fn scope(self, alternative: usize, place: usize, own: &'a str) -> Option<&'a str> {
        match self {
            Self::ToolName if alternative == 0 && place == 0 => Some(own),
            Self::One(scope) if alternative == 0 && place == 0 => Some(scope),
            Self::Two(all) if alternative == 0 && place < 2 => Some(all[place]),
            Self::Three(all) if alternative == 0 && place < 3 => Some(all[place]),
            Self::AnyOf(any) if alternative < any.len() && place < any[alternative].len() => {
                Some(any[alternative][place])
            }
            _ => None,
        }
    }
}

/// The maximum number of alternatives of a requirement after expansion of `any` and `all`.
pub const MAX_ALTERNATIVES: usize = 64;
/// The maximum number of scopes of one alternative: a denial stores the missing ones in one machine word.
pub const MAX_SCOPES_PER_ALTERNATIVE: usize = 64;
