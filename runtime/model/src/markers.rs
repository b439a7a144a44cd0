//! Member names that parsing libraries of the serde ecosystem reserve.
//!
//! Such a library passes a value through serde's data model as a map with one private key. A generic reader cannot
//! distinguish it from an input object with the same key. For example, if any crate of a build enables the feature
//! `raw_value`, `serde_json::Value` replaces `{"$serde_json::private::RawValue": "[1]"}` by the *parsed text* `[1]`.
//! Two readers of the same bytes then see different documents. In addition, the text is parsed at a fresh recursion
//! limit, so nested markers overflow the stack. No legitimate input uses these names, so every reader rejects them.

/// The prefixes of the reserved names.
///
/// | library | names |
/// |---|---|
/// | `serde_json` | `$serde_json::private::RawValue`, `$serde_json::private::Number` |
/// | `toml_datetime`, earlier `toml` | `$__toml_private_datetime`, `$__toml_private_Datetime` |
/// | `serde_spanned`, `toml_edit` | `$__serde_spanned_private_start`, `…_end`, `…_value`, `…_Spanned` |
/// | `serde-saphyr` | `__serde_saphyr_private_spanned` |
pub const PREFIXES: [&str; 4] =
    ["$serde_json::private::", "$__toml_private_", "$__serde_spanned_private_", "__serde_saphyr_private_"];

/// Returns whether a parsing library reserves a member name. Escapes must be resolved.
///
/// ```
/// use mcp_scopes_model::markers::is_private;
/// assert!(is_private("$serde_json::private::RawValue"));
/// assert!(!is_private("$schema"));
/// ```
#[inline]
#[must_use]
pub const fn is_private(name: &str) -> bool {
    private_prefix(name).is_some()
}

/// Returns the reserved prefix of a member name, for errors that must not repeat the input.
///
/// ```
/// use mcp_scopes_model::markers::private_prefix;
/// assert_eq!(private_prefix("$__toml_private_datetime"), Some("$__toml_private_"));
/// assert_eq!(private_prefix("$schema"), None);
/// ```
#[inline]
#[must_use]
pub const fn private_prefix(name: &str) -> Option<&'static str> {
    let name = name.as_bytes();
    // Readers call this for every member, and few names begin with one of these bytes.
    if !matches!(name, [b'$' | b'_', ..]) {
        return None;
    }
    let mut prefixes: &[&'static str] = &PREFIXES;
    while let [prefix, rest @ ..] = prefixes {
        if starts_with(name, prefix.as_bytes()) {
            return Some(prefix);
        }
        prefixes = rest;
    }
    None
}

const fn starts_with(mut text: &[u8], mut prefix: &[u8]) -> bool {
    while let [expected, prefix_rest @ ..] = prefix {
        match text {
            [found, text_rest @ ..] if *found == *expected => (text, prefix) = (text_rest, prefix_rest),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{PREFIXES, is_private, private_prefix};

    const _: () = assert!(is_private("$serde_json::private::Number") && !is_private("title"));

    #[test]
    fn rejects_every_marker_of_the_libraries() {
        for name in [
            "$serde_json::private::RawValue",
            "$serde_json::private::Number",
            "$__toml_private_datetime",
            "$__toml_private_Datetime",
            "$__serde_spanned_private_Spanned",
            "$__serde_spanned_private_start",
            "$__serde_spanned_private_end",
            "$__serde_spanned_private_value",
            "__serde_saphyr_private_spanned",
        ] {
            assert!(is_private(name), "{name}");
        }
    }

    #[test]
    fn rejects_names_with_a_reserved_prefix() {
        for prefix in PREFIXES {
            assert_eq!(private_prefix(prefix), Some(prefix));
            let (shorter, _) = prefix.split_at(prefix.len() - 1);
            assert!(!is_private(shorter), "{shorter}");
            // The first byte selects the prefixes to compare.
            assert!(prefix.starts_with(['$', '_']), "{prefix}");
        }
        for name in ["", "$", "_", "_meta", "$schema", "$ref", "serde_json::private::RawValue", " $__toml_private_x"] {
            assert!(!is_private(name), "{name}");
        }
    }
}
