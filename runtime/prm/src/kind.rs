//! Which rule a document breaks, under a name that stays.

/// Which rule a document breaks.
///
/// The names that [`ViolationKind::as_str`] gives stay the same from one release to the next; kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A value of another type than its member has (RFC 9728 §2).
    WrongType,
    /// A word that its member does not know.
    UnknownValue,
    /// An empty array, where the member had to be left out (RFC 9728 §3.2).
    EmptyMember,
    /// No `resource` (RFC 9728 §2).
    MissingResource,
    /// A resource identifier that is no https URL (RFC 9728 §1.2).
    ResourceNotHttps,
    /// A resource identifier with a fragment (RFC 9728 §1.2).
    ResourceFragment,
    /// Another resource than the one that was asked for (RFC 9728 §3.3).
    ResourceMismatch,
    /// An issuer identifier that is no https URL (RFC 8414 §2).
    IssuerNotHttps,
    /// An issuer identifier with a query or a fragment (RFC 8414 §2).
    IssuerQueryOrFragment,
    /// No authorization server, of which MCP asks for one at least (MCP 2026-07-28, Authorization).
    MissingAuthorizationServer,
    /// `jwks_uri` is no https URL (RFC 9728 §2).
    JwksUri,
    /// The algorithm `none` (RFC 9728 §2).
    AlgNone,
    /// The address of a page that is no URL (RFC 9728 §2).
    PageAddress,
    /// `signed_metadata` that is no signed JWT or has no `iss` (RFC 9728 §2.2).
    SignedMetadata,
    /// `signed_metadata` that holds itself, which readers are recommended to refuse (RFC 9728 §2.2).
    NestedSignedMetadata,
    /// A scope that is no scope-token (RFC 6749 §3.3).
    ScopeSyntax,
    /// A list of scopes in `mcp_extensions` without one.
    NoScope,
    /// Two members of `mcp_extensions` that cannot both be true.
    Contradiction,
    /// A call pattern or a glob that cannot be read.
    PatternSyntax,
    /// A limit of zero.
    ZeroLimit,
    /// A header's name that is none (RFC 9110 §5.1).
    HeaderName,
    /// Two tools of one name.
    DuplicateTool,
    /// A scope that implies itself.
    CircularHierarchy,
    /// What [`Json::parse`](crate::Json::parse) rejects: a member name that a parsing library reserves, or a value that
    /// nests too deep.
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

    /// Its stable name.
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

    /// The kind of a bad https address at that place: the resource, an issuer or the keys.
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
