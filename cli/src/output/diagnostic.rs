//! [`Diagnostic`]: a finding, a change or a failed check, in the form that every format renders.

use std::{borrow::Cow, path::Path};

use mcp_scopes_scan::{Fix, Suppression, SuppressionKind, artefact::is_artefact, source::Place};

use crate::{escape::escaped_line, verdict::Verdict};

/// The id of the diagnostic for input that could not be read.
pub(crate) const UNREADABLE: &str = "unreadable-input";

/// One finding of `lint`, one change of `diff` and `check`, or one error of a run.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostic<'a> {
    /// The id of the rule or of the kind of change. Empty for an error of the run.
    pub(crate) id: &'a str,
    pub(crate) level: Level,
    /// The verdict on a change.
    pub(crate) verdict: Option<Verdict>,
    /// The problem or the change, in one line.
    pub(crate) message: &'a str,
    /// What diagnostics with this id mean, in one line; may be empty.
    pub(crate) meaning: &'a str,
    /// The correction; may be empty.
    pub(crate) help: &'a str,
    /// The place in a file. `None` if no single line states it.
    pub(crate) place: Option<Place>,
    pub(crate) subject: Subject<'a>,
    /// The category of the rule.
    pub(crate) category: Option<&'static str>,
    /// The automatic fix, if there is one.
    pub(crate) fix: Option<&'a Fix>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) suppression: Option<&'a Suppression>,
    /// The address of the page about the id.
    pub(crate) url: Option<String>,
    /// The digits by which a change is accepted.
    pub(crate) change: Option<&'a str>,
}

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// For information.
    Note,
    /// It should be fixed or reviewed.
    Warning,
    /// The run exits with 1 because of it.
    Error,
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// The name of a tool, scope, role or member; may be empty.
    Name(&'a str),
    /// A value in the metadata document, as a JSON Pointer (RFC 6901).
    Pointer(&'a str),
}

/// A value that stays the same while lines move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// The version of the algorithm.
    pub(crate) version: &'static str,
    pub(crate) digits: String,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl<'a> Diagnostic<'a> {
    /// Creates a diagnostic at error level that has only a message and a help text.
    pub(crate) fn error(message: &'a str, help: &'a str) -> Self {
        Self {
            id: "",
            level: Level::Error,
            verdict: None,
            message,
            meaning: "",
            help,
            place: None,
            subject: Subject::Name(""),
            category: None,
            fix: None,
            fingerprint: Fingerprint::default(),
            suppression: None,
            url: None,
            change: None,
        }
    }

    /// Returns the message after the verdict: `patch, weakens: the issuer is added`.
    pub(crate) fn headline(&self) -> String {
        match self.verdict {
            Some(verdict) => format!("{verdict}: {}", self.message),
            None => self.message.to_owned(),
        }
    }

    /// Returns `accepted until 2027-03-01` for a change that is accepted.
    pub(crate) fn accepted(&self) -> Option<String> {
        let why = self.suppression.filter(|why| why.kind == SuppressionKind::Acceptance)?;
        Some(why.until.as_ref().map_or_else(|| "accepted".to_owned(), |day| format!("accepted until {day}")))
    }

    /// Creates the diagnostic for input that could not be read.
    pub(crate) fn failure(message: &'a str, help: &'a str) -> Self {
        Self { id: UNREADABLE, ..Self::error(message, help) }
    }

    /// Returns whether it states that some input could not be read.
    pub(crate) fn is_failure(&self) -> bool {
        self.id == UNREADABLE
    }

    /// Returns the place, if it is in a text. A program has no lines, and neither has the address of a server.
    pub(crate) fn text_place(&self) -> Option<&Place> {
        self.place.as_ref().filter(|place| !place.is_whole() && !is_program(&place.file))
    }

    /// Returns the place as `src/lib.rs:12:5`, or the file of a program.
    pub(crate) fn location(&self) -> Option<String> {
        self.location_at(Cow::Borrowed)
    }

    /// Returns the place with another name of the file.
    pub(crate) fn location_at<'p>(&'p self, named: impl Fn(&'p str) -> Cow<'p, str>) -> Option<String> {
        let Place { file, start, .. } = self.place.as_ref()?;
        let file = escaped_line(&named(file));
        Some(self.text_place().map_or_else(|| file.clone(), |_| format!("{file}:{}:{}", start.line, start.column)))
    }

    /// Returns the pointer and the meaning of a change, on one line: `/resource: tokens for the old one are refused`.
    pub(crate) fn explanation(&self) -> Option<String> {
        let Subject::Pointer(pointer) = self.subject else { return None };
        Some(format!("{}: {}", escaped_line(pointer), self.meaning))
    }

    /// Returns the file, or an empty text without a place.
    pub(crate) fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.file)
    }
}

/// Returns whether a file is a program, in which places are offsets.
fn is_program(file: &str) -> bool {
    let path = Path::new(file);
    let is_text = path.extension().is_some_and(|end| ["rs", "toml", "json"].iter().any(|known| end == *known));
    !is_text && is_artefact(path)
}
