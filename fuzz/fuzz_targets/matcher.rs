//! The globs of policies: the first line of an input is a glob, each other line a string of the arguments. The engine and a literal
//! implementation of the specification agree whether the call is blocked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_model::{Policy, Risk, Tool, pattern::glob_syntax};
use mcp_scopes_policies::{Decision, Facts, Rules, Session, Settings, Timestamp};

#[path = "../../runtime/policies/tests/suite/naive_matcher.rs"]
mod naive_matcher;

/// The naive matcher takes exponential time for many wildcards, and quadratic memory for long texts.
const MAX_WILDCARDS: usize = 4;
const MAX_LENGTH: usize = 200;

fuzz_target!(|text: &str| {
    let (glob, rest) = text.split_once('\n').unwrap_or((text, ""));
    if glob_syntax(glob).is_err() || glob.matches('*').count() > MAX_WILDCARDS || rest.len() > MAX_LENGTH {
        return;
    }
    let texts: Vec<&str> = rest.split('\n').collect();
    let globs = [glob];
    let policy = Policy { blocked_patterns: &globs, ..Policy::NONE };
    let tools = [Tool { policy, ..Tool::new("run", Risk::Low) }];
    let rules = Rules::compile(&tools, &Settings::default()).expect("a glob that the grammar accepts");
    let mut call = rules.call(rules.tool("run").expect("the tool of the table"));
    texts.iter().for_each(|text| call.argument("path", text));
    let decision = rules.decide(
        &mut Session::new(&rules),
        &[call.finish()],
        &Facts::default(),
        Timestamp::from_millis(1_800_000_000_000),
    );
    assert_eq!(decision != Decision::Allowed, naive_matcher::any_matches(glob, &texts), "{glob:?} {texts:?}");
});
