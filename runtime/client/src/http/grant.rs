//! The token endpoint (RFC 6749 §3.2).

use mcp_scopes_prm::json::Json;

use crate::{
    scopes::Scopes,
    step_up::{Refusal, TokenRequest},
    tokens::{AccessToken, Issued},
};

use super::{
    discover::{Found, Metadata},
    dpop::Prover,
    fetch::{Http, Secrets},
    interaction::Code,
};

const NO_ENDPOINT: Refusal = Refusal::Unusable("the metadata of the authorization server has no `token_endpoint`");
const MALFORMED: Refusal = Refusal::Unusable("the response of the token endpoint cannot be read (RFC 6749 §5)");
const OTHER_TYPE: Refusal = Refusal::Unusable("the authorization server issued a token that is not a bearer token");
const NOT_BOUND: Refusal = Refusal::Unusable(
    "the authorization server issued a token that is not bound to the key of the client (RFC 9449 §5)",
);
const INVALID_PROOF: Refusal = Refusal::Unusable(
    "the authorization server does not accept the proof of possession (`invalid_dpop_proof`); check the clock of this machine",
);
/// Why there is no token if the authorization server does not know the client.
pub(super) const UNKNOWN_CLIENT: &str =
    "the authorization server does not know this client, or does not accept its secret (`invalid_client`)";

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A form: names and values.
type Form<'f> = Vec<(&'static str, &'f str)>;

/// Requests tokens.
pub(super) struct Grants<'f> {
    pub(super) http: &'f Http,
    pub(super) found: &'f Found,
    /// What makes the proofs, if tokens are bound to a key.
    pub(super) prover: Option<&'f Prover>,
}

impl Grants<'_> {
    /// Exchanges a code (RFC 6749 §4.1.3).
    pub(super) async fn code(
        &self,
        request: &TokenRequest,
        Code { code, verifier }: &Code,
        redirect_uri: &str,
    ) -> Result<Issued, Refusal> {
        let form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.send(form, Some(&request.scopes)).await
    }

    /// Uses the refresh token (RFC 6749 §6). Without `scope`: the new token has the scopes of the old one. More would be `invalid_scope`, and the user
    /// can be asked for more.
    pub(super) async fn refresh(&self, current: &Issued) -> Result<Issued, Refusal> {
        let token = current.refresh_token.as_ref().filter(|_| self.has_issued(current)).ok_or(Refusal::NotThisWay)?;
        let form = vec![("grant_type", "refresh_token"), ("refresh_token", token.secret())];
        let mut issued = self.send(form, current.scopes.as_ref()).await?;
        // One that is not replaced stays valid.
        issued.refresh_token = issued.refresh_token.or_else(|| Some(token.clone()));
        Ok(issued)
    }

    /// Exchanges the current token for one with more scopes (RFC 8693 §2.1). Without a new refresh token the user is asked after its expiry: the
    /// old one is for fewer scopes.
    pub(super) async fn exchange(&self, request: &TokenRequest, current: &Issued) -> Result<Issued, Refusal> {
        if !self.has_issued(current) {
            return Err(Refusal::NotThisWay);
        }
        let scope = request.scopes.to_string();
        let mut form = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", current.access_token.secret()),
            ("subject_token_type", ACCESS_TOKEN),
            ("requested_token_type", ACCESS_TOKEN),
        ];
        push_scope(&mut form, &scope);
        self.send(form, Some(&request.scopes)).await
    }

    /// Uses the client's own credentials (RFC 6749 §4.4).
    pub(super) async fn client_credentials(&self, request: &TokenRequest) -> Result<Issued, Refusal> {
        let scope = request.scopes.to_string();
        let mut form = vec![("grant_type", "client_credentials")];
        push_scope(&mut form, &scope);
        self.send(form, Some(&request.scopes)).await
    }

    /// Returns whether a token is from this authorization server: no other one receives it, whatever the metadata of the resource says now.
    fn has_issued(&self, current: &Issued) -> bool {
        current.issuer.as_ref() == Some(&self.found.metadata.server.issuer)
    }

    /// Returns the address of the token endpoint.
    pub(super) fn endpoint(&self) -> Result<&str, Refusal> {
        self.found.metadata.server.token_endpoint.as_deref().ok_or(NO_ENDPOINT)
    }

    /// Sends a form with the resource and the identity of the client. The issued token has the scopes that the response states, else those that
    /// were requested.
    async fn send(&self, form: Form<'_>, requested: Option<&Scopes>) -> Result<Issued, Refusal> {
        let Found { metadata, client } = self.found;
        let Metadata { resource, server, .. } = &**metadata;
        let endpoint = self.endpoint()?;
        let mut form: Form<'_> = form;
        form.push(("resource", resource.resource()));
        let authorization = client.authenticate(&mut form);
        let proof = self.prover.map(|prover| prover.proof("POST", endpoint, None)).transpose()?;
        let secrets = Secrets { authorization, proof };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let response = self.http.post(endpoint, "application/x-www-form-urlencoded", secrets, body).await?;
        let has_nonce = match (self.prover, &response.nonce) {
            (Some(prover), Some(nonce)) => prover.keep_nonce(endpoint, nonce),
            _ => false,
        };
        match response.status {
            // Some servers answer errors with 200.
            200 if error(&response.text).is_none() => {
                let mut issued = issued(&response.text, self.prover.is_some())?;
                issued.scopes = issued.scopes.or_else(|| requested.cloned());
                issued.issuer = Some(server.issuer.clone());
                Ok(issued)
            }
            429 | 500.. => Err(Refusal::Unavailable),
            _ => match refusal(&response.text) {
                // Without a nonce, the same request would have the same answer.
                Refusal::UseNonce if !has_nonce => Err(Refusal::NotThisWay),
                refusal => Err(refusal),
            },
        }
    }
}

fn push_scope<'f>(form: &mut Form<'f>, scope: &'f str) {
    if !scope.is_empty() {
        form.push(("scope", scope));
    }
}

/// Reads a response with tokens (RFC 6749 §5.1). The access token is bound to the key of the request, if that had a proof.
fn issued(text: &str, is_bound: bool) -> Result<Issued, Refusal> {
    let json = Json::parse(text).map_err(|_| MALFORMED)?;
    let text = |name| json.get(name).and_then(Json::as_str);
    let (kind, other) = if is_bound { ("DPoP", NOT_BOUND) } else { ("Bearer", OTHER_TYPE) };
    if !text("token_type").is_some_and(|stated| stated.eq_ignore_ascii_case(kind)) {
        return Err(other);
    }
    // The characters that a header may have (RFC 6750 §2.1 allows fewer).
    let is_token = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let token = text("access_token").filter(is_token).ok_or(MALFORMED)?;
    let mut issued = Issued::new(token);
    if is_bound {
        issued.access_token = AccessToken::bound(token);
    }
    issued.refresh_token = text("refresh_token").filter(|token| !token.is_empty()).map(AccessToken::new);
    issued.scopes = text("scope").and_then(|scope| Scopes::parse(scope).ok());
    Ok(issued)
}

/// Returns the member `error` of a response.
fn error(text: &str) -> Option<String> {
    Json::parse(text).ok()?.get("error").and_then(Json::as_str).map(ToOwned::to_owned)
}

/// Reads an error response (RFC 6749 §5.2).
fn refusal(text: &str) -> Refusal {
    match error(text).as_deref() {
        Some("invalid_client") => Refusal::Unusable(UNKNOWN_CLIENT),
        Some("invalid_dpop_proof") => INVALID_PROOF,
        Some("use_dpop_nonce") => Refusal::UseNonce,
        Some(error) => Refusal::of_error(error),
        None => MALFORMED,
    }
}
