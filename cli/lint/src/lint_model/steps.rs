//! Computes the closure of scopes, the tools that they open, and the steps of a flow.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use mcp_scopes_scan::source::Placed;

use super::{Flow, Listed, Scope, Table};

/// The hierarchy of scopes and the tools that they open, precomputed for many queries on one table.
#[derive(Debug)]
pub struct Hierarchy<'t> {
    table: &'t Table,
    scopes: HashMap<&'t str, &'t Scope>,
    /// Indices of the tools without a scope that are declared neither as public nor as `authenticated`.
    free: Vec<usize>,
}

impl<'t> Hierarchy<'t> {
    /// Returns these scopes and all that they imply, transitively.
    #[must_use]
    pub fn closure(&self, held: impl IntoIterator<Item = &'t str>) -> BTreeSet<&'t str> {
        let mut closed = BTreeSet::new();
        let mut open: Vec<&str> = held.into_iter().collect();
        while let Some(scope) = open.pop() {
            if closed.insert(scope) {
                open.extend(self.scopes.get(scope).into_iter().flat_map(|scope| &scope.implies).map(String::as_str));
            }
        }
        closed
    }

    /// Returns the stated baseline and all that it implies. Empty if no baseline is stated.
    #[must_use]
    pub fn stated_baseline(&self) -> BTreeSet<&'t str> {
        let stated = self.table.supported.iter().filter(|_| self.table.supported_stated);
        self.closure(stated.map(|scope| scope.value.as_str()))
    }

    /// Returns the steps of a flow, in order.
    #[must_use]
    pub fn steps(&self, flow: &'t Flow) -> Vec<Step<'t>> {
        let tools = &self.table.tools;
        let mut gained: HashMap<&str, usize> = HashMap::new();
        let mut open = vec![false; tools.len()];
        let mut opened = Vec::with_capacity(flow.scopes.len());
        for (place, scope) in flow.scopes.iter().enumerate() {
            let fresh = self.closure([scope.value.as_str()]).into_iter().filter(|scope| !gained.contains_key(scope));
            let fresh: Vec<&str> = fresh.collect();
            gained.extend(fresh.iter().map(|scope| (*scope, place)));
            // Only tools that require one of the new scopes can open with them.
            let needed = fresh.iter().filter_map(|scope| self.scopes.get(scope)).flat_map(|scope| &scope.needed_by);
            let mut asked: Vec<usize> = needed.chain(self.free.iter().filter(|_| place == 0)).copied().collect();
            asked.sort_unstable();
            let mut opens = Vec::new();
            for (number, listed) in asked.into_iter().filter_map(|number| Some((number, tools.get(number)?))) {
                let any = |all: &Vec<String>| all.iter().all(|scope| gained.contains_key(scope.as_str()));
                if let Some(open) = open.get_mut(number)
                    && !*open
                    && !listed.tool.public
                    && listed.alternatives.iter().any(any)
                {
                    *open = true;
                    opens.push(listed);
                }
            }
            opened.push(opens);
        }
        let gained = Rc::new(gained);
        let steps = flow.scopes.iter().zip(opened).enumerate();
        steps.map(|(place, (scope, opens))| Step { scope, opens, place, gained: gained.clone() }).collect()
    }
}

/// One step of a flow, for a caller with the scopes of the previous steps only.
#[derive(Debug)]
pub struct Step<'t> {
    /// The scope that the step requests.
    pub scope: &'t Placed<String>,
    /// The tools that this step opens, without those that are declared to need no scope.
    pub opens: Vec<&'t Listed>,
    place: usize,
    /// The scopes that the flow grants, each with the index of the first step that grants it.
    gained: Rc<HashMap<&'t str, usize>>,
}

impl Step<'_> {
    /// Returns whether the previous steps granted that scope, directly or by implication.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.gained.get(scope).is_some_and(|place| *place < self.place)
    }
}

impl Listed {
    /// Returns whether the tool needs no scope: it is public, or every valid token opens it.
    #[must_use]
    pub fn needs_no_scope(&self) -> bool {
        self.tool.public || self.alternatives.iter().any(Vec::is_empty)
    }

    /// Returns whether these scopes open the tool. They have to be closed already.
    #[must_use]
    pub fn is_open_to(&self, held: &BTreeSet<&str>) -> bool {
        let any = |all: &Vec<String>| all.iter().all(|scope| held.contains(scope.as_str()));
        self.tool.public || self.alternatives.iter().any(any)
    }
}

impl Table {
    /// Returns the tools by name, for many queries on one table.
    #[must_use]
    pub fn by_name(&self) -> HashMap<&str, &Listed> {
        // Of two tools with one name the first counts, as in `Table::tool`.
        self.tools.iter().rev().map(|listed| (listed.tool.name.value.as_str(), listed)).collect()
    }

    /// Returns the hierarchy of scopes and the tools that they open.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy<'_> {
        let scopes = self.scopes.iter().map(|scope| (scope.text.as_str(), scope)).collect();
        // A tool that every valid token opens is open before the first step.
        let needs_none = |(_, listed): &(usize, &Listed)| {
            !listed.tool.requirement.is_authenticated() && listed.alternatives.iter().any(Vec::is_empty)
        };
        let free = self.tools.iter().enumerate().filter(needs_none).map(|(place, _)| place).collect();
        Hierarchy { table: self, scopes, free }
    }

    /// Returns these scopes and all that they imply, transitively.
    #[must_use]
    pub fn closure<'a>(&'a self, held: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        self.hierarchy().closure(held)
    }

    /// Returns the indices of the tools that these scopes open. They have to be closed by [`Table::closure`].
    #[must_use]
    pub fn opened_by<'a>(&'a self, held: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
        let held = self.closure(held);
        let open = |(_, listed): &(usize, &Listed)| listed.is_open_to(&held);
        self.tools.iter().enumerate().filter(open).map(|(place, _)| place).collect()
    }

    /// Returns whether every tool states a requirement. A document may leave it out.
    #[must_use]
    pub fn states_requirements(&self) -> bool {
        self.tools.iter().all(|listed| listed.tool.public || !listed.alternatives.is_empty())
    }
}
