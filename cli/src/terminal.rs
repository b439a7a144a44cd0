//! Standard output and standard error. A failed write is an error and never a panic.

use std::{
    fmt::Display,
    io::{self, BufRead as _, ErrorKind, IsTerminal as _, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use anstream::ColorChoice;
use clap::{Args, ValueEnum};
use mcp_scopes_scan::{Error, shortened};

use crate::{
    escape::{escaped, escaped_line},
    findings,
    outcome::Outcome,
    output::{diagnostic::Diagnostic, human},
};

/// Options of the terminal, which every command has.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct Options {
    /// When to use colors; `auto` uses them on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    color: Color,
    /// Print no summary and no other notes to standard error; findings and errors are printed
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether notes are left out.
static QUIET: AtomicBool = AtomicBool::new(false);

impl Options {
    /// Applies the options to all further output.
    pub(crate) fn apply(self) {
        QUIET.store(self.quiet, Ordering::Relaxed);
        match self.color {
            Color::Auto => {}
            Color::Always => ColorChoice::Always.write_global(),
            Color::Never => ColorChoice::Never.write_global(),
        }
    }
}

/// Writes to standard output. Control characters are escaped for a terminal and kept for a program. A pipe that its
/// reader has closed is not an error.
pub(crate) fn print(text: &str) -> Outcome {
    let out = io::stdout().lock();
    // JSON may contain some of them unescaped.
    if out.is_terminal() { written(out, &escaped(text)) } else { written(out, text) }
}

/// Writes to standard output, with styles if that is a terminal.
pub(crate) fn styled(text: &str) -> Outcome {
    written(anstream::stdout().lock(), text)
}

fn written(mut out: impl Write, text: &str) -> Outcome {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {error}"), None);
            Outcome::Failed
        }
        _ => Outcome::Clean,
    }
}

/// Writes to standard error, with styles if that is a terminal.
pub(crate) fn print_stderr(text: impl Display) {
    // There is no place to report a failed write to standard error.
    let _ = write!(anstream::stderr().lock(), "{text}");
}

/// Writes a note to standard error as one line, unless notes are turned off. It may repeat what a server or a file says, so
/// control characters and line breaks are escaped: they could move the cursor, or begin a command of a CI runner.
pub(crate) fn print_note(text: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        print_stderr(format_args!("{}\n", escaped_line(&text.to_string())));
    }
}

/// Asks a question on standard error. Returns whether the answer is yes.
pub(crate) fn confirmed(question: impl Display) -> bool {
    print_stderr(format_args!("{question} [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

/// Reports an error on standard error.
pub(crate) fn fail(error: &Error) -> Outcome {
    complain(&error.to_string(), error.advice());
    Outcome::Failed
}

/// Reports an error on standard error, after the findings of its report.
pub(crate) fn fail_with_findings(error: &Error) -> Outcome {
    if let Some(report) = error.report() {
        print_stderr(findings::text(report));
    }
    fail(error)
}

/// Reports a message and its help on standard error.
pub(crate) fn complain(message: &str, help: Option<&str>) {
    let (message, help) = (shortened(message.to_owned()), shortened(help.unwrap_or_default().to_owned()));
    print_stderr(human::brief(&Diagnostic::error(&message, &help)));
}
