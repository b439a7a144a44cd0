//! The response side of the layer: arbitrary bytes in arbitrary chunks as the response of the server behind it. No list that a
//! client parses from the output names a tool, resource or prompt that the caller may not see, and the output does not depend on the chunks.
//! A stream that was opened to listen ends with the token, and one that answers carries no message of the server from then on.
//!
//! An input is a line and the response body. Letters in the line select: `f` filtered discovery, `d` the same with described lists,
//! otherwise open; `j` JSON, `s` a stream of events, otherwise no content type; `r`, `w`, `h`, `a` or `n` the token, otherwise none.
//! Digits are lengths of chunks. The number of letters `e` is that of the chunks after which the token ends.
#![no_main]

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, Request, header, request::Builder};
use libfuzzer_sys::fuzz_target;
use mcp_scopes_fuzz::{
    json::Node,
    server::{end_tokens, may_complete, may_get, may_read, open_to, server},
    transport::{Chunks, Exchange, send},
};
use mcp_scopes_server::{Discovery, HiddenTools, ResourceServer};
use serde_json::Value;

static OPEN: LazyLock<ResourceServer> =
    LazyLock::new(|| server(Discovery::Open, HiddenTools::Challenge, |builder| builder));
static FILTERED: LazyLock<ResourceServer> =
    LazyLock::new(|| server(Discovery::Filtered, HiddenTools::Challenge, |builder| builder));

static DESCRIBED: LazyLock<ResourceServer> = LazyLock::new(|| {
    server(Discovery::Filtered, HiddenTools::Challenge, mcp_scopes_server::ResourceServerBuilder::describe_lists)
});

/// The tokens by their letters.
const LETTERS: [(u8, &str); 5] = [(b'r', "read"), (b'w', "write"), (b'h', "shell"), (b'a', "admin"), (b'n', "none")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Events,
    Unstated,
}

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (line, answer) = (&input[..end], &input[end + 1..]);
    let has = |letter: u8| line.contains(&letter);
    let is_filtered = has(b'f') || has(b'd');
    let server = match (has(b'd'), is_filtered) {
        (true, _) => &*DESCRIBED,
        (false, true) => &*FILTERED,
        (false, false) => &*OPEN,
    };
    let format = match (has(b'j'), has(b's')) {
        (true, _) => Format::Json,
        (_, true) => Format::Events,
        _ => Format::Unstated,
    };
    let token = LETTERS.iter().find(|(letter, _)| has(*letter)).map(|(_, token)| *token);
    let lengths: Vec<u8> = line.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0').collect();

    let server = Server { layer: server, format, token };
    let whole = server.answer(Chunks::cut(answer, &[]));
    let pieces = server.answer(Chunks::cut(answer, &lengths));
    assert_eq!(whole.body, pieces.body, "the output depends on the chunks");
    assert_eq!((whole.status, &whole.headers), (pieces.status, &pieces.headers));
    assert!(whole.reached.is_some());

    let may_hold_list = [&b"tools"[..], b"esource", b"prompts", b"\\u00", b"\0", b"serde_json::private::"]
        .iter()
        .any(|part| holds(answer, part));
    let has_ids = format == Format::Events && ids(answer).iter().any(|id| !id.is_empty());
    if !is_filtered || !may_hold_list {
        assert_eq!(whole.status, 200);
        if has_ids {
            assert_eq!(events(&whole.body), events(answer), "only ids change");
        } else {
            assert_eq!(whole.body, answer, "nothing is filtered");
        }
    }
    if format == Format::Events {
        assert!(ids(&whole.body).iter().all(|id| id.is_empty() || is_sealed(id)), "an id is not sealed");
    }
    if is_filtered {
        let open = open_to(token);
        match format {
            Format::Events => events(&whole.body).iter().for_each(|data| check(data, token)),
            Format::Json | Format::Unstated => check(&whole.body, token),
        }
        check_kept(answer, &whole, format, open);
    }
    let ends = line.iter().filter(|letter| **letter == b'e').count();
    if ends > 0 && token.is_some() {
        server.check_end(answer, &lengths, ends, is_filtered);
    }
});

/// A server that returns one response to one caller.
struct Server {
    layer: &'static ResourceServer,
    format: Format,
    token: Option<&'static str>,
}

impl Server {
    /// Sends one `tools/list`.
    fn answer(&self, answer: Chunks) -> Exchange {
        let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        let request = Request::post("/mcp").header(header::CONTENT_TYPE, "application/json");
        self.send(request, Chunks::cut(body, &[]), answer)
    }

    /// Opens a stream to listen.
    fn listen(&self, answer: Chunks) -> Exchange {
        self.send(Request::get("/mcp"), Chunks::default(), answer)
    }

    fn send(&self, mut request: Builder, body: Chunks, answer: Chunks) -> Exchange {
        if let Some(token) = self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(body).expect("a request");
        let stated = match self.format {
            Format::Json => Some("application/json"),
            Format::Events => Some("text/event-stream"),
            Format::Unstated => None,
        };
        let stated = stated.map(|stated| (header::CONTENT_TYPE, HeaderValue::from_static(stated)));
        send(self.layer, request, stated.into_iter().collect::<HeaderMap>(), answer)
    }

    /// Asserts what happens to streams whose token ends after some chunks.
    fn check_end(&self, answer: &[u8], lengths: &[u8], after: usize, is_filtered: bool) {
        let chunks = Chunks::cut(answer, lengths);
        let before = chunks.first(after);
        if chunks.first(after - 1) == answer {
            // The stream ends first.
            return;
        }
        let ending = || chunks.clone().then(after, end_tokens);
        if self.format != Format::Events {
            if !is_filtered {
                assert_eq!(self.listen(ending()).body, before, "what was sent before the end");
            }
            return;
        }
        let complete = || Chunks::cut(complete_events(&before), &[]);
        assert_eq!(self.listen(ending()).body, self.listen(complete()).body, "a stream that listens ends");
        let number = events(&self.answer(complete()).body).len();
        let [all, sent] = [chunks.clone(), ending()].map(|chunks| events(&self.answer(chunks).body));
        assert_eq!(sent.get(..number), all.get(..number), "what was complete before the end");
        let [all, sent] = [all, sent].map(|events| events.into_iter().skip(number).collect::<Vec<_>>());
        assert!(sent.iter().all(|data| is_answer(data) != Some(false)), "the server begins a message");
        let answers = |events: &[Vec<u8>]| -> Vec<Vec<u8>> {
            events.iter().filter(|data| is_answer(data) == Some(true)).cloned().collect()
        };
        assert_eq!(answers(&sent), answers(&all), "an answer is lost");
    }
}

/// Returns the complete events at the begin of a stream. A carriage return at its end may be half of a line end.
fn complete_events(stream: &[u8]) -> &[u8] {
    let (mut complete, mut line, mut at) = (0, 0, 0);
    while let Some(byte) = stream.get(at) {
        let next = match (byte, stream.get(at + 1)) {
            (b'\n', _) => at + 1,
            (b'\r', Some(b'\n')) => at + 2,
            (b'\r', Some(_)) => at + 1,
            (b'\r', None) => break,
            _ => {
                at += 1;
                continue;
            }
        };
        if at == line {
            complete = next;
        }
        (line, at) = (next, next);
    }
    &stream[..complete]
}

/// Returns whether the data of an event are responses alone. `None` if two readers could disagree, and for one without an id, such as that
/// of the layer in the place of what it cannot read.
fn is_answer(data: &[u8]) -> Option<bool> {
    let message = Node::parse(data).ok().filter(|message| message.ambiguous_name().is_none())?;
    let begins = |message: &Node| message.get("method").is_some_and(|method| *method != Node::Other(Value::Null));
    match &message {
        Node::Array(messages) => {
            let is_object = |message: &Node| matches!(message, Node::Object(_));
            messages.iter().all(is_object).then(|| !messages.iter().any(begins))
        }
        Node::Object(_) if begins(&message) => Some(false),
        Node::Object(_) => message.get("id").map(|_| true),
        Node::String(_) | Node::Other(_) => None,
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The lists, the member that names an element, and whether a caller may see one.
type List = (&'static str, &'static str, fn(Option<&str>, &str) -> bool);
const LISTS: [List; 4] = [
    ("tools", "name", |token, name| open_to(token).contains(&name)),
    ("resources", "uri", may_read),
    ("resourceTemplates", "uriTemplate", |token, uri| may_complete(token, uri) || may_read(token, uri)),
    ("prompts", "name", may_get),
];

/// Asserts that no reader finds an element that is not open, whichever of several duplicate members it uses.
fn check(text: &[u8], token: Option<&str>) {
    if let Ok(answer) = Node::parse(text) {
        for answer in answer.elements().iter().chain([&answer]) {
            for (list, member, is_open) in LISTS {
                for list in answer.all("result").flat_map(|result| result.all(list)) {
                    for name in list.elements().iter().flat_map(|entry| entry.all(member)).filter_map(Node::text) {
                        assert!(is_open(token, name), "{name:?} is shown");
                    }
                }
            }
        }
    }
    // The type that most clients in Rust parse with.
    if let Ok(answer) = serde_json::from_slice::<Value>(text) {
        for answer in answer.as_array().into_iter().flatten().chain([&answer]) {
            for (list, member, is_open) in LISTS {
                let list = answer.pointer("/result").and_then(|result| result.get(list));
                for entry in list.and_then(Value::as_array).into_iter().flatten() {
                    if let Some(name) = entry.get(member).and_then(Value::as_str) {
                        assert!(is_open(token, name), "{name:?} is shown");
                    }
                }
            }
        }
    }
}

/// Returns the data of each event of a stream (HTML, "Interpreting an event stream"). Includes an incomplete last event, which some
/// clients accept.
fn events(stream: &[u8]) -> Vec<Vec<u8>> {
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let (mut events, mut data) = (Vec::new(), None::<Vec<u8>>);
    let mut rest = stream;
    loop {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = &rest[..end];
        if line.is_empty() {
            events.extend(data.take());
        } else {
            let (field, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
            if field == b"data" {
                let value = value.strip_prefix(b":").unwrap_or(value);
                let value = value.strip_prefix(b" ").unwrap_or(value);
                match &mut data {
                    Some(data) => data.extend([b"\n", value].concat()),
                    None => data = Some(value.to_vec()),
                }
            }
        }
        if end == rest.len() {
            events.extend(data);
            return events;
        }
        rest = if rest[end..].starts_with(b"\r\n") { &rest[end + 2..] } else { &rest[end + 1..] };
    }
}

/// Returns the values of all `id` lines of a stream.
fn ids(stream: &[u8]) -> Vec<&[u8]> {
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let lines = stream.split(|byte| matches!(byte, b'\n' | b'\r'));
    let values = lines.filter_map(|line| match line.strip_prefix(b"id")? {
        [] => Some(&[][..]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    });
    values.collect()
}

/// Returns whether an id ends with a grant in base64url and a seal of 32 hexadecimal digits.
fn is_sealed(id: &[u8]) -> bool {
    let mut parts = id.rsplitn(3, |byte| *byte == b'.');
    let (seal, grant) = (parts.next().unwrap_or_default(), parts.next());
    let is_grant = |grant: &[u8]| grant.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    seal.len() == 32 && seal.iter().all(u8::is_ascii_hexdigit) && grant.is_some_and(is_grant) && parts.next().is_some()
}

/// Asserts that an unambiguous list keeps all tools that the caller may see, in order.
fn check_kept(answer: &[u8], exchange: &Exchange, format: Format, open: &[&str]) {
    if format == Format::Events {
        return;
    }
    let names = |text: &[u8]| -> Option<Vec<String>> {
        let tools = serde_json::from_slice::<Value>(text).ok()?;
        let tools = tools.pointer("/result/tools")?.as_array()?.clone();
        tools.iter().map(|tool| tool.get("name")?.as_str().map(str::to_owned)).collect()
    };
    let Some(sent) = names(answer) else { return };
    let Ok(tree) = Node::parse(answer) else { return };
    // Another list in the same response may be malformed.
    if LISTS.iter().skip(1).any(|(list, ..)| tree.get("result").is_some_and(|result| result.get(list).is_some())) {
        return;
    }
    // The filter rejects what two readers could see differently.
    if exchange.status == 502 {
        return assert!(tree.ambiguous_name().is_some(), "an unambiguous list is rejected");
    }
    let expected: Vec<_> = sent.into_iter().filter(|name| open.contains(&name.as_str())).collect();
    assert_eq!(names(&exchange.body), Some(expected));
}
