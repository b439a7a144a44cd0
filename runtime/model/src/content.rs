//! Resources and prompts: what opens them, as `mcp-scopes.toml` states it.

use crate::{
    Requirement, Risk,
    config::Stated,
    pattern::{PatternError, glob_syntax},
};

/// One entry of `[resources]` or `[prompts]`.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The glob of URIs or the URI template of resources; the name of a prompt.
    pub name: Stated<'a>,
    /// The human-readable description. May be empty.
    pub description: &'a str,
    /// The scopes that open it. Never [`Requirement::ToolName`].
    pub requirement: Requirement<'a>,
    /// Each scope of the requirement.
    pub scopes: &'a [Stated<'a>],
    /// The risk of a read.
    pub risk: Option<Risk>,
}

/// The prefix of globs of files. Their normal form begins at the last slash.
pub const FILE: &str = "file:///";

/// Returns whether the name of a resource entry is a URI template (RFC 6570), which equal text alone matches, and not a glob.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
pub const fn is_template(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            return true;
        }
        at += 1;
    }
    false
}

/// Returns the glob that normal forms of URIs are compared with: that of the path for files.
#[must_use]
pub const fn normal_glob(glob: &str) -> &str {
    if crate::key::starts_with(glob, FILE) { glob.split_at(FILE.len() - 1).1 } else { glob }
}

/// Checks the glob of URIs of a resource entry. Other than in patterns of policies, `file:///` is allowed at its start.
///
/// ```
/// use mcp_scopes_model::content::resource_syntax;
/// assert!(resource_syntax("logs://*").is_ok());
/// assert!(resource_syntax("file:///var/log/*").is_ok());
/// assert!(resource_syntax("/var/log/*").is_err());
/// ```
pub const fn resource_syntax(glob: &str) -> Result<(), PatternError> {
    match glob.as_bytes() {
        [b'/', ..] => return Err(PatternError::NoScheme),
        [b'f', b'i', b'l', b'e', b':', ..] if !crate::key::starts_with(glob, FILE) => {
            return Err(PatternError::NoScheme);
        }
        _ => {}
    }
    glob_syntax(normal_glob(glob))
}
