//! Stable names of state: the same in each version of a table that states the same pattern or tool.

use sha2::{Digest as _, Sha256};

use crate::settings::Domain;

/// The first bytes of a hash over kind and text.
pub(crate) type Name = [u8; 8];

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A pattern that an admitted call has matched. It has no value.
    Latch,
    /// The calls of a tool. Four bytes.
    Count,
    /// The end of the cooling period of a tool. Four bytes.
    Cooling,
    /// The keyed hash of the arguments of its last call. Eight bytes.
    Arguments,
}

impl Kind {
    /// The upper half of the tag of a record. The lower half is the length of the value.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Latch => 1,
            Self::Count => 2,
            Self::Cooling => 3,
            Self::Arguments => 4,
        }
    }

    /// Returns the kind with a code.
    pub(crate) fn with_code(code: u8) -> Option<Self> {
        [Self::Latch, Self::Count, Self::Cooling, Self::Arguments].into_iter().find(|kind| kind.code() == code)
    }

    /// Returns the length of the value.
    pub(crate) const fn length(self) -> u8 {
        match self {
            Self::Latch => 0,
            Self::Count | Self::Cooling => 4,
            Self::Arguments => 8,
        }
    }

    /// Returns the tag of a record.
    pub(crate) const fn tag(self) -> u8 {
        self.code() << 4 | self.length()
    }
}

/// Returns the text of a pattern or the name of a tool as the members of a domain know it.
pub(crate) fn qualified(domain: Option<&Domain>, text: &str) -> String {
    domain.map_or_else(|| text.to_owned(), |domain| format!("{}/{text}", domain.server))
}

/// Returns the name of a qualified text.
pub(crate) fn name(kind: Kind, qualified: &str) -> Name {
    let digest = Sha256::new().chain_update([kind.code()]).chain_update(qualified).finalize();
    let mut name = [0; 8];
    name.iter_mut().zip(&digest).for_each(|(place, byte)| *place = *byte);
    name
}

#[cfg(test)]
mod tests {
    use super::{Kind, name};

    #[test]
    fn names_do_not_change() {
        // Sessions in a store outlive a release.
        assert_eq!(name(Kind::Latch, "read_file:/etc/*"), [175, 13, 245, 161, 168, 89, 174, 100]);
        assert_eq!(name(Kind::Count, "read_file"), [124, 214, 156, 147, 185, 142, 100, 136]);
    }
}
