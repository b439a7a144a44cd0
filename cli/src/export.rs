//! `mcp-scopes export`.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_scan::{ErrorKind, file};

use crate::{
    findings,
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    terminal::{complain, fail, print, print_stderr},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes export examples/files
  mcp-scopes export --resource https://files.example.com/mcp
  mcp-scopes export --features shell --output metadata.json
  mcp-scopes export --resource http://localhost:3000/mcp --allow-loopback-http
  mcp-scopes export --check metadata.json";

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder of a package or a folder below it, or a program that carries its table
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write the document to this file, atomically
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Compare the document with this file: print the difference and exit with 1 if there is one
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

impl Export {
    pub(crate) fn run(&self) -> Outcome {
        let scan = self.table.scan(self.build.scan(&self.path));
        let export = match scan.export() {
            Ok(export) => export,
            Err(error) => {
                if let Some(report) = error.report() {
                    print_stderr(findings::text(report));
                }
                let outcome = fail(&error);
                return if error.kind() == ErrorKind::Findings { Outcome::Found } else { outcome };
            }
        };
        // Warnings go to standard error, not into the document.
        print_stderr(findings::text(&export.report));
        let json = export.json();
        match (&self.output, &self.check) {
            (Some(path), _) => match file::replace(path, &json) {
                Ok(()) => Outcome::Clean,
                Err(error) => fail(&error),
            },
            (None, Some(path)) => self.compare(path, &json),
            (None, None) => print(&json),
        }
    }

    fn compare(&self, path: &Path, json: &str) -> Outcome {
        let shown = path.display().to_string();
        let command = self.command(&shown);
        match File::open(path).and_then(file::limited) {
            Ok(old) => stale::compare(&shown, &old, json, &command),
            Err(error) => {
                complain(&format!("cannot read `{shown}`: {error}"), Some(&format!("write it with `{command}`")));
                Outcome::Failed
            }
        }
    }

    /// Returns the command line that writes the same file.
    fn command(&self, file: &str) -> String {
        let mut words = vec!["mcp-scopes export".to_owned()];
        if self.path != Path::new(".") {
            words.push(quoted(&self.path.display().to_string()));
        }
        words.push(format!("--output {}", quoted(file)));
        words.extend(self.table.to_arguments());
        words.extend(self.build.to_arguments());
        words.join(" ")
    }
}
