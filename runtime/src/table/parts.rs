//! The arrays of a table, and how const evaluation fills them.
//!
//! Const evaluation needs the sizes of arrays before it can create them: [`Dimensions`] counts, and [`Parts`] fills. Each part
//! is a separate constant, so that no single evaluation exceeds the compiler's limit.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use mcp_scopes_model::{
    Outline,
    check::Facts,
    graph::Graph,
    key::{Hashed, Key},
    nearest::Nearest,
    text::Text,
};

use super::{
    ScopeTable, ToolHandle,
    lookup::{Directory, Factors, Lookup, few_slots_for, slots_for},
    mask::{AccessCount, AccessMasks, Holding, NARROW, add},
    rows::RowArrays,
};

/// The sizes of a table's arrays.
#[derive(Clone, Copy, Debug)]
pub struct Dimensions {
    /// Tools.
    pub tools: usize,
    /// Slots of the look-up of tools.
    pub tool_slots: usize,
    /// Scopes.
    pub scopes: usize,
    /// Slots of the look-up of scopes.
    pub scope_slots: usize,
    /// Alternatives of all tools.
    pub alternatives: usize,
    /// Scopes of all alternatives.
    pub members: usize,
    /// Words of the closure beyond the first 256 scopes, of all scopes.
    pub wide: usize,
    /// Words of one row of tools.
    pub row: usize,
    /// Words of all rows.
    pub rows: usize,
}

impl Dimensions {
    /// Returns the sizes for a table without problems.
    #[must_use]
    pub const fn of(facts: &Facts<'_, '_>) -> Self {
        let (tools, scopes) = (facts.outline.tools.len(), facts.numbers.scopes.len());
        let AccessCount { alternatives, members } = AccessCount::of(facts);
        let row = tools.div_ceil(64);
        Self {
            tools,
            tool_slots: slots_for(tools),
            scopes,
            scope_slots: few_slots_for(scopes),
            alternatives,
            members,
            wide: scopes * scopes.div_ceil(64).saturating_sub(NARROW),
            row,
            rows: scopes * row,
        }
    }
}

/// A namespace for the constant functions that fill each array. It holds no data.
#[derive(Debug)]
pub enum Parts {}

/// The look-up of one kind of name.
#[derive(Clone, Copy, Debug)]
pub struct Finder<const N: usize, const SLOTS: usize> {
    keys: [Hashed; N],
    directory: Directory<SLOTS>,
}

impl Parts {
    /// Builds the look-up of tools.
    #[must_use]
    pub const fn tools<const N: usize, const SLOTS: usize>(facts: &Facts<'_, '_>) -> Finder<N, SLOTS> {
        let mut keys = [Hashed::EMPTY; N];
        let mut number = 0;
        while number < N {
            keys[number] = facts.numbers.tools.key(number);
            number += 1;
        }
        Finder { directory: Directory::build(&keys), keys }
    }

    /// Builds the look-up of scopes.
    #[must_use]
    pub const fn scopes<const N: usize, const SLOTS: usize>(facts: &Facts<'_, '_>) -> Finder<N, SLOTS> {
        let mut keys = [Hashed::EMPTY; N];
        let mut number = 0;
        while number < N {
            keys[number] = facts.numbers.scopes.key(number);
            number += 1;
        }
        Finder { directory: Directory::build(&keys), keys }
    }

    /// Returns the scopes' names.
    #[must_use]
    pub const fn names<'a, const N: usize>(facts: &Facts<'_, 'a>) -> [&'a str; N] {
        let mut names = [""; N];
        let mut number = 0;
        while number < N {
            names[number] = facts.numbers.scopes.name(number);
            number += 1;
        }
        names
    }

    /// Returns what the holder of each scope holds, by the slot of its name. This saves one step for each scope of each token.
    #[must_use]
    pub const fn holdings<const N: usize, const SLOTS: usize>(
        facts: &Facts<'_, '_>,
        finder: &Finder<N, SLOTS>,
    ) -> Holdings<SLOTS> {
        let closure = closure(facts);
        let mut holdings = [Holding { key: Key::EMPTY, number: 0, closure: [0; NARROW] }; SLOTS];
        let mut slot = 0;
        while slot < SLOTS && N > 0 {
            let number = finder.directory.slots[slot];
            let mut set = [0; super::SCOPE_WORDS];
            add(&mut set, closure, number as usize);
            let key = finder.keys[number as usize].key;
            holdings[slot] = Holding { key, number, closure: [set[0], set[1], set[2], set[3]] };
            slot += 1;
        }
        Holdings { holdings }
    }

    /// Returns the closure's words beyond the first 256 scopes. `N` is [`Dimensions::wide`].
    #[must_use]
    pub const fn wide<const N: usize>(facts: &Facts<'_, '_>) -> [u64; N] {
        let closure = closure(facts);
        let scopes = facts.numbers.scopes.len();
        let words = scopes.div_ceil(64);
        let mut wide = [0; N];
        let (mut at, mut number) = (0, 0);
        while number < scopes && N > 0 {
            let mut set = [0; super::SCOPE_WORDS];
            add(&mut set, closure, number);
            let mut word = NARROW;
            while word < words {
                wide[at] = set[word];
                at += 1;
                word += 1;
            }
            number += 1;
        }
        wide
    }

    /// Returns the mask of each tool.
    #[must_use]
    pub const fn masks<const TOOLS: usize, const ALTERNATIVES: usize, const MEMBERS: usize>(
        facts: &Facts<'_, '_>,
        keys: &[Hashed; TOOLS],
    ) -> MaskArrays<TOOLS, ALTERNATIVES, MEMBERS> {
        MaskArrays { masks: AccessMasks::build(facts, closure(facts), keys) }
    }

    /// Returns which tools each scope can open.
    #[must_use]
    pub const fn rows<
        const ROWS: usize,
        const WIDTH: usize,
        const TOOLS: usize,
        const ALTERNATIVES: usize,
        const MEMBERS: usize,
    >(
        masks: &MaskArrays<TOOLS, ALTERNATIVES, MEMBERS>,
    ) -> RowTable<ROWS, WIDTH> {
        let AccessMasks { of_tools, alternatives, members } = &masks.masks;
        RowTable { rows: RowArrays::build(of_tools, alternatives, members) }
    }
}

/// What the holder of each scope holds, by slot.
#[derive(Clone, Copy, Debug)]
pub struct Holdings<const SLOTS: usize> {
    holdings: [Holding; SLOTS],
}

/// The mask of each tool.
#[derive(Clone, Copy, Debug)]
pub struct MaskArrays<const TOOLS: usize, const ALTERNATIVES: usize, const MEMBERS: usize> {
    masks: AccessMasks<TOOLS, ALTERNATIVES, MEMBERS>,
}

/// Which tools each scope can open.
#[derive(Clone, Copy, Debug)]
pub struct RowTable<const ROWS: usize, const WIDTH: usize> {
    rows: RowArrays<ROWS, WIDTH>,
}

impl<const N: usize, const SLOTS: usize> Finder<N, SLOTS> {
    /// Returns the names as keys, by number.
    #[must_use]
    pub const fn keys(&self) -> &[Hashed; N] {
        &self.keys
    }

    /// Returns where the names are. Only this part of the finder stays in the program.
    #[must_use]
    pub const fn directory(&self) -> Directory<SLOTS> {
        self.directory
    }

    /// Returns the factors of the directory.
    #[must_use]
    pub const fn factors(&self) -> Factors {
        self.directory.factors
    }
}

impl ScopeTable {
    /// A table without tools: every call is denied. It replaces a table that did not compile.
    pub const EMPTY: Self = {
        const NOWHERE: Directory<0> = Directory::build(&[]);
        const NO_MASKS: MaskArrays<0, 0, 0> =
            MaskArrays { masks: AccessMasks { of_tools: [], alternatives: [], members: [] } };
        const NO_ROWS: RowTable<0, 0> = RowTable { rows: RowArrays::build(&[], &[], &[]) };
        Self::assemble(
            &Outline::EMPTY,
            &NOWHERE,
            &NOWHERE.factors,
            &Holdings { holdings: [] },
            &[],
            0,
            &[],
            &NO_MASKS,
            &NO_ROWS,
        )
    };

    /// Assembles the parts.
    #[doc(hidden)]
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "called by one macro")]
    pub const fn assemble<
        const T: usize,
        const TS: usize,
        const S: usize,
        const SS: usize,
        const A: usize,
        const M: usize,
        const R: usize,
        const W: usize,
    >(
        outline: &'static Outline<'static>,
        tools: &'static Directory<TS>,
        scopes: &'static Factors,
        holdings: &'static Holdings<SS>,
        scope_names: &'static [&'static str; S],
        required: usize,
        wide_closure: &'static [u64],
        masks: &'static MaskArrays<T, A, M>,
        rows: &'static RowTable<R, W>,
    ) -> Self {
        Self {
            outline,
            tools: Lookup { factors: &tools.factors, slots: &tools.slots },
            slots: &masks.masks.of_tools,
            alternatives: &masks.masks.alternatives,
            members: &masks.masks.members,
            scopes: Lookup { factors: scopes, slots: &holdings.holdings },
            scope_names,
            required,
            wide_closure,
            rows: rows.rows.rows(),
            states_policies: outline.states_policies(),
        }
    }
}

/// Returns the closed hierarchy; without edges if it has a cycle, which is reported elsewhere.
const fn closure<'f>(facts: &Facts<'f, '_>) -> &'f Graph {
    match facts.hierarchy {
        Ok(closure) => closure,
        Err(_) => &Graph::EMPTY,
    }
}

/// [`ScopeTable::handle`]: a linear search, because const evaluation has no other look-up.
#[track_caller]
#[expect(clippy::panic, reason = "documented; in a constant it is a compile error")]
pub(super) const fn handle(table: &'static ScopeTable, name: &str) -> ToolHandle {
    let listed = table.outline.tools;
    let mut near = Nearest::to(name);
    let mut number = 0;
    while number < listed.len() {
        if mcp_scopes_model::key::same(listed[number].tool.name, name) {
            return ToolHandle { table, mask: table.slots[number].mask, listed: &listed[number] };
        }
        number += 1;
    }
    number = 0;
    while number < listed.len() {
        near = near.or(listed[number].tool.name);
        number += 1;
    }
    let text = Text::EMPTY.and("this table lists no tool `").and(name).and("`");
    let text = match near.found() {
        Some(near) => text.and("\n  help: did you mean `").and(near).and("`?"),
        None => text,
    };
    panic!("{}", text.as_str())
}
