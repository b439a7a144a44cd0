//! The thumbprint of a public key (RFC 7638, RFC 8037 §2).

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::Hash;

/// Members of a key that must not be sent to anyone (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Returns whether a key contains a private member.
pub(super) fn is_private(jwk: &Value) -> bool {
    PRIVATE.iter().any(|name| jwk.get(name).is_some())
}

/// Returns the SHA-256 thumbprint of a public key; `None` for a type of key that is not supported, or without a required member.
pub(super) fn thumbprint(jwk: &Value) -> Option<Hash> {
    let kind = jwk.get("kty")?.as_str()?;
    // RFC 7638 §3.2, in the order of §3.3.
    let required: &[&str] = match kind {
        "EC" => &["crv", "kty", "x", "y"],
        "RSA" => &["e", "kty", "n"],
        "OKP" => &["crv", "kty", "x"],
        _ => return None,
    };
    // As JSON strings, so that no value can end its string.
    let member = |name: &&str| Some(format!("\"{name}\":{}", Value::from(jwk.get(*name)?.as_str()?)));
    let members: Vec<String> = required.iter().map(member).collect::<Option<_>>()?;
    let text = format!("{{{}}}", members.join(","));
    Some(Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::{is_private, thumbprint};

    fn encoded(jwk: &serde_json::Value) -> String {
        URL_SAFE_NO_PAD.encode(thumbprint(jwk).unwrap())
    }

    #[test]
    fn returns_the_thumbprints_of_the_standards() {
        // RFC 7638 §3.1.
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV\
                  4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7\
                  d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF\
                  44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29"
        });
        assert_eq!(encoded(&rsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037, appendix A.3.
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(encoded(&ed), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        // RFC 9449 §6.1, of the key in §4.1.
        let ec = json!({
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256"
        });
        assert_eq!(encoded(&ec), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn has_no_thumbprint_of_other_keys() {
        for jwk in [
            json!({}),
            json!("EC"),
            json!({"kty": "oct", "k": "AAAA"}),
            json!({"kty": "EC", "crv": "P-256", "x": "AAAA"}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": 1}),
            json!({"kty": ["RSA"], "n": "AAAA", "e": "AQAB"}),
        ] {
            assert_eq!(thumbprint(&jwk), None, "{jwk}");
        }
    }

    #[test]
    fn separates_the_values_of_members() {
        let one = json!({"kty": "OKP", "crv": "a", "x": "b\",\"y\":\"c"});
        let other = json!({"kty": "EC", "crv": "a", "x": "b", "y": "c"});
        assert_ne!(thumbprint(&one), thumbprint(&other));
    }

    #[test]
    fn finds_private_members() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(is_private(&json!({"kty": "RSA", name: null})), "{name}");
        }
        assert!(!is_private(&json!({"kty": "RSA", "n": "AAAA", "e": "AQAB", "kid": "d"})));
    }
}
