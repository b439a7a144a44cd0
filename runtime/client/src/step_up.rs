//! When to send, when to ask for a token, and when to stop.

mod action;
mod flight;
mod landing;
mod need;
mod operation;
mod refusal;
mod refusals;
mod settings;
mod stop;
mod way;

use std::{collections::BTreeMap, time::Instant};

use crate::{
    challenge::ChallengeError,
    scopes::Scopes,
    selection::{OFFLINE_ACCESS, ScopeMap},
};

use self::{flight::Flight, need::Need, operation::Operation, refusals::Refusals, way::Ways};

pub use action::{Action, Answer};
pub use flight::{Grant, TokenRequest};
pub use refusal::Refusal;
pub use settings::{Kind, Settings};
pub use stop::Stop;
pub use way::Way;

/// How often an operation is sent again with another token.
const MAX_RETRIES: u8 = 2;
/// How many requests an operation causes in all, beside its first: for tokens, and its own.
const MAX_MORE: u8 = 6;

/// One operation of the client, such as one call of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(u64);

/// Decides for all operations of one client at one resource, with tokens of one issuer.
///
/// - A refused operation asks for the scopes requested so far and those that the challenge names.
/// - One request for a token is in progress at a time; other operations wait for it if they need the same.
/// - An operation is sent again if the new token differs: the scopes of a token may cover a need under other names.
/// - What was refused is remembered for the operation and the set of scopes, until the user grants other scopes. A need for a new token is remembered until
///   the next login; a refresh token is still used for it.
/// - What the resource refused with each new token is remembered for ten minutes, so that the user is not asked in vain for each call.
/// - After three logins in a row that ended without a token and without a decision of the user, the user is not asked for ten minutes.
/// - A token that was refused is not refreshed or exchanged again: the user is asked next. A token from an exchange that has no further scope is not taken.
/// - An operation is sent again at most twice with another token, and once with a nonce (RFC 9449 §9). With the requests for tokens, it causes at most
///   six requests.
///
/// ```
/// use mcp_scopes_client::{Action, Answer, Challenges, Grant, ScopeMap, Scopes, Settings, StepUp};
/// let mut step_up = StepUp::new(Settings::user(), ScopeMap::default());
/// let (call, actions) = step_up.begin("tools/call write_note", Some("write_note"));
/// assert_eq!(actions, [Action::Send { operation: call, token: None }]);
///
/// let challenges = Challenges::parse([r#"Bearer scope="notes:write""#]);
/// let actions = step_up.answered(call, Answer { status: 401, challenges: &challenges, token: None });
/// let [Action::Obtain(request)] = &*actions else { return Err("no token is requested") };
/// assert_eq!(request.scopes.to_string(), "notes:write");
///
/// let actions = step_up.obtained(request.flight, Ok(Grant::as_requested()));
/// assert_eq!(actions, [Action::Send { operation: call, token: Some(1) }]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct StepUp {
    settings: Settings,
    map: ScopeMap,
    operations: BTreeMap<OperationId, Operation>,
    next: u64,
    /// The number of the newest token, and of tokens so far.
    token: Option<u64>,
    tokens: u64,
    /// The scopes of the newest token, as far as they are known.
    held: Scopes,
    /// The scopes that were requested for it.
    requested: Scopes,
    /// What else is known of it.
    grant: Grant,
    /// Whether it is from a process before, which may have had another key.
    is_restored: bool,
    /// Whether the authorization server knows the scope `offline_access`.
    offline_access: bool,
    flight: Option<Flight>,
    flights: u64,
    refusals: Refusals,
}

impl StepUp {
    /// Creates the state of a client without a token.
    #[must_use]
    pub fn new(settings: Settings, map: ScopeMap) -> Self {
        Self {
            settings,
            map,
            operations: BTreeMap::new(),
            next: 0,
            token: None,
            tokens: 0,
            held: Scopes::NONE,
            requested: Scopes::NONE,
            grant: Grant::default(),
            is_restored: false,
            offline_access: true,
            flight: None,
            flights: 0,
            refusals: Refusals::default(),
        }
    }

    /// States the newest metadata of the resource.
    pub fn set_map(&mut self, map: ScopeMap) {
        self.map = map;
    }

    /// States whether the metadata of the authorization server lists token exchange, as [`Settings::token_exchange`].
    pub fn set_token_exchange(&mut self, is_listed: bool) {
        self.settings.exchange = is_listed;
    }

    /// States whether the metadata of the authorization server lists the scope `offline_access`. Where it does not, the scope is not requested,
    /// whatever [`Settings::offline_access`] says. Default: `true`.
    pub fn set_offline_access(&mut self, is_listed: bool) {
        self.offline_access = is_listed;
    }

    /// Forgets what was refused. For a user who asks to be asked again.
    pub fn forget_refusals(&mut self) {
        self.refusals.forget();
    }

    /// States that the client has kept a token from earlier, for which these scopes were requested.
    pub fn restore(&mut self, grant: Grant, requested: Scopes) {
        let scopes = grant.scopes.clone().unwrap_or_else(|| requested.clone());
        self.hold(grant, scopes);
        (self.requested, self.is_restored) = (requested, true);
        self.refusals.forget();
    }

    /// Forgets the token and what was refused. For a user who logs out: a request for a token that is in progress does not count any more, and operations
    /// that wait for it request another one.
    pub fn forget_tokens(&mut self) -> Vec<Action> {
        self.token = None;
        (self.held, self.requested) = (Scopes::NONE, Scopes::NONE);
        self.grant = Grant::default();
        self.refusals.forget();
        if let Some(flight) = self.flight.take() {
            self.charge(&flight);
        }
        self.take_off()
    }

    /// Returns the number of the newest token.
    #[must_use]
    pub const fn token(&self) -> Option<u64> {
        self.token
    }

    /// Begins an operation. `label` names what it does, such as `tools/call write_note`: a refusal is remembered for it. `tool` is the tool that
    /// it calls, if it calls one.
    pub fn begin(&mut self, label: impl Into<String>, tool: Option<&str>) -> (OperationId, Vec<Action>) {
        let id = OperationId(self.next);
        self.next += 1;
        let tool = tool.map(ToOwned::to_owned);
        self.operations.insert(id, Operation::new(label.into(), tool));
        (id, vec![self.send(id)])
    }

    /// Ends an operation whose caller has gone. A request for a token that it caused continues.
    pub fn abandon(&mut self, operation: OperationId) {
        self.operations.remove(&operation);
    }

    /// Decides on the response of an operation. Nothing happens for one that has ended.
    pub fn answered(&mut self, operation: OperationId, answer: Answer<'_>) -> Vec<Action> {
        let Some(state) = self.operations.get(&operation).filter(|state| state.waits.is_none()) else {
            return Vec::new();
        };
        let challenge = answer.challenges.for_tokens().filter(|_| answer.is_about_tokens());
        let lacks_nonce = challenge.is_some_and(|challenge| challenge.error() == ChallengeError::UseDpopNonce);
        if lacks_nonce && answer.token.is_some() {
            return self.answer_with_nonce(operation);
        }
        let need = match challenge {
            Some(challenge) => self.need(state, answer, challenge),
            None if answer.is_about_tokens() => self.renewal(None).map(Some),
            None => Ok(None),
        };
        let need = match need {
            Ok(Some(need)) => need,
            // A success, or a refusal that a token does not change.
            Ok(None) => return self.end(operation, Action::Deliver(operation)),
            Err(stop) => return self.end(operation, Action::Stop(operation, stop)),
        };
        let now = Instant::now();
        let stop = if state.retries >= MAX_RETRIES || state.more >= MAX_MORE {
            Some(Stop::StillRefused(need.scopes.clone()))
        } else if answer.token != self.token {
            // Another operation has obtained a token in the meantime.
            return vec![self.send_again(operation)];
        } else if self.refusals.is_futile(&state.label, &need, now) {
            Some(Stop::StillRefused(need.scopes.clone()))
        } else {
            self.ways(state, &need, now).stop(&need)
        };
        if let Some(stop) = stop {
            // A need that is new was not tried.
            if need.renews() && state.served.iter().any(|served| served.is_like(&need)) {
                self.refusals.remember_futile(&state.label, &need, now);
            }
            return self.end(operation, Action::Stop(operation, stop));
        }
        if let Some(state) = self.operations.get_mut(&operation) {
            state.waits = Some(need);
        }
        self.take_off()
    }

    /// Sends an operation again whose proof lacks a nonce. The token is the same, so it is not a retry; it happens once.
    fn answer_with_nonce(&mut self, operation: OperationId) -> Vec<Action> {
        match self.operations.get_mut(&operation) {
            // A request with a token that is not bound has no proof: it would be the same.
            Some(state) if self.grant.is_bound && !state.has_nonce && state.more < MAX_MORE => {
                state.has_nonce = true;
                state.more += 1;
                vec![self.send(operation)]
            }
            _ => self.end(operation, Action::Stop(operation, Stop::NonceRequired)),
        }
    }

    /// Returns the ways that are open to an operation.
    fn ways(&self, state: &Operation, need: &Need, now: Instant) -> Ways {
        // A token that was refused is not obtained in the same way again: the user can change more.
        let is_new = |way| !state.ways.contains(&way);
        let can_refresh = self.grant.can_refresh && is_new(Way::Refresh);
        let can_exchange = self.settings.exchange && self.token.is_some() && is_new(Way::Exchange);
        let mut open = Way::for_need(self.settings.kind, can_exchange, can_refresh, &need.authentication, need.renew);
        let refused = self.refusals.of(&state.label, need);
        if refused.is_some() {
            // It asks for nothing, so it was not refused.
            open.retain(|way| *way == Way::Refresh);
        } else if self.settings.kind == Kind::User && self.refusals.are_logins_in_vain(now) {
            open.retain(|way| *way != Way::Interaction);
            return Ways { open, closed: Some(Refusal::LoginsInVain) };
        }
        Ways { open, closed: refused }
    }

    /// Requests a token for the first operation that waits, if no request is in progress.
    fn take_off(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        while self.flight.is_none() {
            let waiting = self.operations.iter().find_map(|(id, state)| Some((*id, state, state.waits.clone()?)));
            let Some((owner, state, need)) = waiting else { break };
            let ways = self.ways(state, &need, Instant::now());
            // The last one is for the operation itself.
            let requests = MAX_MORE.saturating_sub(state.more + 1);
            let stop = if requests == 0 { Some(Stop::StillRefused(need.scopes.clone())) } else { ways.stop(&need) };
            if let Some(stop) = stop {
                actions.extend(self.end(owner, Action::Stop(owner, stop)));
                continue;
            }
            self.flights += 1;
            let scopes = self.scopes_for(&need);
            self.flight = Flight::new(self.flights, owner, scopes, need, ways, requests);
            let request = self.flight.as_ref().map(|flight| flight.request(self.token, &self.requested));
            actions.extend(request.map(Action::Obtain));
        }
        actions
    }

    /// Returns the scopes to request: those that were requested before, and those that an operation needs.
    fn scopes_for(&self, need: &Need) -> Scopes {
        let mut scopes = self.requested.union(&need.scopes);
        if self.settings.offline_access && self.offline_access {
            scopes.add(OFFLINE_ACCESS);
        } else {
            scopes.remove(OFFLINE_ACCESS);
        }
        scopes
    }

    fn send(&self, operation: OperationId) -> Action {
        Action::Send { operation, token: self.token }
    }

    fn send_again(&mut self, operation: OperationId) -> Action {
        if let Some(state) = self.operations.get_mut(&operation) {
            state.retries += 1;
            state.more += 1;
            state.served.extend(state.waits.take());
        }
        self.send(operation)
    }

    fn end(&mut self, operation: OperationId, action: Action) -> Vec<Action> {
        self.operations.remove(&operation);
        vec![action]
    }
}
