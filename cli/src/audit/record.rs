//! What a line says, in both forms.

use jiff::Timestamp;
use mcp_scopes_prm::json::Json;

/// A line of an audit file.
#[derive(Debug)]
pub(crate) struct Record {
    value: Json,
    is_ocsf: bool,
}

/// What a line can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Decision,
    Outcome,
    Risk,
    Tool,
    Method,
    Reason,
    Rule,
    /// The subject as it is written: plain, or its hash.
    Subject,
    Client,
    Environment,
    Session,
    Trace,
    Issuer,
    Transport,
    /// Why the line counts several events.
    Aggregate,
}

impl Record {
    /// Reads a line; `None` if it is not an event.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        let value = Json::parse(core::str::from_utf8(line).ok()?).ok()?;
        let record = Self { is_ocsf: value.get("class_uid").is_some(), value };
        (record.text(Field::Decision).is_some() && record.time().is_some()).then_some(record)
    }

    /// Returns when the request was received.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        if self.is_ocsf {
            return Timestamp::from_millisecond(number(self.value.get("time")?)?).ok();
        }
        self.value.get("timestamp")?.as_str()?.parse().ok()
    }

    /// Returns the time to the end of the call, in milliseconds.
    pub(crate) fn milliseconds(&self) -> Option<f64> {
        if self.is_ocsf {
            return number(self.value.get("duration")?);
        }
        Some(number::<f64>(self.value.get("mcp_scopes.duration")?)? * 1000.0)
    }

    /// Returns the number of events that the line counts, if it counts several.
    pub(crate) fn count(&self) -> Option<u64> {
        number(self.value.get(if self.is_ocsf { "count" } else { "mcp_scopes.count" })?)
    }

    /// Returns the names of the policy patterns that the call matched.
    pub(crate) fn patterns(&self) -> Vec<[u8; 8]> {
        let list =
            if self.is_ocsf { at(&self.value, "/unmapped/patterns") } else { self.value.get("mcp_scopes.patterns") };
        let Some(Json::Array(list)) = list else { return Vec::new() };
        let digits = list.iter().filter_map(Json::as_str);
        let names = digits.filter(|digits| digits.len() == 16).map(|digits| u64::from_str_radix(digits, 16));
        names.flatten().map(u64::to_be_bytes).collect()
    }

    /// Returns what the line says.
    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        if self.is_ocsf {
            return at(&self.value, field.pointer())?.as_str();
        }
        field.names().iter().find_map(|name| self.value.get(name)?.as_str())
    }
}

/// Returns a number of this type.
fn number<T: core::str::FromStr>(value: &Json) -> Option<T> {
    if let Json::Number(number) = value { number.as_str().parse().ok() } else { None }
}

/// Returns the value at a place in a document (RFC 6901). No name there is escaped.
fn at<'j>(document: &'j Json, pointer: &str) -> Option<&'j Json> {
    pointer.split('/').skip(1).try_fold(document, |value, name| match value {
        Json::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    })
}

impl Field {
    /// Returns the names in JSON lines.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Decision => &["mcp_scopes.decision"],
            Self::Outcome => &["mcp_scopes.outcome"],
            Self::Risk => &["mcp_scopes.risk"],
            Self::Tool => &["gen_ai.tool.name"],
            Self::Method => &["mcp.method.name"],
            Self::Reason => &["mcp_scopes.reason"],
            Self::Rule => &["mcp_scopes.rule"],
            Self::Subject => &["user.id", "user.hash"],
            Self::Client => &["mcp_scopes.client"],
            Self::Environment => &["mcp_scopes.environment"],
            Self::Session => &["mcp_scopes.session"],
            Self::Trace => &["trace_id"],
            Self::Issuer => &["mcp_scopes.issuer"],
            Self::Transport => &["network.transport"],
            Self::Aggregate => &["mcp_scopes.aggregate"],
        }
    }

    /// Returns the place in OCSF.
    const fn pointer(self) -> &'static str {
        match self {
            Self::Decision => "/actor/authorizations/0/decision",
            Self::Outcome => "/unmapped/outcome",
            Self::Risk => "/unmapped/risk",
            Self::Tool => "/resources/0/name",
            Self::Method => "/api/operation",
            Self::Reason => "/status_detail",
            Self::Rule => "/actor/authorizations/0/policy/name",
            Self::Subject => "/actor/user/uid",
            Self::Client => "/actor/app_uid",
            Self::Environment => "/unmapped/environment",
            Self::Session => "/actor/session/uid",
            Self::Trace => "/trace/uid",
            Self::Issuer => "/actor/idp/uid",
            Self::Transport => "/unmapped/transport",
            Self::Aggregate => "/unmapped/aggregate",
        }
    }
}
