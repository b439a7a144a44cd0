//! The kinds of violations, with stable names.

/// A rule of the document that can be violated.
///
/// The names that [`ViolationKind::as_str`] returns are stable across releases. Kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A member of the wrong type (RFC 9728 §2).
    WrongType,
    /// An unknown value of a member.
    UnknownValue,
    /// An empty array, which must be omitted (RFC 9728 §3.2).
    EmptyMember,
    /// Missing `resource` (RFC 9728 §2).
    MissingResource,
    /// A resource identifier that is not an https URL (RFC 9728 §1.2).
    ResourceNotHttps,
    /// A resource identifier with a fragment (RFC 9728 §1.2).
    ResourceFragment,
    /// A resource other than the requested one (RFC 9728 §3.3).
    ResourceMismatch,
    /// An issuer identifier that is not an https URL (RFC 8414 §2).
    IssuerNotHttps,
    /// An issuer identifier with a query or a fragment (RFC 8414 §2).
    IssuerQueryOrFragment,
    /// Missing authorization server, of which MCP requires at least one (MCP 2026-07-28, Authorization).
    MissingAuthorizationServer,
    /// A `jwks_uri` that is not an https URL (RFC 9728 §2).
    JwksUri,
    /// The algorithm `none` (RFC 9728 §2).
    AlgNone,
    /// The address of a page that is not a URL (RFC 9728 §2).
    PageAddress,
    /// `signed_metadata` that is not a signed JWT or has no `iss` (RFC 9728 §2.2).
    SignedMetadata,
    /// `signed_metadata` that contains itself, which readers should reject (RFC 9728 §2.2).
    NestedSignedMetadata,
    /// A scope that is not a scope-token (RFC 6749 §3.3).
    ScopeSyntax,
    /// An empty list of scopes in `mcp_extensions`.
    NoScope,
    /// Two contradicting members of `mcp_extensions`.
    Contradiction,
    /// An invalid call pattern or glob.
    PatternSyntax,
    /// A limit of zero.
    ZeroLimit,
    /// An invalid header name (RFC 9110 §5.1).
    HeaderName,
    /// Two tools with the same name.
    DuplicateTool,
    /// A scope that implies itself.
    CircularHierarchy,
    /// Input that [`Json::parse`](crate::json::Json::parse) rejects: a member name that a parsing library reserves, or a
    /// value that nests too deep.
    Unreadable,
}

impl ViolationKind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::WrongType,
        Self::UnknownValue,
        Self::EmptyMember,
        Self::MissingResource,
        Self::ResourceNotHttps,
        Self::ResourceFragment,
        Self::ResourceMismatch,
        Self::IssuerNotHttps,
        Self::IssuerQueryOrFragment,
        Self::MissingAuthorizationServer,
        Self::JwksUri,
        Self::AlgNone,
        Self::PageAddress,
        Self::SignedMetadata,
        Self::NestedSignedMetadata,
        Self::ScopeSyntax,
        Self::NoScope,
        Self::Contradiction,
        Self::PatternSyntax,
        Self::ZeroLimit,
        Self::HeaderName,
        Self::DuplicateTool,
        Self::CircularHierarchy,
        Self::Unreadable,
    ];

    /// Returns the stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongType => "wrong-type",
            Self::UnknownValue => "unknown-value",
            Self::EmptyMember => "empty-member",
            Self::MissingResource => "missing-resource",
            Self::ResourceNotHttps => "resource-not-https",
            Self::ResourceFragment => "resource-fragment",
            Self::ResourceMismatch => "resource-mismatch",
            Self::IssuerNotHttps => "issuer-not-https",
            Self::IssuerQueryOrFragment => "issuer-query-or-fragment",
            Self::MissingAuthorizationServer => "missing-authorization-server",
            Self::JwksUri => "jwks-uri",
            Self::AlgNone => "alg-none",
            Self::PageAddress => "page-address",
            Self::SignedMetadata => "signed-metadata",
            Self::NestedSignedMetadata => "nested-signed-metadata",
            Self::ScopeSyntax => "scope-syntax",
            Self::NoScope => "no-scope",
            Self::Contradiction => "contradiction",
            Self::PatternSyntax => "pattern-syntax",
            Self::ZeroLimit => "zero-limit",
            Self::HeaderName => "header-name",
            Self::DuplicateTool => "duplicate-tool",
            Self::CircularHierarchy => "circular-hierarchy",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns the kind of an invalid https URL at that location: the resource, an issuer or the keys.
    pub(crate) fn of_address(pointer: &str) -> Self {
        if pointer.contains("/authorization_servers/") {
            Self::IssuerNotHttps
        } else if pointer == "/jwks_uri" {
            Self::JwksUri
        } else {
            Self::ResourceNotHttps
        }
    }
}
