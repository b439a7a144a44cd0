//! Holding the mirrored headers against the body (MCP 2026-07-28, "Server Validation").
//!
//! Load balancers and SDKs act on the headers, the check acts on the body: where they differ, one of the two is deceived.

use std::{borrow::Cow, collections::HashMap};

use http::{HeaderMap, HeaderName};
use serde_json::{Value, value::RawValue};

use crate::ScopeTable;

use super::{
    super::{
        error::Problems,
        head::{Head, PARAM, Stated},
    },
    Kind, Message, arguments, sentinel,
};

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The first revision that mirrors the body in headers and has no handshake.
const MODERN: &str = "2026-07-28";

/// Which rules a message follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2025-11-25 and before: a handshake, sessions; headers are optional, but have to agree.
    Legacy,
    /// 2026-07-28 and later: each request stands by itself, and the headers are required.
    Modern,
}

/// Why headers and body do not go together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disagreement {
    /// A header is missing, or says something else than the body: −32020.
    Header(String),
    /// The body lacks what each request has to say of itself: −32602, as for other parameters that are missing
    /// (SEP-2575).
    Meta(&'static str),
}

impl From<String> for Disagreement {
    fn from(text: String) -> Self {
        Self::Header(text)
    }
}

impl From<&str> for Disagreement {
    #[cold]
    fn from(text: &str) -> Self {
        Self::Header(text.to_owned())
    }
}

/// A tool's argument that is mirrored in a header: `x-mcp-header` of its input schema.
#[derive(Clone, Debug)]
pub(crate) struct ParamHeader {
    pub(crate) tool: &'static str,
    /// All of the header's name, in lower case.
    pub(crate) header: String,
    /// The members that lead to the argument.
    pub(crate) path: Vec<String>,
}

impl ParamHeader {
    /// Those that were stated, by tool, end of the header's name and path.
    pub(crate) fn all(
        stated: &[(String, String, Vec<String>)],
        table: &'static ScopeTable,
        problems: &mut Problems,
    ) -> Vec<Self> {
        let mut found = Vec::with_capacity(stated.len());
        for (tool, header, path) in stated {
            let name = HeaderName::try_from(format!("{PARAM}{header}"));
            match (table.tool(tool), name) {
                (Some(known), Ok(name)) if !header.is_empty() && !path.is_empty() => {
                    found.push(Self { tool: known.tool().name, header: name.as_str().to_owned(), path: path.clone() });
                }
                (None, _) => problems.add(
                    "param_header",
                    format!("the table lists no tool `{}`", tool.escape_debug()),
                    "write the name of a tool",
                ),
                _ => problems.add(
                    "param_header",
                    format!("`{}` makes no header name, or leads to no argument", header.escape_debug()),
                    "write what the input schema says behind `x-mcp-header`, and the members that lead to the argument",
                ),
            }
        }
        found
    }
}

/// Tells the era of a message.
///
/// # Errors
/// What the headers and the body do not agree about.
pub(crate) fn agree(head: &Head<'_>, message: &Message<'_>, mirrored: &[ParamHeader]) -> Result<Era, Disagreement> {
    let version = single(head.version, VERSION)?;
    let method = single(head.method, METHOD)?;
    let name = single(head.name, NAME)?;
    let stated = message.params.version.as_deref();
    if let (Some(header), Some(body)) = (version, stated)
        && header != body
    {
        return Err("the header `MCP-Protocol-Version` and `_meta` name two versions".into());
    }
    // Dates of one format: their order is that of the texts.
    let is_modern = |version: Option<&str>| version.is_some_and(|version| version >= MODERN);
    let era = if is_modern(version) || is_modern(stated) { Era::Modern } else { Era::Legacy };
    // `initialize` is no method of this era: who sends it asks for an older one, and knows no headers yet.
    let modern = era == Era::Modern && message.kind != Kind::Response && message.method != "initialize";
    // Notifications have the headers, too, but need no `_meta` (SEP-2243, SEP-2575).
    let required = modern && message.kind == Kind::Request;
    if modern && version.is_none() {
        return Err("the header `MCP-Protocol-Version` is missing".into());
    }
    if required && stated.is_none() {
        return Err(Disagreement::Meta("`_meta` does not say the protocol version; the header alone is not enough"));
    }
    match method {
        Some(method) if method != message.method => {
            return Err("the header `Mcp-Method` is not the method of the body".into());
        }
        None if modern => return Err("the header `Mcp-Method` is missing".into()),
        _ => {}
    }
    match name {
        Some(value) => {
            let value = sentinel::decode(value).ok_or("the header `Mcp-Name` is marked as base64 and is none")?;
            if !names(message).into_iter().flatten().any(|name| name == value) {
                return Err("the header `Mcp-Name` is not what the body names".into());
            }
        }
        None if required && NAMED.contains(&&*message.method) && names(message).iter().any(Option::is_some) => {
            return Err("the header `Mcp-Name` is missing".into());
        }
        None => {}
    }
    parameters(head, message, mirrored, required)?;
    Ok(era)
}

/// The methods for which `Mcp-Name` is required.
const NAMED: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

/// What `Mcp-Name` may mirror.
fn names<'m>(message: &'m Message<'_>) -> [Option<&'m str>; 3] {
    let params = &message.params;
    let (name, uri, task) = (params.name.as_deref(), params.uri.as_deref(), params.task.as_deref());
    match &*message.method {
        "tools/call" | "prompts/get" => [name, None, None],
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => [None, uri, None],
        method if method.starts_with("tasks/") => [None, None, task],
        _ => [name, uri, task],
    }
}

/// The only value of a header. Of two values a proxy could take the other one.
fn single<'h>(stated: Stated<'h>, name: &str) -> Result<Option<&'h str>, String> {
    match stated {
        Stated::Never => Ok(None),
        Stated::Once(value) => {
            value.to_str().map(Some).map_err(|_| format!("the header `{name}` holds what is not visible ASCII"))
        }
        Stated::Often => Err(format!("the header `{name}` stands twice")),
    }
}

/// The same of a header that is asked for by its name.
fn named<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, String> {
    let mut values = headers.get_all(name).iter();
    let stated = match (values.next(), values.next()) {
        (None, _) => Stated::Never,
        (Some(value), None) => Stated::Once(value),
        (Some(_), Some(_)) => Stated::Often,
    };
    single(stated, name)
}

/// Holds `Mcp-Param-*` against the arguments. Of a header that the server was not told of, it is not known which argument
/// it mirrors; its value then has to be that of some argument.
fn parameters(head: &Head<'_>, message: &Message<'_>, mirrored: &[ParamHeader], required: bool) -> Result<(), String> {
    let is_call = message.method == "tools/call";
    let known = |known: &&ParamHeader| is_call && message.params.name.as_deref() == Some(known.tool);
    let expected = required && mirrored.iter().any(|param| known(&param));
    if !head.params && !expected {
        return Ok(());
    }
    let headers = head.all;
    let given = arguments(message).map_or("null", RawValue::get);
    let given: Value = serde_json::from_str(given).map_err(|_| "the arguments are not understood")?;
    for param in mirrored.iter().filter(known) {
        let argument = param.path.iter().try_fold(&given, |value, member| value.get(member)).filter(|at| !at.is_null());
        match (named(headers, &param.header)?, argument) {
            (None, None) => {}
            (None, Some(_)) if !required => {}
            (None, Some(_)) => return Err(format!("the header `{}` is missing", param.header)),
            (Some(header), Some(argument)) if mirrors(&decoded(header, &param.header)?, argument) => {}
            (Some(_), _) => return Err(format!("the header `{}` is not its argument", param.header)),
        }
    }
    let others = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with(PARAM));
    let others = others.filter(|name| !mirrored.iter().filter(known).any(|param| param.header == **name));
    let others: Vec<_> = others
        .map(|name| Ok((name, Wanted::new(decoded(named(headers, name)?.unwrap_or_default(), name)?))))
        .collect::<Result<_, String>>()?;
    if others.is_empty() {
        return Ok(());
    }
    let mut sought = Sought::default();
    for (_, wanted) in &others {
        sought.add(wanted);
    }
    sought.look(&given);
    match others.iter().find(|(_, wanted)| !sought.found(wanted)) {
        None => Ok(()),
        Some((name, _)) => Err(format!("the header `{name}` is none of the arguments")),
    }
}

fn decoded<'h>(value: &'h str, name: &str) -> Result<Cow<'h, str>, String> {
    sentinel::decode(value).ok_or_else(|| format!("the header `{name}` is marked as base64 and is none"))
}

/// Whether a header's value is that argument. Integers are compared as numbers: `42.0` is 42. Beyond 2⁵³ − 1 floating-point
/// numbers run together.
fn mirrors(header: &str, argument: &Value) -> bool {
    match argument {
        Value::String(text) => header == text,
        Value::Bool(is) => header == if *is { "true" } else { "false" },
        Value::Number(number) => {
            header == number.to_string() || exact(header).is_some_and(|header| Some(header) == number.as_f64())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A header's value as a number, if it is one that is told apart from its neighbours.
fn exact(header: &str) -> Option<f64> {
    header.parse().ok().filter(|number: &f64| number.abs() < 9_007_199_254_740_992.0)
}

/// The value of a header of which it is not known which argument it mirrors.
struct Wanted<'h> {
    text: Cow<'h, str>,
    /// As a number, in bits.
    number: Option<u64>,
}

impl<'h> Wanted<'h> {
    fn new(text: Cow<'h, str>) -> Self {
        let number = exact(&text).map(bits);
        Self { text, number }
    }
}

/// Numbers that are the same have the same bits: of zero there are two.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// Values that are looked for among the arguments, all of them in one go: a client may send as many headers as it wants, and
/// arguments without end.
#[derive(Default)]
struct Sought<'w> {
    texts: HashMap<&'w str, bool>,
    numbers: HashMap<u64, bool>,
}

impl<'w> Sought<'w> {
    fn add(&mut self, wanted: &'w Wanted<'_>) {
        self.texts.insert(&wanted.text, false);
        self.numbers.extend(wanted.number.map(|number| (number, false)));
    }

    /// Looks at the arguments that can be reached through members alone, as `x-mcp-header` asks for.
    fn look(&mut self, argument: &Value) {
        let mut found = |text: &str| {
            if let Some(found) = self.texts.get_mut(text) {
                *found = true;
            }
        };
        match argument {
            Value::Object(members) => members.values().for_each(|member| self.look(member)),
            Value::String(text) => found(text),
            Value::Bool(is) => found(if *is { "true" } else { "false" }),
            Value::Number(number) => {
                found(&number.to_string());
                if let Some(found) = number.as_f64().and_then(|number| self.numbers.get_mut(&bits(number))) {
                    *found = true;
                }
            }
            Value::Null | Value::Array(_) => {}
        }
    }

    fn found(&self, wanted: &Wanted<'_>) -> bool {
        let number = wanted.number.and_then(|number| self.numbers.get(&number));
        self.texts.get(&*wanted.text).into_iter().chain(number).any(|found| *found)
    }
}
