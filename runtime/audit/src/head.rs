//! The head: the last line of a chain, in a file beside it. Without it, a chain that was cut off at its end looks complete.

use crate::{
    chain::{Key, Link, is_id},
    hex::{hex, unhex},
    keys::Keys,
};

/// The last line of a chain when the head was written.
///
/// It has a code too, so that it cannot be made from the lines that are left. An older copy of it is valid, though: to notice that file and
/// head were both put back, keep copies of the head elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub(crate) link: Link,
    key: Box<str>,
    mac: [u8; 32],
}

impl Head {
    /// The maximum size in bytes of the file.
    pub const MAX_LEN: usize = 1024;

    pub(crate) fn new(link: Link, key: &Key) -> Self {
        Self { link, key: key.id.clone(), mac: key.head_mac(&link) }
    }

    /// Parses the text of a file. Returns `None` if it is not a head.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_LEN {
            return None;
        }
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let code = |name| unhex(value.get(name)?.as_str()?.as_bytes());
        let key = value.get("key")?.as_str().filter(|id| is_id(id.as_bytes()))?;
        let link = Link { sequence: value.get("seq")?.as_u64()?, mac: code("last_mac")? };
        let head = Self { link, key: key.into(), mac: code("mac")? };
        if link.sequence == 0 && link != Link::default() {
            return None;
        }
        // Only as it is written: no member occurs twice, and no parser reads the text differently.
        (head.to_text().trim_end() == text.trim_end()).then_some(head)
    }

    /// Returns the text of the file.
    pub(crate) fn to_text(&self) -> String {
        let digits = |code: &[u8; 32]| String::from_utf8_lossy(hex(code).as_flattened()).into_owned();
        let (last, mac) = (digits(&self.link.mac), digits(&self.mac));
        format!(
            "{{\"seq\":{},\"last_mac\":\"{last}\",\"key\":\"{}\",\"mac\":\"{mac}\"}}\n",
            self.link.sequence, self.key
        )
    }

    /// Returns the number of the last line; 0 before the first line is written.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.link.sequence
    }

    /// Returns the id of the key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns whether it was written with one of the keys; `None` if its key is missing.
    pub(crate) fn is_of(&self, keys: &Keys) -> Option<bool> {
        Some(keys.find(&self.key)?.is_head(&self.link, &self.mac))
    }
}
