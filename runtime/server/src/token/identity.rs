//! When two tokens count as the same token, and hashes of what they state.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256, digest::Update};

use super::Token;

/// A SHA-256 hash. Caches and limits store it instead of the token.
pub(crate) type Hash = [u8; 32];

/// Returns the hash of a whole token.
pub(super) fn whole(token: Token<'_>) -> Hash {
    Sha256::digest(token.expose_secret()).into()
}

/// Returns the hash of the signed part, for a token that looks like a JWT.
///
/// A signature has more than one encoding: the holder of an ECDSA-signed token can compute a second valid signature, and so a
/// second valid token (RFC 8725 §2 does not forbid it). Revocations and limits must treat it as the same token.
pub(super) fn signed(token: Token<'_>) -> Option<Hash> {
    let (signed, _) = token.expose_secret().rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    // Opaque tokens may also contain dots, and share their first parts.
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    if claims.contains('.') || !header.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    // The trailing dot keeps this hash different from that of any whole token that a header can hold.
    Some(Sha256::new().chain_update(signed).chain_update(".").finalize().into())
}

/// Returns the hash of a token regardless of its signature: of its signed part if it looks like a JWT, or else of all of it.
pub(crate) fn identity(token: Token<'_>) -> Hash {
    signed(token).unwrap_or_else(|| whole(token))
}

/// Decodes a SHA-256 hash in base64url, which has one encoding (RFC 7515 §2).
pub(super) fn decode(text: &str) -> Option<Hash> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Adds a part to a hash or MAC: whether it is present, its length, its bytes. Different lists of parts add different bytes.
pub(crate) fn add_part(to: &mut impl Update, part: Option<&[u8]>) {
    match part {
        None => to.update(&[0]),
        Some(part) => {
            to.update(&[1]);
            to.update(&(part.len() as u64).to_le_bytes());
            to.update(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, identity, signed, whole};

    #[test]
    fn identifies_a_jwt_by_its_signed_part_and_other_tokens_as_a_whole() {
        for (token, is_jwt) in [
            ("eyJhbGciOiJFUzI1NiJ9.e30.AAAA", true),
            // A space before the opening brace of the header.
            ("IHsiYWxnIjoiRVMyNTYifQ.e30.AAAA", true),
            ("tenant.region.AAAA", false),
            ("eyJhbGciOiJFUzI1NiJ9.AAAA", false),
            ("eyJhbGciOiJFUzI1NiJ9.a.b.AAAA", false),
            ("AAAA", false),
        ] {
            let other = token.replace("AAAA", "BBBB");
            let (token, other) = (Token::new(token), Token::new(&other));
            assert_eq!(identity(token) == identity(other), is_jwt, "{}", token.expose_secret());
            assert_eq!(signed(token).is_some(), is_jwt);
            assert_eq!(identity(token) == whole(token), !is_jwt);
        }
    }
}
