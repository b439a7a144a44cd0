//! `mcp-scopes audit verify`.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_audit::{Fault, FaultKind, Head, Keys, Verified, Verifier};
use mcp_scopes_scan::file;

use super::open;
use crate::{
    outcome::Outcome,
    terminal::{complain, print, print_note},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes audit verify audit.jsonl --key-file audit.keys
  mcp-scopes audit verify audit.jsonl.000000000001 audit.jsonl --key-file audit.keys --head copy-of.head

The file of keys is that of the server: an id and 64 hexadecimal digits on each line.

Exit codes:
  0  all lines are as they were written
  1  a line was changed, removed, moved or cut off
  2  wrong usage, a missing key, or input that cannot be read";

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The files of one server, the oldest first, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The head. Default: the last file with `.head` at the end of its name, if it exists
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// The file with the keys of the server
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Verify {
    pub(crate) fn run(&self) -> Outcome {
        let keys = match self.key_file.as_deref().map(Keys::from_file).transpose() {
            Ok(keys) => keys,
            Err(error) => return unusable(&error.to_string(), "name the file of keys that the server reads"),
        };
        let head = match self.head() {
            Ok(head) => head,
            Err(message) => return unusable(&message, "name the file that the server keeps beside its audit file"),
        };
        let mut verifier = Verifier::new(keys.as_ref(), head.as_ref());
        for path in &self.files {
            let read = open(path).map_err(|error| Fault { line: 0, kind: FaultKind::Read(error) });
            if let Err(fault) = read.and_then(|reader| verifier.file(reader)) {
                return report(path, &fault);
            }
        }
        let last = self.files.last().map_or(Path::new(""), PathBuf::as_path);
        match verifier.finish() {
            Ok(done) => {
                if keys.is_none() {
                    print_note("note: without `--key-file`, only the numbers of the lines are checked");
                }
                if head.is_none() {
                    print_note("note: without a head, lines that are missing at the end are not noticed");
                }
                if done.first > 1 {
                    let before = done.first - 1;
                    print_note(format!("note: events 1 to {before} are in files that were not named"));
                }
                print(&summary(&done))
            }
            Err(fault) => report(last, &fault),
        }
    }

    /// Reads the head that was named, or the one beside the last file.
    fn head(&self) -> Result<Option<Head>, String> {
        let beside = || {
            let mut name = OsString::from(self.files.last()?);
            name.push(".head");
            Some(PathBuf::from(name)).filter(|path| path.exists())
        };
        let Some(path) = self.head.clone().or_else(beside) else { return Ok(None) };
        let shown = path.display();
        let text =
            File::open(&path).and_then(file::limited).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        let head = str::from_utf8(&text).ok().and_then(Head::parse);
        head.map(Some).ok_or_else(|| format!("`{shown}` is not the head of an audit file"))
    }
}

fn summary(verified: &Verified) -> String {
    let Verified { lines, first, last, after_head, .. } = verified;
    let mut text = match lines {
        0 => "there are no events\n".to_owned(),
        1 => format!("event {first} is as it was written\n"),
        _ => format!("events {first} to {last} are as they were written\n"),
    };
    if *after_head > 0 {
        // A write to a string does not fail.
        let _ = writeln!(text, "  {after_head} of them are newer than the head");
    }
    text
}

/// Reports a fault.
fn report(path: &Path, fault: &Fault) -> Outcome {
    let message = format!("`{}`: {fault} [{}]", path.display(), fault.kind.id());
    complain(&message, Some(fault.kind.help()));
    match fault.kind {
        FaultKind::Read(_) | FaultKind::UnknownKey(_) => Outcome::Failed,
        _ => Outcome::Found,
    }
}

fn unusable(message: &str, help: &str) -> Outcome {
    complain(message, Some(help));
    Outcome::Failed
}
