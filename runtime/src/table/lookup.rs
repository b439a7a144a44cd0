//! Looks up a name's number without collisions: a perfect hash in two steps, built by const evaluation.
//!
//! A name's bucket holds a factor that maps each of the bucket's names to a different slot. The name in the slot must still be
//! compared, because an unknown name also maps to a slot.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]
#![expect(clippy::cast_possible_truncation, reason = "numbers of tools and scopes are below 2,048")]

use mcp_scopes_model::key::Hashed;

/// The number of buckets, for every size of table: the largest table has eight names in each.
const BUCKETS: usize = 256;

/// The factor that is tried first, and the multiplier that leads to the next one. Both are odd, so that all factors are odd.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const NEXT: u64 = 0xd134_2543_de82_ef95;

/// By bucket: an odd factor that maps each of its names to a different slot.
pub type Factors = [u64; BUCKETS];

/// The data of names by slot, for the look-up at run time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup<T: 'static> {
    pub(super) factors: &'static Factors,
    /// Their number is a power of two.
    pub(super) slots: &'static [T],
}

impl<T> Lookup<T> {
    /// Returns the data of the only name that may have this hash. The caller must compare the name.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a call it would cost half as much again")]
    pub(super) fn find(&self, hash: u64) -> Option<&'static T> {
        let factor = self.factors[bucket(hash)];
        self.slots.get(slot(hash, factor, self.slots.len()))
    }
}

/// The arrays of a look-up.
#[derive(Clone, Copy, Debug)]
pub struct Directory<const SLOTS: usize> {
    pub(super) factors: Factors,
    /// The number of the name. A free slot holds the number of the first name.
    pub(super) slots: [u16; SLOTS],
}

/// Returns the number of slots for that many names. Half of them stay free, so that factors are found fast.
pub(super) const fn slots_for(names: usize) -> usize {
    at_least_usable((names * 2).next_power_of_two())
}

/// Returns the number of slots where a slot holds more than a number: a fifth stays free.
pub(super) const fn few_slots_for(names: usize) -> usize {
    at_least_usable((names + names / 4).next_power_of_two())
}

const fn at_least_usable(slots: usize) -> usize {
    // INVARIANT: of two hashes in one bucket that agree in all but the four bits below the bucket's, every factor leads
    // to two slots; with fewer slots none might.
    if slots < 16 { 16 } else { slots }
}

impl<const SLOTS: usize> Directory<SLOTS> {
    /// Finds a factor for every bucket, the fullest first.
    ///
    /// # Panics
    /// If two names have the same 64-bit hash. In const evaluation this is a compile error of the table.
    pub(super) const fn build<const N: usize>(keys: &[Hashed; N]) -> Self {
        // During the construction: the number plus one; 0 is free.
        let mut built = Self { factors: [FIRST; BUCKETS], slots: [0; SLOTS] };
        // Linked lists of the names of each bucket: the number plus one; 0 ends the list.
        let mut first = [0u16; BUCKETS];
        let mut next = [0u16; N];
        let mut sizes = [0u16; BUCKETS];
        let mut fullest = 0;
        let mut name = 0;
        while name < N {
            let bucket = bucket(keys[name].hash);
            next[name] = first[bucket];
            first[bucket] = name as u16 + 1;
            sizes[bucket] += 1;
            if sizes[bucket] > fullest {
                fullest = sizes[bucket];
            }
            name += 1;
        }
        while fullest > 0 {
            let mut bucket = 0;
            while bucket < BUCKETS {
                assert!(
                    sizes[bucket] != fullest || built.place(bucket, first[bucket], &next, keys),
                    "two names of this table have the same hash\n  help: rename one of them"
                );
                bucket += 1;
            }
            fullest -= 1;
        }
        let mut slot = 0;
        while slot < SLOTS {
            built.slots[slot] = built.slots[slot].saturating_sub(1);
            slot += 1;
        }
        built
    }

    /// Tries factors until every name of the bucket has a free slot.
    const fn place<const N: usize>(&mut self, bucket: usize, first: u16, next: &[u16; N], keys: &[Hashed; N]) -> bool {
        let mut factor = FIRST;
        let mut tries = 0;
        while tries < 10_000 {
            let mut name = first;
            while name != 0 {
                let at = slot(keys[name as usize - 1].hash, factor, SLOTS);
                if self.slots[at] != 0 {
                    break;
                }
                self.slots[at] = name;
                name = next[name as usize - 1];
            }
            if name == 0 {
                self.factors[bucket] = factor;
                return true;
            }
            // Removes what this factor had placed before it failed.
            let failed = name;
            name = first;
            while name != failed {
                self.slots[slot(keys[name as usize - 1].hash, factor, SLOTS)] = 0;
                name = next[name as usize - 1];
            }
            factor = factor.wrapping_mul(NEXT);
            tries += 1;
        }
        false
    }
}

/// Returns the bucket of a hash: its highest bits, which depend on every bit of the name.
#[inline]
const fn bucket(hash: u64) -> usize {
    (hash >> 56) as usize
}

/// Returns the slot of a hash: bits that, through the factor, depend on every lower bit of the hash (multiply-shift hashing).
#[inline]
const fn slot(hash: u64, factor: u64, slots: usize) -> usize {
    (hash.wrapping_mul(factor) >> 52) as usize & slots.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use std::format;

    use mcp_scopes_model::key::Hashed;

    use super::{Directory, FIRST, NEXT, few_slots_for, slot, slots_for};

    /// Directories with the maximum number of names for their slots.
    #[test]
    fn fills_dense_directories() {
        fn check<const NAMES: usize, const SLOTS: usize>() {
            let keys: [Hashed; NAMES] = std::array::from_fn(|name| {
                Hashed::of(&format!("resource-{}:{}", name / 2, ["read", "write"][name % 2]))
            });
            let built = Directory::<SLOTS>::build(&keys);
            for (number, key) in keys.iter().enumerate() {
                let at = slot(key.hash, built.factors[super::bucket(key.hash)], SLOTS);
                assert_eq!(usize::from(built.slots[at]), number);
            }
        }
        check::<13, { few_slots_for(13) }>();
        check::<52, { few_slots_for(52) }>();
        check::<819, { few_slots_for(819) }>();
        check::<1024, { few_slots_for(1024) }>();
        check::<2048, { slots_for(2048) }>();
        assert_eq!(few_slots_for(819), 1024);
    }

    /// Pairs of names like those of real tools: two names get different slots even if there are few slots.
    #[test]
    fn finds_slots_for_any_two_names() {
        const PAIR: usize = slots_for(2);
        for a in 0..100_u32 {
            for b in 0..a {
                let keys = [Hashed::of(&format!("tool_{a}")), Hashed::of(&format!("tool_{b}"))];
                let built = Directory::<PAIR>::build(&keys);
                for (number, key) in keys.iter().enumerate() {
                    let at = slot(key.hash, built.factors[super::bucket(key.hash)], PAIR);
                    assert_eq!(usize::from(built.slots[at]), number, "{a} {b}");
                }
            }
        }
    }

    /// Hashes of one bucket share their high bits, perhaps more of them than the bucket requires.
    #[test]
    fn separates_hashes_that_differ_in_any_bits() {
        let hash = Hashed::of("files:read").hash;
        for slots in [16, 32, 256, 2048, 4096] {
            for bit in 0..56 {
                for others in [0, 1 << 55, 1 << 39, 0x5555 << 17] {
                    let other = hash ^ (1 << bit) ^ others;
                    let mut factors = std::iter::successors(Some(FIRST), |factor| Some(factor.wrapping_mul(NEXT)));
                    let parts = factors.by_ref().take(20).any(|f| slot(hash, f, slots) != slot(other, f, slots));
                    assert!(parts || hash == other, "{slots} slots, {hash:x} {other:x}");
                }
            }
        }
    }
}
