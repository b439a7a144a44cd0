//! Takes the token out of a request (RFC 6750 §2, RFC 9449 §7.1, MCP 2026-07-28 "Access Token Usage").

use http::{HeaderValue, Uri};
use memchr::memchr;

use super::{
    super::{head::HeaderValues, reason::reason},
    Token,
};

/// The authentication scheme of a request with a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    #[default]
    Bearer,
    /// With a token that is bound to a key (RFC 9449 §7.1).
    #[cfg(feature = "dpop")]
    Dpop,
}

impl Scheme {
    fn named(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"Bearer") {
            return Some(Self::Bearer);
        }
        #[cfg(feature = "dpop")]
        if name.eq_ignore_ascii_case(b"DPoP") {
            return Some(Self::Dpop);
        }
        None
    }

    /// Returns why there is no token after the name of the scheme.
    const fn without_token(self) -> &'static str {
        match self {
            Self::Bearer => reason!("no valid token follows `Bearer`; RFC 6750, section 2.1, lists its characters"),
            #[cfg(feature = "dpop")]
            Self::Dpop => reason!("no valid token follows `DPoP`; RFC 6750, section 2.1, lists its characters"),
        }
    }
}

/// How a request authenticates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Credentials<'a> {
    /// Without credentials.
    None,
    /// With a token that is not verified yet, and the header that holds it.
    Sent(Scheme, Token<'a>, &'a HeaderValue),
    /// With a scheme that this server does not accept.
    OtherScheme,
    /// In a way that RFC 6750 does not allow; the text states which.
    Malformed(Scheme, &'static str),
}

/// Looks for credentials where they are allowed, and where they are not. `accepts` states which schemes the server accepts.
pub(crate) fn credentials<'a>(
    uri: &Uri,
    authorization: HeaderValues<'a>,
    accepts: impl FnOnce(Scheme) -> bool,
) -> Credentials<'a> {
    let malformed = |reason| Credentials::Malformed(Scheme::Bearer, reason);
    // A token in the query ends up in logs and histories (RFC 6750 §5.3), so it is rejected even beside one in the header.
    if uri.query().is_some_and(has_token) {
        return malformed(reason!("the token is in the query; send it in the Authorization header"));
    }
    let value = match authorization {
        HeaderValues::Absent => return Credentials::None,
        HeaderValues::Single(value) => value,
        HeaderValues::Multiple => {
            return malformed(reason!("there is more than one Authorization header; send one"));
        }
    };
    let Some((scheme, rest)) = split_scheme(value).filter(|(scheme, _)| accepts(*scheme)) else {
        return Credentials::OtherScheme;
    };
    match b64token(rest) {
        Some(token) => Credentials::Sent(scheme, token, value),
        None => Credentials::Malformed(scheme, scheme.without_token()),
    }
}

/// Returns the token of a header that [`credentials`] has accepted.
pub(crate) fn token_in(value: &HeaderValue) -> Option<Token<'_>> {
    split_scheme(value).and_then(|(_, rest)| b64token(rest))
}

/// Returns the scheme and what follows it, if it is one with a token.
fn split_scheme(value: &HeaderValue) -> Option<(Scheme, &[u8])> {
    let bytes = value.as_bytes();
    let (scheme, rest) = bytes.split_at(memchr(b' ', bytes).unwrap_or(bytes.len()));
    Some((Scheme::named(scheme)?, rest))
}

/// Returns the token after one or more spaces (RFC 9110 §11.6.2).
fn b64token(rest: &[u8]) -> Option<Token<'_>> {
    let begin = rest.iter().position(|byte| *byte != b' ')?;
    let token = core::str::from_utf8(rest.get(begin..)?).ok()?;
    is_b64token(token).then(|| Token::new(token))
}

/// Whether a text is a `b64token` (RFC 6750 §2.1).
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    // No early exit: the compiler can then vectorize the loop.
    !body.is_empty() && body.bytes().fold(true, |valid, byte| valid & is_token_byte(byte))
}

const fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// Whether a query contains a parameter named `access_token` (RFC 6750 §2.3), in any escaped form.
fn has_token(query: &str) -> bool {
    query.split(['&', ';']).any(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        unescaped(name).eq_ignore_ascii_case(b"access_token")
    })
}

/// Returns the unescaped bytes of a parameter's name. Malformed escapes stay as they are.
fn unescaped(name: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut plain, mut at) = (name.as_bytes(), Vec::with_capacity(name.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%')
            .then(|| digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))))
            .flatten()
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        plain.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{has_token, is_b64token};

    #[test]
    fn finds_tokens_in_the_query_however_they_are_escaped() {
        for query in ["access_token=x", "a=b&access_token", "acc%65ss_token=x", "a;access_token=x", "ACCESS_TOKEN=x"] {
            assert!(has_token(query), "{query}");
        }
        for query in ["", "token=x", "a=access_token", "access_tokens=x", "access%token=x", "access_token%"] {
            assert!(!has_token(query), "{query}");
        }
    }

    #[test]
    fn accepts_exactly_the_token_bytes_of_rfc_6750() {
        for byte in 0..128_u8 {
            let is_in = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
            assert_eq!(is_b64token(core::str::from_utf8(&[byte]).unwrap()), is_in, "{byte}");
        }
    }

    #[test]
    fn accepts_exactly_the_token_syntax_of_rfc_6750() {
        for token in ["a", "eyJ.eyJ.sig-_", "a+/~==", "sk_live_1"] {
            assert!(is_b64token(token), "{token}");
        }
        for token in ["", "=", "a b", "a=b", "a,b", "\"a\"", "a\u{e4}"] {
            assert!(!is_b64token(token), "{token}");
        }
    }
}
