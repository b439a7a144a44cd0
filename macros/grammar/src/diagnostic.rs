//! What is wrong, where, and what to write instead.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One error of an annotation, a table or a group.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable id, listed in [`crate::catalogue`].
    pub id: &'static str,
    /// The user's own literal, key or item.
    pub span: Span,
    /// What is wrong and why, in one line; user text in backticks.
    pub message: String,
    /// What stands at the place, in a few words, for a caret line.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The message, and the help on a line of its own.
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

    /// An invocation of `::core::compile_error!` that carries [`Diagnostic::text`] at the span.
    #[must_use]
    pub fn to_compile_error(&self) -> TokenStream {
        let (span, text) = (self.span, self.text());
        quote_spanned!(span=> ::core::compile_error! { #text })
    }

    /// This diagnostic with another help than its kind's.
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

/// One error of `mcp-scopes.toml`, which has no span in any source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiagnostic {
    /// The stable id, listed in [`crate::catalogue`].
    pub id: &'static str,
    /// The file's path, as the table names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// What is wrong and why, in one line.
    pub message: String,
    /// What stands at the place, in a few words.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl FileDiagnostic {
    /// The same at a place in source: file, line and column stand in the message.
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

    /// This diagnostic with another help than its kind's.
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

/// Collects the diagnostics of one item, so that all of them come out at once.
///
/// INVARIANT: [`Diagnostics::finish`] is called. A collector that is dropped unread would lose errors; in debug builds
/// that panics.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    read: bool,
}

impl Diagnostics {
    /// An empty collector.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// How many there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Hands them out, in the order in which they were found.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.read = true;
        core::mem::take(&mut self.list)
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
        MISSING_RISK.at(Span::call_site(), "`f` states no risk".to_owned())
    }

    #[test]
    fn the_compiler_shows_message_and_help() {
        let diagnostic = missing_risk().help("write one");
        assert_eq!(
            diagnostic.to_compile_error().to_string(),
            ":: core :: compile_error ! { \"`f` states no risk\\n  help: write one\" }"
        );
        assert_eq!(diagnostic.to_string(), "`f` states no risk\n  help: write one");
    }

    #[test]
    fn a_place_in_a_file_stands_in_the_message() {
        let diagnostic = BAD_URL.in_file("mcp-scopes.toml", (3, 5), "`x` is no address".to_owned());
        let text = diagnostic.at(Span::call_site()).message;
        assert_eq!(text, "mcp-scopes.toml:3:5: `x` is no address");
        assert!(diagnostic.to_string().starts_with(&text));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not read")]
    fn an_unread_collector_is_a_bug() {
        let mut errors = Diagnostics::new();
        errors.push(missing_risk());
    }
}
