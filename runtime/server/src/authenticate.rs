//! Step 2: verifies the token of a request.

use std::sync::Arc;

use http::Uri;

use super::{
    Claims, TokenError, TokenErrorKind,
    challenges::Challenges,
    environment::Resolver,
    head::Head,
    rejection::Rejection,
    requester::Credential,
    token::{Clock, Credentials, Token, Verifiers, credentials},
    trace::{self, Step},
};

/// Verifies tokens: when a request arrives, and while its stream is open.
pub(super) struct Authenticator {
    pub(super) verifiers: Verifiers,
    pub(super) clock: Clock,
    pub(super) environments: Arc<Resolver>,
    pub(super) challenges: Challenges,
}

impl Authenticator {
    /// Returns the verified token; `None` for a request without one.
    ///
    /// # Errors
    /// 400 for a token in the wrong place, 401 for an invalid one, 503 for one that cannot be verified now.
    pub(super) async fn authenticate(&self, uri: &Uri, head: &Head<'_>) -> Result<Option<Credential>, Rejection> {
        let (token, header) = match credentials(uri, head.authorization) {
            Credentials::None => return Ok(None),
            Credentials::Malformed(reason) => return Err(self.challenges.malformed_credentials(reason)),
            Credentials::OtherScheme => return Err(self.challenges.unauthenticated().at(Step::Token)),
            Credentials::Bearer(token, header) => (token, header),
        };
        let claims = self.verify(token).await.map_err(|error| {
            trace::record_cause(&error);
            match error.kind() {
                TokenErrorKind::Invalid => self.challenges.invalid_token(&error),
                TokenErrorKind::Unavailable => Rejection::unavailable(&error),
            }
        })?;
        Ok(Some(Credential { claims, header: header.clone() }))
    }

    /// Returns the claims of a token that is valid for this server now.
    pub(super) async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = self.verifiers.verify(token).await?;
        self.check(&claims)?;
        Ok(claims)
    }

    /// Checks the claims that the layer checks for every verifier.
    ///
    /// # Errors
    /// The token is expired, is for another server, or is bound to a key.
    pub(super) fn check(&self, claims: &Claims) -> Result<(), TokenError> {
        if claims.expires_at().is_some_and(|end| end <= self.clock.now()) {
            return Err(TokenError::EXPIRED);
        }
        if !self.environments.is_meant_here(claims) {
            return Err(TokenError::FOREIGN);
        }
        if claims.has_confirmation() {
            return Err(TokenError::BOUND);
        }
        Ok(())
    }
}
