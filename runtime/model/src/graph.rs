//! Relations between scopes: `implies` and prerequisites.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

/// The maximum number of nodes of a graph.
pub const MAX_NODES: usize = 1024;
const WORDS: usize = MAX_NODES / 64;

/// A relation between numbered nodes.
#[derive(Clone, Copy)]
pub struct Graph {
    rows: [[u64; WORDS]; MAX_NODES],
    /// One more than the highest node with a relation.
    end: usize,
}

impl Graph {
    /// The empty relation.
    #[expect(clippy::large_stack_arrays, reason = "128 KiB, mostly in const evaluation")]
    pub const EMPTY: Self = Self { rows: [[0; WORDS]; MAX_NODES], end: 0 };

    /// Returns whether no two nodes are related.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Relates one node to another.
    pub const fn connect(&mut self, from: usize, to: usize) {
        self.rows[from][to / 64] |= 1 << (to % 64);
        if from >= self.end {
            self.end = from + 1;
        }
    }

    /// Returns whether one node is related to another.
    #[must_use]
    pub const fn has(&self, from: usize, to: usize) -> bool {
        self.rows[from][to / 64] >> (to % 64) & 1 == 1
    }

    /// Returns the nodes to which a node is related, as bits.
    #[must_use]
    pub const fn row(&self, from: usize) -> &[u64; WORDS] {
        &self.rows[from]
    }

    /// Returns the first node from `start` on to which `from` is related.
    const fn next(&self, from: usize, start: usize) -> Option<usize> {
        let mut word = start / 64;
        let mut skip = start % 64;
        while word < WORDS {
            let bits = self.rows[from][word] >> skip << skip;
            if bits != 0 {
                return Some(word * 64 + bits.trailing_zeros() as usize);
            }
            word += 1;
            skip = 0;
        }
        None
    }

    /// Computes the transitive closure. `Err` is a node on a cycle, and the rows are unusable in that case.
    #[expect(clippy::cast_possible_truncation, reason = "a node's number is below 1,024")]
    pub const fn close(mut self) -> Result<Self, usize> {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        if self.is_empty() {
            return Ok(self);
        }
        let mut state = [NEW; MAX_NODES];
        let mut path = [0u16; MAX_NODES];
        let mut cursor = [0u16; MAX_NODES];
        let mut root = 0;
        while root < self.end {
            let mut depth = 0;
            if state[root] == NEW {
                path[0] = root as u16;
                depth = 1;
                state[root] = OPEN;
            }
            while depth > 0 {
                let node = path[depth - 1] as usize;
                match self.next(node, cursor[node] as usize) {
                    None => {
                        state[node] = DONE;
                        depth -= 1;
                    }
                    Some(child) if state[child] == OPEN => return Err(child),
                    Some(child) if state[child] == NEW && child < self.end => {
                        state[child] = OPEN;
                        path[depth] = child as u16;
                        depth += 1;
                    }
                    // A node without a row is already closed.
                    Some(child) if child >= self.end => cursor[node] = child as u16 + 1,
                    // The child's row is closed. Its new bits are done too, so visiting it again changes nothing.
                    Some(child) => {
                        let mut word = 0;
                        while word < WORDS {
                            self.rows[node][word] |= self.rows[child][word];
                            word += 1;
                        }
                        cursor[node] = child as u16 + 1;
                    }
                }
            }
            root += 1;
        }
        Ok(self)
    }

    /// Returns whether `to` can be reached from `from` in one or more steps.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a node's number is below 1,024")]
    pub const fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = [false; MAX_NODES];
        let mut queue = [0u16; MAX_NODES];
        queue[0] = from as u16;
        let (mut head, mut tail) = (0, 1);
        while head < tail {
            let node = queue[head] as usize;
            head += 1;
            let mut start = 0;
            while let Some(child) = self.next(node, start) {
                if child == to {
                    return true;
                }
                if !seen[child] {
                    seen[child] = true;
                    if child != from {
                        queue[tail] = child as u16;
                        tail += 1;
                    }
                }
                start = child + 1;
            }
        }
        false
    }
}

impl core::fmt::Debug for Graph {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut map = f.debug_map();
        for (from, row) in self.rows.iter().enumerate() {
            if row.iter().any(|word| *word != 0) {
                map.entry(&from, row);
            }
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    fn graph(edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::EMPTY;
        for (from, to) in edges {
            graph.connect(*from, *to);
        }
        graph
    }

    #[test]
    fn closes_chains_in_any_numbering() {
        let closed = graph(&[(5, 900), (900, 2), (2, 70), (3, 5)]).close().expect("no cycle");
        for (from, to) in [(5, 900), (5, 2), (5, 70), (900, 70), (3, 70), (3, 2)] {
            assert!(closed.has(from, to), "{from} {to}");
            assert!(!closed.has(to, from), "{to} {from}");
        }
    }

    #[test]
    fn matches_reachability() {
        // A layered graph: every edge leads to a higher number modulo a shuffle.
        let shuffle = |n: usize| n * 389 % 1021;
        let edges: [(usize, usize); 300] =
            core::array::from_fn(|i| (shuffle(i % 100), shuffle(i % 100 + 1 + i * 7 % 50)));
        let open = graph(&edges);
        let closed = open.close().expect("no cycle");
        for from in 0..160 {
            for to in 0..160 {
                let (from, to) = (shuffle(from), shuffle(to));
                assert_eq!(closed.has(from, to), open.reaches(from, to), "{from} {to}");
            }
        }
    }

    #[test]
    fn finds_cycles() {
        assert_eq!(graph(&[(1, 1)]).close().err(), Some(1));
        assert!(graph(&[(1, 2), (2, 3), (3, 1)]).close().is_err());
        assert!(graph(&[(0, 1), (0, 2), (1, 3), (2, 3)]).close().is_ok());
        assert!(graph(&[(1, 2), (2, 1)]).reaches(1, 1));
    }
}
