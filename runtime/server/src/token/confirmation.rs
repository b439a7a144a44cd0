//! What a token is bound to: its claim `cnf` (RFC 7800 §3.1).

use serde_json::Value;

use super::{Hash, TokenError};
use crate::reason::reason;

/// The member of a token that is bound to a key by DPoP (RFC 9449 §6.1).
pub(super) const KEY: &str = "jkt";
/// The member of a token that is bound to a client certificate (RFC 8705 §3.1).
pub(super) const CERTIFICATE: &str = "x5t#S256";

const BY_ISSUER: &str =
    "let the issuer bind tokens by DPoP (RFC 9449 §6) or by a certificate (RFC 8705 §3), or not at all";

const OTHER: TokenError =
    TokenError::invalid(reason!("`cnf` has a member other than `jkt` and `x5t#S256`, or is not an object with one"))
        .with_help(BY_ISSUER);
const NO_THUMBPRINT: TokenError =
    TokenError::invalid(reason!("`jkt` in `cnf` is not a SHA-256 thumbprint")).with_help(BY_ISSUER);
const NO_CERTIFICATE: TokenError =
    TokenError::invalid(reason!("`x5t#S256` in `cnf` is not a SHA-256 thumbprint")).with_help(BY_ISSUER);

/// What the layer requires to be proved about one token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Confirmation {
    /// The thumbprint of the key that signs proofs.
    pub(crate) key: Option<Hash>,
}

/// The bindings that a server accepts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AcceptedBindings {
    /// The layer verifies proofs of keys.
    pub(crate) keys: bool,
    /// A proxy has verified the certificate of the connection.
    pub(crate) certificates: bool,
}

impl AcceptedBindings {
    /// Returns the proof that a token with this `cnf` requires. The caller checks the request for it.
    ///
    /// # Errors
    /// The token is bound to something that this server does not verify.
    pub(crate) fn read(self, cnf: Option<&Value>) -> Result<Confirmation, TokenError> {
        let mut confirmation = Confirmation::default();
        let Some(bound) = cnf else { return Ok(confirmation) };
        if !(self.keys || self.certificates) {
            return Err(TokenError::BOUND);
        }
        let members = bound.as_object().filter(|members| !members.is_empty()).ok_or(OTHER)?;
        // All members apply: a token that names a key and a certificate needs both proofs.
        for (name, value) in members {
            match name.as_str() {
                KEY if self.keys => confirmation.key = Some(thumbprint(value).ok_or(NO_THUMBPRINT)?),
                KEY => return Err(TokenError::BOUND),
                CERTIFICATE if self.certificates => _ = thumbprint(value).ok_or(NO_CERTIFICATE)?,
                CERTIFICATE => return Err(TokenError::BOUND_TO_CERTIFICATE),
                _ => return Err(OTHER),
            }
        }
        Ok(confirmation)
    }
}

/// Decodes a SHA-256 thumbprint, which has one encoding.
fn thumbprint(value: &Value) -> Option<Hash> {
    super::identity::decode(value.as_str()?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Claims;
    use super::{AcceptedBindings, Confirmation, NO_CERTIFICATE, NO_THUMBPRINT, OTHER, TokenError};

    const THUMBPRINT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn accepts_only_what_is_verified() {
        let read = |cnf: Value, keys, certificates| {
            let Value::Object(raw) = json!({"cnf": cnf}) else { unreachable!() };
            AcceptedBindings { keys, certificates }.read(Claims::builder("i").raw(raw).build().confirmation())
        };
        let (free, bound) = (Confirmation::default(), Confirmation { key: Some([0; 32]) });
        let (key, certificate) = (json!({"jkt": THUMBPRINT}), json!({"x5t#S256": THUMBPRINT}));
        let both = json!({"jkt": THUMBPRINT, "x5t#S256": THUMBPRINT});
        let to_certificate = TokenError::BOUND_TO_CERTIFICATE;
        for (cnf, keys, certificates, expected) in [
            (Value::Null, false, false, Ok(free)),
            (Value::Null, true, true, Ok(free)),
            (key.clone(), false, false, Err(TokenError::BOUND)),
            (key.clone(), false, true, Err(TokenError::BOUND)),
            (key, true, false, Ok(bound)),
            (certificate.clone(), false, false, Err(TokenError::BOUND)),
            (certificate.clone(), true, false, Err(to_certificate.clone())),
            (certificate, false, true, Ok(free)),
            (both.clone(), true, false, Err(to_certificate)),
            (both.clone(), false, true, Err(TokenError::BOUND)),
            (both, true, true, Ok(bound)),
            (json!({}), false, false, Err(TokenError::BOUND)),
            (json!({}), true, true, Err(OTHER)),
            (json!("x"), true, true, Err(OTHER)),
            (json!([]), true, true, Err(OTHER)),
            (json!(false), true, true, Err(OTHER)),
            (json!({"jwk": {}}), true, true, Err(OTHER)),
            (json!({"kid": "a"}), true, true, Err(OTHER)),
            (json!({"jkt": THUMBPRINT, "kid": "a"}), true, true, Err(OTHER)),
            (json!({"jkt": null}), true, true, Err(NO_THUMBPRINT)),
            (json!({"jkt": ""}), true, true, Err(NO_THUMBPRINT)),
            (json!({"jkt": [THUMBPRINT]}), true, true, Err(NO_THUMBPRINT)),
            // The last character holds two bits that are not part of the hash.
            (json!({"jkt": format!("{}B", &THUMBPRINT[1..])}), true, true, Err(NO_THUMBPRINT)),
            (json!({"jkt": format!("{THUMBPRINT}=")}), true, true, Err(NO_THUMBPRINT)),
            (json!({"jkt": format!("{THUMBPRINT}AA")}), true, true, Err(NO_THUMBPRINT)),
            (json!({"x5t#S256": 1}), true, true, Err(NO_CERTIFICATE)),
        ] {
            assert_eq!(read(cnf.clone(), keys, certificates), expected, "{cnf} {keys} {certificates}");
        }
    }
}
