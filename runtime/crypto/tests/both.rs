//! Both libraries in one program.
#![cfg(all(feature = "rust-crypto", any(feature = "aws-lc-rs", feature = "default-crypto")))]

use jsonwebtoken::{EncodingKey, Header, encode};

/// Without a default, `jsonwebtoken` panics here.
#[test]
fn other_code_can_use_jsonwebtoken() {
    mcp_scopes_crypto::install();
    let key = EncodingKey::from_secret(b"a secret of some length").unwrap();
    let token = encode(&Header::default(), &["claims"], &key);
    assert!(token.is_ok(), "{token:?}");
}
