//! The engine against the naive one, on random tables and traces with a test clock.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, LazyLock},
};

use crate::{
    naive::{Event, KEPT, Log, LoggedCall, Naive, Token, Verdict},
    naive_matcher::any_matches,
    random::Random,
    support::START,
};
use mcp_scopes_model::{Environment, Policy, Requirement, Risk, Tool};
use mcp_scopes_policies::{
    ApprovalId, Call, Decision, Evidence, Facts, MemoryStore, Rules, Session, SessionKey, SessionView, Settings,
    Timestamp, UsedApprovals, packed::PackedSession,
};

const NAMES: [&str; 6] = ["t0", "t1", "t2", "t3", "t4", "t5"];
const GLOBS: [&str; 5] = ["*", "/etc/*", "*.key", "/a/?", "x"];
const TEXTS: [&str; 9] = ["/etc/x", "/etc/id.key", "x", "/a/b", "/a/../etc/x", "%2Fetc%2Fx", "y", "", "a\n"];
const ACRS: [&str; 3] = ["silver", "gold", "gold"];

/// Decides `STEPS` times on each of `TABLES` tables.
const TABLES: u64 = 2_600;
const STEPS: u64 = 40;

#[test]
fn matches_the_naive_engine() {
    let mut random = Random::new(99);
    let mut seen = BTreeMap::<String, u64>::new();
    for _ in 0..TABLES {
        run_table(&mut random, &mut seen, None);
    }
    assert_eq!(seen.values().sum::<u64>(), TABLES * STEPS);
    assert_all_kinds(&seen);
}

pub(crate) fn assert_all_kinds(seen: &BTreeMap<String, u64>) {
    // Each kind of decision occurs often enough for differences to show.
    assert_eq!(seen.len(), 14, "{seen:?}");
    assert!(seen.values().all(|count| *count > 100), "{seen:?}");
}

/// Another form of state, of one caller.
pub(crate) trait Engine {
    fn decide(&self, calls: &[Call], facts: &Facts<'_>, now: Timestamp) -> Decision;

    /// Returns what an operator sees.
    fn show(&self) -> Option<SessionView>;
}

/// Creates one for a table.
pub(crate) type CreateEngine<'c> = &'c dyn Fn(&Arc<Rules>) -> Box<dyn Engine>;

/// Decides `STEPS` times on one random table.
pub(crate) fn run_table(random: &mut Random, seen: &mut BTreeMap<String, u64>, other: Option<CreateEngine<'_>>) {
    let patterns: Vec<String> =
        NAMES.iter().flat_map(|name| GLOBS.iter().map(move |glob| format!("{name}:{glob}"))).collect();
    let count = 3 + usize::try_from(random.below(4)).unwrap();
    let is_public: Vec<bool> = (0..count).map(|_| random.percent(10)).collect();
    // Patterns that name a tool of this table that is not public.
    let mut known: Vec<&str> = patterns.iter().map(String::as_str).chain(NAMES).collect();
    known.retain(|pattern| is_public.get(usize::from(pattern.as_bytes()[1] - b'0')) == Some(&false));
    let lists: Vec<[Vec<&str>; 3]> =
        (0..count).map(|_| [some(random, &known), some(random, &known), some(random, &GLOBS)]).collect();
    let settings = settings(random);
    let settings = Settings { caller_approval: true, human_review: true, ..settings };
    let mut tools = Vec::new();
    for (number, [blocked_after, requires_approval_after, blocked_patterns]) in lists.iter().enumerate() {
        let mut policy = Policy { blocked_patterns, ..Policy::NONE };
        if random.percent(85) {
            policy.blocked_patterns = &[];
        }
        if !is_public[number] {
            policy.blocked_after = if random.percent(25) { blocked_after } else { &[] };
            policy.requires_approval_after = if random.percent(25) { requires_approval_after } else { &[] };
            policy.cooling_period_minutes = random.percent(30).then(|| 1 + small(random, 3));
            policy.max_calls_per_session = random.percent(30).then(|| 1 + small(random, 4));
            policy.requires_human_review = random.percent(8);
        }
        policy.idempotent = policy.cooling_period_minutes.is_some() && random.percent(50);
        let requirement = if is_public[number] { Requirement::Public } else { Requirement::ToolName };
        tools.push(Tool { policy, requirement, ..Tool::new(NAMES[number], *random.pick(&Risk::ALL)) });
    }
    let rules = Arc::new(Rules::compile(&tools, &settings).unwrap());
    let mut all = Engines::new(&rules, other.map(|create| create(&rules)));
    let naive = Naive { tools: &tools, settings: &settings };
    let (mut log, mut now): (Log, _) = (Vec::new(), START * 1000);
    let mut token = Token { auth_time: None, acr: None };
    let mut last: Option<Vec<LoggedCall>> = None;
    for step in 0..STEPS {
        now += if random.percent(85) { random.below(20_000) } else { random.below(400_000) };
        // Clients repeat what was refused, and most bodies make one call: for others, hardly any caller is asked to sign in.
        let others = if random.percent(50) { 0 } else { random.below(3) };
        let calls: Vec<LoggedCall> = match last {
            Some(calls) if random.percent(30) => calls,
            _ => (0..=others).map(|_| logged_call(random, &is_public)).collect(),
        };
        last = Some(calls.clone());
        // Half of the time the last token, else one from before, from just now, or with a clock that is ahead.
        if random.percent(50) {
            let back = if random.percent(50) { 10 } else { 200 };
            let ahead = if random.percent(90) { 5 } else { 130 };
            token = Token {
                auth_time: random.percent(90).then(|| now / 1000 + random.below(ahead) - random.below(back)),
                acr: random.percent(90).then(|| *random.pick(&ACRS)),
            };
        }
        let expected = naive.decide(&log, &calls, token, now);
        let context = |log: &Log| format!("step {step}, {calls:?}, {token:?}, {tools:#?}, {settings:?}, {log:#?}");
        // The engine does not say which authentication approves a call. If it took another one, later steps would differ.
        let shown = if matches!(expected, Verdict::Allowed(_)) { Verdict::Allowed(None) } else { expected };
        assert_eq!(all.decide(&calls, token, now), shown, "{}", context(&log));
        if calls.len() > 1 {
            let mut orders = orders(calls.len()).into_iter();
            let every = orders.all(|order| is_allowed_in_order(&naive, &mut log, &calls, &order, token, now));
            assert_eq!(matches!(expected, Verdict::Allowed(_)), every, "{}", context(&log));
        }
        let event = match expected {
            Verdict::Allowed(approved_by) => Event::Admitted(calls, approved_by),
            Verdict::Denied(_) => Event::Refused,
            Verdict::ApprovalNeeded(_, true, _) => {
                Event::Challenged(token.auth_time.filter(|time| *time <= now / 1000 + 60).unwrap_or(0))
            }
            Verdict::ApprovalNeeded(..) => Event::Contact,
            Verdict::Reauthenticate => {
                Event::Challenged(token.auth_time.filter(|time| *time <= now / 1000 + 60).unwrap_or(0))
            }
        };
        log.push((now, event));
        let kind = match expected {
            Verdict::Allowed(Some(_)) => "allowed by a sign-in".to_owned(),
            Verdict::Allowed(None) => "allowed".to_owned(),
            Verdict::ApprovalNeeded(.., true) => "repeated approval".to_owned(),
            Verdict::ApprovalNeeded(.., false) => "approval".to_owned(),
            Verdict::Reauthenticate => "reauthenticate".to_owned(),
            Verdict::Denied(reason) => reason.to_owned(),
        };
        *seen.entry(kind).or_default() += 1;
    }
}

/// The same caller under each form of state.
struct Engines<'r> {
    rules: &'r Rules,
    session: Session,
    packed: Vec<u8>,
    used: UsedApprovals,
    store: MemoryStore,
    key: SessionKey,
    other: Option<Box<dyn Engine>>,
}

impl<'r> Engines<'r> {
    fn new(rules: &'r Arc<Rules>, other: Option<Box<dyn Engine>>) -> Self {
        Self {
            rules,
            session: Session::new(rules),
            packed: PackedSession::new(rules).pack(rules),
            used: UsedApprovals::default(),
            store: MemoryStore::new(Arc::clone(rules)),
            key: SessionKey::new("realm", Environment::Live, "issuer", &["subject"]),
            other,
        }
    }

    fn decide(&mut self, calls: &[LoggedCall], token: Token, now: u64) -> Verdict {
        let rules = self.rules;
        let calls: Vec<Call> = calls.iter().map(|call| self.read(call)).collect();
        let (facts, now) = (Facts { auth_time: token.auth_time, acr: token.acr }, Timestamp::from_millis(now));
        let marked = self.used.marked(&calls, now);
        let decision = rules.decide(&mut self.session, &marked, &facts, now);

        let mut packed = PackedSession::unpack(rules, &self.packed, now).unwrap();
        assert_eq!(rules.decide(&mut packed.session, &marked, &facts, now), decision, "packed");
        self.packed = packed.pack(rules);
        if decision == Decision::Allowed {
            self.used.record(&self.key, &calls, now);
        }

        assert_eq!(self.store.decide(&self.key, &calls, &facts, now), Ok(decision), "memory");

        if let Some(other) = &self.other {
            assert_eq!(other.decide(&calls, &facts, now), decision, "shared store");
            if now.as_millis() % 4 == 0 {
                assert_eq!(other.show(), self.store.show(&self.key, now), "shared store");
            }
        }

        if calls.iter().all(|call| !rules.needs_session(call))
            && let Some(alone) = rules.decide_without_session(&calls, &facts, now)
        {
            assert_eq!(kind(alone), kind(decision), "without a session");
        }
        match decision {
            Decision::Allowed => Verdict::Allowed(None),
            Decision::Denied(denial) => Verdict::Denied(denial.reason.id()),
            Decision::ApprovalNeeded(request) => {
                let by_sign_in = rules.asks_for_approving_sign_in(&calls, &request);
                Verdict::ApprovalNeeded(request.by_reviewer, by_sign_in, request.is_repeated)
            }
            Decision::Reauthenticate(_) => Verdict::Reauthenticate,
        }
    }

    fn read(&self, call: &LoggedCall) -> Call {
        let tool = self.rules.tool(NAMES[call.tool]).unwrap();
        let mut reader = self.rules.call(tool);
        for text in &call.texts {
            reader.argument("a", text);
        }
        let hash = if self.rules.is_idempotent(tool) {
            // Any hash does, and a debug build computes the keyed one slowly.
            let mut hasher = DefaultHasher::new();
            call.texts.hash(&mut hasher);
            hasher.finish()
        } else {
            0
        };
        let read = reader.finish().with_arguments(hash).with_evidence(call.evidence);
        match call.approval {
            Some(id) => read.with_approval(ApprovalId::new([id; 16], u32::try_from(KEPT).unwrap())),
            None => read,
        }
    }
}

fn kind(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::Denied(denial) => denial.reason.id(),
        Decision::ApprovalNeeded(_) => "approval",
        Decision::Reauthenticate(_) => "reauthenticate",
    }
}

/// Returns whether all calls would be admitted, one after another.
fn is_allowed_in_order(
    naive: &Naive<'_>,
    log: &mut Log,
    calls: &[LoggedCall],
    order: &[usize],
    token: Token,
    now: u64,
) -> bool {
    let length = log.len();
    let is_allowed = order.iter().all(|place| {
        let call = std::slice::from_ref(&calls[*place]);
        let Verdict::Allowed(approved_by) = naive.decide(log, call, token, now) else { return false };
        log.push((now, Event::Admitted(call.to_vec(), approved_by)));
        true
    });
    log.truncate(length);
    is_allowed
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    match count {
        2 => vec![vec![0, 1], vec![1, 0]],
        _ => vec![vec![0, 1, 2], vec![0, 2, 1], vec![1, 0, 2], vec![1, 2, 0], vec![2, 0, 1], vec![2, 1, 0]],
    }
}

fn settings(random: &mut Random) -> Settings {
    let mut settings = Settings::default();
    settings.session.idle_minutes = 1 + small(random, 5);
    settings.session.max_minutes = 2 + small(random, 10);
    settings.session.max_refused_calls = random.percent(25).then(|| 2 + small(random, 5));
    settings.session.max_high_risk_calls = random.percent(30).then(|| 1 + small(random, 4));
    settings.session.require_reauth_after_minutes = random.percent(15).then(|| 2 + small(random, 3));
    settings.session.escalation_seconds = random.percent(40).then(|| 20 + small(random, 70));
    for rule in &mut settings.risk {
        rule.max_auth_age_minutes = random.percent(5).then(|| 1 + small(random, 3));
        if random.percent(4) {
            rule.acr_values = vec!["gold".to_owned()];
        }
    }
    settings.sign_in_approval = random.percent(85).then(|| vec!["gold".to_owned()]);
    settings
}

/// The globs that each text matches.
static HITS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let hits = |text| GLOBS.into_iter().filter(|glob| any_matches(glob, &[text])).collect();
    TEXTS.into_iter().map(|text| (text, hits(text))).collect()
});

fn logged_call(random: &mut Random, is_public: &[bool]) -> LoggedCall {
    let evidence = match random.below(10) {
        0 => Evidence::Caller,
        1 => Evidence::Reviewer,
        _ => Evidence::None,
    };
    let texts: Vec<_> = (0..random.below(3)).map(|_| *random.pick(&TEXTS)).collect();
    let hits = texts.iter().flat_map(|text| HITS[text].iter().copied()).collect();
    let tool = usize::try_from(random.below(is_public.len() as u64)).unwrap();
    // Only calls that need an approval have one that counts once.
    let counts_once = evidence == Evidence::Caller && !is_public[tool];
    let approval = counts_once.then(|| u8::try_from(random.below(3)).unwrap());
    LoggedCall { tool, texts, hits, evidence, approval }
}

fn some<'a>(random: &mut Random, list: &[&'a str]) -> Vec<&'a str> {
    if list.is_empty() {
        return Vec::new();
    }
    let mut chosen: Vec<_> = (0..=random.below(3)).map(|_| *random.pick(list)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn small(random: &mut Random, bound: u64) -> u32 {
    u32::try_from(random.below(bound)).unwrap()
}
