//! Compares the verdict about conditional scopes with an exhaustive search over calls and tokens.

use mcp_scopes_prm::Document;
use proptest::{prelude::*, test_runner::Config};
use serde_json::{Value, json};

use super::{changes, document, ids};
use crate::{
    diff::change::{Change, Security},
    verdict::Verdict,
};

const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];
const GLOBS: [&str; 3] = ["/etc/*", "/etc/ssl/*", "*.key"];
/// Strings of calls, each in one of the arguments. A call has any of them.
const TEXTS: [&str; 3] = ["/etc/passwd", "/etc/ssl/cert", "id.key"];
/// No condition names the last one.
const ARGUMENTS: [&str; 3] = ["path", "other", "more"];

#[derive(Clone, Debug)]
struct When {
    argument: Option<&'static str>,
    glob: usize,
    scopes: u32,
    alternatives: u32,
}

/// A tool: its alternatives as sets of scopes, and its conditions.
#[derive(Clone, Debug)]
struct Small {
    any: Vec<u32>,
    conditions: Vec<When>,
    implies: Vec<(usize, usize)>,
}

fn names(bits: u32) -> Vec<&'static str> {
    SCOPES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, scope)| *scope).collect()
}

impl When {
    fn belongs(&self, place: usize, of: usize) -> bool {
        let stated = self.alternatives & ((1 << of) - 1);
        stated == 0 || stated >> place & 1 == 1
    }

    fn matches(&self, argument: &str, text: usize) -> bool {
        let is_matched = match self.glob {
            // `/etc/ssl/cert` too.
            0 => text < 2,
            glob => glob == text,
        };
        is_matched && self.argument.is_none_or(|own| own == argument)
    }
}

impl Small {
    fn document(&self) -> Document {
        let required: Vec<_> = self.any.iter().map(|all| names(*all)).collect();
        let condition = |when: &When| {
            let mut entry = json!({"glob": GLOBS[when.glob], "scopes": names(when.scopes)});
            let places: Vec<_> = (0..self.any.len()).filter(|place| when.belongs(*place, self.any.len())).collect();
            if places.len() < self.any.len() {
                entry["alternatives"] = json!(places);
            }
            if let Some(argument) = when.argument {
                entry["argument"] = json!(argument);
            }
            entry
        };
        let conditions: Vec<Value> = self.conditions.iter().map(condition).collect();
        let mut hierarchy = json!({});
        for (from, to) in &self.implies {
            let implied = &mut hierarchy[SCOPES[*from]];
            if implied.is_null() {
                *implied = json!([]);
            }
            implied.as_array_mut().unwrap().push(json!(SCOPES[*to]));
        }
        let mut tool = json!({"required_scopes": required});
        if !conditions.is_empty() {
            tool["conditional_scopes"] = conditions.into();
        }
        document(&format!(r#""tool_scope_mapping": {{"t": {tool}}}, "scope_hierarchy": {hierarchy}"#))
    }

    fn closed(&self, mut token: u32) -> u32 {
        for _ in 0..SCOPES.len() {
            for (from, to) in &self.implies {
                token |= (token >> from & 1) << to;
            }
        }
        token
    }

    /// Returns what a call needs, which has one bit for each string in each argument: any of these sets.
    fn needs(&self, call: u32) -> Vec<u32> {
        let places = ARGUMENTS.iter().flat_map(|argument| (0..TEXTS.len()).map(move |text| (argument, text)));
        let strings: Vec<_> = places.enumerate().filter(|(bit, _)| call >> bit & 1 == 1).map(|(_, at)| at).collect();
        let is_matched = |when: &&When| strings.iter().any(|(argument, text)| when.matches(argument, *text));
        let matched: Vec<_> = self.conditions.iter().filter(is_matched).collect();
        let needed = |(place, all): (usize, &u32)| {
            let added = matched.iter().filter(|when| when.belongs(place, self.any.len()));
            added.fold(*all, |needed, when| needed | when.scopes)
        };
        self.any.iter().enumerate().map(needed).collect()
    }

    /// Returns whether some token opens a call here and not there.
    fn opens_beyond(&self, there: &Self) -> bool {
        let opens = |needs: &[u32], held: u32| needs.iter().any(|all| all & !held == 0);
        let tokens: Vec<_> = (0..1 << SCOPES.len()).map(|token| (self.closed(token), there.closed(token))).collect();
        (0..1 << (TEXTS.len() * ARGUMENTS.len())).any(|call| {
            let (here_needs, there_needs) = (self.needs(call), there.needs(call));
            tokens.iter().any(|(here, other)| opens(&here_needs, *here) && !opens(&there_needs, *other))
        })
    }
}

fn small() -> impl Strategy<Value = Small> {
    let argument = proptest::sample::select(vec![None, Some("path"), Some("other")]);
    let when = (argument, 0..GLOBS.len(), 1_u32..32, 0_u32..8);
    let when = when.prop_map(|(argument, glob, scopes, alternatives)| When { argument, glob, scopes, alternatives });
    let implies = proptest::collection::vec((0..SCOPES.len(), 0..SCOPES.len()), 0..3);
    let any = proptest::collection::vec(1_u32..32, 1..4);
    (any, proptest::collection::vec(when, 0..5), implies).prop_map(|(any, conditions, implies)| Small {
        any,
        conditions,
        implies: implies.into_iter().filter(|(from, to)| from < to).collect(),
    })
}

/// Two versions that share most of their conditions.
fn versions() -> impl Strategy<Value = (Small, Small)> {
    let changed = (small(), any::<[bool; 3]>(), any::<proptest::sample::Index>());
    (small(), changed).prop_map(|(old, (other, [any, implies, one], place))| {
        let mut new = old.clone();
        if any {
            new.any = other.any;
        }
        if implies {
            new.implies = other.implies;
        }
        if one && !new.conditions.is_empty() {
            let place = place.index(new.conditions.len());
            match other.conditions.into_iter().next() {
                Some(when) => new.conditions[place] = when,
                None => drop(new.conditions.remove(place)),
            }
        } else {
            new.conditions = other.conditions;
        }
        (old, new)
    })
}

fn security(found: &[Change]) -> Security {
    Verdict::over(found.iter().map(Change::verdict)).map_or(Security::NEUTRAL, |verdict| verdict.security)
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn matches_an_exhaustive_search_over_calls((old, new) in versions()) {
        let found = changes(&old.document(), &new.document());
        let security = security(&found);
        prop_assert_eq!(security.weakens, new.opens_beyond(&old), "{:?}", ids(&found));
        prop_assert_eq!(security.tightens, old.opens_beyond(&new), "{:?}", ids(&found));
    }
}

/// No single condition, and not all of them, need less than before. Two of them do.
#[test]
fn compares_calls_that_match_several_conditions() {
    let tool = |first: &str, more: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"], ["d"]], "conditional_scopes": [
                {{"glob": "/one/*", "scopes": {first}, "alternatives": [1]}},
                {{"glob": "/two/*", "scopes": ["b"], "alternatives": [0]}},
                {{"glob": "/three/*", "scopes": ["b"], "alternatives": [1]}}{more}]}}}}"#
        ))
    };
    let found = changes(&tool(r#"["a", "q"]"#, ""), &tool(r#"["a"]"#, ""));
    assert_eq!((ids(&found), security(&found)), (vec!["condition-loosened"], Security::WEAKENS));
    assert_eq!(
        found[0].message,
        "calls of `t` with an argument that matches `/one/*` and with an argument that matches `/two/*` need `a` with `b` or \
         `d` with `a`, and needed `a` with `b` or `d` with `a` with `q`"
    );
    // With many conditions, not each combination is compared. What each of them needs bounds what several need.
    let many: Vec<String> = (0..8).map(|n| format!(r#", {{"glob": "/n{n}/*", "scopes": ["x"]}}"#)).collect();
    let many = many.concat();
    let (old, new) = (tool(r#"["a", "q"]"#, &many), tool(r#"["a"]"#, &many));
    assert_eq!(security(&changes(&old, &new)), Security::WEAKENS);
    assert_eq!(security(&changes(&new, &old)), Security::TIGHTENS);
    let reordered = tool(r#"["q", "a"]"#, &many);
    assert_eq!(ids(&changes(&old, &reordered)), ["access-rewritten"]);
}
