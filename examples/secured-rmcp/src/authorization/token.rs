//! The token endpoint (RFC 6749 §3.2).

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use super::{Shared, clients::Client, grants::Grant, parameters::Parameters, refusal::Refusal};

/// `/token`.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let form = headers.get(header::CONTENT_TYPE).and_then(|stated| stated.to_str().ok()).unwrap_or_default();
    if form.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
        return Err(Refusal::request("send `Content-Type: application/x-www-form-urlencoded`"));
    }
    let parameters = Parameters::read(&body)?;
    let client = proven(&shared, &headers, &parameters)?;
    let grant_type = parameters.require("grant_type")?;
    if !client.may_use(grant_type) {
        let known = super::clients::GRANT_TYPES.contains(&grant_type);
        let error = if known { "unauthorized_client" } else { "unsupported_grant_type" };
        return Err(Refusal::new(error, "the client has not registered for that `grant_type`"));
    }
    let (grant, family) = match grant_type {
        "authorization_code" => (by_code(&shared, &client, &parameters)?, None),
        "refresh_token" => {
            let (grant, family) = by_refresh(&shared, &client, &parameters)?;
            (grant, Some(family))
        }
        // The client's own permissions.
        _ => {
            let (scopes, resource) = (parameters.scopes(&shared.settings)?, parameters.resource(&shared.settings)?);
            (Grant { client: client.id.clone(), user: None, sandbox: false, scopes, resource }, None)
        }
    };
    let narrowed = narrowed(&shared, &grant, &parameters)?;
    let token = shared.key.token(&shared, &narrowed);
    let (token, lifetime) = token.map_err(|_| Refusal::busy("cannot create the token"))?;
    let mut answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": narrowed.scopes.join(" "),
    });
    if grant.user.is_some() && client.may_use("refresh_token") {
        // With all granted scopes: a narrower token does not narrow later ones (RFC 6749 §6).
        let refresh = shared.grants().give_refresh(grant, family)?;
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("refresh_token".to_owned(), refresh.into());
        }
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Returns the authenticated client.
fn proven(shared: &Shared, headers: &HeaderMap, parameters: &Parameters) -> Result<Client, Refusal> {
    let (method, id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(_) if parameters.get("client_secret").is_some() => {
            return Err(Refusal::request("the client uses two authentication methods; choose one"));
        }
        Some(value) => {
            let pair = value.to_str().ok().and_then(basic);
            let (id, secret) = pair.ok_or_else(|| Refusal::client("the header `Authorization` is malformed"))?;
            ("client_secret_basic", id, Some(secret))
        }
        None => {
            let secret = parameters.get("client_secret").map(str::to_owned);
            let method = if secret.is_some() { "client_secret_post" } else { "none" };
            (method, parameters.require("client_id")?.to_owned(), secret)
        }
    };
    if parameters.get("client_id").is_some_and(|stated| stated != id) {
        return Err(Refusal::request("the request names two clients"));
    }
    let client = shared.clients().get(&id).filter(|client| client.is_proven_by(method, secret.as_deref())).cloned();
    client.ok_or_else(|| Refusal::client("unknown client, wrong secret, or wrong authentication method"))
}

/// Parses `Basic` credentials, whose halves are form-encoded (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |half: &str| form_urlencoded::parse(half.as_bytes()).next().map(|(text, _)| text.into_owned());
    Some((plain(id)?, plain(secret)?))
}

fn by_code(shared: &Shared, client: &Client, parameters: &Parameters) -> Result<Grant, Refusal> {
    let code = shared.grants().take_code(parameters.require("code")?);
    let code = code.ok_or_else(|| Refusal::grant("the code is unknown, used or expired"))?;
    if code.grant.client != client.id || parameters.require("redirect_uri")? != code.redirect_uri {
        return Err(Refusal::grant("the code was issued to another client or for another `redirect_uri`"));
    }
    let verifier = parameters.require("code_verifier")?;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    if !(43..=128).contains(&verifier.len()) || !bool::from(challenge.as_bytes().ct_eq(code.challenge.as_bytes())) {
        return Err(Refusal::grant("the `code_verifier` does not match the code"));
    }
    Ok(code.grant)
}

fn by_refresh(shared: &Shared, client: &Client, parameters: &Parameters) -> Result<(Grant, u64), Refusal> {
    let taken = shared.grants().take_refresh(parameters.require("refresh_token")?, &client.id);
    taken.ok_or_else(|| Refusal::grant("the refresh token is unknown, used or expired"))
}

/// Limits a request to a grant: all of it, or less, but never another resource or an additional scope.
fn narrowed(shared: &Shared, grant: &Grant, parameters: &Parameters) -> Result<Grant, Refusal> {
    if parameters.get("resource").is_some() && parameters.resource(&shared.settings)? != grant.resource {
        return Err(Refusal::new("invalid_target", "the grant is for another resource"));
    }
    let mut narrowed = grant.clone();
    if parameters.get("scope").is_some() {
        narrowed.scopes = parameters.scopes(&shared.settings)?;
        if !narrowed.scopes.iter().all(|scope| grant.scopes.contains(scope)) {
            return Err(Refusal::new("invalid_scope", "the request exceeds the grant; authorize again"));
        }
    }
    Ok(narrowed)
}
