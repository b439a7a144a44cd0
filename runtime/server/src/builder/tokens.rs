//! What tokens may be bound to, and who receives them.

use super::ResourceServerBuilder;
use crate::token::AcceptedBindings;

impl ResourceServerBuilder {
    /// Accepts access tokens that are bound to a client certificate (RFC 8705): those whose `cnf` has a member `x5t#S256`. Default:
    /// they are rejected. The metadata states it: `tls_client_certificate_bound_access_tokens` (RFC 9728 §2).
    ///
    /// It trusts a proxy in front of this server, which must terminate TLS, ask for the client's certificate, and reject each
    /// request whose token is bound to another certificate. This server sees no certificate and checks nothing. If a request can
    /// reach it without the proxy, a stolen token is as good as one that is not bound.
    pub fn proof_checked_by_proxy(mut self) -> Self {
        self.proof_by_proxy = true;
        self
    }

    /// Returns what tokens may be bound to.
    pub(super) fn bindings(&self) -> AcceptedBindings {
        #[cfg(feature = "dpop")]
        let keys = self.dpop.is_some();
        #[cfg(not(feature = "dpop"))]
        let keys = false;
        AcceptedBindings { keys, certificates: self.proof_by_proxy }
    }

    /// Gives the verified access token to the server behind the layer, as an [`OwnedToken`](crate::OwnedToken) in the extensions of the
    /// request. Default: the token is not passed on. The header `Authorization` is removed in both cases.
    ///
    /// MCP forbids sending this token to another service: "If the MCP server makes requests to upstream APIs, it may act as an OAuth
    /// client to them. The access token used at the upstream API is a separate token, issued by the upstream authorization server. The
    /// MCP server MUST NOT pass through the token it received from the MCP client" (MCP 2026-07-28, "Authorization", section "Access
    /// Token Privilege Restriction"). The token names this server as its audience. A service that accepts it accepts the tokens of
    /// other servers too, and every service that receives it can call this server as the user.
    ///
    /// Exchange the token for one of the other service instead (RFC 8693): that request to the authorization server, as its
    /// `subject_token`, is what this setting is for. It also lets a server that cannot exchange tokens yet adopt the layer; remove the
    /// pass-through then.
    ///
    /// ```
    /// # fn call(request: &http::request::Parts) -> Option<()> {
    /// use mcp_scopes_server::OwnedToken;
    /// // In a handler; on rmcp with `Extension(parts): Extension<http::request::Parts>`.
    /// let token: &OwnedToken = request.extensions.get()?;
    /// let subject_token = token.expose_secret();
    /// # let _ = subject_token;
    /// # Some(()) }
    /// ```
    pub fn danger_expose_token(mut self) -> Self {
        self.exposes_token = true;
        self
    }
}
