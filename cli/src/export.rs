//! `mcp-scopes export`.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_prm::Metadata;
use mcp_scopes_scan::{ErrorKind, file};

use crate::{
    findings,
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    terminal::{complain, fail, print, print_stderr},
    workspace::{self, TableFiles},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes export examples/files
  mcp-scopes export --resource https://files.example.com/mcp
  mcp-scopes export --features shell --output metadata.json
  mcp-scopes export --resource http://localhost:3000/mcp --allow-loopback-http
  mcp-scopes export --check metadata.json
  mcp-scopes export --workspace --output metadata";

#[derive(Clone, Debug, Args)]
pub(crate) struct Export {
    /// The folder of a package or a folder below it, or a program that carries its table
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write the document to this file, atomically; with `--workspace`, the documents to this folder
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Compare the document with this file: print the difference and exit with 1 if there is one; with `--workspace`, compare
    /// the documents with those in this folder, and report those of tables that are gone
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// The document of each scope table at or below the folder: `PACKAGE.json`, or `PACKAGE.TABLE.json` if a package has
    /// several
    #[arg(long, conflicts_with_all = ["package", "name", "resource"])]
    workspace: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

impl Export {
    pub(crate) fn run(&self) -> Outcome {
        if self.workspace {
            let help = "name a folder with `--output FOLDER`, or with `--check FOLDER`";
            let Some(folder) = self.output.as_ref().or(self.check.as_ref()) else {
                complain("`--workspace` makes several documents", Some(help));
                return Outcome::Failed;
            };
            let scan = self.build.scan(&self.path);
            let (writes, extension) = (self.output.is_some(), "json");
            let files = TableFiles { folder, extension, writes, list: None, is_ours: is_exported };
            return workspace::each(&scan, &files, |table, file| {
                let (output, check) =
                    (self.output.as_ref().map(|_| file.clone()), self.check.as_ref().map(|_| file.clone()));
                let one = self.table.of(table);
                Self { path: table.path(), output, check, workspace: false, table: one, ..self.clone() }.run()
            });
        }
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

/// Returns whether a text is a document as `export` writes it.
fn is_exported(text: &str) -> bool {
    let metadata = Metadata::from_json_allowing_loopback_http(text);
    metadata.is_ok_and(|metadata| metadata.mcp_extensions().is_some() && metadata.to_json_pretty() == text)
}
