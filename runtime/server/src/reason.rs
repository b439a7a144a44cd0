//! Reasons that clients and logs see, checked at compile time.
//!
//! RFC 6750 §3 limits the characters of `error_description`. [`Challenge`](mcp_scopes::Challenge) replaces all others, which
//! makes a text hard to read. Texts of this crate need no replacement.

use std::borrow::Cow;

use mcp_scopes::__private::v1::is_description_byte;

/// A literal that `error_description` shows unchanged. Any other literal is a compile error.
macro_rules! reason {
    ($text:literal) => {
        const { $crate::reason::checked($text) }
    };
}
pub(crate) use reason;

/// Returns the text.
///
/// # Panics
/// The text holds a character that `error_description` cannot show. In a constant that is a compile error.
pub(crate) const fn checked(text: &'static str) -> &'static str {
    let mut rest = text.as_bytes();
    while let [byte, others @ ..] = rest {
        assert!(is_description_byte(*byte), "write the reason in ASCII, without `\"`, `\\` and `=`");
        rest = others;
    }
    text
}

/// Returns whether `error_description` shows a text unchanged, such as the name of a claim.
pub(crate) fn is_shown_unchanged(text: &str) -> bool {
    text.bytes().all(is_description_byte)
}

/// Returns a sentence for `error_description`. A name in backticks that it cannot show, such as a glob with a quotation mark, is left
/// out, because another name would be shown in its place. Of the words around it, single characters may be replaced.
pub(crate) fn describable(sentence: &str) -> Cow<'_, str> {
    if is_shown_unchanged(sentence) {
        return Cow::Borrowed(sentence);
    }
    let parts = sentence.split('`').enumerate();
    let parts = parts.map(|(place, part)| if place % 2 == 1 && !is_shown_unchanged(part) { ".." } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("`"))
}

#[cfg(test)]
mod tests {
    use super::{checked, describable};

    #[test]
    fn leaves_out_names_that_a_description_cannot_show() {
        for (sentence, shown) in [
            ("`run` matches `*.key`; use another one", "`run` matches `*.key`; use another one"),
            ("`run` matches `a\"b*`; use another one", "`run` matches `..`; use another one"),
            ("`run` matches `C:\\*`; use another one", "`run` matches `..`; use another one"),
            ("`run` matches `*?a=1`, not `caf\u{e9}`", "`run` matches `..`, not `..`"),
            ("a \"word\" of `run`", "a \"word\" of `run`"),
        ] {
            assert_eq!(describable(sentence), shown);
        }
    }

    #[test]
    fn returns_texts_that_need_no_replacement() {
        for text in ["", "it has expired", "`aud` is missing; [a-z] {0} ~!#$%&'()*+,-./:<>?@^_|"] {
            assert_eq!(checked(text), text);
        }
    }

    #[test]
    fn panics_on_texts_that_need_replacement() {
        for text in
            ["RFC 6750 \u{a7}3", "a \"quoted\" word", "a\\b", "scope=admin", "two\nlines", "\u{7f}", "caf\u{e9}"]
        {
            assert!(std::panic::catch_unwind(|| checked(text)).is_err(), "{text}");
        }
    }
}
