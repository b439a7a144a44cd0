//! Lints metadata documents.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path, sync::Arc};

use mcp_scopes_grammar::config as grammar;
use mcp_scopes_prm::Draft;
use mcp_scopes_scan::{
    Error, ErrorKind, Finding, Level, Report,
    file::{self, MAX_FILE},
    inventory::Config,
    large_stack, settle, shown,
    source::Place,
};

use crate::{
    Overrides, apply, find, fingerprint,
    levels::Levels,
    lint_model::{AuthorizationServer, ParsedDocument, Profile},
    rule::{Rule, Setting},
};

/// The settings to lint metadata documents.
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
    authorization_server: Option<AuthorizationServer>,
    instead: BTreeMap<Arc<str>, Arc<str>>,
}

impl Documents {
    /// Creates settings that check RFC 9728 and all MCP requirements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the standards to check.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets the identifier that the documents were requested for. Each document has to carry it, compared code point by
    /// code point (RFC 9728 §3.3).
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Sets overrides for the levels of rules.
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Replaces the text of a file, for example to check a fix. `file` is the name that findings use.
    pub fn instead(mut self, file: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        self.instead.insert(file.into(), text.into());
        self
    }

    /// Reads levels, options, the convention and the namespace from a configuration file such as `mcp-scopes.toml`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is invalid. The error's report has the details.
    pub fn config(mut self, path: &Path) -> Result<Self, Error> {
        let overrides = self.overrides.clone();
        self.config = Some(checked(path, |config, findings| Levels::new(&overrides).read(config, findings))?);
        Ok(self)
    }

    /// Reads the metadata of the authorization server (RFC 8414), which the documents are compared with.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or is not such metadata.
    pub fn authorization_server_metadata(mut self, path: &Path) -> Result<Self, Error> {
        let text = file::text(path).map_err(|error| Error::unreadable(path, error))?;
        let parsed = AuthorizationServer::parse(&text).ok_or_else(|| {
            let message = format!("`{}` is not metadata of an authorization server", shown(path));
            Error::new(ErrorKind::Usage, message).help("give a JSON object with `issuer` (RFC 8414 §2)")
        })?;
        self.authorization_server = Some(parsed);
        Ok(self)
    }

    /// Returns the level of a rule under these settings; `None` if the rule is off.
    #[must_use]
    pub fn level_of(&self, rule: &Rule) -> Option<Level> {
        self.levels().of_rule(rule, "").level()
    }

    fn levels(&self) -> Levels {
        let mut levels = Levels::new(&self.overrides);
        if let Some(config) = &self.config {
            // Errors in the file were reported when it was read.
            levels.read(config, &mut Vec::new());
        }
        levels
    }

    /// Lints the document in a file. Malformed bytes are a finding.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn lint_file(&self, path: &Path) -> Result<Report, Error> {
        let unreadable = |error| Error::unreadable(path, error);
        if let Some(text) = self.instead.get(&shown(path)) {
            return Ok(self.lint(&shown(path), text.as_bytes()));
        }
        let file = File::open(path).map_err(unreadable)?;
        let bytes = limited(file).map_err(unreadable)?;
        Ok(self.lint(&shown(path), &bytes))
    }

    /// Lints the document from a reader. Findings use `name` as the name of its file.
    ///
    /// # Errors
    /// Returns an error if the reader fails.
    pub fn lint_reader(&self, name: &str, reader: impl Read) -> Result<Report, Error> {
        if let Some(text) = self.instead.get(name) {
            return Ok(self.lint(name, text.as_bytes()));
        }
        let bytes = limited(reader).map_err(|error| Error::unreadable(Path::new(name), error))?;
        Ok(self.lint(name, &bytes))
    }

    /// Lints a document. Findings use `name` as the name of its file.
    #[must_use]
    pub fn lint(&self, name: &str, bytes: &[u8]) -> Report {
        let file: Arc<str> = name.into();
        let mut report = Report::default();
        report.documents = 1;
        self.check(&file, bytes, &self.levels(), &mut report);
        settle(&mut report.findings);
        fingerprint::assign(&mut report);
        report
    }

    fn check(&self, file: &Arc<str>, bytes: &[u8], levels: &Levels, report: &mut Report) {
        if bytes.len() as u64 > MAX_FILE {
            let message = format!("the document is larger than {} MiB", MAX_FILE >> 20);
            let help = "publish only what clients need; thousands of tools take a few hundred kilobytes";
            report.findings.extend(unread(levels, file, (1, 1), message, help));
            return;
        }
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let head = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let line = head.matches('\n').count() + 1;
                let column = head.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                let message = "the document is not UTF-8, which JSON requires (RFC 8259 §8.1)".to_owned();
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
                let document = ParsedDocument::new(file, text, &draft, self.config.as_ref());
                let document = document.asked(self.profile, self.resource.as_deref());
                let document = document.issued_by(self.authorization_server.as_ref());
                apply::to_document(&document, levels, &report.sources, &mut report.findings);
            }),
        }
    }
}

/// Reads a configuration file such as `mcp-scopes.toml`.
///
/// # Errors
/// Returns an error if the file cannot be read or is invalid. The error's report has the details.
pub fn config_file(path: &Path) -> Result<Config, Error> {
    checked(path, |_, _| {})
}

fn checked(path: &Path, check: impl FnOnce(&Config, &mut Vec<Finding>)) -> Result<Config, Error> {
    let file = shown(path);
    let text = file::text(path).map_err(|error| Error::unreadable(path, error))?;
    let mut report = Report::default();
    report.sources.keep(&file, &text.as_str().into());
    match grammar::read(&text, &file) {
        Ok(said) => {
            let config = Config { said, file: file.clone() };
            check(&config, &mut report.findings);
            if !report.has_errors() {
                return Ok(config);
            }
        }
        Err(errors) => report.findings.extend(errors.into_iter().map(|error| {
            let place = Place::point(&file, error.line, error.column);
            Finding::error(error.id, error.message).help(error.help.unwrap_or_default()).at(place).about(&*file)
        })),
    }
    Err(Error::new(ErrorKind::Findings, format!("`{file}` cannot be used")).with(report))
}

/// The rule for documents that cannot be parsed. The engine reports it.
const UNREAD: &str = "not-json";

fn unread(levels: &Levels, file: &Arc<str>, at: (usize, usize), message: String, help: &str) -> Option<Finding> {
    let rule = find(UNREAD)?;
    // No other rule can check such a document, so the finding is never just a warning.
    if levels.of_rule(rule, file) == Setting::Allow {
        return None;
    }
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let place = Place::point(file, number(at.0), number(at.1));
    Some(Finding::error(rule.id, message).help(help).at(place).about(&**file))
}

/// Reads to the end, but at most one byte above the maximum size.
fn limited(reader: impl Read) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
