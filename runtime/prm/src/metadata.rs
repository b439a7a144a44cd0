//! Valid documents.

use indexmap::IndexMap;
use mcp_scopes_model::nearest::Nearest;
use serde::{Serialize, Serializer};

use crate::{
    address::{Loopback, well_known_url},
    conditional_scopes::ConditionEntry,
    document::{Document, TRANSLATED},
    error::{Error, ViolationList, below},
    extensions::{McpExtensions, SandboxEntry, SessionPolicies, ToolEntry, ToolPolicy},
    json::{Json, SyntaxError},
    member::Item,
    validation,
};

/// A valid protected resource metadata document (RFC 9728).
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
    /// Reads a document. Enforces every MUST of RFC 9728 and keeps unknown members.
    ///
    /// # Errors
    /// Returns a syntax error if the text is not JSON: invalid UTF-8, a byte order mark, a duplicate member at any
    /// depth, trailing characters, nesting deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH), more than
    /// [`MAX_VALUES`](crate::json::MAX_VALUES) values, or a member name that a parsing library reserves
    /// ([`mcp_scopes_model::markers`]). Otherwise returns all violations of the document.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::read(text.as_ref(), Loopback::Https)
    }

    /// Like [`Metadata::from_json`], but accepts plain http for resource and issuers on a loopback host, as
    /// [`Builder`](crate::Builder) does by default, for development.
    ///
    /// # Errors
    /// Otherwise returns the errors of [`Metadata::from_json`].
    pub fn from_json_allowing_loopback_http(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::read(text.as_ref(), Loopback::Http)
    }

    fn read(bytes: &[u8], loopback: Loopback) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes).map_err(|error| {
            let valid = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or(bytes));
            SyntaxError::at(&valid, valid.len(), "invalid UTF-8 (RFC 8259 §8.1)")
        })?;
        let mut report = ViolationList::default();
        let document = Document::take(Json::parse(text)?, "", &mut report);
        if let Some(document) = &document {
            validation::check(document, loopback, &mut report);
        }
        report.finish()?;
        // INVARIANT: a value that is not an object has been reported.
        Ok(Self { document: document.unwrap_or_default() })
    }

    /// Validates a document.
    ///
    /// # Errors
    /// Returns all violations.
    pub fn new(document: Document) -> Result<Self, Error> {
        Self::checked(document, Loopback::Https, ViolationList::default())
    }

    pub(crate) fn checked(document: Document, loopback: Loopback, mut report: ViolationList) -> Result<Self, Error> {
        validation::check(&document, loopback, &mut report);
        validation::readable::check(&document.give(), &mut report);
        report.finish()?;
        Ok(Self { document })
    }

    /// Wraps a document that is known to be valid.
    pub(crate) fn trusted(document: Document) -> Self {
        Self { document }
    }

    /// Returns the resource identifier.
    #[must_use]
    pub fn resource(&self) -> &str {
        // INVARIANT: a valid document has a resource.
        self.document.resource.as_deref().unwrap_or_default()
    }

    /// Returns the issuer identifiers of the authorization servers. Empty if the document has none, which RFC 9728
    /// allows and [`Metadata::check_mcp`] rejects.
    #[must_use]
    pub fn authorization_servers(&self) -> &[String] {
        &self.document.authorization_servers
    }

    /// Returns the members of `mcp_extensions`.
    #[must_use]
    pub fn mcp_extensions(&self) -> Option<&McpExtensions> {
        self.document.mcp_extensions.as_ref()
    }

    /// Returns all members.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns all members by value, for changes. [`Metadata::new`] validates them again.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// Returns the URL at which this document is served: [`well_known_url`] of its resource.
    #[must_use]
    pub fn well_known_url(&self) -> String {
        // INVARIANT: `well_known_url` accepts the resource of a valid document.
        well_known_url(self.resource()).unwrap_or_default()
    }

    /// Compares the resource with the identifier for which the document was requested, code point by code point (RFC
    /// 9728 §3.3, §6).
    ///
    /// # Errors
    /// Returns an error if they differ. The document must not be used in that case.
    pub fn check_resource(&self, expected: &str) -> Result<(), Error> {
        let mut report = ViolationList::default();
        validation::check_resource(self.resource(), expected, &mut report);
        report.finish()
    }

    /// Checks the rules that MCP adds to RFC 9728: at least one authorization server.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub fn check_mcp(&self) -> Result<(), Error> {
        let mut report = ViolationList::default();
        validation::check_mcp(&self.document, &mut report);
        report.finish()
    }

    /// Returns every unknown member, with the known member that it resembles.
    ///
    /// Readers ignore unknown members (RFC 9728 §3.2), so a misspelled member has no effect.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        unknown_members(&self.document)
    }

    /// Returns the document as a JSON value: known members in the order of the fields of [`Document`], then the others.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.document.give()
    }

    /// Returns the document as indented text with a trailing newline. The output is deterministic.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        let mut text = self.to_json().pretty();
        text.push('\n');
        text
    }
}

/// An unknown member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMember {
    /// The location, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The known member that it resembles.
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
        for (place, condition) in tool.conditional_scopes.iter().enumerate() {
            let at = below(&below(&at, "conditional_scopes"), &place.to_string());
            unknown(&at, &condition.other, ConditionEntry::MEMBERS, &mut found);
        }
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
