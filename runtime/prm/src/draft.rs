//! A document read as far as it can be: for those who say what is wrong with it.

use crate::{
    ViolationKind,
    address::Loopback,
    document::Document,
    error::{Report, Violation},
    json::{Duplicate, Json, Places, SyntaxError},
    member::Item as _,
    metadata::{UnknownMember, unknown_members},
    rules,
};

/// A document that may be broken, with all that is wrong with it and where.
///
/// Nothing may be decided by such a document; [`Metadata`](crate::Metadata) is one that holds.
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
    /// The JSON value; of a member that stands twice the first.
    pub json: Json,
    /// Where its parts stand in the text.
    pub places: Places,
    /// The members that stand in their object already, which [`Metadata`](crate::Metadata) refuses.
    pub duplicates: Vec<Duplicate>,
    /// The members that can be read. What is of another type is left out here.
    pub document: Document,
    /// The rules of RFC 9728 and of `mcp_extensions` that it breaks.
    pub violations: Vec<Violation>,
}

impl Draft {
    /// Reads a document as far as it can be.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn read(text: &str) -> Result<Self, SyntaxError> {
        let located = Json::locate(text)?;
        let mut report = Report::default();
        let document = Document::take(located.json.clone(), "", &mut report);
        if let Some(document) = &document {
            rules::check(document, Loopback::Https, &mut report);
        }
        Ok(Self {
            json: located.json,
            places: located.places,
            duplicates: located.duplicates,
            document: document.unwrap_or_default(),
            violations: report.into_violations(),
        })
    }

    /// What MCP asks for beyond RFC 9728, as far as it is broken.
    #[must_use]
    pub fn check_mcp(&self) -> Vec<Violation> {
        let mut report = Report::default();
        // What is there but cannot be read has been reported as that.
        let said = |violation: &Violation| violation.pointer.starts_with("/authorization_servers");
        if !self.violations.iter().any(said) && matches!(self.json, Json::Object(_)) {
            rules::check_mcp(&self.document, &mut report);
        }
        report.into_violations()
    }

    /// Whether the document is that of another resource than the one it was asked for (RFC 9728 §3.3).
    #[must_use]
    pub fn check_resource(&self, expected: &str) -> Option<Violation> {
        let stated = self.document.resource.as_deref()?;
        let mut report = Report::default();
        rules::check_resource(stated, expected, &mut report);
        report.into_violations().pop()
    }

    /// Whether a rule that the document breaks is of that kind.
    #[must_use]
    pub fn breaks(&self, kind: ViolationKind) -> bool {
        self.violations.iter().any(|violation| violation.kind == kind)
    }

    /// What `signed_metadata` claims (RFC 9728 §2.2), if it can be read. Nobody looked at its signature.
    #[must_use]
    pub fn unverified_claims(&self) -> Option<Json> {
        rules::signed::claims(self.document.signed_metadata.as_deref()?)
    }

    /// Every member that has no meaning here, with the one that was probably meant.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        unknown_members(&self.document)
    }
}
