//! The policies without an engine: a log of all calls, which is evaluated from scratch for each decision.

use mcp_scopes_model::{Requirement, Risk, Tool};
use mcp_scopes_policies::{Evidence, Settings};

/// A call of a tool with its arguments, a read of a resource with its URI, or a use of a prompt with its name.
#[derive(Clone, Debug)]
pub(crate) struct LoggedCall {
    pub(crate) tool: usize,
    pub(crate) risk: Risk,
    pub(crate) texts: Vec<&'static str>,
    /// The globs that one of the texts matches, or the name of the prompt.
    pub(crate) hits: Vec<&'static str>,
    pub(crate) evidence: Evidence,
    /// The approval that the evidence is, if it counts once.
    pub(crate) approval: Option<u8>,
}

/// For how many seconds a used approval is kept.
pub(crate) const KEPT: u64 = 300;

#[derive(Clone, Debug)]
pub(crate) enum Event {
    Admitted(Vec<LoggedCall>, Option<u64>),
    Refused,
    Contact,
    Challenged(u64),
}

/// All that happened, with the time in milliseconds.
pub(crate) type Log = Vec<(u64, Event)>;

/// The facts of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) auth_time: Option<u64>,
    pub(crate) acr: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// With the `auth_time` that approves a call.
    Allowed(Option<u64>),
    Denied(&'static str),
    /// Whether by a reviewer, whether a sign-in is asked for, and whether one was asked for in vain.
    ApprovalNeeded(bool, bool, bool),
    Reauthenticate,
}

#[derive(Clone, Copy)]
pub(crate) struct Naive<'a> {
    /// The tools of all servers of the domain. Behind those of each server are `@resource` and `@prompt`, as if they were tools. In a domain,
    /// names and patterns begin with the name of the server.
    pub(crate) tools: &'a [Tool<'a>],
    pub(crate) settings: &'a Settings,
}

/// The ids of denials by precedence.
const ORDER: [&str; 9] = [
    "blocked_patterns",
    "max_refused_calls",
    "blocked_after",
    "max_calls_per_session",
    "max_high_risk_calls",
    "cooling_period_minutes",
    "block_rapid_escalation",
    "used_approval",
    "stale_authentication",
];

/// What has been admitted, oldest first: the time and the call.
type Calls<'l> = Vec<(u64, &'l LoggedCall)>;

fn up(millis: u64) -> u64 {
    millis.div_ceil(1000)
}

impl Naive<'_> {
    /// Decides on a batch: each call is checked as if all others had been admitted just before.
    pub(crate) fn decide(&self, log: &Log, calls: &[LoggedCall], token: Token, now: u64) -> Verdict {
        let hypothetical = |place: usize| {
            let others = calls.iter().enumerate().filter(move |(other, _)| *other != place);
            others.map(move |(_, call)| (now, call)).collect::<Calls<'_>>()
        };
        let denied = |place: usize| self.denied(log, &calls[place], &hypothetical(place), now);
        if let Some(first) = (0..calls.len()).filter_map(denied).min() {
            return Verdict::Denied(ORDER[first]);
        }
        let session = self.session(log, now);
        if calls.iter().any(|call| self.must_authenticate(call, token, now)) {
            return if Self::is_stale(&session, token, now) {
                Verdict::Denied("stale_authentication")
            } else {
                Verdict::Reauthenticate
            };
        }
        let needed: Vec<(usize, bool)> = (0..calls.len())
            .filter_map(|place| Some((place, self.needs_approval(&session, &calls[place], &hypothetical(place))?)))
            .collect();
        match needed[..] {
            [] => Verdict::Allowed(None),
            [(place, false)] if self.signed_in(&session, &hypothetical(place), token, now) => {
                Verdict::Allowed(token.auth_time)
            }
            [(place, by_reviewer), ..] => {
                let by_sign_in = !by_reviewer && self.asks_for_sign_in(calls, place);
                Verdict::ApprovalNeeded(by_reviewer, by_sign_in, by_sign_in && Self::is_stale(&session, token, now))
            }
        }
    }

    /// Returns whether the caller is asked to sign in for a call: no other call of the batch may need an approval, or matches a pattern.
    fn asks_for_sign_in(&self, calls: &[LoggedCall], place: usize) -> bool {
        let others = || calls.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, call)| call);
        let may_need = |call: &LoggedCall| {
            let policy = &self.tools[call.tool].policy;
            (policy.requires_human_review && call.evidence != Evidence::Reviewer)
                || (!policy.requires_approval_after.is_empty() && call.evidence == Evidence::None)
        };
        self.settings.sign_in_approval.is_some() && !others().any(|call| may_need(call) || self.matches_pattern(call))
    }

    /// Returns whether a call matches a pattern of any tool, here or perhaps of another server.
    fn matches_pattern(&self, call: &LoggedCall) -> bool {
        let policies = self.tools.iter().map(|tool| &tool.policy);
        let mut patterns =
            policies.flat_map(|policy| policy.blocked_after.iter().chain(policy.requires_approval_after));
        self.tells_other_servers(call) || patterns.any(|pattern| self.met(pattern, &vec![(0, call)]))
    }

    /// Returns whether the token was challenged with this `auth_time` before.
    fn is_stale(session: &[&(u64, Event)], token: Token, now: u64) -> bool {
        let last = session.iter().rev().find_map(|(_, event)| match event {
            Event::Challenged(auth_time) => Some(*auth_time),
            _ => None,
        });
        last == Some(known_time(token, now).unwrap_or(0))
    }

    /// Returns the events of the session that lasts at that time.
    fn session<'l>(&self, log: &'l Log, now: u64) -> Vec<&'l (u64, Event)> {
        let limits = &self.settings.session;
        let (idle, max) = (u64::from(limits.idle_minutes) * 60, u64::from(limits.max_minutes) * 60);
        let is_over =
            |begin: u64, active: u64, now: u64| now / 1000 >= up(active) + idle || now / 1000 >= up(begin) + max;
        let mut session: Vec<&(u64, Event)> = Vec::new();
        let (mut begin, mut active) = (0, 0);
        for event in log {
            if is_over(begin, active, event.0) {
                session.clear();
            }
            if session.is_empty() {
                (begin, active) = (event.0, event.0);
            }
            // A session begins with the first call that has an effect.
            if !session.is_empty() || self.has_effect(&event.1) {
                session.push(event);
            }
            if matches!(event.1, Event::Admitted(..)) {
                active = event.0;
            }
        }
        if is_over(begin, active, now) {
            session.clear();
        }
        session
    }

    /// Returns whether a tool states a policy, is in a pattern, or counts towards a limit of the session.
    fn needs_session(&self, call: &LoggedCall) -> bool {
        let tool = &self.tools[call.tool];
        let limits = &self.settings.session;
        let named = |pattern: &&str| split(pattern).0 == tool.name;
        self.settings.domain.is_some()
            || !tool.policy.is_none()
            || call.approval.is_some()
            || (limits.max_high_risk_calls.is_some() && call.risk >= Risk::High)
            || (limits.escalation_seconds.is_some() && call.risk > Risk::Minimal)
            || self
                .tools
                .iter()
                .any(|other| other.policy.blocked_after.iter().chain(other.policy.requires_approval_after).any(named))
    }

    fn has_effect(&self, event: &Event) -> bool {
        let limits = &self.settings.session;
        let contact = limits.escalation_seconds.is_some();
        match event {
            Event::Admitted(calls, _) => {
                calls.iter().filter(|call| !is_public(&self.tools[call.tool])).any(|call| {
                    let tool = &self.tools[call.tool];
                    tool.policy.max_calls_per_session.is_some()
                        || (limits.max_high_risk_calls.is_some() && call.risk >= Risk::High)
                        || self.matches_pattern(call)
                }) || contact
            }
            Event::Refused => contact || limits.max_refused_calls.is_some(),
            Event::Contact => contact,
            Event::Challenged(_) => true,
        }
    }

    /// Returns the precedence of the reason that denies a call.
    fn denied(&self, log: &Log, call: &LoggedCall, others: &Calls<'_>, now: u64) -> Option<usize> {
        let tool = &self.tools[call.tool];
        let policy = &tool.policy;
        if policy.blocked_patterns.iter().any(|glob| call.hits.contains(glob)) {
            return Some(0);
        }
        if is_public(tool) {
            return None;
        }
        let limits = &self.settings.session;
        let session = self.session(log, now);
        let refused = session.iter().filter(|(_, event)| matches!(event, Event::Refused)).count();
        if limits.max_refused_calls.is_some_and(|limit| refused >= limit as usize) && self.needs_session(call) {
            return Some(1);
        }
        let mut before = admitted(&session);
        before.extend(others);
        before.retain(|(_, call)| !is_public(&self.tools[call.tool]));
        if policy.blocked_after.iter().any(|pattern| self.met(pattern, &before)) {
            return Some(2);
        }
        let same = before.iter().filter(|(_, other)| other.tool == call.tool).count();
        if policy.max_calls_per_session.is_some_and(|limit| same >= limit as usize) {
            return Some(3);
        }
        let high = before.iter().filter(|(_, other)| other.risk >= Risk::High).count();
        if limits.max_high_risk_calls.is_some_and(|limit| call.risk >= Risk::High && high >= limit as usize) {
            return Some(4);
        }
        // Cooling outlives the session.
        let mut all = admitted(&log.iter().collect::<Vec<_>>());
        all.extend(others);
        if policy.cooling_period_minutes.is_some_and(|minutes| self.is_cooling(call, &all, minutes, now)) {
            return Some(5);
        }
        let escalates = |period| {
            let contact = session.first().map_or(now, |(time, _)| *time);
            Self::escalates(call.risk, &before, contact, u64::from(period), now)
        };
        if limits.escalation_seconds.is_some_and(escalates) {
            return Some(6);
        }
        // An approval that was used outlives the session.
        let is_same = |other: &LoggedCall| call.approval.is_some() && other.approval == call.approval;
        all.iter().any(|(time, other)| is_same(other) && up(*time) + KEPT > now / 1000).then_some(7)
    }

    fn met(&self, pattern: &str, calls: &Calls<'_>) -> bool {
        let (tool, glob) = split(pattern);
        calls.iter().any(|(_, call)| {
            let called = &self.tools[call.tool];
            // Another server does not know that the tool is public, and so never counts.
            !is_public(called) && called.name == tool && glob.is_none_or(|glob| call.hits.contains(&glob))
        })
    }

    /// Returns whether other servers of the domain know of the call. They may ask for an approval after it.
    fn tells_other_servers(&self, call: &LoggedCall) -> bool {
        let tool = &self.tools[call.tool];
        self.settings.domain.is_some() && !is_public(tool) && !tool.name.contains('@')
    }

    fn is_cooling(&self, call: &LoggedCall, all: &Calls<'_>, minutes: u32, now: u64) -> bool {
        let idempotent = self.tools[call.tool].policy.idempotent;
        let (mut end, mut last) = (0, None);
        for (time, other) in all.iter().filter(|(_, other)| other.tool == call.tool) {
            let repeats = time / 1000 < end;
            if repeats && *time == now && !(idempotent && last == Some(&other.texts)) {
                // Another call of the batch may not run itself.
                return true;
            }
            if !repeats {
                (end, last) = (up(*time) + u64::from(minutes) * 60, Some(&other.texts));
            }
        }
        now / 1000 < end && !(idempotent && last == Some(&call.texts))
    }

    fn escalates(risk: Risk, before: &Calls<'_>, contact: u64, period: u64, now: u64) -> bool {
        let old = before.iter().filter(|(time, _)| up(*time) + period <= now / 1000);
        let old = old.map(|(_, call)| call.risk).max().unwrap_or(Risk::Minimal);
        let (mut highest, mut since) = (Risk::Minimal, contact);
        for (time, call) in before {
            if call.risk > highest {
                (highest, since) = (call.risk, *time);
            }
        }
        risk as usize >= old as usize + 2 && now / 1000 < up(contact.max(since)) + period
    }

    fn must_authenticate(&self, call: &LoggedCall, token: Token, now: u64) -> bool {
        let tool = &self.tools[call.tool];
        let rule = &self.settings.risk[call.risk as usize];
        let too_old = |minutes: u32| {
            known_time(token, now).is_none_or(|time| (now / 1000).saturating_sub(time) > u64::from(minutes) * 60)
        };
        let is_weak = !rule.acr_values.is_empty()
            && token.acr.is_none_or(|acr| !rule.acr_values.iter().any(|value| value == acr));
        let is_old = self.settings.session.require_reauth_after_minutes.is_some_and(too_old)
            || rule.max_auth_age_minutes.is_some_and(too_old);
        !is_public(tool) && (is_weak || is_old)
    }

    /// Returns whether a call needs an approval, and if so, whether of a reviewer.
    fn needs_approval(&self, session: &[&(u64, Event)], call: &LoggedCall, others: &Calls<'_>) -> Option<bool> {
        let policy = &self.tools[call.tool].policy;
        if policy.requires_human_review && call.evidence != Evidence::Reviewer {
            return Some(true);
        }
        let mut before = admitted(session);
        before.extend(others);
        let asks = policy.requires_approval_after.iter().any(|pattern| self.met(pattern, &before));
        (asks && call.evidence == Evidence::None).then_some(false)
    }

    /// Returns whether the authentication of a token approves a call.
    fn signed_in(&self, session: &[&(u64, Event)], others: &Calls<'_>, token: Token, now: u64) -> bool {
        let (Some(values), Some(time)) = (&self.settings.sign_in_approval, known_time(token, now)) else {
            return false;
        };
        let mut before = admitted(session);
        before.extend(others);
        let used = session.iter().filter_map(|(_, event)| match event {
            Event::Admitted(_, approved_by) => *approved_by,
            _ => None,
        });
        token.acr.is_some_and(|acr| values.iter().any(|value| value == acr))
            && time <= now / 1000
            && before
                .iter()
                .filter(|(_, call)| self.matches_pattern(call))
                .all(|(trigger, _)| time * 1000 > *trigger - *trigger % 1000)
            && used.into_iter().all(|used| time > used)
    }
}

/// An `auth_time` that is not far in the future.
fn known_time(token: Token, now: u64) -> Option<u64> {
    token.auth_time.filter(|time| *time <= now / 1000 + 60)
}

fn is_public(tool: &Tool<'_>) -> bool {
    matches!(tool.requirement, Requirement::Public)
}

fn admitted<'l>(events: &[&'l (u64, Event)]) -> Calls<'l> {
    let mut calls = Vec::new();
    for (time, event) in events {
        if let Event::Admitted(batch, _) = event {
            calls.extend(batch.iter().map(|call| (*time, call)));
        }
    }
    calls
}

/// Splits a pattern into tool and glob.
fn split(pattern: &str) -> (&str, Option<&str>) {
    pattern.split_once(':').map_or((pattern, None), |(tool, glob)| (tool, Some(glob)))
}
