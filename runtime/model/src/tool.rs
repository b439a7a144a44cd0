//! Tools: what one annotation states, and the syntax of a tool's name.

use crate::{Approval, Policy, Requirement, Risk, SandboxMode, markers};

/// One MCP tool, as its annotation states it.
///
/// `#[mcp_tool]` writes a constant of this type beside the function; the source scan reads the same facts from the
/// text. Strings were checked when they were written; what needs the whole table is checked by [`crate::check`].
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// The name on the wire.
    pub name: &'a str,
    /// What it does, for people; empty if nobody said.
    pub description: &'a str,
    /// What opens it.
    pub requirement: Requirement<'a>,
    /// How much harm a call can do.
    pub risk: Risk,
    /// What the author stated about approval.
    pub approval: Option<Approval>,
    /// What it does in the sandbox; `None` is denied there.
    pub sandbox: Option<SandboxMode>,
    /// What a call takes.
    pub parameters: Parameters<'a>,
    /// Scopes that a caller should hold before asking for this tool's. Advice, not enforced.
    pub prerequisites: &'a [&'a str],
    /// Tools that are usually asked for together with this one. Advice.
    pub grouped_with: &'a [&'a str],
    /// Calls a person might make, as text.
    pub examples: &'a [&'a str],
    /// How calls of this tool are limited by calls before them.
    pub policy: Policy<'a>,
    /// Which function it is, where that function checks its caller itself.
    pub origin: Option<Origin<'a>>,
}

/// Which annotation a tool comes from: tools of different tables can have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The module's path.
    pub module: &'a str,
    /// The line of the annotation, or of the macro that wrote it.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Tool<'_> {
    /// A tool that states nothing but its name and risk: opened by the scope of its own name, denied in the sandbox.
    ///
    /// ```
    /// use mcp_scopes_model::{Risk, Tool};
    /// let tool = Tool { description: "List files", ..Tool::new("list_files", Risk::Low) };
    /// assert!(tool.auto_approvable());
    /// ```
    #[must_use]
    pub const fn new(name: &str, risk: Risk) -> Tool<'_> {
        Tool {
            name,
            description: "",
            requirement: Requirement::ToolName,
            risk,
            approval: None,
            sandbox: None,
            parameters: Parameters::Listed(&[]),
            prerequisites: &[],
            grouped_with: &[],
            examples: &[],
            policy: Policy::NONE,
            origin: None,
        }
    }

    /// Whether a client may call it without asking the user: the risk allows it and the author does not object.
    #[must_use]
    pub const fn auto_approvable(&self) -> bool {
        self.risk.may_be_auto_approved() && !matches!(self.approval, Some(Approval::User))
    }

    /// Whether the user has to approve each call.
    #[must_use]
    pub const fn requires_user_approval(&self) -> bool {
        self.risk.needs_user_approval() || matches!(self.approval, Some(Approval::User))
    }
}

/// One parameter of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name on the wire.
    pub name: &'a str,
    /// Whether a call without it is refused by the tool.
    pub required: bool,
}

/// Hands each parameter of a call to the given function.
pub type VisitParameters = fn(&mut dyn FnMut(Parameter<'_>));

/// What a call of a tool takes.
#[derive(Clone, Copy)]
pub enum Parameters<'a> {
    /// Stated, or read from the signature, in declaration order.
    Listed(&'a [Parameter<'a>]),
    /// The same as one text, which costs a compiler less than a list: each on a line, with `?` before what may be left out.
    Written(&'a str),
    /// The fields of a type, sorted by name, handed one by one to the given function.
    Visit(VisitParameters),
    /// Not known: the tool was read from a program, and they are a type's fields. Not published.
    Unknown,
}

impl Parameters<'_> {
    /// Hands each parameter to `visit`, in order.
    pub fn for_each(self, visit: &mut dyn FnMut(Parameter<'_>)) {
        match self {
            Self::Listed(listed) => listed.iter().for_each(|parameter| visit(*parameter)),
            Self::Written(text) => text.lines().for_each(|line| {
                let name = line.strip_prefix('?');
                visit(Parameter { name: name.unwrap_or(line), required: name.is_none() });
            }),
            Self::Visit(fields) => fields(visit),
            Self::Unknown => {}
        }
    }
}

impl core::fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut list = f.debug_list();
        self.for_each(&mut |parameter| {
            list.entry(&parameter);
        });
        list.finish()
    }
}

/// The longest tool name that MCP allows.
pub const MAX_TOOL_NAME: usize = 128;

/// What keeps a text from being a tool name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolNameError {
    /// The text is empty.
    Empty,
    /// The text is longer than [`MAX_TOOL_NAME`].
    Long,
    /// The text holds a byte outside `A-Z a-z 0-9 _ . -`.
    Byte {
        /// Where in the text, in bytes.
        at: usize,
        /// Which byte.
        byte: u8,
    },
    /// The text begins as a member name that a parsing library reserves ([`markers`]). Documents name tools in members,
    /// and readers reject such documents.
    Reserved,
}

impl ToolNameError {
    /// What is wrong, as the end of a sentence that begins with the name.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Long => "is longer than 128 characters",
            Self::Byte { .. } => "holds a character outside `A-Z a-z 0-9 _ . -`",
            Self::Reserved => "begins with a prefix that a parsing library reserves",
        }
    }
}

/// Whether a text is a tool name (MCP 2026-07-28, Tools): 1 to 128 of `A-Z a-z 0-9 _ . -`; and not a name that
/// [`markers`] reserve.
///
/// ```
/// use mcp_scopes_model::tool::tool_name;
/// assert!(tool_name("list_files").is_ok());
/// assert!(tool_name("list files").is_err());
/// ```
pub const fn tool_name(text: &str) -> Result<(), ToolNameError> {
    let mut rest = text.as_bytes();
    if rest.is_empty() {
        return Err(ToolNameError::Empty);
    }
    if rest.len() > MAX_TOOL_NAME {
        return Err(ToolNameError::Long);
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-') {
            return Err(ToolNameError::Byte { at: text.len() - rest.len(), byte: *byte });
        }
        rest = tail;
    }
    if markers::is_private(text) { Err(ToolNameError::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{ToolNameError, tool_name};

    #[test]
    fn rejects_reserved_names() {
        assert_eq!(tool_name("__serde_saphyr_private_spanned"), Err(ToolNameError::Reserved));
        assert_eq!(tool_name("__serde"), Ok(()));
    }
}
