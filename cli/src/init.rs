//! `mcp-scopes init`: adds annotations, tables and files to a server that exists already.
//!
//! | module | holds |
//! |---|---|
//! | `plan` | the plan for one package |
//! | `tool` | the facts that are stated for a tool |
//! | `risk`, `scopes` | the risk and the scope of a tool |
//! | `tables` | where a table goes, and what it lists |
//! | `source` | the edits of source files |
//! | `manifest`, `config`, `workflow` | `Cargo.toml`, `mcp-scopes.toml`, the CI file |
//! | `cargo_lock`, `layer` | the version of the SDK, and the lines that put the layer in front |
//! | `changes` | the files that change: the diff, and writing them |
//! | `failure` | the reason why nothing is planned |

mod cargo_lock;
mod changes;
mod config;
mod failure;
mod layer;
mod manifest;
mod plan;
mod risk;
mod scopes;
mod source;
mod tables;
mod tool;
mod workflow;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use clap::Args;
use mcp_scopes_scan::{sdk::SdkPackage, shown};

use self::{
    changes::Changes,
    failure::Failure,
    layer::{Names, Transports},
    plan::{Choices, Plan},
    scopes::{Convention, Stated},
};
use crate::{
    outcome::Outcome,
    output::count::counted,
    terminal::{confirmed, print, print_note},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes init                                     Show the changes of this folder and ask
  mcp-scopes init --dry-run                           Only show them
  mcp-scopes init server --yes                        Write them without a question
  mcp-scopes init --convention resource:action        Scopes such as `files:read` for several tools
  mcp-scopes init --scopes scopes.toml                Lines such as `list_files = \"files:read\"`
  mcp-scopes init --resource https://files.example.com/mcp --authorization-server https://auth.example.com";

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder of a workspace, or a path in a package
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write the changes without a question
    #[arg(long, short, conflicts_with = "dry_run")]
    yes: bool,
    /// Show the changes and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How scopes are named; default: what `mcp-scopes.toml` states, or `tool-name`
    #[arg(long, value_enum)]
    convention: Option<Convention>,
    /// A file of `tool = "scope"`, as TOML or JSON; the convention names the scopes of other tools
    #[arg(long, value_name = "FILE")]
    scopes: Option<PathBuf>,
    /// The URL that clients use for the server
    #[arg(long, value_name = "URL")]
    resource: Option<String>,
    /// The issuer of the tokens
    #[arg(long, value_name = "URL")]
    authorization_server: Option<String>,
}

impl Init {
    pub(crate) fn run(&self) -> Outcome {
        let can_ask = std::io::stdin().is_terminal();
        if !self.yes && !self.dry_run && !can_ask {
            let why = "standard input is not a terminal, so the changes cannot be confirmed";
            return Failure::new(why).help("give `--yes` to write them, or `--dry-run` to show them").report();
        }
        match self.planned() {
            Ok((plans, changes)) => self.carry_out(&plans, &changes),
            Err(failure) => failure.report(),
        }
    }

    /// Plans all packages.
    fn planned(&self) -> Result<(Vec<Plan>, Changes), Failure> {
        let stated = self.scopes.as_deref().map(Stated::read).transpose()?;
        let packages = SdkPackage::find(&self.path)?;
        let names: BTreeSet<String> = packages.iter().flat_map(plan::names).collect();
        if names.is_empty() {
            let help = "the command looks for `#[tool]` of rmcp, handlers of rmcp with `Tool::new`, `#[mcp_tool]` of \
                        rust-mcp-sdk and `ToolBuilder::new` of tower-mcp in packages that depend on them; \
                        without an SDK, see docs/secure-a-server.md";
            let mut message = format!("no tools found in `{}`", self.path.display());
            let modules = packages.iter().flat_map(|package| &package.crates).flat_map(|krate| &krate.modules);
            if let Some(tool) = modules.flat_map(|module| &module.built).next() {
                let place = format!("{}:{}", tool.place.file, tool.place.start.line);
                let name = &tool.name;
                let _ =
                    write!(message, "; {place} names the tool `{name}`, in a package without the handler of a server");
            }
            return Err(Failure::new(message).help(help));
        }
        if let (Some(unknown), Some(file)) = (stated.as_ref().and_then(|stated| stated.unknown(&names)), &self.scopes) {
            return Err(Failure::new(format!("`{}` names the tool `{unknown}`, which is not found", file.display())));
        }
        let choices = Choices {
            convention: self.convention,
            stated: stated.as_ref(),
            resource: self.resource.as_deref(),
            issuer: self.authorization_server.as_deref(),
        };
        let mut changes = Changes::default();
        let mut plans = Vec::new();
        for package in &packages {
            plans.push(plan::plan(package, &choices, &mut changes)?);
        }
        let all = Transports::of(plans.iter().flat_map(|plan| &plan.transports));
        for plan in plans.iter_mut().filter(|plan| plan.is_new() || plan.starts_others()) {
            let own = Transports::of(plan.transports.iter());
            plan.manifest(if plan.transports.is_empty() { all } else { own }, &mut changes);
        }
        self.workflow(&plans, &mut changes);
        Ok((plans, changes))
    }

    fn workflow(&self, plans: &[Plan], changes: &mut Changes) {
        let folder = if self.path.is_file() { self.path.parent().unwrap_or(Path::new(".")) } else { &self.path };
        let Some(root) = workflow::repository(folder) else { return };
        let Some(place) = workflow::place(&root) else { return };
        let compared = plans.iter().flat_map(|plan| {
            let several = plan.tables.len() > 1;
            plan.tables.iter().map(move |table| workflow::Compared {
                folder: plan.folder.clone(),
                table: several.then(|| table.name.clone()),
            })
        });
        let compared: Vec<workflow::Compared> = compared.collect();
        if !compared.is_empty() {
            let here = std::env::current_dir().unwrap_or_default();
            let place = place.strip_prefix(here).map(Path::to_owned).unwrap_or(place);
            changes.write(&shown(&place), workflow::text(&root, &compared));
        }
    }

    /// Shows the changes, asks, writes them, and prints what is left to do.
    fn carry_out(&self, plans: &[Plan], changes: &Changes) -> Outcome {
        if changes.is_empty() {
            let known: usize = plans.iter().map(|plan| plan.known).sum();
            return print(&format!("nothing to do: {} annotated or declared\n{}", are(known), self.remaining(plans)));
        }
        let shown = print(&format!("{}{}", changes.diff(), summary(plans)));
        if shown != Outcome::Clean {
            return shown;
        }
        let files = counted(changes.len(), "file");
        if self.dry_run {
            print_note(format_args!("would change {files}; nothing was written"));
            return print(&self.remaining(plans));
        }
        if !self.yes && !confirmed(format_args!("change {files}?")) {
            print_note("nothing was written");
            return Outcome::Found;
        }
        match changes.save(&roots(plans)) {
            Ok(()) => {
                print_note(format_args!("changed {files}"));
                print(&self.remaining(plans))
            }
            Err(failure) => failure.report(),
        }
    }

    /// Returns what the user has to do.
    fn remaining(&self, plans: &[Plan]) -> String {
        let mut text = String::new();
        for note in plans.iter().flat_map(|plan| &plan.notes) {
            text.extend([format!("to do: {note}\n")]);
        }
        let has_new = plans.iter().any(Plan::is_new);
        if has_new && (self.resource.is_none() || self.authorization_server.is_none()) {
            let new = plans.iter().filter(|plan| plan.is_new());
            let files: BTreeSet<String> = new.map(|plan| format!("`{}`", plan.config_name)).collect();
            let files = files.into_iter().collect::<Vec<_>>().join(", ");
            text.extend([format!("to do: replace the addresses in {files} that are marked `# replace`\n")]);
        }
        // A package without tools starts the server of another one.
        let others: Vec<_> =
            plans.iter().filter(|plan| plan.starts_others()).flat_map(|plan| &plan.transports).collect();
        let is_protected = plans.iter().all(|plan| !plan.is_unprotected);
        for plan in plans.iter().filter(|plan| plan.has_tools() && (!is_protected || has_new)) {
            let own: Vec<_> = plan.transports.iter().collect();
            let transports = if own.is_empty() { others.clone() } else { own };
            for table in plan.tables_of(&transports) {
                let names = Names {
                    table: plan.table_path(table, &transports),
                    package: &plan.name,
                    crates: &plan.crates,
                    issuer: self.authorization_server.as_deref(),
                };
                text.extend([format!("to do: put the layer in front of `{}`, ", plan.name)]);
                text.push_str(&layer::steps(plan.sdk, Transports::of(transports.iter().copied()), &transports, &names));
            }
        }
        text
    }
}

/// Returns what is added, and which risks are guessed.
fn summary(plans: &[Plan]) -> String {
    let mut text = String::new();
    for plan in plans.iter().filter(|plan| plan.is_new()) {
        let (annotated, declared) = (plan.annotated.len(), plan.declared.len());
        text.extend([format!(
            "package `{}`: {} to annotate, {declared} to declare\n",
            plan.name,
            counted(annotated, "tool")
        )]);
        let guessed: Vec<&str> = plan.tools().filter(|tool| tool.is_guess).map(|tool| tool.name.as_str()).collect();
        if !guessed.is_empty() {
            let list = guessed.join(", ");
            text.extend([format!("  guessed risk `high`, since no hint states it: {list}\n")]);
        }
    }
    text
}

fn are(count: usize) -> String {
    if count == 1 { "1 tool is".to_owned() } else { format!("{count} tools are") }
}

/// Returns the folders below which files are written: of the repository and of the workspace of each package.
fn roots(plans: &[Plan]) -> Vec<PathBuf> {
    let of_each = plans.iter().flat_map(|plan| {
        let folder = absolute(&plan.folder);
        [workflow::repository(&folder), plan::workspace(&folder).map(|(folder, _)| folder), Some(folder)]
    });
    of_each.flatten().map(|folder| changes::plain(&folder)).collect()
}

/// Returns an absolute path. The empty path is the current folder.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
