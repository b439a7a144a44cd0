//! Finds the configuration file of a workspace, whose `[lint]` and `[diff]` apply to each of its packages.

use std::path::{Component, Path, PathBuf};

use cargo_toml::Manifest;
use mcp_scopes_grammar::config;

use crate::{
    Finding, file,
    inventory::{Config, WorkspaceConfig},
    manifest,
    package::plain,
    source::{Place, Sources},
    unused_config::CONFIG,
    world::shown,
};

/// The sections that apply to each package.
const SHARED: [&str; 2] = ["lint", "diff"];

/// Returns the file beside the manifest of the workspace of a package. A file with other sections beside the manifest of a package is
/// the file of that package.
pub(crate) fn find(folder: &Path, sources: &mut Sources) -> Option<WorkspaceConfig> {
    let (root, manifest) = root_of(folder)?;
    let path = plain(&root.join(CONFIG));
    if !path.is_file() {
        return None;
    }
    let file = shown(&path);
    let text = match sources.read_as_is(&path, &file) {
        Ok(text) => text,
        Err(finding) => {
            let config = Config { said: config::read_parts("", CONFIG).0, file };
            return Some(WorkspaceConfig { config, findings: vec![*finding] });
        }
    };
    let (said, errors) = config::read_parts(&text, CONFIG);
    let is_other = |section: &&str| config::SECTIONS.contains(section) && !SHARED.contains(section);
    let others = said.sections.iter().filter(|section| is_other(&section.text.as_str()));
    if manifest.package.is_some() && others.clone().next().is_some() {
        return None;
    }
    sources.keep(&file, &text.as_str().into());
    let mut findings: Vec<Finding> = others
        .map(|section| {
            let message = format!("`[{}]` in the file of a workspace has no effect", section.text);
            let help = format!(
                "move it to the `{CONFIG}` of a package, which its table names; `[lint]` and `[diff]` apply here"
            );
            let place = Place::point(&file, section.line, section.column);
            Finding::warning("unused-config", message).help(help).at(place).about(&*section.text)
        })
        .collect();
    findings.extend(errors.into_iter().map(|error| {
        let place = Place::point(&file, error.line, error.column);
        Finding::error(error.id, error.message).help(error.help.unwrap_or_default()).at(place).about(&*file)
    }));
    Some(WorkspaceConfig { config: Config { said, file }, findings })
}

/// Returns the folder and the manifest of the workspace that a package belongs to, as Cargo looks for it.
fn root_of(folder: &Path) -> Option<(PathBuf, Manifest)> {
    let stated = workspace_of(&folder.join("Cargo.toml"))
        .and_then(|manifest| manifest.package.and_then(|package| package.workspace));
    if let Some(stated) = stated {
        let root = plain(&folder.join(stated));
        return workspace_of(&root.join("Cargo.toml")).map(|manifest| (root, manifest));
    }
    let own = absolute(folder)?;
    let mut here = plain(folder);
    for _ in own.components() {
        if let Some(manifest) = workspace_of(&here.join("Cargo.toml"))
            && let Some(workspace) = &manifest.workspace
        {
            let is_excluded = |part: &String| absolute(&here.join(part)).is_some_and(|part| own.starts_with(part));
            return (!workspace.exclude.iter().any(is_excluded)).then_some((here, manifest));
        }
        here = above(&here)?;
    }
    None
}

/// Returns a manifest that mentions a workspace. Most do not, and are not parsed.
fn workspace_of(path: &Path) -> Option<Manifest> {
    let text = file::text(path).ok().filter(|text| text.contains("workspace"))?;
    manifest::parse(path, &text).ok()
}

fn absolute(path: &Path) -> Option<PathBuf> {
    // The current folder has an empty path here.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::path::absolute(path).ok().map(|path| plain(&path))
}

/// Returns the folder above. A relative path stays relative.
fn above(folder: &Path) -> Option<PathBuf> {
    match folder.components().next_back() {
        Some(Component::Normal(_)) => folder.parent().map(Path::to_owned),
        Some(Component::RootDir | Component::Prefix(_)) => None,
        Some(Component::CurDir | Component::ParentDir) | None => Some(folder.join("..")),
    }
}
