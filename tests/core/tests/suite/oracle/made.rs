//! Tables that are constructed at run time.
//!
//! `scope_table!` evaluates its steps as constants, since it needs the sizes of their arrays. Here the sizes are those
//! of a shape: numbers of tools and scopes, and space for the requirements. The steps are the same functions.

use std::array;

use mcp_scopes::{
    __private::v1::{Dimensions, Finder, Parts, is_sound},
    Risk, ScopeTable, Tool,
};
use mcp_scopes_model::{Config, Numbers, Outline, Scope, check::Facts, config::Stated as Text, outline::Listed};
use proptest::test_runner::{Config as Runs, TestCaseError, TestRunner};

use mcp_scopes_core_tests::{agree, naive::Naive, spec::TableSpec};

use super::random::{self, Size};

/// Constructs a table. The sizes are those of [`Dimensions`], or larger for `A` and `M`.
fn made<
    const T: usize,
    const TS: usize,
    const S: usize,
    const SS: usize,
    const A: usize,
    const M: usize,
    const WIDE: usize,
    const R: usize,
    const W: usize,
>(
    spec: &TableSpec,
) -> &'static ScopeTable {
    let outline: &'static Outline<'static> =
        keep(Outline { path: "", config: config(spec), tools: listed(spec), declared: declarations(spec) });
    let numbers = Box::new(Numbers::of(outline));
    let hierarchy = Box::new(numbers.hierarchy(outline).close());
    let prerequisites = Box::new(numbers.prerequisites(outline));
    let circular = prerequisites.close().is_err();
    let facts = Facts { outline, numbers: &numbers, hierarchy: &hierarchy, prerequisites: &prerequisites, circular };
    assert!(
        is_sound(&facts, array::from_fn(|part| facts.is_part_sound(part))),
        "the generator makes sound tables only: {spec:?}"
    );
    let d = Dimensions::of(&facts);
    assert_eq!((d.tools, d.tool_slots, d.scopes, d.scope_slots, d.wide, d.row, d.rows), (T, TS, S, SS, WIDE, W, R));
    assert!(d.alternatives <= A && d.members <= M);
    let scopes: Finder<S, SS> = Parts::scopes(&facts);
    let tools: Finder<T, TS> = Parts::tools(&facts);
    let masks = keep(Parts::masks::<T, A, M>(&facts, tools.keys()));
    keep(ScopeTable::assemble(
        outline,
        keep(tools.directory()),
        keep(scopes.factors()),
        keep(Parts::holdings(&facts, &scopes)),
        keep(Parts::names::<S>(&facts)),
        facts.numbers.required,
        keep(Parts::wide::<WIDE>(&facts)),
        masks,
        keep(Parts::rows::<R, W, T, A, M>(masks)),
    ))
}

/// The number of slots for that many tools and scopes. Compared with [`Dimensions`].
const fn tool_slots(names: usize) -> usize {
    usable((names * 2).next_power_of_two())
}

const fn scope_slots(names: usize) -> usize {
    usable((names * 5 / 4).next_power_of_two())
}

const fn usable(slots: usize) -> usize {
    if slots < 16 { 16 } else { slots }
}

/// A shape of a table, and the property of all tables of that shape.
macro_rules! shape {
    ($test:ident, $cases:literal: $tools:literal tools, $scopes:literal scopes) => {
        #[test]
        fn $test() {
            const T: usize = $tools;
            const S: usize = $scopes;
            const W: usize = T.div_ceil(64);
            const A: usize = T * random::MOST_ALTERNATIVES;
            assert_matches_oracle(
                $cases,
                Size { tools: T, scopes: S },
                made::<
                    T,
                    { tool_slots(T) },
                    S,
                    { scope_slots(S) },
                    A,
                    { A * (random::MOST_SCOPES + random::MOST_CONDITIONS) },
                    { S * S.div_ceil(64).saturating_sub(4) },
                    { S * W },
                    W,
                >,
            );
        }
    };
}

shape!(one_of_each, 200: 1 tools, 1 scopes);
shape!(a_pair, 200: 2 tools, 3 scopes);
shape!(a_small_server, 150: 7 tools, 6 scopes);
shape!(an_ordinary_server, 100: 16 tools, 24 scopes);
shape!(more_tools_than_a_word_holds, 6: 130 tools, 70 scopes);
shape!(as_many_scopes_as_fit_beside_the_name, 6: 12 tools, 256 scopes);
shape!(more_scopes_than_fit_beside_the_name, 10: 20 tools, 300 scopes);

fn assert_matches_oracle(cases: u32, size: Size, made: fn(&TableSpec) -> &'static ScopeTable) {
    // Numbers and graphs are made for const evaluation. Each takes several hundred KiB of stack.
    let on_a_large_stack = std::thread::Builder::new().stack_size(64 << 20);
    let property = move || {
        let runs = Runs { cases, failure_persistence: None, ..Runs::default() };
        TestRunner::new(runs).run(&random::table_with_tokens(size), |(spec, tokens)| {
            let (table, naive) = (made(&spec), Naive::of(&spec));
            agree::is_made_of(table, &spec)?;
            agree::on_anonymous(table, &spec)?;
            tokens.iter().try_for_each(|pieces| agree::on_token(table, &spec, &naive, pieces))?;
            rejects_other_tables(table, made(&spec))
        })
    };
    on_a_large_stack.spawn(property).unwrap().join().unwrap().unwrap();
}

/// A table equals only itself, not another table with the same contents.
fn rejects_other_tables(table: &'static ScopeTable, twin: &'static ScopeTable) -> Result<(), TestCaseError> {
    let all = table.scopes().collect::<Vec<_>>().join(" ");
    for (mine, theirs) in table.tools().zip(twin.tools()) {
        proptest::prop_assert!(mine != theirs);
        proptest::prop_assert!(table.grant(&all).authorize_tool(mine).is_ok());
        let denied = table.grant(&all).authorize_tool(theirs).err();
        proptest::prop_assert_eq!(denied.map(|denied| denied.reason()), Some(mcp_scopes::Reason::OtherTable));
    }
    Ok(())
}

/// The configuration, as `mcp-scopes.toml` would state it.
fn config(spec: &TableSpec) -> &'static Config<'static> {
    let scopes = spec.complete.then(|| declarations(spec));
    keep(Config { namespace: spec.namespace, scopes, ..Config::NONE })
}

/// The declarations.
fn declarations(spec: &TableSpec) -> &'static [Scope<'static>] {
    let text = |text: &&'static str| Text { text, line: 1, column: 1 };
    let scope = |(name, implies): &(&'static str, &'static [&'static str])| Scope {
        name: text(name),
        description: "",
        implies: keep_all(implies.iter().map(text)),
    };
    keep_all(spec.declared.iter().map(scope))
}

/// The tools.
fn listed(spec: &TableSpec) -> &'static [Listed<'static>] {
    keep_all(spec.tools.iter().enumerate().map(|(entry, (name, requirement))| Listed {
        tool: keep(Tool {
            requirement: *requirement,
            conditions: spec.conditions(entry),
            ..Tool::new(name, Risk::Low)
        }),
        namespace: spec.namespace,
        own_scope: text(format!("{}{name}", spec.namespace)),
        entry,
    }))
}

/// Leaks a value, since tables hold `'static` references.
pub(crate) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Leaks several values.
pub(crate) fn keep_all<T>(values: impl IntoIterator<Item = T>) -> &'static [T] {
    Vec::leak(values.into_iter().collect())
}

/// Leaks a text.
pub(crate) fn text(text: String) -> &'static str {
    String::leak(text)
}
