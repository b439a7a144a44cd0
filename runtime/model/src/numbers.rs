//! Tools and scopes numbered in order of first appearance, and found by name.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use crate::{
    Outline,
    graph::{Graph, MAX_NODES},
    key::{Key, same},
    pattern::Pattern,
};

/// The most tools one table can hold.
pub const MAX_TOOLS: usize = 2048;
/// The most scopes one table can hold.
pub const MAX_SCOPES: usize = MAX_NODES;

/// The numbers of one table's tools and scopes.
///
/// Scopes are numbered as they first appear: in the requirements of the tools, in table order, then in the
/// declarations. That is also the order in which they are published.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// The tools, by name.
    pub tools: Names<'a, MAX_TOOLS, { 2 * MAX_TOOLS }>,
    /// The scopes.
    pub scopes: Names<'a, MAX_SCOPES, { 2 * MAX_SCOPES }>,
    /// How many of the scopes are in some tool's requirement; the others are only declared.
    pub required: usize,
    /// By scope number: the place of its first declaration, plus one; 0 is undeclared.
    declared: [u16; MAX_SCOPES],
}

impl<'a> Numbers<'a> {
    /// Numbers everything in an outline. What does not fit is left out and [`Names::overflows`].
    #[must_use]
    pub const fn of(outline: &Outline<'a>) -> Self {
        let mut numbers = Self { tools: Names::EMPTY, scopes: Names::EMPTY, required: 0, declared: [0; MAX_SCOPES] };
        let mut position = 0;
        while position < outline.tools.len() {
            let listed = &outline.tools[position];
            numbers.tools.insert(listed.tool.name);
            let requirement = listed.tool.requirement;
            let mut alternative = 0;
            while alternative < requirement.alternatives() {
                let mut place = 0;
                while let Some(scope) = requirement.scope(alternative, place, listed.own_scope) {
                    numbers.scopes.insert(scope);
                    place += 1;
                }
                alternative += 1;
            }
            position += 1;
        }
        numbers.required = numbers.scopes.len();
        let mut position = 0;
        while position < outline.declared.len() {
            let inserted = numbers.scopes.insert(outline.declared[position].name.text);
            position += 1;
            if let Some(number) = inserted
                && numbers.declared[number] == 0
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a place that is cut only delays a conflict's report"
                )]
                {
                    numbers.declared[number] = position as u16;
                }
            }
        }
        numbers
    }

    /// Whether the scope of that number is declared.
    #[must_use]
    pub const fn is_declared(&self, scope: usize) -> bool {
        self.declared[scope] != 0
    }

    /// The place of a declared scope's first declaration.
    #[must_use]
    pub const fn first_declaration(&self, scope: usize) -> usize {
        (self.declared[scope] as usize).saturating_sub(1)
    }

    /// The graph of `implies`: from each scope to those that its holder holds too.
    #[must_use]
    pub const fn hierarchy(&self, outline: &Outline<'_>) -> Graph {
        let mut graph = Graph::EMPTY;
        let mut declared = outline.declared;
        while let [scope, rest @ ..] = declared {
            let mut implies = scope.implies;
            while let [implied, tail @ ..] = implies {
                if let (Some(from), Some(to)) = (self.scopes.find(scope.name.text), self.scopes.find(implied.text)) {
                    graph.connect(from, to);
                }
                implies = tail;
            }
            declared = rest;
        }
        graph
    }

    /// The graph of prerequisites: from each scope without which a tool stays closed to the prerequisites of that tool.
    #[must_use]
    pub const fn prerequisites(&self, outline: &Outline<'_>) -> Graph {
        let mut graph = Graph::EMPTY;
        let mut position = 0;
        while position < outline.tools.len() {
            let mut prerequisites = outline.tools[position].tool.prerequisites;
            while let [prerequisite, rest @ ..] = prerequisites {
                if let Some(to) = self.scopes.find(prerequisite) {
                    let mut place = 0;
                    while let Some(scope) = mandatory(outline, position, place) {
                        if let (true, Some(from)) = (scope.counts, self.scopes.find(scope.name)) {
                            graph.connect(from, to);
                        }
                        place += 1;
                    }
                }
                prerequisites = rest;
            }
            position += 1;
        }
        graph
    }

    /// The tool that a pattern is about, by number.
    #[must_use]
    pub const fn tool_of_pattern(&self, pattern: &str) -> Option<usize> {
        match Pattern::parse(pattern) {
            Ok(pattern) => self.tools.find(pattern.tool),
            Err(_) => None,
        }
    }
}

/// A scope of a tool's first alternative.
pub(crate) struct Mandatory<'a> {
    pub(crate) name: &'a str,
    /// Whether every alternative needs it.
    pub(crate) counts: bool,
}

/// The scope at `place` of the first alternative, and whether all other alternatives need it too.
pub(crate) const fn mandatory<'a>(outline: &Outline<'a>, position: usize, place: usize) -> Option<Mandatory<'a>> {
    let listed = &outline.tools[position];
    let requirement = listed.tool.requirement;
    let Some(name) = requirement.scope(0, place, listed.own_scope) else { return None };
    let mut alternative = 1;
    while alternative < requirement.alternatives() {
        let mut found = false;
        let mut other = 0;
        while let Some(scope) = requirement.scope(alternative, other, listed.own_scope) {
            found = found || same(scope, name);
            other += 1;
        }
        if !found {
            return Some(Mandatory { name, counts: false });
        }
        alternative += 1;
    }
    Some(Mandatory { name, counts: true })
}

/// Names with numbers: up to `MAX` of them, found through `SLOTS` hash slots (twice as many, a power of two).
#[derive(Clone, Copy)]
pub struct Names<'a, const MAX: usize, const SLOTS: usize> {
    texts: [&'a str; MAX],
    hashes: [u64; MAX],
    len: usize,
    /// The number plus one; 0 is free.
    slots: [u16; SLOTS],
    /// How often each name was inserted, from the second time on.
    repeated: [bool; MAX],
    overflow: usize,
}

impl<'a, const MAX: usize, const SLOTS: usize> Names<'a, MAX, SLOTS> {
    const EMPTY: Self =
        Self { texts: [""; MAX], hashes: [0; MAX], len: 0, slots: [0; SLOTS], repeated: [false; MAX], overflow: 0 };

    /// How many names there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many names did not fit.
    #[must_use]
    pub const fn overflows(&self) -> usize {
        self.overflow
    }

    /// The name of a number below [`Names::len`].
    #[must_use]
    pub const fn name(&self, number: usize) -> &'a str {
        self.texts[number]
    }

    /// Whether the name of that number was given more than once.
    #[must_use]
    pub const fn is_repeated(&self, number: usize) -> bool {
        self.repeated[number]
    }

    /// The number of a name.
    #[must_use]
    pub const fn find(&self, name: &str) -> Option<usize> {
        match self.locate(Key::of(name).hash(), name) {
            Ok(number) => Some(number),
            Err(_) => None,
        }
    }

    /// The number of a name, which gets the next one if it has none; `None` if it does not fit.
    const fn insert(&mut self, name: &'a str) -> Option<usize> {
        let hash = Key::of(name).hash();
        match self.locate(hash, name) {
            Ok(number) => {
                self.repeated[number] = true;
                Some(number)
            }
            Err(_) if self.len == MAX => {
                self.overflow += 1;
                None
            }
            Err(slot) => {
                let number = self.len;
                self.texts[number] = name;
                self.hashes[number] = hash;
                self.len += 1;
                #[expect(clippy::cast_possible_truncation, reason = "MAX is below 65,535")]
                {
                    self.slots[slot] = self.len as u16;
                }
                Some(number)
            }
        }
    }

    /// The number of a name, or the slot where it would stand.
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits choose the slot")]
    const fn locate(&self, hash: u64, name: &str) -> Result<usize, usize> {
        let mut slot = hash as usize & (SLOTS - 1);
        // At most half of the slots are taken, so a free one ends the search.
        while self.slots[slot] != 0 {
            let number = self.slots[slot] as usize - 1;
            if self.hashes[number] == hash && same(self.texts[number], name) {
                return Ok(number);
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        Err(slot)
    }
}

impl<const MAX: usize, const SLOTS: usize> core::fmt::Debug for Names<'_, MAX, SLOTS> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.texts.iter().take(self.len)).finish()
    }
}
