//! Sessions, as an operator sees them.

use mcp_scopes::Environment;
use mcp_scopes_policies::{SessionHolder, SessionView, StoreError};

use super::engine::PolicyEngine;

/// The sessions of a server, for its operator. Returned by
/// [`ResourceServer::policy_sessions`](crate::ResourceServer::policy_sessions).
#[derive(Clone, Copy, Debug)]
pub struct PolicySessions<'s> {
    engine: &'s PolicyEngine,
}

impl<'s> PolicySessions<'s> {
    pub(crate) const fn new(engine: &'s PolicyEngine) -> Self {
        Self { engine }
    }

    /// Returns the session of a holder: which patterns its calls have matched, and what it has used of its limits. `None` if nothing
    /// counts against it. `issuer` is what tokens state, or the issuer of the API keys; the subject is that of
    /// [`Claims::subject`](crate::Claims::subject).
    ///
    /// # Errors
    /// A shared store did not answer, or the value is no session.
    pub async fn show(
        &self,
        issuer: &str,
        holder: SessionHolder<'_>,
        environment: Environment,
    ) -> Result<Option<SessionView>, StoreError> {
        let key = self.engine.key_of(issuer, holder, environment);
        self.engine.store.show(&key, self.engine.now()).await
    }

    /// Ends the session of a holder, with its cooling periods. Returns whether there was one. The next call begins a new one.
    ///
    /// # Errors
    /// A shared store did not answer.
    pub async fn reset(
        &self,
        issuer: &str,
        holder: SessionHolder<'_>,
        environment: Environment,
    ) -> Result<bool, StoreError> {
        self.engine.store.reset(&self.engine.key_of(issuer, holder, environment)).await
    }

    /// Returns the number of sessions in memory. Some of them may have ended. `None` if a shared store has them.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        self.engine.store.count()
    }
}
