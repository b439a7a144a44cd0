//! Compares the verdict with an exhaustive search over tokens.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_prm::Document;
use proptest::{prelude::*, test_runner::Config};

use super::{changes, document, ids};
use crate::{
    diff::change::{Change, Security},
    verdict::Verdict,
};

const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A small table: the requirement of each tool as bit sets, and the hierarchy of scopes.
#[derive(Clone, Debug)]
struct Small {
    tools: BTreeMap<&'static str, Vec<u32>>,
    implies: Vec<(usize, usize)>,
}

impl Small {
    fn document(&self) -> Document {
        let names = |bits: u32| -> Vec<&str> {
            SCOPES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, scope)| *scope).collect()
        };
        let tool = |(name, any): (&&str, &Vec<u32>)| {
            let any: Vec<Vec<&str>> = any.iter().map(|all| names(*all)).collect();
            format!(r#""{name}": {{"required_scopes": {}}}"#, serde_json::to_string(&any).unwrap())
        };
        let tools: Vec<String> = self.tools.iter().map(tool).collect();
        let mut implied: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in &self.implies {
            implied.entry(SCOPES[*from]).or_default().push(SCOPES[*to]);
        }
        let hierarchy = serde_json::to_string(&implied).unwrap();
        document(&format!(r#""tool_scope_mapping": {{{}}}, "scope_hierarchy": {hierarchy}"#, tools.join(", ")))
    }

    fn closed(&self, mut token: u32) -> u32 {
        for _ in 0..SCOPES.len() {
            for (from, to) in &self.implies {
                token |= (token >> from & 1) << to;
            }
        }
        token
    }

    fn opens(&self, tool: &str, token: u32) -> bool {
        let held = self.closed(token);
        self.tools.get(tool).is_some_and(|any| any.iter().any(|all| all & !held == 0))
    }

    /// Returns the scopes that are named anywhere.
    fn known(&self) -> u32 {
        let required = self.tools.values().flatten().fold(0, |known, all| known | all);
        self.implies.iter().fold(required, |known, (from, to)| known | 1 << from | 1 << to)
    }

    /// Returns whether some token opens a tool in this table but not in the other.
    fn opens_beyond(&self, there: &Self, only_known: bool) -> bool {
        let tools: BTreeSet<&&str> = self.tools.keys().collect();
        tools.iter().any(|tool| {
            let new = only_known && !there.tools.contains_key(**tool);
            let tokens = (0..1 << SCOPES.len()).filter(|token| !new || token & !there.known() == 0);
            tokens.into_iter().any(|token| self.opens(tool, token) && !there.opens(tool, token))
        })
    }
}

fn small() -> impl Strategy<Value = Small> {
    let any = proptest::collection::vec(1_u32..32, 1..4);
    let tools = proptest::collection::btree_map(proptest::sample::select(vec!["t", "u", "v"]), any, 0..3);
    let implies = proptest::collection::vec((0..SCOPES.len(), 0..SCOPES.len()), 0..5);
    (tools, implies).prop_map(|(tools, implies)| {
        let implies = implies.into_iter().filter(|(from, to)| from < to).collect();
        Small { tools, implies }
    })
}

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    /// Compares the verdict with an exhaustive search over tokens.
    #[test]
    fn matches_an_exhaustive_search_over_tokens(old in small(), new in small()) {
        let found = changes(&old.document(), &new.document());
        let security =
            Verdict::over(found.iter().map(Change::verdict)).map_or(Security::NEUTRAL, |verdict| verdict.security);
        prop_assert_eq!(security.weakens, new.opens_beyond(&old, true), "{:?}", ids(&found));
        prop_assert_eq!(security.tightens, old.opens_beyond(&new, false), "{:?}", ids(&found));
    }
}
