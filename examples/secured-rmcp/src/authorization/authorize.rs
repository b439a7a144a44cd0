//! The authorization endpoint (RFC 6749 §4.1, RFC 7636, RFC 8707, RFC 9207).

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use url::Url;

use super::{
    Shared,
    clients::Client,
    grants::{Code, Grant},
    parameters::Parameters,
    refusal::Refusal,
};

/// `/authorize`: approves immediately, and logs the approval.
pub(super) async fn authorize(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let parameters = Parameters::read(query.unwrap_or_default().as_bytes())?;
    // Before these two are known, the response must not be redirected (RFC 6749 §4.1.2.1).
    let client = shared.clients().get(parameters.require("client_id")?).cloned();
    let client = client.ok_or_else(|| Refusal::request("no client of that `client_id` is registered"))?;
    let redirect_uri = parameters.require("redirect_uri")?;
    let target = Url::parse(redirect_uri).ok().filter(|_| client.redirects_to(redirect_uri));
    let mut target = target.ok_or_else(|| Refusal::request("the client has not registered that `redirect_uri`"))?;
    let code = approved(&shared, &client, redirect_uri, &parameters);
    {
        let mut answer = target.query_pairs_mut();
        match code {
            Ok(code) => answer.append_pair("code", &code),
            Err(refusal) => {
                answer.append_pair("error", refusal.error).append_pair("error_description", &refusal.description)
            }
        };
        if let Some(state) = parameters.get("state") {
            answer.append_pair("state", state);
        }
        answer.append_pair("iss", &shared.issuer);
    }
    let headers = [(header::LOCATION, target.as_str()), (header::CACHE_CONTROL, "no-store")];
    let said = "Approved without asking: this authorization server is for development.\n";
    Ok((StatusCode::FOUND, headers, said).into_response())
}

/// Issues a code for the request.
fn approved(shared: &Shared, client: &Client, redirect_uri: &str, parameters: &Parameters) -> Result<String, Refusal> {
    let settings = &shared.settings;
    if parameters.require("response_type")? != "code" {
        return Err(Refusal::new("unsupported_response_type", "send `response_type=code`"));
    }
    if !client.may_use("authorization_code") {
        return Err(Refusal::new("unauthorized_client", "the client has not registered for codes"));
    }
    let challenge = parameters.require("code_challenge")?;
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(Refusal::request("send `code_challenge_method=S256`"));
    }
    let sandbox = match parameters.get("login_hint") {
        Some(hint) if hint == settings.trainee => true,
        None => false,
        Some(hint) if hint == settings.user => false,
        Some(_) => {
            let known = format!("the users here are `{}` and, for the sandbox, `{}`", settings.user, settings.trainee);
            return Err(Refusal::new("access_denied", known));
        }
    };
    let user = if sandbox { &settings.trainee } else { &settings.user };
    let grant = Grant {
        client: client.id.clone(),
        user: Some(user.clone()),
        sandbox,
        scopes: parameters.scopes(settings)?,
        resource: parameters.resource(settings)?,
    };
    let (scopes, resource) = (grant.scopes.join(" "), grant.resource.clone());
    let code = Code { grant, redirect_uri: redirect_uri.to_owned(), challenge: challenge.to_owned() };
    let code = shared.grants().give_code(code)?;
    eprintln!("approved without asking, as `{user}`: {} may use {scopes} at {resource}", client.name);
    Ok(code)
}
