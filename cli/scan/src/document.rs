//! Builds the outline of a table from an inventory and reports its problems under the shared rules.
//!
//! The types of the model borrow, since the macros evaluate them as constants. So the inventory keeps the texts, and
//! [`with_outline`] lends an outline to a closure.

use mcp_scopes_grammar::ir::{ConfigDecl, ScopeDecl, StatedDecl};
use mcp_scopes_model::{
    Config as ModelConfig, Numbers, Outline, Policy as ModelPolicy, Problem, Requirement as ModelRequirement, Scope,
    Tool as ModelTool,
    check::{Facts, Section},
    config::{Flow, SandboxServer, Stated},
    outline::{self, Listed, Walk},
    problem::Field,
    tool::{Parameter as ModelParameter, Parameters},
};

use crate::{
    Finding,
    inventory::{Brings, Inventory, Requirement, Table, TableId, Tool},
    source::{Place, Placed},
};

/// Calls `then` with the outline of a table.
#[doc(hidden)]
pub fn with_outline<R>(inventory: &Inventory, table: TableId, then: &mut dyn FnMut(&Outline<'_>) -> R) -> Option<R> {
    let parts: Vec<ToolParts<'_>> = inventory
        .tools
        .iter()
        .enumerate()
        .map(|(id, tool)| ToolParts::of(tool, !inventory.unknown_parameters.contains(&id)))
        .collect();
    let any: Vec<Vec<&[&str]>> =
        parts.iter().map(|parts| parts.alternatives.iter().map(Vec::as_slice).collect()).collect();
    let tools: Vec<ModelTool<'_>> =
        inventory.tools.iter().zip(&parts).zip(&any).map(|((tool, parts), any)| parts.tool(tool, any)).collect();
    let mut result = None;
    lend(inventory, &tools, table, &[], &mut |outline| result = Some(then(outline)));
    result
}

/// The lists of one tool, borrowed.
struct ToolParts<'a> {
    alternatives: Vec<Vec<&'a str>>,
    parameters: Option<Vec<ModelParameter<'a>>>,
    prerequisites: Vec<&'a str>,
    grouped_with: Vec<&'a str>,
    examples: Vec<&'a str>,
    blocked_after: Vec<&'a str>,
    requires_approval_after: Vec<&'a str>,
    blocked_patterns: Vec<&'a str>,
}

impl<'a> ToolParts<'a> {
    fn of(tool: &'a Tool, parameters_known: bool) -> Self {
        let texts = |list: &'a [Placed<String>]| list.iter().map(|placed| placed.value.as_str()).collect::<Vec<_>>();
        let parameter = |parameter: &'a crate::inventory::Parameter| ModelParameter {
            name: &parameter.name,
            required: parameter.required,
        };
        Self {
            alternatives: match &tool.requirement {
                Requirement::AnyOf(any) => any.iter().map(|all| texts(all)).collect(),
                Requirement::Public | Requirement::ToolName => Vec::new(),
            },
            parameters: parameters_known.then(|| tool.parameters.iter().map(parameter).collect()),
            prerequisites: texts(&tool.prerequisites),
            grouped_with: texts(&tool.grouped_with),
            examples: texts(&tool.examples),
            blocked_after: texts(&tool.policy.blocked_after),
            requires_approval_after: texts(&tool.policy.requires_approval_after),
            blocked_patterns: texts(&tool.policy.blocked_patterns),
        }
    }

    fn tool<'b>(&'b self, tool: &'b Tool, any: &'b [&'b [&'b str]]) -> ModelTool<'b> {
        ModelTool {
            name: &tool.name.value,
            description: &tool.description.value,
            requirement: match tool.requirement {
                Requirement::Public => ModelRequirement::Public,
                Requirement::ToolName => ModelRequirement::ToolName,
                Requirement::AnyOf(_) => ModelRequirement::AnyOf(any),
            },
            risk: tool.risk.value,
            approval: tool.approval.as_ref().map(|said| said.value),
            sandbox: tool.sandbox.as_ref().map(|said| said.value),
            parameters: self.parameters.as_ref().map_or(Parameters::Unknown, |listed| Parameters::Listed(listed)),
            prerequisites: &self.prerequisites,
            grouped_with: &self.grouped_with,
            examples: &self.examples,
            policy: ModelPolicy {
                blocked_after: &self.blocked_after,
                requires_approval_after: &self.requires_approval_after,
                cooling_period_minutes: tool.policy.cooling_period_minutes,
                max_calls_per_session: tool.policy.max_calls_per_session,
                requires_human_review: tool.policy.requires_human_review,
                blocked_patterns: &self.blocked_patterns,
                max_file_size_mb: tool.policy.max_file_size_mb,
            },
            // Only the check at run time uses it.
            origin: None,
        }
    }
}

/// An outline that is built, or the remaining elements of a list.
enum Brought<'a> {
    Tool(&'a ModelTool<'a>),
    Group(Vec<&'a ModelTool<'a>>),
    Table(TableId),
}

/// Lends the outline of a table whose tools are already borrowed. `open` holds the surrounding tables.
fn lend(
    inventory: &Inventory,
    tools: &[ModelTool<'_>],
    table: TableId,
    open: &[TableId],
    then: &mut dyn FnMut(&Outline<'_>),
) {
    let Some(found) = inventory.tables.get(table) else { return };
    if open.contains(&table) {
        return;
    }
    let around: Vec<TableId> = open.iter().copied().chain([table]).collect();
    let brought: Vec<(usize, Brought<'_>)> = found
        .entries
        .iter()
        .filter_map(|entry| {
            Some((
                entry.position,
                match &entry.brings {
                    Brings::Tool(tool) => Brought::Tool(tools.get(*tool)?),
                    Brings::Group(group) => Brought::Group(group.iter().filter_map(|tool| tools.get(*tool)).collect()),
                    Brings::Table(table) => Brought::Table(*table),
                },
            ))
        })
        .collect();
    spread(inventory, tools, found, &brought, Vec::new(), &around, then);
}

/// Builds the outlines of the tables in a list by nested calls, then the outline of the list itself.
fn spread<'a>(
    inventory: &Inventory,
    tools: &[ModelTool<'_>],
    table: &Table,
    rest: &'a [(usize, Brought<'a>)],
    entries: Vec<outline::Entry<'a>>,
    open: &[TableId],
    then: &mut dyn FnMut(&Outline<'_>),
) {
    let mut entries = entries;
    let mut rest = rest;
    while let [(place, brought), tail @ ..] = rest {
        let brings = match brought {
            Brought::Tool(tool) => outline::Brings::Tool(tool),
            Brought::Group(group) => outline::Brings::Group(group),
            Brought::Table(other) => {
                let mut lent = false;
                lend(inventory, tools, *other, open, &mut |spliced| {
                    lent = true;
                    let mut entries = shorten(&entries);
                    entries.push(outline::Entry { place: *place, brings: outline::Brings::Table(spliced) });
                    spread(inventory, tools, table, tail, entries, open, then);
                });
                if lent {
                    return;
                }
                // A cycle of tables is reported elsewhere. The remaining entries still count.
                rest = tail;
                continue;
            }
        };
        entries.push(outline::Entry { place: *place, brings });
        rest = tail;
    }
    finish(table, &entries, then);
}

/// Returns the same entries with a shorter lifetime.
fn shorten<'b>(entries: &[outline::Entry<'b>]) -> Vec<outline::Entry<'b>> {
    entries.to_vec()
}

fn finish(table: &Table, entries: &[outline::Entry<'_>], then: &mut dyn FnMut(&Outline<'_>)) {
    let none = ConfigDecl::default();
    let said = table.config.as_ref().map_or(&none, |config| &config.said);
    let parts = ConfigParts::of(said);
    let implied = parts.implied();
    let scopes: Option<Vec<Scope<'_>>> = said.scopes.as_ref().map(|scopes| {
        let zipped = scopes.iter().zip(&implied);
        zipped
            .map(|(scope, implies)| Scope { name: stated(&scope.name), description: &scope.description, implies })
            .collect()
    });
    let flows: Vec<Flow<'_>> =
        said.flows.iter().zip(&parts.flows).map(|(flow, scopes)| Flow { role: &flow.role, scopes }).collect();
    let config = ModelConfig {
        file: &said.file,
        resource: said.resource.as_deref(),
        resource_name: said.resource_name.as_deref(),
        resource_documentation: said.resource_documentation.as_deref(),
        authorization_servers: &parts.issuers,
        namespace: &said.namespace,
        baseline: parts.baseline.as_deref(),
        scopes: scopes.as_deref(),
        flows: &flows,
        session: said.session,
        sandbox: said.sandbox.as_ref().map(|sandbox| SandboxServer {
            header: sandbox.header.as_deref(),
            resource: sandbox.resource.as_deref(),
            authorization_servers: &parts.sandbox_issuers,
        }),
    };
    let mut steps = Vec::new();
    let mut walk = Walk::new(entries, &config);
    while let Some(step) = walk.next() {
        let own = if step.joined_len() > 0 { format!("{}{}", step.namespace, step.tool.name) } else { String::new() };
        steps.push((step, own));
    }
    let listed: Vec<Listed<'_>> = steps
        .iter()
        .map(|(step, own)| {
            let own_scope = if own.is_empty() { step.tool.name } else { own };
            Listed { tool: step.tool, namespace: step.namespace, own_scope, entry: step.entry }
        })
        .collect();
    let declared: Vec<Scope<'_>> = match config.scopes {
        Some(own) => own.to_vec(),
        None => entries
            .iter()
            .filter_map(|entry| match entry.brings {
                outline::Brings::Table(table) => Some(table.declared),
                _ => None,
            })
            .flatten()
            .copied()
            .collect(),
    };
    then(&Outline { path: &table.path, config: &config, tools: &listed, declared: &declared });
}

/// The lists of one configuration, borrowed.
struct ConfigParts<'a> {
    issuers: Vec<&'a str>,
    sandbox_issuers: Vec<&'a str>,
    baseline: Option<Vec<Stated<'a>>>,
    scopes: &'a [ScopeDecl],
    flows: Vec<Vec<Stated<'a>>>,
}

impl<'a> ConfigParts<'a> {
    fn of(said: &'a ConfigDecl) -> Self {
        let texts = |list: &'a [String]| list.iter().map(String::as_str).collect();
        Self {
            issuers: texts(&said.authorization_servers),
            sandbox_issuers: said
                .sandbox
                .as_ref()
                .map(|sandbox| texts(&sandbox.authorization_servers))
                .unwrap_or_default(),
            baseline: said.baseline.as_ref().map(|scopes| scopes.iter().map(stated).collect()),
            scopes: said.scopes.as_deref().unwrap_or_default(),
            flows: said.flows.iter().map(|flow| flow.scopes.iter().map(stated).collect()).collect(),
        }
    }

    fn implied(&self) -> Vec<Vec<Stated<'a>>> {
        self.scopes.iter().map(|scope| scope.implies.iter().map(stated).collect()).collect()
    }
}

fn stated(said: &StatedDecl) -> Stated<'_> {
    Stated { text: &said.text, line: said.line, column: said.column }
}

/// Returns the problems of a table under the shared rules of the model, each at its literal.
pub(crate) fn problems(inventory: &Inventory, id: TableId) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tools = inventory.tools_of(id);
    with_outline(inventory, id, &mut |outline| {
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
    });
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
