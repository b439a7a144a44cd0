//! Failed checks: files that differ from their source, as `check`, `export --check` and `docs --check` find them.

use similar::TextDiff;

use crate::{
    escape::escaped,
    outcome::Outcome,
    output::{diagnostic::Diagnostic, human},
    terminal::{print, print_stderr},
};

/// Compares the contents of a file with the text that its source gives. Prints the difference, and reports the failed
/// check with the command that writes the file.
pub(crate) fn compare(file: &str, old: &[u8], new: &str, command: &str) -> Outcome {
    if old == new.as_bytes() {
        return Outcome::Clean;
    }
    let old = String::from_utf8_lossy(old);
    let diff = TextDiff::from_lines(&*old, new);
    let printed = print(&escaped(&diff.unified_diff().context_radius(3).header(file, "the source").to_string()));
    report(file, &format!("write it with `{command}`"));
    printed.and_found(true)
}

/// Reports a failed check on standard error.
pub(crate) fn report(file: &str, help: &str) {
    print_stderr(human::brief(&Diagnostic::error(&format!("`{file}` differs from its source"), help)));
}
