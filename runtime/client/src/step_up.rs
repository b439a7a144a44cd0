//! When to send, when to ask for a token, and when to stop.

mod action;
mod flight;
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

use self::{flight::Flight, need::Need, operation::Operation, refusals::Refusals};

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
/// - What was refused is remembered for the operation and the set of scopes, until a token with other scopes arrives.
/// - What the resource refused with each new token is remembered for ten minutes, so that the user is not asked in vain for each call.
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
    /// The number of the newest token; 0: none.
    token: u64,
    /// The scopes of the newest token, as far as they are known.
    held: Scopes,
    /// The scopes that were requested for it.
    requested: Scopes,
    can_refresh: bool,
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
            token: 0,
            held: Scopes::NONE,
            requested: Scopes::NONE,
            can_refresh: false,
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
        self.token += 1;
        self.can_refresh = grant.can_refresh;
        self.held = grant.scopes.unwrap_or_else(|| requested.clone());
        self.held.remove(OFFLINE_ACCESS);
        self.requested = requested;
        self.refusals.forget();
    }

    /// Returns the number of the newest token.
    #[must_use]
    pub const fn token(&self) -> Option<u64> {
        if self.token == 0 { None } else { Some(self.token) }
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
        if challenge.is_some_and(|challenge| challenge.error() == ChallengeError::UseDpopNonce) {
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
        let (is_old, retries) = (answer.token != self.token(), state.retries);
        if retries >= MAX_RETRIES {
            // A need that is new was not tried.
            if need.renews() && state.served.iter().any(|served| served.is_like(&need)) {
                self.refusals.remember_futile(&state.label, &need, Instant::now());
            }
            return self.end(operation, Action::Stop(operation, Stop::StillRefused(need.scopes)));
        }
        if is_old {
            // Another operation has obtained a token in the meantime.
            return vec![self.send_again(operation)];
        }
        if let Some(refusal) = self.refusals.of(&state.label, &need) {
            let stop = Stop::Refused(need.scopes, refusal);
            return self.end(operation, Action::Stop(operation, stop));
        }
        if self.refusals.is_futile(&state.label, &need, Instant::now()) {
            return self.end(operation, Action::Stop(operation, Stop::StillRefused(need.scopes)));
        }
        if let Some(state) = self.operations.get_mut(&operation) {
            state.waits = Some(need);
        }
        self.take_off()
    }

    /// Sends an operation again whose proof lacks a nonce. The token is the same, so it is not a retry; it happens once.
    fn answer_with_nonce(&mut self, operation: OperationId) -> Vec<Action> {
        match self.operations.get_mut(&operation) {
            Some(state) if !state.has_nonce && state.more < MAX_MORE => {
                state.has_nonce = true;
                state.more += 1;
                vec![self.send(operation)]
            }
            _ => self.end(operation, Action::Stop(operation, Stop::StillRefused(Scopes::NONE))),
        }
    }

    /// Requests a token for the first operation that waits, if no request is in progress.
    fn take_off(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        while self.flight.is_none() {
            let waiting = self.operations.iter().find_map(|(id, state)| Some((*id, state.waits.clone()?, state.more)));
            let Some((owner, need, more)) = waiting else { break };
            // The last one is for the operation itself.
            let requests = MAX_MORE.saturating_sub(more + 1);
            if requests == 0 {
                actions.extend(self.end(owner, Action::Stop(owner, Stop::StillRefused(need.scopes))));
                continue;
            }
            let flight = self.prepare(owner, need, requests);
            actions.extend(flight.request(self.token()).map(Action::Obtain));
            self.flight = Some(flight);
        }
        actions
    }

    fn prepare(&mut self, owner: OperationId, need: Need, requests: u8) -> Flight {
        let mut scopes = self.requested.union(&need.scopes);
        if self.settings.offline_access && self.offline_access {
            scopes.add(OFFLINE_ACCESS);
        } else {
            scopes.remove(OFFLINE_ACCESS);
        }
        self.flights += 1;
        let can_exchange = self.settings.exchange && self.token != 0;
        let ways = Way::for_need(self.settings.kind, can_exchange, self.can_refresh, &need.authentication, need.renew);
        Flight::new(self.flights, owner, scopes, need, ways, requests)
    }

    /// Decides on the result of a request for a token. Nothing happens for one that is not in progress.
    pub fn obtained(&mut self, flight: u64, result: Result<Grant, Refusal>) -> Vec<Action> {
        let Some(mut landed) = self.flight.take_if(|current| current.number() == flight) else { return Vec::new() };
        let mut actions = match result {
            Ok(grant) => self.granted(&landed, grant),
            Err(refusal) => {
                if !landed.ends_with(refusal)
                    && landed.next_request(refusal)
                    && let Some(request) = landed.request(self.token())
                {
                    self.flight = Some(landed);
                    return vec![Action::Obtain(request)];
                }
                self.refused(&landed, refusal)
            }
        };
        actions.extend(self.take_off());
        actions
    }

    /// States that a request for a token was given up, because the caller of its operation has gone. Others that wait request it again.
    pub fn cancelled(&mut self, flight: u64) -> Vec<Action> {
        if self.flight.take_if(|current| current.number() == flight).is_none() {
            return Vec::new();
        }
        self.take_off()
    }

    fn granted(&mut self, landed: &Flight, grant: Grant) -> Vec<Action> {
        if let Some(owner) = self.operations.get_mut(&landed.owner()) {
            owner.more += landed.spent();
        }
        let mut scopes = grant.scopes.unwrap_or_else(|| landed.scopes().clone());
        scopes.remove(OFFLINE_ACCESS);
        let is_changed = landed.renews() || self.token == 0 || scopes != self.held;
        self.token += 1;
        self.can_refresh = grant.can_refresh;
        if scopes != self.held {
            self.refusals.forget_refused();
        }
        (self.held, self.requested) = (scopes, landed.scopes().clone());
        let served = self.served(landed);
        let mut actions = Vec::new();
        for operation in served {
            if is_changed {
                actions.push(self.send_again(operation));
            } else {
                actions.extend(self.refuse(operation, Refusal::NotGranted));
            }
        }
        actions
    }

    fn refused(&mut self, landed: &Flight, refusal: Refusal) -> Vec<Action> {
        let served = self.served(landed);
        served.into_iter().flat_map(|operation| self.refuse(operation, refusal)).collect()
    }

    /// Returns the operations that wait for what this request was made for.
    fn served(&self, landed: &Flight) -> Vec<OperationId> {
        let is_served = |id: OperationId, need: &Need| {
            id == landed.owner()
                || (landed.scopes().covers(&need.scopes) && need.authentication == *landed.authentication())
        };
        let waiting = self.operations.iter().filter_map(|(id, state)| Some((*id, state.waits.as_ref()?)));
        waiting.filter(|(id, need)| is_served(*id, need)).map(|(id, _)| id).collect()
    }

    fn refuse(&mut self, operation: OperationId, refusal: Refusal) -> Vec<Action> {
        let Some(state) = self.operations.get_mut(&operation) else { return Vec::new() };
        let Some(need) = state.waits.take() else { return Vec::new() };
        if refusal.is_remembered() {
            self.refusals.remember(&state.label, &need, refusal);
        }
        let stop = match refusal {
            Refusal::NotGranted => Stop::NotGranted(need.scopes),
            refusal => Stop::Refused(need.scopes, refusal),
        };
        self.end(operation, Action::Stop(operation, stop))
    }

    fn send(&self, operation: OperationId) -> Action {
        Action::Send { operation, token: self.token() }
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
