//! Builds the model of a package's inventory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use mcp_scopes_model::{Requirement, Tool as ModelTool};
use mcp_scopes_scan::{
    Arena,
    inventory::{Brings, Config, Inventory, SdkTool, ServerCode, Table as FoundTable, TableId, Tool as Found},
    outline,
    source::{Place, Placed},
};

use super::{Convention, Flow, InputKind, Listed, SandboxServer, Table, Tool, contents, scopes::Scopes};

/// A package: its own tools, each once, and its tables that no other table splices.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its tools.
    pub tools: Vec<Arc<Tool>>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// The server code beside the annotations.
    pub server: ServerCode,
    /// The functions that an SDK's attribute makes a tool and that have no annotation.
    pub unannotated: Vec<SdkTool>,
    /// Whether every tool of its tables checks its caller itself, with `guard`, and there are no tools beside them.
    pub is_guarded: bool,
    /// Whether some tool does, and there are no tools beside those of the tables.
    pub has_guard: bool,
}

impl Package {
    /// Builds the model of an inventory. `listed` has the places of all tools that some table lists.
    pub(crate) fn of(inventory: &Inventory, listed: &BTreeSet<Place>) -> Self {
        let tools: Vec<Arc<Tool>> = inventory.tools.iter().map(|tool| Arc::new(build_tool(tool, listed))).collect();
        let tables = inventory.roots().map(|(id, found)| table(inventory, id, found, &tools)).collect();
        let mut seen = BTreeSet::new();
        let of_tables = || {
            let ids = inventory.roots().flat_map(|(id, _)| inventory.tools_of(id));
            ids.filter_map(|id| inventory.tools.get(id))
        };
        let (is_guarded, has_guard) = (of_tables().all(|tool| tool.guarded), of_tables().any(|tool| tool.guarded));
        let is_annotated = |sdk: &SdkTool| {
            let covers = |tool: &Found| tool.lines.0 <= sdk.lines.1 && sdk.lines.0 <= tool.lines.1;
            inventory.tools.iter().any(|tool| tool.place.file == sdk.place.file && covers(tool))
        };
        let unannotated: Vec<SdkTool> =
            inventory.server.tools.iter().filter(|tool| !is_annotated(tool)).cloned().collect();
        let all_annotated = unannotated.is_empty();
        let own = tools.into_iter().filter(|tool| tool.own && seen.insert(tool.place.clone())).collect();
        Self {
            name: inventory.package.clone(),
            tools: own,
            tables,
            server: inventory.server.clone(),
            unannotated,
            is_guarded: is_guarded && has_guard && all_annotated,
            has_guard: has_guard && all_annotated,
        }
    }
}

/// Returns whether the file of the table, or of a table that it splices, could not be read.
fn is_config_unread(inventory: &Inventory, id: TableId) -> bool {
    let mut open = vec![id];
    let mut seen = BTreeSet::new();
    while let Some(table) = open.pop() {
        let Some(found) = inventory.tables.get(table).filter(|_| seen.insert(table)) else { continue };
        if found.is_config_unread {
            return true;
        }
        open.extend(found.entries.iter().filter_map(|entry| match entry.brings {
            Brings::Table(other) => Some(other),
            Brings::Tool(_) | Brings::Group(_) => None,
        }));
    }
    false
}

fn build_tool(tool: &Found, listed: &BTreeSet<Place>) -> Tool {
    let approval = tool.approval.as_ref();
    let place = approval.map(|stated| &stated.place).or(tool.risk.as_ref().map(|risk| &risk.place));
    // The model computes these values, as it does for the table.
    let model =
        ModelTool { approval: approval.map(|stated| stated.value), ..ModelTool::new("", tool.risk_or_strictest()) };
    let said = |value| Some(Placed { value, place: place.unwrap_or(&tool.name.place).clone() });
    Tool {
        facts: tool.facts.clone(),
        input: InputKind::Source,
        public: tool.requirement.is_public(),
        auto_approvable: said(model.auto_approvable()),
        requires_user_approval: said(model.requires_user_approval()),
        hints: tool.hints.clone(),
        listed: listed.contains(&tool.place),
        is_dynamic: tool.function.is_empty(),
        own: tool.own,
        place: tool.place.clone(),
    }
}

fn table(inventory: &Inventory, id: TableId, found: &FoundTable, tools: &[Arc<Tool>]) -> Table {
    let ids = inventory.tools_of(id);
    let config = found.config.as_ref();
    let arena = Arena::new();
    let (mut list, mut scopes) = (Vec::new(), Scopes::default());
    if let Some(outline) = outline(&arena, inventory, id) {
        for (position, (listed, id)) in outline.tools.iter().zip(&ids).enumerate() {
            let (Some(tool), Some(raw)) = (tools.get(*id), inventory.tools.get(*id)) else { continue };
            let requirement = listed.tool.requirement;
            // A tool that every valid token opens needs all of no scopes.
            let authenticated = matches!(requirement, Requirement::Authenticated).then(Vec::new);
            let alternatives: Vec<Vec<String>> = (0..requirement.alternatives())
                .map(|alternative| {
                    let places = (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope));
                    places.map(str::to_owned).collect()
                })
                .chain(authenticated)
                .collect();
            let mut written: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
            for placed in raw.named_scopes() {
                written.entry(&placed.value).or_default().push(&placed.place);
            }
            scopes.opened(&alternatives, listed.namespace, position, |text| {
                written.get(text).and_then(|places| places.last()).unwrap_or(&&tool.name.place)
            });
            let conditional = raw.facts.conditions.iter().flat_map(|condition| &condition.scopes);
            for scope in conditional.clone() {
                scopes.conditional(&scope.value, listed.namespace, position, &scope.place);
            }
            let conditional = conditional.map(|scope| &scope.value);
            for text in alternatives.iter().flatten().chain(conditional).collect::<BTreeSet<_>>() {
                let places = written.get(text.as_str()).into_iter().flatten().map(|place| Place::clone(place));
                scopes.write(text, position, places.collect());
            }
            list.push(Listed { tool: tool.clone(), alternatives });
        }
        for scope in
            [outline.config.resources, outline.config.prompts].concat().iter().flat_map(|content| content.scopes)
        {
            let place = config.map(|config| Place::point(&config.file, scope.line, scope.column));
            let place = place.unwrap_or_else(|| found.place.clone());
            scopes.entry(scope.text, outline.config.namespace, &place);
        }
        for scope in outline.declared {
            let file = config.filter(|config| config.said.scopes.is_some());
            let place = file.map_or_else(
                || found.place.clone(),
                |config| Place::point(&config.file, scope.name.line, scope.name.column),
            );
            if let Some(entry) = scopes.entry(scope.name.text, outline.config.namespace, &place) {
                entry.declared.get_or_insert(place);
                scope.description.clone_into(&mut entry.description);
                entry.implies.extend(scope.implies.iter().map(|implied| implied.text.to_owned()));
            }
        }
    }
    let mut table = Table {
        input: InputKind::Source,
        is_config_unread: is_config_unread(inventory, id),
        name: found.name.clone(),
        place: found.place.clone(),
        namespace: String::new(),
        scope_prefix: String::new(),
        tools: list,
        scopes: scopes.list,
        contents: config.map(contents::of_config).unwrap_or_default(),
        declares_scopes: false,
        supported: Vec::new(),
        supported_place: found.place.clone(),
        supported_stated: false,
        flows: Vec::new(),
        session: None,
        risks: Vec::new(),
        sandbox: None,
        resource: None,
        issuers: Vec::new(),
        convention: None,
        config: config.map(|config| config.file.clone()),
    };
    if let Some(config) = config {
        configured(&mut table, config);
    }
    if !table.supported_stated {
        let contents = table.content_scopes().filter_map(|scope| table.scope(scope));
        let contents = contents.filter(|scope| scope.needed_by.is_empty());
        let mut seen = BTreeSet::new();
        let required = table.required().chain(contents).filter(|scope| seen.insert(&scope.text));
        let required = required.map(|scope| Placed { value: scope.text.clone(), place: scope.place.clone() });
        table.supported = required.collect();
    }
    table
}

/// Adds the contents of the configuration file.
fn configured(table: &mut Table, config: &Config) {
    let said = &config.said;
    let whole = Place::point(&config.file, 1, 1);
    let place = |(line, column): (u32, u32)| Place::point(&config.file, line, column);
    let stated = |stated: &mcp_scopes_grammar::ir::StatedDecl| Placed {
        value: stated.text.clone(),
        place: Place::point(&config.file, stated.line, stated.column),
    };
    table.namespace.clone_from(&said.namespace);
    table.scope_prefix.clone_from(&said.scope_prefix.outside);
    table.declares_scopes = said.scopes.is_some();
    if let Some(baseline) = &said.baseline {
        table.supported = baseline.iter().map(stated).collect();
        table.supported_place = table.supported.first().map_or_else(|| whole.clone(), |first| first.place.clone());
        table.supported_stated = true;
    }
    table.flows = said
        .flows
        .iter()
        .map(|flow| {
            let scopes: Vec<Placed<String>> = flow.scopes.iter().map(stated).collect();
            let place = scopes.first().map_or_else(|| whole.clone(), |first| first.place.clone());
            Flow { role: flow.role.clone(), scopes, place }
        })
        .collect();
    table.session =
        (!said.session.is_none()).then(|| Placed { value: said.session.clone(), place: place(said.places.session) });
    table.risks = said.risks.iter().map(|rule| Placed { value: rule.risk, place: place(rule.place) }).collect();
    table.sandbox = said.sandbox.as_ref().map(|sandbox| Placed {
        value: SandboxServer {
            header: sandbox.header.clone(),
            resource: sandbox.resource.clone(),
            authorization_servers: sandbox.authorization_servers.clone(),
        },
        place: place(said.places.sandbox),
    });
    table.resource = said.resource.clone().map(|value| Placed { value, place: place(said.places.resource) });
    table.issuers = said
        .authorization_servers
        .iter()
        .enumerate()
        .map(|(number, issuer)| {
            // A table that was read from a program has no places.
            let at = said.places.authorization_servers.get(number).copied().unwrap_or_default();
            Placed { value: issuer.clone(), place: place(at) }
        })
        .collect();
    table.convention = Convention::of(config);
}

impl Convention {
    /// Returns the convention of the configuration file.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let form = config.said.convention.as_ref()?;
        Some(Self {
            form: Placed { value: form.text.clone(), place: Place::point(&config.file, form.line, form.column) },
            pattern: config.said.convention_pattern.as_ref().map(|pattern| pattern.text.clone()),
        })
    }
}
