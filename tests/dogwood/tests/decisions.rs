//! Random tables and traces, decided by the engine and by Dogwood's interpreter, with a test clock.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

#[path = "../../../runtime/policies/tests/suite/naive_matcher.rs"]
mod naive_matcher;
#[path = "../../../runtime/policies/tests/suite/random.rs"]
mod random;

use std::{collections::BTreeMap, sync::Arc};

use mcp_scopes_dogwood::{
    LIMITS,
    host::Caller,
    interpreter::{Dogwood, Facts, Mode},
    rules::Verdict,
    translation::Translation,
};
use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{
    Call, Decision, Evidence, Facts as TokenFacts, MemoryStore, Rules, SessionKey, Settings, Timestamp,
};
use naive_matcher::any_matches;
use random::Random;

const NAMES: [&str; 5] = ["t0", "t1", "t2", "t3", "t4"];
const GLOBS: [&str; 4] = ["/etc/*", "*.key", "/a/?", "x"];
/// Patterns of `blocked_after` and `requires_approval_after`.
const PATTERNS: [&str; 12] =
    ["t0", "t1", "t2", "t3", "t0:/etc/*", "t1:*.key", "t2:/a/?", "t3:x", "t4:/etc/*", "t0:*.key", "t1:x", "t2:/etc/*"];
const TEXTS: [&str; 9] = ["/etc/x", "/etc/id.key", "x", "/a/b", "/a/../etc/x", "%2Fetc%2Fx", "y", "", "a\n"];
/// Two callers, of whom the second makes fewer calls.
const CALLERS: [&str; 2] = ["ada", "bob"];

const TABLES: u64 = 1_000;
const BODIES: u64 = 30;
/// In seconds since the epoch.
const START: u64 = 1_800_000_000;

#[test]
fn decides_like_the_interpreter_of_dogwood() {
    println!("What Dogwood cannot state, and what is left out:\n{LIMITS}");
    let mut random = Random::new(115);
    let mut seen = BTreeMap::<(bool, bool, Verdict), u64>::new();
    for _ in 0..TABLES {
        run_table(&mut random, &mut seen);
    }
    for ((becomes_idle, is_batch, verdict), count) in &seen {
        println!("idle sessions: {becomes_idle}, several calls: {is_batch}, {verdict:?}: {count}");
    }
    assert_eq!(seen.values().sum::<u64>(), TABLES * BODIES);
    // Seven reasons, of which two are compared in sessions that do not become idle, two approvals, and what is allowed.
    assert_eq!(seen.len(), 2 * (10 + 8), "{seen:?}");
    assert!(seen.values().all(|count| *count > 10), "{seen:?}");
}

/// What a tool of a random table states.
struct Stated {
    blocked_after: Vec<&'static str>,
    requires_approval_after: Vec<&'static str>,
    blocked_patterns: Vec<&'static str>,
}

fn run_table(random: &mut Random, seen: &mut BTreeMap<(bool, bool, Verdict), u64>) {
    let becomes_idle = random.percent(50);
    let settings = settings(random, becomes_idle);
    let stated: Vec<Stated> = (0..3 + random.below(3)).map(|_| stated(random)).collect();
    let known = |pattern: &&&str| stated.len() > usize::from(pattern.as_bytes()[1] - b'0');
    let lists: Vec<[Vec<&str>; 2]> = stated
        .iter()
        .map(|tool| {
            [&tool.blocked_after, &tool.requires_approval_after]
                .map(|list| list.iter().filter(known).copied().collect())
        })
        .collect();
    let tools: Vec<Tool<'_>> = stated
        .iter()
        .zip(&lists)
        .zip(NAMES)
        .map(|((stated, [blocked_after, requires_approval_after]), name)| {
            let policy = Policy {
                blocked_after,
                requires_approval_after,
                blocked_patterns: &stated.blocked_patterns,
                cooling_period_minutes: random.percent(25).then(|| 1 + small(random, 3)),
                max_calls_per_session: random.percent(25).then(|| 1 + small(random, 4)),
                requires_human_review: random.percent(8),
                ..Policy::NONE
            };
            Tool { policy, ..Tool::new(name, *random.pick(&Risk::ALL)) }
        })
        .collect();
    let translation = Translation::of(&tools, &settings).unwrap();
    let mut dogwood = Dogwood::new(&translation, Mode::Tuned).unwrap_or_else(|error| panic!("{error}"));
    let store = MemoryStore::new(Arc::new(Rules::compile(&tools, &settings).unwrap()));
    let mut callers: [Caller<'_>; 2] = Default::default();
    let (mut questions, mut now, mut trace) = (0, START, Vec::new());
    for _ in 0..BODIES {
        now += if random.percent(85) { random.below(20) } else { random.below(400) };
        let who = usize::from(random.percent(20));
        let bodies: Vec<(Facts<'_>, Call)> =
            (0..=random.below(3)).map(|_| call(random, &tools, &translation, store.rules())).collect();
        let (facts, calls): (Vec<_>, Vec<_>) = bodies.into_iter().unzip();
        let key = SessionKey::new("realm", Environment::Live, "issuer", &[CALLERS[who]]);
        let time = Timestamp::from_millis(now * 1000);
        let decision: Decision = store.decide(&key, &calls, &TokenFacts::default(), time).unwrap();
        let seconds = i64::try_from(now).unwrap();
        let expected = callers[who].decide(&mut dogwood, &mut questions, &facts, seconds);
        let expected = expected.unwrap_or_else(|error| panic!("{error}\n{}", translation.policies));
        trace.push((CALLERS[who], now - START, facts, expected));
        assert_eq!(Verdict::of(&decision), Some(expected), "{settings:?}\n{}\n{trace:#?}", translation.policies);
        *seen.entry((becomes_idle, calls.len() > 1, expected)).or_default() += 1;
    }
}

fn settings(random: &mut Random, becomes_idle: bool) -> Settings {
    let mut settings = Settings { caller_approval: true, human_review: true, ..Settings::default() };
    let limits = &mut settings.session;
    limits.max_minutes = 1440;
    limits.idle_minutes = if becomes_idle { 1 + small(random, 4) } else { 1440 };
    limits.max_high_risk_calls = random.percent(30).then(|| 1 + small(random, 4));
    if !becomes_idle {
        limits.max_refused_calls = random.percent(20).then(|| 2 + small(random, 6));
        limits.escalation_seconds = random.percent(40).then(|| 20 + small(random, 70));
    }
    settings
}

fn stated(random: &mut Random) -> Stated {
    let mut list = |probability| if random.percent(probability) { some(random, &PATTERNS) } else { Vec::new() };
    let [blocked_after, requires_approval_after] = [30, 20].map(&mut list);
    let blocked_patterns = if random.percent(10) { some(random, &GLOBS) } else { Vec::new() };
    Stated { blocked_after, requires_approval_after, blocked_patterns }
}

/// A call, for Dogwood and for the engine.
fn call<'t>(random: &mut Random, tools: &'t [Tool<'t>], translation: &Translation, rules: &Rules) -> (Facts<'t>, Call) {
    let tool = random.pick(tools);
    let texts: Vec<&str> = (0..random.below(3)).map(|_| *random.pick(&TEXTS)).collect();
    let evidence = match random.below(10) {
        0 => Evidence::Caller,
        1 => Evidence::Reviewer,
        _ => Evidence::None,
    };
    let mut reader = rules.call(rules.tool(tool.name).unwrap());
    for text in &texts {
        reader.argument("a", text);
    }
    let facts = Facts {
        tool,
        matches: translation.globs.iter().map(|glob| any_matches(glob, &texts)).collect(),
        is_approved: evidence != Evidence::None,
        is_reviewed: evidence == Evidence::Reviewer,
    };
    (facts, reader.finish().with_evidence(evidence))
}

fn some<'a>(random: &mut Random, list: &[&'a str]) -> Vec<&'a str> {
    let mut chosen: Vec<_> = (0..=random.below(3)).map(|_| *random.pick(list)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn small(random: &mut Random, bound: u64) -> u32 {
    u32::try_from(random.below(bound)).unwrap()
}
