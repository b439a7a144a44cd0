//! What a rule looks at: the tools of a package, and its tables with every scope and what it opens.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_model::Risk;

use crate::{
    document::with_outline,
    inventory::{ConfigDecl, Inventory, Table as FoundTable, Tool, ToolId},
    source::Place,
};

/// A package.
#[derive(Debug)]
pub struct Package<'a> {
    /// Its own tools, each once.
    pub tools: Vec<&'a Tool>,
    /// Its tables that no other brings in.
    pub tables: Vec<Table<'a>>,
    listed: &'a BTreeSet<Place>,
}

/// A table.
#[derive(Debug)]
pub struct Table<'a> {
    /// The table as it was found.
    pub found: &'a FoundTable,
    /// Its tools, in order.
    pub tools: Vec<Listed<'a>>,
    /// Its scopes: those that open tools, in order of first use, then those that are only declared.
    pub scopes: Vec<Scope>,
}

/// A tool in its table.
#[derive(Debug)]
pub struct Listed<'a> {
    /// The tool.
    pub tool: &'a Tool,
    /// Any-of over all-of, the own scope spelt out; empty for a public tool.
    pub alternatives: Vec<Vec<String>>,
}

/// A scope in its table.
#[derive(Debug)]
pub struct Scope {
    /// The scope-token.
    pub text: String,
    /// The part behind the namespace.
    pub bare: String,
    /// Where it is written first: in an annotation, or else where it is declared.
    pub place: Place,
    /// The tools, by their place in the table, with an alternative that needs it.
    pub needed_by: Vec<usize>,
    /// The tools, by their place in the table, that it opens alone.
    pub opens: Vec<usize>,
    /// Where it is declared.
    pub declared: Option<Place>,
    /// The scopes that its declaration implies.
    pub implies: Vec<String>,
}

impl<'a> Package<'a> {
    /// The view of an inventory; `listed` are the places of all tools that some table lists.
    pub(crate) fn of(inventory: &'a Inventory, listed: &'a BTreeSet<Place>) -> Self {
        let mut seen = BTreeSet::new();
        let tools = inventory.tools.iter().filter(|tool| tool.own && seen.insert(&tool.place)).collect();
        let tables = inventory.roots().map(|(id, table)| Table::of(inventory, id, table)).collect();
        Self { tools, tables, listed }
    }

    /// Whether some table lists the tool.
    #[must_use]
    pub fn lists(&self, tool: &Tool) -> bool {
        self.listed.contains(&tool.place)
    }
}

impl<'a> Table<'a> {
    fn of(inventory: &'a Inventory, id: ToolId, found: &'a FoundTable) -> Self {
        let ids = inventory.tools_of(id);
        let table = with_outline(inventory, id, &mut |outline| {
            let mut tools = Vec::new();
            let mut scopes = Scopes::default();
            for (position, (listed, tool)) in
                outline.tools.iter().zip(ids.iter().filter_map(|id| inventory.tools.get(*id))).enumerate()
            {
                let requirement = listed.tool.requirement;
                let alternatives: Vec<Vec<String>> = (0..requirement.alternatives())
                    .map(|alternative| {
                        let places = (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope));
                        places.map(str::to_owned).collect()
                    })
                    .collect();
                for text in alternatives.iter().flatten() {
                    let written = tool.named_scopes().find(|placed| placed.value == *text);
                    let place = written.map_or(&tool.name.place, |placed| &placed.place);
                    let alone = alternatives.iter().any(|all| matches!(all.as_slice(), [only] if only == text));
                    scopes.needed(text, listed.namespace, place, position, alone);
                }
                tools.push(Listed { tool, alternatives });
            }
            for scope in outline.declared {
                let file = found.config.as_ref().filter(|config| config.said.scopes.is_some());
                let place = file.map_or_else(
                    || found.place.clone(),
                    |config| Place::point(&config.file, scope.name.line, scope.name.column),
                );
                let implies = scope.implies.iter().map(|implied| implied.text.to_owned()).collect();
                scopes.declared(scope.name.text, outline.config.namespace, place, implies);
            }
            (tools, scopes.list)
        });
        let (tools, scopes) = table.unwrap_or_default();
        Self { found, tools, scopes }
    }

    /// What its configuration file says.
    #[must_use]
    pub fn config(&self) -> Option<&'a ConfigDecl> {
        self.found.config.as_ref().map(|config| &config.said)
    }

    /// The scopes that open tools.
    pub fn required(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(|scope| !scope.needed_by.is_empty())
    }

    /// What its document advertises as `scopes_supported`.
    #[must_use]
    pub fn supported(&self) -> Vec<&str> {
        match self.config().and_then(|config| config.baseline.as_ref()) {
            Some(baseline) => baseline.iter().map(|stated| stated.text.as_str()).collect(),
            None => self.required().map(|scope| scope.text.as_str()).collect(),
        }
    }

    /// The tools at those places.
    pub fn tools_at(&self, places: &[usize]) -> impl Iterator<Item = &'a Tool> {
        places.iter().filter_map(|place| self.tools.get(*place)).map(|listed| listed.tool)
    }

    /// The lowest and the highest risk of the tools at those places.
    #[must_use]
    pub fn risks(&self, places: &[usize]) -> Option<(Risk, Risk)> {
        let risks = || self.tools_at(places).map(|tool| tool.risk.value);
        Some((risks().min()?, risks().max()?))
    }
}

#[derive(Default)]
struct Scopes {
    list: Vec<Scope>,
    places: BTreeMap<String, usize>,
}

impl Scopes {
    fn entry(&mut self, text: &str, namespace: &str, place: &Place) -> Option<&mut Scope> {
        let next = self.list.len();
        let number = *self.places.entry(text.to_owned()).or_insert(next);
        if number == next {
            let bare = text.strip_prefix(namespace).unwrap_or(text).to_owned();
            let (needed_by, opens, implies) = (Vec::new(), Vec::new(), Vec::new());
            let place = place.clone();
            self.list.push(Scope { text: text.to_owned(), bare, place, needed_by, opens, declared: None, implies });
        }
        self.list.get_mut(number)
    }

    fn needed(&mut self, text: &str, namespace: &str, place: &Place, tool: usize, alone: bool) {
        let Some(scope) = self.entry(text, namespace, place) else { return };
        if scope.needed_by.last() != Some(&tool) {
            scope.needed_by.push(tool);
            if alone {
                scope.opens.push(tool);
            }
        }
    }

    fn declared(&mut self, text: &str, namespace: &str, place: Place, implies: Vec<String>) {
        if let Some(scope) = self.entry(text, namespace, &place) {
            scope.declared.get_or_insert(place);
            scope.implies.extend(implies);
        }
    }
}
