//! The edits of source files: annotations, `use` items and tables. They only insert text.

use std::{collections::BTreeMap, sync::Arc};

use mcp_scopes_scan::{
    Edit,
    sdk::{SdkCrate, SdkModule, ToolFunction},
};

use super::{
    tables::{Groups, TablePlan, can_annotate},
    tool::Planned,
};

/// The edits of a package by file.
pub(super) type Edits = BTreeMap<Arc<str>, Vec<Edit>>;

/// Plans the edits of a crate. `text` returns the text of a file, `planned` the facts of a tool.
pub(super) fn edits<'t>(
    krate: &SdkCrate,
    groups: &Groups,
    tables: &[TablePlan],
    text: &impl Fn(&str) -> Option<&'t str>,
    planned: &impl Fn(&str) -> Option<Planned>,
) -> Edits {
    let mut edits = Edits::new();
    for (id, module) in krate.modules.iter().enumerate() {
        let Some(source) = text(&module.file) else { continue };
        let names = Names::of(module);
        let mut insert = |at: usize, text: String| {
            edits.entry(module.file.clone()).or_default().push(Edit { file: module.file.clone(), range: at..at, text });
        };
        let (mut tools, mut impls) = (false, false);
        let annotate = |tool: &ToolFunction| {
            let facts = planned(&tool.name).filter(|_| !tool.is_annotated && !tool.is_conditional)?;
            let line = facts.annotation(&names.tool);
            Some((tool.at, above(source, tool.at, &line)))
        };
        for (at, item) in module.impls.iter().enumerate().filter(|(_, item)| can_annotate(item)) {
            for (at, text) in item.tools.iter().filter_map(annotate) {
                tools = true;
                insert(at, text);
            }
            if item.annotation.is_none() {
                impls = true;
                let group = groups.get(&(id, at)).cloned().flatten();
                let group = group.map(|group| format!("(group = {group})")).unwrap_or_default();
                insert(item.at, above(source, item.at, &format!("#[{}{group}]", names.tools)));
            }
        }
        for (at, text) in module.functions.iter().filter_map(annotate) {
            tools = true;
            insert(at, text);
        }
        for table in tables.iter().filter(|table| table.module == id) {
            if let Some((at, text)) = table_edit(module, table, source) {
                insert(at, text);
            }
        }
        let wanted = [("mcp_tool", tools), ("mcp_tools", impls)];
        let imported = wanted.iter().filter(|(name, used)| *used && names.imports(name)).map(|(name, _)| *name);
        if let Some((at, text)) = use_edit(module, source, &imported.collect::<Vec<_>>()) {
            insert(at, text);
        }
    }
    edits
}

/// The names of the annotations in a module.
struct Names {
    tool: String,
    tools: String,
    /// The names that another item or import has already.
    taken: Vec<&'static str>,
}

impl Names {
    fn of(module: &SdkModule) -> Self {
        let is_ours = module.uses.iter().any(|item| item.head == "mcp_scopes");
        let taken = ["mcp_tool", "mcp_tools"];
        let taken: Vec<_> = taken.into_iter().filter(|name| module.names.iter().any(|known| known == name)).collect();
        let name = |name: &str| {
            let path = if taken.contains(&name) && !is_ours { "mcp_scopes::" } else { "" };
            format!("{path}{name}")
        };
        Self { tool: name("mcp_tool"), tools: name("mcp_tools"), taken: taken.clone() }
    }

    /// Returns whether a name has to be imported.
    fn imports(&self, name: &str) -> bool {
        !self.taken.contains(&name)
    }
}

/// Returns an attribute in front of that place: on a line of its indentation, or on the same line.
fn above(source: &str, at: usize, attribute: &str) -> String {
    match indent(source, at) {
        Some(indent) => format!("{attribute}\n{indent}"),
        None => format!("{attribute} "),
    }
}

/// Returns the blanks in front of a place, if nothing else is there.
fn indent(source: &str, at: usize) -> Option<&str> {
    let before = source.get(..at)?;
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before.get(line..).filter(|blanks| blanks.trim().is_empty())
}

fn use_edit(module: &SdkModule, source: &str, names: &[&str]) -> Option<(usize, String)> {
    let line = match names {
        [] => return None,
        [one] => format!("use mcp_scopes::{one};"),
        several => format!("use mcp_scopes::{{{}}};", several.join(", ")),
    };
    let block = block(module, source);
    // The order of rustfmt: paths of this crate first, then by name.
    let is_behind = |head: &str| !["crate", "self", "super", ""].contains(&head) && head > "mcp_scopes";
    if let Some(next) = block.iter().find(|item| is_behind(&item.head)) {
        return Some((next.range.start, above(source, next.range.start, &line)));
    }
    if let Some(last) = block.last() {
        return Some((last.range.end, format!("\n{}{line}", module.indent)));
    }
    let at = module.start;
    Some((at, format!("{line}\n\n{}", indent(source, at).unwrap_or(&module.indent))))
}

/// Returns the block of `use` items that imports the SDK, or else the first one.
fn block<'m>(module: &'m SdkModule, source: &str) -> Vec<&'m mcp_scopes_scan::sdk::UseItem> {
    let mut blocks: Vec<Vec<_>> = Vec::new();
    for item in &module.uses {
        let before = blocks.last().and_then(|block: &Vec<&mcp_scopes_scan::sdk::UseItem>| block.last());
        let gap = before.and_then(|before| source.get(before.range.end..item.range.start));
        let is_next = gap.is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() < 2);
        match blocks.last_mut() {
            Some(block) if is_next => block.push(item),
            _ => blocks.push(vec![item]),
        }
    }
    let of_sdk =
        blocks.iter().position(|block| block.iter().any(|item| ["rmcp", "mcp_scopes"].contains(&item.head.as_str())));
    let at = of_sdk.unwrap_or_default();
    if at < blocks.len() { blocks.swap_remove(at) } else { Vec::new() }
}

fn table_edit(module: &SdkModule, table: &TablePlan, source: &str) -> Option<(usize, String)> {
    if table.entries.is_empty() && table.exists {
        return None;
    }
    let entries: Vec<String> = table.entries.iter().map(super::tables::Entry::text).collect();
    if table.exists {
        let known = module.tables.iter().find(|known| known.name == table.name)?;
        let comma = if known.has_trailing_comma { "" } else { "," };
        let blank = if known.has_trailing_comma && known.entries.is_empty() { "" } else { " " };
        return Some((known.list_end, format!("{comma}{blank}{}", entries.join(", "))));
    }
    let indent = &module.indent;
    let visibility = match (table.is_library, module.path.is_empty()) {
        (true, _) => "pub ",
        (false, false) => "pub(crate) ",
        (false, true) => "",
    };
    let one_line = format!("[{}]", entries.join(", "));
    let list = if one_line.len() <= 60 {
        one_line
    } else {
        let lines: Vec<String> = entries.iter().map(|entry| format!("\n{indent}        {entry},")).collect();
        let lines = lines.concat();
        format!("[{lines}\n{indent}    ]")
    };
    let text = format!(
        "\n\n{indent}mcp_scopes::scope_table! {{\n{indent}    /// The tools of this server, and the scopes that open them.\n\
         {indent}    {visibility}static {} = {list} with \"{}\";\n{indent}}}",
        table.name,
        super::config::FILE,
    );
    // A comment behind the last item stays on its line.
    let rest = source.get(module.end..)?;
    let line = rest.find('\n').unwrap_or(rest.len());
    let is_comment = rest.get(..line).is_some_and(|rest| rest.trim_start().starts_with("//"));
    Some((module.end + if is_comment { line } else { 0 }, text))
}
