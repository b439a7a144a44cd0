//! A call that a line states.

use jiff::Timestamp as Time;
use mcp_scopes_model::{Environment, nearest::nearest};
use mcp_scopes_policies::{ArgumentHasher, Call, Evidence, SessionKey, Timestamp};
use mcp_scopes_prm::json::Json;

use super::{
    line::{Asked, Refusal, Stated, Step},
    policies::{Policies, ReadCall},
    scopes::{CallScopes, read_strings},
};

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

/// Reads a call.
pub(super) fn read(call: &Json, line: u64, policies: &Policies) -> Result<Step, String> {
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
    let mut scopes = CallScopes::OfTheTool;
    let (name, found) = match [text(call, "tool")?, text(call, "resource")?, text(call, "prompt")?] {
        [Some(tool), None, None] => {
            scopes = policies.scopes.of_call(tool, arguments);
            let found = match of_tool(tool, arguments, policies) {
                Some(_) if scopes == CallScopes::Unlisted => Err(Refusal::UnlistedArgument),
                Some(call) => Ok(Some(call)),
                None => Err(Refusal::UnknownTool),
            };
            (tool, found)
        }
        [None, Some(uri), None] => (uri, of_read(policies.resource(uri), Refusal::UnknownResource)),
        [None, None, Some(prompt)] => (prompt, of_read(policies.prompt(prompt), Refusal::UnknownPrompt)),
        _ => return Err("it names not exactly one of `tool`, `resource` and `prompt`".to_owned()),
    };
    let (auth_time, acr) = (call.get("auth_time").map(seconds).transpose()?, text(call, "acr")?.map(str::to_owned));
    let key = SessionKey::new("simulated", environment, issuer, &[subject]);
    Ok(Step {
        line,
        time: time(call.get("time").ok_or("`time` is missing")?)?,
        subject: Some(subject.to_owned()),
        name: name.to_owned(),
        asked: match found {
            Err(refusal) => Asked::Refused(refusal),
            Ok(None) => Asked::Public,
            Ok(Some(call)) => Asked::Stated(Stated { key, call: call.with_evidence(evidence), auth_time, acr }),
        },
        scopes,
    })
}

/// Returns the call of a read; `None` if no policy is about it.
fn of_read(read: ReadCall, refusal: Refusal) -> Result<Option<Call>, Refusal> {
    match read {
        ReadCall::Closed => Err(refusal),
        ReadCall::Public => Ok(None),
        ReadCall::Call(call) => Ok(Some(call)),
    }
}

fn of_tool(name: &str, arguments: Option<&Json>, policies: &Policies) -> Option<Call> {
    let tool = policies.rules.tool(name)?;
    let mut reader = policies.rules.call(tool);
    if let Some(arguments) = arguments {
        read_strings("", arguments, &mut |name, text| reader.argument(name, text));
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
