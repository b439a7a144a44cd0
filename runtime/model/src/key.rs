//! Names as machine words, for hashing and comparison in const evaluation and at run time.

/// A tool or scope name as words that are cheap to compare.
///
/// The words are the first eight bytes, the next eight, and the last eight, in the byte order of the machine. They
/// overlap in names shorter than 24 bytes. Up to 24 bytes, the words and the length determine the name, so that two
/// keys are equal exactly if their names are. Longer names must be compared themselves.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    words: [u64; 3],
    len: u32,
}

/// A name's key, and a hash of the whole name.
///
/// ```
/// use mcp_scopes_model::key::Hashed;
/// let name = Hashed::of("files:read");
/// assert!(name.key.is_whole());
/// assert_eq!(name.key, Hashed::read(b"files:read").key);
/// assert_ne!(name.hash, Hashed::of("files:write").hash);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    /// The key.
    pub key: Key,
    /// The hash. It is the same in every build. It does not resist chosen collisions, which only cost one comparison,
    /// since the tables that it indexes are fixed. The upper bits are better distributed than the lower ones.
    pub hash: u64,
}

/// Factors with evenly distributed bits (digits of π), one for each word. All are odd, and so is their sum, because a
/// name of eight bytes is three times the same word. The last two agree in their two lowest bits: in names of 9 to 16
/// bytes the last word occurs twice, and twice an odd number only loses its highest bit, which ASCII does not use.
const FACTORS: [u64; 3] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0x082e_fa98_ec4e_6c89];

/// The factor of the length. It has 32 bits, to fit an instruction.
const LENGTH: u64 = 0x4528_21e6 | 1;

impl Key {
    /// The maximum length of a name that its key determines.
    pub const WHOLE: usize = 24;

    /// The key of the empty name.
    pub const EMPTY: Self = Self { words: [0; 3], len: 0 };

    /// Returns whether equal keys mean equal names.
    #[inline]
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.len as usize <= Self::WHOLE
    }

    /// Compares two keys in const evaluation.
    #[inline]
    #[must_use]
    #[expect(clippy::many_single_char_names, reason = "three words against three words")]
    pub const fn same(&self, other: &Self) -> bool {
        let ([a, b, c], [d, e, f]) = (self.words, other.words);
        // Branch-free, since it cannot be predicted whether a name is known.
        (a ^ d) | (b ^ e) | (c ^ f) | (self.len ^ other.len) as u64 == 0
    }

    /// Returns a sum of products, one for each word with its own factor. The multiplications are independent.
    #[inline]
    const fn hash(&self) -> u64 {
        let [a, b, c] = self.words;
        let [first, second, last] = FACTORS;
        let outer = a.wrapping_mul(first).wrapping_add(c.wrapping_mul(last));
        let inner = b.wrapping_mul(second).wrapping_add((self.len as u64).wrapping_mul(LENGTH));
        outer.wrapping_add(inner)
    }
}

impl Hashed {
    /// The hash of the empty name.
    pub const EMPTY: Self = Self { key: Key::EMPTY, hash: 0 };

    /// For const evaluation, where calls are expensive and branches are cheap.
    #[must_use]
    pub const fn of(name: &str) -> Self {
        Self::by_cases(name.as_bytes())
    }

    /// For compiled code. Returns the same as [`Hashed::of`].
    #[inline]
    #[must_use]
    pub fn read(name: &[u8]) -> Self {
        Self::quick(name).unwrap_or_else(|| Self::by_cases(name))
    }

    /// For names of 8 to 24 bytes, which is the common case. Without branches on the length, which cannot be predicted.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call would pass all of it through memory")]
    #[must_use]
    pub fn quick(name: &[u8]) -> Option<Self> {
        let len = name.len();
        let (Some(first), Some(last), true) = (name.first_chunk(), name.last_chunk(), len <= Key::WHOLE) else {
            return None;
        };
        let second = name.get((len - 8).min(8)..).and_then(<[u8]>::first_chunk).unwrap_or(last);
        let words = [first, second, last];
        let key = Key { words: words.map(|word| u64::from_ne_bytes(*word)), len: short_len(len) };
        Some(Self { key, hash: key.hash() })
    }

    /// Each step, each call and each byte adds to the build time. Names of 16 to 24 bytes, the most common, need no
    /// call except those that convert bytes to words.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "of the sum its lower half is the hash; the length is at most 24"
    )]
    const fn by_cases(bytes: &[u8]) -> Self {
        let len = size_of_val(bytes);
        if let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = *bytes
            && let [.., q, r, s, t, u, v, w, x] = *bytes
            && len <= Key::WHOLE
        {
            let first = u64::from_ne_bytes([a, b, c, d, e, f, g, h]);
            let second = u64::from_ne_bytes([i, j, k, l, m, n, o, p]);
            let last = u64::from_ne_bytes([q, r, s, t, u, v, w, x]);
            // Same as `Key::hash`. The sum stays below 2^127, and const evaluation adds faster than it calls
            // `wrapping_add`.
            let hash = first as u128 * FACTORS[0] as u128
                + second as u128 * FACTORS[1] as u128
                + last as u128 * FACTORS[2] as u128
                + len as u128 * LENGTH as u128;
            return Self { key: Key { words: [first, second, last], len: len as u32 }, hash: hash as u64 };
        }
        Self::by_parts(bytes)
    }

    const fn by_parts(bytes: &[u8]) -> Self {
        let words = match bytes {
            [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, ..] => [first(bytes), second(bytes), last(bytes)],
            [_, _, _, _, _, _, _, _, ..] => [first(bytes), last(bytes), last(bytes)],
            _ => [short(bytes), 0, 0],
        };
        let key = Key { words, len: short_len(bytes.len()) };
        Self { key, hash: if key.is_whole() { key.hash() } else { key.hash() ^ fold_rest(bytes) } }
    }
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

impl Eq for Key {}

/// Folds the halves of the product.
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
    // INVARIANT: the key of a longer name is never a whole key.
    if len > u32::MAX as usize { u32::MAX } else { len as u32 }
}

#[inline]
const fn first(bytes: &[u8]) -> u64 {
    if let [a, b, c, d, e, f, g, h, ..] = *bytes { u64::from_ne_bytes([a, b, c, d, e, f, g, h]) } else { 0 }
}

#[inline]
const fn second(bytes: &[u8]) -> u64 {
    if let [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h, ..] = *bytes {
        u64::from_ne_bytes([a, b, c, d, e, f, g, h])
    } else {
        0
    }
}

#[inline]
const fn last(bytes: &[u8]) -> u64 {
    if let [.., a, b, c, d, e, f, g, h] = *bytes { u64::from_ne_bytes([a, b, c, d, e, f, g, h]) } else { 0 }
}

/// Reads up to seven bytes as one word, with overlap.
#[inline]
#[expect(clippy::many_single_char_names, reason = "bytes in a row")]
const fn short(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from_ne_bytes([a, 0, 0, 0, 0, 0, 0, 0]),
        [a, b] => u64::from_ne_bytes([a, b, 0, 0, 0, 0, 0, 0]),
        [a, b, c] => u64::from_ne_bytes([a, b, c, 0, 0, 0, 0, 0]),
        [a, b, c, d, ..] => {
            let [.., e, f, g, h] = *bytes else { return 0 };
            u64::from_ne_bytes([a, b, c, d, e, f, g, h])
        }
        [] => 0,
    }
}

/// Hashes a long name except for its first word, in order. The last word is in the key.
const fn fold_rest(bytes: &[u8]) -> u64 {
    let mut state = FACTORS[0];
    let mut rest = bytes;
    while let [_, _, _, _, _, _, _, _, tail @ ..] = rest {
        state = fold(state ^ first(tail), FACTORS[2]);
        rest = tail;
    }
    state
}

/// Compares two texts in const evaluation.
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

/// Returns whether a text begins with another, in const evaluation.
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
    fn distinguishes_names_of_every_length() {
        let text = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        for a in 0..text.len() {
            for b in 0..text.len() {
                let (x, y) = (Hashed::of(text.split_at(a).0), Hashed::of(text.split_at(b).0));
                assert_eq!(x.key == y.key, a == b, "{a} {b}");
                assert_eq!(x.hash == y.hash, a == b, "{a} {b}");
                let read = Hashed::read(&text.as_bytes()[..a]);
                assert_eq!((x.key, x.hash), (read.key, read.hash), "{a}");
            }
        }
    }

    #[test]
    fn distinguishes_empty_names_from_zero_bytes() {
        assert_ne!(Hashed::of("").key, Hashed::of("\0").key);
        assert_ne!(Hashed::of("abcdefgh").key, Hashed::of("abcdefgh\0").key);
    }

    #[test]
    fn depends_on_each_byte_of_a_whole_key() {
        for len in 1..=Key::WHOLE {
            let mut bytes = [b'a'; Key::WHOLE];
            let plain = Hashed::of(core::str::from_utf8(bytes.split_at(len).0).expect("ascii")).key;
            for at in 0..len {
                bytes[at] = b'b';
                let other = Hashed::of(core::str::from_utf8(bytes.split_at(len).0).expect("ascii")).key;
                assert_ne!(plain, other, "{len} {at}");
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn hashes_similar_names_differently() {
        for len in 1..=Key::WHOLE {
            for at in 0..len {
                let hash = |byte: u8| {
                    let mut bytes = [b'a'; Key::WHOLE];
                    bytes[at] = byte;
                    Hashed::read(bytes.split_at(len).0).hash
                };
                for a in 0x20..0x7f {
                    assert!((0x20..a).all(|b| hash(a) != hash(b)), "{len} {at} {a}");
                }
            }
        }
    }

    #[test]
    fn hashes_every_byte_of_a_long_name() {
        for at in 0..100 {
            let mut bytes = [b'a'; 100];
            let plain = Hashed::of(core::str::from_utf8(&bytes).expect("ascii")).hash;
            bytes[at] = b'b';
            assert_ne!(plain, Hashed::of(core::str::from_utf8(&bytes).expect("ascii")).hash, "{at}");
        }
    }

    #[test]
    fn matches_core_in_const_comparisons() {
        for (a, b) in [("", ""), ("a", ""), ("abcdefgh", "abcdefgh"), ("abcdefghi", "abcdefghj"), ("ab", "abc")] {
            assert_eq!(same(a, b), a == b);
            assert_eq!(starts_with(a, b), a.starts_with(b));
            assert_eq!(starts_with(b, a), b.starts_with(a));
        }
    }
}
