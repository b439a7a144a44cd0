//! What a token needs so that a refused operation may succeed.

use crate::{
    challenge::{Authentication, Challenge, ChallengeError},
    scopes::Scopes,
};

use super::{Answer, StepUp, Stop, operation::Operation};

/// What a token must have so that an operation is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) scopes: Scopes,
    pub(super) authentication: Authentication,
    /// The current token is not accepted at all.
    pub(super) renew: bool,
    /// The address of the metadata that the challenge names.
    pub(super) resource_metadata: Option<String>,
}

impl Need {
    /// Returns whether a token with the same scopes is another one for the server.
    pub(super) const fn renews(&self) -> bool {
        self.renew || !self.authentication.is_any()
    }

    /// Returns whether a token for one of them is a token for the other one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.scopes == other.scopes && self.authentication == other.authentication && self.renew == other.renew
    }
}

impl StepUp {
    /// Returns what a token needs so that the operation may succeed; `None` if no token helps.
    pub(super) fn need(
        &self,
        state: &Operation,
        answer: Answer<'_>,
        challenge: &Challenge,
    ) -> Result<Option<Need>, Stop> {
        let need = |scopes: Scopes, authentication| {
            let resource_metadata = challenge.resource_metadata().map(ToOwned::to_owned);
            Some(Need { scopes, authentication, renew: false, resource_metadata })
        };
        let error = challenge.error();
        if error == ChallengeError::InsufficientUserAuthentication {
            let scopes = challenge.scope().map_err(Stop::Malformed)?.unwrap_or_default();
            if !self.settings.can_authenticate() {
                return Err(Stop::NoAuthentication);
            }
            return Ok(need(scopes, challenge.new_authentication()));
        }
        // Another token has the same proof, unless its key was lost with a process before.
        if error == ChallengeError::InvalidDpopProof
            && answer.token.is_some()
            && answer.token == self.token
            && !self.is_restored
        {
            return Err(Stop::InvalidProof);
        }
        // Without a step-up, a 401 must not lead to scopes that a 403 does not lead to.
        let is_for_scopes =
            error == ChallengeError::InsufficientScope && answer.token.is_some() && !self.settings.step_up;
        if answer.status == 401 && !is_for_scopes {
            return self.renewal(Some(challenge)).map(Some);
        }
        if !matches!(error, ChallengeError::InsufficientScope | ChallengeError::None) {
            return Ok(None);
        }
        // What was requested and not granted must not decide which alternative is next.
        let held = &self.held;
        let scopes = self.map.needed(challenge, state.tool.as_deref(), held).map_err(Stop::Malformed)?;
        // Some servers leave out the error. Without scopes it may be another refusal, unless the metadata says that the token lacks some.
        let is_unstated = error == ChallengeError::None && challenge.param("scope").is_none();
        let scopes = match scopes {
            Some(scopes) if !is_unstated || !held.covers(&scopes) => scopes,
            _ if is_unstated => return Ok(None),
            _ => return Err(Stop::UnknownScopes),
        };
        if !self.settings.step_up {
            return Err(Stop::NoStepUp(scopes));
        }
        Ok(need(scopes, Authentication::default()))
    }

    /// Returns the need of a request that was refused as a whole, without a token or with one that is not accepted.
    pub(super) fn renewal(&self, challenge: Option<&Challenge>) -> Result<Need, Stop> {
        // A later token is for what was requested before, which `scopes_supported` would widen.
        let scopes = if self.token.is_some() && !self.settings.step_up {
            Ok(Scopes::NONE)
        } else if self.requested.is_empty() {
            self.map.first(challenge)
        } else {
            challenge.map_or(Ok(None), Challenge::scope).map(Option::unwrap_or_default)
        };
        let resource_metadata = challenge.and_then(Challenge::resource_metadata).map(ToOwned::to_owned);
        let (scopes, authentication) = (scopes.map_err(Stop::Malformed)?, Authentication::default());
        Ok(Need { scopes, authentication, renew: true, resource_metadata })
    }
}
