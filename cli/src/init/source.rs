//! The edits of source files: annotations, `use` items and tables. They only insert text.

use std::{collections::BTreeMap, sync::Arc};

use mcp_scopes_scan::{
    Edit,
    sdk::{SdkCrate, SdkModule, ToolFunction, ToolImpl},
    source::Sources,
};

use super::{
    tables::{Groups, TablePlan, can_annotate},
    tool::Planned,
};

/// The edits of a package by file.
pub(super) type Edits = BTreeMap<Arc<str>, Vec<Edit>>;

/// What the edits of a crate depend on.
pub(super) struct Context<'c> {
    pub(super) krate: &'c SdkCrate,
    pub(super) groups: &'c Groups,
    pub(super) tables: &'c [TablePlan],
    /// The texts of the files.
    pub(super) sources: &'c Sources,
    /// The tools that are annotated, by name.
    pub(super) planned: &'c BTreeMap<&'c str, &'c Planned>,
    /// The name of the crate `mcp-scopes` in the source.
    pub(super) runtime: &'c str,
    /// The name of the configuration file.
    pub(super) config: &'c str,
}

impl Context<'_> {
    /// Returns the name of the crate, if the package renames it.
    fn renamed(&self) -> Option<String> {
        (self.runtime != RUNTIME).then(|| format!("::{}", self.runtime))
    }
}

/// The name of the crate `mcp-scopes`, unless a package renames it.
pub(super) const RUNTIME: &str = "mcp_scopes";

/// Plans the edits of a crate.
pub(super) fn edits(context: &Context<'_>) -> Edits {
    let mut edits = Edits::new();
    for (id, module) in context.krate.modules.iter().enumerate() {
        let Some(source) = context.sources.text(&module.file) else { continue };
        let names = Names::of(module, context.runtime);
        let renamed = context.renamed();
        let mut insert = |at: usize, text: String| {
            edits.entry(module.file.clone()).or_default().push(Edit { file: module.file.clone(), range: at..at, text });
        };
        let (mut tools, mut impls) = (false, false);
        let annotate = |tool: &ToolFunction, name: &str| {
            let planned = context.planned.get(tool.name.as_str()).filter(|_| !tool.is_annotated)?;
            let site = planned.site(&module.file, tool.at)?;
            let line = planned.annotation(site, name, &format!("{}::mcp_tool", context.runtime), renamed.as_deref());
            // The annotation inside of `cfg_attr` uses no import.
            Some((tool.at, above(source, tool.at, &line), site.conditions.is_empty()))
        };
        for (at, item) in module.impls.iter().enumerate().filter(|(_, item)| can_annotate(item)) {
            let names = if names.is_import_unused(module, item) { &Names::paths(context.runtime) } else { &names };
            for (at, text, is_used) in item.tools.iter().filter_map(|tool| annotate(tool, &names.tool)) {
                tools |= is_used && !names.are_paths;
                insert(at, text);
            }
            if item.annotation.is_none() {
                impls |= !names.are_paths;
                let group = context.groups.get(&(id, at)).cloned().flatten().map(|group| format!("group = {group}"));
                let keys: Vec<String> =
                    group.into_iter().chain(renamed.as_ref().map(|renamed| format!("crate = {renamed}"))).collect();
                let keys = if keys.is_empty() { String::new() } else { format!("({})", keys.join(", ")) };
                insert(item.at, above(source, item.at, &format!("#[{}{keys}]", names.tools)));
            }
        }
        for (at, text, is_used) in module.functions.iter().filter_map(|tool| annotate(tool, &names.tool)) {
            tools |= is_used;
            insert(at, text);
        }
        for table in context.tables.iter().filter(|table| table.module == id) {
            if let Some((at, text)) = table_edit(module, table, source, context) {
                insert(at, text);
            }
        }
        let wanted = [("mcp_tool", tools), ("mcp_tools", impls)];
        let imported = wanted.iter().filter(|(name, used)| *used && names.imports(name)).map(|(name, _)| *name);
        if let Some((at, text)) = use_edit(module, source, &imported.collect::<Vec<_>>(), context.runtime) {
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
    /// Whether they are written as paths.
    are_paths: bool,
}

impl Names {
    fn of(module: &SdkModule, runtime: &str) -> Self {
        let is_ours = module.uses.iter().any(|item| item.head == runtime);
        let taken = ["mcp_tool", "mcp_tools"];
        let taken: Vec<_> = taken.into_iter().filter(|name| module.names.iter().any(|known| known == name)).collect();
        let name = |name: &str| {
            if taken.contains(&name) && !is_ours { format!("{runtime}::{name}") } else { name.to_owned() }
        };
        Self { tool: name("mcp_tool"), tools: name("mcp_tools"), taken: taken.clone(), are_paths: false }
    }

    /// The names as paths, which need no import.
    fn paths(runtime: &str) -> Self {
        let name = |name: &str| format!("{runtime}::{name}");
        Self { tool: name("mcp_tool"), tools: name("mcp_tools"), taken: Vec::new(), are_paths: true }
    }

    /// Returns whether an import would be unused in some builds, in which nothing else of the module is unused: the impl has a
    /// condition, and so have the imports of the SDK.
    fn is_import_unused(&self, module: &SdkModule, item: &ToolImpl) -> bool {
        let of_sdk = module.uses.iter().filter(|item| item.head == "rmcp");
        let is_known = self.taken.contains(&"mcp_tools");
        !is_known && !item.conditions.is_empty() && of_sdk.into_iter().all(|item| item.is_conditional)
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

fn use_edit(module: &SdkModule, source: &str, names: &[&str], runtime: &str) -> Option<(usize, String)> {
    let line = match names {
        [] => return None,
        [one] => format!("use {runtime}::{one};"),
        several => format!("use {runtime}::{{{}}};", several.join(", ")),
    };
    let block = block(module, source, runtime);
    // The order of rustfmt: paths of this crate first, then by name.
    let is_behind = |head: &str| !["crate", "self", "super", ""].contains(&head) && head > runtime;
    if let Some(next) = block.iter().find(|item| is_behind(&item.head)) {
        let start = above_comments(source, next.range.start);
        return Some((start, above(source, start, &line)));
    }
    if let Some(last) = block.last() {
        return Some((end_of_comment(source, last.range.end), format!("\n{}{line}", module.indent)));
    }
    let at = module.start;
    Some((at, format!("{line}\n\n{}", indent(source, at).unwrap_or(&module.indent))))
}

/// Returns the end of the comment behind an item on its line, or else the end of the item.
fn end_of_comment(source: &str, end: usize) -> usize {
    let rest = source.get(end..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let comment = line.trim();
    let is_comment = comment.starts_with("//")
        || comment.starts_with("/*") && comment.ends_with("*/") && comment.matches("*/").count() == 1;
    if is_comment { end + line.trim_end().len() } else { end }
}

/// Returns the start of the comment lines directly above an item, which belong to it. Those at the start of the file belong to
/// the file.
fn above_comments(source: &str, start: usize) -> usize {
    let Some(blanks) = indent(source, start) else { return start };
    let (mut top, mut first) = (start - blanks.len(), start);
    while let Some(before) = source.get(..top).and_then(|before| before.strip_suffix('\n')) {
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let text = before.get(line..).unwrap_or_default();
        let comment = text.trim_start();
        if !comment.starts_with("//") || comment.starts_with("//!") {
            return first;
        }
        (top, first) = (line, line + text.len() - comment.len());
    }
    start
}

/// Returns the block of `use` items that imports the SDK, or else the first one.
fn block<'m>(module: &'m SdkModule, source: &str, runtime: &str) -> Vec<&'m mcp_scopes_scan::sdk::UseItem> {
    let mut blocks: Vec<Vec<_>> = Vec::new();
    for item in &module.uses {
        let before = blocks.last().and_then(|block: &Vec<&mcp_scopes_scan::sdk::UseItem>| block.last());
        let gap = before.and_then(|before| source.get(end_of_comment(source, before.range.end)..item.range.start));
        let is_next = gap.is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() < 2);
        match blocks.last_mut() {
            Some(block) if is_next => block.push(item),
            _ => blocks.push(vec![item]),
        }
    }
    let of_sdk =
        blocks.iter().position(|block| block.iter().any(|item| ["rmcp", runtime].contains(&item.head.as_str())));
    let at = of_sdk.unwrap_or_default();
    if at < blocks.len() { blocks.swap_remove(at) } else { Vec::new() }
}

fn table_edit(module: &SdkModule, table: &TablePlan, source: &str, context: &Context<'_>) -> Option<(usize, String)> {
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
    let (runtime, renamed) = (context.runtime, context.renamed());
    let renamed = renamed.map(|renamed| format!("{indent}    crate = {renamed};\n")).unwrap_or_default();
    let text = format!(
        "\n\n{indent}{runtime}::scope_table! {{\n{renamed}{indent}    /// The tools of this server, and the scopes that open them.\n\
         {indent}    {visibility}static {} = {list} with \"{}\";\n{indent}}}",
        table.name, context.config,
    );
    Some((end_of_comment(source, module.end), text))
}
