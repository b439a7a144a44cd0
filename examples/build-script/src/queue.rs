//! The jobs, and the tools that act on them.

use std::{collections::BTreeMap, fmt::Write as _};

use mcp_scopes::mcp_tool;

/// Jobs by number, each with its command and its state.
#[derive(Debug, Default)]
pub struct Queue {
    jobs: BTreeMap<u32, (String, &'static str)>,
}

/// The queue. The server provides it, not the caller: `State` is not a parameter.
#[derive(Debug)]
pub struct State<'q>(pub &'q mut Queue);

/// List jobs, all or those in one state
#[mcp_tool(scope = "read:jobs", risk = "low")]
#[must_use]
pub fn list_jobs(queue: State<'_>, state: Option<&str>) -> String {
    let State(queue) = queue;
    let mut list = String::new();
    for (number, (command, is)) in &queue.jobs {
        if state.is_none_or(|state| state == *is) {
            let _ = writeln!(list, "{number} {is} {command}");
        }
    }
    list
}

/// Put a job into the queue
#[cfg(feature = "changes")]
#[mcp_tool(scope = "change:jobs", risk = "medium", grouped_with("cancel_job"))]
#[must_use]
pub fn start_job(queue: State<'_>, command: &str) -> u32 {
    let State(queue) = queue;
    let number = queue.jobs.last_key_value().map_or(1, |(last, _)| last + 1);
    queue.jobs.insert(number, (command.to_owned(), "queued"));
    number
}

/// Cancel a job that is still in the queue
#[cfg(feature = "changes")]
#[mcp_tool(scope = "change:jobs", risk = "medium", grouped_with("start_job"))]
#[must_use]
pub fn cancel_job(queue: State<'_>, job: u32) -> bool {
    let State(queue) = queue;
    queue.jobs.get_mut(&job).filter(|(_, state)| *state == "queued").map(|(_, state)| *state = "cancelled").is_some()
}
