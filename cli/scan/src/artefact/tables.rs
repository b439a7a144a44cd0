//! Builds an inventory from records.

use std::{path::Path, sync::Arc};

use super::record::{Policy as RecordedPolicy, Record, Requirement as Recorded, Tool as RecordedTool};
use crate::{
    Finding, Report,
    inventory::{Brings, Config, ConfigDecl, Entry, Hints, Inventory, Policy, Requirement, Table, Tool},
    source::{Place, Placed},
};

/// Returns the report that a scan of the source would give, as far as the program records it. Places are byte offsets.
pub(super) fn report(path: &Path, name: &Arc<str>, records: Vec<Record>) -> Report {
    let spliced: Vec<String> = records.iter().flat_map(|record| record.splices.iter().cloned()).collect();
    let root = records.iter().find(|record| !spliced.contains(&record.path)).or(records.first());
    let package = root.and_then(|record| record.path.split("::").next()).unwrap_or_default().to_owned();
    let mut inventory =
        Inventory { package, folder: path.parent().map(Path::to_owned).unwrap_or_default(), ..Inventory::default() };
    let mut report = Report::default();
    for record in records {
        let is_spliced = spliced.contains(&record.path);
        report.findings.extend(unknown_parameters(name, &record).filter(|_| !is_spliced));
        add(&mut inventory, name, record, is_spliced);
    }
    report.inventories.push(inventory);
    report
}

/// Returns the place of a byte.
fn place(file: &Arc<str>, offset: u64) -> Place {
    Place::point(file, 1, u32::try_from(offset.saturating_add(1)).unwrap_or(u32::MAX))
}

fn unknown_parameters(file: &Arc<str>, record: &Record) -> Option<Finding> {
    let unknown = record.tools.iter().filter(|tool| tool.parameters.is_none());
    let names: Vec<String> = unknown.map(|tool| format!("`{}`", tool.name)).collect();
    let tools = match &*names {
        [] => return None,
        [name] => format!("the tool {name}"),
        // A line of two hundred names would be truncated, so only the first three are named.
        [first, second, third, _, _, ..] => {
            format!("{} tools: {first}, {second}, {third} and {} more", names.len(), names.len() - 3)
        }
        few => format!("{} tools: {}", few.len(), few.join(", ")),
    };
    let message = format!("the parameters of {tools} are fields of a type, which a program does not tell");
    let help = "state them, `parameters(..)`, or read the source";
    Some(Finding::warning("unknown-parameters", message).help(help).at(place(file, record.offset)).about(&*record.path))
}

fn add(inventory: &mut Inventory, file: &Arc<str>, record: Record, spliced: bool) {
    let at = place(file, record.offset);
    let mut entries = Vec::new();
    let namespace = record.config.namespace.clone();
    for (position, tool) in record.tools.into_iter().enumerate() {
        let id = inventory.tools.len();
        let place = place(file, tool.offset);
        if tool.parameters.is_none() {
            inventory.unknown_parameters.insert(id);
        }
        // The tools of a spliced table count in the table that splices it.
        inventory.tools.push(self::tool(tool, &namespace, &place, !spliced));
        entries.push(Entry { position, brings: Brings::Tool(id), place });
    }
    let mut said = record.config;
    if record.declares_scopes {
        said.scopes = Some(record.declared);
    } else if !record.declared.is_empty() {
        // These tools come from the spliced tables.
        let id = inventory.tables.len() + 1;
        entries.push(Entry { position: entries.len(), brings: Brings::Table(id), place: at.clone() });
        inventory.tables.push(table(record.path.clone(), entries, said, file, (&at, spliced)));
        let said = ConfigDecl { scopes: Some(record.declared), ..ConfigDecl::default() };
        let declarations = table(String::new(), Vec::new(), said, file, (&at, true));
        inventory.tables.push(Table { own: false, ..declarations });
        return;
    }
    inventory.tables.push(table(record.path, entries, said, file, (&at, spliced)));
}

fn table(
    path: String,
    entries: Vec<Entry>,
    said: ConfigDecl,
    file: &Arc<str>,
    (place, spliced): (&Place, bool),
) -> Table {
    let has_file = !said.file.is_empty() || said.scopes.is_some();
    Table {
        name: path.rsplit("::").next().unwrap_or_default().to_owned(),
        path,
        entries,
        config: has_file.then(|| Config { said, file: file.clone() }),
        spliced,
        own: true,
        place: place.clone(),
    }
}

fn tool(tool: RecordedTool, namespace: &str, place: &Place, own: bool) -> Tool {
    let at = |text: String| Placed { value: text, place: place.clone() };
    let texts = |texts: Vec<String>| texts.into_iter().map(at).collect::<Vec<_>>();
    let requirement = match (tool.requirement, tool.namespace) {
        (Recorded::Public, _) => Requirement::Public,
        // A tool name in another namespace than the table's has to be written out.
        (Recorded::ToolName, Some(other)) if other != namespace => {
            Requirement::AnyOf(vec![vec![at(format!("{other}{}", tool.name))]])
        }
        (Recorded::ToolName, _) => Requirement::ToolName,
        (Recorded::AnyOf(any), _) => Requirement::AnyOf(any.into_iter().map(texts).collect()),
    };
    Tool {
        function: tool.name.clone(),
        name: at(tool.name),
        description: at(tool.description),
        requirement,
        risk: Placed { value: tool.risk, place: place.clone() },
        approval: tool.approval.map(|value| Placed { value, place: place.clone() }),
        sandbox: tool.sandbox.map(|value| Placed { value, place: place.clone() }),
        parameters: tool.parameters.unwrap_or_default(),
        prerequisites: texts(tool.prerequisites),
        grouped_with: texts(tool.grouped_with),
        examples: texts(tool.examples),
        policy: policy(tool.policy, &texts),
        hints: Hints::default(),
        conditions: Vec::new(),
        own,
        place: place.clone(),
        lines: (1, 1),
    }
}

fn policy(policy: RecordedPolicy, texts: &impl Fn(Vec<String>) -> Vec<Placed<String>>) -> Policy {
    Policy {
        blocked_after: texts(policy.blocked_after),
        requires_approval_after: texts(policy.requires_approval_after),
        cooling_period_minutes: policy.cooling_period_minutes,
        max_calls_per_session: policy.max_calls_per_session,
        requires_human_review: policy.requires_human_review,
        blocked_patterns: texts(policy.blocked_patterns),
        max_file_size_mb: policy.max_file_size_mb,
    }
}
