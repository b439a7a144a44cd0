//! Builds an inventory from records.

use std::{path::Path, sync::Arc};

use super::record::Record;
use crate::{
    Finding, Report,
    inventory::{Brings, Config, ConfigDecl, Hints, Inventory, Table, TableEntry, Tool},
    source::Place,
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
        report.findings.extend(unknown_parameters(&record).filter(|_| !is_spliced));
        add(&mut inventory, name, record, is_spliced);
    }
    report.inventories.push(inventory);
    report
}

fn unknown_parameters(record: &Record) -> Option<Finding> {
    let names: Vec<String> = record.unrecorded.iter().map(|name| format!("`{name}`")).collect();
    let tools = match &*names {
        [] => return None,
        [name] => format!("the tool {name}"),
        // A line of two hundred names would be truncated, so only the first three are named.
        [first, second, third, _, _, ..] => {
            format!("{} tools: {first}, {second}, {third} and {} more", names.len(), names.len() - 3)
        }
        few => format!("{} tools: {}", few.len(), few.join(", ")),
    };
    let message = format!("the parameters of {tools} are fields of a type, which a program does not record");
    let help = "state them, `parameters(..)`, or read the source";
    Some(Finding::warning("unknown-parameters", message).help(help).at(record.place.clone()).about(&*record.path))
}

fn add(inventory: &mut Inventory, file: &Arc<str>, record: Record, spliced: bool) {
    let at = record.place;
    let mut entries = Vec::new();
    for (position, facts) in record.tools.into_iter().enumerate() {
        let id = inventory.tools.len();
        let place = facts.name.place.clone();
        inventory.tools.push(Tool {
            function: facts.name.value.clone(),
            facts,
            hints: Hints::default(),
            guarded: false,
            conditions: Vec::new(),
            // The tools of a spliced table count in the table that splices it.
            own: !spliced,
            place: place.clone(),
            lines: (1, 1),
        });
        entries.push(TableEntry { position, brings: Brings::Tool(id), is_dynamic: false, place });
    }
    let mut said = record.config;
    if record.declares_scopes {
        said.scopes = Some(record.declared);
    } else if !record.declared.is_empty() {
        // These tools come from the spliced tables.
        let id = inventory.tables.len() + 1;
        entries.push(TableEntry {
            position: entries.len(),
            brings: Brings::Table(id),
            is_dynamic: false,
            place: at.clone(),
        });
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
    entries: Vec<TableEntry>,
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
        is_config_unread: false,
        spliced,
        own: true,
        place: place.clone(),
    }
}
