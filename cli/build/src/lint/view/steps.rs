//! What holding scopes comes to, and the steps of a flow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Flow, Listed, Table};
use crate::source::Placed;

/// Which scopes imply which, for many questions to one table.
#[derive(Debug)]
pub struct Hierarchy<'t>(BTreeMap<&'t str, &'t [String]>);

impl<'t> Hierarchy<'t> {
    /// These scopes and all that they imply, directly and through others.
    #[must_use]
    pub fn closure(&self, held: impl IntoIterator<Item = &'t str>) -> BTreeSet<&'t str> {
        let mut closed = BTreeSet::new();
        let mut open: Vec<&str> = held.into_iter().collect();
        while let Some(scope) = open.pop() {
            if closed.insert(scope) {
                open.extend(self.0.get(scope).into_iter().flat_map(|implied| implied.iter().map(String::as_str)));
            }
        }
        closed
    }
}

/// One step of a flow, as somebody takes it who holds nothing but the steps before it.
#[derive(Debug)]
pub struct Step<'t> {
    /// The scope that is asked for.
    pub scope: &'t Placed<String>,
    /// What the steps before it gave, closed under `implies`.
    pub held: BTreeSet<&'t str>,
    /// The tools that are open from this step on; none that is open to everyone.
    pub opens: Vec<&'t Listed>,
}

impl Listed {
    /// Whether it is open to whoever holds these scopes, which are closed already.
    #[must_use]
    pub fn is_open_to(&self, held: &BTreeSet<&str>) -> bool {
        let any = |all: &Vec<String>| all.iter().all(|scope| held.contains(scope.as_str()));
        self.tool.public || self.alternatives.iter().any(any)
    }
}

impl Table {
    /// The tools by name, for many questions to one table.
    #[must_use]
    pub fn by_name(&self) -> HashMap<&str, &Listed> {
        // Of two tools of one name the first stays, as in `Table::tool`.
        self.tools.iter().rev().map(|listed| (listed.tool.name.value.as_str(), listed)).collect()
    }

    /// Which scopes imply which.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy<'_> {
        let implying = self.scopes.iter().filter(|scope| !scope.implies.is_empty());
        Hierarchy(implying.map(|scope| (scope.text.as_str(), scope.implies.as_slice())).collect())
    }

    /// These scopes and all that they imply, directly and through others.
    #[must_use]
    pub fn closure<'a>(&'a self, held: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        self.hierarchy().closure(held)
    }

    /// The places of the tools that are open to whoever holds these scopes, closed as [`Table::closure`] does.
    #[must_use]
    pub fn opened_by<'a>(&'a self, held: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
        let held = self.closure(held);
        let open = |(_, listed): &(usize, &Listed)| listed.is_open_to(&held);
        self.tools.iter().enumerate().filter(open).map(|(place, _)| place).collect()
    }

    /// Whether it says of every tool what opens it. A document may leave that out.
    #[must_use]
    pub fn states_requirements(&self) -> bool {
        self.tools.iter().all(|listed| listed.tool.public || !listed.alternatives.is_empty())
    }

    /// The steps of a flow, in order.
    #[must_use]
    pub fn steps<'t>(&'t self, flow: &'t Flow) -> Vec<Step<'t>> {
        let hierarchy = self.hierarchy();
        let mut held = BTreeSet::new();
        let mut closed: Vec<&Listed> = self.tools.iter().filter(|listed| !listed.tool.public).collect();
        let mut steps = Vec::with_capacity(flow.scopes.len());
        for scope in &flow.scopes {
            let before = held.clone();
            held.extend(hierarchy.closure([scope.value.as_str()]));
            let (opens, rest) = closed.into_iter().partition(|listed| listed.is_open_to(&held));
            closed = rest;
            steps.push(Step { scope, held: before, opens });
        }
        steps
    }
}
