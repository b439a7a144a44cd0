//! A name as machine words: one form to hash and compare, in const evaluation and at run time.

/// A name of a tool or scope as words that are cheap to hash and to compare.
///
/// The words are the first eight bytes, the eight after them, the eight before the last eight, and the last eight; they
/// overlap in names below 32 bytes. Up to 32 bytes the words and the length are the name: two keys are equal exactly if
/// their names are. Of a longer name a fold of all of it goes into the hash, and the name
/// itself has to be compared.
///
/// ```
/// use mcp_scopes_model::key::Key;
/// let key = Key::of("files:read");
/// assert!(key.is_whole());
/// assert_eq!(key, Key::read(b"files:read"));
/// assert_ne!(key.hash(), Key::of("files:write").hash());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Key {
    words: [u64; 4],
    len: u32,
    /// All of a long name but its first word, folded; 0 for a whole key.
    rest: u64,
}

/// Odd constants with evenly spread bits (digits of π), so that a zero word still mixes.
const SALT: [u64; 4] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89];

impl Key {
    /// The longest name that its key determines.
    pub const WHOLE: usize = 32;

    /// The key of a name, for const evaluation, where calls are dear and branches are cheap.
    #[must_use]
    pub const fn of(name: &str) -> Self {
        Self::by_cases(name.as_bytes())
    }

    /// The key of a name, for compiled code, where branches on the length are dear: the same as [`Key::of`].
    #[inline]
    #[must_use]
    pub fn read(name: &[u8]) -> Self {
        let len = name.len();
        let (Some(first), Some(last), true) = (name.first_chunk(), name.last_chunk(), len <= Self::WHOLE) else {
            return Self::by_cases(name);
        };
        let word = |at: usize| name.get(at..at + 8).and_then(<[u8]>::first_chunk).unwrap_or(first);
        let words = [first, word((len - 8).min(8)), word(len.saturating_sub(16)), last];
        Self { words: words.map(|word| u64::from_le_bytes(*word)), len: short_len(len), rest: 0 }
    }

    const fn by_cases(bytes: &[u8]) -> Self {
        let (words, rest) = match bytes {
            [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, ..] => {
                let words = [first(bytes), second(bytes), last_but_one(bytes), last(bytes)];
                (words, if bytes.len() > Self::WHOLE { fold_rest(bytes) } else { 0 })
            }
            [_, _, _, _, _, _, _, _, ..] => ([first(bytes), last(bytes), first(bytes), last(bytes)], 0),
            _ => ([short(bytes), 0, 0, 0], 0),
        };
        Self { words, len: short_len(bytes.len()), rest }
    }

    /// Whether equal keys mean equal names.
    #[inline]
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.len <= 32
    }

    /// A hash of the name. The same in every build; not meant to withstand chosen collisions, which cost a
    /// comparison and nothing else, since the tables it indexes are fixed.
    #[inline]
    #[must_use]
    pub const fn hash(&self) -> u64 {
        let [a, b, c, d] = self.words;
        let low = fold(a ^ SALT[0], b ^ SALT[1] ^ self.len as u64);
        let high = fold(c ^ SALT[2] ^ self.rest, d ^ SALT[3]);
        low ^ high.rotate_left(29)
    }
}

impl PartialEq for Key {
    /// Word by word: a comparison of whole arrays would wait for the words, just made, to pass through memory.
    #[inline]
    #[expect(clippy::many_single_char_names, reason = "four words against four words")]
    fn eq(&self, other: &Self) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.words, other.words);
        let differs = (a ^ e) | (b ^ f) | (c ^ g) | (d ^ h);
        differs | u64::from(self.len ^ other.len) == 0
    }
}

impl Eq for Key {}

/// The product's halves, one over the other.
#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    {
        (product as u64) ^ ((product >> 64) as u64)
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "compared first")]
const fn short_len(len: usize) -> u32 {
    // INVARIANT: a longer name never passes for a whole key.
    if len > u32::MAX as usize { u32::MAX } else { len as u32 }
}

/// Eight bytes as one word. Shifts, since the library's conversions are far slower in const evaluation; in compiled
/// code both are one load.
macro_rules! word {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
        *$a as u64
            | (*$b as u64) << 8
            | (*$c as u64) << 16
            | (*$d as u64) << 24
            | (*$e as u64) << 32
            | (*$f as u64) << 40
            | (*$g as u64) << 48
            | (*$h as u64) << 56
    };
}

#[inline]
const fn first(bytes: &[u8]) -> u64 {
    if let [a, b, c, d, e, f, g, h, ..] = bytes { word!(a b c d e f g h) } else { 0 }
}

#[inline]
const fn second(bytes: &[u8]) -> u64 {
    if let [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h, ..] = bytes { word!(a b c d e f g h) } else { 0 }
}

#[inline]
const fn last_but_one(bytes: &[u8]) -> u64 {
    if let [.., a, b, c, d, e, f, g, h, _, _, _, _, _, _, _, _] = bytes { word!(a b c d e f g h) } else { 0 }
}

#[inline]
const fn last(bytes: &[u8]) -> u64 {
    if let [.., a, b, c, d, e, f, g, h] = bytes { word!(a b c d e f g h) } else { 0 }
}

/// Up to seven bytes as one word, overlapping.
#[inline]
#[expect(clippy::many_single_char_names, reason = "eight bytes in a row")]
const fn short(bytes: &[u8]) -> u64 {
    match bytes {
        [a] => *a as u64,
        [a, b] => *a as u64 | (*b as u64) << 8,
        [a, b, c] => *a as u64 | (*b as u64) << 8 | (*c as u64) << 16,
        [a, b, c, d, ..] => {
            let [.., e, f, g, h] = bytes else { return 0 };
            word!(a b c d e f g h)
        }
        [] => 0,
    }
}

/// All of a long name but its first word, in order; the last word is in the key.
const fn fold_rest(bytes: &[u8]) -> u64 {
    let mut state = SALT[0];
    let mut rest = bytes;
    while let [_, _, _, _, _, _, _, _, tail @ ..] = rest {
        state = fold(state ^ first(tail), SALT[3]);
        rest = tail;
    }
    state
}

/// Whether two texts are the same, in const evaluation.
#[must_use]
pub const fn same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    while let ([_, _, _, _, _, _, _, _, rest_a @ ..], [_, _, _, _, _, _, _, _, rest_b @ ..]) = (a, b) {
        if first(a) != first(b) {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    true
}

/// Whether a text begins with another, in const evaluation.
#[must_use]
pub const fn starts_with(text: &str, prefix: &str) -> bool {
    let (mut text, mut prefix) = (text.as_bytes(), prefix.as_bytes());
    while let ([x, rest_text @ ..], [y, rest_prefix @ ..]) = (text, prefix) {
        if *x != *y {
            return false;
        }
        (text, prefix) = (rest_text, rest_prefix);
    }
    prefix.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_has_its_own_key() {
        let text = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        for a in 0..text.len() {
            for b in 0..text.len() {
                let (x, y) = (Key::of(text.split_at(a).0), Key::of(text.split_at(b).0));
                assert_eq!(x == y, a == b, "{a} {b}");
                assert_eq!(x.hash() == y.hash(), a == b, "{a} {b}");
                assert_eq!(x, Key::read(&text.as_bytes()[..a]), "{a}");
            }
        }
    }

    #[test]
    fn empty_and_zero_bytes_differ() {
        assert_ne!(Key::of(""), Key::of("\0"));
        assert_ne!(Key::of("abcdefgh"), Key::of("abcdefgh\0"));
    }

    #[test]
    fn each_byte_of_a_whole_key_counts() {
        for len in 1..=Key::WHOLE {
            let mut bytes = [b'a'; Key::WHOLE];
            let plain = Key::of(core::str::from_utf8(bytes.split_at(len).0).expect("ascii"));
            for at in 0..len {
                bytes[at] = b'b';
                let other = Key::of(core::str::from_utf8(bytes.split_at(len).0).expect("ascii"));
                assert_ne!(plain, other, "{len} {at}");
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn a_long_name_is_hashed_whole() {
        for at in 0..100 {
            let mut bytes = [b'a'; 100];
            let plain = Key::of(core::str::from_utf8(&bytes).expect("ascii")).hash();
            bytes[at] = b'b';
            assert_ne!(plain, Key::of(core::str::from_utf8(&bytes).expect("ascii")).hash(), "{at}");
        }
    }

    #[test]
    fn const_comparisons_agree_with_core() {
        for (a, b) in [("", ""), ("a", ""), ("abcdefgh", "abcdefgh"), ("abcdefghi", "abcdefghj"), ("ab", "abc")] {
            assert_eq!(same(a, b), a == b);
            assert_eq!(starts_with(a, b), a.starts_with(b));
            assert_eq!(starts_with(b, a), b.starts_with(a));
        }
    }
}
