//! `--format`, `--output`: the format of diagnostics, and where they are written.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};
use mcp_scopes_scan::file;

use crate::{
    outcome::Outcome,
    output::{Format, diagnostics::Diagnostics, human, links::Links},
    terminal::{complain, fail, print, styled},
};

/// Where diagnostics are written.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Target {
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Write to this file, atomically, and print nothing; `FORMAT=FILE` writes another format beside the printed one, and
    /// may be given several times
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = output)]
    pub(crate) output: Vec<Output>,
}

/// One output file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// `None` for the format of `--format`.
    format: Option<Format>,
    file: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let stated = text.split_once('=').and_then(|(format, file)| Some((Format::from_str(format, true).ok()?, file)));
    let (format, file) = stated.map_or((None, text), |(format, file)| (Some(format), file));
    if file.is_empty() {
        return Err("name a file behind the format, such as `sarif=lint.sarif`".to_owned());
    }
    Ok(Output { format, file: file.into() })
}

impl Target {
    /// Returns whether standard output gets a machine-readable format.
    pub(crate) fn prints_for_programs(&self) -> bool {
        !self.format.is_styled() && !self.output.iter().any(|output| output.format.is_none())
    }

    /// Returns whether the report goes only to a person at the terminal.
    pub(crate) fn is_plain(&self) -> bool {
        self.format.is_styled() && self.output.is_empty()
    }

    /// Writes the files, then prints to standard output unless a file replaces it.
    pub(crate) fn write(&self, diagnostics: &Diagnostics<'_>) -> Outcome {
        for (place, output) in self.output.iter().enumerate() {
            if self.output.iter().take(place).any(|other| other.file == output.file) {
                let shown = output.file.display();
                complain(&format!("`{shown}` is named twice by `--output`"), Some("name a file for each format"));
                return Outcome::Failed;
            }
        }
        for output in &self.output {
            let format = output.format.unwrap_or(self.format);
            let text = match (format.render)(diagnostics) {
                Ok(text) if format.is_styled() => anstream::adapter::strip_str(&text).to_string(),
                Ok(text) => text,
                Err(why) => return unwritable(&why),
            };
            if let Err(error) = file::replace(&output.file, &text) {
                return fail(&error);
            }
        }
        if self.output.iter().any(|output| output.format.is_none()) {
            return Outcome::Clean;
        }
        if self.format.is_styled() {
            return styled(&human::render(diagnostics, Links::of_terminal()));
        }
        match (self.format.render)(diagnostics) {
            Ok(text) => print(&text),
            Err(why) => unwritable(&why),
        }
    }
}

fn unwritable(why: &str) -> Outcome {
    complain(&format!("the report cannot be written: {why}"), None);
    Outcome::Failed
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::{Format, Output, output};

    #[test]
    fn accepts_a_format_before_the_file() {
        let at = |format, file: &str| Ok(Output { format, file: file.into() });
        let sarif = Format::from_str("sarif", true).unwrap();
        assert_eq!(output("a.json"), at(None, "a.json"));
        assert_eq!(output("sarif=a=b.json"), at(Some(sarif), "a=b.json"));
        assert_eq!(output("x=a.json"), at(None, "x=a.json"));
        assert!(output("json=").is_err() && output("").is_err());
    }
}
