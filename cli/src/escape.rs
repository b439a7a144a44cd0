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

/// Escapes a text as [`escaped`] does, and also its line breaks, for a message on one line.
pub(crate) fn escaped_line(text: &str) -> String {
    escaped(text).replace('\n', "\\n")
}

/// Returns whether a character is invisible: it has no shape, changes the direction or the line of the surrounding text,
/// or selects a variant of another character. Such characters can carry a text that models read and people do not see.
///
/// The list has the code points with the property `Default_Ignorable_Code_Point` of Unicode, the separators of lines and
/// paragraphs, the annotation characters, the blank braille pattern, and the noncharacters. XML 1.0 allows neither U+FFFE nor U+FFFF.
pub(crate) fn is_hidden(character: char) -> bool {
    // The last two code points of each plane.
    let is_noncharacter = u32::from(character) & 0xfffe == 0xfffe;
    is_noncharacter
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escapes_control_characters() {
        assert_eq!(escaped("a\u{1b}[31mé\n\u{202e}b\t"), "a\\u{1b}[31mé\n\\u{202e}b\\t");
    }

    #[test]
    fn escapes_characters_that_people_do_not_see() {
        // Tag characters spell ASCII, and 256 variation selectors spell bytes.
        let spelled: String = "leak".chars().map(|letter| char::from_u32(0xe0000 + letter as u32).unwrap()).collect();
        assert_eq!(escaped(&spelled), "\\u{e006c}\\u{e0065}\\u{e0061}\\u{e006b}");
        for hidden in [
            '\u{ad}',
            '\u{180e}',
            '\u{2028}',
            '\u{2064}',
            '\u{3164}',
            '\u{fe00}',
            '\u{fe0f}',
            '\u{e0001}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{e01ef}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1ffff}',
        ] {
            assert!(!escaped(&format!("a{hidden}b")).contains(hidden), "{:x}", hidden as u32);
        }
        assert_eq!(escaped("Straße, 東京, é"), "Straße, 東京, é");
    }
}
