//! `mcp-scopes completions`, `mcp-scopes man`: generated from the commands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use clap_complete::Shell;
use mcp_scopes_scan::file;

use crate::{
    outcome::Outcome,
    terminal::{complain, fail, print, print_note},
};

pub(crate) const COMPLETIONS_EXAMPLES: &str = "Examples:
  mcp-scopes completions bash > ~/.local/share/bash-completion/completions/mcp-scopes
  mcp-scopes completions zsh > ~/.zfunc/_mcp-scopes
  mcp-scopes completions fish > ~/.config/fish/completions/mcp-scopes.fish
  mcp-scopes completions elvish >> ~/.config/elvish/rc.elv
  mcp-scopes completions powershell >> $PROFILE";

pub(crate) const MAN_EXAMPLES: &str = "Examples:
  mcp-scopes man ~/.local/share/man/man1
  mcp-scopes man man && man ./man/mcp-scopes-lint.1";

/// The shell of the script.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script for the command line.
    pub(crate) fn run(&self, mut command: clap::Command) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "mcp-scopes", &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

/// The folder of the pages.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder for one page of the program and one of each command; created if it does not exist
    folder: PathBuf,
}

impl Man {
    /// Writes the pages of the command line.
    pub(crate) fn run(&self, command: clap::Command) -> Outcome {
        if let Err(error) = fs::create_dir_all(&self.folder) {
            complain(&format!("cannot create `{}`: {error}", self.folder.display()), Some("name another folder"));
            return Outcome::Failed;
        }
        let mut command = command.disable_help_subcommand(true);
        command.build();
        match write(&command, &self.folder) {
            Ok(pages) => {
                print_note(format_args!("wrote {pages} pages to {}", self.folder.display()));
                Outcome::Clean
            }
            Err(outcome) => outcome,
        }
    }
}

/// Writes the page of a command and those of its subcommands.
fn write(command: &clap::Command, folder: &Path) -> Result<usize, Outcome> {
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    if let Err(error) = page.render(&mut text) {
        complain(&format!("a manual page cannot be written: {error}"), None);
        return Err(Outcome::Failed);
    }
    file::replace(&folder.join(page.get_filename()), &String::from_utf8_lossy(&text)).map_err(|error| fail(&error))?;
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    below.map(|below| write(below, folder)).try_fold(1, |sum, pages| Ok(sum + pages?))
}
