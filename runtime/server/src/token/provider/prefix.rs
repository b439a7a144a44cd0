//! What an issuer puts in front of scopes: outside, in what clients request, and inside, in tokens.

use mcp_scopes_model::{config::ScopePrefix, scope::scope_token};

/// Where the prefix is stated.
#[derive(Clone, Debug)]
pub(in super::super) enum Prefix {
    /// In the table's file.
    Table,
    /// In the table's file, or else `outside` is the usual one of the provider.
    Usual { outside: String },
    /// At the provider.
    Stated { outside: String, inside: String },
}

impl Prefix {
    /// Returns the prefix in what clients request.
    pub(in super::super) fn outside<'p>(&'p self, table: &ScopePrefix<'p>) -> &'p str {
        match self {
            Self::Stated { outside, .. } => outside,
            Self::Usual { outside } if table.outside.is_empty() => outside,
            Self::Usual { .. } | Self::Table => table.outside,
        }
    }

    /// Returns the prefix in tokens.
    pub(in super::super) fn inside<'p>(&'p self, table: &ScopePrefix<'p>) -> &'p str {
        match self {
            Self::Stated { inside, .. } => inside,
            Self::Usual { .. } | Self::Table => table.inside,
        }
    }

    /// Returns why the prefix cannot be one.
    pub(in super::super) fn problem(&self) -> Option<String> {
        let stated: [&str; 2] = match self {
            Self::Table => return None,
            Self::Usual { outside } => [outside, ""],
            Self::Stated { outside, inside } => [outside, inside],
        };
        stated.into_iter().filter(|prefix| !prefix.is_empty()).find_map(|prefix| {
            let shown = prefix.escape_debug();
            match scope_token(prefix) {
                Err(error) => Some(format!("the prefix of scopes `{shown}` {}", error.reason())),
                Ok(()) if prefix.ends_with(|last: char| last.is_ascii_alphanumeric()) => Some(format!(
                    "the prefix of scopes `{shown}` ends in a letter or digit, so it also matches other names"
                )),
                Ok(()) => None,
            }
        })
    }
}
