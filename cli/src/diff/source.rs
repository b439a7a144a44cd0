//! Finds the places of a document's contents in its source.

use std::sync::Arc;

use mcp_scopes_prm::json::{Json, Located};
use mcp_scopes_scan::{
    Export,
    inventory::{Config, Inventory},
    source::{Place, Position},
};

/// Where a document comes from.
#[derive(Debug)]
pub(crate) enum DocumentSource {
    /// A JSON file. In a lock file, the document is one member.
    File { file: Arc<str>, text: String, inside: &'static str },
    /// Source, or a program with its table.
    Package(Box<Export>),
    /// A source without a file that can be opened: another revision, or standard input.
    Elsewhere,
}

impl DocumentSource {
    /// Returns an index to find the places of many pointers.
    pub(crate) fn places(&self) -> Places<'_> {
        match self {
            Self::File { file, text, inside } => match Json::locate(text) {
                Ok(located) => Places::File(Box::new(Text { file, json: text, inside, located, lines: lines(text) })),
                Err(_) => Places::Elsewhere,
            },
            Self::Package(export) => {
                export.origin().map_or(Places::Elsewhere, |(inventory, table)| Places::Package(inventory, table))
            }
            Self::Elsewhere => Places::Elsewhere,
        }
    }
}

/// An index of the places of a document's contents.
pub(crate) enum Places<'o> {
    File(Box<Text<'o>>),
    Package(&'o Inventory, usize),
    Elsewhere,
}

/// A JSON text with all its places.
pub(crate) struct Text<'o> {
    file: &'o Arc<str>,
    json: &'o str,
    inside: &'static str,
    located: Located,
    /// The offsets of its lines.
    lines: Vec<usize>,
}

impl Places<'_> {
    /// Returns the place of the value at a pointer, or of the nearest existing parent.
    pub(crate) fn find(&self, pointer: &str) -> Option<Place> {
        match self {
            Self::File(text) => text.find(pointer),
            Self::Package(inventory, table) => in_package(inventory, *table, pointer),
            Self::Elsewhere => None,
        }
    }
}

impl Text<'_> {
    fn find(&self, pointer: &str) -> Option<Place> {
        let spot = self.located.places.nearest(&self.located.json, &format!("{}{pointer}", self.inside))?;
        let whole = spot.whole();
        // For a value on several lines, its name or its bracket is enough.
        let end = match (&spot.name, self.json.get(whole.clone())?.contains('\n')) {
            (_, false) => whole.end,
            (Some(name), true) => name.end,
            (None, true) => whole.start + 1,
        };
        let file = Arc::clone(self.file);
        Some(Place { file, start: self.position(whole.start)?, end: self.position(end)? })
    }

    fn position(&self, at: usize) -> Option<Position> {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let column = self.json.get(start..at)?.chars().count() + 1;
        Some(Position { line: u32::try_from(line).ok()?, column: u32::try_from(column).ok()? })
    }
}

fn lines(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

fn in_package(inventory: &Inventory, id: usize, pointer: &str) -> Option<Place> {
    let table = inventory.tables.get(id)?;
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let found = match steps.as_slice() {
        ["mcp_extensions", "tool_scope_mapping" | "tool_interaction_policies", name, ..] => {
            let mut tools = inventory.tools_of(id).into_iter().filter_map(|tool| inventory.tools.get(tool));
            tools.find(|tool| tool.name.value == *name).map(|tool| tool.place.clone())
        }
        rest => table.config.as_ref().and_then(|config| in_config(config, rest)),
    };
    // A removed or unwritten value has the place of the table.
    Some(found.unwrap_or_else(|| table.place.clone()))
}

/// Returns the place in the configuration file.
fn in_config(config: &Config, steps: &[&str]) -> Option<Place> {
    let said = &config.said;
    let (line, column) = match steps {
        ["resource"] => said.places.resource,
        ["authorization_servers"] => *said.places.authorization_servers.first()?,
        ["scopes_supported"] => said.baseline.as_ref()?.first().map(|first| (first.line, first.column))?,
        ["mcp_extensions", "scope_hierarchy", scope] => {
            let scope = &scope.strip_prefix(said.scope_prefix.outside.as_str())?;
            let name = &said.scopes.as_ref()?.iter().find(|declared| declared.name.text == *scope)?.name;
            (name.line, name.column)
        }
        ["mcp_extensions", "scope_upgrade_flows", role] => {
            let first = said.flows.iter().find(|flow| flow.role == *role)?.scopes.first()?;
            (first.line, first.column)
        }
        ["mcp_extensions", mapping @ ("resource_scope_mapping" | "prompt_scope_mapping"), name, ..] => {
            let contents = if *mapping == "resource_scope_mapping" { &said.resources } else { &said.prompts };
            let stated = &contents.iter().find(|content| content.name.text == *name)?.name;
            (stated.line, stated.column)
        }
        ["mcp_extensions", "session_policies", ..] => said.places.session,
        ["mcp_extensions", "risk_policies", name, ..] => {
            said.risks.iter().find(|rule| rule.risk.as_str() == *name).map(|rule| rule.place)?
        }
        ["mcp_extensions", "sandbox", ..] => said.places.sandbox,
        _ => return None,
    };
    // The line is 0 if the file does not state the value.
    let start = (line > 0).then_some(Position { line, column })?;
    Some(Place { file: config.file.clone(), start, end: Position { column: column.saturating_add(1), ..start } })
}
