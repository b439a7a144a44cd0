//! What a server answers: status, headers, and a body of bounded size.

use std::{sync::Arc, time::Duration};

use mcp_scopes_client::{Challenge, Challenges};
use mcp_scopes_prm::json::Json;

use crate::events::{Events, is_response};

/// How long to wait where a server that limits requests does not say it.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);

/// A request that was sent, and what came back.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// What was sent, in words: `a request without a token`.
    pub(crate) what: String,
    pub(crate) url: Arc<str>,
    pub(crate) result: Result<Answer, Silence>,
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, Vec<u8>)>,
    /// Empty if it is not UTF-8.
    pub(crate) body: String,
    /// Why the body is not whole.
    pub(crate) broken: Option<Broken>,
}

/// Why a body is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    TooLarge,
    Slow,
    NotUtf8,
    CutOff,
}

impl Broken {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "is larger than 4 MiB",
            Self::Slow => "does not end within the time-out",
            Self::NotUtf8 => "is not UTF-8",
            Self::CutOff => "ends before its length",
        }
    }
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The connection failed.
    Unreachable(String),
    /// No response within the time-out.
    Slow,
    /// The request was not sent: a bound of the run is reached.
    NotSent,
    /// The server answers fewer requests (429, or 503 with `Retry-After`), so what it decides is not known.
    Limited,
}

impl Answer {
    pub(crate) fn new(status: u16, headers: Vec<(String, Vec<u8>)>, body: Vec<u8>, broken: Option<Broken>) -> Self {
        let (body, broken) = match String::from_utf8(body) {
            Ok(body) => (body, broken),
            Err(_) => (String::new(), broken.or(Some(Broken::NotUtf8))),
        };
        Self { status, headers, body, broken }
    }

    /// Returns the answer with this body.
    pub(crate) fn with_body(self, body: Vec<u8>, broken: Option<Broken>) -> Self {
        Self::new(self.status, self.headers, body, broken)
    }

    /// Returns the number of bytes that are kept.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        self.body.len() + headers
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }

    /// Returns every value of a header, whose name is in lower case.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// Returns the first value of a header, if it is text.
    pub(crate) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.headers(name).next().and_then(|value| str::from_utf8(value).ok())
    }

    pub(crate) fn all_headers(&self) -> &[(String, Vec<u8>)] {
        &self.headers
    }

    /// Returns the media type, in lower case and without parameters.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns the challenges of `WWW-Authenticate`.
    pub(crate) fn challenges(&self) -> Challenges {
        Challenges::parse(self.headers("www-authenticate"))
    }

    /// Returns the JSON-RPC message of the body.
    pub(crate) fn message(&self) -> Message {
        if self.broken.is_some() {
            return Message::None;
        }
        let json = if self.is_stream() {
            Events::default().response(self.body.as_bytes())
        } else {
            Json::parse(&self.body).ok()
        };
        json.map_or(Message::None, Message::of)
    }

    /// Returns whether the body is a stream of events.
    pub(crate) fn is_stream(&self) -> bool {
        self.media_type() == "text/event-stream"
    }

    /// Returns for how long the server asks to wait, if it refuses to answer so many requests.
    pub(crate) fn limit(&self) -> Option<Duration> {
        let after = self.header("retry-after");
        // It may be a date, too.
        let wait = after.and_then(|after| after.trim().parse().ok()).map_or(DEFAULT_WAIT, Duration::from_secs);
        (self.status == 429 || (self.status == 503 && after.is_some())).then_some(wait)
    }
}

impl Exchange {
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.result.as_ref().ok()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// Returns the challenge for access tokens.
    pub(crate) fn challenge(&self) -> Option<Challenge> {
        self.answer()?.challenges().for_tokens().cloned()
    }

    pub(crate) fn message(&self) -> Message {
        self.answer().map_or(Message::None, Answer::message)
    }

    /// Returns whether the answer, or its end, did not arrive within the time-out.
    pub(crate) fn is_slow(&self) -> bool {
        match &self.result {
            Ok(answer) => answer.broken == Some(Broken::Slow),
            Err(silence) => *silence == Silence::Slow,
        }
    }

    /// Returns whether nothing follows from the request: it was not sent, or the server limits requests.
    pub(crate) fn is_unjudged(&self) -> bool {
        matches!(self.result, Err(Silence::NotSent | Silence::Limited))
    }

    /// Returns whether the server did what was asked: a success with a JSON-RPC result. A page is none.
    pub(crate) fn is_accepted(&self) -> bool {
        self.answer().is_some_and(|answer| answer.is_success() && matches!(answer.message(), Message::Result(_)))
    }
}

/// A JSON-RPC message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Result(Json),
    Error {
        code: Option<i64>,
        text: String,
    },
    /// Several messages in an array.
    Batch(usize),
    /// No message that can be read.
    None,
}

impl Message {
    fn of(json: Json) -> Self {
        match json {
            Json::Array(items) => Self::Batch(items.len()),
            _ if !is_response(&json) => Self::None,
            Json::Object(mut members) => {
                if let Some(result) = members.shift_remove("result") {
                    return Self::Result(result);
                }
                match members.get("error") {
                    Some(error) => Self::Error {
                        code: match error.get("code") {
                            Some(Json::Number(number)) => number.as_str().parse().ok(),
                            _ => None,
                        },
                        text: error.get("message").and_then(Json::as_str).unwrap_or_default().to_owned(),
                    },
                    None => Self::None,
                }
            }
            _ => Self::None,
        }
    }

    pub(crate) fn result(&self) -> Option<&Json> {
        if let Self::Result(result) = self { Some(result) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answer, Exchange, Message};

    fn answer(kind: &str, body: &str) -> Answer {
        let headers = vec![("content-type".to_owned(), kind.as_bytes().to_vec())];
        Answer::new(200, headers, body.as_bytes().to_vec(), None)
    }

    #[test]
    fn reads_messages_of_json_and_of_events() {
        let json = answer("Application/JSON; charset=utf-8", r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#);
        assert!(json.message().result().is_some_and(|result| result.get("tools").is_some()));
        let stream = "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\r\n\r\ndata: {\"id\":1,\r\ndata: \"error\":{\"code\":-32602,\"message\":\"no\"}}\r\n\r\n";
        let error = Message::Error { code: Some(-32602), text: "no".to_owned() };
        assert_eq!(answer("text/event-stream", stream).message(), error);
        assert_eq!(answer("application/json", "[{}, {}]").message(), Message::Batch(2));
    }

    /// `error` is a level of the log.
    #[test]
    fn takes_no_notification_for_the_response() {
        let log =
            r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":{"result":1}}}"#;
        let response = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#;
        let stream = format!("data: {log}\n\ndata: {response}\n\n");
        assert!(answer("text/event-stream", &stream).message().result().is_some());
        assert_eq!(answer("text/event-stream", &format!("data: {log}\n\n")).message(), Message::None);
        assert_eq!(answer("application/json", log).message(), Message::None);
    }

    #[test]
    fn accepts_only_results() {
        for (body, is_accepted) in [
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"no"}}"#, false),
            (r#"{"result":[],"next":null}"#, false),
            ("<html></html>", false),
            ("{}", false),
            ("", false),
        ] {
            let exchange =
                Exchange { what: String::new(), url: "http://h/".into(), result: Ok(answer("application/json", body)) };
            assert_eq!(exchange.is_accepted(), is_accepted, "{body}");
        }
    }

    #[test]
    fn reads_how_long_to_wait() {
        let limit = |status, after: Option<&str>| {
            let headers = after.map(|after| ("retry-after".to_owned(), after.as_bytes().to_vec()));
            Answer::new(status, headers.into_iter().collect(), Vec::new(), None).limit()
        };
        assert_eq!(limit(429, Some("7")), Some(Duration::from_secs(7)));
        assert_eq!(limit(503, Some(" 2 ")), Some(Duration::from_secs(2)));
        assert_eq!(limit(429, None), Some(Duration::from_secs(1)));
        assert_eq!(limit(503, Some("Fri, 31 Dec 1999 23:59:59 GMT")), Some(Duration::from_secs(1)));
        assert_eq!((limit(503, None), limit(200, Some("7"))), (None, None));
    }

    #[test]
    fn reads_nothing_from_hostile_bodies() {
        let deep = "[".repeat(100_000);
        for body in ["", "null", "{", "1e999", "{\"a\":1,\"a\":2}", &deep, "{\"error\":7}"] {
            assert!(!matches!(answer("application/json", body).message(), Message::Result(_)), "{body:.20}");
        }
        assert_eq!(Answer::new(200, Vec::new(), vec![0xff], None).body, "");
    }
}
