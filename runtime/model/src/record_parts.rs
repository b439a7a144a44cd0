//! The parts that the descriptions of a table and of a tool in a record share. Macros, because const evaluation pays for calls.

/// A list of texts: its length, then each text. With a field name, that field of each element.
macro_rules! texts {
    ($number:ident, $text:ident, $texts:expr $(, $field:ident)?) => {
        let mut texts = $texts;
        $number!(texts.len());
        while let [text, rest @ ..] = texts {
            $text!(text $(.$field)?);
            texts = rest;
        }
    };
}

/// An optional text: a flag, then the text.
macro_rules! optional {
    ($number:ident, $text:ident, $optional:expr) => {
        match $optional {
            Some(text) => {
                $number!(1);
                $text!(text);
            }
            None => {
                $number!(0);
            }
        }
    };
}

/// An optional limit: a flag, then the number.
macro_rules! limit {
    ($number:ident, $limit:expr) => {
        match $limit {
            Some(limit) => {
                $number!(1);
                $number!(limit);
            }
            None => {
                $number!(0);
            }
        }
    };
}

pub(crate) use {limit, optional, texts};
