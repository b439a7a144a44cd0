//! DPoP proofs, and tokens that are bound to their keys.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    server::{Ask, RESOURCE},
    tokens::{KEYS, ec_jwk, ecdsa, ed_jwk, good, message, now, rsa, rsa_jwk, sign, with},
};

/// The algorithm of a client, and so its key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Client {
    Es256,
    Es384,
    EdDsa,
    OtherEdDsa,
    Rs256,
    Ps256,
}

impl Client {
    pub(crate) const ALL: [Self; 6] =
        [Self::Es256, Self::Es384, Self::EdDsa, Self::OtherEdDsa, Self::Rs256, Self::Ps256];

    pub(crate) fn jwk(self) -> Value {
        let mut jwk = match self {
            Self::Es256 => ec_jwk(&KEYS.p256, "P-256", ""),
            Self::Es384 => ec_jwk(&KEYS.p384, "P-384", ""),
            Self::EdDsa => ed_jwk(&KEYS.ed, ""),
            Self::OtherEdDsa => ed_jwk(&KEYS.other, ""),
            Self::Rs256 | Self::Ps256 => rsa_jwk(""),
        };
        jwk.as_object_mut().unwrap().remove("kid");
        jwk
    }

    fn algorithm(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa | Self::OtherEdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Returns the JWK thumbprint, computed apart from the tested code: `serde_json` sorts the members.
    pub(crate) fn thumbprint(self) -> String {
        BASE64.encode(Sha256::digest(self.jwk().to_string()))
    }

    /// Returns a JWT with any header and claims that this client has signed.
    pub(crate) fn signed(self, header: &str, claims: &str) -> String {
        let message = message(header, claims);
        let signature = match self {
            Self::Es256 => ecdsa(&KEYS.p256, &message),
            Self::Es384 => ecdsa(&KEYS.p384, &message),
            Self::EdDsa => KEYS.ed.sign(message.as_bytes()).as_ref().to_vec(),
            Self::OtherEdDsa => KEYS.other.sign(message.as_bytes()).as_ref().to_vec(),
            Self::Rs256 => rsa(&RSA_PKCS1_SHA256, &message),
            Self::Ps256 => rsa(&RSA_PSS_SHA256, &message),
        };
        sign(&message, signature)
    }

    pub(crate) fn header(self) -> Value {
        json!({"typ": "dpop+jwt", "alg": self.algorithm(), "jwk": self.jwk()})
    }

    /// Returns the claims of a new proof for a POST to the resource.
    pub(crate) fn claims(token: &str) -> Value {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let id = format!("proof-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        json!({"jti": id, "htm": "POST", "htu": RESOURCE, "iat": now(), "ath": BASE64.encode(Sha256::digest(token))})
    }

    /// Returns a new proof for a POST to the resource.
    pub(crate) fn proof(self, token: &str) -> String {
        self.signed(&self.header().to_string(), &Self::claims(token).to_string())
    }

    /// Returns a JWT of the issuer that is bound to the key of this client.
    pub(crate) fn token(self) -> String {
        good(&with("cnf", json!({"jkt": self.thumbprint()})))
    }
}

impl Ask {
    /// Sends a token as `DPoP`, without a proof.
    pub(crate) fn dpop_token(self, token: &str) -> Self {
        self.header("authorization", &format!("DPoP {token}"))
    }

    /// Sends a token with a new proof of this client.
    pub(crate) fn proved(self, client: Client, token: &str) -> Self {
        self.dpop_token(token).header("dpop", &client.proof(token))
    }
}
