//! Checks that need the whole table. The macros run them in const evaluation, the source scan at run time.
//!
//! [`Facts`] is their input. Each check reports its problems to a `Report`, which keeps the one with the requested
//! number. Const evaluation cannot build lists, so callers call [`Facts::of_tool`] and [`Facts::of_section`] with
//! increasing numbers until they return `None`.
//!
//! The module `sections` checks the server-level facts.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

mod sections;

use crate::{
    Numbers, Outline, Pattern, Problem, Requirement,
    config::Stated,
    graph::Graph,
    key::{same, starts_with},
    nearest::Nearest,
    numbers::MAX_TOOLS,
    outline::Listed,
    pattern::named_tool,
    problem::{Field, Kind},
};

/// The number of parts of a table whose tools are [checked](Facts::is_part_sound) each in a separate evaluation: all patterns of a
/// large table are too many for one.
pub const PARTS: usize = 4;

const NOWHERE: Stated<'static> = Stated { text: "", line: 0, column: 0 };

/// A table's outline and the data that the checks derive from it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f, 'a> {
    /// The outline.
    pub outline: &'f Outline<'a>,
    /// Its numbers.
    pub numbers: &'f Numbers<'a>,
    /// [`Numbers::hierarchy`], closed, or a scope on a cycle.
    pub hierarchy: &'f Result<Graph, usize>,
    /// [`Numbers::prerequisites`], not closed.
    pub prerequisites: &'f Graph,
    /// Whether `prerequisites` has a cycle. Computed once, since every tool needs it.
    pub circular: bool,
}

/// A part of the server-level facts that is checked separately, so that each part can report an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The size of the table.
    Size,
    /// `[scopes]`.
    Scopes,
    /// `[server] baseline`.
    Baseline,
    /// `[flows]`.
    Flows,
    /// `[resources]` and `[prompts]`.
    Contents,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 5] = [Self::Size, Self::Scopes, Self::Baseline, Self::Flows, Self::Contents];
}

/// Keeps one of the reported problems.
struct Report<'a> {
    skip: usize,
    kept: Option<Problem<'a>>,
}

impl<'a> Report<'a> {
    const fn add(&mut self, problem: Problem<'a>) {
        if self.kept.is_none() {
            if self.skip == 0 {
                self.kept = Some(problem);
            } else {
                self.skip -= 1;
            }
        }
    }
}

impl<'a> Facts<'_, 'a> {
    /// Returns the `skip`-th problem (from 0) of the tool at that position of the outline.
    #[must_use]
    pub const fn of_tool(&self, position: usize, skip: usize) -> Option<Problem<'a>> {
        let mut report = Report { skip, kept: None };
        let listed = &self.outline.tools[position];
        let tool = listed.tool;
        if self.numbers.repeats && self.is_repeated(position) {
            report.add(self.problem(Kind::DuplicateTool, Field::Tool, tool.name, tool.name, None));
        }
        let (start, end) = self.numbers.uses_of(position);
        let mut place = start;
        while place < end {
            if let Some(number) = self.numbers.used(place)
                && !self.may_be_used(number)
                && self.is_first_use(start, place)
            {
                let scope = self.numbers.scopes.name(number);
                self.scope_in_use(&mut report, Field::Scope, tool.name, scope, NOWHERE);
            }
            place += 1;
        }
        let mut rest = tool.prerequisites;
        while let [scope, tail @ ..] = rest {
            self.scope_named(&mut report, Field::Prerequisite, tool.name, scope, NOWHERE);
            if self.closes_circle(position, scope) {
                report.add(self.problem(Kind::PrerequisiteCycle, Field::Prerequisite, tool.name, scope, None));
            }
            rest = tail;
        }
        let mut rest = tool.grouped_with;
        while let [other, tail @ ..] = rest {
            if self.numbers.tools.find(other).is_none() {
                let near = self.nearest_tool(other);
                report.add(self.problem(Kind::UnknownGroupTool, Field::Group, tool.name, other, near));
            }
            rest = tail;
        }
        let mut lists: &[&[&str]] = &[tool.policy.blocked_after, tool.policy.requires_approval_after];
        while let [patterns, more @ ..] = lists {
            let mut rest = *patterns;
            while let [pattern, tail @ ..] = rest {
                if let Some((kind, other)) = self.fault_of_pattern(pattern) {
                    report.add(self.problem(kind, Field::Policy, tool.name, pattern, other));
                }
                rest = tail;
            }
            lists = more;
        }
        report.kept
    }

    /// Returns what is wrong with a pattern in this table, and a name that explains it.
    const fn fault_of_pattern(&self, pattern: &'a str) -> Option<(Kind, Option<&'a str>)> {
        if let Some(name) = named_tool(pattern) {
            return match self.numbers.tools.find(name) {
                None => Some((Kind::UnknownPolicyTool, self.nearest_tool(name))),
                Some(number) if self.is_public(number, name) => Some((Kind::PublicPolicyTool, Some(name))),
                Some(_) => None,
            };
        }
        match Pattern::parse(pattern) {
            Ok(Pattern::OtherServer { server, tool }) => {
                let session = &self.outline.config.session;
                match (session.domain, session.server) {
                    (Some(_), Some(own)) if same(own, server) => Some((Kind::OwnServerInPattern, Some(tool))),
                    (Some(_), _) => None,
                    (None, _) => Some((Kind::PatternWithoutDomain, Some(server))),
                }
            }
            Ok(Pattern::Tool { .. } | Pattern::Resource { .. } | Pattern::Prompt { .. }) => None,
            // The parsers report malformed ones.
            Err(_) => Some((Kind::UnknownPolicyTool, None)),
        }
    }

    /// Returns whether a tool with that name and number is public.
    const fn is_public(&self, number: usize, name: &str) -> bool {
        if !self.numbers.repeats {
            return matches!(self.outline.tools[number].tool.requirement, Requirement::Public);
        }
        // With a name that is listed twice, numbers are no positions.
        let mut tools = self.outline.tools;
        while let [Listed { tool, .. }, rest @ ..] = tools {
            if matches!(tool.requirement, Requirement::Public) && same(tool.name, name) {
                return true;
            }
            tools = rest;
        }
        false
    }

    /// Returns whether no tool of a part of the table, below [`PARTS`], has a problem. Nearly all tables are valid, so tools without
    /// anything to check in [`of_tool`](Self::of_tool) are skipped.
    #[must_use]
    pub const fn is_part_sound(&self, part: usize) -> bool {
        let size = MAX_TOOLS / PARTS;
        let mut position = part * size;
        let listed = self.outline.tools.len();
        // The last part has all tools that are too many.
        let end = if part + 1 < PARTS && position + size < listed { position + size } else { listed };
        if position >= end {
            return true;
        }
        let mut any_scope = self.numbers.repeats || self.numbers.overflow > 0 || self.numbers.scopes.overflows() > 0;
        let mut number = 0;
        while number < self.numbers.required {
            any_scope = any_scope || !self.may_be_used(number);
            number += 1;
        }
        while position < end {
            let tool = self.outline.tools[position].tool;
            let policy = &tool.policy;
            let names_nothing = matches!(
                (tool.prerequisites, tool.grouped_with, policy.blocked_after, policy.requires_approval_after),
                ([], [], [], [])
            );
            if (any_scope || !names_nothing) && self.of_tool(position, 0).is_some() {
                return false;
            }
            position += 1;
        }
        true
    }

    /// Checks a scope that opens a tool: it is in the namespace, and declared if `[scopes]` is present.
    const fn scope_in_use(
        &self,
        report: &mut Report<'a>,
        field: Field,
        subject: &'a str,
        scope: &'a str,
        at: Stated<'a>,
    ) {
        if self.namespace(report, field, subject, scope, at) && self.outline.config.scopes.is_some() {
            let declared = match self.numbers.scopes.find(scope) {
                Some(number) => self.numbers.is_declared(number),
                // A scope that did not fit has already been reported.
                None => true,
            };
            if !declared {
                let near = self.nearest_scope(scope);
                let problem = self.problem(Kind::UndeclaredScope, field, subject, scope, near);
                report.add(Problem { at, ..problem });
            }
        }
    }

    /// Checks a scope in `prerequisites`, `baseline` or a flow: it opens a tool or is declared.
    const fn scope_named(
        &self,
        report: &mut Report<'a>,
        field: Field,
        subject: &'a str,
        scope: &'a str,
        at: Stated<'a>,
    ) {
        if self.namespace(report, field, subject, scope, at) {
            match self.numbers.scopes.find(scope) {
                Some(number) if self.outline.config.scopes.is_none() || self.numbers.is_declared(number) => {}
                found => {
                    let kind = if found.is_some() { Kind::UndeclaredScope } else { Kind::UnknownScope };
                    let near = self.nearest_scope(scope);
                    let problem = self.problem(kind, field, subject, scope, near);
                    report.add(Problem { at, ..problem });
                }
            }
        }
    }

    /// Reports a scope that does not consist of the namespace and a further text. Returns whether it does.
    const fn namespace(
        &self,
        report: &mut Report<'a>,
        field: Field,
        subject: &'a str,
        scope: &'a str,
        at: Stated<'a>,
    ) -> bool {
        let namespace = self.outline.config.namespace;
        if starts_with(scope, namespace) && scope.len() > namespace.len() {
            return true;
        }
        let problem = self.problem(Kind::OutsideNamespace, field, subject, scope, Some(namespace));
        report.add(Problem { at, ..problem });
        false
    }

    /// Returns whether a tool before that position has the same name.
    const fn is_repeated(&self, position: usize) -> bool {
        let name = self.outline.tools[position].tool.name;
        let mut earlier = 0;
        while earlier < position {
            if same(self.outline.tools[earlier].tool.name, name) {
                return true;
            }
            earlier += 1;
        }
        false
    }

    /// Returns whether a requirement may use that scope. Called for every use, so it compares no text.
    const fn may_be_used(&self, number: usize) -> bool {
        self.numbers.is_inside(number) && (self.outline.config.scopes.is_none() || self.numbers.is_declared(number))
    }

    /// Returns whether the tool does not name this scope earlier in its requirement.
    const fn is_first_use(&self, start: usize, place: usize) -> bool {
        let mut earlier = start;
        while earlier < place {
            if let (Some(a), Some(b)) = (self.numbers.used(earlier), self.numbers.used(place))
                && a == b
            {
                return false;
            }
            earlier += 1;
        }
        true
    }

    /// Returns whether requesting `prerequisite` first leads back to a scope that the tool itself needs.
    const fn closes_circle(&self, position: usize, prerequisite: &str) -> bool {
        if !self.circular {
            return false;
        }
        let Some(from) = self.numbers.scopes.find(prerequisite) else { return false };
        let (mut place, end) = self.numbers.uses_of(position);
        while place < end {
            if let Some(to) = self.numbers.used(place)
                && self.numbers.is_mandatory(&self.outline.tools[position], position, to)
                && (from == to || self.prerequisites.reaches(from, to))
            {
                return true;
            }
            place += 1;
        }
        false
    }

    const fn nearest_scope(&self, word: &'a str) -> Option<&'a str> {
        let mut search = Nearest::to(word);
        let complete = self.outline.config.scopes.is_some();
        let mut number = 0;
        while number < self.numbers.scopes.len() {
            let name = self.numbers.scopes.name(number);
            if (!complete || self.numbers.is_declared(number)) && !same(name, word) {
                search = search.or(name);
            }
            number += 1;
        }
        search.found()
    }

    const fn nearest_tool(&self, word: &'a str) -> Option<&'a str> {
        let mut search = Nearest::to(word);
        let mut number = 0;
        while number < self.numbers.tools.len() {
            search = search.or(self.numbers.tools.name(number));
            number += 1;
        }
        search.found()
    }

    const fn problem(
        &self,
        kind: Kind,
        field: Field,
        subject: &'a str,
        literal: &'a str,
        other: Option<&'a str>,
    ) -> Problem<'a> {
        Problem { kind, field, subject, literal, other, count: 0, at: NOWHERE, file: self.outline.config.file }
    }
}
