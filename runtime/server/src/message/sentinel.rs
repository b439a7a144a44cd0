//! Header values in base64 (MCP 2026-07-28, "Value Encoding").

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Returns the decoded value; `None` if it is marked as base64 but is not valid base64 or UTF-8.
pub(super) fn decode(value: &str) -> Option<Cow<'_, str>> {
    // Both markers are case-sensitive. Any other value is literal.
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok().map(Cow::Owned),
        None => Some(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_the_examples_of_the_specification() {
        for (header, value) in [
            ("us-west1", "us-west1"),
            ("=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, \u{4e16}\u{754c}"),
            ("=?base64?IHBhZGRlZCA=?=", " padded "),
            ("=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"),
            ("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="),
            ("=?BASE64?IHBhZGRlZCA=?=", "=?BASE64?IHBhZGRlZCA=?="),
            ("=?base64?", "=?base64?"),
        ] {
            assert_eq!(decode(header).as_deref(), Some(value));
        }
        for header in ["=?base64?SGVsbG8sIOS4lueVjA?=", "=?base64?*?=", "=?base64?/w==?="] {
            assert_eq!(decode(header), None, "{header}");
        }
    }
}
