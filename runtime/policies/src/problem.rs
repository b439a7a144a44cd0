//! Why a table's policies cannot be enforced.

use core::fmt;

use mcp_scopes_model::{Risk, condition::MAX_CONDITIONS};

/// A problem of one policy or setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not a pattern.
    MalformedPattern {
        /// The tool that states it.
        tool: String,
        /// The text.
        pattern: String,
        /// A predicate whose subject is the pattern.
        reason: &'static str,
    },
    /// The pattern names a tool that the table does not list.
    UnknownTool {
        /// The tool that states it.
        tool: String,
        /// The pattern.
        pattern: String,
    },
    /// The pattern names a public tool, whose callers are not known.
    PublicToolInPattern {
        /// The tool that states it.
        tool: String,
        /// The pattern.
        pattern: String,
    },
    /// The pattern names a tool of another server, but there is no domain.
    NoDomain {
        /// The tool that states it.
        tool: String,
        /// The pattern.
        pattern: String,
    },
    /// The pattern names a tool of this server as one of another server.
    OwnServer {
        /// The tool that states it.
        tool: String,
        /// The pattern.
        pattern: String,
    },
    /// A public tool has a policy about earlier calls or about the caller.
    HistoryOfPublicTool {
        /// The tool.
        tool: String,
    },
    /// A tool requires approval of the caller, and no form of approval is configured.
    NoApproval {
        /// The tool.
        tool: String,
    },
    /// A tool requires human review, and no reviewer is configured.
    NoHumanReview {
        /// The tool.
        tool: String,
    },
    /// `idempotent` on a tool without a cooling period.
    IdempotentWithoutCooling {
        /// The tool.
        tool: String,
    },
    /// Two tools have one name.
    DuplicateTool {
        /// The tool.
        tool: String,
    },
    /// The domain or the server has no name, or the server's contains a `/`.
    BadDomain,
    /// A session limit is zero.
    ZeroLimit {
        /// The key in `[session]`.
        key: &'static str,
    },
    /// The age of the authentication for a risk is zero.
    ZeroAge {
        /// The risk.
        risk: Risk,
    },
    /// Two patterns or tools have one hash. It is practically impossible.
    NameCollision {
        /// The pattern or tool.
        text: String,
    },
    /// A tool has more conditional scopes than a call can match.
    TooManyConditions {
        /// The tool.
        tool: String,
    },
    /// A condition is about an argument of a tool whose parameters are not known.
    UnknownParameters {
        /// The tool.
        tool: String,
        /// The argument.
        argument: String,
    },
    /// A condition is about an argument that is not a parameter of its tool.
    UnknownArgument {
        /// The tool.
        tool: String,
        /// The argument.
        argument: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedPattern { tool, pattern, reason } => {
                write!(f, "the pattern `{pattern}` of tool `{tool}` {reason}")
            }
            Self::UnknownTool { tool, pattern } => write!(
                f,
                "the pattern `{pattern}` of tool `{tool}` names a tool that the table does not list; list the tool, or remove the pattern"
            ),
            Self::PublicToolInPattern { tool, pattern } => write!(
                f,
                "the pattern `{pattern}` of tool `{tool}` names a public tool, whose callers are not known; remove `public`, or the pattern"
            ),
            Self::NoDomain { tool, pattern } => write!(
                f,
                "the pattern `{pattern}` of tool `{tool}` names a tool of another server; state `[session] domain` and `server`"
            ),
            Self::OwnServer { tool, pattern } => write!(
                f,
                "the pattern `{pattern}` of tool `{tool}` names this server as another one; name the tool alone"
            ),
            Self::HistoryOfPublicTool { tool } => write!(
                f,
                "the public tool `{tool}` has a policy about earlier calls, and its callers are not known; remove `public`, or the policy"
            ),
            Self::NoApproval { tool } => write!(
                f,
                "tool `{tool}` states `requires_approval_after`, and no form of approval is configured; configure one, or remove the key"
            ),
            Self::NoHumanReview { tool } => write!(
                f,
                "tool `{tool}` states `requires_human_review`, and no reviewer is configured; configure one, or remove the key"
            ),
            Self::IdempotentWithoutCooling { tool } => {
                write!(
                    f,
                    "`idempotent` has no effect on tool `{tool}`; state `cooling_period_minutes`, or remove the key"
                )
            }
            Self::DuplicateTool { tool } => write!(f, "two tools have the name `{tool}`; rename one"),
            Self::BadDomain => {
                f.write_str("`[session] domain` and `server` must not be empty, and `server` is a tool name")
            }
            Self::ZeroLimit { key } => write!(f, "`[session] {key}` must be greater than zero"),
            Self::ZeroAge { risk } => {
                write!(f, "`[risk.{}] max_auth_age_minutes` must be greater than zero", risk.as_str())
            }
            Self::NameCollision { text } => {
                write!(f, "`{text}` has the same hash as another pattern or tool; rename it")
            }
            Self::TooManyConditions { tool } => {
                write!(f, "tool `{tool}` has more than {MAX_CONDITIONS} conditions; write one glob in place of several")
            }
            Self::UnknownParameters { tool, argument } => write!(
                f,
                "tool `{tool}` needs scopes by its argument `{argument}`, and its parameters are not known; list them with the key `parameters`"
            ),
            Self::UnknownArgument { tool, argument } => write!(
                f,
                "tool `{tool}` needs scopes by its argument `{argument}`, which is not one of its parameters; name one, or remove `argument`"
            ),
        }
    }
}

/// All problems of a table's policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    problems: Vec<Problem>,
}

impl CompileError {
    pub(crate) const fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// Returns the problems, in the order of the tools.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for CompileError {}
