//! The engine against the naive one, on random tables and traces with a test clock.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use crate::{
    naive::{Event, KEPT, Log, LoggedCall, Naive, Token, Verdict},
    random::Random,
    random_tables::{Server, Servers, Subject},
    support::START,
};
use mcp_scopes_model::Environment;
use mcp_scopes_policies::{
    ApprovalId, Call, Decision, Facts, MemoryStore, Rules, Session, SessionKey, SessionView, Timestamp, UsedApprovals,
    packed::PackedSession,
};

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
    fn decide(&self, server: usize, calls: &[Call], facts: &Facts<'_>, now: Timestamp) -> Decision;

    /// Returns what an operator of a server sees.
    fn show(&self, server: usize) -> Option<SessionView>;
}

/// Creates one for the rules of servers that share it.
pub(crate) type CreateEngine<'c> = &'c dyn Fn(&[Arc<Rules>]) -> Box<dyn Engine>;

/// Decides `STEPS` times on the random tables of one server, or of two in a domain.
pub(crate) fn run_table(random: &mut Random, seen: &mut BTreeMap<String, u64>, other: Option<CreateEngine<'_>>) {
    let Servers { all: servers, tools, settings } = Servers::random(random);
    let rules: Vec<_> = servers.iter().map(|server| Arc::clone(&server.rules)).collect();
    let mut all = Engines::new(&servers, other.map(|create| create(&rules)));
    let naive = Naive { tools: &tools, settings: &settings };
    let (mut log, mut now): (Log, _) = (Vec::new(), START * 1000);
    let mut token = Token { auth_time: None, acr: None };
    let mut last: Option<(usize, Vec<LoggedCall>)> = None;
    for step in 0..STEPS {
        now += if random.percent(85) { random.below(20_000) } else { random.below(400_000) };
        // Clients repeat what was refused, and most bodies make one call: for others, hardly any caller is asked to sign in.
        let (number, calls) = match last {
            Some(last) if random.percent(30) => last,
            _ => {
                let number = usize::try_from(random.below(servers.len() as u64)).unwrap();
                let others = if random.percent(50) { 0 } else { random.below(3) };
                (number, (0..=others).map(|_| servers[number].random_call(random, &tools)).collect())
            }
        };
        last = Some((number, calls.clone()));
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
        assert_eq!(all.decide(number, &calls, token, now), shown, "{}", context(&log));
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
struct Engines<'s> {
    servers: &'s [Server],
    packed: Vec<u8>,
    used: UsedApprovals,
    /// What only one server can have.
    own: Option<(Session, MemoryStore)>,
    key: SessionKey,
    other: Option<Box<dyn Engine>>,
}

impl<'s> Engines<'s> {
    fn new(servers: &'s [Server], other: Option<Box<dyn Engine>>) -> Self {
        let rules = &servers[0].rules;
        let own = || (Session::new(rules), MemoryStore::new(Arc::clone(rules)));
        Self {
            servers,
            packed: PackedSession::new(rules).pack(rules),
            used: UsedApprovals::default(),
            own: (servers.len() == 1).then(own),
            key: SessionKey::new("realm", Environment::Live, "issuer", &["subject"]),
            other,
        }
    }

    fn decide(&mut self, server: usize, calls: &[LoggedCall], token: Token, now: u64) -> Verdict {
        let rules = &*self.servers[server].rules;
        let calls: Vec<Call> = calls.iter().map(|call| read(&self.servers[server], call)).collect();
        let (facts, now) = (Facts { auth_time: token.auth_time, acr: token.acr }, Timestamp::from_millis(now));
        let marked = self.used.marked(&calls, now);
        let mut packed = PackedSession::unpack(rules, &self.packed, now).unwrap();
        let decision = rules.decide(&mut packed.session, &marked, &facts, now);
        self.packed = packed.pack(rules);

        if let Some((session, store)) = &mut self.own {
            assert_eq!(rules.decide(session, &marked, &facts, now), decision, "unpacked");
            assert_eq!(store.decide(&self.key, &calls, &facts, now), Ok(decision), "memory");
        }
        if decision == Decision::Allowed {
            self.used.record(&self.key, &calls, now);
        }

        if let Some(other) = &self.other {
            assert_eq!(other.decide(server, &calls, &facts, now), decision, "shared store");
            if let Some((_, store)) = &self.own
                && now.as_millis() % 4 == 0
            {
                assert_eq!(other.show(server), store.show(&self.key, now), "shared store");
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
}

fn read(server: &Server, call: &LoggedCall) -> Call {
    let rules = &server.rules;
    let tool = match server.subject(call) {
        Subject::Tool(name) => rules.tool(name).unwrap(),
        Subject::Resource => return rules.resource(call.texts[0], call.risk),
        Subject::Prompt => return rules.prompt(call.texts[0], call.risk),
    };
    let mut reader = rules.call(tool);
    for text in &call.texts {
        reader.argument("a", text);
    }
    let hash = if rules.is_idempotent(tool) {
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
