//! The sender of a request, which also receives its response.

use std::sync::Arc;

use http::HeaderValue;
#[cfg(all(feature = "policies", feature = "audit"))]
use mcp_scopes::Denied;
use mcp_scopes::{Caller, ScopeTable};

#[cfg(feature = "policies")]
use super::filter::FileLimits;
use super::{
    Claims,
    audit::Trail,
    environment::Resolved,
    message::Era,
    session::Owner,
    token::{Misreading, Scheme, Token, token_in},
};

/// A verified token.
pub(super) struct Credential {
    pub(super) claims: Arc<Claims>,
    pub(super) scheme: Scheme,
    /// The header that holds it.
    pub(super) header: HeaderValue,
}

impl Credential {
    pub(super) fn token(&self) -> Option<Token<'_>> {
        token_in(&self.header)
    }
}

/// The sender of a request, which also receives its response. Each step adds what it has determined.
#[cfg_attr(
    feature = "policies",
    expect(clippy::struct_excessive_bools, reason = "independent facts, each with a name")
)]
pub(super) struct Requester {
    pub(super) caller: Caller,
    /// Whether a header moved a live caller into the sandbox.
    #[cfg(feature = "policies")]
    pub(super) is_moved: bool,
    /// `None` for an unauthenticated caller.
    pub(super) credential: Option<Credential>,
    pub(super) era: Era,
    /// The id of the transport session, as the server behind the layer has written it.
    pub(super) session: Option<String>,
    /// Whether the response is a stream that was opened to listen, and so answers no call.
    pub(super) listens: bool,
    /// Whether the response to a POST may be a list of tools that the request asks for.
    pub(super) lists_tools: bool,
    /// Whether a response that may be cached depends on this caller, and so must not be cached for others.
    pub(super) reads_privately: bool,
    /// The files that the answers may contain.
    #[cfg(feature = "policies")]
    pub(super) files: FileLimits,
    /// The approval of the call that the request makes, by its caller.
    #[cfg(feature = "policies")]
    pub(super) approval: Option<mcp_scopes_policies::ApprovalId>,
    /// What the policies note for the audit.
    pub(super) trail: Trail,
    /// Why a call was denied by its arguments.
    #[cfg(all(feature = "policies", feature = "audit"))]
    pub(super) unmet: Option<Denied>,
}

impl Requester {
    pub(super) fn new(table: &'static ScopeTable, credential: Option<Credential>, resolved: Resolved) -> Self {
        let grant = credential.as_ref().map_or_else(|| table.anonymous(), |token| token.claims.grant(table));
        let caller = Caller::new(grant, resolved.environment);
        Self {
            caller,
            #[cfg(feature = "policies")]
            is_moved: resolved.is_moved,
            credential,
            era: Era::Legacy,
            session: None,
            listens: false,
            lists_tools: false,
            reads_privately: false,
            #[cfg(feature = "policies")]
            files: FileLimits::default(),
            #[cfg(feature = "policies")]
            approval: None,
            trail: Trail::default(),
            #[cfg(all(feature = "policies", feature = "audit"))]
            unmet: None,
        }
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.caller.grant().is_anonymous()
    }

    /// Returns whether a policy limits the files in the answer.
    pub(super) fn limits_files(&self) -> bool {
        #[cfg(feature = "policies")]
        return !self.files.is_empty();
        #[cfg(not(feature = "policies"))]
        false
    }

    /// Returns the scheme of the request. Without a token, its challenge is for `Bearer`.
    pub(super) fn scheme(&self) -> Scheme {
        self.credential.as_ref().map_or(Scheme::Bearer, |credential| credential.scheme)
    }

    /// Returns why a client that requested more scopes would receive the same again, if that is so.
    pub(super) fn misread_scopes(&self) -> Option<Misreading> {
        let holds_some = self.caller.grant().scopes().next().is_some();
        let Misreading { what, help } = self.credential.as_ref()?.claims.misreading(holds_some)?;
        let result =
            if holds_some { "requesting scopes does not help" } else { "the token grants no scope of this server" };
        Some(Misreading { what: format!("{result}; {what}"), help })
    }

    /// Returns the owner of sessions and limits.
    pub(super) fn owner(&self) -> Owner<'_> {
        match &self.credential {
            None => Owner::Anonymous,
            Some(credential) => Owner::Holder(&credential.claims, credential.token()),
        }
    }
}
