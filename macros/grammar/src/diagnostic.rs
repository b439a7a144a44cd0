//! Diagnostics: an error, its location and the fix.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::catalogue::Kind;

/// One error of an annotation, a table or a group.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable id, listed in [`crate::catalogue`].
    pub id: &'static str,
    /// The span of the literal, key or item in the user's code.
    pub span: Span,
    /// One line that states the error and its reason, with user text in backticks.
    pub message: String,
    /// A short label for the location, as on a caret line.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns the message, followed by the help on a separate line.
    ///
    /// ```
    /// use mcp_scopes_grammar::catalogue;
    /// use proc_macro2::Span;
    /// let problem = catalogue::MISSING_RISK.at(Span::call_site(), "no risk".to_owned());
    /// assert!(problem.text().starts_with("no risk\n  help: "));
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        with_help(&self.message, self.help.as_deref())
    }

    /// Returns an invocation of `::core::compile_error!` with [`Diagnostic::text`] at the span.
    #[must_use]
    pub fn to_compile_error(&self) -> TokenStream {
        let (span, text) = (self.span, self.text());
        quote_spanned!(span=> ::core::compile_error! { #text })
    }

    /// Replaces the help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl core::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.text())
    }
}

impl core::error::Error for Diagnostic {}

/// One error of `mcp-scopes.toml`, which has no span in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiagnostic {
    /// The stable id, listed in [`crate::catalogue`].
    pub id: &'static str,
    /// The file's path, as the table states it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// One line that states the error and its reason.
    pub message: String,
    /// A short label for the location.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl FileDiagnostic {
    /// Converts to a diagnostic at a span in source code. File, line and column become part of the message.
    #[must_use]
    pub fn at(&self, span: Span) -> Diagnostic {
        Diagnostic {
            id: self.id,
            span,
            message: format!("{}:{}:{}: {}", self.file, self.line, self.column, self.message),
            label: self.label.clone(),
            help: self.help.clone(),
        }
    }

    /// Replaces the help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl core::fmt::Display for FileDiagnostic {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let text = with_help(&self.message, self.help.as_deref());
        write!(f, "{}:{}:{}: {text}", self.file, self.line, self.column)
    }
}

impl core::error::Error for FileDiagnostic {}

fn with_help(message: &str, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\n  help: {help}"),
        None => message.to_owned(),
    }
}

/// Collects the diagnostics of one item, so that all of them are reported together.
///
/// INVARIANT: [`Diagnostics::finish`] is called. Dropping an unread collector would lose errors, so this panics in
/// debug builds.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    read: bool,
}

impl Diagnostics {
    /// Creates an empty collector.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Returns the number of diagnostics so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether there are no diagnostics so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the diagnostics in the order in which they were added.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.read = true;
        core::mem::take(&mut self.list)
    }
}

/// Takes the errors of facts that attributes, tables and files state alike. `L` is the location of a value.
pub(crate) trait Report<L> {
    /// Adds an error. `help` replaces that of the kind.
    fn report(&mut self, kind: &Kind, at: &L, message: String, help: Option<String>);
}

impl Report<Span> for Diagnostics {
    fn report(&mut self, kind: &Kind, at: &Span, message: String, help: Option<String>) {
        let diagnostic = kind.at(*at, message);
        self.push(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(self.read || std::thread::panicking(), "diagnostics were collected and not read");
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics};
    use crate::catalogue::{BAD_URL, MISSING_RISK};
    use proc_macro2::Span;

    fn missing_risk() -> Diagnostic {
        MISSING_RISK.at(Span::call_site(), "`f` has no `risk`".to_owned())
    }

    #[test]
    fn emits_message_and_help() {
        let diagnostic = missing_risk().help("write one");
        assert_eq!(
            diagnostic.to_compile_error().to_string(),
            ":: core :: compile_error ! { \"`f` has no `risk`\\n  help: write one\" }"
        );
        assert_eq!(diagnostic.to_string(), "`f` has no `risk`\n  help: write one");
    }

    #[test]
    fn includes_the_file_location_in_the_message() {
        let diagnostic = BAD_URL.in_file("mcp-scopes.toml", (3, 5), "`x` is not a URL".to_owned());
        let text = diagnostic.at(Span::call_site()).message;
        assert_eq!(text, "mcp-scopes.toml:3:5: `x` is not a URL");
        assert!(diagnostic.to_string().starts_with(&text));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not read")]
    fn panics_when_dropped_unread() {
        let mut errors = Diagnostics::new();
        errors.push(missing_risk());
    }
}
