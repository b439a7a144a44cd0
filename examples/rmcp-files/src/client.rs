//! Who calls, by development tokens.
//!
//! They stand in for access tokens of an authorization server. Nothing else depends on that: a server that verifies tokens
//! makes the same [`Client`] from their claims.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use mcp_scopes::{AsCaller, Caller, Challenge, Environment};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
    service::RequestContext,
};

use crate::TOOLS;

/// One who calls: what they may do, and by which name their calls are counted.
#[derive(Clone, Debug)]
pub struct Client {
    /// The token, in place of issuer, subject and client of a verified one; `None` for a caller without.
    pub name: Option<Arc<str>>,
    /// What the token grants, and where its calls act.
    pub caller: Caller,
}

impl Client {
    /// The caller of that request.
    ///
    /// # Errors
    /// If the request did not come through the routes of [`http`](crate::http): nobody has looked at its token.
    pub fn of(context: &RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let parts = context.extensions.get::<Parts>();
        let client = parts.and_then(|parts| parts.extensions.get::<Self>());
        client.cloned().ok_or_else(|| ErrorData::internal_error("nothing tells who calls", None))
    }
}

impl AsCaller for Client {
    fn as_caller(&self) -> Option<&Caller> {
        Some(&self.caller)
    }
}

/// So that a tool can name its caller as an argument.
impl<S> FromContextPart<ToolCallContext<'_, S>> for Client {
    fn from_context_part(context: &mut ToolCallContext<'_, S>) -> Result<Self, ErrorData> {
        Self::of(context.request_context())
    }
}

/// The tokens that are accepted, and what each grants.
#[derive(Clone, Debug, Default)]
pub struct DevelopmentTokens {
    clients: BTreeMap<String, Client>,
}

impl DevelopmentTokens {
    /// Reads `token = scope scope; other@sandbox = scope`.
    ///
    /// # Errors
    /// What is wrong with the first entry that is not of this form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut clients = BTreeMap::new();
        for entry in text.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (token, scopes) = entry
                .split_once('=')
                .ok_or_else(|| format!("`{entry}` is not a token and its scopes; write `token = scope scope`"))?;
            let (token, environment) = match token.trim().split_once('@') {
                None => (token.trim(), Environment::Live),
                Some((token, "sandbox")) => (token, Environment::Sandbox),
                Some((_, other)) => return Err(format!("`@{other}` is not known; write `@sandbox` or nothing")),
            };
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
            {
                return Err(format!("`{token}` is not a bearer token (RFC 6750 §2.1)"));
            }
            let caller = Caller::new(TOOLS.grant(scopes.trim()), environment);
            let client = Client { name: Some(token.into()), caller };
            if clients.insert(token.to_owned(), client).is_some() {
                return Err(format!("token `{token}` stands twice"));
            }
        }
        Ok(Self { clients })
    }

    /// Who sends these headers.
    ///
    /// # Errors
    /// The challenge that answers a token that is not known, or not sent in the one right way.
    pub fn client(&self, headers: &HeaderMap) -> Result<Client, Challenge<'static>> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(Client { name: None, caller: Caller::anonymous(&TOOLS) }) };
        let token = value.to_str().ok().and_then(|value| value.split_once(' '));
        match (token, values.next()) {
            (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") => {
                self.clients.get(token.trim()).cloned().ok_or_else(|| Challenge::invalid_token(&TOOLS))
            }
            _ => Err(Challenge::invalid_request()),
        }
    }
}
