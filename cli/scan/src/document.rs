//! Builds the outline of a table from an inventory and reports its problems under the shared rules.
//!
//! The types of the model borrow, since the macros evaluate them as constants. The inventory owns the texts, and an arena
//! owns the lists of them.

use std::collections::{BTreeMap, BTreeSet};

use bumpalo::Bump;
use mcp_scopes_grammar::ir::{ConfigDecl, ContentDecl, ScopeDecl, StatedDecl};
use mcp_scopes_model::{
    Config as ModelConfig, Content, Numbers, Outline, Problem, Scope,
    check::{Facts, Section},
    config::{Flow, SandboxServer, ScopePrefix, Stated},
    outline::{self, Listed, Walk},
    policy::RiskRule,
    problem::Field,
};

use crate::{
    Finding,
    inventory::{Brings, Inventory, Table, TableId, Tool},
    source::{Place, Placed},
    tool,
};

/// Returns the outline of a table, or `None` for an unknown table.
#[doc(hidden)]
#[must_use]
pub fn outline<'a>(arena: &'a Bump, inventory: &'a Inventory, table: TableId) -> Option<Outline<'a>> {
    let mut outlines: BTreeMap<TableId, &'a Outline<'a>> = BTreeMap::new();
    for id in spliced_first(inventory, table) {
        if let Some(found) = inventory.tables.get(id) {
            let outline = outline_with(arena, inventory, found, &outlines);
            outlines.insert(id, arena.alloc(outline));
        }
    }
    outlines.get(&table).map(|outline| **outline)
}

/// Returns a table and all tables that it splices, directly or through others, each after those that it splices.
fn spliced_first(inventory: &Inventory, table: TableId) -> Vec<TableId> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open = vec![(table, false)];
    while let Some((id, is_entered)) = open.pop() {
        if is_entered {
            order.push(id);
        } else if seen.insert(id) {
            open.push((id, true));
            let entries = inventory.tables.get(id).map(|table| table.entries.as_slice()).unwrap_or_default();
            open.extend(entries.iter().filter_map(|entry| match entry.brings {
                Brings::Table(other) => Some((other, false)),
                _ => None,
            }));
        }
    }
    order
}

/// Returns the outline of a table, with those of the tables that it splices. A table that is missing there is part of a cycle,
/// which is reported elsewhere.
fn outline_with<'a>(
    arena: &'a Bump,
    inventory: &'a Inventory,
    found: &'a Table,
    outlines: &BTreeMap<TableId, &'a Outline<'a>>,
) -> Outline<'a> {
    let model = |id: &usize| inventory.tools.get(*id).map(|tool| tool::model(arena, &tool.facts));
    let mut entries: Vec<outline::Entry<'a>> = Vec::new();
    for entry in &found.entries {
        // An element that `#[cfg]` removes is an empty group, as in the macro.
        while entries.len() < entry.position {
            entries.push(outline::Entry::Group(&[]));
        }
        let brings = match &entry.brings {
            Brings::Tool(tool) => model(tool).map(outline::Entry::Tool),
            Brings::Group(group) => {
                let group: Vec<_> = group.iter().filter_map(model).map(|tool| &*arena.alloc(tool)).collect();
                Some(outline::Entry::Group(arena.alloc_slice_copy(&group)))
            }
            Brings::Table(other) => outlines.get(other).copied().map(outline::Entry::Table),
        };
        entries.extend(brings);
    }
    let entries: &'a [outline::Entry<'a>] = arena.alloc_slice_copy(&entries);
    let config = match &found.config {
        Some(config) => arena.alloc(self::config(arena, &config.said)),
        None => &ModelConfig::NONE,
    };
    Outline {
        path: &found.path,
        config,
        tools: listed(arena, entries, config),
        declared: match config.scopes {
            Some(own) => own,
            None => spliced_scopes(arena, entries),
        },
    }
}

fn listed<'a>(arena: &'a Bump, entries: &'a [outline::Entry<'a>], config: &ModelConfig<'a>) -> &'a [Listed<'a>] {
    let mut listed = Vec::new();
    let mut walk = Walk::new(entries, config);
    while let Some(step) = walk.next() {
        let own_scope = if step.joined_len() > 0 {
            arena.alloc_str(&[step.namespace, step.tool.name].concat())
        } else {
            step.tool.name
        };
        listed.push(Listed { tool: step.tool, namespace: step.namespace, own_scope, entry: step.entry });
    }
    arena.alloc_slice_copy(&listed)
}

fn spliced_scopes<'a>(arena: &'a Bump, entries: &[outline::Entry<'a>]) -> &'a [Scope<'a>] {
    let tables = entries.iter().filter_map(|entry| match entry {
        outline::Entry::Table(table) => Some(table.declared),
        _ => None,
    });
    arena.alloc_slice_copy(&tables.flatten().copied().collect::<Vec<_>>())
}

fn config<'a>(arena: &'a Bump, said: &'a ConfigDecl) -> ModelConfig<'a> {
    let texts = |list: &'a [String]| &*arena.alloc_slice_fill_iter(list.iter().map(String::as_str));
    let all_stated = |list: &'a [StatedDecl]| &*arena.alloc_slice_fill_iter(list.iter().map(stated));
    let scope = |scope: &'a ScopeDecl| Scope {
        name: stated(&scope.name),
        description: &scope.description,
        implies: all_stated(&scope.implies),
    };
    let flows = said.flows.iter().map(|flow| Flow { role: &flow.role, scopes: all_stated(&flow.scopes) });
    ModelConfig {
        file: &said.file,
        resource: said.resource.as_deref(),
        resource_name: said.resource_name.as_deref(),
        resource_documentation: said.resource_documentation.as_deref(),
        authorization_servers: texts(&said.authorization_servers),
        namespace: &said.namespace,
        scope_prefix: ScopePrefix { outside: &said.scope_prefix.outside, inside: &said.scope_prefix.inside },
        baseline: said.baseline.as_deref().map(all_stated),
        scopes: said.scopes.as_ref().map(|scopes| &*arena.alloc_slice_fill_iter(scopes.iter().map(scope))),
        resources: contents(arena, &said.resources),
        prompts: contents(arena, &said.prompts),
        flows: arena.alloc_slice_fill_iter(flows),
        session: said.session.map_texts(String::as_str),
        risks: arena.alloc_slice_fill_iter(said.risks.iter().map(|rule| RiskRule {
            risk: rule.risk,
            max_auth_age_minutes: rule.max_auth_age_minutes,
            acr_values: texts(&rule.acr_values),
        })),
        sandbox: said.sandbox.as_ref().map(|sandbox| SandboxServer {
            header: sandbox.header.as_deref(),
            resource: sandbox.resource.as_deref(),
            authorization_servers: texts(&sandbox.authorization_servers),
        }),
    }
}

fn contents<'a>(arena: &'a Bump, said: &'a [ContentDecl]) -> &'a [Content<'a>] {
    let entries = said.iter().map(|entry| {
        let scopes = entry.scopes().into_iter().map(|scope| Stated {
            text: arena.alloc_str(&scope.text),
            line: scope.line,
            column: scope.column,
        });
        Content {
            name: stated(&entry.name),
            description: &entry.description,
            requirement: tool::requirement(arena, &entry.requirement),
            scopes: arena.alloc_slice_copy(&scopes.collect::<Vec<_>>()),
            risk: entry.risk.as_ref().map(|risk| risk.value),
        }
    });
    arena.alloc_slice_copy(&entries.collect::<Vec<_>>())
}

fn stated(said: &StatedDecl) -> Stated<'_> {
    Stated { text: &said.text, line: said.line, column: said.column }
}

/// Returns the problems of a table under the shared rules of the model, each at its literal.
pub(crate) fn problems(inventory: &Inventory, id: TableId) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tools = inventory.tools_of(id);
    let arena = Bump::new();
    if let Some(outline) = &outline(&arena, inventory, id) {
        let numbers = Box::new(Numbers::of(outline));
        let hierarchy = Box::new(numbers.hierarchy(outline).close());
        let prerequisites = Box::new(numbers.prerequisites(outline));
        let circular = !prerequisites.is_empty() && prerequisites.close().is_err();
        let facts =
            Facts { outline, numbers: &numbers, hierarchy: &hierarchy, prerequisites: &prerequisites, circular };
        let mut all: Vec<(Option<usize>, Problem<'_>)> = Vec::new();
        for section in Section::ALL {
            all.extend((0..).map_while(|skip| facts.of_section(section, skip)).map(|problem| (None, problem)));
            if section == Section::Size && !all.is_empty() {
                // Entries beyond the size limits have no number, so no other section can be checked.
                break;
            }
        }
        if facts.of_section(Section::Size, 0).is_none() {
            for position in 0..outline.tools.len() {
                let found = (0..).map_while(|skip| facts.of_tool(position, skip));
                all.extend(found.map(|problem| (Some(position), problem)));
            }
        }
        for (position, problem) in all {
            let tool = position.and_then(|position| tools.get(position)).and_then(|id| inventory.tools.get(*id));
            findings.push(finding(inventory.tables.get(id), tool, &problem));
        }
    }
    findings
}

fn finding(table: Option<&Table>, tool: Option<&Tool>, problem: &Problem<'_>) -> Finding {
    let place = match tool {
        Some(tool) => Some(literal(tool, problem.field, problem.literal)),
        None => config_place(table, problem),
    };
    let place = place.or_else(|| table.map(|table| table.place.clone()));
    let message = problem.message();
    // The compiler's message begins with file, line and column. The finding holds them as its place.
    let message = match (problem.field, message.as_str().split_once(": ")) {
        (Field::Config, Some((head, rest))) if !problem.file.is_empty() && head.starts_with(problem.file) => {
            rest.to_owned()
        }
        _ => message.as_str().to_owned(),
    };
    let subject = if problem.subject.is_empty() { problem.literal } else { problem.subject };
    Finding::error(crate::finding::reported_id(problem.kind.id()), message)
        .help(problem.help().as_str())
        .at(place)
        .about(subject)
}

fn config_place(table: Option<&Table>, problem: &Problem<'_>) -> Option<Place> {
    let config = table?.config.as_ref()?;
    (problem.at.line > 0).then(|| Place::point(&config.file, problem.at.line, problem.at.column))
}

/// Returns the place of a literal in an annotation.
fn literal(tool: &Tool, field: Field, text: &str) -> Place {
    let find =
        |list: &[Placed<String>]| list.iter().find(|placed| placed.value == text).map(|placed| placed.place.clone());
    let found = match field {
        Field::Scope => tool.named_scopes().find(|placed| placed.value == text).map(|placed| placed.place.clone()),
        Field::Prerequisite => find(&tool.prerequisites),
        Field::Group => find(&tool.grouped_with),
        Field::Policy => find(&tool.policy.blocked_after).or_else(|| find(&tool.policy.requires_approval_after)),
        Field::Tool | Field::Config => None,
    };
    // The tool's own scope is written as its name.
    found.unwrap_or_else(|| tool.name.place.clone())
}
