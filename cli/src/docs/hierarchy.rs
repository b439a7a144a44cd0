//! The hierarchy of scopes: the complete relation to compute access, and the minimal set of arrows to draw.

/// A hierarchy of elements with indices from 0.
#[derive(Debug, Default)]
pub(super) struct Hierarchy {
    /// The elements that each one implies, transitively and without itself, in order.
    pub(super) implies: Vec<Vec<usize>>,
    /// The arrows, without those that follow from others. Elements that imply each other form a ring.
    pub(super) edges: Vec<(usize, usize)>,
}

impl Hierarchy {
    /// Builds the hierarchy from stated relations. Documents usually state the transitive closure, so the time must not
    /// be cubic.
    pub(super) fn of(stated: &[Vec<usize>]) -> Self {
        let mut held: Vec<Set> = stated.iter().map(|implied| Set::of(stated.len(), implied)).collect();
        while Set::spread(&mut held) {}
        let implies = |from: usize, to: usize| held.get(from).is_some_and(|set| set.holds(to));
        let mut edges = Vec::new();
        // The first of several elements that imply each other represents them.
        let firsts: Vec<usize> = held
            .iter()
            .enumerate()
            .map(|(id, set)| set.iter().find(|to| *to < id && implies(*to, id)).unwrap_or(id))
            .collect();
        let is_first = |id: usize| firsts.get(id) == Some(&id);
        for (id, set) in held.iter().enumerate() {
            if is_first(id) {
                let ring: Vec<usize> = set.iter().filter(|to| *to != id && firsts.get(*to) == Some(&id)).collect();
                let around = [id].into_iter().chain(ring.iter().copied());
                edges.extend(around.zip(ring.iter().copied().chain((!ring.is_empty()).then_some(id))));
                let mut further = Set::of(stated.len(), &[]);
                for by in set.iter().filter(|by| is_first(*by) && *by != id) {
                    held.get(by).into_iter().for_each(|set| further.add(set, Some(by)));
                }
                let next = set.iter().filter(|to| is_first(*to) && *to != id && !further.holds(*to));
                edges.extend(next.map(|to| (id, to)));
            }
        }
        edges.sort_unstable();
        let others = |(id, set): (usize, &Set)| set.iter().filter(|to| *to != id).collect();
        Self { implies: held.iter().enumerate().map(others).collect(), edges }
    }
}

/// A bit set.
#[derive(Clone, Debug)]
struct Set(Vec<u64>);

impl Set {
    fn of(size: usize, numbers: &[usize]) -> Self {
        let mut set = Self(vec![0; size.div_ceil(64)]);
        for number in numbers {
            if let Some(word) = set.0.get_mut(number / 64) {
                *word |= 1 << (number % 64);
            }
        }
        set
    }

    fn holds(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |(place, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| place * 64 + bit)
        };
        self.0.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
    }

    /// Adds another set, except one number.
    fn add(&mut self, other: &Self, without: Option<usize>) {
        for (place, (word, more)) in self.0.iter_mut().zip(&other.0).enumerate() {
            let left_out = without.filter(|number| number / 64 == place).map_or(0, |number| 1 << (number % 64));
            *word |= more & !left_out;
        }
    }

    /// Adds to each set the sets of its members. The covered path length doubles. Returns whether anything changed.
    fn spread(held: &mut [Self]) -> bool {
        let mut grew = false;
        for id in 0..held.len() {
            let Some(mut set) = held.get(id).cloned() else { continue };
            for by in held.get(id).into_iter().flat_map(Self::iter) {
                held.get(by).into_iter().for_each(|more| set.add(more, None));
            }
            if let Some(old) = held.get_mut(id).filter(|old| old.0 != set.0) {
                *old = set;
                grew = true;
            }
        }
        grew
    }
}

#[cfg(test)]
mod tests {
    use super::Hierarchy;

    fn of(stated: &[&[usize]]) -> Hierarchy {
        Hierarchy::of(&stated.iter().map(|implied| implied.to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn draws_no_arrow_that_follows_from_others() {
        let found = of(&[&[1, 3], &[2], &[], &[2]]);
        assert_eq!(found.implies, [vec![1, 2, 3], vec![2], vec![], vec![2]]);
        assert_eq!(found.edges, [(0, 1), (0, 3), (1, 2), (3, 2)]);
        // The transitive closure gives the same result.
        let full = of(&[&[1, 2, 3], &[2], &[], &[2]]);
        assert_eq!((full.implies, full.edges), (found.implies, found.edges));
        assert!(of(&[]).edges.is_empty() && of(&[&[0]]).edges.is_empty());
    }

    #[test]
    fn draws_a_ring_for_scopes_that_imply_each_other() {
        // 4 leads into the ring of 1, 2 and 3, which leads to 0.
        let found = of(&[&[], &[2], &[3, 0], &[1], &[3]]);
        assert_eq!(found.implies, [vec![], vec![0, 2, 3], vec![0, 1, 3], vec![0, 1, 2], vec![0, 1, 2, 3]]);
        assert_eq!(found.edges, [(1, 0), (1, 2), (2, 3), (3, 1), (4, 1)]);
        assert_eq!(of(&[&[1], &[0]]).edges, [(0, 1), (1, 0)]);
    }

    #[test]
    fn drawn_arrows_are_sufficient_and_minimal() {
        // All graphs with four nodes.
        for graph in 0..1_usize << 12 {
            let mut bits = (0..12).map(|bit| graph >> bit & 1 == 1);
            let stated: Vec<Vec<usize>> =
                (0..4).map(|from| (0..4).filter(|to| *to != from && bits.next() == Some(true)).collect()).collect();
            let found = Hierarchy::of(&stated);
            let mut reached = [[false; 4]; 4];
            for (from, implied) in stated.iter().enumerate() {
                for to in implied {
                    reached[from][*to] = true;
                }
            }
            for by in 0..4 {
                for from in 0..4 {
                    for to in 0..4 {
                        reached[from][to] |= reached[from][by] && reached[by][to];
                    }
                }
            }
            for (from, reached) in reached.iter().enumerate() {
                let expected: Vec<usize> = (0..4).filter(|to| *to != from && reached[*to]).collect();
                assert_eq!(found.implies[from], expected, "{stated:?}");
            }
            // The arrows are sufficient, and none is redundant.
            let mut drawn = vec![Vec::new(); 4];
            found.edges.iter().for_each(|(from, to)| drawn[*from].push(*to));
            assert_eq!(Hierarchy::of(&drawn).implies, found.implies, "{stated:?}");
            for (from, to) in &found.edges {
                let mut less = drawn.clone();
                less[*from].retain(|other| other != to);
                assert_ne!(Hierarchy::of(&less).implies, found.implies, "{stated:?}: {from} to {to}");
            }
        }
    }
}
