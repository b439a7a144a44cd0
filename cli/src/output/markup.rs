//! Text that Markdown takes as it stands.

use crate::escape::escaped;

/// A text of findings, where backticks mark what a user wrote, on one line and inside a cell of a table.
pub(crate) fn inline(text: &str) -> String {
    let text = escaped(text).replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    // Without its partner a backtick is a mere character.
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let part = |(place, part): (usize, &&str)| match place % 2 {
        0 => plain(part),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// What a user wrote, as code.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(&escaped(text).replace('\n', " ")))
}

/// A text in which no character has a meaning of its own.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A colon ends the scheme of what would become a link.
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
    fn no_character_has_a_meaning() {
        assert_eq!(inline("tool `a_b` is *bad*"), "tool <code>a\\_b</code> is \\*bad\\*");
        assert_eq!(inline("one ` only | two"), "one \\` only \\| two");
        assert_eq!(code("</code><img src=x>\n|"), "<code>&lt;/code&gt;&lt;img src=x&gt; \\|</code>");
        assert_eq!(inline("https://a.example\u{1b}[1m"), "https\\://a.example\\\\u{1b}\\[1m");
    }
}
