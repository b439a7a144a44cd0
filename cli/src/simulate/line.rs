//! What a line says: a call, or an event of an audit file. Arguments are compared with the patterns at once, and not kept.

use jiff::Timestamp as Time;
use mcp_scopes_audit::Decision;
use mcp_scopes_model::{Environment, nearest::nearest};
use mcp_scopes_policies::{ArgumentHasher, Call, Evidence, Reason, SessionKey, Timestamp};
use mcp_scopes_prm::json::Json;

use super::policies::Policies;
use crate::audit::{Field, Record};

/// The members of a call.
const MEMBERS: [&str; 11] = [
    "time",
    "subject",
    "issuer",
    "environment",
    "tool",
    "resource",
    "prompt",
    "arguments",
    "auth_time",
    "acr",
    "approved_by",
];

/// A call to decide about.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) line: u64,
    pub(super) time: Timestamp,
    pub(super) subject: String,
    /// The tool, resource or prompt.
    pub(super) name: String,
    pub(super) key: SessionKey,
    /// `None` if the document does not have it: the server refuses such a call before it asks the policies.
    pub(super) call: Option<Call>,
    pub(super) auth_time: Option<u64>,
    pub(super) acr: Option<String>,
    /// The scopes that its arguments need in addition.
    pub(super) scopes: Vec<String>,
    /// Whether its arguments have a member that the tool does not take, although a condition for scopes is about one. The server refuses it.
    pub(super) is_unlisted: bool,
    /// For an event: what it says about the call.
    pub(super) recorded: Option<Recorded>,
}

/// What an event of an audit file says about its call.
#[derive(Debug)]
pub(super) struct Recorded {
    /// The names of the patterns that it matched.
    pub(super) patterns: Vec<[u8; 8]>,
    pub(super) has_run: bool,
}

/// Reads a line. `None` for an empty one, and for an event that no policy decides about.
pub(super) fn read(line: &[u8], number: u64, policies: &Policies) -> Result<Option<Step>, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    if let Some(record) = Record::read(line) {
        return Ok(of_event(&record, number, policies));
    }
    let text = str::from_utf8(line).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let call = Json::parse(text).map_err(|error| format!("it is not JSON: {error}"))?;
    of_call(&call, number, policies).map(Some)
}

fn of_call(call: &Json, line: u64, policies: &Policies) -> Result<Step, String> {
    let Json::Object(members) = call else { return Err(format!("it is {}, not an object", call.kind())) };
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        let near = nearest(unknown, &MEMBERS).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!("unknown member `{}`{}", crate::escape::escaped(unknown), near.unwrap_or_default()));
    }
    let subject = text(call, "subject")?.ok_or("`subject` is missing")?;
    let issuer = text(call, "issuer")?.unwrap_or_default();
    let environment = match text(call, "environment")? {
        None | Some("live") => Environment::Live,
        Some("sandbox") => Environment::Sandbox,
        Some(_) => return Err("`environment` is neither `live` nor `sandbox`".to_owned()),
    };
    let evidence = match text(call, "approved_by")? {
        None => Evidence::None,
        Some("caller") => Evidence::Caller,
        Some("reviewer") => Evidence::Reviewer,
        Some(_) => return Err("`approved_by` is neither `caller` nor `reviewer`".to_owned()),
    };
    let arguments = match call.get("arguments") {
        None | Some(Json::Null) => None,
        Some(arguments @ Json::Object(_)) => Some(arguments),
        Some(other) => return Err(format!("`arguments` is {}, not an object", other.kind())),
    };
    let (name, found) = match [text(call, "tool")?, text(call, "resource")?, text(call, "prompt")?] {
        [Some(tool), None, None] => (tool, of_tool(tool, arguments, policies)),
        [None, Some(uri), None] => (uri, policies.risk_of_resource(uri).map(|risk| policies.rules.resource(uri, risk))),
        [None, None, Some(prompt)] => {
            (prompt, policies.risk_of_prompt(prompt).map(|risk| policies.rules.prompt(prompt, risk)))
        }
        _ => return Err("it names not exactly one of `tool`, `resource` and `prompt`".to_owned()),
    };
    let (scopes, is_unlisted) = match (&found, call.get("tool"), arguments) {
        (Some(_), Some(_), Some(arguments)) => conditional(name, arguments, policies),
        _ => (Vec::new(), false),
    };
    Ok(Step {
        line,
        scopes,
        is_unlisted,
        time: time(call.get("time").ok_or("`time` is missing")?)?,
        subject: subject.to_owned(),
        name: name.to_owned(),
        key: key(environment, issuer, subject),
        call: found.map(|call| call.with_evidence(evidence)),
        auth_time: call.get("auth_time").map(seconds).transpose()?,
        acr: text(call, "acr")?.map(str::to_owned),
        recorded: None,
    })
}

fn of_tool(name: &str, arguments: Option<&Json>, policies: &Policies) -> Option<Call> {
    let tool = policies.rules.tool(name)?;
    let mut reader = policies.rules.call(tool);
    if let Some(arguments) = arguments {
        read_arguments("", arguments, &mut |name, text| reader.argument(name, text));
    }
    let call = reader.finish();
    Some(if policies.rules.is_idempotent(tool) {
        // Only equal or not is of interest, so any key will do.
        let text = arguments.map(Json::to_string).unwrap_or_default();
        call.with_arguments(ArgumentHasher::new(&[0; 32]).hash(name, &text))
    } else {
        call
    })
}

/// Returns the scopes that the arguments of a call need in addition, and whether a member is not a parameter although one is compared.
fn conditional(tool: &str, arguments: &Json, policies: &Policies) -> (Vec<String>, bool) {
    let (Some(conditions), Json::Object(members)) = (policies.conditions.of(tool), arguments) else {
        return (Vec::new(), false);
    };
    let mut call = conditions.call();
    for (name, value) in members {
        read_arguments(name, value, &mut |_, text| call.argument(name, text));
    }
    let is_unlisted = members.keys().any(|name| !conditions.admits_member(name));
    (policies.scopes_of(tool, call.matched()), is_unlisted)
}

/// Reads the strings of an argument. `name` is the member that holds the value.
fn read_arguments(name: &str, value: &Json, sink: &mut dyn FnMut(&str, &str)) {
    match value {
        Json::String(text) => sink(name, text),
        Json::Array(elements) => elements.iter().for_each(|element| read_arguments(name, element, sink)),
        Json::Object(members) => members.iter().for_each(|(name, member)| read_arguments(name, member, sink)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Returns the call of an event; `None` if another check than the policies has decided, or the event counts several calls.
fn of_event(record: &Record, line: u64, policies: &Policies) -> Option<Step> {
    let has_run = record.text(Field::Decision) == Some(Decision::Allow.as_str());
    let is_decided_by_policy = || {
        let reason = record.text(Field::Reason)?;
        Reason::IDS.contains(&reason).then_some(())
    };
    if record.count().is_some_and(|count| count > 1) || !(has_run || is_decided_by_policy().is_some()) {
        return None;
    }
    let name = record.text(Field::Tool).filter(|_| record.text(Field::Method) == Some("tools/call"))?;
    let patterns = record.patterns();
    // The hash of the session is exact. A subject can be the same at two issuers.
    let holder = record.text(Field::Session).or_else(|| record.text(Field::Subject))?;
    let sandbox = record.text(Field::Environment) == Some(Environment::Sandbox.as_str());
    let environment = if sandbox { Environment::Sandbox } else { Environment::Live };
    let rules = &policies.without_sign_in;
    Some(Step {
        line,
        time: Timestamp::from_millis(u64::try_from(record.time()?.as_millisecond()).ok()?),
        subject: record.text(Field::Subject).unwrap_or(holder).to_owned(),
        name: name.to_owned(),
        key: key(environment, "", holder),
        call: rules.tool(name).map(|tool| rules.recorded_call(tool, &patterns)),
        auth_time: None,
        acr: None,
        scopes: Vec::new(),
        is_unlisted: false,
        recorded: Some(Recorded { patterns, has_run }),
    })
}

fn key(environment: Environment, issuer: &str, subject: &str) -> SessionKey {
    SessionKey::new("simulated", environment, issuer, &[subject])
}

fn text<'j>(call: &'j Json, name: &str) -> Result<Option<&'j str>, String> {
    match call.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{name}` is {}, not a string", other.kind())),
    }
}

/// Returns the time of a call: RFC 3339 text, or seconds since the UNIX epoch.
fn time(value: &Json) -> Result<Timestamp, String> {
    let wrong = || "`time` is neither RFC 3339 text with an offset nor a number of seconds since 1970".to_owned();
    let time = match value {
        Json::String(text) => text.parse::<Time>().map_err(|_| wrong())?,
        Json::Number(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(|seconds| jiff::SignedDuration::try_from_secs_f64(seconds).ok())
            .and_then(|since| Time::from_duration(since).ok())
            .ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    u64::try_from(time.as_millisecond()).map(Timestamp::from_millis).map_err(|_| wrong())
}

fn seconds(value: &Json) -> Result<u64, String> {
    let number = if let Json::Number(number) = value { number.as_str().parse().ok() } else { None };
    number.ok_or_else(|| "`auth_time` is not a whole number of seconds since 1970".to_owned())
}
