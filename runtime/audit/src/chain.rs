//! The chain: each line has a number and a code over itself and the line before.
//!
//! The last member of a line is an object that ends with `"seq":N,"key":"ID","mac":"HEX"`. The code is HMAC-SHA256 over the code of the line
//! before and all bytes of this line that precede `,"mac":`. The first line of a file also has `"previous":"HEX",` before `"seq"`: the code of the last
//! line of the file before, so that each file can be verified alone. Before the first line of all, that code is zero.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::hex::{hex, unhex};

/// The maximum length of a key's id.
const MAX_ID: usize = 64;
/// What differs between the code of a line and that of a head.
const LINE: &[u8; 4] = b"line";
const HEAD: &[u8; 4] = b"head";

/// Creates a code with a key of 32 bytes.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // RFC 2104 §2: a key shorter than a block is padded with zeros.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    Hmac::new(&block.into())
}

/// Returns whether a text can be the id of a key: up to 64 ASCII letters, digits, `-`, `_` and `.`.
pub(crate) fn is_id(id: &[u8]) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.iter().copied().all(is_id_byte)
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// A key of the chain.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: Box<str>,
    mac: Hmac<Sha256>,
}

impl Key {
    pub(crate) fn new(id: &str, key: &[u8; 32]) -> Self {
        Self { id: id.into(), mac: keyed(key) }
    }

    fn of_line(&self, previous: &[u8; 32], content: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(LINE);
        mac.update(previous);
        mac.update(content);
        mac
    }

    fn of_head(&self, link: &Link) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(HEAD);
        mac.update(&link.sequence.to_le_bytes());
        mac.update(&link.mac);
        mac
    }

    /// Returns the code of a head.
    pub(crate) fn head_mac(&self, link: &Link) -> [u8; 32] {
        self.of_head(link).finalize().into_bytes().into()
    }

    pub(crate) fn is_head(&self, link: &Link, mac: &[u8; 32]) -> bool {
        self.of_head(link).verify_slice(mac).is_ok()
    }

    /// Returns whether a line follows a line with that code.
    pub(crate) fn is_line(&self, previous: &[u8; 32], seal: &Seal<'_>) -> bool {
        self.of_line(previous, seal.content).verify_slice(&seal.mac).is_ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The last line of a chain: its number and its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) sequence: u64,
    pub(crate) mac: [u8; 32],
}

impl Link {
    /// Appends the end of a line to it, and a line break. The new line is then the last one.
    pub(crate) fn seal(&mut self, key: &Key, is_first_of_file: bool, body: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(body);
        if is_first_of_file {
            out.extend_from_slice(b"\"previous\":\"");
            out.extend_from_slice(hex(&self.mac).as_flattened());
            out.extend_from_slice(b"\",");
        }
        self.sequence = self.sequence.saturating_add(1);
        out.extend_from_slice(format!("\"seq\":{},\"key\":\"{}\"", self.sequence, key.id).as_bytes());
        let content = out.get(start..).unwrap_or_default();
        self.mac = key.of_line(&self.mac, content).finalize().into_bytes().into();
        out.extend_from_slice(b",\"mac\":\"");
        out.extend_from_slice(hex(&self.mac).as_flattened());
        out.extend_from_slice(b"\"}}\n");
    }
}

/// The end of a line, and what its code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal<'l> {
    /// All bytes that the code covers.
    content: &'l [u8],
    /// The code of the line before, if this line is the first of a file.
    pub(crate) previous: Option<[u8; 32]>,
    pub(crate) sequence: u64,
    pub(crate) key: &'l str,
    mac: [u8; 32],
}

impl<'l> Seal<'l> {
    /// Reads the end of a line without its line break.
    pub(crate) fn of(line: &'l [u8]) -> Option<Self> {
        let (line, mac) = split_digits(line.strip_suffix(b"\"}}")?)?;
        let content = line.strip_suffix(b",\"mac\":\"")?;
        let rest = content.strip_suffix(b"\"")?;
        let (rest, key) = split_while(rest, is_id_byte);
        let (rest, digits) = split_while(rest.strip_suffix(b",\"key\":\"")?, |byte| byte.is_ascii_digit());
        let rest = rest.strip_suffix(b"\"seq\":")?;
        let previous = rest.strip_suffix(b"\",").and_then(split_digits);
        let previous = previous.and_then(|(rest, mac)| rest.ends_with(b"\"previous\":\"").then_some(mac));
        let sequence = core::str::from_utf8(digits).ok()?.parse().ok().filter(|number| *number > 0)?;
        let key = is_id(key).then_some(key)?;
        Some(Self { content, previous, sequence, key: core::str::from_utf8(key).ok()?, mac })
    }

    pub(crate) fn link(&self) -> Link {
        Link { sequence: self.sequence, mac: self.mac }
    }
}

/// Splits the last 64 digits off.
fn split_digits(text: &[u8]) -> Option<(&[u8], [u8; 32])> {
    let (rest, digits) = text.split_at_checked(text.len().checked_sub(64)?)?;
    Some((rest, unhex(digits)?))
}

/// Splits off the last bytes that are of a kind.
fn split_while(text: &[u8], is: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let kept = text.iter().rposition(|byte| !is(*byte)).map_or(0, |place| place + 1);
    text.split_at_checked(kept).unwrap_or((text, &[]))
}

#[cfg(test)]
mod tests {
    use super::{Key, Link, Seal};

    #[test]
    fn reads_the_end_that_it_writes() {
        let key = Key::new("2026-11", &[7; 32]);
        let (mut link, mut out) = (Link::default(), Vec::new());
        link.seal(&key, true, b"{\"a\":\"b\",\"chain\":{", &mut out);
        let first = link;
        link.seal(&key, false, b"{\"chain\":{\"c\":\"d\",", &mut out);
        let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
        let (one, two) = (Seal::of(lines[0]).unwrap(), Seal::of(lines[1]).unwrap());
        assert_eq!((one.sequence, one.key, one.previous), (1, "2026-11", Some([0; 32])));
        assert_eq!((two.sequence, two.key, two.previous), (2, "2026-11", None));
        assert_eq!((one.link(), two.link()), (first, link));
        assert!(key.is_line(&[0; 32], &one) && key.is_line(&first.mac, &two));
        assert!(!key.is_line(&[1; 32], &one) && !key.is_line(&[0; 32], &two));
        assert!(!Key::new("2026-11", &[8; 32]).is_line(&[0; 32], &one));
    }

    /// Computed with the `hmac` module of Python: the form on disk does not change.
    #[test]
    fn codes_do_not_change() {
        let (mut link, mut out) = (Link::default(), Vec::new());
        link.seal(&Key::new("k", &[7; 32]), false, b"{\"chain\":{", &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!("{{\"chain\":{{\"seq\":1,\"key\":\"k\",\"mac\":\"{MAC}\"}}}}\n")
        );
    }

    const MAC: &str = "0fe906b54a5d6cfc24320cdc3041f10ae4f99c8da1f376d1c93f79468fbf9727";

    #[test]
    fn rejects_other_ends() {
        let mac = "0".repeat(64);
        for end in [
            format!("\"seq\":1,\"key\":\"k\",\"mac\":\"{mac}\"}}}} "),
            format!("\"seq\":1,\"key\":\"k\",\"mac\":\"{}\"}}}}", mac.to_uppercase().replace('0', "A")),
            format!("\"seq\":0,\"key\":\"k\",\"mac\":\"{mac}\"}}}}"),
            format!("\"seq\":18446744073709551616,\"key\":\"k\",\"mac\":\"{mac}\"}}}}"),
            format!("\"seq\":,\"key\":\"k\",\"mac\":\"{mac}\"}}}}"),
            format!("\"seq\":1,\"key\":\"\",\"mac\":\"{mac}\"}}}}"),
            format!("\"seq\":1,\"mac\":\"{mac}\"}}}}"),
            "\"mac\":\"\"}}".to_owned(),
            String::new(),
        ] {
            assert_eq!(Seal::of(end.as_bytes()), None, "{end}");
        }
    }
}
