//! Keys of what the layer seals.

use super::ResourceServerBuilder;
use crate::error::{ProblemKind, ProblemList};

impl ResourceServerBuilder {
    /// Sets the key with which the layer seals what clients return to it: ids of sessions and events of older revisions, and questions of
    /// [`approval_by_elicitation`](Self::approval_by_elicitation). Default: a random key, so that all of them end with the process. Replicas that share
    /// sessions need the same key.
    pub fn session_key(mut self, key: [u8; 32]) -> Self {
        self.session_key = Some(key);
        self
    }

    /// Also accepts what was sealed with this key. Several calls add up. To change the [`session_key`](Self::session_key) while clients have
    /// sessions and open questions, restart the replicas three times, one after another each time: first they also accept the new key, then they use it and also
    /// accept the old one, and once no session with the old one is in use they forget it.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes_server::ResourceServer;
    /// # let (new, old) = ([1; 32], [2; 32]);
    /// let builder = ResourceServer::builder(&TOOLS).session_key(new).also_session_key(old);
    /// # let _ = builder;
    /// ```
    pub fn also_session_key(mut self, key: [u8; 32]) -> Self {
        self.other_session_keys.push(key);
        self
    }

    /// Checks that the accepted keys fit the one that seals.
    pub(super) fn check_session_keys(&self, problems: &mut ProblemList) {
        if self.other_session_keys.is_empty() {
            return;
        }
        match self.session_key {
            None => problems.add(
                "also_session_key",
                ProblemKind::Missing,
                "no key is stated that replicas share, so each seals with a random one that no other accepts",
                "add `.session_key(..)`, or remove the call",
            ),
            Some(key) if self.other_session_keys.contains(&key) => problems.add(
                "also_session_key",
                ProblemKind::NoEffect,
                "it is the `session_key`",
                "state the key before or after it, or remove the call",
            ),
            Some(_) => {}
        }
    }
}
