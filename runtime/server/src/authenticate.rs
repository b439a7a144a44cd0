//! Step 2: verifies the token of a request.

use std::sync::Arc;

use http::request::Parts;

use super::{
    Claims, TokenError, TokenErrorKind,
    challenges::Challenges,
    environment::Resolver,
    head::Head,
    rejection::Rejection,
    requester::Credential,
    token::{AcceptedBindings, Clock, Confirmation, Credentials, Scheme, Token, Verifiers, credentials},
    trace::{self, Step},
};
#[cfg(feature = "dpop")]
use super::{
    reason::reason,
    token::dpop::{ProofError, ProofVerifier, ProvedRequest},
};

/// Verifies tokens: when a request arrives, and while its stream is open.
pub(super) struct Authenticator {
    pub(super) verifiers: Verifiers,
    pub(super) clock: Clock,
    pub(super) environments: Arc<Resolver>,
    pub(super) challenges: Challenges,
    /// What tokens may be bound to.
    pub(super) bindings: AcceptedBindings,
    #[cfg(feature = "dpop")]
    pub(super) proofs: Option<ProofVerifier>,
}

impl Authenticator {
    /// Returns the verified token; `None` for a request without one.
    ///
    /// # Errors
    /// 400 for a token in the wrong place, 401 for an invalid one or one without the proof of possession that it requires, 503 for one
    /// that cannot be verified now.
    pub(super) async fn authenticate(&self, parts: &Parts, head: &Head<'_>) -> Result<Option<Credential>, Rejection> {
        let (scheme, token, header) = match credentials(&parts.uri, head.authorization, |scheme| self.accepts(scheme)) {
            Credentials::None => return Ok(None),
            Credentials::Malformed(scheme, reason) => {
                return Err(self.challenges.malformed_credentials(reason, scheme));
            }
            Credentials::OtherScheme => return Err(self.challenges.unauthenticated().at(Step::Token)),
            Credentials::Sent(scheme, token, header) => (scheme, token, header),
        };
        let claims = self.verifiers.verify(token).await.map_err(|error| self.refused(&error, scheme))?;
        let confirmation = self.check(&claims).map_err(|error| self.refused(&error, scheme))?;
        #[cfg(feature = "dpop")]
        self.check_possession(confirmation, scheme, token, &claims, parts, head)?;
        #[cfg(not(feature = "dpop"))]
        let _ = confirmation;
        Ok(Some(Credential { claims, scheme, header: header.clone() }))
    }

    fn accepts(&self, scheme: Scheme) -> bool {
        match scheme {
            Scheme::Bearer => true,
            #[cfg(feature = "dpop")]
            Scheme::Dpop => self.proofs.is_some(),
        }
    }

    fn refused(&self, error: &TokenError, scheme: Scheme) -> Rejection {
        trace::record_cause(error);
        match error.kind() {
            TokenErrorKind::Invalid => self.challenges.invalid_token(error, scheme),
            TokenErrorKind::Unavailable => Rejection::unavailable(error),
        }
    }

    /// Returns the claims of a token that is valid for this server now, without the proof of possession that a request with it
    /// requires.
    pub(super) async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = self.verifiers.verify(token).await?;
        self.check(&claims)?;
        Ok(claims)
    }

    /// Checks the claims that the layer checks for every verifier. Returns what a request with the token has to prove.
    ///
    /// # Errors
    /// The token is expired, is for another server, or is bound to something that the layer does not check.
    pub(super) fn check(&self, claims: &Claims) -> Result<Confirmation, TokenError> {
        if claims.expires_at().is_some_and(|end| end <= self.clock.now()) {
            return Err(TokenError::EXPIRED);
        }
        if !self.environments.is_meant_here(claims) {
            return Err(TokenError::FOREIGN);
        }
        self.bindings.read(claims.confirmation())
    }

    /// Checks that the token was sent as its binding requires, with a proof if it is bound to a key (RFC 9449 §7.1, §7.2).
    #[cfg(feature = "dpop")]
    fn check_possession(
        &self,
        confirmation: Confirmation,
        scheme: Scheme,
        token: Token<'_>,
        claims: &Claims,
        parts: &Parts,
        head: &Head<'_>,
    ) -> Result<(), Rejection> {
        let Some(proofs) = &self.proofs else { return Ok(()) };
        let error = match (confirmation.key, scheme) {
            (Some(key), Scheme::Dpop) => {
                let (method, path) = (&parts.method, parts.uri.path());
                let resources = self.environments.resources_of(claims);
                let request = ProvedRequest { method, path, token, claims, resources, proof: head.dpop };
                let verified = proofs.verify(&key, request);
                return verified.map_err(|error| match error {
                    ProofError::Invalid(reason) => self.challenges.invalid_proof(reason),
                    ProofError::Token(error) => self.refused(&error, scheme),
                });
            }
            (None, Scheme::Bearer) if !proofs.is_required() => return Ok(()),
            (Some(_), Scheme::Bearer) => TokenError::invalid(reason!(
                "it is bound to a key by `cnf`; send it as `Authorization: DPoP`, with a proof in the header `DPoP`"
            ))
            .with_help(
                "use a client that sends DPoP proofs, or let the issuer write plain bearer tokens for this client",
            ),
            (None, Scheme::Bearer) => {
                TokenError::invalid(reason!("it is not bound to a key by `cnf`, and this server requires DPoP"))
                    .with_help("let the issuer bind the tokens of this server, or accept plain ones: `Dpop::new()`")
            }
            (None, Scheme::Dpop) => {
                TokenError::invalid(reason!("it is not bound to a key by `cnf`, so it cannot be sent as `DPoP`"))
                    .with_help(
                        "send it as `Bearer`, or let the issuer bind it: it reads the proof at its token endpoint",
                    )
            }
        };
        Err(self.refused(&error, scheme))
    }
}
