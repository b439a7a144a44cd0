//! Calls whose result is requested later (extension `io.modelcontextprotocol/tasks`).
//!
//! No work runs in the background. The progress follows from the start time and the later inputs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use super::{rounds::form, tools::said};

/// The tasks that have started.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    all: Arc<Mutex<HashMap<String, Task>>>,
}

#[derive(Clone, Debug)]
struct Task {
    tool: String,
    arguments: Map<String, Value>,
    began: Instant,
    answers: Map<String, Value>,
    cancelled: bool,
}

/// Returns whether a tool runs as a task, if the client supports it.
pub(super) fn takes_time(tool: &str) -> bool {
    let tools = ["slow_compute", "failing_job", "protocol_error_job", "confirm_delete", "multi_input"];
    tools.contains(&tool) || tool == "test_tool_with_task"
}

/// Returns whether the client must support tasks.
pub(super) fn is_required(tool: &str) -> bool {
    matches!(tool, "failing_job" | "test_tool_with_task")
}

/// The duration of a call.
pub(super) fn duration(tool: &str, arguments: &Map<String, Value>) -> Duration {
    match tool {
        "slow_compute" => Duration::from_secs(arguments.get("seconds").and_then(Value::as_u64).unwrap_or_default()),
        "failing_job" | "protocol_error_job" => Duration::from_secs(1),
        _ => Duration::ZERO,
    }
}

/// The result of a call.
pub(super) fn result(tool: &str, arguments: &Map<String, Value>) -> Value {
    match tool {
        "failing_job" => json!({"content": [{"type": "text", "text": "the job failed"}], "isError": true}),
        "test_tool_with_task" => said(&format!("done for {}", arguments.get("user_name").unwrap_or_default())),
        _ => said("done"),
    }
}

impl Task {
    /// The input that the client must provide first.
    fn questions(&self) -> Map<String, Value> {
        let asked: &[&str] = match self.tool.as_str() {
            "confirm_delete" => &["confirm"],
            "multi_input" => &["first", "second"],
            _ => &[],
        };
        let open = asked.iter().filter(|name| !self.answers.contains_key(**name));
        open.map(|name| ((*name).to_owned(), form("Please confirm", "ok", "boolean"))).collect()
    }

    /// Returns the current state of the task.
    fn state(&self, id: &str) -> Map<String, Value> {
        let mut state = Map::new();
        let mut put = |name: &str, value: Value| state.insert(name.to_owned(), value);
        put("taskId", id.into());
        put("createdAt", "2026-01-01T00:00:00Z".into());
        put("lastUpdatedAt", "2026-01-01T00:00:00Z".into());
        put("ttlMs", 60_000.into());
        put("pollIntervalMs", 100.into());
        let questions = self.questions();
        let status = if self.cancelled {
            "cancelled"
        } else if !questions.is_empty() {
            put("inputRequests", questions.into());
            "input_required"
        } else if self.began.elapsed() < duration(&self.tool, &self.arguments) {
            "working"
        } else if self.tool == "protocol_error_job" {
            put("error", json!({"code": -32603, "message": "the job broke off"}));
            "failed"
        } else {
            put("result", result(&self.tool, &self.arguments));
            "completed"
        };
        put("status", status.into());
        state
    }
}

impl Tasks {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Task>) -> T) -> T {
        act(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts a task and returns it.
    pub(super) fn begin(&self, tool: &str, arguments: Map<String, Value>) -> Value {
        let (tool, began) = (tool.to_owned(), Instant::now());
        let task = Task { tool, arguments, began, answers: Map::new(), cancelled: false };
        self.with(|all| {
            let id = format!("task-{}", all.len());
            let mut state = task.state(&id);
            state.retain(|name, _| !matches!(name.as_str(), "result" | "error" | "inputRequests"));
            state.insert("status".to_owned(), "working".into());
            state.insert("resultType".to_owned(), "task".into());
            all.insert(id, task);
            state.into()
        })
    }

    /// Returns the current state of a task.
    pub(super) fn get(&self, id: &str) -> Option<Value> {
        self.with(|all| all.get(id).map(|task| task.state(id).into()))
    }

    /// Accepts responses to the input requests of a task. Returns false if it does not exist.
    pub(super) fn answer(&self, id: &str, answers: Map<String, Value>) -> bool {
        self.with(|all| all.get_mut(id).map(|task| task.answers.extend(answers)).is_some())
    }

    /// Cancels a running task. Returns false if there is none.
    pub(super) fn cancel(&self, id: &str) -> bool {
        self.with(|all| {
            let Some(task) = all.get_mut(id) else { return false };
            let goes_on = task.began.elapsed() < duration(&task.tool, &task.arguments) || !task.questions().is_empty();
            task.cancelled |= goes_on;
            true
        })
    }
}
