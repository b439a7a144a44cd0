//! Callers, identified by development tokens.
//!
//! These tokens replace access tokens of an authorization server. Nothing else depends on them: a server that verifies
//! tokens creates the same [`Client`] from their claims.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use mcp_scopes::{AsCaller, Caller, Challenge, Environment};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
    service::RequestContext,
};

use crate::TOOLS;

/// A caller: its grant, and the name under which its calls are counted.
#[derive(Clone, Debug)]
pub struct Client {
    /// The token, which replaces issuer, subject and client of a verified one. `None` without a token.
    pub name: Option<Arc<str>>,
    /// The grant of the token, and the environment of its calls.
    pub caller: Caller,
}

impl Client {
    /// Returns the caller of that request.
    ///
    /// # Errors
    /// Returns an error if the request did not pass the routes of [`serve`](crate::serve), which check tokens.
    pub fn of(context: &RequestContext<RoleServer>) -> Result<Self, ErrorData> {
        let parts = context.extensions.get::<Parts>();
        let client = parts.and_then(|parts| parts.extensions.get::<Self>());
        client.cloned().ok_or_else(|| ErrorData::internal_error("the request has no caller", None))
    }
}

impl AsCaller for Client {
    fn as_caller(&self) -> Option<&Caller> {
        Some(&self.caller)
    }
}

/// Allows a tool to take its caller as an argument.
impl<S> FromContextPart<ToolCallContext<'_, S>> for Client {
    fn from_context_part(context: &mut ToolCallContext<'_, S>) -> Result<Self, ErrorData> {
        Self::of(context.request_context())
    }
}

/// The accepted tokens and their grants.
#[derive(Clone, Debug, Default)]
pub struct DevelopmentTokens {
    clients: BTreeMap<String, Client>,
}

impl DevelopmentTokens {
    /// Parses `token = scope scope; other@sandbox = scope`.
    ///
    /// # Errors
    /// Returns the error of the first malformed entry.
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
            // `Calls` decides on each call before the tool runs.
            let caller = Caller::new(TOOLS.grant(scopes.trim()), environment).policies_enforced_elsewhere();
            let client = Client { name: Some(token.into()), caller };
            if clients.insert(token.to_owned(), client).is_some() {
                return Err(format!("token `{token}` is listed twice"));
            }
        }
        Ok(Self { clients })
    }

    /// Returns the caller that sends these headers.
    ///
    /// # Errors
    /// Returns the challenge for a token that is unknown or not sent in the one accepted way.
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
