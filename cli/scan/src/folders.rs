//! Finds the packages of a path and the files below them.

use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicUsize,
};

use crate::{
    Error, ErrorKind, manifest,
    package::{Package, plain},
    walk::{Walked, walk_counting},
};

/// The extent of a scan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The one package that contains the path.
    Package,
    /// Every package at or below the path.
    Tree,
}

/// Returns the folders of the packages to scan, and the files below them.
pub(crate) fn find(path: &Path, extent: Extent, seen: &AtomicUsize) -> Result<(Vec<PathBuf>, Walked), Error> {
    let mut root = path.to_owned();
    if root.is_file() {
        root.pop();
    }
    let here = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
    let mut walked = tidy(here, seen)?;
    let mut folders: Vec<PathBuf> =
        walked.manifests.iter().filter_map(|path| path.parent()).map(Path::to_owned).collect();
    let own = plain(&root);
    if !folders.contains(&own) && (extent == Extent::Package || folders.is_empty()) {
        // The scan must not fall back to a surrounding package.
        if let Some((manifest, why)) = walked.unreadable.iter().find(|(path, _)| *path == own.join("Cargo.toml")) {
            let message = format!("cannot read `{}`: {why}", manifest.display());
            return Err(Error::new(ErrorKind::Unreadable, message).help("make it a file that can be read"));
        }
        let Some(manifest) = Package::nearest(here) else {
            let message = format!("`{}` is in no package: there is no `Cargo.toml` here or above", here.display());
            let help = "give the folder of a package or of a workspace";
            return Err(Error::new(ErrorKind::Manifest, message).help(help));
        };
        let folder = manifest.parent().map(plain).unwrap_or_default();
        let folder = relative(&folder);
        walked = tidy(&folder, seen)?;
        return Ok((vec![folder], walked));
    }
    match extent {
        Extent::Package => {
            only_package(&own, &folders)?;
            folders = vec![own];
        }
        Extent::Tree => {
            let excluded = excluded(&own);
            folders.retain(|folder| !excluded.iter().any(|part| folder.starts_with(part)));
        }
    }
    Ok((folders, walked))
}

/// Walks a folder and removes a leading `./`, so that each file has one name.
fn tidy(folder: &Path, seen: &AtomicUsize) -> Result<Walked, Error> {
    let folder = plain(folder);
    if !folder.as_os_str().is_empty() {
        return walk_counting(&folder, seen);
    }
    let mut walked = walk_counting(Path::new("."), seen)?;
    for path in walked.files.iter_mut().map(|(path, _)| path).chain(&mut walked.manifests) {
        *path = plain(path);
    }
    for (path, _) in &mut walked.unreadable {
        *path = plain(path);
    }
    Ok(walked)
}

/// Returns the path relative to the current folder, if it is below it.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

/// Checks that a folder is a package and not only a workspace.
fn only_package(folder: &Path, packages: &[PathBuf]) -> Result<(), Error> {
    if Package::read(&folder.join("Cargo.toml"))?.is_some() {
        return Ok(());
    }
    let message = format!("`{}` is a workspace without a root package", folder.join("Cargo.toml").display());
    let error = Error::new(ErrorKind::Manifest, message);
    let members: Vec<String> = packages
        .iter()
        .filter(|package| *package != folder)
        .map(|package| format!("`{}`", package.display()))
        .collect();
    if members.is_empty() {
        return Err(error.help("give the folder of a package"));
    }
    Err(error.help(format!("give the folder of one of its packages: {}", members.join(", "))))
}

/// Returns the folders that a workspace excludes.
fn excluded(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("Cargo.toml");
    let text = crate::file::text(&path).unwrap_or_default();
    // Errors in the manifest are reported when its package is read.
    let workspace = manifest::parse(&path, &text).ok().and_then(|manifest| manifest.workspace);
    workspace
        .map(|workspace| workspace.exclude.iter().map(|part| plain(&folder.join(part))).collect())
        .unwrap_or_default()
}
