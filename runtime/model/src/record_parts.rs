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

/// Resources or prompts: their number, then each.
macro_rules! contents {
    ($number:ident, $text:ident, $contents:expr) => {
        let mut contents = $contents;
        $number!(contents.len());
        while let [content, rest @ ..] = contents {
            $text!(content.name.text);
            $text!(content.description);
            $number!(match content.risk {
                None => 0,
                Some(risk) => risk as u32 + 1,
            });
            $number!(match content.requirement {
                $crate::Requirement::Public => 0_u32,
                $crate::Requirement::Authenticated => 1,
                _ => 2,
            });
            if let $crate::Requirement::AnyOf(mut any) = content.requirement {
                $number!(any.len());
                while let [all, more @ ..] = any {
                    $crate::record_parts::texts!($number, $text, *all);
                    any = more;
                }
            }
            contents = rest;
        }
    };
}

/// Conditional scopes: their number, then each. `$place` is the index of the first use of their scopes.
macro_rules! conditions {
    ($number:ident, $text:ident, $conditions:expr, $uses:expr, $place:ident) => {
        let mut conditions = $conditions;
        $number!(conditions.len());
        while let [condition, rest @ ..] = conditions {
            $number!(condition.alternatives);
            $number!(condition.alternatives >> 32_u32);
            $crate::record_parts::optional!($number, $text, condition.argument);
            $text!(condition.glob);
            $number!(condition.scopes.len());
            let end = $place + condition.scopes.len();
            while $place < end {
                $number!($uses[$place]);
                $place += 1;
            }
            conditions = rest;
        }
    };
}

pub(crate) use {conditions, contents, limit, optional, texts};
