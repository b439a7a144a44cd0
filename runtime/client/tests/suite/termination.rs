//! Whatever servers answer, in whatever order: every operation ends, after a bounded number of requests.

use std::collections::BTreeMap;

use mcp_scopes_client::{
    Action, Answer, Challenges, Grant, OperationId, Refusal, ScopeMap, Scopes, Settings, StepUp, TokenRequest,
};
use mcp_scopes_prm::Metadata;
use proptest::prelude::*;

/// The number of operations that begin at any time, beside those at the start.
const LATER: usize = 8;

/// The requests of one operation: those sent to the resource, and those for tokens that it caused.
#[derive(Debug, Default)]
struct Count {
    sent: usize,
    tokens: usize,
    ended: bool,
}

/// What is on its way.
#[derive(Debug)]
enum Pending {
    Response(OperationId, Option<u64>),
    Token(TokenRequest),
}

/// What else happens before a response.
#[derive(Clone, Copy, Debug)]
enum Event {
    None,
    Begin(u8),
    /// The caller of an operation goes; its request for a token is given up, or continues.
    Abandon(u8, bool),
    Restore(u8),
    Map(bool),
    ForgetRefusals,
    /// The user logs out.
    ForgetTokens,
    /// The authorization server lists token exchange, and `offline_access`.
    Listed(bool, bool),
}

/// A choice of the adversary, and what else happens before it. One number for each: a strategy for each part takes too long.
struct Choice {
    event: Event,
    /// The request that is answered, and how.
    which: u8,
    what: u8,
    scope: u8,
}

impl From<u64> for Choice {
    fn from(number: u64) -> Self {
        let [kind, subject, flags, which, what, scope, ..] = number.to_le_bytes();
        let (first, second) = (flags & 1 == 1, flags & 2 == 2);
        let event = match kind % 14 {
            12 => Event::ForgetTokens,
            0 | 1 => Event::Begin(subject),
            2 => Event::Abandon(subject, first),
            3 => Event::Restore(subject),
            4 => Event::Map(first),
            5 => Event::ForgetRefusals,
            6 => Event::Listed(first, second),
            _ => Event::None,
        };
        Self { event, which, what, scope }
    }
}

pub(super) fn map() -> ScopeMap {
    let document = r#"{
        "resource": "https://notes.example.com/mcp", "authorization_servers": ["https://auth.example.com"],
        "scopes_supported": ["s1", "offline_access"],
        "mcp_extensions": {"tool_scope_mapping": {
            "t0": {"required_scopes": [["s2"], ["s3", "s4"]]}, "t1": {"required_scopes": [["s5"]]}
        }}
    }"#;
    ScopeMap::of(Metadata::from_json(document).unwrap().document())
}

struct World {
    step_up: StepUp,
    pending: Vec<Pending>,
    counts: BTreeMap<OperationId, Count>,
    begun: usize,
}

impl World {
    fn new(settings: Settings) -> Self {
        let step_up = StepUp::new(settings, ScopeMap::default());
        Self { step_up, pending: Vec::new(), counts: BTreeMap::new(), begun: 0 }
    }

    fn begin(&mut self, tool: u8) {
        let tool = format!("t{}", tool % 3);
        let (_, actions) = self.step_up.begin(format!("tools/call {tool}"), Some(&tool));
        self.perform(actions);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Begin(tool) if self.begun < LATER => {
                self.begun += 1;
                self.begin(tool);
            }
            Event::None | Event::Begin(_) => {}
            Event::Abandon(which, cancels) => self.abandon(which, cancels),
            Event::Restore(scope) => {
                let requested = Scopes::parse(&format!("s{scope}")).unwrap();
                self.step_up.restore(Grant::as_requested().can_refresh(), requested);
            }
            Event::Map(is_full) => self.step_up.set_map(if is_full { map() } else { ScopeMap::default() }),
            Event::ForgetRefusals => self.step_up.forget_refusals(),
            Event::ForgetTokens => {
                // The request in progress does not count any more.
                self.pending.retain(|pending| matches!(pending, Pending::Response(..)));
                let actions = self.step_up.forget_tokens();
                self.perform(actions);
            }
            Event::Listed(exchange, offline) => {
                self.step_up.set_token_exchange(exchange);
                self.step_up.set_offline_access(offline);
            }
        }
    }

    fn abandon(&mut self, which: u8, cancels: bool) {
        let active: Vec<OperationId> =
            self.counts.iter().filter(|(_, count)| !count.ended).map(|(operation, _)| *operation).collect();
        let Some(operation) = active.get(usize::from(which) % active.len().max(1)) else { return };
        self.step_up.abandon(*operation);
        self.counts.entry(*operation).or_default().ended = true;
        let of_it = |pending: &Pending| matches!(pending, Pending::Token(request) if request.operation == *operation);
        if cancels
            && let Some(place) = self.pending.iter().position(of_it)
            && let Pending::Token(request) = self.pending.swap_remove(place)
        {
            let actions = self.step_up.cancelled(request.flight);
            self.perform(actions);
        }
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send { operation, token } => {
                    assert_eq!(token, self.step_up.token(), "an older token is sent");
                    let count = self.counts.entry(operation).or_default();
                    assert!(!count.ended, "sent after its end");
                    count.sent += 1;
                    self.pending.push(Pending::Response(operation, token));
                }
                Action::Obtain(request) => {
                    let others = self.pending.iter().filter(|pending| matches!(pending, Pending::Token(_))).count();
                    assert_eq!(others, 0, "two requests for tokens at once");
                    self.counts.entry(request.operation).or_default().tokens += 1;
                    self.pending.push(Pending::Token(request));
                }
                Action::Deliver(operation) | Action::Stop(operation, _) => {
                    let count = self.counts.entry(operation).or_default();
                    assert!(!count.ended, "ended twice");
                    count.ended = true;
                }
            }
        }
    }

    /// The adversary answers one of the requests that are on their way.
    fn step(&mut self, Choice { which, what, scope, .. }: Choice) {
        let place = usize::from(which) % self.pending.len();
        match self.pending.swap_remove(place) {
            Pending::Response(operation, token) => {
                let (status, challenge) = response(what, scope);
                let challenges = Challenges::parse([challenge]);
                let actions = self.step_up.answered(operation, Answer { status, challenges: &challenges, token });
                self.perform(actions);
            }
            Pending::Token(request) => {
                let actions = self.step_up.obtained(request.flight, token(what, scope));
                self.perform(actions);
            }
        }
    }
}

/// Refusals mostly, for ever new scopes.
fn response(what: u8, scope: u8) -> (u16, String) {
    match what % 15 {
        14 => (401, "DPoP error=\"invalid_dpop_proof\"".to_owned()),
        11 => (401, String::new()),
        12 => (403, "Bearer".to_owned()),
        13 => (200, String::new()),
        10 => (401, "DPoP error=\"use_dpop_nonce\"".to_owned()),
        8 => (403, format!("Bearer scope=\"s{scope}\"")),
        9 => (401, "Bearer error=\"insufficient_user_authentication\"".to_owned()),
        0 => (401, "Bearer".to_owned()),
        1 => (401, format!("Bearer scope=\"s{scope}\", error=\"invalid_token\"")),
        2 => (401, format!("Bearer error=\"insufficient_user_authentication\", max_age={scope}")),
        3 => (403, "Bearer error=\"insufficient_scope\"".to_owned()),
        _ => (403, format!("Bearer scope=\"s{scope}\", error=\"insufficient_scope\"")),
    }
}

fn token(what: u8, scope: u8) -> Result<Grant, Refusal> {
    let other = || Scopes::parse(&format!("s{scope}")).unwrap();
    match what % 16 {
        14 => Err(Refusal::AfterLogin("it cannot be used")),
        15 => Err(Refusal::Rejected("it is rejected")),
        10 => Err(Refusal::InvalidScope),
        11 => Err(Refusal::InvalidTarget),
        12 => Err(Refusal::InvalidGrant),
        13 => Err(Refusal::TimedOut),
        8 | 9 => Err(Refusal::UseNonce),
        0 => Err(Refusal::AccessDenied),
        1 => Err(Refusal::NotThisWay),
        2 => Err(Refusal::Unavailable),
        3 => Ok(Grant::with_scopes(Scopes::NONE)),
        4 => Ok(Grant::with_scopes(other()).can_refresh().bound()),
        5 => Err(Refusal::Unusable("it cannot be used")),
        _ => Ok(Grant::as_requested().can_refresh().bound()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn ends_for_every_adversary(
        operations in proptest::collection::vec(0..3_u8, 1..6),
        choices in proptest::collection::vec(any::<u64>(), 200),
        kind in 0..4_u8,
    ) {
        let settings = match kind {
            0 => Settings::user(),
            1 => Settings::user().token_exchange().offline_access(),
            2 => Settings::client_credentials().step_up(true),
            _ => Settings::external(),
        };
        let mut world = World::new(settings);
        for tool in &operations {
            world.begin(*tool);
        }
        let mut choices = choices.into_iter();
        while !world.pending.is_empty() {
            let choice = Choice::from(choices.next().expect("it does not end"));
            world.happen(choice.event);
            if !world.pending.is_empty() {
                world.step(choice);
            }
        }
        for (operation, count) in &world.counts {
            prop_assert!(count.ended, "{operation:?} waits for ever: {count:?}");
            // Twice with another token, once with a nonce.
            prop_assert!(count.sent <= 4, "{operation:?} {count:?}");
            prop_assert!(count.sent - 1 + count.tokens <= 6, "{operation:?} {count:?}");
        }
    }
}
