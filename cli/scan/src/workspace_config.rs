//! Finds the configuration file of a workspace, whose `[lint]` and `[diff]` apply to each of its packages, and the files that apply to
//! a folder without any table.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use cargo_toml::Manifest;
use mcp_scopes_grammar::config;

use crate::{
    Finding, Level, file,
    inventory::{Config, WorkspaceConfig},
    manifest,
    package::{Package, plain},
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
    let read = read(&path, sources);
    let (said, file) = (&read.config.said, &read.config.file);
    let is_other = |section: &&str| config::SECTIONS.contains(section) && !SHARED.contains(section);
    let others = said.sections.iter().filter(|section| is_other(&section.text.as_str()));
    if manifest.package.is_some() && others.clone().next().is_some() {
        return None;
    }
    read.keep_in(sources);
    let mut findings: Vec<Finding> = others
        .map(|section| {
            let message = format!("`[{}]` in the file of a workspace has no effect", section.text);
            let help = format!(
                "move it to the `{CONFIG}` of a package, which its table names; `[lint]` and `[diff]` apply here"
            );
            let place = Place::point(file, section.line, section.column);
            Finding::warning("unused-config", message).help(help).at(place).about(&*section.text)
        })
        .collect();
    findings.extend(read.errors);
    Some(WorkspaceConfig { config: read.config, findings })
}

/// The configuration files that apply to a folder as a whole, whether or not a table names them.
#[derive(Clone, Debug, Default)]
pub struct FolderConfigs {
    /// `mcp-scopes.toml` beside the nearest `Cargo.toml`, unless it is the file of the workspace.
    pub own: Option<Config>,
    /// The file of the workspace.
    pub workspace: Option<Config>,
    /// The errors of both files.
    pub findings: Vec<Finding>,
}

impl FolderConfigs {
    /// Reads the files.
    pub fn read(folder: &Path, sources: &mut Sources) -> Self {
        let mut found = Self::default();
        // The current folder has an empty path here.
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if let Some(WorkspaceConfig { config, findings }) = find(here, sources) {
            found.findings.extend(findings.into_iter().filter(|finding| finding.level == Level::Error));
            found.workspace = Some(config);
        }
        let Some(manifest) = Package::nearest(here) else { return found };
        let path = plain(&manifest.with_file_name(CONFIG));
        let is = |config: &Config| absolute(Path::new(&*config.file)) == absolute(&path);
        if path.is_file() && !found.workspace.as_ref().is_some_and(is) {
            let read = read(&path, sources);
            read.keep_in(sources);
            found.findings.extend(read.errors);
            found.own = Some(read.config);
        }
        found
    }
}

/// A configuration file, with what could be read of it.
struct Read {
    config: Config,
    /// Its text, if it is one.
    text: Option<Arc<str>>,
    errors: Vec<Finding>,
}

impl Read {
    /// Keeps the text for snippets.
    fn keep_in(&self, sources: &mut Sources) {
        if let Some(text) = &self.text {
            sources.keep(&self.config.file, text);
        }
    }
}

fn read(path: &Path, sources: &Sources) -> Read {
    let file = shown(path);
    let text = match sources.read_as_is(path, &file) {
        Ok(text) => text,
        Err(finding) => {
            let config = Config { said: config::read_parts("", CONFIG).0, file };
            return Read { config, text: None, errors: vec![*finding] };
        }
    };
    let (said, errors) = config::read_parts(&text, CONFIG);
    let errors = errors.into_iter().map(|error| {
        let place = Place::point(&file, error.line, error.column);
        Finding::error(error.id, error.message).help(error.help.unwrap_or_default()).at(place).about(&*file)
    });
    let errors = errors.collect();
    Read { config: Config { said, file }, text: Some(text.into()), errors }
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
