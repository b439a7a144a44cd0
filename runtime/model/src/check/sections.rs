//! The checks of the server-level facts, which the configuration file states.

use super::{Facts, NOWHERE, Report, Section};
use crate::{
    Content, Problem,
    config::Stated,
    key::same,
    numbers::{MAX_SCOPES, MAX_TOOLS, MAX_USES},
    problem::{Field, Kind},
};

impl<'a> Facts<'_, 'a> {
    /// Returns the `skip`-th problem (from 0) of that section of the server-level facts.
    #[must_use]
    pub const fn of_section(&self, section: Section, skip: usize) -> Option<Problem<'a>> {
        let mut report = Report { skip, kept: None };
        let config = self.outline.config;
        match section {
            Section::Size => {
                if self.outline.tools.len() > MAX_TOOLS {
                    let problem = self.problem(Kind::TooManyTools, Field::Config, "", "", None);
                    report.add(Problem { count: self.outline.tools.len(), ..problem });
                }
                if self.numbers.overflow > 0 {
                    let problem = self.problem(Kind::TooManyUses, Field::Config, "", "", None);
                    report.add(Problem { count: MAX_USES + self.numbers.overflow, ..problem });
                }
                if self.numbers.scopes.overflows() > 0 {
                    let problem = self.problem(Kind::TooManyScopes, Field::Config, "", "", None);
                    report.add(Problem { count: MAX_SCOPES + self.numbers.scopes.overflows(), ..problem });
                }
            }
            Section::Scopes => self.declarations(&mut report),
            Section::Baseline => {
                let mut rest = match config.baseline {
                    Some(baseline) => baseline,
                    None => &[],
                };
                while let [scope, tail @ ..] = rest {
                    self.scope_named(&mut report, Field::Config, "baseline", scope.text, *scope);
                    rest = tail;
                }
            }
            Section::Flows => {
                let mut flows = config.flows;
                while let [flow, more @ ..] = flows {
                    let mut rest = flow.scopes;
                    while let [scope, tail @ ..] = rest {
                        self.scope_named(&mut report, Field::Config, flow.role, scope.text, *scope);
                        rest = tail;
                    }
                    flows = more;
                }
            }
            Section::Contents => {
                self.contents(&mut report, config.resources);
                self.contents(&mut report, config.prompts);
            }
        }
        report.kept
    }

    /// `[resources]` or `[prompts]`: the scopes of each entry.
    const fn contents(&self, report: &mut Report<'a>, mut contents: &'a [Content<'a>]) {
        while let [content, rest @ ..] = contents {
            let mut scopes = content.scopes;
            while let [scope, tail @ ..] = scopes {
                self.scope_in_use(report, Field::Config, content.name.text, scope.text, *scope);
                scopes = tail;
            }
            contents = rest;
        }
    }

    /// `[scopes]`: the declarations and their `implies`.
    const fn declarations(&self, report: &mut Report<'a>) {
        let mut declared = self.outline.declared;
        let mut place = 0;
        while let [scope, rest @ ..] = declared {
            let name = scope.name;
            self.namespace(report, Field::Config, "", name.text, name);
            let mut implies = scope.implies;
            while let [implied, tail @ ..] = implies {
                let known = match self.numbers.scopes.find(implied.text) {
                    Some(number) => self.numbers.is_declared(number),
                    None => false,
                };
                if !known {
                    let near = self.nearest_scope(implied.text);
                    let problem = self.problem(Kind::UndeclaredScope, Field::Config, name.text, implied.text, near);
                    report.add(Problem { at: *implied, ..problem });
                }
                implies = tail;
            }
            // Names are unique within one file, so only declarations of spliced tables can conflict.
            if let Some(number) = self.numbers.scopes.find(name.text) {
                let first = self.numbers.first_declaration(number);
                if first != place && !same_list(self.outline.declared[first].implies, scope.implies) {
                    report.add(self.problem(Kind::ConflictingScope, Field::Config, "", name.text, None));
                }
            }
            place += 1;
            declared = rest;
        }
        if let Err(number) = self.hierarchy {
            let literal = self.numbers.scopes.name(*number);
            let problem = self.problem(Kind::ImpliesCycle, Field::Config, "", literal, None);
            let mut at = NOWHERE;
            let mut declared = self.outline.declared;
            while let [scope, rest @ ..] = declared {
                if same(scope.name.text, literal) {
                    at = scope.name;
                }
                declared = rest;
            }
            report.add(Problem { at, ..problem });
        }
    }
}

const fn same_list(mut a: &[Stated<'_>], mut b: &[Stated<'_>]) -> bool {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if !same(x.text, y.text) {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}
