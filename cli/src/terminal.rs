//! Standard output and standard error. A failed write is an error and never a panic.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal as _, Write},
};

use mcp_scopes_scan::{Error, shortened};

use crate::{
    escape::escaped,
    findings,
    outcome::Outcome,
    output::{diagnostic::Diagnostic, human},
};

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

/// Writes a line to standard error, with styles if that is a terminal.
pub(crate) fn print_stderr_line(text: impl Display) {
    print_stderr(format_args!("{text}\n"));
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
