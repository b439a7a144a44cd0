//! What holding scopes comes to, and the steps of a flow.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use mcp_scopes_scan::source::Placed;

use super::{Flow, Listed, Scope, Table};

/// Which scopes imply which and what they open, for many questions to one table.
#[derive(Debug)]
pub struct Hierarchy<'t> {
    table: &'t Table,
    scopes: HashMap<&'t str, &'t Scope>,
    /// The places of the tools that need no scope but are not said to be public.
    free: Vec<usize>,
}

impl<'t> Hierarchy<'t> {
    /// These scopes and all that they imply, directly and through others.
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

    /// The steps of a flow, in order.
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
            // Only what needs one of the new scopes can open with them.
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

/// One step of a flow, as somebody takes it who holds nothing but the steps before it.
#[derive(Debug)]
pub struct Step<'t> {
    /// The scope that is asked for.
    pub scope: &'t Placed<String>,
    /// The tools that are open from this step on; none that is open to everyone.
    pub opens: Vec<&'t Listed>,
    place: usize,
    /// What the flow gives, with the number of the step that gives it first.
    gained: Rc<HashMap<&'t str, usize>>,
}

impl Step<'_> {
    /// Whether the steps before it gave that scope, directly or as one that is implied.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.gained.get(scope).is_some_and(|place| *place < self.place)
    }
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

    /// Which scopes imply which and what they open.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy<'_> {
        let scopes = self.scopes.iter().map(|scope| (scope.text.as_str(), scope)).collect();
        let needs_none = |(_, listed): &(usize, &Listed)| listed.alternatives.iter().any(Vec::is_empty);
        let free = self.tools.iter().enumerate().filter(needs_none).map(|(place, _)| place).collect();
        Hierarchy { table: self, scopes, free }
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
}
