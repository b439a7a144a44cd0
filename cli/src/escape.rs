//! Escapes control characters.

/// Escapes the control characters of a text except line breaks, so that none reaches a terminal.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !(character.is_control() || is_hidden(character)) {
            safe.push(character);
        } else {
            safe.extend(character.escape_default());
        }
    }
    safe
}

/// Returns whether a character is invisible and changes the direction of the surrounding text.
pub(crate) fn is_hidden(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escapes_control_characters() {
        assert_eq!(escaped("a\u{1b}[31mé\n\u{202e}b\t"), "a\\u{1b}[31mé\n\\u{202e}b\\t");
    }
}
