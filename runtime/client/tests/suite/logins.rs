//! How often the user is asked: a server that refuses everything and a user who always declines cost a bounded number of logins, however many operations there
//! are.

use std::collections::BTreeSet;

use mcp_scopes_client::{Action, Answer, Challenges, Grant, Refusal, Scopes, Settings, StepUp, Way};
use proptest::prelude::*;

use super::termination::map;

/// What the server answers to each request of one operation.
const CHALLENGES: [(u16, &str); 8] = [
    (401, "Bearer error=\"invalid_token\""),
    (401, "Bearer error=\"invalid_token\", scope=\"s7\""),
    (401, ""),
    (401, "Bearer error=\"insufficient_user_authentication\", max_age=60"),
    (401, "DPoP error=\"use_dpop_nonce\""),
    (403, "Bearer error=\"insufficient_scope\", scope=\"s7\""),
    (403, "Bearer error=\"insufficient_scope\""),
    (403, "Bearer"),
];

/// What comes of a request for a token that does not ask the user: the authorization server may do anything.
fn silent(choice: u8) -> Result<Grant, Refusal> {
    let scopes = Scopes::parse(&format!("s{}", choice / 8)).unwrap();
    match choice % 8 {
        0 => Ok(Grant::as_requested().can_refresh()),
        1 => Ok(Grant::with_scopes(scopes)),
        2 => Ok(Grant::with_scopes(scopes).can_refresh().bound()),
        3 => Err(Refusal::InvalidScope),
        4 => Err(Refusal::InvalidGrant),
        5 => Err(Refusal::UseNonce),
        6 => Err(Refusal::Unavailable),
        _ => Err(Refusal::Unusable("it cannot be used")),
    }
}

/// How the user declines: by a refusal, by no answer, or since the login fails. `None`: the caller of the operation gives up.
const fn declined(choice: u8) -> Option<Refusal> {
    match choice % 7 {
        0 | 1 => Some(Refusal::AccessDenied),
        2 => Some(Refusal::TimedOut),
        3 => Some(Refusal::InvalidGrant),
        4 => Some(Refusal::AfterLogin("it cannot be used")),
        5 => Some(Refusal::UseNonce),
        _ => None,
    }
}

/// Performs one operation, and adds the requests that ask the user.
fn perform(step_up: &mut StepUp, label: usize, choices: &mut impl Iterator<Item = u8>, logins: &mut BTreeSet<u64>) {
    let tool = format!("t{label}");
    let (status, challenge) = CHALLENGES[label % CHALLENGES.len()];
    let challenges = Challenges::parse((!challenge.is_empty()).then_some(challenge));
    let (operation, mut actions) = step_up.begin(format!("tools/call {tool}"), Some(&tool));
    while let [action] = &*actions {
        actions = match action {
            Action::Send { token, .. } => {
                step_up.answered(operation, Answer { status, challenges: &challenges, token: *token })
            }
            Action::Obtain(request) => {
                let (flight, choice) = (request.flight, choices.next().unwrap());
                let asks_user = request.way == Way::Interaction;
                if asks_user {
                    logins.insert(flight);
                }
                match (asks_user, declined(choice)) {
                    (false, _) => step_up.obtained(flight, silent(choice)),
                    (true, Some(refusal)) => step_up.obtained(flight, Err(refusal)),
                    (true, None) => {
                        step_up.abandon(operation);
                        step_up.cancelled(flight)
                    }
                }
            }
            Action::Deliver(_) | Action::Stop(..) => return,
        };
    }
    assert_eq!(actions, []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]
    #[test]
    fn a_user_who_declines_is_asked_a_bounded_number_of_times(
        labels in proptest::collection::vec(0..16_usize, 1..4),
        choices in proptest::collection::vec(any::<u8>(), 64),
        exchanges in any::<bool>(),
        kept in any::<bool>(),
    ) {
        let settings = Settings::user().offline_access();
        let mut step_up = StepUp::new(if exchanges { settings.token_exchange() } else { settings }, map());
        if kept {
            step_up.restore(Grant::as_requested().can_refresh().bound(), Scopes::parse("s1").unwrap());
        }
        let (mut logins, mut choices) = (BTreeSet::new(), choices.into_iter().cycle());
        for call in 0..100 {
            perform(&mut step_up, labels[call % labels.len()], &mut choices, &mut logins);
        }
        let labels: BTreeSet<usize> = labels.into_iter().collect();
        // Three without an answer, and for each operation one that is declined for each set of scopes that it may need: of two at most.
        prop_assert!(logins.len() <= 3 + 2 * labels.len(), "{} logins", logins.len());
    }
}
