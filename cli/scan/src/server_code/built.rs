//! The tools that a program builds at run time or in macros.

use syn::Item;

use crate::{
    sdk::{BuiltTool, SdkModule, built, expanded::Macros},
    world::{PackageId, World},
};

/// The traits of handlers of servers: of rmcp and of rust-mcp-sdk.
const HANDLERS: [&str; 2] = ["ServerHandler", "ServerHandlerCore"];

/// Returns the tools of a package that are no functions: structs of rust-mcp-sdk, and those that its modules build at run time or in
/// macros. A client also names tools, so a package without the handler of a server builds none.
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
            .is_some_and(|last| HANDLERS.iter().any(|handler| last.ident == handler)),
        _ => false,
    };
    let is_other = member.package.dependencies.values().any(|found| found.package == "tower-mcp");
    let serves = is_other || own().flat_map(|module| &module.items).any(has_handler);
    let (mut tools, mut macros) = (Vec::new(), Macros::default());
    for module in own() {
        let mut found = SdkModule { file: module.shown.clone(), ..SdkModule::default() };
        built::structs(&mut found, &module.items, &member.package);
        if serves {
            built::find(&mut found, &module.items, &member.package);
            macros.collect(&module.shown, &module.items);
        }
        tools.append(&mut found.built);
    }
    tools.extend(macros.resolve().into_iter().filter_map(|(_, found)| found.ok()));
    // A file that two targets share is searched once for each; a `match` repeats the names of a list.
    tools.sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    tools.dedup_by(|a, b| a.name == b.name);
    tools
}
