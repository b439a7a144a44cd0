//! Numbers of tools and scopes, in order of first appearance, and lookup by name.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use crate::{
    Content, Outline, Requirement,
    graph::{Graph, MAX_NODES},
    key::{Hashed, same, starts_with},
    outline::Listed,
};

/// The maximum number of tools of a table.
pub const MAX_TOOLS: usize = 2048;
/// The maximum number of scopes of a table.
pub const MAX_SCOPES: usize = MAX_NODES;

/// The maximum number of scopes that the requirements of a table name in total.
pub const MAX_USES: usize = 32_768;

/// The numbers of the tools and scopes of one table.
///
/// Scopes are numbered as they first appear: in the requirements of the tools, in table order, then in
/// those of resources and prompts, then in the declarations. They are published in that order.
#[derive(Clone, Copy)]
pub struct Numbers<'a> {
    /// The tools, by name.
    pub tools: Names<'a, MAX_TOOLS, { 2 * MAX_TOOLS }>,
    /// The scopes.
    pub scopes: Names<'a, MAX_SCOPES, { 2 * MAX_SCOPES }>,
    /// The number of scopes that requirements name. The others are only declared.
    pub required: usize,
    /// The number of scopes in requirements that did not fit.
    pub overflow: usize,
    /// Whether a name is listed twice.
    pub repeats: bool,
    /// By scope number: the index of its first declaration plus one, or 0 if undeclared.
    declared: [u16; MAX_SCOPES],
    /// By scope number: whether it is in the namespace.
    inside: [bool; MAX_SCOPES],
    /// The numbers of the scopes that the requirements name: alternative after alternative, then condition after condition, tool after
    /// tool.
    pub(crate) uses: [u16; MAX_USES],
    /// By tool position: the index of its first use.
    starts: [u16; MAX_TOOLS + 1],
}

/// The number of a name without a number. Not an `Option`, which const evaluation would pay for.
const NO_NUMBER: usize = u16::MAX as usize;

/// Returns whether a scope consists of the namespace and a further text.
const fn is_inside(scope: &str, namespace: &str) -> bool {
    starts_with(scope, namespace) && scope.len() > namespace.len()
}

impl<'a> Numbers<'a> {
    /// Numbers everything in an outline. The rest beyond the limits is dropped and counted as overflow.
    #[must_use]
    #[expect(clippy::large_stack_arrays, reason = "about 300 KiB, mostly in const evaluation")]
    #[expect(clippy::cast_possible_truncation, reason = "numbers and places are below 32,768")]
    pub const fn of(outline: &Outline<'a>) -> Self {
        let mut numbers = Self {
            tools: Names::EMPTY,
            scopes: Names::EMPTY,
            required: 0,
            overflow: 0,
            repeats: false,
            declared: [0; MAX_SCOPES],
            inside: [false; MAX_SCOPES],
            uses: [0; MAX_USES],
            starts: [0; MAX_TOOLS + 1],
        };
        let namespace = outline.config.namespace;
        let mut used = 0;
        let mut position = 0;
        let mut tools = outline.tools;
        while let [listed, rest @ ..] = tools {
            let before = numbers.tools.len;
            let number = numbers.tools.insert(listed.tool.name);
            if numbers.tools.len == before && number != NO_NUMBER {
                numbers.repeats = true;
            }
            match listed.tool.requirement {
                Requirement::Public | Requirement::Authenticated => {}
                Requirement::ToolName => used = numbers.use_scope(listed.own_scope, namespace, used),
                Requirement::One(scope) => used = numbers.use_scope(scope, namespace, used),
                Requirement::Two([one, other]) => {
                    used = numbers.use_scope(one, namespace, used);
                    used = numbers.use_scope(other, namespace, used);
                }
                Requirement::Three([one, other, third]) => {
                    used = numbers.use_scope(one, namespace, used);
                    used = numbers.use_scope(other, namespace, used);
                    used = numbers.use_scope(third, namespace, used);
                }
                Requirement::AnyOf(mut any) => {
                    while let [all, more @ ..] = any {
                        let mut all: &[&'a str] = all;
                        while let [scope, tail @ ..] = all {
                            used = numbers.use_scope(scope, namespace, used);
                            all = tail;
                        }
                        any = more;
                    }
                }
            }
            let mut conditions = listed.tool.conditions;
            while let [condition, more @ ..] = conditions {
                let mut scopes = condition.scopes;
                while let [scope, tail @ ..] = scopes {
                    used = numbers.use_scope(scope, namespace, used);
                    scopes = tail;
                }
                conditions = more;
            }
            position += 1;
            if position <= MAX_TOOLS {
                numbers.starts[position] = used as u16;
            }
            tools = rest;
        }
        let mut contents: &[&[Content<'a>]] = &[outline.config.resources, outline.config.prompts];
        while let [list, more @ ..] = contents {
            let mut list: &[Content<'a>] = list;
            while let [content, rest @ ..] = list {
                let mut scopes = content.scopes;
                while let [scope, tail @ ..] = scopes {
                    numbers.number_scope(scope.text, namespace);
                    scopes = tail;
                }
                list = rest;
            }
            contents = more;
        }
        numbers.required = numbers.scopes.len();
        let mut declared = outline.declared;
        let mut place = 0_usize;
        while let [scope, rest @ ..] = declared {
            place += 1;
            let before = numbers.scopes.len;
            let number = numbers.scopes.insert(scope.name.text);
            if numbers.scopes.len != before {
                numbers.inside[number] = is_inside(scope.name.text, namespace);
            }
            if number != NO_NUMBER && numbers.declared[number] == 0 {
                numbers.declared[number] = place as u16;
            }
            declared = rest;
        }
        numbers
    }

    /// Records that the next requirement names this scope. Returns how many are recorded.
    #[expect(clippy::cast_possible_truncation, reason = "numbers are below 1,024, and NO_NUMBER fits too")]
    const fn use_scope(&mut self, scope: &'a str, namespace: &str, used: usize) -> usize {
        let number = self.number_scope(scope, namespace);
        if used == MAX_USES {
            self.overflow += 1;
            return used;
        }
        self.uses[used] = number as u16;
        used + 1
    }

    /// Returns the number of a scope that a requirement names.
    const fn number_scope(&mut self, scope: &'a str, namespace: &str) -> usize {
        let before = self.scopes.len;
        let number = self.scopes.insert(scope);
        if self.scopes.len != before {
            self.inside[number] = is_inside(scope, namespace);
        }
        number
    }

    /// Returns whether the scope of that number is declared.
    #[must_use]
    pub const fn is_declared(&self, scope: usize) -> bool {
        self.declared[scope] != 0
    }

    /// Returns whether the scope of that number consists of the namespace and a further text.
    #[must_use]
    pub const fn is_inside(&self, scope: usize) -> bool {
        self.inside[scope]
    }

    /// Returns the index of a scope's first declaration.
    #[must_use]
    pub const fn first_declaration(&self, scope: usize) -> usize {
        (self.declared[scope] as usize).saturating_sub(1)
    }

    /// Returns the range of the scopes that a tool's requirement and its conditions name, among all [uses](Self::used).
    #[must_use]
    pub const fn uses_of(&self, position: usize) -> (usize, usize) {
        if position < MAX_TOOLS { (self.starts[position] as usize, self.starts[position + 1] as usize) } else { (0, 0) }
    }

    /// Returns the number of the scope that a requirement names at that index, or `None` if it did not fit.
    #[must_use]
    pub const fn used(&self, place: usize) -> Option<usize> {
        let number = self.uses[place] as usize;
        if number == NO_NUMBER { None } else { Some(number) }
    }

    /// Returns the graph of `implies`: from each scope to the scopes that it implies directly.
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

    /// Returns the graph of prerequisites: from each scope that a tool cannot do without to the prerequisites of that
    /// tool.
    #[must_use]
    pub const fn prerequisites(&self, outline: &Outline<'_>) -> Graph {
        let mut graph = Graph::EMPTY;
        let mut position = 0;
        let mut tools = outline.tools;
        while let [listed, rest @ ..] = tools {
            let mut prerequisites = listed.tool.prerequisites;
            while let [prerequisite, tail @ ..] = prerequisites {
                if let Some(to) = self.scopes.find(prerequisite) {
                    let (mut place, end) = self.uses_of(position);
                    while place < end {
                        if let Some(from) = self.used(place)
                            && self.is_mandatory(listed, position, from)
                        {
                            graph.connect(from, to);
                        }
                        place += 1;
                    }
                }
                prerequisites = tail;
            }
            position += 1;
            tools = rest;
        }
        graph
    }

    /// Returns whether every alternative of that tool needs the scope.
    pub(crate) const fn is_mandatory(&self, listed: &Listed<'_>, position: usize, scope: usize) -> bool {
        let (mut place, _) = self.uses_of(position);
        let requirement = listed.tool.requirement;
        let mut alternative = 0;
        while alternative < requirement.alternatives() {
            let end = place + requirement.scopes_in(alternative);
            let mut found = false;
            while place < end {
                if let Some(number) = self.used(place)
                    && number == scope
                {
                    found = true;
                }
                place += 1;
            }
            if !found {
                return false;
            }
            alternative += 1;
        }
        alternative > 0
    }
}

impl core::fmt::Debug for Numbers<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Numbers").field("tools", &self.tools).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Names with numbers: up to `MAX`, in `SLOTS` hash slots (a power of two, at least twice `MAX`).
#[derive(Clone, Copy)]
pub struct Names<'a, const MAX: usize, const SLOTS: usize> {
    texts: [&'a str; MAX],
    keys: [Hashed; MAX],
    len: usize,
    /// The number plus one, or 0 for a free slot.
    slots: [u16; SLOTS],
    overflow: usize,
}

impl<'a, const MAX: usize, const SLOTS: usize> Names<'a, MAX, SLOTS> {
    const EMPTY: Self = Self { texts: [""; MAX], keys: [Hashed::EMPTY; MAX], len: 0, slots: [0; SLOTS], overflow: 0 };

    /// Returns the number of names.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are no names.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns how many names did not fit.
    #[must_use]
    pub const fn overflows(&self) -> usize {
        self.overflow
    }

    /// Returns the name of a number below [`Names::len`].
    #[must_use]
    pub const fn name(&self, number: usize) -> &'a str {
        self.texts[number]
    }

    /// Returns the key of a number below [`Names::len`].
    #[must_use]
    pub const fn key(&self, number: usize) -> Hashed {
        self.keys[number]
    }

    /// Returns the number of a name.
    #[must_use]
    pub const fn find(&self, name: &str) -> Option<usize> {
        let slot = self.locate(&Hashed::of(name), name);
        (self.slots[slot] as usize).checked_sub(1)
    }

    /// Returns the number of a name, after adding it if it is new. Returns [`NO_NUMBER`] if it does not fit.
    const fn insert(&mut self, name: &'a str) -> usize {
        let key = Hashed::of(name);
        let slot = self.locate(&key, name);
        if self.slots[slot] != 0 {
            return self.slots[slot] as usize - 1;
        }
        let number = self.len;
        if number == MAX {
            self.overflow += 1;
            return NO_NUMBER;
        }
        self.texts[number] = name;
        self.keys[number] = key;
        self.len = number + 1;
        #[expect(clippy::cast_possible_truncation, reason = "MAX is below 65,535")]
        {
            self.slots[slot] = number as u16 + 1;
        }
        number
    }

    /// Returns the slot of a name, or the free slot for it.
    const fn locate(&self, name: &Hashed, text: &str) -> usize {
        let mut slot = (name.hash >> 40_u32) as usize & (SLOTS - 1);
        // At most half of the slots are in use, so a free slot ends the search.
        while self.slots[slot] != 0 {
            let number = self.slots[slot] as usize - 1;
            let other = &self.keys[number];
            if other.hash == name.hash
                && other.key.same(&name.key)
                && (name.key.is_whole() || same(self.texts[number], text))
            {
                return slot;
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        slot
    }
}

impl<const MAX: usize, const SLOTS: usize> core::fmt::Debug for Names<'_, MAX, SLOTS> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.texts.iter().take(self.len)).finish()
    }
}
