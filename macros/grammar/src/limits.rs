//! Limits on TOML texts, checked before a parser builds a tree.
//!
//! The parser limits inline values and dotted keys separately. Combined, they nest thousands of levels deep, and
//! dropping such a tree overflows the stack. The parser's limits also disappear if any crate of a build enables the
//! feature `unbounded`. The limits here apply to every TOML text that this project reads.

use std::borrow::Cow;

use mcp_scopes_model::markers::private_prefix;
use toml_parser::{
    ErrorSink, Raw, Source, Span,
    decoder::Encoding,
    parser::{EventReceiver, parse_document},
};

/// The maximum nesting depth of a value. The parts of keys count, and so do arrays and tables in arrays. Each part of a
/// header such as `[a.b]` counts twice, since it can lead through an array of tables.
pub const MAX_DEPTH: usize = 64;

/// The maximum length of a TOML text in bytes. A parser can allocate 250 bytes for each.
pub const MAX_LEN: usize = 2 << 20;

/// The limit that a text exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The text is longer than [`MAX_LEN`].
    Length,
    /// Its values nest deeper than [`MAX_DEPTH`].
    Depth,
    /// A key begins with this prefix, which a parsing library reserves ([`mcp_scopes_model::markers`]).
    ReservedKey(&'static str),
}

/// The first limit that a text exceeds, and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exceeded {
    /// The byte offset.
    pub at: usize,
    /// The limit.
    pub limit: Limit,
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.limit {
            Limit::Length => write!(f, "the file is larger than {} MiB", MAX_LEN >> 20),
            Limit::Depth => write!(f, "tables, arrays and dotted keys nest deeper than {MAX_DEPTH} levels"),
            Limit::ReservedKey(prefix) => {
                write!(f, "keys that begin with `{prefix}` are reserved by a parsing library")
            }
        }
    }
}

impl Exceeded {
    /// Returns what to write instead.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.limit {
            Limit::Length => "remove what is not needed",
            Limit::Depth => "write the values in fewer levels",
            Limit::ReservedKey(_) => "rename the key",
        }
    }
}

impl std::error::Error for Exceeded {}

/// Checks the limits of a TOML text. Does not check its syntax.
///
/// ```
/// use mcp_scopes_grammar::limits::{Limit, check};
/// assert!(check("[server]\nnamespace = \"dev:\"\n").is_ok());
/// let exceeded = check("a = { \"\\u0024__toml_private_datetime\" = \"1979-05-27\" }").unwrap_err();
/// assert_eq!((exceeded.at, exceeded.limit), (6, Limit::ReservedKey("$__toml_private_")));
/// ```
pub fn check(text: &str) -> Result<(), Exceeded> {
    if text.len() > MAX_LEN {
        return Err(Exceeded { at: MAX_LEN, limit: Limit::Length });
    }
    within(text, MAX_DEPTH)
}

fn within(text: &str, max_depth: usize) -> Result<(), Exceeded> {
    let tokens = Source::new(text).lex().into_vec();
    let mut meter =
        Meter { text, max_depth, open: Vec::new(), depth: 0, key: 0, dotted: false, header: false, exceeded: None };
    parse_document(&tokens, &mut meter, &mut ());
    meter.exceeded.map_or(Ok(()), Err)
}

/// Tracks the nesting of a text. The count is never lower than the depth of the tree that a parser builds from the same
/// events, even if the text is malformed and the parser recovers.
struct Meter<'t> {
    text: &'t str,
    max_depth: usize,
    /// The depth and the parts of the key around each open array and inline table.
    open: Vec<(usize, usize)>,
    /// The depth of the table or array that is open.
    depth: usize,
    /// The number of levels of the last key.
    key: usize,
    /// Whether the next part belongs to the same key.
    dotted: bool,
    /// Whether the key is that of a header.
    header: bool,
    exceeded: Option<Exceeded>,
}

impl Meter<'_> {
    fn exceed(&mut self, span: Span, limit: Limit) {
        let _first = self.exceeded.get_or_insert(Exceeded { at: span.start(), limit });
    }

    fn measure(&mut self, span: Span) {
        if self.depth + self.key > self.max_depth {
            self.exceed(span, Limit::Depth);
        }
    }

    fn open_header(&mut self) {
        (self.depth, self.key, self.dotted, self.header) = (0, 0, false, true);
        self.open.clear();
    }

    fn close_header(&mut self) {
        (self.depth, self.key, self.dotted, self.header) = (self.key, 0, false, false);
    }

    /// Returns whether the parser may descend into the value.
    fn enter(&mut self, span: Span) -> bool {
        self.open.push((self.depth, self.key));
        // The last part of a key names the value that opens here. An element of an array has no key.
        (self.depth, self.key, self.dotted) = (self.depth + self.key.max(1), 0, false);
        self.measure(span);
        self.exceeded.is_none()
    }

    fn leave(&mut self) {
        if let Some(around) = self.open.pop() {
            (self.depth, self.key) = around;
        }
        self.dotted = false;
    }
}

impl EventReceiver for Meter<'_> {
    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.open_header();
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close_header();
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.open_header();
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.close_header();
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.enter(span)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.leave();
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.enter(span)
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.leave();
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.key = if self.dotted { self.key } else { 0 } + if self.header { 2 } else { 1 };
        self.dotted = false;
        self.measure(span);
        let Some(raw) = self.text.get(span.start()..span.end()) else { return };
        let mut name = Cow::Borrowed("");
        Raw::new_unchecked(raw, encoding, span).decode_key(&mut name, &mut ());
        if let Some(prefix) = private_prefix(&name) {
            self.exceed(span, Limit::ReservedKey(prefix));
        }
    }

    fn key_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.dotted = true;
    }
}

#[cfg(test)]
mod tests {
    use toml::de::{DeTable, DeValue};

    use super::within;

    /// Returns the number of keys, and of arrays and tables in arrays, on the way to the deepest value.
    fn depth(table: &DeTable<'_>) -> usize {
        table.values().map(|value| 1 + below(value.get_ref())).max().unwrap_or(0)
    }

    fn below(value: &DeValue<'_>) -> usize {
        match value {
            DeValue::Table(table) => depth(table),
            DeValue::Array(items) => {
                let nested = items.iter().filter(|item| item.get_ref().is_array() || item.get_ref().is_table());
                nested.map(|item| 1 + below(item.get_ref())).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Malformed texts count too: the parser recovers, and its partial tree is dropped like any other.
    #[test]
    fn never_counts_less_than_the_parser_builds() {
        const PIECES: [&str; 18] = [
            "a", "b", ".", " ", "= ", " = {", " = [", "{", "}", "[", "]", "[[", "]]\n", "]\n", "\n", ", ", "\"b\"",
            "1\n",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut deepest = [0; 8];
        for _ in 0..60_000 {
            let mut text = String::new();
            for _ in 0..24 {
                // Marsaglia's xorshift: the same texts in every run.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                text.push_str(PIECES[usize::try_from(state >> 33).unwrap() % PIECES.len()]);
            }
            let (table, _) = DeTable::parse_recoverable(&text);
            let built = depth(table.get_ref());
            for max in 0..built {
                assert!(within(&text, max).is_err(), "{built} levels pass a limit of {max}: {text}");
            }
            deepest[built.min(7)] += 1;
        }
        assert!(deepest[4] > 20, "the texts are shallow: {deepest:?}");
    }
}
