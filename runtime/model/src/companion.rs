//! The interface of an annotation's companion: methods by which it states the tool and reports problems at its
//! literals.
//!
//! Every token of a companion adds to the build time, and a path has several. A companion therefore names no path
//! except the type of its argument, and most companions consist of one call. The argument is `&mut`, because the
//! compiler searches shared references and returned values for interior mutability in every function. Texts are
//! `'static`, because lifetime inference doubles the cost of a signature.

use crate::{
    Approval, Outline, Problem, Requirement, Risk, SandboxMode, Tool,
    config::Stated,
    key::same,
    outline::Entry,
    problem::Field,
    tool::{Parameters, SourceLocation},
};

/// The statement of an entry of a table's list, and the problem to report at one of its literals.
#[derive(Debug)]
pub struct Statement {
    problem: Problem<'static>,
    /// The tool. Companions assign the optional facts that are texts, numbers or lists of them.
    pub tool: Tool<'static>,
    /// A group or a table, in place of the tool.
    many: Option<Entry<'static>>,
}

/// Construction and results.
impl Statement {
    /// Creates an empty statement without a problem.
    pub const EMPTY: Self = Self::about(&Problem::NONE);

    /// Creates an empty statement with that problem.
    #[must_use]
    pub const fn about(problem: &Problem<'static>) -> Self {
        // Const evaluation copies a whole value faster than field by field, and faster than it calls `Tool::new`.
        const NOTHING: Tool<'static> = Tool::new("", Risk::Critical);
        Self { problem: *problem, tool: NOTHING, many: None }
    }

    /// Returns the entry.
    #[must_use]
    pub const fn entry(&self) -> Entry<'static> {
        match self.many {
            Some(many) => many,
            None => Entry::Tool(self.tool),
        }
    }
}

/// States the tool by its requirement, with its name, risk, description and parameters (see [`Parameters::Written`]).
impl Statement {
    /// The scope is the tool's own name.
    pub const fn tool_named_scope(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) {
        self.tool.name = name;
        // An unknown risk is treated as the worst. The macro only writes known ones.
        self.tool.risk = match Risk::parse(risk) {
            Some(risk) => risk,
            None => Risk::Critical,
        };
        self.tool.description = description;
        self.tool.parameters = Parameters::Written(parameters);
    }

    /// Public.
    pub const fn public_tool(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.tool.requirement = Requirement::Public;
    }

    /// Requires a valid token and no scope.
    pub const fn authenticated_tool(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.tool.requirement = Requirement::Authenticated;
    }

    /// Requires this scope.
    ///
    /// # Panics
    /// Panics if the problem is about this scope.
    #[track_caller]
    pub const fn tool_requiring_1(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        scope: &'static str,
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.in_scope(scope);
        self.tool.requirement = Requirement::One(scope);
    }

    /// Requires both scopes.
    ///
    /// # Panics
    /// Panics if the problem is about one of them.
    #[track_caller]
    pub const fn tool_requiring_2(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        one: &'static str,
        other: &'static str,
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.in_scope(one);
        self.in_scope(other);
        self.tool.requirement = Requirement::Two([one, other]);
    }

    /// Requires all three scopes.
    ///
    /// # Panics
    /// Panics if the problem is about one of them.
    #[track_caller]
    #[expect(clippy::too_many_arguments, reason = "one call takes half the build time of several")]
    pub const fn tool_requiring_3(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        one: &'static str,
        other: &'static str,
        third: &'static str,
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.in_scope(one);
        self.in_scope(other);
        self.in_scope(third);
        self.tool.requirement = Requirement::Three([one, other, third]);
    }

    /// Requires any of the lists of scopes. Problems of these scopes are reported by [`Statement::in_scope`].
    pub const fn tool_requiring_any_of(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        any: &'static [&'static [&'static str]],
    ) {
        self.tool_named_scope(name, risk, description, parameters);
        self.tool.requirement = Requirement::AnyOf(any);
    }
}

/// Optional facts of the tool whose value is not the literal of the key, and a path to the value's type would be longer than
/// a call.
impl Statement {
    /// States only the name and the requirement. Replaces an annotation with errors, for others that name the tool or
    /// its scopes.
    pub const fn placeholder(&mut self, name: &'static str, requirement: Requirement<'static>) {
        self.tool.name = name;
        self.tool.requirement = requirement;
    }

    /// States parameters that are not plain text.
    pub const fn parameters(&mut self, parameters: Parameters<'static>) {
        self.tool.parameters = parameters;
    }

    /// States the approval: `auto` or `user`.
    pub const fn approval(&mut self, approval: &'static str) {
        self.tool.approval = match Approval::parse(approval) {
            Some(approval) => Some(approval),
            None => Some(Approval::User),
        };
    }

    /// States the sandbox mode: `allow`, `deny` or `simulate`.
    pub const fn sandbox(&mut self, mode: &'static str) {
        self.tool.sandbox = SandboxMode::parse(mode);
    }

    /// States the identity of the function, if it checks its caller itself.
    pub const fn location(&mut self, location: SourceLocation<'static>) {
        self.tool.location = Some(location);
    }
}

/// Entries other than a single tool.
impl Statement {
    /// States all tools of an impl or inline module.
    pub const fn group(&mut self, tools: &'static [&'static Tool<'static>]) {
        self.many = Some(Entry::Group(tools));
    }

    /// States all tools of another table.
    pub const fn table(&mut self, outline: &'static Outline<'static>) {
        self.many = Some(Entry::Table(outline));
    }
}

/// Checks that fail the evaluation at their caller if the problem is about their argument. `&mut`, as explained above.
impl Statement {
    /// Names the place in the configuration file of the literal that the next check is about.
    pub const fn in_file(&mut self, line: u32, column: u32) {
        self.problem.at = Stated { text: "", line, column };
    }

    /// Checks the tool's name.
    ///
    /// # Panics
    /// Panics if the problem is about it.
    #[track_caller]
    pub const fn in_name(&mut self, name: &'static str) {
        self.problem.fail_if_about(Field::Tool, name);
    }

    /// Checks a scope of the requirement.
    ///
    /// # Panics
    /// Panics if the problem is about it.
    #[track_caller]
    pub const fn in_scope(&mut self, scope: &'static str) {
        // Called for each scope of each tool, nearly always without a problem. Inlined to avoid a call.
        if matches!(self.problem.field, Field::Scope) {
            self.problem.fail_if_about(Field::Scope, scope);
        }
    }

    /// Checks the scope of a tool that is named like its scope, and so states none.
    ///
    /// # Panics
    /// Panics if the problem is about the scope of this tool.
    #[track_caller]
    pub const fn in_own_scope(&mut self, tool: &'static str) {
        if matches!(self.problem.field, Field::Scope) && same(self.problem.subject, tool) {
            self.problem.fail()
        }
    }

    /// Checks a prerequisite.
    ///
    /// # Panics
    /// Panics if the problem is about it.
    #[track_caller]
    pub const fn in_prerequisites(&mut self, scope: &'static str) {
        self.problem.fail_if_about(Field::Prerequisite, scope);
    }

    /// Checks a tool of `grouped_with`.
    ///
    /// # Panics
    /// Panics if the problem is about it.
    #[track_caller]
    pub const fn in_group(&mut self, tool: &'static str) {
        self.problem.fail_if_about(Field::Group, tool);
    }

    /// Checks a pattern of the policy.
    ///
    /// # Panics
    /// Panics if the problem is about it.
    #[track_caller]
    pub const fn in_policy(&mut self, pattern: &'static str) {
        self.problem.fail_if_about(Field::Policy, pattern);
    }
}
