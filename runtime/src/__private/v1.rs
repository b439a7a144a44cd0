//! Version 1 of the items that generated code names.

pub use mcp_scopes_model::{
    Approval, Condition, Config, Content, Numbers, Outline, Policy, Problem, Requirement, Risk, SandboxMode, Scope,
    Tool,
    check::{Facts, PARTS, Section},
    companion::Statement,
    config::{Flow, SandboxServer, ScopePrefix, Stated},
    graph::Graph,
    outline::{Entry, Listed, Size, declared, join_own_scopes, list},
    policy::{RiskRule, Session},
    record::{Note, Record, Size as RecordSize},
    sandbox::Route,
    tool::{Parameter, Parameters, SourceLocation},
};

pub use super::integrate::{
    authorize_decided, authorize_matched, caller_reaches, challenge_forbidden, challenge_naming,
    challenge_without_error, count_tools_opened_with, denied_other_table, denied_without_caller, grant_words,
    is_description_byte, require_decision, with_compared_call, with_decided_call, with_decided_reads,
};
pub use crate::arguments::{Argument, Described, Undescribed, visit as visit_arguments};
use crate::{AsCaller, Denied};
pub use crate::{
    ScopeTable,
    caller::FromDenied,
    table::{Dimensions, Directory, Factors, Finder, Holdings, MaskArrays, Parts, RowTable},
};

pub use crate::{
    __mcp_scopes_assembled as assembled, __mcp_scopes_location as location, __mcp_scopes_record as record,
    __mcp_scopes_table as table,
};

/// The facts of a table without tools.
pub const NO_FACTS: Facts<'static, 'static> = {
    const NUMBERS: Numbers<'static> = Numbers::of(&Outline::EMPTY);
    Facts {
        outline: &Outline::EMPTY,
        numbers: &NUMBERS,
        hierarchy: &Ok(Graph::EMPTY),
        prerequisites: &Graph::EMPTY,
        circular: false,
    }
};

/// Runs the check inside a guarded function.
#[inline]
pub fn guard<Via, C: AsCaller<Via> + ?Sized>(caller: &C, tool: &str, at: SourceLocation<'_>) -> Result<Route, Denied> {
    caller.as_caller().ok_or_else(Denied::without_caller)?.authorize_at(tool, at)
}

/// Runs the check inside a guarded function that has no substitute.
#[inline]
pub fn admit<Via, C: AsCaller<Via> + ?Sized>(caller: &C, tool: &str, at: SourceLocation<'_>) -> Result<(), Denied> {
    caller.as_caller().ok_or_else(Denied::without_caller)?.admit(tool, at)
}

/// Returns the error of a guarded function.
#[inline]
#[must_use]
pub fn refuse<Via, E: FromDenied<Via>>(denied: Denied) -> E {
    E::from_denied(denied)
}

/// Passes the fields of a parameter type to `visit`, sorted by name. Returns `false`, and passes none, if they are not
/// known.
#[cfg(feature = "metadata")]
pub fn schema_fields<T: schemars::JsonSchema>(visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
    crate::metadata::schema_fields::<T>(visit)
}

/// Without the feature `metadata` parameters are not needed.
#[cfg(not(feature = "metadata"))]
pub fn schema_fields<T>(_visit: &mut dyn FnMut(Parameter<'_>)) -> bool {
    false
}

/// Returns whether no check of a table finds a problem. `parts` states it of the tools: [`Facts::is_part_sound`].
#[must_use]
pub const fn is_sound(facts: &Facts<'_, '_>, parts: [bool; PARTS]) -> bool {
    let mut parts: &[bool] = &parts;
    while let [is_sound, rest @ ..] = parts {
        if !*is_sound {
            return false;
        }
        parts = rest;
    }
    let mut sections: &[Section] = &Section::ALL;
    while let [section, rest @ ..] = sections {
        if facts.of_section(*section, 0).is_some() {
            return false;
        }
        sections = rest;
    }
    true
}

/// Returns the problem of the first tool with a problem that the entry at `place` contributed. `sound` is [`is_sound`].
#[must_use]
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
pub const fn problem_of_entry<'a>(sound: bool, facts: &Facts<'_, 'a>, place: usize) -> Option<Problem<'a>> {
    if sound {
        return None;
    }
    let mut position = first_of_entry(facts.outline.tools, place);
    while position < facts.outline.tools.len() && facts.outline.tools[position].entry == place {
        if let Some(problem) = facts.of_tool(position, 0) {
            return Some(problem);
        }
        position += 1;
    }
    None
}

/// Returns the problem with the index `number` among those that are not the first of their group. `together` entries form a
/// group, which fails as one constant. `sound` is [`is_sound`].
#[must_use]
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the loop")]
pub const fn further_problem<'a>(
    sound: bool,
    facts: &Facts<'_, 'a>,
    together: usize,
    number: usize,
) -> Option<Problem<'a>> {
    if sound {
        return None;
    }
    let tools = facts.outline.tools;
    let (mut position, mut passed, mut group_has_one) = (0, 0, false);
    while position < tools.len() {
        if position > 0 && tools[position].entry / together != tools[position - 1].entry / together {
            group_has_one = false;
        }
        let mut skip = 0;
        while let Some(problem) = facts.of_tool(position, skip) {
            if group_has_one && passed == number {
                return Some(problem);
            }
            passed += group_has_one as usize;
            group_has_one = true;
            skip += 1;
        }
        position += 1;
    }
    None
}

/// Returns the position of the first tool that the entry at `place` contributed. Each entry calls this, so it searches the
/// list, which is in the order of the entries, instead of scanning it.
#[expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; the index is bounded by the search")]
const fn first_of_entry(tools: &[Listed<'_>], place: usize) -> usize {
    let (mut from, mut to) = (0, tools.len());
    while from < to {
        let middle = from + (to - from) / 2;
        if tools[middle].entry < place {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}

/// Returns the problem of that section of the server-level facts. `sound` is [`is_sound`].
#[must_use]
pub const fn problem_of_section<'a>(sound: bool, facts: &Facts<'_, 'a>, section: Section) -> Option<Problem<'a>> {
    if sound { None } else { facts.of_section(section, 0) }
}

/// The annotation in which this expands. It is the same in the companion and in the function that it belongs to.
#[doc(hidden)]
#[macro_export]
macro_rules! __mcp_scopes_location {
    () => {
        $crate::__private::v1::SourceLocation {
            module: ::core::module_path!(),
            line: ::core::line!(),
            column: ::core::column!(),
        }
    };
}

/// The const steps of one table: from the list of entries to the finished table, each step a constant.
///
/// A table with a problem stays empty. The constants beside it report the problem, so that the later steps
/// add no further errors.
#[doc(hidden)]
#[macro_export]
macro_rules! __mcp_scopes_table {
    ($path:expr, $entries:expr, $config:ident) => {
        const __MCP_SIZE: $crate::__private::v1::Size = $crate::__private::v1::Size::of($entries, &$config);
        const __MCP_JOINED: [::core::primitive::u8; __MCP_SIZE.own_scopes] =
            $crate::__private::v1::join_own_scopes($entries, &$config);
        static __MCP_LISTED: [$crate::__private::v1::Listed<'static>; __MCP_SIZE.tools] =
            $crate::__private::v1::list($entries, &$config, &__MCP_JOINED);
        static __MCP_DECLARED: [$crate::__private::v1::Scope<'static>; __MCP_SIZE.declared] =
            $crate::__private::v1::declared($entries, &$config);
        static __MCP_OUTLINE: $crate::__private::v1::Outline<'static> = $crate::__private::v1::Outline {
            path: $path,
            config: &$config,
            tools: &__MCP_LISTED,
            declared: &__MCP_DECLARED,
        };
        static __MCP_NUMBERS: $crate::__private::v1::Numbers<'static> =
            $crate::__private::v1::Numbers::of(&__MCP_OUTLINE);
        static __MCP_HIERARCHY: ::core::result::Result<$crate::__private::v1::Graph, ::core::primitive::usize> =
            __MCP_NUMBERS.hierarchy(&__MCP_OUTLINE).close();
        static __MCP_PREREQUISITES: $crate::__private::v1::Graph = __MCP_NUMBERS.prerequisites(&__MCP_OUTLINE);
        const __MCP_CIRCULAR: ::core::primitive::bool = __MCP_PREREQUISITES.close().is_err();
        static __MCP_FACTS: $crate::__private::v1::Facts<'static, 'static> = $crate::__private::v1::Facts {
            outline: &__MCP_OUTLINE,
            numbers: &__MCP_NUMBERS,
            hierarchy: &__MCP_HIERARCHY,
            prerequisites: &__MCP_PREREQUISITES,
            circular: __MCP_CIRCULAR,
        };
        const __MCP_FIRST_PART: ::core::primitive::bool = __MCP_FACTS.is_part_sound(0);
        const __MCP_SECOND_PART: ::core::primitive::bool = __MCP_FACTS.is_part_sound(1);
        const __MCP_THIRD_PART: ::core::primitive::bool = __MCP_FACTS.is_part_sound(2);
        const __MCP_FOURTH_PART: ::core::primitive::bool = __MCP_FACTS.is_part_sound(3);
        const __MCP_SOUND: ::core::primitive::bool = $crate::__private::v1::is_sound(
            &__MCP_FACTS,
            [__MCP_FIRST_PART, __MCP_SECOND_PART, __MCP_THIRD_PART, __MCP_FOURTH_PART],
        );
        static __MCP_SOUND_FACTS: $crate::__private::v1::Facts<'static, 'static> =
            if __MCP_SOUND { __MCP_FACTS } else { $crate::__private::v1::NO_FACTS };
        const __MCP_D: $crate::__private::v1::Dimensions = $crate::__private::v1::Dimensions::of(&__MCP_SOUND_FACTS);
        static __MCP_TOOLS: $crate::__private::v1::Finder<{ __MCP_D.tools }, { __MCP_D.tool_slots }> =
            $crate::__private::v1::Parts::tools(&__MCP_SOUND_FACTS);
        static __MCP_SCOPES: $crate::__private::v1::Finder<{ __MCP_D.scopes }, { __MCP_D.scope_slots }> =
            $crate::__private::v1::Parts::scopes(&__MCP_SOUND_FACTS);
        static __MCP_DIRECTORY: $crate::__private::v1::Directory<{ __MCP_D.tool_slots }> = __MCP_TOOLS.directory();
        static __MCP_FACTORS: $crate::__private::v1::Factors = __MCP_SCOPES.factors();
        static __MCP_NAMES: [&'static ::core::primitive::str; __MCP_D.scopes] =
            $crate::__private::v1::Parts::names(&__MCP_SOUND_FACTS);
        static __MCP_HOLDINGS: $crate::__private::v1::Holdings<{ __MCP_D.scope_slots }> =
            $crate::__private::v1::Parts::holdings(&__MCP_SOUND_FACTS, &__MCP_SCOPES);
        static __MCP_WIDE: [::core::primitive::u64; __MCP_D.wide] =
            $crate::__private::v1::Parts::wide(&__MCP_SOUND_FACTS);
        static __MCP_MASKS: $crate::__private::v1::MaskArrays<
            { __MCP_D.tools },
            { __MCP_D.alternatives },
            { __MCP_D.members },
        > = $crate::__private::v1::Parts::masks(&__MCP_SOUND_FACTS, __MCP_TOOLS.keys());
        static __MCP_ROWS: $crate::__private::v1::RowTable<{ __MCP_D.rows }, { __MCP_D.row }> =
            $crate::__private::v1::Parts::rows::<
                { __MCP_D.rows },
                { __MCP_D.row },
                { __MCP_D.tools },
                { __MCP_D.alternatives },
                { __MCP_D.members },
            >(&__MCP_MASKS);
    };
}

/// The table itself, made from the parts of `table!`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mcp_scopes_assembled {
    () => {
        $crate::__private::v1::ScopeTable::assemble(
            __MCP_SOUND_FACTS.outline,
            &__MCP_DIRECTORY,
            &__MCP_FACTORS,
            &__MCP_HOLDINGS,
            &__MCP_NAMES,
            __MCP_SOUND_FACTS.numbers.required,
            &__MCP_WIDE,
            &__MCP_MASKS,
            &__MCP_ROWS,
        )
    };
}

/// The record of a table, in its own section of the program.
///
/// The attributes are written here and not by the procedural macro: a crate that forbids `unsafe_code` accepts them from
/// another crate's macro. The names are those of `mcp_scopes_model::record::SECTIONS`.
#[cfg(feature = "embed-table")]
#[doc(hidden)]
#[macro_export]
macro_rules! __mcp_scopes_record {
    ($entries:expr) => {
        static __MCP_RECORDED: $crate::__private::v1::Record<'static, 'static> = $crate::__private::v1::Record {
            outline: __MCP_SOUND_FACTS.outline,
            numbers: __MCP_SOUND_FACTS.numbers,
            entries: $entries,
        };
        const __MCP_RECORD_SIZE: $crate::__private::v1::RecordSize =
            $crate::__private::v1::RecordSize::of(&__MCP_RECORDED);
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mcp_scopes"))]
        #[cfg_attr(any(windows, target_os = "cygwin", target_os = "uefi"), unsafe(link_section = ".mcpscop"))]
        #[cfg_attr(target_family = "wasm", unsafe(link_section = "mcp_scopes"))]
        // A note, because linkers keep these by default.
        #[cfg_attr(
            not(any(
                target_vendor = "apple",
                windows,
                target_os = "cygwin",
                target_os = "uefi",
                target_os = "aix",
                target_family = "wasm"
            )),
            unsafe(link_section = ".note.mcp_scopes")
        )]
        static __MCP_RECORD: $crate::__private::v1::Note<{ __MCP_RECORD_SIZE.numbers }, { __MCP_RECORD_SIZE.pieces }> =
            $crate::__private::v1::Note::new(&__MCP_RECORDED);
    };
}

/// Without the feature nothing is recorded.
#[cfg(not(feature = "embed-table"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __mcp_scopes_record {
    ($entries:expr) => {};
}
