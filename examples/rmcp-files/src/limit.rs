//! The policy that this server enforces: `max_calls_per_session`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use mcp_scopes::{ScopeTable, ToolHandle};

use crate::client::Client;

/// The number of calls by caller and tool. The key is the caller, never a session id: a client could lift the limit by
/// dropping the id. In this example, a session lasts as long as the program.
#[derive(Debug, Default)]
pub struct Calls {
    made: Mutex<HashMap<(Arc<str>, &'static str), u32>>,
}

impl Calls {
    /// Creates a counter for the tools of a table.
    ///
    /// # Errors
    /// Returns an error if a tool or the table has a limit that this server does not enforce.
    pub fn of(table: &'static ScopeTable) -> Result<Self, String> {
        for tool in table.tools() {
            let mut other = tool.policy;
            other.max_calls_per_session = None;
            if !other.is_none() {
                let name = tool.name;
                return Err(format!(
                    "tool `{name}` states a policy of which only `max_calls_per_session` is enforced here"
                ));
            }
        }
        let config = table.outline().config;
        if config.session.is_none() && config.risks.is_empty() {
            return Ok(Self::default());
        }
        Err("`[session]` or `[risk]` of mcp-scopes.toml states limits that are not enforced here".to_owned())
    }

    /// Counts a call if the caller may make one more.
    ///
    /// # Errors
    /// Returns the limit that is reached. For a caller without a name, whose calls cannot be counted, it is zero.
    pub fn admit(&self, client: &Client, tool: ToolHandle) -> Result<(), u32> {
        let Some(limit) = tool.policy.max_calls_per_session else { return Ok(()) };
        let Some(name) = client.name.clone() else { return Err(0) };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let count = made.entry((name, tool.tool().name)).or_default();
        if *count >= limit {
            return Err(limit);
        }
        *count += 1;
        Ok(())
    }
}
