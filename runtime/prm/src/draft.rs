//! Lenient reading of a document, for tools that report its errors.

use crate::{
    ViolationKind,
    address::Loopback,
    document::Document,
    error::{Violation, ViolationList},
    json::{Duplicate, Json, Places, SyntaxError},
    member::Item as _,
    metadata::{UnknownMember, unknown_members},
    validation,
};

/// A document that may be invalid, with all violations and their locations.
///
/// A draft must not be used for decisions. [`Metadata`](crate::Metadata) is the validated type.
///
/// ```
/// use mcp_scopes_prm::{Draft, ViolationKind};
/// let draft = Draft::read(r#"{"resource": "http://h", "scopes_supported": []}"#)?;
/// let kinds: Vec<_> = draft.violations.iter().map(|violation| violation.kind).collect();
/// assert_eq!(kinds, [ViolationKind::EmptyMember, ViolationKind::ResourceNotHttps]);
/// # Ok::<(), mcp_scopes_prm::json::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Draft {
    /// The JSON value. Of a duplicate member it contains the first.
    pub json: Json,
    /// The location of each value in the text.
    pub places: Places,
    /// Duplicate members, which [`Metadata`](crate::Metadata) rejects.
    pub duplicates: Vec<Duplicate>,
    /// The members that can be read. Members of a wrong type are omitted.
    pub document: Document,
    /// The violated rules of RFC 9728 and of `mcp_extensions`.
    pub violations: Vec<Violation>,
}

impl Draft {
    /// Reads as much of a document as possible.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON.
    pub fn read(text: &str) -> Result<Self, SyntaxError> {
        let located = Json::locate(text)?;
        let mut report = ViolationList::default();
        let document = Document::take(located.json.clone(), "", &mut report);
        if let Some(document) = &document {
            validation::check(document, Loopback::Https, &mut report);
        }
        Ok(Self {
            json: located.json,
            places: located.places,
            duplicates: located.duplicates,
            document: document.unwrap_or_default(),
            violations: report.into_violations(),
        })
    }

    /// Returns violations of the rules that MCP adds to RFC 9728.
    #[must_use]
    pub fn check_mcp(&self) -> Vec<Violation> {
        let mut report = ViolationList::default();
        // A member that cannot be read has already been reported.
        let said = |violation: &Violation| violation.pointer.starts_with("/authorization_servers");
        if !self.violations.iter().any(said) && matches!(self.json, Json::Object(_)) {
            validation::check_mcp(&self.document, &mut report);
        }
        report.into_violations()
    }

    /// Checks whether the document belongs to another resource than the requested one (RFC 9728 §3.3).
    #[must_use]
    pub fn check_resource(&self, expected: &str) -> Option<Violation> {
        let stated = self.document.resource.as_deref()?;
        let mut report = ViolationList::default();
        validation::check_resource(stated, expected, &mut report);
        report.into_violations().pop()
    }

    /// Returns whether the document has a violation of that kind.
    #[must_use]
    pub fn breaks(&self, kind: ViolationKind) -> bool {
        self.violations.iter().any(|violation| violation.kind == kind)
    }

    /// Returns the claims of `signed_metadata` (RFC 9728 §2.2), if they can be read. The signature is not verified.
    #[must_use]
    pub fn unverified_claims(&self) -> Option<Json> {
        validation::signed::claims(self.document.signed_metadata.as_deref()?)
    }

    /// Returns every unknown member, with the known member that it resembles.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        unknown_members(&self.document)
    }
}
