//! What an annotation's companion calls: it states the tool and blames its literals by methods of its argument.
//!
//! Every token of a companion costs each build of it, and a path is many. So a companion names no path but the types of its
//! signature, and these are `'static`: lifetimes that have to be inferred cost twice what they stand on does.

use crate::{Problem, Requirement, Risk, Tool, problem::Field, tool::Parameters};

/// What the companion is asked.
impl Problem<'static> {
    /// Fails the evaluation if the problem is about this name.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    pub const fn in_name(&self, name: &'static str) {
        self.blame(Field::Tool, name);
    }

    /// Fails the evaluation if the problem is about this scope.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    pub const fn in_scope(&self, scope: &'static str) {
        self.blame(Field::Scope, scope);
    }

    /// The scope, unless the problem is about it.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    #[must_use]
    pub const fn scope(&self, scope: &'static str) -> &'static str {
        // Asked once for each scope of each tool, and nearly always in vain: without a call.
        if matches!(self.field, Field::Scope) {
            self.blame(Field::Scope, scope);
        }
        scope
    }

    /// Fails the evaluation if the problem is about this prerequisite.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    pub const fn in_prerequisites(&self, scope: &'static str) {
        self.blame(Field::Prerequisite, scope);
    }

    /// Fails the evaluation if the problem is about this companion of the tool.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    pub const fn in_group(&self, tool: &'static str) {
        self.blame(Field::Group, tool);
    }

    /// Fails the evaluation if the problem is about this pattern.
    ///
    /// # Panics
    /// If it is.
    #[track_caller]
    pub const fn in_policy(&self, pattern: &'static str) {
        self.blame(Field::Policy, pattern);
    }

    /// A tool of minimal risk: its name, its description, and its parameters as in [`Parameters::Written`].
    #[must_use]
    pub const fn minimal(
        &self,
        name: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) -> Tool<'static> {
        tool(name, Risk::Minimal, description, parameters)
    }

    /// A tool of low risk.
    #[must_use]
    pub const fn low(&self, name: &'static str, description: &'static str, parameters: &'static str) -> Tool<'static> {
        tool(name, Risk::Low, description, parameters)
    }

    /// A tool of medium risk.
    #[must_use]
    pub const fn medium(
        &self,
        name: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) -> Tool<'static> {
        tool(name, Risk::Medium, description, parameters)
    }

    /// A tool of high risk.
    #[must_use]
    pub const fn high(&self, name: &'static str, description: &'static str, parameters: &'static str) -> Tool<'static> {
        tool(name, Risk::High, description, parameters)
    }

    /// A tool of critical risk.
    #[must_use]
    pub const fn critical(
        &self,
        name: &'static str,
        description: &'static str,
        parameters: &'static str,
    ) -> Tool<'static> {
        tool(name, Risk::Critical, description, parameters)
    }
}

/// The tool with what opens it.
impl Tool<'static> {
    /// This scope.
    #[must_use]
    pub const fn one(mut self, scope: &'static str) -> Self {
        self.requirement = Requirement::One(scope);
        self
    }

    /// Both.
    #[must_use]
    pub const fn two(mut self, one: &'static str, other: &'static str) -> Self {
        self.requirement = Requirement::Two([one, other]);
        self
    }

    /// All three.
    #[must_use]
    pub const fn three(mut self, one: &'static str, other: &'static str, third: &'static str) -> Self {
        self.requirement = Requirement::Three([one, other, third]);
        self
    }

    /// Any of all of.
    #[must_use]
    pub const fn any_of(mut self, any: &'static [&'static [&'static str]]) -> Self {
        self.requirement = Requirement::AnyOf(any);
        self
    }
}

const fn tool(name: &'static str, risk: Risk, description: &'static str, parameters: &'static str) -> Tool<'static> {
    // Const evaluation copies a whole faster than its fields one by one, and faster than it calls `Tool::new`.
    const NOTHING: Tool<'static> = Tool::new("", Risk::Critical);
    let mut tool = NOTHING;
    tool.name = name;
    tool.risk = risk;
    tool.description = description;
    tool.parameters = Parameters::Written(parameters);
    tool
}
