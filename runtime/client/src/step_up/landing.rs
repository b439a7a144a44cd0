//! What follows from the result of a request for a token.

use std::time::Instant;

use crate::{scopes::Scopes, selection::OFFLINE_ACCESS};

use super::{Action, Grant, OperationId, Refusal, StepUp, Stop, Way, flight::Flight, need::Need};

impl StepUp {
    /// Returns whether a token counts: its request is in progress, and if it was obtained by exchange, it has a scope that the current one does not have.
    /// One that does not count must not replace the current one, which may have a refresh token.
    #[must_use]
    pub fn accepts(&self, flight: u64, grant: &Grant) -> bool {
        self.flight.as_ref().is_some_and(|current| {
            let scopes = self.scopes_of(current, grant);
            current.number() == flight && (current.way() != Way::Exchange || !self.held.covers(&scopes))
        })
    }

    /// Decides on the result of a request for a token. Nothing happens for one that is not in progress. A token has counted if [`token`](Self::token)
    /// returns another number afterwards; [`accepts`](Self::accepts) says it in advance.
    pub fn obtained(&mut self, flight: u64, result: Result<Grant, Refusal>) -> Vec<Action> {
        // The user may be granted what is not granted for a token.
        let result =
            result.and_then(|grant| if self.accepts(flight, &grant) { Ok(grant) } else { Err(Refusal::NotGranted) });
        let Some(mut landed) = self.flight.take_if(|current| current.number() == flight) else { return Vec::new() };
        let mut actions = match result {
            Ok(grant) => self.granted(&landed, grant),
            Err(refusal) => {
                if landed.next_request(refusal) {
                    let request = landed.request(self.token, &self.requested);
                    self.flight = Some(landed);
                    return vec![Action::Obtain(request)];
                }
                if landed.way() == Way::Interaction && refusal.is_in_vain() {
                    self.refusals.count_in_vain(Instant::now());
                }
                self.refused(&landed, refusal)
            }
        };
        actions.extend(self.take_off());
        actions
    }

    /// States that a request for a token was given up, because the caller of its operation has gone. Others that wait request it again.
    pub fn cancelled(&mut self, flight: u64) -> Vec<Action> {
        // Callers that do not wait for the user must not open one login after another.
        if self.flight.as_ref().is_some_and(|current| current.number() == flight && current.way() == Way::Interaction) {
            self.refusals.count_in_vain(Instant::now());
        }
        self.not_begun(flight)
    }

    /// States that a request for a token was not begun, because the caller of its operation has gone. Others that wait request it.
    pub fn not_begun(&mut self, flight: u64) -> Vec<Action> {
        if self.flight.take_if(|current| current.number() == flight).is_none() {
            return Vec::new();
        }
        self.take_off()
    }

    /// Returns the scopes of a token that was issued.
    fn scopes_of(&self, flight: &Flight, grant: &Grant) -> Scopes {
        let requested = if flight.way() == Way::Refresh { &self.held } else { flight.scopes() };
        let mut scopes = grant.scopes.as_ref().unwrap_or(requested).clone();
        scopes.remove(OFFLINE_ACCESS);
        scopes
    }

    /// Takes a token as the current one.
    pub(super) fn hold(&mut self, grant: Grant, mut scopes: Scopes) {
        scopes.remove(OFFLINE_ACCESS);
        self.tokens += 1;
        (self.token, self.held) = (Some(self.tokens), scopes);
        (self.grant, self.is_restored) = (grant, false);
    }

    /// Counts the requests for tokens of an operation.
    pub(super) fn charge(&mut self, flight: &Flight) {
        if let Some(owner) = self.operations.get_mut(&flight.owner()) {
            owner.more += flight.spent();
        }
    }

    fn granted(&mut self, landed: &Flight, grant: Grant) -> Vec<Action> {
        self.charge(landed);
        let scopes = self.scopes_of(landed, &grant);
        let has_other_scopes = scopes != self.held;
        let is_changed = has_other_scopes || self.token.is_none();
        self.hold(grant, scopes);
        if landed.way() != Way::Refresh {
            self.requested = landed.scopes().clone();
        }
        // A refresh or an exchange does not ask the user, so it does not change what they declined.
        if !matches!(landed.way(), Way::Refresh | Way::Exchange) {
            self.refusals.forget_in_vain();
            if has_other_scopes || landed.need().renews() {
                self.refusals.forget_refused(has_other_scopes);
            }
        }
        let mut actions = Vec::new();
        for (operation, need) in self.waiting() {
            let is_covered =
                landed.scopes().covers(&need.scopes) && need.authentication == landed.need().authentication;
            if operation != landed.owner() && !is_covered {
                continue;
            }
            if is_changed || need.renews() {
                actions.push(self.send_again(operation));
                if let Some(state) = self.operations.get_mut(&operation) {
                    state.ways.push(landed.way());
                }
            } else if need.is_like(landed.need()) {
                actions.extend(self.refuse(operation, Refusal::NotGranted));
            }
        }
        actions
    }

    /// Ends the operation for which no token was issued, and those that need the same. Others may need what is not refused, and wait on.
    fn refused(&mut self, landed: &Flight, refusal: Refusal) -> Vec<Action> {
        // What was refused before was refused to this operation alone.
        let (refusal, is_known) = match landed.closed() {
            Some(closed) if !refusal.is_final(landed.way()) => (closed, true),
            _ => (refusal, false),
        };
        let ends = |id, need: &Need| id == landed.owner() || (!is_known && need.is_like(landed.need()));
        let ended = self.waiting().into_iter().filter(|(id, need)| ends(*id, need));
        ended.flat_map(|(id, _)| self.refuse(id, refusal)).collect()
    }

    /// Returns the operations that wait, and what for.
    fn waiting(&self) -> Vec<(OperationId, Need)> {
        self.operations.iter().filter_map(|(id, state)| Some((*id, state.waits.clone()?))).collect()
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
}
