//! Reports files with annotations that no target declares.

use std::{path::Path, sync::Arc};

use crate::{
    Finding, collect,
    source::{Place, Sources},
    world::shown,
};

/// Reports a file with annotations that no target declares.
pub(crate) fn finding(file: &Path) -> Option<Finding> {
    let shown: Arc<str> = shown(file);
    let text = match Sources::default().read(file, &shown) {
        Ok(text) => text,
        Err(finding) => return Some(*finding),
    };
    let word = match text.parse() {
        Ok(tokens) => collect::mentions(tokens)?,
        Err(_) => return crate::module::parse(&text, &shown).err().map(|finding| *finding),
    };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let message = format!("`{shown}` holds `{word}`, but no module of the package declares the file");
    let help = format!("write `mod {stem};` in its parent, or remove the file; `include!` is not followed");
    let place = Place::of(&shown, word.span());
    Some(Finding::warning("undeclared-file", message).help(help).at(place).about(&*shown))
}
