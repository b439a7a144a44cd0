//! Finds configuration files that no table names.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    Finding,
    inventory::{Inventory, Unread},
    source::Place,
    world::shown,
};

/// The usual name of a configuration file.
pub(crate) const CONFIG: &str = "mcp-scopes.toml";

/// Reports a configuration file of a package that no table names.
pub(crate) fn find(inventory: &Inventory, named: &BTreeSet<PathBuf>) -> Option<Finding> {
    let path = inventory.folder.join(CONFIG);
    // The file of the workspace applies without a table.
    if inventory.workspace.as_ref().is_some_and(|workspace| workspace.config.file == shown(&path)) {
        return None;
    }
    if named.contains(&path) || inventory.unread != Unread::default() || !path.is_file() {
        return None;
    }
    let help = match inventory.roots().next() {
        Some((_, table)) => {
            format!("write `with \"{CONFIG}\"` behind the list of `{}`, or remove the file", table.name)
        }
        // The table that names it can be behind a feature.
        None if inventory.left_out_tables > 0 => return None,
        None => format!("write `scope_table! {{ pub static TOOLS = [..] with \"{CONFIG}\"; }}`, or remove the file"),
    };
    let file = shown(&path);
    let message = format!("`{file}` is named by no scope table, so nothing in it applies");
    Some(Finding::warning("unused-config", message).help(help).at(Place::point(&file, 1, 1)).about(&*file))
}
