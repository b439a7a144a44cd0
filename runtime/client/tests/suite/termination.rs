//! Whatever servers answer, in whatever order: every operation ends, after a bounded number of requests.

use std::collections::BTreeMap;

use mcp_scopes_client::{
    Action, Answer, Challenges, Grant, OperationId, Refusal, ScopeMap, Scopes, Settings, StepUp, TokenRequest,
};
use proptest::prelude::*;

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

/// A choice of the adversary.
type Choice = (u8, u8, u8);

struct World {
    step_up: StepUp,
    pending: Vec<Pending>,
    counts: BTreeMap<OperationId, Count>,
}

impl World {
    fn new(settings: Settings) -> Self {
        Self { step_up: StepUp::new(settings, ScopeMap::default()), pending: Vec::new(), counts: BTreeMap::new() }
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
    fn step(&mut self, (which, what, scope): Choice) {
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
    match what % 11 {
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
    match what % 10 {
        8 | 9 => Err(Refusal::UseNonce),
        0 => Err(Refusal::AccessDenied),
        1 => Err(Refusal::NotThisWay),
        2 => Err(Refusal::Unavailable),
        3 => Ok(Grant::with_scopes(Scopes::NONE)),
        4 => Ok(Grant::with_scopes(other()).can_refresh()),
        5 => Err(Refusal::Unusable("it cannot be used")),
        _ => Ok(Grant::as_requested().can_refresh()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn ends_for_every_adversary(
        operations in proptest::collection::vec(0..3_u8, 1..6),
        choices in proptest::collection::vec(any::<Choice>(), 400),
        kind in 0..4_u8,
    ) {
        let settings = match kind {
            0 => Settings::user(),
            1 => Settings::user().token_exchange().offline_access(),
            2 => Settings::client_credentials().step_up(true),
            _ => Settings::external(),
        };
        let mut world = World::new(settings);
        for label in &operations {
            let (_, actions) = world.step_up.begin(format!("tools/call t{label}"), None);
            world.perform(actions);
        }
        let mut choices = choices.into_iter();
        while !world.pending.is_empty() {
            let choice = choices.next().expect("it does not end");
            world.step(choice);
        }
        for (operation, count) in &world.counts {
            prop_assert!(count.ended, "{operation:?} waits for ever: {count:?}");
            // Twice with another token, once with a nonce.
            prop_assert!(count.sent <= 4, "{operation:?} {count:?}");
            prop_assert!(count.sent - 1 + count.tokens <= 6, "{operation:?} {count:?}");
        }
    }
}
