//! Metadata documents as what is linted.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path, sync::Arc};

use mcp_scopes_grammar::config as grammar;
use mcp_scopes_prm::Draft;
use mcp_scopes_scan::{
    Error, ErrorKind, Finding, Report,
    file::{self, MAX_FILE},
    inventory::Config,
    large_stack, settle, shown,
    source::Place,
};

use crate::{Overrides, Profile, apply, find, fingerprint, levels::Levels, lint_model::Document, rule::Setting};

/// How metadata documents are linted.
///
/// ```
/// use mcp_scopes_lint::Documents;
/// let text = br#"{"resource": "http://files.example.com/mcp"}"#;
/// let report = Documents::new().lint("metadata.json", text);
/// assert!(report.findings.iter().any(|finding| finding.rule == "resource-not-https"));
/// assert!(report.has_errors());
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is linted before `lint` or `lint_file`"]
pub struct Documents {
    profile: Profile,
    resource: Option<String>,
    overrides: Overrides,
    config: Option<Config>,
    instead: BTreeMap<Arc<str>, Arc<str>>,
}

impl Documents {
    /// Documents that are held to all that MCP asks for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds them to other standards.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// States the identifier that the documents were asked for, which they have to carry code point by code point
    /// (RFC 9728 §3.3).
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Sets levels of rules from outside.
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Reads this text in place of a file, which is named as in findings: what a fix would come to.
    pub fn instead(mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        self.instead.insert(file.into(), text.into());
        self
    }

    /// Takes levels, options, the convention and the namespace from a configuration file such as `mcp-scopes.toml`.
    ///
    /// # Errors
    /// It cannot be read, or something in it is wrong, which the error's report says.
    pub fn config(mut self, path: &Path) -> Result<Self, Error> {
        let file = shown(path);
        let text = file::text(path).map_err(|error| Error::unreadable(path, error))?;
        let mut report = Report::default();
        report.sources.keep(&file, &text.as_str().into());
        match grammar::read(&text, &file) {
            Ok(said) => {
                let config = Config { said, file: file.clone() };
                Levels::new(&self.overrides).read(&config, &mut report.findings);
                self.config = Some(config);
            }
            Err(errors) => report.findings.extend(errors.into_iter().map(|error| {
                let place = Place::point(&file, error.line, error.column);
                Finding::error(error.id, error.message).help(error.help.unwrap_or_default()).at(place).about(&*file)
            })),
        }
        if report.has_errors() {
            let message = format!("`{file}` cannot be used");
            return Err(Error::new(ErrorKind::Findings, message).with(report));
        }
        Ok(self)
    }

    /// Lints the document in a file. What is wrong with its bytes is a finding.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn lint_file(&self, path: &Path) -> Result<Report, Error> {
        let unreadable = |error| Error::unreadable(path, error);
        if let Some(text) = self.instead.get(&shown(path)) {
            return Ok(self.lint(&shown(path), text.as_bytes()));
        }
        let file = File::open(path).map_err(unreadable)?;
        let bytes = limited(file).map_err(unreadable)?;
        Ok(self.lint(&shown(path), &bytes))
    }

    /// Lints the document that a reader gives; `name` is what the findings call its file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn lint_reader(&self, name: &str, reader: impl Read) -> Result<Report, Error> {
        if let Some(text) = self.instead.get(name) {
            return Ok(self.lint(name, text.as_bytes()));
        }
        let bytes = limited(reader).map_err(|error| Error::unreadable(Path::new(name), error))?;
        Ok(self.lint(name, &bytes))
    }

    /// Lints a document; `name` is what the findings call its file.
    #[must_use]
    pub fn lint(&self, name: &str, bytes: &[u8]) -> Report {
        let file: Arc<str> = name.into();
        let mut report = Report::default();
        report.documents = 1;
        let mut levels = Levels::new(&self.overrides);
        if let Some(config) = &self.config {
            // What is wrong with the file was said when it was read.
            levels.read(config, &mut Vec::new());
        }
        self.look(&file, bytes, &levels, &mut report);
        settle(&mut report.findings);
        fingerprint::assign(&mut report);
        report
    }

    fn look(&self, file: &Arc<str>, bytes: &[u8], levels: &Levels, report: &mut Report) {
        if bytes.len() as u64 > MAX_FILE {
            let message = format!("the document is larger than {} MiB, which no client takes", MAX_FILE >> 20);
            let help = "publish what clients need, which is a few hundred kilobytes for thousands of tools";
            report.findings.extend(unread(levels, file, (1, 1), message, help));
            return;
        }
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let head = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let line = head.matches('\n').count() + 1;
                let column = head.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                let message = "the bytes here are not UTF-8, which JSON is written in (RFC 8259 §8.1)".to_owned();
                report.findings.extend(unread(levels, file, (line, column), message, "save the file as UTF-8"));
                return;
            }
        };
        report.sources.keep(file, &text.into());
        match Draft::read(text) {
            Err(error) => {
                let message = format!("the document is not JSON: {}", error.message());
                let at = (error.line(), error.column());
                let help = "write one JSON object (RFC 8259), without comments and trailing commas";
                report.findings.extend(unread(levels, file, at, message, help));
            }
            Ok(draft) => large_stack(|| {
                let document = Document::new(file, text, &draft, self.config.as_ref());
                let document = document.asked(self.profile, self.resource.as_deref());
                apply::to_document(&document, levels, &report.sources, &mut report.findings);
            }),
        }
    }
}

/// The rule for what cannot be read at all; it has no code of its own.
const UNREAD: &str = "not-json";

fn unread(levels: &Levels, file: &Arc<str>, at: (usize, usize), message: String, help: &str) -> Option<Finding> {
    let rule = find(UNREAD)?;
    // Nothing can be said of what cannot be read, so that this is never a mere warning.
    if levels.of_rule(rule) == Setting::Allow {
        return None;
    }
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let place = Place::point(file, number(at.0), number(at.1));
    Some(Finding::error(rule.id, message).help(help).at(place).about(&**file))
}

/// Everything that a reader gives, and one byte more than is taken.
fn limited(reader: impl Read) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
