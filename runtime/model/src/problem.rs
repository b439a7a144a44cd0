//! Errors of a table as a whole, with their messages.

use crate::{config::Stated, key::same, text::Text};

/// The kind of literal that a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The tool's name.
    Tool,
    /// A scope of `scope`.
    Scope,
    /// A scope of `prerequisites`.
    Prerequisite,
    /// A tool of `grouped_with`.
    Group,
    /// A pattern of `policy`.
    Policy,
    /// A location in the configuration file.
    Config,
}

/// The kind of a problem. Each has an id, which the lint reports too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A tool name that is listed twice.
    DuplicateTool,
    /// A scope that `[scopes]` does not declare.
    UndeclaredScope,
    /// A scope that does not begin with the namespace.
    OutsideNamespace,
    /// A prerequisite, baseline or flow with a scope that is neither required by a tool nor declared.
    UnknownScope,
    /// A prerequisite that depends on the tool's own scope.
    PrerequisiteCycle,
    /// A scope that implies itself.
    ImpliesCycle,
    /// A scope with different declarations in two spliced tables.
    ConflictingScope,
    /// A group with a tool that the table does not list.
    UnknownGroupTool,
    /// A policy pattern with a tool that the table does not list.
    UnknownPolicyTool,
    /// A policy pattern with a public tool.
    PublicPolicyTool,
    /// A policy pattern with a tool of another server, in a table without a domain.
    PatternWithoutDomain,
    /// A policy pattern that names this server as another one.
    OwnServerInPattern,
    /// More tools than a table can hold.
    TooManyTools,
    /// More scopes than a table can hold.
    TooManyScopes,
    /// More uses of scopes in requirements than a table can hold.
    TooManyUses,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::DuplicateTool,
        Self::UndeclaredScope,
        Self::OutsideNamespace,
        Self::UnknownScope,
        Self::PrerequisiteCycle,
        Self::ImpliesCycle,
        Self::ConflictingScope,
        Self::UnknownGroupTool,
        Self::UnknownPolicyTool,
        Self::PublicPolicyTool,
        Self::PatternWithoutDomain,
        Self::OwnServerInPattern,
        Self::TooManyTools,
        Self::TooManyScopes,
        Self::TooManyUses,
    ];

    /// Returns the stable id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::DuplicateTool => "duplicate-tool",
            Self::UndeclaredScope => "undeclared-scope",
            Self::OutsideNamespace => "outside-namespace",
            Self::UnknownScope => "unknown-scope",
            Self::PrerequisiteCycle => "prerequisite-cycle",
            Self::ImpliesCycle => "implies-cycle",
            Self::ConflictingScope => "conflicting-scope",
            Self::UnknownGroupTool => "unknown-group-tool",
            Self::UnknownPolicyTool => "unknown-policy-tool",
            Self::PublicPolicyTool => "public-policy-tool",
            Self::PatternWithoutDomain => "pattern-without-domain",
            Self::OwnServerInPattern => "own-server-in-pattern",
            Self::TooManyTools => "too-many-tools",
            Self::TooManyScopes => "too-many-scopes",
            Self::TooManyUses => "too-many-uses",
        }
    }
}

/// A problem of a table.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// What is wrong.
    pub kind: Kind,
    /// The kind of literal.
    pub field: Field,
    /// The tool of the annotation, the role of the flow, or the scope of the declaration. May be empty.
    pub subject: &'a str,
    /// The literal.
    pub literal: &'a str,
    /// A suggested name, the missing namespace, or other data of the message.
    pub other: Option<&'a str>,
    /// The count that exceeds a limit.
    pub count: usize,
    /// The location in the configuration file.
    pub at: Stated<'a>,
    /// The configuration file. Empty if there is none.
    pub file: &'a str,
}

impl Problem<'_> {
    /// A problem about no literal, for evaluating an annotation without a check.
    pub const NONE: Self = Self {
        kind: Kind::TooManyTools,
        field: Field::Config,
        subject: "",
        literal: "",
        other: None,
        count: 0,
        at: Stated { text: "", line: 0, column: 0 },
        file: "",
    };

    /// Returns the message: one line, lower case, no full stop.
    #[must_use]
    pub const fn message(&self) -> Text {
        let text = Text::EMPTY;
        let text = match self.field {
            _ if self.at.line > 0 => text
                .and(self.file)
                .and(":")
                .and_number(self.at.line as usize)
                .and(":")
                .and_number(self.at.column as usize)
                .and(": "),
            Field::Config if !self.file.is_empty() => text.and(self.file).and(": "),
            _ => text,
        };
        match self.kind {
            Kind::DuplicateTool => text.and("duplicate tool name ").and(quoted(self.literal).as_str()),
            Kind::UndeclaredScope => {
                self.of_subject(text.and("scope ").and(quoted(self.literal).as_str()), " is not declared in [scopes]")
            }
            Kind::OutsideNamespace => {
                let text = self.of_subject(text.and("scope ").and(quoted(self.literal).as_str()), "");
                text.and(" is outside the namespace ").and(quoted(self.namespace()).as_str())
            }
            Kind::UnknownScope => {
                let text = self.of_subject(text.and("scope ").and(quoted(self.literal).as_str()), "");
                text.and(" is neither required by a tool of this table nor declared")
            }
            Kind::PrerequisiteCycle => text
                .and("prerequisite ")
                .and(quoted(self.literal).as_str())
                .and(" of tool ")
                .and(quoted(self.subject).as_str())
                .and(" depends on the tool's own scope"),
            Kind::ImpliesCycle => text.and("scope ").and(quoted(self.literal).as_str()).and(" implies itself"),
            Kind::ConflictingScope => text
                .and("two spliced tables declare scope ")
                .and(quoted(self.literal).as_str())
                .and(" with different `implies`"),
            Kind::UnknownGroupTool => text
                .and("tool ")
                .and(quoted(self.subject).as_str())
                .and(" is grouped with ")
                .and(quoted(self.literal).as_str())
                .and(", which this table does not list"),
            Kind::UnknownPolicyTool => self.of_pattern(text, " names a tool that this table does not list"),
            Kind::PublicPolicyTool => self.of_pattern(text, " names a public tool, whose callers are not known"),
            Kind::PatternWithoutDomain => {
                self.of_pattern(text, " names a tool of another server, and this table has no domain")
            }
            Kind::OwnServerInPattern => self.of_pattern(text, " names this server as another one"),
            Kind::TooManyTools => text
                .and("this table lists ")
                .and_number(self.count)
                .and(" tools; the limit is ")
                .and_number(crate::numbers::MAX_TOOLS),
            Kind::TooManyUses => text
                .and("the requirements of this table name ")
                .and_number(self.count)
                .and(" scopes in all; the limit is ")
                .and_number(crate::numbers::MAX_USES),
            Kind::TooManyScopes => text
                .and("this table uses ")
                .and_number(self.count)
                .and(" scopes; the limit is ")
                .and_number(crate::numbers::MAX_SCOPES),
        }
    }

    /// Returns what to write instead, in one line.
    #[must_use]
    pub const fn help(&self) -> Text {
        let text = Text::EMPTY;
        match (self.kind, self.other) {
            (Kind::DuplicateTool, _) => text.and("state each tool once, or give one of them another name"),
            (Kind::OutsideNamespace, Some(namespace)) => {
                let text = text.and("write `").and(namespace).and(self.literal);
                text.and("`: a scope must begin with the exact namespace")
            }
            (
                Kind::UndeclaredScope | Kind::UnknownScope | Kind::UnknownGroupTool | Kind::UnknownPolicyTool,
                Some(near),
            ) => text.and("did you mean ").and(quoted(near).as_str()).and("?"),
            (Kind::UndeclaredScope, None) => {
                text.and("declare it under [scopes]: `\"").and(self.literal).and("\" = \"what it allows\"`")
            }
            (Kind::UnknownScope, None) => text.and("name a scope that a tool requires, or declare it under [scopes]"),
            (Kind::UnknownGroupTool | Kind::UnknownPolicyTool, None) => {
                text.and("name a tool of this table, or add it to the list")
            }
            (Kind::PublicPolicyTool, _) => text.and("require a scope for the tool, or remove the pattern"),
            (Kind::PatternWithoutDomain, _) => {
                text.and("state `domain` and `server` under [session], or name a tool of this table")
            }
            (Kind::OwnServerInPattern, Some(tool)) => text.and("write `").and(tool).and("`"),
            (Kind::OwnServerInPattern, None) => text.and("name the tool alone"),
            (Kind::PrerequisiteCycle, _) => text.and("remove the prerequisite from one of the tools"),
            (Kind::ImpliesCycle, _) => text.and("remove one `implies` of the cycle"),
            (Kind::ConflictingScope, _) => text.and("declare it under [scopes] of this table, which takes precedence"),
            (Kind::TooManyTools, _) => text.and("split the server, or leave tools out with `#[cfg]`"),
            (Kind::TooManyUses, _) => text.and("write shorter requirements: several tools can share one scope"),
            (Kind::TooManyScopes, _) => text.and("let several tools share a scope, or split the server"),
            (Kind::OutsideNamespace, None) => text.and("begin it with the namespace"),
        }
    }

    #[expect(clippy::large_types_passed_by_value, reason = "a text is built in const evaluation, by chaining")]
    const fn of_subject(&self, text: Text, rest: &str) -> Text {
        let text = match self.field {
            Field::Scope => text.and(" of tool ").and(quoted(self.subject).as_str()),
            Field::Prerequisite => text.and(", a prerequisite of tool ").and(quoted(self.subject).as_str()).and(","),
            Field::Config if !self.subject.is_empty() => text.and(" of ").and(quoted(self.subject).as_str()),
            _ => text,
        };
        text.and(rest)
    }

    #[expect(clippy::large_types_passed_by_value, reason = "as above")]
    const fn of_pattern(&self, text: Text, rest: &str) -> Text {
        let text = text.and("policy pattern ").and(quoted(self.literal).as_str());
        text.and(" of tool ").and(quoted(self.subject).as_str()).and(rest)
    }

    const fn namespace(&self) -> &str {
        match self.other {
            Some(namespace) => namespace,
            None => "",
        }
    }

    /// Fails the evaluation if the problem is about this literal. The compiler then points at the caller.
    ///
    /// # Panics
    /// Panics if the problem is about this literal.
    #[track_caller]
    pub const fn fail_if_about(&self, field: Field, literal: &str) {
        if self.field as u8 == field as u8 && same(self.literal, literal) {
            self.fail()
        }
    }

    /// Fails the evaluation. The compiler then points at the caller.
    ///
    /// # Panics
    /// Always panics.
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how const evaluation reports an error")]
    pub const fn fail(&self) -> ! {
        panic!("{}", self.message().and("\n  help: ").and(self.help().as_str()).as_str())
    }
}

impl core::fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message().as_str())
    }
}

const fn quoted(text: &str) -> Text {
    Text::EMPTY.and("`").and(text).and("`")
}
