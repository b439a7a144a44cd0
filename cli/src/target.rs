//! `--format`, `--output`: the format of diagnostics, and where they are written.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};
use mcp_scopes_scan::{Error, Finding, Report, file};

use crate::{
    findings,
    outcome::Outcome,
    output::{Format, diagnostic::UNREADABLE, diagnostics::Diagnostics, human, links::Links, near_format},
    terminal::{complain, fail, print, print_stderr, styled},
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
    /// Exit with 0 even if there are errors; input that cannot be read still exits with 2
    #[arg(long)]
    exit_zero: bool,
}

/// One output file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// `None` for the format of `--format`.
    format: Option<Format>,
    file: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let (format, file) = match text.split_once('=').filter(|(name, _)| is_name(name)) {
        Some((name, file)) => (Some(Format::from_str(name, true).map_err(|_| unknown(name, text))?), file),
        None => (None, text),
    };
    if file.is_empty() {
        return Err("name a file behind the format, such as `sarif=lint.sarif`".to_owned());
    }
    Ok(Output { format, file: file.into() })
}

fn unknown(name: &str, text: &str) -> String {
    let otherwise = || format!("write `./{text}` for a file of that name");
    let help = near_format(name).map_or_else(otherwise, |near| format!("did you mean `{near}`?"));
    format!("unknown format `{name}`; {help}")
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

    /// Returns the outcome of a run that has written its report, and has found something or not.
    pub(crate) fn found(&self, written: Outcome, found: bool) -> Outcome {
        written.and_found(found && !self.exit_zero)
    }

    /// Writes the files, then prints to standard output unless a file replaces it.
    pub(crate) fn write(&self, diagnostics: &Diagnostics<'_>) -> Outcome {
        self.write_files(diagnostics).and(|| self.print(diagnostics))
    }

    /// Reports why a run failed: in the requested report, and on standard error.
    pub(crate) fn fail(&self, message: &str, help: &str) -> Outcome {
        let mut report = Report::default();
        report.findings.push(Finding::error(UNREADABLE, message).help(help));
        self.write(&findings::diagnostics(&report, false));
        complain(message, Some(help));
        Outcome::Failed
    }

    /// Reports an error in the same way, after its findings on standard error.
    pub(crate) fn fail_with_findings(&self, error: &Error) -> Outcome {
        if let Some(report) = error.report() {
            print_stderr(findings::text(report));
        }
        self.fail(&error.to_string(), error.advice().unwrap_or_default())
    }

    /// Writes the files.
    pub(crate) fn write_files(&self, diagnostics: &Diagnostics<'_>) -> Outcome {
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
        Outcome::Clean
    }

    fn print(&self, diagnostics: &Diagnostics<'_>) -> Outcome {
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
        assert_eq!(output("./x=a.json"), at(None, "./x=a.json"));
        assert_eq!(output("sarfi=a.json"), Err("unknown format `sarfi`; did you mean `sarif`?".to_owned()));
        let message = "unknown format `weather`; write `./weather=a.json` for a file of that name";
        assert_eq!(output("weather=a.json"), Err(message.to_owned()));
        assert!(output("json=").is_err() && output("").is_err());
    }
}
