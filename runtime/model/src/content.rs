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

/// The start of globs of files.
const FILE: &str = "file:///";

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

/// Returns the length of scheme and authority in the glob of a resource entry. They are compared case-insensitively, as in URIs.
///
/// ```
/// use mcp_scopes_model::content::insensitive_prefix;
/// assert_eq!(insensitive_prefix("App://Host/Path"), "App://Host".len());
/// assert_eq!(insensitive_prefix("App:Settings"), "App:".len());
/// assert_eq!(insensitive_prefix("*"), 0);
/// ```
#[must_use]
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
pub const fn insensitive_prefix(glob: &str) -> usize {
    let bytes = glob.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b':' {
        at += 1;
    }
    if at == bytes.len() {
        return 0;
    }
    at += 1;
    if at + 1 < bytes.len() && bytes[at] == b'/' && bytes[at + 1] == b'/' {
        at += 2;
        while at < bytes.len() && bytes[at] != b'/' {
            at += 1;
        }
    }
    at
}

/// Schemes whose URLs name a host. A wildcard there would also match the path of another host.
const WITH_HOST: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Checks the glob of URIs of a resource entry. It begins with a scheme, or is `*`. Other than in patterns of policies, `file:///` is
/// allowed at its start. A URL of the web names its host without wildcards, or no host: `https://*`.
///
/// ```
/// use mcp_scopes_model::content::resource_syntax;
/// assert!(resource_syntax("logs://*").is_ok());
/// assert!(resource_syntax("file:///var/log/*").is_ok());
/// assert!(resource_syntax("https://docs.example.com/*").is_ok());
/// assert!(resource_syntax("/var/log/*").is_err());
/// assert!(resource_syntax("https://*.example.com/*").is_err());
/// ```
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
pub const fn resource_syntax(glob: &str) -> Result<(), PatternError> {
    if let b"*" = glob.as_bytes() {
        return Ok(());
    }
    let Some(colon) = scheme_end(glob.as_bytes()) else { return Err(PatternError::NoScheme) };
    let (scheme, rest) = glob.split_at(colon);
    if crate::key::same(scheme, "file") {
        if !crate::key::starts_with(glob, FILE) {
            return Err(PatternError::NoScheme);
        }
        return glob_syntax(glob.split_at(FILE.len() - 1).1);
    }
    let mut named = 0;
    while named < WITH_HOST.len() {
        if crate::key::same(scheme, WITH_HOST[named])
            && let Err(error) = host(rest.as_bytes())
        {
            return Err(error);
        }
        named += 1;
    }
    glob_syntax(glob)
}

/// Returns the place of the colon behind a scheme (RFC 3986 §3.1).
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
const fn scheme_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 => return Some(at),
            _ => return None,
        }
        at += 1;
    }
    None
}

/// Checks what is behind the scheme of a URL of the web: `://host/..`, or `://*`.
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
const fn host(rest: &[u8]) -> Result<(), PatternError> {
    let [b':', b'/', b'/', host @ ..] = rest else { return Err(PatternError::NeverMatches) };
    if let [b'*'] = host {
        return Ok(());
    }
    let mut at = 0;
    while at < host.len() && host[at] != b'/' {
        match host[at] {
            b'*' | b'?' => return Err(PatternError::HostWildcard),
            b'@' => return Err(PatternError::NeverMatches),
            _ => {}
        }
        at += 1;
    }
    if at == 0 { Err(PatternError::NeverMatches) } else { Ok(()) }
}
