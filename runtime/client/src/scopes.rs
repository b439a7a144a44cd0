//! Sets of scopes.

use core::fmt;
use std::collections::BTreeSet;

use mcp_scopes_model::scope::scope_token;

/// A set of scopes (RFC 6749 §3.3), in alphabetical order.
///
/// ```
/// use mcp_scopes_client::Scopes;
/// let scopes = Scopes::parse("notes:write notes:read notes:read")?;
/// assert_eq!(scopes.to_string(), "notes:read notes:write");
/// assert!(Scopes::parse("notes:read,notes:write").is_ok_and(|scopes| scopes.len() == 1));
/// assert!(Scopes::parse("notes\\read").is_err());
/// # Ok::<(), mcp_scopes_client::ScopeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scopes(BTreeSet<String>);

/// A text contains something that is not a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeError {
    reason: &'static str,
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a scope {} (RFC 6749 §3.3)", self.reason)
    }
}

impl core::error::Error for ScopeError {}

impl Scopes {
    /// The set without a scope.
    pub const NONE: Self = Self(BTreeSet::new());

    /// Reads scopes that are separated by spaces.
    ///
    /// # Errors
    /// A scope has a character that RFC 6749 §3.3 does not allow.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        text.split(' ').filter(|scope| !scope.is_empty()).map(checked).collect::<Result<_, _>>().map(Self)
    }

    /// Creates a set of single scopes.
    ///
    /// # Errors
    /// One of them is not a scope.
    pub fn of<'s>(scopes: impl IntoIterator<Item = &'s str>) -> Result<Self, ScopeError> {
        scopes.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }

    /// Creates a set of those texts that are scopes.
    pub(crate) fn readable<'s>(texts: impl IntoIterator<Item = &'s str>) -> Self {
        Self(texts.into_iter().filter_map(|text| checked(text).ok()).collect())
    }

    /// Returns the scopes, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns the number of scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set has no scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the set has this scope.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Returns whether the set has all scopes of another one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    /// Returns the scopes of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Returns the scopes of this set that another one does not have.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// Removes a scope.
    pub(crate) fn remove(&mut self, scope: &str) {
        self.0.remove(scope);
    }

    /// Adds the scopes of another set.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(other.iter().map(ToOwned::to_owned));
    }

    /// Adds a scope that is known to be one.
    pub(crate) fn add(&mut self, scope: &str) {
        self.0.insert(scope.to_owned());
    }
}

fn checked(scope: &str) -> Result<String, ScopeError> {
    match scope_token(scope) {
        Ok(()) => Ok(scope.to_owned()),
        Err(error) => Err(ScopeError { reason: error.reason() }),
    }
}

/// The scopes for a message: a server can name as many as fit into a header.
#[derive(Clone, Copy)]
pub(crate) struct Abridged<'s>(pub(crate) &'s Scopes);

const MAX_SHOWN: usize = 20;
const MAX_SHOWN_BYTES: usize = 1024;

impl fmt::Display for Abridged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = MAX_SHOWN_BYTES;
        let shown: Vec<&str> = (self.0.iter().take(MAX_SHOWN))
            .map_while(|scope| {
                left = left.checked_sub(scope.len() + 1)?;
                Some(scope)
            })
            .collect();
        match self.0.len() - shown.len() {
            0 => write!(f, "`{}`", shown.join(" ")),
            more if shown.is_empty() => write!(f, "({more} scopes of more than {MAX_SHOWN_BYTES} bytes)"),
            more => write!(f, "`{}` and {more} more", shown.join(" ")),
        }
    }
}

/// The scopes, separated by spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{scope}")?;
        }
        Ok(())
    }
}
