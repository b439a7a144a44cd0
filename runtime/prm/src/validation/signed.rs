//! The format of `signed_metadata` (RFC 9728 §2.2). Readers that trust the issuer's keys verify the signature.

use crate::{ViolationKind, error::ViolationList, json::Json};

const KIND: ViolationKind = ViolationKind::SignedMetadata;

pub(super) fn check(token: &str, report: &mut ViolationList) {
    let at = "/signed_metadata";
    let section = "RFC 9728 §2.2";
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        let help = "write a JWS in compact form: header, claims and signature, separated by dots";
        report.add(KIND, at, section, "is not a signed JWT: it does not have three parts", help);
        return;
    };
    let header = match object(header) {
        Ok(header) => header,
        Err(reason) => {
            report.add(KIND, at, section, format!("its header {reason}"), "sign the claims with a JWT library");
            return;
        }
    };
    match header.get("alg").and_then(Json::as_str) {
        Some("none") | None => {
            report.add(
                KIND,
                at,
                section,
                "its header has no signature algorithm",
                "sign the claims with an algorithm such as `ES256`",
            );
        }
        Some(_) if signature.is_empty() || decode(signature).is_none() => {
            report.add(
                KIND,
                at,
                section,
                "its signature is missing or not base64url",
                "sign the claims with a JWT library",
            );
        }
        Some(_) => {}
    }
    let claims = match object(claims) {
        Ok(claims) => claims,
        Err(reason) => {
            report.add(KIND, at, section, format!("its payload {reason}"), "sign the claims with a JWT library");
            return;
        }
    };
    if claims.get("iss").and_then(Json::as_str).is_none() {
        report.add(
            KIND,
            at,
            section,
            "it has no claim `iss`, which identifies the issuer of the claims",
            "add the claim `iss`",
        );
    }
    if claims.get("signed_metadata").is_some() {
        let kind = ViolationKind::NestedSignedMetadata;
        report.add(
            kind,
            at,
            section,
            "it contains `signed_metadata` itself",
            "remove the member from the signed claims",
        );
    }
}

/// Returns the claims of a token without verifying its signature.
pub(crate) fn claims(token: &str) -> Option<Json> {
    object(token.split('.').nth(1)?).ok()
}

/// Returns the JSON object in a part of the token, or the reason why there is none.
fn object(part: &str) -> Result<Json, String> {
    let not_object = || "is not a JSON object in base64url".to_owned();
    let text = decode(part).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(not_object)?;
    match Json::parse(&text) {
        Ok(value @ Json::Object(_)) => Ok(value),
        Ok(_) => Err(not_object()),
        Err(error) => Err(format!("{}: {}", not_object(), error.message())),
    }
}

/// Decodes base64url without padding (RFC 7515 §2).
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.extend((bits >> held).to_be_bytes().last());
            bits &= (1 << held) - 1;
        }
    }
    // A single remaining letter is not a byte, and unused bits must be zero.
    (held < 6 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64url() {
        for (text, bytes) in [("", &b""[..]), ("Zg", b"f"), ("Zm8", b"fo"), ("Zm9v", b"foo"), ("-_8", &[0xfb, 0xff])] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["Z", "Zm9vY", "Zg==", "Z+", "Zh", "é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
