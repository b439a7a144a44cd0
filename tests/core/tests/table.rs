//! Tables as users make them, with `#[mcp_tool]`, `scope_table!` and a file, against the oracle; up to the largest.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

use mcp_scopes::ScopeTable;
use mcp_scopes_core_tests::{agree, naive::Naive, spec::TableSpec, tokens};
use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};

/// A table and the facts of its source.
pub struct Case {
    table: &'static ScopeTable,
    spec: TableSpec,
}

/// The generated tables.
#[expect(missing_docs, reason = "generated")]
pub mod compiled {
    use mcp_scopes::{Condition, Requirement};

    use super::{Case, TableSpec};

    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}

#[test]
fn contains_the_facts_of_its_source() {
    for Case { table, spec } in compiled::ALL {
        agree::is_made_of(table, spec).unwrap();
    }
}

#[test]
fn matches_oracle_for_generated_tables() {
    for Case { table, spec } in compiled::ALL {
        // The oracle needs seconds for each token of the largest table.
        let (cases, tokens) = match spec.tools.len() {
            0..100 => (3, 1..5),
            _ => (1, 1..2),
        };
        let naive = Naive::of(spec);
        let runs = Config { cases, failure_persistence: None, ..Config::default() };
        let known = spec.scopes().into_iter().collect();
        agree::on_anonymous(table, spec).unwrap();
        let outcome = TestRunner::new(runs).run(&vec(tokens::token(known, spec.namespace), tokens), |tokens| {
            tokens.iter().try_for_each(|pieces| agree::on_token(table, spec, &naive, pieces))
        });
        outcome.unwrap();
    }
}

#[test]
fn supports_tables_of_maximum_size() {
    let table = &compiled::largest::TOOLS;
    assert_eq!(table.tools().len(), mcp_scopes_model::numbers::MAX_TOOLS);
    assert_eq!(table.scopes().len(), mcp_scopes_model::numbers::MAX_SCOPES);
    let all = table.scopes().collect::<Vec<_>>().join(" ");
    assert_eq!(table.grant(&all).visible().count(), 2048);
    assert_eq!(table.grant(&all).scopes().count(), 1024);
}
