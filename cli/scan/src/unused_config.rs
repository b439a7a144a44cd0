//! Finds configuration files that no table names.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    Finding,
    inventory::{Inventory, Unread},
    source::Place,
    world::shown,
};

/// The usual name of a configuration file.
const CONFIG: &str = "mcp-scopes.toml";

/// Reports a configuration file that no table of its package names.
pub(crate) fn find(inventory: &Inventory, named: &BTreeSet<PathBuf>) -> Option<Finding> {
    let path = inventory.folder.join(CONFIG);
    let is_read = named.contains(&path) || inventory.unread != Unread::default();
    let (_, table) = inventory.roots().next()?;
    if is_read || !path.is_file() {
        return None;
    }
    let file = shown(&path);
    let message = format!("`{file}` is named by no scope table, so nothing in it applies");
    let help = format!("write `with \"{CONFIG}\"` behind the list of `{}`, or remove the file", table.name);
    Some(Finding::warning("unused-config", message).help(help).at(Place::point(&file, 1, 1)).about(&*file))
}
