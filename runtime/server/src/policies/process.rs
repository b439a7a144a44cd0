//! Policies without HTTP: one process is one session.

use std::sync::{Arc, Mutex, PoisonError};

use mcp_scopes::{__private::v1, Caller, ScopeTable};
use mcp_scopes_policies::{
    ArgumentHasher, Call, Conditions, Decision, Facts, MemoryStore, Rules, SessionKey, Settings, Timestamp,
};

use super::{
    super::{
        audit::Trail,
        contents::{Contents, Named},
        stdio::{ProcessCall, ProcessDenial, ScopeDenial},
        token::Clock,
    },
    answers::Refusal,
    arguments,
    calls::{self, Calls},
    conditions,
    tasks::needs_comparison,
};

/// The engines of this process, one for each table. A handler that is made again for each connection shares the one of its table.
static ENGINES: Mutex<Vec<(&'static ScopeTable, Arc<ProcessEngine>)>> = Mutex::new(Vec::new());

/// Enforces the policies of a table for the process that started this one.
struct ProcessEngine {
    /// Or why the policies cannot be enforced. Then no call may run.
    store: Result<MemoryStore, String>,
    hasher: ArgumentHasher,
    contents: Contents,
    /// `None` if they cannot be compared. Then a call needs the scopes of all conditions.
    conditions: Option<Conditions>,
    /// The user who starts a process is its caller, and has authenticated then.
    started: Timestamp,
    auth_time: u64,
}

/// Decides on a call, and records it if it may run.
///
/// # Errors
/// A policy denies the call. A call that needs an approval is denied: there is no form of approval without HTTP.
pub(crate) fn decide(caller: &Caller, call: &ProcessCall<'_>, trail: &mut Trail) -> Result<(), ProcessDenial> {
    engine(caller.grant().table()).decide(caller, call, trail).map_err(Into::into)
}

impl From<Refusal> for ProcessDenial {
    fn from(refusal: Refusal) -> Self {
        let Refusal { sentence, details, reason } = refusal;
        Self { sentence, details, reason }
    }
}

/// Checks the scopes of a call of a tool, with those that its arguments need.
///
/// # Errors
/// The caller lacks scopes, or the arguments have a member that the tool does not take.
pub(crate) fn authorize(caller: &Caller, name: &str, call: &ProcessCall<'_>) -> Result<(), ScopeDenial> {
    let tool = caller.grant().table().tool(name).filter(|tool| !tool.tool().conditions.is_empty());
    let all = |caller: &Caller| caller.authorize(name).map(|_| ()).map_err(ScopeDenial::Denied);
    let (Some(tool), true) = (tool, v1::caller_reaches(caller, name)) else { return all(caller) };
    let engine = engine(caller.grant().table());
    let Some(of_tool) = engine.conditions.as_ref().and_then(|conditions| conditions.of(name)) else {
        return all(caller);
    };
    let matched = conditions::matched_by_process(of_tool, call).map_err(ScopeDenial::Unlisted)?;
    v1::authorize_matched(caller, tool, matched).map_err(ScopeDenial::Denied)
}

/// Returns whether the input of a task would have to be compared with rules of the table. `elsewhere`: another component enforces policies.
pub(crate) fn refuses_task_input(table: &'static ScopeTable, elsewhere: bool) -> bool {
    let has_conditions = table.tools().any(|tool| !tool.conditions.is_empty());
    let engine = engine(table);
    match &engine.store {
        // Policies that cannot be enforced deny each call.
        Err(_) if !elsewhere => true,
        store => needs_comparison(has_conditions, store.as_ref().ok().filter(|_| !elsewhere).map(MemoryStore::rules)),
    }
}

fn engine(table: &'static ScopeTable) -> Arc<ProcessEngine> {
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, engine)) = engines.iter().find(|(of, _)| core::ptr::eq(*of, table)) {
        return Arc::clone(engine);
    }
    let engine = Arc::new(ProcessEngine::new(table));
    engines.push((table, Arc::clone(&engine)));
    engine
}

impl ProcessEngine {
    fn new(table: &'static ScopeTable) -> Self {
        let outline = table.outline();
        // Both forms exist so that the table compiles. No call ever has an approval.
        let settings = Settings { caller_approval: true, human_review: true, ..Settings::of(outline.config) };
        let rules = Rules::compile(outline.tools.iter().map(|listed| listed.tool), &settings);
        let mut key = [0; 32];
        let store = match (rules, getrandom::fill(&mut key)) {
            _ if settings.domain.is_some() => {
                Err("its sessions are those of a domain, and a process shares none; serve it over HTTP".to_owned())
            }
            (Ok(rules), Ok(())) => Ok(MemoryStore::new(Arc::new(rules))),
            (Err(error), _) => Err(error.to_string()),
            (_, Err(_)) => Err("the system did not return random bytes for a key".to_owned()),
        };
        let now = Clock::default().now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self {
            store,
            hasher: ArgumentHasher::new(&key),
            contents: Contents::of(table),
            conditions: Conditions::compile(outline.tools.iter().map(|listed| listed.tool)).ok(),
            started: Timestamp::from(now),
            auth_time: since.as_secs(),
        }
    }

    fn decide(&self, caller: &Caller, call: &ProcessCall<'_>, trail: &mut Trail) -> Result<(), Refusal> {
        let (name, rules, store) = match (&self.store, call) {
            (Ok(store), ProcessCall::Tool { name, .. }) => (*name, store.rules(), store),
            (Ok(store), ProcessCall::Content(_)) => ("", store.rules(), store),
            (Err(error), _) => {
                let sentence = format!("the policies of this server cannot be enforced: {error}");
                return Err(Refusal::new("unenforced", "", sentence));
            }
        };
        let calls = match self.call(rules, call)? {
            Some(call) => [call],
            None => return Ok(()),
        };
        let facts = Facts { auth_time: Some(self.auth_time), acr: None };
        let now = Timestamp::from(Clock::default().now()).max(self.started);
        let key = SessionKey::new("", caller.environment(), "", &["process"]);
        if trail.is_kept() {
            calls
                .iter()
                .flat_map(|call| rules.matched_patterns(call))
                .for_each(|(_, name)| trail.note_pattern(0, name));
            trail.note_session(key.as_bytes());
        }
        match store.decide(&key, &calls, &facts, now) {
            Ok(Decision::Allowed) => Ok(()),
            Ok(Decision::Denied(denial)) => {
                trail.note_rule(rules.explain(&denial).pattern());
                Err(Refusal::denied(rules, &denial))
            }
            Ok(Decision::Reauthenticate(needed)) => {
                // Nothing states how strong the sign-in to a process was.
                let hint = match rules.acr_values(&needed) {
                    [] => "restart the server, or ask a person",
                    _ => {
                        "this transport has no sign-in of a stated strength, so use the server over HTTP, or ask a person"
                    }
                };
                Err(Refusal::stale_sign_in(rules, name, &needed, hint))
            }
            Ok(Decision::ApprovalNeeded(request)) => {
                trail.note_rule(rules.approval_pattern(&request));
                Err(Refusal::approval(rules, name, &request, "this transport has no form of approval, so ask a person"))
            }
            // There are two sessions at most.
            Err(full) => Err(Refusal::new("full", name, full.to_string())),
        }
    }

    fn call(&self, rules: &Rules, call: &ProcessCall<'_>) -> Result<Option<Call>, Refusal> {
        let reader = Calls { rules, hasher: &self.hasher, contents: self.contents };
        match call {
            ProcessCall::Tool { name, arguments, input_responses, request_state } => {
                let number = rules.tool(name).ok_or_else(|| Refusal::new("unknown_tool", name, "no such tool"))?;
                let mut call = rules.call(number);
                if rules.reads_arguments(number) {
                    for (name, value) in arguments.iter().flat_map(|members| members.iter()) {
                        arguments::read_value(name, value, &mut call);
                    }
                    arguments::read_value("", input_responses, &mut call);
                    if let Some(state) = request_state {
                        call.argument("", state);
                    }
                }
                let call = call.finish();
                Ok(Some(if rules.is_idempotent(number) {
                    let text = arguments.map(|members| serde_json::to_string(members).unwrap_or_default());
                    let responses = if input_responses.is_null() { String::new() } else { input_responses.to_string() };
                    let values = [&*text.unwrap_or_default(), &responses, request_state.unwrap_or_default()];
                    call.with_arguments(calls::hash(&self.hasher, name, values))
                } else {
                    call
                }))
            }
            ProcessCall::Content(named @ (Named::Resource(_) | Named::Prompt(_))) => Ok(reader.of_content(named)),
            // A template is completed, and not read.
            ProcessCall::Content(Named::Template(_)) => Ok(None),
        }
    }
}
