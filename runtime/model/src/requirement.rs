//! What opens a tool.

/// The scopes that open a tool.
///
/// Up to three scopes, all of which are needed, have forms of their own: a list costs every build of an annotation more.
/// They are not compared with `==`, since [`Requirement::AnyOf`] can say the same.
#[derive(Clone, Copy, Debug)]
pub enum Requirement<'a> {
    /// Open to every caller, also without a token. Said with the key `public`.
    Public,
    /// The tool's own name is its scope, behind the server's namespace if it has one. The default.
    ToolName,
    /// This scope.
    One(&'a str),
    /// Both.
    Two([&'a str; 2]),
    /// All three.
    Three([&'a str; 3]),
    /// Any-of over all-of: one of these lists has to be held whole. Neither level is empty.
    AnyOf(&'a [&'a [&'a str]]),
}

impl<'a> Requirement<'a> {
    /// How many alternatives open the tool; none for [`Requirement::Public`].
    #[must_use]
    pub const fn alternatives(self) -> usize {
        match self {
            Self::Public => 0,
            Self::ToolName | Self::One(_) | Self::Two(_) | Self::Three(_) => 1,
            Self::AnyOf(any) => any.len(),
        }
    }

    /// How many scopes that alternative needs.
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

    /// The scope at that place, where `own` is the scope that [`Requirement::ToolName`] stands for.
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

/// The most alternatives that one requirement may have once `any` and `all` are multiplied out.
pub const MAX_ALTERNATIVES: usize = 64;
/// The most scopes that one alternative may need: a denial names the missing ones in one machine word.
pub const MAX_SCOPES_PER_ALTERNATIVE: usize = 64;
