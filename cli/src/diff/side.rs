//! The inputs of a comparison: a document, a crate, a program, or one of these in another revision.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use mcp_scopes_prm::Metadata;
use mcp_scopes_scan::{Error, ErrorKind, Report, Scan, artefact::is_artefact, file};

use super::{diagnostics::failed, source::DocumentSource};
use crate::{
    findings,
    hints::Hints,
    lock_file::{INSIDE, contents_of},
    outcome::Outcome,
    target::Target,
    terminal::{complain, print_stderr},
};

/// The reason why a side cannot be read, with a help text.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) help: String,
    /// The findings, rendered as text.
    pub(crate) findings: String,
    /// Whether it was read, and has neither tools nor a table.
    pub(crate) has_no_tools: bool,
}

impl Unreadable {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), findings: String::new(), has_no_tools: false }
    }

    /// Creates the reason from an error, with its findings.
    pub(crate) fn of(error: &Error) -> Self {
        let findings = error.report().map(findings::text).unwrap_or_default();
        Self { findings, ..Self::new(error.to_string(), error.advice().unwrap_or_default()) }
    }

    /// Replaces the paths of a temporary checkout by those of the revision.
    fn below(self, folder: &Path) -> Self {
        let folder = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
        let shown = |text: &str| text.replace(&folder, "");
        Self { message: shown(&self.message), help: shown(&self.help), findings: shown(&self.findings), ..self }
    }

    /// Prints the reason on standard error, and writes a report that states it.
    pub(crate) fn report_to(&self, target: &Target) -> Outcome {
        target.write(&failed(&self.message, &self.help));
        self.report()
    }

    /// Prints the reason on standard error.
    pub(crate) fn report(&self) -> Outcome {
        print_stderr(&self.findings);
        complain(&self.message, Some(&self.help));
        Outcome::Failed
    }
}

/// One side of a comparison.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) metadata: Metadata,
    /// The hints of the tools. `None` for a document or a program, which do not state them.
    pub(crate) hints: Option<Hints>,
    pub(crate) source: DocumentSource,
}

/// The settings to read sides.
pub(crate) struct Reading<'r> {
    /// Creates a scan of source or of a program, with the options of the command line.
    pub(crate) scan: &'r dyn Fn(&Path) -> Scan,
    /// Whether documents may use plain http on a loopback host.
    pub(crate) loopback: bool,
}

impl Reading<'_> {
    /// Reads a side: `-`, a document, a lock file, a folder of a crate, a program, or `git:REV[:PATH]`.
    pub(crate) fn open(&self, side: &str) -> Result<Side, Unreadable> {
        if let Some(revision) = side.strip_prefix("git:") {
            let (revision, path) = revision.split_once(':').unwrap_or((revision, "."));
            let (folder, here) = checkout(revision)?;
            let here = if path == "." { here } else { here.join(path) };
            if !here.exists() {
                let message = format!("`{side}`: there is no `{path}` in that revision");
                // A pull request that adds a server: its folder did not exist. A misspelt path does not exist now either.
                let has_no_tools = Path::new(path).exists();
                return Err(Unreadable { has_no_tools, ..Unreadable::new(message, "name a path of that revision") });
            }
            let Side { metadata, hints, .. } =
                self.at(&here, side).map_err(|unreadable| unreadable.below(&folder.path().join(FILES)))?;
            // The temporary folder is removed, and its contents differ from the work tree.
            return Ok(Side { metadata, hints, source: DocumentSource::Elsewhere });
        }
        if side == "-" {
            let bytes = file::limited(io::stdin().lock()).map_err(|error| {
                Unreadable::new(format!("cannot read standard input: {error}"), "pass a metadata document")
            })?;
            let (metadata, hints, _) = self.document(&utf8(bytes, "standard input")?, "standard input")?;
            return Ok(Side { metadata, hints, source: DocumentSource::Elsewhere });
        }
        self.at(Path::new(side), side)
    }

    fn at(&self, path: &Path, side: &str) -> Result<Side, Unreadable> {
        if path.is_dir() || is_artefact(path) {
            return self.package(path, side);
        }
        let bytes = File::open(path).and_then(file::limited).map_err(|error| {
            let help = "name a metadata document, a lock file, the folder of a crate, or `git:REVISION`";
            Unreadable::new(format!("cannot read `{side}`: {error}"), help)
        })?;
        let text = utf8(bytes, side)?;
        let (metadata, hints, inside) = self.document(&text, side)?;
        let file = side.replace(std::path::MAIN_SEPARATOR, "/").into();
        Ok(Side { metadata, hints, source: DocumentSource::File { file, text, inside } })
    }

    fn package(&self, path: &Path, side: &str) -> Result<Side, Unreadable> {
        match (self.scan)(path).export() {
            Ok(export) => {
                // A program does not carry them.
                let hints = path.is_dir().then(|| Hints::of(&export));
                let metadata = export.metadata.clone();
                Ok(Side { metadata, hints, source: DocumentSource::Package(Box::new(export)) })
            }
            Err(error) => {
                let help = match (error.kind(), error.advice()) {
                    (ErrorKind::Findings, _) => "fix the errors above, or compare another revision",
                    (_, Some(advice)) => advice,
                    (_, None) => "name the folder of a crate with a `scope_table!`",
                };
                let findings = error.report().map(findings::text);
                let unreadable = Unreadable::new(format!("`{side}`: {error}"), help);
                let has_no_tools = error.kind() == ErrorKind::Nothing && error.report().is_none_or(is_without_tools);
                Err(Unreadable { findings: findings.unwrap_or_default(), has_no_tools, ..unreadable })
            }
        }
    }

    /// Parses the document. Returns it with the hints of a lock file, and with the pointer of its member in the text.
    fn document(&self, text: &str, side: &str) -> Result<(Metadata, Option<Hints>, &'static str), Unreadable> {
        let read = |text: &str| {
            if self.loopback { Metadata::from_json_allowing_loopback_http(text) } else { Metadata::from_json(text) }
        };
        if let Some(contents) = contents_of(text) {
            let read = contents.and_then(|(document, hints)| {
                let metadata = read(&document).map_err(|error| format!("its document is not valid: {error}"))?;
                Ok((metadata, Some(hints), INSIDE))
            });
            return read.map_err(|message| {
                Unreadable::new(format!("`{side}`: {message}"), "write it again with `mcp-scopes lock`")
            });
        }
        read(text).map(|metadata| (metadata, None, "")).map_err(|error| {
            let message = format!("`{side}` is not a valid metadata document: {error}");
            Unreadable::new(message, "`mcp-scopes lint` shows the reasons")
        })
    }
}

/// Returns whether a package has neither tools nor tables, and features or the target leave out none either.
fn is_without_tools(report: &Report) -> bool {
    report.annotated() == 0 && report.left_out() == 0 && report.left_out_tables() == 0
}

fn utf8(bytes: Vec<u8>, side: &str) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|_| {
        let help = "name a metadata document, or the folder of a crate";
        Unreadable::new(format!("`{side}` is not UTF-8 text, so it is not a metadata document"), help)
    })
}

/// The subfolder with the files of a revision.
const FILES: &str = "files";

/// Writes the files of a revision to a temporary folder. The work tree and its index do not change.
///
/// Returns that folder, and the subfolder that corresponds to the current folder.
fn checkout(revision: &str) -> Result<(tempfile::TempDir, PathBuf), Unreadable> {
    let help = "name a commit, branch or tag of this repository, as in `git:main` or `git:v1.2:server`";
    let tree = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{tree}}")], None)
        .map_err(|why| Unreadable::new(format!("unknown revision `{revision}`{why}"), help))?;
    let prefix = git(&["rev-parse", "--show-prefix"], None).unwrap_or_default();
    let failed =
        |error: io::Error| Unreadable::new(format!("cannot create a temporary folder: {error}"), "free some space");
    let folder = tempfile::tempdir().map_err(failed)?;
    let index = folder.path().join("index");
    let files = folder.path().join(FILES);
    fs::create_dir(&files).map_err(failed)?;
    let into = format!("--prefix={}/", files.display());
    git(&["read-tree", tree.trim()], Some(&index))
        .and_then(|_| git(&["checkout-index", "--all", &into], Some(&index)))
        .map_err(|why| Unreadable::new(format!("git cannot write the files of `{revision}`{why}"), help))?;
    // A path relative to the current folder refers to the same folder in the revision.
    let here = files.join(prefix.trim());
    Ok((folder, here))
}

/// Runs git. Its standard error becomes the end of the error message.
fn git(arguments: &[&str], index: Option<&PathBuf>) -> Result<String, String> {
    let mut command = Command::new("git");
    // `checkout-index` writes from the top of the repository, whatever the current folder is.
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
