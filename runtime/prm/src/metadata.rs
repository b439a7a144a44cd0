//! A document that is valid.

use indexmap::IndexMap;
use mcp_scopes_model::{Outline, nearest::Nearest};
use serde::{Serialize, Serializer};

use crate::{
    address::{Loopback, well_known_url},
    builder::Builder,
    document::{Document, TRANSLATED},
    error::{Error, Report, below},
    extensions::{McpExtensions, SandboxEntry, SessionPolicies, ToolEntry, ToolPolicy},
    json::{Json, SyntaxError},
    member::Item,
    rules,
};

/// Protected resource metadata (RFC 9728), valid.
///
/// ```
/// use mcp_scopes_prm::Metadata;
/// let text = r#"{"resource": "https://files.example.com/mcp", "authorization_servers": ["https://auth.example.com"]}"#;
/// let metadata = Metadata::from_json(text)?;
/// assert_eq!(metadata.resource(), "https://files.example.com/mcp");
///
/// let error = Metadata::from_json(r#"{"resource": "http://files.example.com", "scopes_supported": []}"#).unwrap_err();
/// let pointers: Vec<_> = error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
/// assert_eq!(pointers, ["/scopes_supported", "/resource"]);
/// # Ok::<(), mcp_scopes_prm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    document: Document,
}

impl Metadata {
    /// Reads a document: strictly where RFC 9728 says MUST, and keeping every member it does not know.
    ///
    /// # Errors
    /// The text is not JSON (invalid UTF-8, a byte order mark, a member twice in one object at any depth, text behind
    /// the end, nesting over [`MAX_DEPTH`](crate::json::MAX_DEPTH), more than
    /// [`MAX_VALUES`](crate::json::MAX_VALUES) values, a member name that a parsing library reserves, see
    /// [`mcp_scopes_model::markers`]); or the document breaks rules: all of them are told at once.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::read(text.as_ref(), Loopback::Https)
    }

    /// The same, but plain http is accepted for resource and issuers on a loopback host: what
    /// [`Builder::allow_loopback_http`] makes, for development.
    ///
    /// # Errors
    /// As for [`Metadata::from_json`] otherwise.
    pub fn from_json_allowing_loopback_http(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::read(text.as_ref(), Loopback::Http)
    }

    fn read(bytes: &[u8], loopback: Loopback) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes).map_err(|error| {
            let valid = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or(bytes));
            SyntaxError::at(&valid, valid.len(), "the bytes here are not UTF-8 (RFC 8259 §8.1)")
        })?;
        let mut report = Report::default();
        let document = Document::take(Json::parse(text)?, "", &mut report);
        if let Some(document) = &document {
            rules::check(document, loopback, &mut report);
        }
        report.finish()?;
        // INVARIANT: what is no object has been reported.
        Ok(Self { document: document.unwrap_or_default() })
    }

    /// Takes a document as it is.
    ///
    /// # Errors
    /// It breaks rules: all of them are told at once.
    pub fn new(document: Document) -> Result<Self, Error> {
        Self::checked(document, Loopback::Https, Report::default())
    }

    pub(crate) fn checked(document: Document, loopback: Loopback, mut report: Report) -> Result<Self, Error> {
        rules::check(&document, loopback, &mut report);
        rules::readable::check(&document.give(), &mut report);
        report.finish()?;
        Ok(Self { document })
    }

    /// A document of which it is known that it is valid.
    pub(crate) fn trusted(document: Document) -> Self {
        Self { document }
    }

    /// Begins a document from a table: what is compiled in and what is scanned from source go this one way.
    pub fn of<'a>(outline: &'a Outline<'a>) -> Builder<'a> {
        Builder::new(outline)
    }

    /// The resource identifier.
    #[must_use]
    pub fn resource(&self) -> &str {
        // INVARIANT: a document without one is not valid.
        self.document.resource.as_deref().unwrap_or_default()
    }

    /// The issuer identifiers of the authorization servers; empty if the document names none, which RFC 9728 allows and
    /// [`Metadata::check_mcp`] does not.
    #[must_use]
    pub fn authorization_servers(&self) -> &[String] {
        &self.document.authorization_servers
    }

    /// What clients can know about tools and scopes.
    #[must_use]
    pub fn mcp_extensions(&self) -> Option<&McpExtensions> {
        self.document.mcp_extensions.as_ref()
    }

    /// All members.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// All members, to change them and check them again.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// Where this document is served, [`well_known_url`] of its resource.
    #[must_use]
    pub fn well_known_url(&self) -> String {
        // INVARIANT: the resource of a valid document is accepted there.
        well_known_url(self.resource()).unwrap_or_default()
    }

    /// Compares the resource with the identifier that the document was asked for, code point by code point
    /// (RFC 9728 §3.3, §6).
    ///
    /// # Errors
    /// They differ: the document must not be used.
    pub fn check_resource(&self, expected: &str) -> Result<(), Error> {
        let mut report = Report::default();
        rules::check_resource(self.resource(), expected, &mut report);
        report.finish()
    }

    /// What MCP asks for beyond RFC 9728: at least one authorization server.
    ///
    /// # Errors
    /// There is none.
    pub fn check_mcp(&self) -> Result<(), Error> {
        let mut report = Report::default();
        rules::check_mcp(&self.document, &mut report);
        report.finish()
    }

    /// Every member that has no meaning here, with the one that was probably meant.
    ///
    /// Readers ignore what they do not know (RFC 9728 §3.2), so a misspelt member says nothing, to nobody.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        unknown_members(&self.document)
    }

    /// The document as a JSON value: known members in the order of the fields of [`Document`], then the others.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.document.give()
    }

    /// The document as text: indented, the same every time, with a newline at its end.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        let mut text = self.to_json().pretty();
        text.push('\n');
        text
    }
}

/// A member that has no meaning here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMember {
    /// Where it stands, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The member that was probably meant.
    pub nearest: Option<&'static str>,
}

pub(crate) fn unknown_members(document: &Document) -> Vec<UnknownMember> {
    let mut found = Vec::new();
    unknown("", &document.other, Document::MEMBERS, &mut found);
    found.retain(|member| {
        let name = member.pointer.trim_start_matches('/');
        !TRANSLATED.iter().any(|(base, _)| name.strip_prefix(base).is_some_and(|rest| rest.starts_with('#')))
    });
    let Some(extensions) = &document.mcp_extensions else { return found };
    let top = "/mcp_extensions";
    unknown(top, &extensions.other, McpExtensions::MEMBERS, &mut found);
    for (name, tool) in &extensions.tool_scope_mapping {
        let at = below(&below(top, "tool_scope_mapping"), name);
        unknown(&at, &tool.other, ToolEntry::MEMBERS, &mut found);
    }
    for (name, policy) in &extensions.tool_interaction_policies {
        let at = below(&below(top, "tool_interaction_policies"), name);
        unknown(&at, &policy.other, ToolPolicy::MEMBERS, &mut found);
    }
    if let Some(session) = &extensions.session_policies {
        unknown(&below(top, "session_policies"), &session.other, SessionPolicies::MEMBERS, &mut found);
    }
    if let Some(sandbox) = &extensions.sandbox {
        unknown(&below(top, "sandbox"), &sandbox.other, SandboxEntry::MEMBERS, &mut found);
    }
    found
}

fn unknown(at: &str, other: &IndexMap<String, Json>, known: &'static [&'static str], found: &mut Vec<UnknownMember>) {
    for name in other.keys() {
        let nearest = known.iter().fold(Nearest::to(name), |search, known| search.or(known)).found();
        let nearest = known.iter().find(|known| Some(**known) == nearest).copied();
        found.push(UnknownMember { pointer: below(at, name), nearest });
    }
}

impl TryFrom<Document> for Metadata {
    type Error = Error;

    fn try_from(document: Document) -> Result<Self, Error> {
        Self::new(document)
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
