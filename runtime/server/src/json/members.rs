//! Finds duplicate member names in one object.
//!
//! No name is copied: a body of 4 MiB may contain hundreds of thousands of them. The first names of an object are borrowed from
//! the text and compared one by one. Beyond [`FEW`], and for names with escapes, a keyed hash of 8 bytes represents each name.
//! The hashes of an object are sorted at its end, where equal ones are neighbors.

use std::{
    borrow::Cow,
    hash::{BuildHasher as _, RandomState},
};

/// How many names of one object are compared one by one.
const FEW: usize = 16;

/// The names of all open objects, the outermost object first.
#[derive(Debug, Default)]
pub(super) struct OpenObjects<'b> {
    names: Vec<&'b str>,
    hashes: Vec<u64>,
    /// Seeded at random, so that a client cannot choose names with equal hashes. Created with the first hash.
    hasher: Option<RandomState>,
}

/// The names of one open object: their start in [`OpenObjects`].
#[derive(Debug)]
pub(super) struct Members {
    names: usize,
    hashes: usize,
    hashed: bool,
}

/// The error of a duplicate name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Twice;

impl<'b> OpenObjects<'b> {
    /// Opens an object.
    pub(super) fn open(&self) -> Members {
        Members { names: self.names.len(), hashes: self.hashes.len(), hashed: false }
    }

    /// Records a name of the innermost object; owned, if it has escapes. Some duplicates are found only by
    /// [`close`](Self::close).
    #[expect(clippy::ptr_arg, reason = "only a borrowed name is part of the text and can be kept")]
    pub(super) fn note(&mut self, members: &mut Members, name: &Cow<'b, str>) -> Result<(), Twice> {
        if let Cow::Borrowed(name) = name
            && !members.hashed
        {
            let seen = self.names.get(members.names..).unwrap_or_default();
            if seen.contains(name) {
                return Err(Twice);
            }
            if seen.len() < FEW {
                self.names.push(name);
                return Ok(());
            }
        }
        if !members.hashed {
            members.hashed = true;
            let names = self.names.split_off(members.names);
            for name in names {
                self.hash(name);
            }
        }
        self.hash(name);
        Ok(())
    }

    /// Closes the innermost object.
    pub(super) fn close(&mut self, members: &Members) -> Result<(), Twice> {
        self.names.truncate(members.names);
        let hashes = self.hashes.get_mut(members.hashes..).unwrap_or_default();
        hashes.sort_unstable();
        let twice = hashes.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
        self.hashes.truncate(members.hashes);
        // In the largest body that is accepted by default, different names have equal hashes with a chance of 1 in 100
        // million.
        if twice { Err(Twice) } else { Ok(()) }
    }

    fn hash(&mut self, name: &str) {
        let hash = self.hasher.get_or_insert_with(RandomState::new).hash_one(name);
        if self.hashes.len() == self.hashes.capacity() {
            // Grows by half instead of doubling: even while they grow, the names of a body must not use more than three times
            // its size.
            self.hashes.reserve_exact((self.hashes.len() / 2).max(4 * FEW));
        }
        self.hashes.push(hash);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{FEW, OpenObjects};

    /// Returns whether all names of one object differ. The flag says whether a name has escapes.
    fn differ(names: &[(String, bool)]) -> bool {
        let mut open = OpenObjects::default();
        let mut members = open.open();
        let mut noted = names.iter().map(|(name, escaped)| {
            let name = if *escaped { Cow::Owned(name.clone()) } else { Cow::Borrowed(name.as_str()) };
            open.note(&mut members, &name)
        });
        noted.all(|noted| noted.is_ok()) && open.close(&members).is_ok()
    }

    #[test]
    fn finds_duplicates_among_few_and_many_names() {
        for count in [0, 1, 2, FEW - 1, FEW, FEW + 1, 10 * FEW] {
            for escaped in [false, true] {
                let names: Vec<_> = (0..count).map(|at| (format!("k{at}"), escaped && at % 3 == 0)).collect();
                assert!(differ(&names), "{count} {escaped}");
                for (at, of_second) in (0..count).flat_map(|at| [(at, false), (at, true)]) {
                    let mut more = names.clone();
                    more.push((format!("k{at}"), of_second));
                    assert!(!differ(&more), "{count} {escaped} {at} {of_second}");
                }
            }
        }
    }

    #[test]
    fn distinguishes_names_of_nested_and_neighboring_objects() {
        let names: Vec<String> = (0..3 * FEW).map(|at| format!("k{at}")).collect();
        let mut open = OpenObjects::default();
        let mut outer = open.open();
        for name in &names {
            assert_eq!(open.note(&mut outer, &Cow::Borrowed(name)), Ok(()));
            let mut inner = open.open();
            for name in &names {
                assert_eq!(open.note(&mut inner, &Cow::Borrowed(name)), Ok(()));
            }
            assert_eq!(open.close(&inner), Ok(()));
        }
        assert_eq!(open.close(&outer), Ok(()));
        assert!(open.names.is_empty() && open.hashes.is_empty());
    }
}
