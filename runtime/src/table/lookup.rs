//! Finding a name's number without a collision: a perfect hash in two steps, built by const evaluation.
//!
//! A name's bucket holds a displacement that leads each of the bucket's names to a slot of its own. What the slot says
//! still has to be compared: an unknown name lands somewhere too.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]
#![expect(clippy::cast_possible_truncation, reason = "numbers of tools and scopes are below 2,048")]

use mcp_scopes_model::key::Key;

/// Where names are, for look-up at run time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup {
    displacements: &'static [u16],
    slots: &'static [u16],
}

impl Lookup {
    /// The number that the name would have; whether it is the name is for the caller to compare.
    #[inline]
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        let hash = key.hash();
        let displacement = *self.displacements.get(bucket(hash, self.displacements.len()))?;
        let slot = *self.slots.get(slot(hash, displacement, self.slots.len()))?;
        (slot as usize).checked_sub(1)
    }
}

/// The arrays behind a [`Lookup`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Directory<const SLOTS: usize, const BUCKETS: usize> {
    displacements: [u16; BUCKETS],
    /// The number plus one; 0 is free.
    slots: [u16; SLOTS],
}

/// How many slots serve that many names.
pub(super) const fn slots_for(names: usize) -> usize {
    (names * 2).next_power_of_two()
}

/// How many buckets serve that many names: two or three names in each.
pub(super) const fn buckets_for(names: usize) -> usize {
    names.div_ceil(3).next_power_of_two()
}

impl<const SLOTS: usize, const BUCKETS: usize> Directory<SLOTS, BUCKETS> {
    /// Finds a displacement for every bucket, the fullest first.
    ///
    /// # Panics
    /// In const evaluation, so that the table does not compile: if two names have the same 64-bit hash.
    pub(super) const fn build<const N: usize>(keys: &[Key; N]) -> Self {
        let mut built = Self { displacements: [0; BUCKETS], slots: [0; SLOTS] };
        let mut hashes = [0; N];
        // Chains of the names of each bucket: the number plus one, 0 ends the chain.
        let mut first = [0u16; BUCKETS];
        let mut next = [0u16; N];
        let mut sizes = [0u16; BUCKETS];
        let mut fullest = 0;
        let mut name = 0;
        while name < N {
            hashes[name] = keys[name].hash();
            let bucket = bucket(hashes[name], BUCKETS);
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
                    sizes[bucket] != fullest || built.place(bucket, first[bucket], &next, &hashes),
                    "two names of this table have the same hash\n  help: rename one of them"
                );
                bucket += 1;
            }
            fullest -= 1;
        }
        built
    }

    /// Tries displacements until every name of the bucket has a free slot.
    const fn place<const N: usize>(&mut self, bucket: usize, first: u16, next: &[u16; N], hashes: &[u64; N]) -> bool {
        let mut displacement = 0;
        while displacement < u16::MAX {
            let mut name = first;
            while name != 0 {
                let at = slot(hashes[name as usize - 1], displacement, SLOTS);
                if self.slots[at] != 0 {
                    break;
                }
                self.slots[at] = name;
                name = next[name as usize - 1];
            }
            if name == 0 {
                self.displacements[bucket] = displacement;
                return true;
            }
            // Take back what this displacement had placed before it failed.
            let failed = name;
            name = first;
            while name != failed {
                self.slots[slot(hashes[name as usize - 1], displacement, SLOTS)] = 0;
                name = next[name as usize - 1];
            }
            displacement += 1;
        }
        false
    }

    pub(super) const fn lookup(&'static self) -> Lookup {
        Lookup { displacements: &self.displacements, slots: &self.slots }
    }
}

/// The bucket of a hash; both counts are powers of two.
#[inline]
const fn bucket(hash: u64, buckets: usize) -> usize {
    hash as usize & (buckets - 1)
}

#[inline]
const fn slot(hash: u64, displacement: u16, slots: usize) -> usize {
    // An odd factor, each displacement its own: 65,535 of them leave together one pair of names in 2³³. A sum leaves one
    // in eight where there are four slots, an exclusive or the pairs that agree in the displacement's bits.
    (hash.wrapping_mul(displacement as u64 * 2 + 1) >> 40) as usize & (slots - 1)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::format;

    use mcp_scopes_model::key::Key;

    use super::{Directory, buckets_for, slot, slots_for};

    /// Names like those of real tools, many pairs of them: two names part even where there are few slots.
    #[test]
    fn any_two_names_find_their_places() {
        const PAIR: (usize, usize) = (slots_for(2), buckets_for(2));
        for a in 0..100_u32 {
            for b in 0..a {
                let keys = [Key::of(&format!("tool_{a}")), Key::of(&format!("tool_{b}"))];
                let built = Directory::<{ PAIR.0 }, { PAIR.1 }>::build(&keys);
                assert_ne!(built.slots[slot(keys[0].hash(), built.displacements[0], PAIR.0)], 0, "{a} {b}");
            }
        }
    }

    /// Names of one bucket share their hashes' low bits, perhaps more of them than the bucket needs.
    #[test]
    fn hashes_part_whichever_bits_differ() {
        let hash = Key::of("files:read").hash();
        for slots in [2, 4, 32, 256, 2048, 4096] {
            for bit in 16..40 {
                for others in [0, 1 << 39, 0x5555 << 17] {
                    let other = hash ^ (1 << bit) ^ others;
                    let parts = (0..u16::MAX).any(|d| slot(hash, d, slots) != slot(other, d, slots));
                    assert!(parts || hash == other, "{slots} slots, {hash:x} {other:x}");
                }
            }
        }
    }
}
