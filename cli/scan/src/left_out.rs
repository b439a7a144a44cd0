//! Finds the annotated functions and the tables that features or the target leave out of a build.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Attribute;

use crate::{
    attribute::conditions,
    cfg::{Answer, Cfgs},
    inventory::{Inventory, Table},
    module::Site,
    nesting::too_deep,
    runtime_macro::RuntimeMacro,
    source::Place,
    world::{World, shown},
};

impl World {
    /// Notes the annotated functions and the tables of an item that is not compiled. Items for tests are not part of any build.
    pub(crate) fn note_left_out(&mut self, attributes: &[Attribute], item: TokenStream, file: &Arc<str>, cfgs: &Cfgs) {
        if !is_for_tests(attributes, cfgs) {
            let (tools, tables) = (&mut self.left_out_tools, &mut self.left_out_tables);
            annotations(item, file, &mut |macro_, place| note(macro_, place, tools, tables));
        }
    }

    /// Notes the annotated functions in the files of a module that is not compiled.
    pub(crate) fn note_left_out_module(&mut self, attributes: &[Attribute], sites: &[Site], cfgs: &Cfgs) {
        if is_for_tests(attributes, cfgs) {
            return;
        }
        let belongs = |file: &PathBuf| sites.iter().any(|site| *file == site.file || file.starts_with(&site.folder));
        let files: Vec<PathBuf> = self.hot_files().filter(|file| belongs(file)).cloned().collect();
        for path in files {
            let file = shown(&path);
            let text = self.sources.read(&path, &file).unwrap_or_default();
            let tokens: TokenStream = text.parse().unwrap_or_default();
            if too_deep(tokens.clone()).is_none() {
                let (tools, tables) = (&mut self.left_out_tools, &mut self.left_out_tables);
                annotations(tokens, &file, &mut |macro_, place| note(macro_, place, tools, tables));
            }
        }
    }
}

/// Counts the annotated functions of the package that no target of this build has.
pub(crate) fn count(inventory: &Inventory, places: &[Place]) -> usize {
    tools(inventory, places).len()
}

/// Counts the tables of the package that no target of this build has.
pub(crate) fn count_tables(inventory: &Inventory, places: &[Place]) -> usize {
    tables(inventory, places).len()
}

/// Returns the files of the package with annotated functions or tables that no target of this build has.
pub(crate) fn files(inventory: &Inventory, functions: &[Place], macros: &[Place]) -> BTreeSet<Arc<str>> {
    let places = tools(inventory, functions).into_iter().chain(tables(inventory, macros));
    places.map(|place| place.file.clone()).collect()
}

fn tools<'p>(inventory: &Inventory, places: &'p [Place]) -> BTreeSet<&'p Place> {
    let is_compiled = |place: &Place| {
        let covers = |(first, last): (u32, u32)| (first..=last).contains(&place.start.line);
        inventory.tools.iter().any(|tool| tool.place.file == place.file && covers(tool.lines))
    };
    own(inventory, places).filter(|place| !is_compiled(place)).collect()
}

fn tables<'p>(inventory: &Inventory, places: &'p [Place]) -> BTreeSet<&'p Place> {
    let is_compiled = |place: &Place| {
        // Two targets can share a file. The macro begins on the line of the table's name or just above it.
        let lines = |table: &Table| table.place.start.line.saturating_sub(8)..=table.place.start.line;
        inventory.tables.iter().any(|table| table.place.file == place.file && lines(table).contains(&place.start.line))
    };
    own(inventory, places).filter(|place| !is_compiled(place)).collect()
}

fn own<'p>(inventory: &Inventory, places: &'p [Place]) -> impl Iterator<Item = &'p Place> {
    places.iter().filter(|place| Path::new(&*place.file).starts_with(&inventory.folder))
}

/// Returns whether only the condition `test` leaves an item out.
fn is_for_tests(attributes: &[Attribute], cfgs: &Cfgs) -> bool {
    let conditions: Vec<TokenStream> = conditions(attributes).collect();
    cfgs.for_tests().all(&conditions) != Answer::No
}

fn note(found: RuntimeMacro, place: Place, tools: &mut Vec<Place>, tables: &mut Vec<Place>) {
    if found == RuntimeMacro::Table { tables.push(place) } else { tools.push(place) }
}

/// Finds `#[mcp_tool]` and `scope_table!` among tokens, also by a path.
fn annotations(tokens: TokenStream, file: &Arc<str>, found: &mut impl FnMut(RuntimeMacro, Place)) {
    let mut after_hash = false;
    // The name of a table macro, if it is the previous token.
    let mut table = None;
    for token in tokens {
        match token {
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                let mut path = group.stream().into_iter().take_while(|token| !matches!(token, TokenTree::Group(_)));
                let name =
                    path.find(|token| matches!(token, TokenTree::Ident(name) if name == RuntimeMacro::Tool.name()));
                if let Some(name) = name {
                    found(RuntimeMacro::Tool, Place::of(file, name.span()));
                }
                (after_hash, table) = (false, None);
            }
            TokenTree::Group(group) => {
                annotations(group.stream(), file, found);
                (after_hash, table) = (false, None);
            }
            TokenTree::Punct(punct) => {
                if let Some(span) = table.take().filter(|_| punct.as_char() == '!') {
                    found(RuntimeMacro::Table, Place::of(file, span));
                }
                after_hash = punct.as_char() == '#';
            }
            TokenTree::Ident(name) => {
                table = (name == RuntimeMacro::Table.name()).then(|| name.span());
                after_hash = false;
            }
            TokenTree::Literal(_) => (after_hash, table) = (false, None),
        }
    }
}
