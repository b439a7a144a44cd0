//! Policy patterns: `tool`, `tool:glob`, `@resource:glob`, `@prompt:name`, `server/tool`. The grammar's `spec.md`, "Patterns", specifies
//! their meaning.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use crate::tool::{ToolNameError, tool_name};

/// A pattern of `blocked_after` or `requires_approval_after`: which calls it matches.
///
/// ```
/// use mcp_scopes_model::Pattern;
/// let pattern = Pattern::parse("read_file:/etc/*")?;
/// assert_eq!(pattern, Pattern::Tool { name: "read_file", glob: Some("/etc/*") });
/// # Ok::<(), mcp_scopes_model::pattern::PatternError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern<'a> {
    /// `tool`, `tool:glob`: the calls of a tool of this table.
    Tool {
        /// The tool.
        name: &'a str,
        /// The glob that a string argument of the call must match. `None` matches any call.
        glob: Option<&'a str>,
    },
    /// `@resource`, `@resource:glob`: reads of resources.
    Resource {
        /// The glob that the URI must match. `None` matches any read.
        glob: Option<&'a str>,
    },
    /// `@prompt`, `@prompt:name`: uses of prompts.
    Prompt {
        /// The exact name. `None` matches any prompt.
        name: Option<&'a str>,
    },
    /// `server/tool`: the calls of a tool of another server of the domain.
    OtherServer {
        /// Its `[session] server`.
        server: &'a str,
        /// The tool.
        tool: &'a str,
    },
}

/// The reason why a text is not a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// The part before the colon is not a tool name.
    Tool(ToolNameError),
    /// The glob is empty.
    EmptyGlob,
    /// The glob contains a reserved character: `[ ] { } \`, or `!` at the beginning.
    Reserved,
    /// The glob contains `//` (except after a scheme), `/./`, `/../`, a percent escape or `file:/`. The normal form of
    /// an argument contains none of these, so the glob could never match.
    NeverMatches,
    /// The glob contains a control character.
    Control,
    /// The glob of URIs does not begin with a scheme.
    NoScheme,
    /// The glob of URIs has a wildcard in the host.
    HostWildcard,
    /// The text begins with `@`, and is no pattern of resources or prompts.
    UnknownContent,
    /// No name follows the colon of `@prompt:`.
    NoPrompt,
    /// The text before a colon contains a `/`, and is not `server/tool`.
    OtherServer,
}

impl PatternError {
    /// Returns a predicate that completes a sentence whose subject is the pattern.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Tool(_) => "does not begin with a tool name",
            Self::EmptyGlob => "has no glob after its colon",
            Self::Reserved => "contains one of `[ ] { } \\` or begins with `!`, which are reserved",
            Self::NeverMatches => {
                "can never match: the normal form of an argument has no `//` except after a lowercase scheme, no `.` or \
                 `..` segments, no percent escapes and no `file:`"
            }
            Self::Control => "contains a control character",
            Self::NoScheme => "must begin with a scheme, and a glob of files with `file:///`",
            Self::HostWildcard => "has a wildcard in the host, which would match paths of other hosts; name each host",
            Self::UnknownContent => {
                "begins with `@`, and is neither `@resource`, `@resource:glob`, `@prompt` nor `@prompt:name`"
            }
            Self::NoPrompt => "has no name after its colon",
            Self::OtherServer => "is not `server/tool`, which has no glob",
        }
    }
}

impl<'a> Pattern<'a> {
    /// Parses a pattern. The first colon ends the name, which cannot contain one.
    pub const fn parse(text: &'a str) -> Result<Self, PatternError> {
        let bytes = text.as_bytes();
        let (mut colon, mut slash) = (0, None);
        while colon < bytes.len() && bytes[colon] != b':' {
            if bytes[colon] == b'/' && slash.is_none() {
                slash = Some(colon);
            }
            colon += 1;
        }
        let (name, rest) = text.split_at(colon);
        let after = if rest.is_empty() { None } else { Some(rest.split_at(1).1) };
        match name.as_bytes() {
            b"@resource" => match optional_glob(after) {
                Ok(glob) => return Ok(Self::Resource { glob }),
                Err(error) => return Err(error),
            },
            b"@prompt" => {
                return match after {
                    Some(name) if name.is_empty() => Err(PatternError::NoPrompt),
                    name => Ok(Self::Prompt { name }),
                };
            }
            [b'@', ..] => return Err(PatternError::UnknownContent),
            _ => {}
        }
        if let Some(slash) = slash {
            let (server, rest) = name.split_at(slash);
            let tool = rest.split_at(1).1;
            if tool_name(server).is_err() || tool_name(tool).is_err() || after.is_some() {
                return Err(PatternError::OtherServer);
            }
            return Ok(Self::OtherServer { server, tool });
        }
        if let Err(error) = tool_name(name) {
            return Err(PatternError::Tool(error));
        }
        match optional_glob(after) {
            Ok(glob) => Ok(Self::Tool { name, glob }),
            Err(error) => Err(error),
        }
    }

    /// Returns the tool of this table that the pattern names, if it names one.
    #[must_use]
    pub const fn own_tool(self) -> Option<&'a str> {
        match self {
            Self::Tool { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// Returns the tool of this table that a pattern names, if it names one. The parsers have checked the glob, so const evaluation does not: it
/// pays for each byte.
pub(crate) const fn named_tool(pattern: &str) -> Option<&str> {
    let mut rest = pattern.as_bytes();
    if let [b'@', ..] = rest {
        return None;
    }
    while let [byte, tail @ ..] = rest {
        match byte {
            b':' => break,
            // The other server of `server/tool`.
            b'/' => return None,
            _ => rest = tail,
        }
    }
    Some(pattern.split_at(size_of_val(pattern) - size_of_val(rest)).0)
}

const fn optional_glob(text: Option<&str>) -> Result<Option<&str>, PatternError> {
    match text {
        None => Ok(None),
        Some(glob) => match glob_syntax(glob) {
            Ok(()) => Ok(Some(glob)),
            Err(error) => Err(error),
        },
    }
}

/// Checks a glob: `*` matches any run of characters, `?` matches one, and every other character matches itself.
///
/// ```
/// use mcp_scopes_model::pattern::glob_syntax;
/// assert!(glob_syntax("*.pem").is_ok());
/// assert!(glob_syntax("/etc//shadow").is_err());
/// ```
pub const fn glob_syntax(glob: &str) -> Result<(), PatternError> {
    let bytes = glob.as_bytes();
    if bytes.is_empty() {
        return Err(PatternError::EmptyGlob);
    }
    if bytes[0] == b'!' {
        return Err(PatternError::Reserved);
    }
    let mut at = 0;
    // The start of the path segment that contains `at`.
    let mut segment = 0;
    while at < bytes.len() {
        match bytes[at] {
            0..0x20 | 0x7f => return Err(PatternError::Control),
            b'[' | b']' | b'{' | b'}' | b'\\' => return Err(PatternError::Reserved),
            b'%' if at + 2 < bytes.len() && bytes[at + 1].is_ascii_hexdigit() && bytes[at + 2].is_ascii_hexdigit() => {
                return Err(PatternError::NeverMatches);
            }
            // A `file:` URL is compared as its path.
            b'/' if at == 5 && matches!(bytes, [b'f', b'i', b'l', b'e', b':', ..]) => {
                return Err(PatternError::NeverMatches);
            }
            b'/' => {
                let doubled = at > 0 && at == segment;
                // The two slashes of `https://` remain: the first segment of a URL is empty.
                let after_scheme = at > 1 && bytes[at - 2] == b':' && scheme(bytes, at - 2);
                if dots(bytes, segment, at) || (doubled && !after_scheme) {
                    return Err(PatternError::NeverMatches);
                }
                segment = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    // A trailing segment of dots is resolved too. A lone `.` or `..` is allowed, for globs that are not paths.
    if segment > 0 && dots(bytes, segment, at) {
        return Err(PatternError::NeverMatches);
    }
    Ok(())
}

/// Returns whether the text before `end` can be a URL scheme: at least two characters (one is a drive letter), which
/// may be wildcards.
const fn scheme(bytes: &[u8], end: usize) -> bool {
    let mut wild = false;
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'*' => wild = true,
            b'a'..=b'z' | b'?' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            _ => return false,
        }
        at += 1;
    }
    end > 1 || wild
}

/// Returns whether the segment is `.` or `..`.
const fn dots(bytes: &[u8], start: usize, end: usize) -> bool {
    match end - start {
        1 => bytes[start] == b'.',
        2 => bytes[start] == b'.' && bytes[start + 1] == b'.',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_patterns_into_tool_and_glob() {
        for (text, tool, glob) in [
            ("list_files", "list_files", None),
            ("read_file:/etc/*", "read_file", Some("/etc/*")),
            ("read_file:*.json", "read_file", Some("*.json")),
            ("fetch:https://example.com/*", "fetch", Some("https://example.com/*")),
            ("read_file:/", "read_file", Some("/")),
            ("fetch:*://localhost*", "fetch", Some("*://localhost*")),
            ("fetch:http?://a", "fetch", Some("http?://a")),
        ] {
            assert_eq!(Pattern::parse(text), Ok(Pattern::Tool { name: tool, glob }), "{text}");
        }
    }

    #[test]
    fn reads_patterns_of_contents_and_other_servers() {
        for (text, pattern) in [
            ("@resource", Pattern::Resource { glob: None }),
            ("@resource:logs://*", Pattern::Resource { glob: Some("logs://*") }),
            ("@resource:/etc/*", Pattern::Resource { glob: Some("/etc/*") }),
            ("@prompt", Pattern::Prompt { name: None }),
            ("@prompt:say: \"hello\" */x", Pattern::Prompt { name: Some("say: \"hello\" */x") }),
            ("mail/send", Pattern::OtherServer { server: "mail", tool: "send" }),
        ] {
            assert_eq!(Pattern::parse(text), Ok(pattern), "{text}");
            assert_eq!(pattern.own_tool(), None);
        }
        assert_eq!(Pattern::parse("send:a/b").map(Pattern::own_tool), Ok(Some("send")));
    }

    #[test]
    fn reads_the_tool_of_a_pattern_without_checking_its_glob() {
        for text in [
            "list_files",
            "read_file:/etc/*",
            "fetch:https://example.com/a:b",
            "@resource",
            "@resource:logs://*",
            "@prompt:a/b",
            "mail/send",
        ] {
            assert_eq!(named_tool(text), Pattern::parse(text).unwrap().own_tool(), "{text}");
        }
        for (text, tool) in [("", Some("")), ("a:", Some("a")), ("a:[", Some("a")), ("mail/send:x", None), ("@", None)]
        {
            assert_eq!(named_tool(text), tool, "{text}");
        }
    }

    #[test]
    fn rejects_texts_that_are_not_patterns() {
        use PatternError::{Control, EmptyGlob, NeverMatches, NoPrompt, OtherServer, Reserved, Tool, UnknownContent};
        for (text, error) in [
            ("", Tool(ToolNameError::Empty)),
            (":/etc", Tool(ToolNameError::Empty)),
            ("read file", Tool(ToolNameError::Byte { at: 4, byte: b' ' })),
            ("read_file:", EmptyGlob),
            ("read_file:!a", Reserved),
            ("read_file:/etc/[a-z]", Reserved),
            ("read_file:/etc//x", NeverMatches),
            ("read_file://x", NeverMatches),
            ("read_file:a/b://x", NeverMatches),
            ("read_file:c://x", NeverMatches),
            ("fetch:HTTPS://x", NeverMatches),
            ("fetch:https:///x", NeverMatches),
            ("fetch:file:/etc/*", NeverMatches),
            ("read_file:/a/../b", NeverMatches),
            ("read_file:/a/.", NeverMatches),
            ("read_file:./a", NeverMatches),
            ("read_file:%2e", NeverMatches),
            ("read_file:a\n", Control),
            ("@", UnknownContent),
            ("@resources", UnknownContent),
            ("@prompts:a", UnknownContent),
            ("@mail/send", UnknownContent),
            ("@resource:", EmptyGlob),
            ("@resource:[a]", Reserved),
            ("@resource:file:///etc/*", NeverMatches),
            ("@prompt:", NoPrompt),
            ("mail/send:x", OtherServer),
            ("mail/", OtherServer),
            ("/send", OtherServer),
            ("a/b/c", OtherServer),
            ("a b/c", OtherServer),
        ] {
            assert_eq!(Pattern::parse(text), Err(error), "{text}");
        }
    }
}
