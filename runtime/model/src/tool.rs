//! Tools: the facts of an annotation, and the syntax of tool names.

pub mod bits;

use crate::{Approval, Condition, Policy, Requirement, Risk, SandboxMode, markers};

/// An MCP tool, as its annotation states it.
///
/// `#[mcp_tool]` writes a constant of this type next to the function. The source scan reads the same facts from the
/// source. The parser has validated the strings. [`crate::check`] checks what needs the whole table.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// The name on the wire.
    pub name: &'a str,
    /// The human-readable title (MCP 2026-07-28, Tools: `title`). May be empty.
    pub title: &'a str,
    /// The human-readable description. May be empty.
    pub description: &'a str,
    /// The scopes that open the tool.
    pub requirement: Requirement<'a>,
    /// The scopes that some calls need in addition, by their arguments.
    pub conditions: &'a [Condition<'a>],
    /// The risk of a call.
    pub risk: Risk,
    /// The stated approval.
    pub approval: Option<Approval>,
    /// The behavior in the sandbox. `None` is denied there.
    pub sandbox: Option<SandboxMode>,
    /// The parameters of a call.
    pub parameters: Parameters<'a>,
    /// Scopes that a caller should hold before requesting this tool's. Advice, not enforced.
    pub prerequisites: &'a [&'a str],
    /// Tools that are usually requested together with this one. Advice, not enforced.
    pub grouped_with: &'a [&'a str],
    /// Example calls in natural language.
    pub examples: &'a [&'a str],
    /// The limits on calls of this tool.
    pub policy: Policy<'a>,
    /// The identity of the function, if it checks its caller itself.
    pub location: Option<SourceLocation<'a>>,
}

/// The location of the annotation of a tool. Tools of different tables can have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLocation<'a> {
    /// The module path.
    pub module: &'a str,
    /// The line of the annotation, or of the macro that generated it.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Tool<'_> {
    /// Creates a tool with a name and a risk. Its scope is its own name, and it is denied in the sandbox.
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
            title: "",
            description: "",
            requirement: Requirement::ToolName,
            conditions: &[],
            risk,
            approval: None,
            sandbox: None,
            parameters: Parameters::Listed(&[]),
            prerequisites: &[],
            grouped_with: &[],
            examples: &[],
            policy: Policy::NONE,
            location: None,
        }
    }

    /// Returns whether a client may call it without asking the user: the risk allows it, and the author did not require
    /// approval.
    #[must_use]
    pub const fn auto_approvable(&self) -> bool {
        self.risk.may_be_auto_approved() && !matches!(self.approval, Some(Approval::User))
    }

    /// Returns whether the user must approve each call.
    #[must_use]
    pub const fn requires_user_approval(&self) -> bool {
        self.risk.needs_user_approval() || matches!(self.approval, Some(Approval::User))
    }
}

/// The part of a record for one tool, as in `describe!` of the module [`crate::record`]. A macro, because const evaluation pays for
/// calls. `$place` is the index of the tool's first use of a scope, and becomes that of the next tool.
macro_rules! describe_tool {
    ($listed:expr, $namespace:expr, $uses:expr, $place:ident, $number:ident, $text:ident) => {
        let listed: &$crate::outline::Listed<'_> = $listed;
        let tool = listed.tool;
        // Most tables have no namespace, and none from a spliced table.
        let foreign = !matches!((listed.namespace.as_bytes(), $namespace.as_bytes()), ([], []))
            && !crate::key::same(listed.namespace, $namespace);
        let titled = !matches!(tool.title.as_bytes(), []);
        let advised = !matches!((tool.prerequisites, tool.grouped_with, tool.examples), ([], [], []));
        let limited = !tool.policy.is_none();
        let conditional = !matches!(tool.conditions, []);
        $number!(
            $crate::tool::bits::head(tool)
                | $crate::tool::bits::following(titled, foreign, advised, limited, conditional)
        );
        $text!(tool.name);
        $text!(tool.description);
        if titled {
            $text!(tool.title);
        }
        match tool.parameters {
            $crate::tool::Parameters::Written(text) => {
                $text!(text);
            }
            $crate::tool::Parameters::Listed(mut listed) => {
                $number!(listed.len());
                while let [parameter, rest @ ..] = listed {
                    $number!(parameter.required);
                    $text!(parameter.name);
                    listed = rest;
                }
            }
            $crate::tool::Parameters::Visit(_) | $crate::tool::Parameters::Unknown => {}
        }
        if foreign {
            $text!(listed.namespace);
        }
        match tool.requirement {
            $crate::Requirement::Public | $crate::Requirement::Authenticated => {}
            // The reader joins namespace and name, as the table does.
            $crate::Requirement::ToolName => $place += 1,
            $crate::Requirement::One(_) => {
                $number!($uses[$place]);
                $place += 1;
            }
            $crate::Requirement::Two(_) => {
                $number!($uses[$place]);
                $number!($uses[$place + 1]);
                $place += 2;
            }
            $crate::Requirement::Three(_) => {
                $number!($uses[$place]);
                $number!($uses[$place + 1]);
                $number!($uses[$place + 2]);
                $place += 3;
            }
            $crate::Requirement::AnyOf(mut any) => {
                $number!(any.len());
                while let [all, rest @ ..] = any {
                    $number!(all.len());
                    let end = $place + all.len();
                    while $place < end {
                        $number!($uses[$place]);
                        $place += 1;
                    }
                    any = rest;
                }
            }
        }
        if advised {
            $crate::record_parts::texts!($number, $text, tool.prerequisites);
            $crate::record_parts::texts!($number, $text, tool.grouped_with);
            $crate::record_parts::texts!($number, $text, tool.examples);
        }
        if limited {
            let policy = &tool.policy;
            $crate::record_parts::texts!($number, $text, policy.blocked_after);
            $crate::record_parts::texts!($number, $text, policy.requires_approval_after);
            $crate::record_parts::texts!($number, $text, policy.blocked_patterns);
            $crate::record_parts::limit!($number, policy.cooling_period_minutes);
            $crate::record_parts::limit!($number, policy.max_calls_per_session);
            $crate::record_parts::limit!($number, policy.max_file_size_mb);
            $number!(policy.requires_human_review);
            $number!(policy.idempotent);
        }
        if conditional {
            $crate::record_parts::conditions!($number, $text, tool.conditions, $uses, $place);
        }
    };
}
pub(crate) use describe_tool;

/// One parameter of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name on the wire.
    pub name: &'a str,
    /// Whether the tool rejects a call without it.
    pub required: bool,
}

/// Passes each parameter of a call to the given function. Returns `false`, and passes none, if they are not known.
pub type VisitParameters = fn(&mut dyn FnMut(Parameter<'_>)) -> bool;

/// The parameters of a tool.
#[derive(Clone, Copy)]
pub enum Parameters<'a> {
    /// Stated, or read from the signature, in declaration order.
    Listed(&'a [Parameter<'a>]),
    /// The same as one text, which is cheaper to compile than a list: one parameter per line, with `?` before optional
    /// ones.
    Written(&'a str),
    /// The fields of a type, sorted by name, passed one by one to the given function.
    Visit(VisitParameters),
    /// Unknown: the tool has no function, or it was read from a program or from source, and only the compiler knows them. Not
    /// published.
    Unknown,
}

impl Parameters<'_> {
    /// Passes each parameter to `visit`, in order. Returns `false`, and passes none, if they are not known.
    pub fn for_each(self, visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
        match self {
            Self::Listed(listed) => listed.iter().for_each(|parameter| visit(*parameter)),
            Self::Written(text) => text.lines().for_each(|line| {
                let name = line.strip_prefix('?');
                visit(Parameter { name: name.unwrap_or(line), required: name.is_none() });
            }),
            Self::Visit(fields) => return fields(visit),
            Self::Unknown => return false,
        }
        true
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

/// The maximum length of a tool name in MCP.
pub const MAX_TOOL_NAME: usize = 128;

/// The reason why a text is not a tool name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolNameError {
    /// The text is empty.
    Empty,
    /// The text is longer than [`MAX_TOOL_NAME`].
    Long,
    /// The text contains a byte outside `A-Z a-z 0-9 _ . -`.
    Byte {
        /// The byte offset.
        at: usize,
        /// The byte.
        byte: u8,
    },
    /// The text begins with a prefix that a parsing library reserves ([`markers`]). Documents use tool names as member
    /// names, and readers reject documents with such members.
    Reserved,
}

impl ToolNameError {
    /// Returns a predicate that completes a sentence whose subject is the name.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Long => "is longer than 128 characters",
            Self::Byte { .. } => "contains a character outside `A-Z a-z 0-9 _ . -`",
            Self::Reserved => "begins with a prefix that a parsing library reserves",
        }
    }
}

/// Checks a tool name (MCP 2026-07-28, Tools): 1 to 128 of `A-Z a-z 0-9 _ . -`, without a reserved prefix
/// ([`markers`]).
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
