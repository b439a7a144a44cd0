//! Conditional scopes: which conditions of its tool a call matches.

use std::{borrow::Cow, collections::HashMap};

use foldhash::fast::FixedState;
use mcp_scopes_model::{Condition, Tool, condition::MAX_CONDITIONS, pattern::glob_syntax};

use crate::{
    glob::Glob,
    normal::{MatchesAll, visit_forms},
    problem::{CompileError, Problem},
};

/// The conditions of the tools of a table, compiled. Arguments are compared in the same forms as with patterns of policies.
#[derive(Debug, Default)]
pub struct Conditions {
    tools: HashMap<Box<str>, ToolConditions, FixedState>,
}

/// The conditions of one tool.
#[derive(Debug)]
pub struct ToolConditions {
    conditions: Box<[Compiled]>,
    /// The parameters of a call, if a condition names one. Under another name the same argument would evade it.
    parameters: Option<Box<[Box<str>]>>,
}

#[derive(Debug)]
struct Compiled {
    argument: Option<Box<str>>,
    glob: Glob,
}

impl Conditions {
    /// Compiles the conditions of these tools.
    ///
    /// ```
    /// use mcp_scopes_model::{Condition, Requirement, Risk, Tool};
    /// use mcp_scopes_policies::Conditions;
    ///
    /// let system = Condition { argument: None, glob: "/etc/*", scopes: &["files:system"], alternatives: 1 };
    /// let conditions = &[system];
    /// let requirement = Requirement::One("files:read");
    /// let tools = [Tool { requirement, conditions, ..Tool::new("read_file", Risk::Medium) }];
    /// let conditions = Conditions::compile(&tools)?;
    /// let mut call = conditions.of("read_file").ok_or("no conditions")?.call();
    /// call.argument("path", "/home/../etc/passwd");
    /// assert_eq!(call.matched(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// All problems: a malformed glob, too many conditions, or a condition about an argument that is not one of the parameters of its tool, or
    /// whose tool has unknown parameters.
    pub fn compile<'t>(tools: impl IntoIterator<Item = &'t Tool<'t>>) -> Result<Self, CompileError> {
        let (mut compiled, mut problems) = (Self::default(), Vec::new());
        for tool in tools {
            if !tool.conditions.is_empty() {
                compiled.tools.insert(tool.name.into(), ToolConditions::compile(tool, &mut problems));
            }
        }
        if problems.is_empty() { Ok(compiled) } else { Err(CompileError::new(problems)) }
    }

    /// Returns whether no tool has conditions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    /// Returns the conditions of a tool, if it has any.
    #[must_use]
    pub fn of(&self, tool: &str) -> Option<&ToolConditions> {
        self.tools.get(tool)
    }
}

impl ToolConditions {
    fn compile(tool: &Tool<'_>, problems: &mut Vec<Problem>) -> Self {
        let name = || tool.name.to_owned();
        if tool.conditions.len() > MAX_CONDITIONS {
            problems.push(Problem::TooManyConditions { tool: name() });
        }
        let mut names: Vec<Box<str>> = Vec::new();
        let is_known = tool.parameters.for_each(&mut |parameter| names.push(parameter.name.into()));
        let mut stated = tool.conditions.iter().filter_map(|condition| condition.argument).peekable();
        let names_one = stated.peek().is_some();
        for argument in stated {
            let (tool, argument) = (name(), argument.to_owned());
            if !is_known {
                problems.push(Problem::UnknownParameters { tool, argument });
            } else if !names.iter().any(|name| **name == *argument) {
                problems.push(Problem::UnknownArgument { tool, argument });
            }
        }
        let mut compile = |Condition { argument, glob, .. }: &Condition<'_>| {
            if let Err(error) = glob_syntax(glob) {
                let (tool, pattern) = (name(), (*glob).to_owned());
                problems.push(Problem::MalformedPattern { tool, pattern, reason: error.reason() });
            }
            Compiled { argument: argument.map(Into::into), glob: Glob::new(glob) }
        };
        Self {
            conditions: tool.conditions.iter().map(&mut compile).collect(),
            parameters: names_one.then(|| names.into()),
        }
    }

    /// Returns whether a call may only have the parameters of the tool as members of its arguments, because a condition is about one of
    /// them.
    #[must_use]
    pub const fn restricts_members(&self) -> bool {
        self.parameters.is_some()
    }

    /// Returns whether a call may have that member among its arguments.
    #[must_use]
    pub fn admits_member(&self, name: &str) -> bool {
        self.parameters.as_ref().is_none_or(|parameters| parameters.iter().any(|parameter| **parameter == *name))
    }

    /// Returns the names of those members. Empty if a call may have any.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().flat_map(|parameters| parameters.iter().map(|name| &**name))
    }

    /// Begins to read a call.
    pub fn call(&self) -> ConditionReader<'_> {
        ConditionReader { of: self, matched: 0 }
    }
}

/// Reads the arguments of one call.
#[derive(Debug)]
#[must_use = "the conditions are returned by `matched`"]
pub struct ConditionReader<'c> {
    of: &'c ToolConditions,
    matched: u64,
}

impl ConditionReader<'_> {
    /// Reads a string value of an argument, at any depth. `parameter` is the member of the arguments that holds it. Nothing is allocated if the
    /// text is in normal form and has no control characters.
    pub fn argument(&mut self, parameter: &str, text: &str) {
        self.compare(Some(parameter), &|| Cow::Borrowed(text));
    }

    /// Reads a string value of an argument whose text is decoded each time that it is needed, as
    /// [`CallReader::decoded_argument`](crate::CallReader::decoded_argument) does.
    pub fn decoded_argument(&mut self, parameter: &str, decode: &dyn Fn() -> String) {
        self.compare(Some(parameter), &|| Cow::Owned(decode()));
    }

    /// Reads a text that a tool receives beside its arguments: it may take the place of any of them.
    pub fn other(&mut self, text: &str) {
        self.compare(None, &|| Cow::Borrowed(text));
    }

    /// Reads such a text, which is decoded each time that it is needed.
    pub fn decoded_other(&mut self, decode: &dyn Fn() -> String) {
        self.compare(None, &|| Cow::Owned(decode()));
    }

    /// `parameter` is `None` for a text that may take the place of any argument.
    fn compare<'t>(&mut self, parameter: Option<&str>, text: &dyn Fn() -> Cow<'t, str>) {
        let concerns = |condition: &Compiled| match (&condition.argument, parameter) {
            (Some(argument), Some(parameter)) => **argument == *parameter,
            (None, _) | (_, None) => true,
        };
        // INVARIANT: there are at most `MAX_CONDITIONS` conditions, so each has a bit.
        let conditions = || (0_u32..).zip(&self.of.conditions).filter(|(_, condition)| concerns(condition));
        let matched = &mut self.matched;
        if conditions().all(|(number, _)| *matched >> number & 1 == 1) {
            return;
        }
        let mut compare = |matches: &dyn Fn(&Glob) -> bool| {
            for (number, condition) in conditions() {
                if *matched >> number & 1 == 0 && matches(&condition.glob) {
                    *matched |= 1 << number;
                }
            }
        };
        if visit_forms(text, &mut |form| compare(&|glob| glob.matches(form))) == Err(MatchesAll) {
            compare(&|_| true);
        }
    }

    /// Returns the conditions that the call matches, as bits: the lowest is that of the first condition.
    #[must_use]
    pub const fn matched(&self) -> u64 {
        self.matched
    }
}
