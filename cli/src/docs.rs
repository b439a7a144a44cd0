//! `mcp-scopes docs`: pages that show who can call which tool.
//!
//! | module | holds |
//! |---|---|
//! | `input` | the inputs of a page |
//! | `server` | [`Server`](server::Server): scopes, tools and flows, prepared for display |
//! | `browser` | opens the page |
//! | `gather` | builds a `Server` from a document |
//! | `hierarchy` | the hierarchy of scopes, and its minimal set of arrows |
//! | `prefix` | the prefix that most scopes have in common |
//! | `source` | links to the source |
//! | `stamp` | the date and the links of a page, as options |
//! | `words` | policies and hints in words |
//! | `layers` | the layout of a hierarchy |
//! | `page` | the page in HTML |
//! | `markdown` | the same contents in Markdown |
//! | `index` | the list of the pages of a workspace |
//! | `markers` | the markers that delimit the text in a file |

mod browser;
mod gather;
mod hierarchy;
mod index;
mod input;
mod layers;
mod limit_graph;
mod markdown;
mod markers;
mod page;
mod prefix;
mod server;
mod source;
mod stamp;
mod words;

use std::{
    fs::File,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use clap::{ArgGroup, Args};
use index::Listed;
use mcp_scopes_scan::file;
use server::Server;
use stamp::Stamp;

use crate::{
    options::{Build, Table, quoted},
    outcome::Outcome,
    stale,
    terminal::{complain, fail, print, print_note},
    workspace::{self, TableFiles},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes docs --output scopes.html    Write one page, which a browser opens without a network
  mcp-scopes docs --output scopes.html --check
                                          In CI: exit with 1 if the source differs
  mcp-scopes docs --output scopes.html --source-url https://github.com/o/r/blob/v1.2
                                          With links to the source
  mcp-scopes docs target/release/server --output scopes.html
                                          From a built program
  mcp-scopes docs --open                  Write a temporary file, and show it in the browser
  mcp-scopes docs metadata.json > scopes.html
                                          For a server in another language
  mcp-scopes docs git:v1.2 --output v1.2.html
                                          From another revision
  mcp-scopes docs --workspace --output pages
                                          A page for each scope table, and a list of them
  mcp-scopes docs --markdown              Print tables for another text
  mcp-scopes docs --in README.md          Write them between its markers; in CI add --check

The markers are two separate lines:
  <!-- mcp-scopes docs begin -->
  <!-- mcp-scopes docs end -->";

#[derive(Clone, Debug, Args)]
#[command(group(ArgGroup::new("file").args(["output", "readme"])))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Docs {
    /// The input: the folder of a package, a program that carries its table, a metadata document, `-` for a document on
    /// standard input, or `git:REVISION[:PATH]`
    #[arg(default_value = ".")]
    path: String,
    /// Write HTML (default)
    #[arg(long)]
    html: bool,
    /// Write Markdown; headings start at the third level
    #[arg(long, conflicts_with = "html")]
    markdown: bool,
    /// Write to this file, atomically; with `--workspace`, to this folder
    #[arg(long, visible_alias = "out", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Open the page in the browser; without `--output`, it is a temporary file
    #[arg(long, conflicts_with_all = ["markdown", "readme", "check"])]
    open: bool,
    /// Write Markdown between the two markers in this file
    #[arg(long = "in", value_name = "FILE", conflicts_with_all = ["html", "output"])]
    readme: Option<PathBuf>,
    /// Write nothing; print the difference, and exit with 1 if the file would change, or with `--workspace` if a page is of a
    /// table that is gone
    #[arg(long, requires = "file")]
    check: bool,
    /// A page for each scope table at or below the folder: `PACKAGE.html`, or `PACKAGE.TABLE.html` if a package has several;
    /// and `index.html`, which lists them
    #[arg(long, requires = "output", conflicts_with_all = ["package", "name", "resource", "open"])]
    workspace: bool,
    #[command(flatten)]
    stamp: Stamp,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

impl Docs {
    pub(crate) fn run(&self) -> Outcome {
        if self.workspace {
            return self.run_all();
        }
        let to_terminal = self.output.is_none() && self.readme.is_none() && io::stdout().is_terminal();
        if to_terminal && !self.markdown && !self.open {
            let help = "write it to a file with `--output scopes.html`, open it with `--open`, or print `--markdown`";
            complain("the page is HTML, and standard output is a terminal", Some(help));
            return Outcome::Failed;
        }
        let (server, old) = match self.server() {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        let text = self.render(&server);
        if self.open {
            return self.write_and_open(&text);
        }
        match (&self.readme, &self.output) {
            (Some(readme), _) => self.replace_in(readme, &text),
            (None, Some(output)) => self.put(output, old, &text),
            (None, None) => print(&text),
        }
    }

    /// Reads the contents of the page, and the file with an earlier page.
    fn server(&self) -> Result<(Server, Option<Vec<u8>>), Outcome> {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let input = input::read(&self.path, self.table.allow_loopback_http, scan)?;
        let old = self.output.as_deref().and_then(|output| File::open(output).and_then(file::limited).ok());
        let compared = old.as_deref().filter(|_| self.check);
        let server = self.stamp.server(&input, compared)?;
        Ok((server, old))
    }

    fn render(&self, server: &Server) -> String {
        if self.markdown || self.readme.is_some() { markdown::render(server) } else { page::render(server) }
    }

    /// Makes a page for each scope table of a workspace, and the list of these pages.
    fn run_all(&self) -> Outcome {
        let (Some(folder), root) = (&self.output, Path::new(&self.path)) else { return Outcome::Failed };
        if !root.is_dir() {
            complain(&format!("`{}` is not a folder", self.path), Some("give the folder of a workspace"));
            return Outcome::Failed;
        }
        let extension = if self.markdown { "md" } else { "html" };
        let mut listed = Vec::new();
        let scan = self.build.scan(root);
        let name = format!("index.{extension}");
        let is_ours = if self.markdown { markdown::is_page } else { page::is_page };
        let files = TableFiles { folder, extension, writes: !self.check, list: Some(&name), is_ours };
        let outcome = workspace::each(&scan, &files, |table, file| {
            let path = table.path().to_string_lossy().into_owned();
            let page = Self {
                path,
                output: Some(file.clone()),
                workspace: false,
                table: self.table.of(table),
                ..self.clone()
            };
            match page.server() {
                Ok((server, old)) => {
                    let outcome = page.put(&file, old, &page.render(&server));
                    listed.push(Listed::of(table, extension, &server));
                    outcome
                }
                Err(outcome) => outcome,
            }
        });
        if outcome == Outcome::Failed || listed.is_empty() {
            return outcome;
        }
        if listed.iter().any(|page| page.file == name) {
            complain(&format!("a package has the page `{name}`, so there is no list"), Some("rename the package"));
            return Outcome::Failed;
        }
        let index = folder.join(name);
        let text = if self.markdown { index::markdown(&listed) } else { index::html(&listed) };
        let old = File::open(&index).and_then(file::limited).ok();
        outcome.max(self.put(&index, old, &text))
    }

    /// Writes the page, and opens it in the browser.
    fn write_and_open(&self, text: &str) -> Outcome {
        let temporary = || std::env::temp_dir().join(format!("mcp-scopes-{}.html", std::process::id()));
        let path = self.output.clone().unwrap_or_else(temporary);
        if let Err(error) = file::replace(&path, text) {
            return fail(&error);
        }
        match browser::open(&path) {
            Ok(()) => {
                print_note(format_args!("opened {}", path.display()));
                Outcome::Clean
            }
            Err(why) => {
                complain(&format!("cannot open `{}`: {why}", path.display()), Some("open the file in a browser"));
                Outcome::Failed
            }
        }
    }

    /// Replaces the text between the markers of a file.
    fn replace_in(&self, readme: &Path, text: &str) -> Outcome {
        let shown = readme.display();
        let old = match file::text(readme) {
            Ok(old) => old,
            Err(error) => {
                complain(&format!("cannot read `{shown}`: {error}"), Some("name a text file with the two markers"));
                return Outcome::Failed;
            }
        };
        match markers::replace(&old, text) {
            Ok(new) => self.put(readme, Some(old.into_bytes()), &new),
            Err(error) => {
                complain(&format!("`{shown}`: {error}"), Some(&error.help()));
                Outcome::Failed
            }
        }
    }

    /// Writes the file, or compares it.
    fn put(&self, path: &Path, old: Option<Vec<u8>>, text: &str) -> Outcome {
        if self.check {
            return self.compare(path, old, text);
        }
        match file::replace_if_changed(path, text) {
            Ok(()) => Outcome::Clean,
            Err(error) => fail(&error),
        }
    }

    fn compare(&self, path: &Path, old: Option<Vec<u8>>, text: &str) -> Outcome {
        let (shown, command) = (path.display().to_string(), self.command());
        let Some(old) = old else {
            complain(&format!("cannot read `{shown}`"), Some(&format!("write it with `{command}`")));
            return Outcome::Failed;
        };
        stale::compare(&shown, &old, text, &command)
    }

    /// Returns the command line that writes the same file.
    fn command(&self) -> String {
        let mut words = vec!["mcp-scopes docs".to_owned()];
        if self.path != "." {
            words.push(quoted(&self.path));
        }
        if self.markdown && self.readme.is_none() {
            words.push("--markdown".to_owned());
        }
        let file = |option: &str, path: &Path| format!("{option} {}", quoted(&path.display().to_string()));
        words.extend(self.readme.as_deref().map(|path| file("--in", path)));
        words.extend(self.workspace.then(|| "--workspace".to_owned()));
        words.extend(self.output.as_deref().map(|path| file("--output", path)));
        words.extend(self.stamp.to_arguments());
        words.extend(self.table.to_arguments());
        words.extend(self.build.to_arguments());
        words.join(" ")
    }
}
