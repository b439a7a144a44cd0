//! Stable names of state: the same in each version of a table that states the same pattern or tool.

use sha2::{Digest as _, Sha256};

use crate::settings::Domain;

/// The first bytes of a hash over kind and text.
pub(crate) type Name = [u8; 8];

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A pattern that an admitted call has matched.
    Latch,
    /// The calls of a tool.
    Count,
    /// The end of the cooling period of a tool.
    Cooling,
    /// The keyed hash of the arguments of its last call.
    Arguments,
}

impl Kind {
    /// The sections of a packed session.
    pub(crate) const SECTIONS: [Self; 4] = [Self::Cooling, Self::Arguments, Self::Count, Self::Latch];

    /// Returns the place of the section.
    pub(crate) const fn section(self) -> usize {
        match self {
            Self::Cooling => 0,
            Self::Arguments => 1,
            Self::Count => 2,
            Self::Latch => 3,
        }
    }

    /// Returns the length of the value of a record.
    pub(crate) const fn value_len(self) -> usize {
        match self {
            Self::Latch => 0,
            Self::Count | Self::Cooling => 4,
            Self::Arguments => 8,
        }
    }

    /// Returns the length of a record.
    pub(crate) const fn record_len(self) -> usize {
        size_of::<Name>() + self.value_len()
    }

    /// Returns the number that tells the names of kinds apart.
    const fn code(self) -> u8 {
        match self {
            Self::Latch => 1,
            Self::Count => 2,
            Self::Cooling => 3,
            Self::Arguments => 4,
        }
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
