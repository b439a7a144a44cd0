//! Escapes text for Markdown.

use crate::escape::escaped;

/// Formats a text of findings on one line, for a table cell. Backticks mark text of a user.
pub(crate) fn inline(text: &str) -> String {
    let text = escaped(text).replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    // An unpaired backtick is a literal character.
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let part = |(place, part): (usize, &&str)| match place % 2 {
        0 => plain(part),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Formats text of a user as code.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(&escaped(text).replace('\n', " ")))
}

/// Escapes every character with a meaning in Markdown.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // An escaped colon prevents an automatic link.
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' | ':' | '$' => safe.extend(['\\', character]),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{code, inline};

    #[test]
    fn escapes_every_character_with_a_meaning() {
        assert_eq!(inline("tool `a_b` is *bad*"), "tool <code>a\\_b</code> is \\*bad\\*");
        assert_eq!(inline("one ` only | two"), "one \\` only \\| two");
        assert_eq!(code("</code><img src=x>\n|"), "<code>&lt;/code&gt;&lt;img src=x&gt; \\|</code>");
        assert_eq!(inline("https://a.example\u{1b}[1m"), "https\\://a.example\\\\u{1b}\\[1m");
    }
}
