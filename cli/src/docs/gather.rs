//! Prepares the contents of a document for display.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use indexmap::IndexSet;
use mcp_scopes_model::Risk;
use mcp_scopes_prm::{ContentEntry, Document, McpExtensions, ToolEntry};

use super::{
    hierarchy::Hierarchy,
    input::Input,
    limit_graph::LimitGraph,
    prefix,
    server::{Content, ContentKind, Flow, Group, Needs, Reach, Scope, ScopeId, Server, Title, Tool, ToolId},
    source::SourceLinks,
    words,
};
use crate::escape::escaped;

impl Server {
    /// Builds a server from the input. Control and bidirectional characters are escaped, since they mislead in any
    /// output.
    pub(super) fn of(input: &Input, mut links: SourceLinks) -> Self {
        let document = &input.document;
        let empty = McpExtensions::default();
        let extensions = document.mcp_extensions.as_ref().unwrap_or(&empty);
        let names = names(input, extensions);
        let id = |scope: &String| names.get_index_of(scope.as_str());
        let tools: Vec<Tool> = (extensions.tool_scope_mapping.iter())
            .map(|(name, entry)| Tool { source: links.tools.remove(name), ..tool(name, entry, extensions, &id) })
            .collect();
        let contents = contents(extensions, &id, &mut links);
        let hierarchy = hierarchy(extensions, &names);
        let descriptions = input.descriptions();
        let scopes: Vec<Scope> = (names.iter().zip(hierarchy.implies).enumerate())
            .map(|(id, (name, implies))| {
                let held: BTreeSet<ScopeId> = implies.iter().copied().chain([id]).collect();
                let open = |needs: &Needs| matches!(needs, Needs::AnyOf(_)) && needs.are_met(&held);
                let opens = |needs: &mut dyn Iterator<Item = &Needs>| {
                    needs.enumerate().filter(|(_, needs)| open(needs)).map(|(id, _)| id).collect()
                };
                Scope {
                    name: escaped(name),
                    anchor: anchor("scope-", name),
                    description: descriptions.get(name).map(|text| escaped(text)),
                    opens: Reach {
                        tools: opens(&mut tools.iter().map(|tool| &tool.needs)),
                        contents: opens(&mut contents.iter().map(|entry| &entry.needs)),
                    },
                    implies,
                    source: links.scopes.remove(*name),
                }
            })
            .collect();
        let mut server = Self {
            name: name(document),
            resource: document.resource.as_deref().map(escaped),
            version: input.version.as_deref().map(escaped),
            date: None,
            issuers: document.authorization_servers.iter().map(|issuer| escaped(issuer)).collect(),
            baseline: document.scopes_supported.iter().filter_map(id).collect(),
            prefix: prefix::common(scopes.iter().map(|scope| scope.name.as_str())),
            groups: groups(&tools),
            edges: hierarchy.edges,
            limits: LimitGraph::of(extensions),
            session: {
                let session = extensions.session_policies.as_ref().map(words::session).unwrap_or_default();
                let risks = extensions.risk_policies.iter().flat_map(|(risk, rule)| words::risk_policy(risk, rule));
                session.into_iter().chain(risks).collect()
            },
            sandbox: extensions.sandbox.clone(),
            flows: Vec::new(),
            scopes,
            tools,
            contents,
        };
        for (role, steps) in &extensions.scope_upgrade_flows {
            let steps: Vec<ScopeId> = steps.iter().filter_map(id).collect();
            server.flows.push(Flow { role: escaped(role), steps: server.steps(&steps) });
        }
        server
    }
}

/// Returns every scope that the document names: first declared scopes, then those that tools, resources and prompts require, then
/// others.
fn names<'i>(input: &'i Input, extensions: &'i McpExtensions) -> IndexSet<&'i str> {
    let declared = input.scopes.iter().map(|scope| &scope.name);
    let needed = extensions.tool_scope_mapping.values().flat_map(|tool| tool.required_scopes.iter().flatten());
    let conditions = extensions.tool_scope_mapping.values().flat_map(|tool| &tool.conditional_scopes);
    let needed = needed.chain(conditions.flat_map(|condition| &condition.scopes));
    let hierarchy = extensions.scope_hierarchy.iter().flat_map(|(scope, implied)| [scope].into_iter().chain(implied));
    let flows = extensions.scope_upgrade_flows.values().flatten();
    let before = extensions.tool_scope_mapping.values().flat_map(|tool| &tool.prerequisite_scopes);
    let supported = input.document.scopes_supported.iter();
    let contents = extensions.resource_scope_mapping.values().chain(extensions.prompt_scope_mapping.values());
    let contents = contents.flat_map(|entry| entry.required_scopes.iter().flatten());
    let needed = needed.chain(contents);
    declared.chain(needed).chain(hierarchy).chain(flows).chain(supported).chain(before).map(String::as_str).collect()
}

/// Returns the hierarchy as the document states it.
fn hierarchy(extensions: &McpExtensions, names: &IndexSet<&str>) -> Hierarchy {
    let implied = |scope: &&str| extensions.scope_hierarchy.get(*scope).into_iter().flatten();
    let id = |scope: &String| names.get_index_of(scope.as_str());
    Hierarchy::of(&names.iter().map(|scope| implied(scope).filter_map(id).collect()).collect::<Vec<_>>())
}

/// Returns the entries for resources and prompts, of each kind the riskiest first.
fn contents(
    extensions: &McpExtensions,
    id: &impl Fn(&String) -> Option<ScopeId>,
    links: &mut SourceLinks,
) -> Vec<Content> {
    let content = |kind: ContentKind, name: &String, entry: &ContentEntry, source| Content {
        kind,
        name: escaped(name),
        anchor: anchor(&format!("{}-", kind.as_str()), name),
        description: entry.description.as_deref().map(escaped),
        risk: entry.risk_level,
        needs: needs(entry.public, entry.authenticated, &entry.required_scopes, id),
        source,
    };
    let mut all = Vec::new();
    for (kind, entries, lines) in [
        (ContentKind::Resource, &extensions.resource_scope_mapping, &mut links.resources),
        (ContentKind::Prompt, &extensions.prompt_scope_mapping, &mut links.prompts),
    ] {
        let mut entries: Vec<Content> =
            entries.iter().map(|(name, entry)| content(kind, name, entry, lines.remove(name))).collect();
        entries.sort_by_key(|entry| Reverse(entry.risk));
        all.extend(entries);
    }
    all
}

/// Returns the requirement of an entry of the document.
fn needs(
    public: Option<bool>,
    authenticated: Option<bool>,
    required: &[Vec<String>],
    id: &impl Fn(&String) -> Option<ScopeId>,
) -> Needs {
    if public == Some(true) {
        Needs::Public
    } else if authenticated == Some(true) {
        Needs::Authenticated
    } else if required.is_empty() {
        Needs::Unstated
    } else {
        Needs::AnyOf(required.iter().map(|all| all.iter().filter_map(id).collect()).collect())
    }
}

fn tool(name: &str, entry: &ToolEntry, extensions: &McpExtensions, id: &impl Fn(&String) -> Option<ScopeId>) -> Tool {
    let all = |texts: &[String]| texts.iter().map(|text| escaped(text)).collect();
    let required = |name: &String| entry.required_parameters.contains(name);
    Tool {
        name: escaped(name),
        anchor: anchor("tool-", name),
        description: words::about(entry).as_deref().map(escaped),
        risk: entry.risk_level,
        needs: needs(entry.public, entry.authenticated, &entry.required_scopes, id),
        conditions: words::conditions(entry),
        further: entry.conditional_scopes.iter().flat_map(|condition| &condition.scopes).filter_map(id).collect(),
        approval: words::approval(entry),
        sandbox: entry.sandbox,
        parameters: entry
            .parameters
            .as_ref()
            .map(|names| names.iter().map(|name| (escaped(name), required(name))).collect()),
        examples: all(&entry.examples),
        together: all(&entry.commonly_grouped_with),
        before: entry.prerequisite_scopes.iter().filter_map(id).collect(),
        policy: extensions.tool_interaction_policies.get(name).map(words::policy).unwrap_or_default(),
        source: None,
    }
}

/// Returns an anchor: the kind and the name. Other characters than letters, digits, `_`, `.` and `-` become their code
/// point between tildes.
fn anchor(kind: &str, name: &str) -> String {
    let mut anchor = kind.to_owned();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || "_.-".contains(character) {
            anchor.push(character);
        } else {
            let _ = write!(anchor, "~{:x}~", u32::from(character));
        }
    }
    anchor
}

/// Groups tools by requirement, or by risk if nearly every tool has a different requirement. The groups with the worst
/// risk come first; of several with the same worst risk, those with most such tools.
fn groups(tools: &[Tool]) -> Vec<Group> {
    let by = |title: &dyn Fn(&Tool) -> Title| {
        let mut groups: BTreeMap<Title, Vec<ToolId>> = BTreeMap::new();
        for (id, tool) in tools.iter().enumerate() {
            groups.entry(title(tool)).or_default().push(id);
        }
        groups
    };
    let mut groups = by(&|tool| Title::Needs(tool.needs.clone()));
    if tools.len() < 2 * groups.len() {
        groups = by(&|tool| Title::Risk(tool.risk));
    }
    let risk = |id: &ToolId| tools.get(*id).and_then(|tool| tool.risk);
    let mut groups: Vec<Group> = groups.into_iter().map(|(title, tools)| Group { title, tools }).collect();
    for group in &mut groups {
        group.tools.sort_by_key(|id| Reverse(risk(id)));
    }
    let of_each_risk = |group: &Group| {
        let number = |wanted| group.tools.iter().filter(|id| risk(id) == Some(wanted)).count();
        Risk::ALL.into_iter().rev().map(number).collect::<Vec<_>>()
    };
    groups.sort_by_cached_key(|group| Reverse(of_each_risk(group)));
    groups
}

fn name(document: &Document) -> String {
    let name = document.resource_name.as_deref().or(document.resource.as_deref());
    escaped(name.unwrap_or("MCP server"))
}
