//! Finds the annotated functions that features or the target leave out of a build.

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
    inventory::Inventory,
    module::Site,
    nesting::too_deep,
    runtime_macro::RuntimeMacro,
    source::Place,
    world::{World, shown},
};

impl World {
    /// Notes the annotated functions of an item that is not compiled. Items for tests are not part of any build.
    pub(crate) fn note_left_out(&mut self, attributes: &[Attribute], item: TokenStream, file: &Arc<str>, cfgs: &Cfgs) {
        if !is_for_tests(attributes, cfgs) {
            annotations(item, file, &mut |place| self.left_out_tools.push(place));
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
                annotations(tokens, &file, &mut |place| self.left_out_tools.push(place));
            }
        }
    }
}

/// Counts the annotated functions of the package that no target of this build has.
pub(crate) fn count(inventory: &Inventory, places: &[Place]) -> usize {
    let is_compiled = |place: &Place| {
        let covers = |(first, last): (u32, u32)| (first..=last).contains(&place.start.line);
        inventory.tools.iter().any(|tool| tool.place.file == place.file && covers(tool.lines))
    };
    let own = places.iter().filter(|place| Path::new(&*place.file).starts_with(&inventory.folder));
    own.filter(|place| !is_compiled(place)).collect::<BTreeSet<_>>().len()
}

/// Returns whether only the condition `test` leaves an item out.
fn is_for_tests(attributes: &[Attribute], cfgs: &Cfgs) -> bool {
    let conditions: Vec<TokenStream> = conditions(attributes).collect();
    cfgs.for_tests().all(&conditions) != Answer::No
}

/// Finds `#[mcp_tool]` among tokens, also by a path.
fn annotations(tokens: TokenStream, file: &Arc<str>, found: &mut impl FnMut(Place)) {
    let mut after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                let mut path = group.stream().into_iter().take_while(|token| !matches!(token, TokenTree::Group(_)));
                let name =
                    path.find(|token| matches!(token, TokenTree::Ident(name) if name == RuntimeMacro::Tool.name()));
                if let Some(name) = name {
                    found(Place::of(file, name.span()));
                }
                after_hash = false;
            }
            TokenTree::Group(group) => {
                annotations(group.stream(), file, found);
                after_hash = false;
            }
            TokenTree::Punct(punct) => after_hash = punct.as_char() == '#',
            _ => after_hash = false,
        }
    }
}
