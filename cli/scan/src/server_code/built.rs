//! The tools that a program builds at run time or in macros.

use syn::Item;

use crate::{
    sdk::{BuiltTool, SdkModule, built, expanded::Macros},
    world::{PackageId, World},
};

/// Returns the tools that the modules of a package build at run time or in macros. A client also names tools, so a package
/// without the handler of a server has none.
pub(super) fn tools(world: &World, package: PackageId) -> Vec<BuiltTool> {
    let own = || {
        let is_own = |krate: usize| world.crates.get(krate).is_some_and(|krate| krate.package == package);
        world.modules.iter().filter(move |module| is_own(module.krate))
    };
    let Some(member) = world.members.get(package) else { return Vec::new() };
    let has_handler = |item: &Item| match item {
        Item::Impl(item) => item
            .trait_
            .as_ref()
            .and_then(|(path, _)| path.segments.last())
            .is_some_and(|last| last.ident == "ServerHandler"),
        _ => false,
    };
    let is_other = member.package.dependencies.values().any(|found| found.package == "tower-mcp");
    if !is_other && !own().flat_map(|module| &module.items).any(has_handler) {
        return Vec::new();
    }
    let (mut tools, mut macros) = (Vec::new(), Macros::default());
    for module in own() {
        let mut found = SdkModule { file: module.shown.clone(), ..SdkModule::default() };
        built::find(&mut found, &module.items, &member.package);
        tools.append(&mut found.built);
        macros.collect(&module.shown, &module.items);
    }
    tools.extend(macros.resolve().into_iter().filter_map(|(_, found)| found.ok()));
    // A file that two targets share is searched once for each; a `match` repeats the names of a list.
    tools.sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    tools.dedup_by(|a, b| a.name == b.name);
    tools
}
