//! What an annotation's companion calls: it states the tool and blames its literals by methods of its argument.
//!
//! Every token of a companion costs each build of it, and a path is many. So a companion names no path but the type of its
//! argument, and most state all that they have to in one call. That argument is `&mut`: what is shared, or returned by value, the
//! compiler looks through for cells in every function. Texts are `'static`: lifetimes that have to be inferred cost twice what they
//! stand on does.

use crate::{
    Approval, Outline, Policy, Problem, Requirement, Risk, SandboxMode, Tool,
    outline::States,
    problem::Field,
    tool::{Origin, Parameters},
};

/// What an element of a table's list states, and the problem that it looks for among its literals.
#[derive(Debug)]
pub struct Statement {
    problem: Problem<'static>,
    tool: Tool<'static>,
    /// In place of the tool.
    many: Option<States<'static>>,
}

/// How it begins and what comes out of it.
impl Statement {
    /// Of nothing yet, about no problem.
    pub const EMPTY: Self = Self::about(&Problem::NONE);

    /// Of nothing yet, about that problem.
    #[must_use]
    pub const fn about(problem: &Problem<'static>) -> Self {
        // Const evaluation copies a whole faster than its fields one by one, and faster than it calls `Tool::new`.
        const NOTHING: Tool<'static> = Tool::new("", Risk::Critical);
        Self { problem: *problem, tool: NOTHING, many: None }
    }

    /// The tool.
    #[must_use]
    pub const fn stated(&self) -> Tool<'static> {
        self.tool
    }

    /// The element.
    #[must_use]
    pub const fn element(&self) -> States<'static> {
        match self.many {
            Some(many) => many,
            None => States::Tool(self.tool),
        }
    }
}

/// The tool, by what opens it: its name, its risk, its description, and its parameters as in [`Parameters::Written`].
impl Statement {
    /// Opened by the scope of its own name.
    pub const fn own(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) {
        self.tool.name = name;
        // What nobody knows is the worst; the macro writes what it has checked.
        self.tool.risk = match Risk::parse(risk) {
            Some(risk) => risk,
            None => Risk::Critical,
        };
        self.tool.description = description;
        self.tool.parameters = Parameters::Written(parameters);
    }

    /// Opened to everybody.
    pub const fn public(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) {
        self.own(name, risk, description, parameters);
        self.tool.requirement = Requirement::Public;
    }

    /// Opened by this scope.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn one(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        scope: &'static str,
    ) {
        self.own(name, risk, description, parameters);
        self.in_scope(scope);
        self.tool.requirement = Requirement::One(scope);
    }

    /// Opened by both.
    ///
    /// # Panics
    /// If the problem is about one of them.
    #[track_caller]
    pub const fn two(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        one: &'static str,
        other: &'static str,
    ) {
        self.own(name, risk, description, parameters);
        self.in_scope(one);
        self.in_scope(other);
        self.tool.requirement = Requirement::Two([one, other]);
    }

    /// Opened by all three.
    ///
    /// # Panics
    /// If the problem is about one of them.
    #[track_caller]
    #[expect(clippy::too_many_arguments, reason = "one call costs a build half of what several do")]
    pub const fn three(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        one: &'static str,
        other: &'static str,
        third: &'static str,
    ) {
        self.own(name, risk, description, parameters);
        self.in_scope(one);
        self.in_scope(other);
        self.in_scope(third);
        self.tool.requirement = Requirement::Three([one, other, third]);
    }

    /// Opened by any of all of. These scopes are blamed one by one: [`Statement::in_scope`].
    pub const fn any_of(
        &mut self,
        name: &'static str,
        risk: &'static str,
        description: &'static str,
        parameters: &'static str,
        any: &'static [&'static [&'static str]],
    ) {
        self.own(name, risk, description, parameters);
        self.tool.requirement = Requirement::AnyOf(any);
    }
}

/// What else is stated of the tool.
impl Statement {
    /// Its name and what opens it: in place of an annotation with errors, for what else names the tool or its scopes.
    pub const fn placeholder(&mut self, name: &'static str, requirement: Requirement<'static>) {
        self.tool.name = name;
        self.tool.requirement = requirement;
    }

    /// Its parameters, where they are no plain text.
    pub const fn parameters(&mut self, parameters: Parameters<'static>) {
        self.tool.parameters = parameters;
    }

    /// How it is approved: `auto` or `user`.
    pub const fn approval(&mut self, approval: &'static str) {
        self.tool.approval = match Approval::parse(approval) {
            Some(approval) => Some(approval),
            None => Some(Approval::User),
        };
    }

    /// What it does in the sandbox: `allow`, `deny` or `simulate`.
    pub const fn sandbox(&mut self, mode: &'static str) {
        self.tool.sandbox = SandboxMode::parse(mode);
    }

    /// Scopes to hold before one asks for its own.
    pub const fn prerequisites(&mut self, scopes: &'static [&'static str]) {
        self.tool.prerequisites = scopes;
    }

    /// Tools that are asked for together with it.
    pub const fn grouped_with(&mut self, tools: &'static [&'static str]) {
        self.tool.grouped_with = tools;
    }

    /// Calls a person might make.
    pub const fn examples(&mut self, examples: &'static [&'static str]) {
        self.tool.examples = examples;
    }

    /// How calls of it are limited.
    pub const fn policy(&mut self, policy: Policy<'static>) {
        self.tool.policy = policy;
    }

    /// Which function it is, where that checks its caller itself.
    pub const fn origin(&mut self, origin: Origin<'static>) {
        self.tool.origin = Some(origin);
    }
}

/// Elements that are more than a tool.
impl Statement {
    /// All tools of an impl or inline module.
    pub const fn group(&mut self, tools: &'static [&'static Tool<'static>]) {
        self.many = Some(States::Group(tools));
    }

    /// All tools of another table.
    pub const fn table(&mut self, outline: &'static Outline<'static>) {
        self.many = Some(States::Table(outline));
    }
}

/// What fails the evaluation, at its caller, if the problem is about it. By `&mut`, too: see above.
impl Statement {
    /// The tool's name.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn in_name(&mut self, name: &'static str) {
        self.problem.blame(Field::Tool, name);
    }

    /// A scope that opens it.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn in_scope(&mut self, scope: &'static str) {
        // Asked once for each scope of each tool, and nearly always in vain: without a call.
        if matches!(self.problem.field, Field::Scope) {
            self.problem.blame(Field::Scope, scope);
        }
    }

    /// A prerequisite.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn in_prerequisites(&mut self, scope: &'static str) {
        self.problem.blame(Field::Prerequisite, scope);
    }

    /// A tool that it is asked for together with.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn in_group(&mut self, tool: &'static str) {
        self.problem.blame(Field::Group, tool);
    }

    /// A pattern of its policy.
    ///
    /// # Panics
    /// If the problem is about it.
    #[track_caller]
    pub const fn in_policy(&mut self, pattern: &'static str) {
        self.problem.blame(Field::Policy, pattern);
    }
}
