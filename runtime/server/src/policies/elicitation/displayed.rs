//! In which characters a text is shown to a person: in those that can be seen. All others are escapes.
//!
//! The classes that the standard library knows are not enough. It shows what is invisible but assigned, such as variation selectors and
//! fillers, of which any number can be hidden behind one letter.

use core::fmt::{self, Write as _};

/// A JSON text in which every character can be seen: no control characters, no invisible ones, no runs of spaces, no marks that cover others. Quotes
/// and escapes are those of JSON, whose strings have a backslash in two characters, so an escape cannot be feigned.
///
/// Letters that are written from right to left stay: with escapes their readers could not read them.
pub(super) struct Displayed<'a>(pub(super) &'a str);

impl fmt::Display for Displayed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the next character follows: the last one that is no mark, and the marks behind it.
        let (mut base, mut marks) = (None, 0);
        for character in self.0.chars() {
            let kind = Kind::of(character);
            let is_shown = match kind {
                Kind::Visible => true,
                // Text behind many spaces may be out of sight.
                Kind::Space => base != Some(' '),
                Kind::Mark => marks < MAX_MARKS && base.is_some_and(|base| belongs_to(character, base)),
                Kind::Hidden => false,
            };
            if is_shown {
                f.write_char(character)?;
            } else {
                write!(f, "{}", character.escape_unicode())?;
            }
            match (kind, is_shown) {
                (Kind::Mark, true) => marks += 1,
                (Kind::Space, _) => (base, marks) = (Some(' '), 0),
                // Behind an escape there is no letter.
                _ => (base, marks) = (Some(character).filter(|_| is_shown), 0),
            }
        }
        Ok(())
    }
}

/// How many marks a letter may have: those of Thai, Hebrew and Arabic need no more.
const MAX_MARKS: u8 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Visible,
    Space,
    /// It is drawn over the character before it.
    Mark,
    Hidden,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            ' ' => Self::Space,
            '"' | '\'' | '\\' => Self::Visible,
            _ if is_blank(character) => Self::Hidden,
            _ if character.escape_debug().len() == 1 => Self::Visible,
            // The standard library escapes a mark only where it begins a text.
            _ if format!("a{character}").escape_debug().count() == 2 => Self::Mark,
            _ => Self::Hidden,
        }
    }
}

/// Returns whether a character is drawn as nothing although it is a letter, a mark or a symbol: the property `Default_Ignorable_Code_Point` of
/// Unicode, where the standard library does not escape it, and characters that are blank by design.
const fn is_blank(character: char) -> bool {
    matches!(
        character,
        // The combining grapheme joiner, and fillers of Hangul.
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        // Inherent vowels of Khmer, and variation selectors.
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}'
        // Tags, variation selectors, and what is reserved for their like.
        | '\u{e0000}'..='\u{e0fff}'
        // Blanks of Braille, hieroglyphs, Khitan and musical notation.
        | '\u{2800}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}' | '\u{1d159}'
    )
}

/// Returns whether a mark belongs to the script of a letter. Marks for any script are escaped: they include those that strike a letter through. The
/// letters of scripts with marks of their own have code points nearby.
fn belongs_to(mark: char, letter: char) -> bool {
    let for_any = matches!(
        mark,
        '\0'..='\u{590}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    );
    !for_any && letter.is_alphabetic() && u32::from(mark) >> 8 == u32::from(letter) >> 8
}

#[cfg(test)]
mod tests {
    use super::Displayed;

    #[test]
    fn shows_what_can_be_seen_as_it_is() {
        for text in [
            "{\"a\":[1,null]} it's \\\"C:\\\\x\\\"",
            "äé日本語😀 ß→€",
            // Hindi, Thai, Hebrew with points, Arabic with vowels, Korean, and kana in two parts.
            "हिन्दी भाषा",
            "ที่นี่ น้ำ",
            "שָׁלוֹם",
            "مُحَمَّد",
            "한국어",
            "か\u{3099}",
        ] {
            assert_eq!(Displayed(text).to_string(), text);
        }
    }

    #[test]
    fn escapes_what_cannot_be_seen() {
        for hidden in [
            // Control and format characters, separators, and unassigned or private ones.
            "\u{7f}",
            "\u{85}",
            "\u{ad}",
            "\u{200b}",
            "\u{200d}",
            "\u{202e}",
            "\u{2066}",
            "\u{feff}",
            "\u{2028}",
            "\u{a0}",
            "\u{3000}",
            "\u{378}",
            "\u{e000}",
            "\u{fff9}",
            "\u{1bca0}",
            "\u{1d173}",
            // Invisible letters, symbols and marks.
            "\u{34f}",
            "\u{115f}",
            "\u{1160}",
            "\u{3164}",
            "\u{ffa0}",
            "\u{17b4}",
            "\u{17b5}",
            "\u{180b}",
            "\u{180f}",
            "\u{fe00}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{e0100}",
            "\u{e01ef}",
            "\u{2800}",
            "\u{13441}",
            "\u{16fe4}",
            "\u{1d159}",
            // Marks that cover a letter, or belong to any.
            "\u{301}",
            "\u{336}",
            "\u{338}",
            "\u{489}",
            "\u{20dd}",
            "\u{1ab0}",
            "\u{1dc0}",
            "\u{fe20}",
        ] {
            let escape = hidden.escape_unicode().to_string();
            for before in ["", "a", "\u{b4}", "か", "日", "ក"] {
                let text = format!("{before}{hidden}b");
                assert_eq!(Displayed(&text).to_string(), format!("{before}{escape}b"), "{escape}");
            }
        }
        assert_eq!(
            Displayed("a\u{e0100}\u{e0141}\u{fe0f}\u{34f}\u{3164}\u{2800}b").to_string(),
            "a\\u{e0100}\\u{e0141}\\u{fe0f}\\u{34f}\\u{3164}\\u{2800}b"
        );
        // An escape cannot be feigned: in a JSON text it has two backslashes.
        assert_eq!(Displayed(r#""\\u{200b}""#).to_string(), r#""\\u{200b}""#);
    }

    #[test]
    fn escapes_marks_that_belong_to_no_letter() {
        // Of another script, behind a sign or an escape, at the beginning, and too many.
        for (text, shown) in [
            ("a\u{5b8}", "a\\u{5b8}"),
            ("1\u{e31}", "1\\u{e31}"),
            ("\u{e01}\u{200b}\u{e31}", "\u{e01}\\u{200b}\\u{e31}"),
            ("\u{e31}", "\\u{e31}"),
            ("\u{e01}\u{e48}\u{e48}\u{e48}\u{e48}", "\u{e01}\u{e48}\u{e48}\u{e48}\\u{e48}"),
        ] {
            assert_eq!(Displayed(text).to_string(), shown);
        }
    }

    #[test]
    fn escapes_all_spaces_of_a_run_but_the_first() {
        for (text, shown) in
            [("a b c", "a b c"), ("a   b", "a \\u{20}\\u{20}b"), ("  ", " \\u{20}"), ("a \u{a0} b", "a \\u{a0} b")]
        {
            assert_eq!(Displayed(text).to_string(), shown);
        }
    }
}
