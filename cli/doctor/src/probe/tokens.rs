//! Requests with tokens that a server must refuse.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    answer::Exchange,
    examine::Examiner,
    facts::{BadToken, Discovery, TokenProbe},
    probe::talk,
    speech::{Speech, initialize, quoted},
    token::Token,
};

/// The minimum length of a token that is searched for in answers. A short one is part of words that are not secret.
pub(crate) const SHORTEST: usize = 16;
/// A token that no server has issued.
const MALFORMED: &str = "mcp-scopes-doctor-is-not-a-token";

/// Returns the address of the endpoint with an invalid token in its query string.
pub(super) fn url_with_token(examiner: &Examiner<'_>) -> String {
    examiner.target.with_parameter(&format!("access_token={MALFORMED}"))
}

pub(crate) async fn probe(
    examiner: &mut Examiner<'_>,
    speech: Option<&Speech>,
    discovery: &Discovery,
    anonymous: &Exchange,
) -> Vec<TokenProbe> {
    if anonymous.status().is_some_and(|status| (300..400).contains(&status)) {
        return Vec::new();
    }
    let tokens = &examiner.options.tokens;
    let (full, low) = (tokens.full.clone(), tokens.low.clone());
    let (expired, foreign) = (tokens.expired.clone(), tokens.foreign.clone());
    let known = full.as_ref().or(low.as_ref());
    let claims = claims(examiner, discovery, known);
    let unsigned = format!("{}.{claims}.", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#));
    let wrong = known.and_then(Token::with_wrong_signature).unwrap_or_else(|| {
        let head = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"at+jwt"}"#);
        format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([7_u8; 256]))
    });
    let bearer = |token: &str| format!("Bearer {token}");
    let mut sent = vec![
        (BadToken::Malformed, bearer(MALFORMED)),
        (BadToken::Empty, "Bearer ".to_owned()),
        (BadToken::Unsigned, bearer(&unsigned)),
        (BadToken::WrongSignature, bearer(&wrong)),
        // A server that ignores the scheme is found with a token that it accepts.
        (BadToken::OtherScheme, format!("Token {}", known.map_or(MALFORMED, Token::secret))),
    ];
    for (kind, name, token) in [(BadToken::Expired, "expired", expired), (BadToken::Foreign, "foreign", foreign)] {
        match token {
            Some(token) => sent.push((kind, bearer(token.secret()))),
            None => examiner.skip(kind.as_str(), format!("it cannot be forged; add `--token-file {name}=FILE`")),
        }
    }
    let mut probes = Vec::new();
    for (kind, authorization) in sent {
        let exchange = begin(examiner, speech, kind, None, Some(&authorization)).await;
        let secret = authorization.split_once(' ').map(|(_, token)| token.to_owned());
        probes.push(TokenProbe { kind, exchange, secret: secret.filter(|secret| secret.len() >= SHORTEST) });
    }
    let url = url_with_token(examiner);
    let exchange = begin(examiner, speech, BadToken::InQuery, Some(url), None).await;
    probes.push(TokenProbe { kind: BadToken::InQuery, exchange, secret: None });
    probes
}

/// Sends the request that a client begins with. Where the revision is not known, a server of an earlier one refuses the first
/// request for its form, and gets the other.
async fn begin(
    examiner: &mut Examiner<'_>,
    speech: Option<&Speech>,
    kind: BadToken,
    url: Option<String>,
    authorization: Option<&str>,
) -> Exchange {
    let url = url.unwrap_or_else(|| examiner.target.url.to_string());
    let authorization = authorization.map(str::to_owned);
    if !matches!(speech, Some(Speech::Session { .. })) {
        let ask = Speech::Stateless.ask(format!("`tools/list` with {}", kind.as_str()), &url, "tools/list", "");
        let exchange = examiner.link.send(ask.authorization(authorization.clone())).await;
        let is_decided =
            exchange.is_accepted() || !matches!(exchange.status(), Some(400..=499)) || exchange.status() == Some(401);
        if speech.is_some() || is_decided {
            return exchange;
        }
        examiner.further.push(exchange);
    }
    let ask = initialize(format!("`initialize` with {}", kind.as_str()), &url);
    let exchange = examiner.link.send(ask.authorization(authorization.clone())).await;
    let session = examiner.keep_session(authorization.clone(), &exchange);
    if !examiner.has_open_initialize || !exchange.is_accepted() {
        return exchange;
    }
    examiner.further.push(exchange);
    let told = talk::initialized(examiner, &session, authorization.clone(), &format!("with {}", kind.as_str())).await;
    examiner.further.push(told);
    let ask = session.ask(format!("`tools/list` after `initialize`, with {}", kind.as_str()), &url, "tools/list", "");
    examiner.link.send(ask.authorization(authorization)).await
}

/// Returns claims that would be right, were they signed: those of a given token, or what the metadata says.
fn claims(examiner: &Examiner<'_>, discovery: &Discovery, known: Option<&Token>) -> String {
    if let Some(claims) = known.and_then(Token::unverified_claims) {
        return BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    }
    let document = discovery.document.as_ref().map(|document| &document.draft.document);
    let issuer = document.and_then(|document| document.authorization_servers.first()).map_or("", String::as_str);
    let scopes = document.map(|document| document.scopes_supported.join(" ")).unwrap_or_default();
    let resource = document.and_then(|document| document.resource.as_deref()).unwrap_or(&examiner.target.url);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = format!(
        r#"{{"iss":{},"aud":{},"sub":"mcp-scopes-doctor","client_id":"mcp-scopes-doctor","scope":{},"iat":{now},"exp":{}}}"#,
        quoted(issuer),
        quoted(resource),
        quoted(&scopes),
        now + 3600
    );
    BASE64_URL_SAFE_NO_PAD.encode(claims)
}
