//! Splits a token into its parts (RFC 7515 §3.1), and checks its header.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::super::{Token, TokenError, algorithm::Algorithm};
use crate::reason::reason;

/// The maximum length of a token.
const MAX_BYTES: usize = 16 << 10;

const MALFORMED: TokenError =
    TokenError::invalid(reason!("it is not a signed JWT")).with_help("send the token as the issuer has sent it");
const OPAQUE: TokenError = TokenError::invalid(reason!("it is opaque, and not a JWT")).with_help(
    "let the issuer write JWTs for the resource of this server, or ask it about each token: `Issuer::introspection`",
);
const ENCRYPTED: TokenError = TokenError::invalid(reason!("it is encrypted, and not a signed JWT"))
    .with_help("let the issuer sign access tokens for the resource of this server, and not encrypt them");
const NO_OBJECT: TokenError = TokenError::invalid(reason!("it holds no JSON object, or a member occurs twice"))
    .with_help("send the token as the issuer has sent it; header and claims have at most 100 levels");

const NO_ALGORITHM: TokenError = TokenError::invalid(reason!("its algorithm is not supported"))
    .with_help("let the issuer sign with RS256, PS256, ES256, ES384 or EdDSA");
const BY_RFC: &str = "let the issuer write the header as RFC 7515 §4.1 describes it";

/// The parts of a token. Nothing is verified yet.
pub(super) struct Compact<'t> {
    header: &'t str,
    claims: &'t str,
    /// The signed bytes: header, dot and claims, as received.
    pub(super) message: &'t [u8],
    pub(super) signature: Vec<u8>,
}

/// The content of the header.
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    /// The id of the key.
    pub(super) key: Option<String>,
    /// Whether `typ` states an access token.
    pub(super) typed: bool,
}

impl<'t> Compact<'t> {
    pub(super) fn read(token: Token<'t>) -> Result<Self, TokenError> {
        let text = token.expose_secret();
        if text.len() > MAX_BYTES {
            return Err(TokenError::invalid(reason!("it is longer than 16 KiB"))
                .with_help("let the issuer write fewer claims into access tokens"));
        }
        let (message, signature) = text.rsplit_once('.').ok_or(OPAQUE)?;
        let (header, claims) = message.split_once('.').ok_or(MALFORMED)?;
        // RFC 7516 §3.1: an encrypted token has five parts.
        match claims.matches('.').count() {
            0 => {}
            2 => return Err(ENCRYPTED),
            _ => return Err(MALFORMED),
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MALFORMED)?;
        Ok(Self { header, claims, message: message.as_bytes(), signature })
    }

    /// Reads the header. Keys that a token contains or points to are ignored: `jwk`, `jku`, `x5c`, `x5u`.
    pub(super) fn header(&self) -> Result<Header, TokenError> {
        let header = object(self.header)?;
        // RFC 7515 §4.1.11: a token with an extension that is not understood is rejected. No extension is supported.
        if header.contains_key("crit") {
            return Err(TokenError::invalid(reason!("its header requires an extension that is not supported"))
                .with_help("let the issuer write tokens without `crit` (RFC 7515 §4.1.11)"));
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
        let key = match header.get("kid") {
            None => None,
            Some(Value::String(key)) => Some(key.clone()),
            Some(_) => return Err(TokenError::invalid(reason!("`kid` is not a string")).with_help(BY_RFC)),
        };
        let typed = match header.get("typ") {
            None => false,
            Some(Value::String(stated)) => match stated.to_ascii_lowercase().as_str() {
                "at+jwt" | "application/at+jwt" => true,
                "jwt" => false,
                // For example a logout token, a DPoP proof or a security event: signed by the same issuer, but not an access
                // token (RFC 8725 §3.11).
                _ => {
                    return Err(TokenError::invalid(reason!("`typ` in its header is not that of an access token"))
                        .with_help("send the access token, and not another token of the issuer"));
                }
            },
            Some(_) => {
                return Err(TokenError::invalid(reason!("`typ` in its header is not a string")).with_help(BY_RFC));
            }
        };
        Ok(Header { algorithm: algorithm.ok_or(NO_ALGORITHM)?, key, typed })
    }

    pub(super) fn claims(&self) -> Result<Map<String, Value>, TokenError> {
        object(self.claims)
    }
}

/// Decodes a part: a JSON object in base64, without duplicate members.
fn object(part: &str) -> Result<Map<String, Value>, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| NO_OBJECT)?;
    let text = core::str::from_utf8(&bytes).map_err(|_| NO_OBJECT)?;
    crate::json::object(text).map_err(|_| NO_OBJECT)
}
