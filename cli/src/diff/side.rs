//! What can be compared: a document, a crate, a program, or one of these in another revision.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use mcp_scopes_build::{ErrorKind, Scan, artefact::is_artefact, file};
use mcp_scopes_prm::{Document, Metadata};

use super::lock;

/// Why a side cannot be read: what is wrong, and what to do.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Unreadable {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// Reads a side: `-`, a document, a lock file, a folder of a crate, a program, or `git:REV[:PATH]`.
pub(crate) fn read(side: &str, scan: &dyn Fn(&Path) -> Scan) -> Result<Document, Unreadable> {
    if let Some(revision) = side.strip_prefix("git:") {
        let (revision, path) = revision.split_once(':').unwrap_or((revision, "."));
        let (_folder, here) = checkout(revision)?;
        return at(&here.join(path), side, scan);
    }
    if side == "-" {
        let bytes = file::limited(io::stdin().lock())
            .map_err(|error| Unreadable::new(format!("cannot read standard input: {error}"), "send it a document"))?;
        return document(&utf8(bytes, "standard input")?, "standard input");
    }
    at(Path::new(side), side, scan)
}

fn at(path: &Path, side: &str, scan: &dyn Fn(&Path) -> Scan) -> Result<Document, Unreadable> {
    if path.is_dir() || is_artefact(path) {
        return package(path, side, scan);
    }
    let bytes = File::open(path).and_then(file::limited).map_err(|error| {
        let help = "name a metadata document, a lock file, the folder of a crate, or `git:REVISION`";
        Unreadable::new(format!("cannot read `{side}`: {error}"), help)
    })?;
    document(&utf8(bytes, side)?, side)
}

fn utf8(bytes: Vec<u8>, side: &str) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|_| {
        let help = "name a metadata document, or the folder of a crate";
        Unreadable::new(format!("`{side}` is no text, so it is no metadata document"), help)
    })
}

fn package(path: &Path, side: &str, scan: &dyn Fn(&Path) -> Scan) -> Result<Document, Unreadable> {
    match scan(path).export() {
        Ok(export) => Ok(export.metadata.into_document()),
        Err(error) => {
            let help = match (error.kind(), error.advice()) {
                (ErrorKind::Findings, _) => format!("see them with `mcp-scopes lint {side}`"),
                (_, Some(advice)) => advice.to_owned(),
                (_, None) => "name the folder of a crate with a `scope_table!`".to_owned(),
            };
            Err(Unreadable::new(format!("`{side}`: {error}"), help))
        }
    }
}

fn document(text: &str, side: &str) -> Result<Document, Unreadable> {
    if let Some(document) = lock::document_in(text) {
        return document.map_err(|message| {
            Unreadable::new(format!("`{side}`: {message}"), "write it anew with `mcp-scopes lock`")
        });
    }
    Metadata::from_json(text).map(Metadata::into_document).map_err(|error| {
        Unreadable::new(format!("`{side}` is no valid metadata document: {error}"), "see why with `mcp-scopes lint`")
    })
}

/// The files of a revision in a folder of their own: the work tree and its index stay as they are.
///
/// Returns that folder, and the one in it that stands for the folder here.
fn checkout(revision: &str) -> Result<(tempfile::TempDir, PathBuf), Unreadable> {
    let help = "name a commit, branch or tag of the repository here, as in `git:main` or `git:v1.2:server`";
    let tree = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{tree}}")], None)
        .map_err(|why| Unreadable::new(format!("git knows no revision `{revision}`{why}"), help))?;
    let prefix = git(&["rev-parse", "--show-prefix"], None).unwrap_or_default();
    let failed = |error: io::Error| Unreadable::new(format!("cannot make a temporary folder: {error}"), "make room");
    let folder = tempfile::tempdir().map_err(failed)?;
    let index = folder.path().join("index");
    let files = folder.path().join("files");
    fs::create_dir(&files).map_err(failed)?;
    let into = format!("--prefix={}/", files.display());
    git(&["read-tree", tree.trim()], Some(&index))
        .and_then(|_| git(&["checkout-index", "--all", &into], Some(&index)))
        .map_err(|why| Unreadable::new(format!("git cannot write the files of `{revision}`{why}"), help))?;
    // A path that is relative to the folder here is meant relative to the same folder then.
    let here = files.join(prefix.trim());
    Ok((folder, here))
}

/// Runs git; what it says on standard error ends the message.
fn git(arguments: &[&str], index: Option<&PathBuf>) -> Result<String, String> {
    let mut command = Command::new("git");
    // `checkout-index` writes from the top of the repository, wherever this is called.
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index).current_dir(top()?);
    }
    let output = command.args(arguments).output().map_err(|error| format!(": cannot run git: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(if said.trim().is_empty() { String::new() } else { format!(": {}", said.trim()) })
}

fn top() -> Result<String, String> {
    git(&["rev-parse", "--show-toplevel"], None).map(|top| top.trim_end().to_owned())
}
