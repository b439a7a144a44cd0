//! Adversarial requests and their expected answers: one row per request, in the tables of the modules.
//!
//! | module | requests |
//! |---|---|
//! | `elsewhere` | weaknesses of other servers |
//! | `jwt` | malformed tokens, and tokens for other purposes |
//! | `credentials` | misplaced and duplicate credentials |
//! | `headers` | headers that contradict the request |
//! | `bodies` | bodies that two parsers read differently |
//! | `streams` | sessions and streams of older revisions, lists in answers |
//! | `sandbox` | switching from one environment to the other |
//! | `wire` | raw bytes over a socket |
//! | `mutations` | mutated requests |
//! | `slow` | bodies that never end, clients that disconnect |

mod bodies;
mod credentials;
mod elsewhere;
mod headers;
pub(crate) mod jwt;
mod mutations;
mod sandbox;
mod slow;
mod streams;
mod wire;

use std::collections::BTreeSet;

use crate::server::{Answer, Ask, DOCUMENT, Server};

/// Weaknesses of other servers. Each has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Elsewhere {
    /// The metadata advertises other scopes than calls require.
    AdvertisesOtherScopes,
    /// A token without a required claim is accepted.
    MissingClaimPasses,
    /// A scope that starts with the required one is accepted.
    PrefixOfAScope,
    /// A broad scope does not include the scopes that it implies.
    NoHierarchy,
    /// Text from the client is written to a header.
    UnescapedHeader,
    /// One call is rejected several times, each time for another scope.
    OneScopeAtATime,
    /// A hidden tool can be called, or a listed tool cannot be called.
    ListIsNotTheCheck,
    /// The list of one caller is cached for all callers.
    ListKeptForAll,
    /// The check reads a body in another way than the server.
    BodyReadTwice,
    /// A rejection fails, and the request is forwarded.
    RefusalFails,
    /// A header switches to another environment.
    EnvironmentByHeader,
    /// A new session resets a limit.
    LimitOfASession,
}

const ELSEWHERE: [Elsewhere; 12] = [
    Elsewhere::AdvertisesOtherScopes,
    Elsewhere::MissingClaimPasses,
    Elsewhere::PrefixOfAScope,
    Elsewhere::NoHierarchy,
    Elsewhere::UnescapedHeader,
    Elsewhere::OneScopeAtATime,
    Elsewhere::ListIsNotTheCheck,
    Elsewhere::ListKeptForAll,
    Elsewhere::BodyReadTwice,
    Elsewhere::RefusalFails,
    Elsewhere::EnvironmentByHeader,
    Elsewhere::LimitOfASession,
];

/// One adversarial request.
struct Row {
    name: String,
    about: Option<Elsewhere>,
    server: fn() -> Server,
    /// Requests that are sent before it to the same server.
    before: Vec<Ask>,
    sent: Ask,
    out: Out,
}

/// The expected answer.
enum Out {
    /// The layer answers with this status and JSON-RPC code, and no tool runs. The challenge contains the text; if the text is
    /// empty, there is no challenge.
    Refused(u16, i64, &'static str),
    /// The request reaches the server behind the layer, and the predicate holds for the request and the answer.
    Passed(fn(&Answer) -> bool),
}

fn row(name: impl Into<String>, server: fn() -> Server, sent: Ask, out: Out) -> Row {
    Row { name: name.into(), about: None, server, before: Vec::new(), sent, out }
}

impl Row {
    fn about(self, what: Elsewhere) -> Self {
        Self { about: Some(what), ..self }
    }

    fn after(self, before: Vec<Ask>) -> Self {
        Self { before, ..self }
    }

    /// Sends the request and describes how the answer differs from the expected one.
    async fn fault(self) -> Option<String> {
        let server = (self.server)();
        for ask in self.before {
            server.send(ask).await;
        }
        let sent: Vec<_> = self.sent.0.headers().get_all("authorization").iter().cloned().collect();
        let answer = server.send(self.sent).await;
        let fault = match self.out {
            Out::Refused(status, code, challenge) => describe_fault(&answer, status, code, challenge),
            Out::Passed(holds) if answer.seen.is_some() && holds(&answer) => None,
            Out::Passed(_) => Some("an unexpected answer".to_owned()),
        };
        let leak = sent.iter().filter_map(|value| value.to_str().ok()?.split_once(' ')).any(|(_, token)| {
            token.len() > 8 && (answer.body.contains(token) || format!("{:?}", answer.headers).contains(token))
        });
        let fault = fault.or_else(|| leak.then(|| "the answer contains the token".to_owned()));
        fault.map(|fault| format!("{}: {fault}: {answer:?}", self.name))
    }
}

/// Describes how a rejection differs from the expected one.
fn describe_fault(answer: &Answer, status: u16, code: i64, challenge: &str) -> Option<String> {
    let found = answer.header("www-authenticate");
    let one = answer.headers.get_all("www-authenticate").iter().count() < 2;
    let as_expected = if challenge.is_empty() {
        found.is_empty()
    } else {
        found.starts_with("Bearer ") && found.contains(challenge) && found.contains(DOCUMENT)
    };
    [
        (answer.seen.is_none(), "the request was forwarded"),
        (answer.status.as_u16() == status, "another status"),
        (answer.json()["error"]["code"].as_i64() == Some(code), "another code"),
        (one && as_expected, "another challenge"),
        // RFC 9110 §15.5.2: a 401 requires a challenge.
        (status != 401 || !found.is_empty(), "401 without a challenge"),
        (answer.header("content-type") == "application/json", "no JSON"),
        (answer.header("cache-control") == "no-store", "it may be cached"),
    ]
    .into_iter()
    .find_map(|(holds, fault)| (!holds).then(|| fault.to_owned()))
}

/// Returns a call of a tool that the token `reader` opens.
fn call() -> Ask {
    Ask::call("list_files")
}

/// Returns the same call with that token.
fn read() -> Ask {
    call().token("reader")
}

fn tables() -> Vec<Vec<Row>> {
    vec![
        elsewhere::rows(),
        jwt::rows(),
        credentials::rows(),
        headers::rows(),
        bodies::rows(),
        streams::rows(),
        sandbox::rows(),
    ]
}

#[tokio::test]
async fn returns_the_expected_answer_to_each_adversarial_request() {
    let (mut names, mut about, mut faults) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for row in tables().into_iter().flatten() {
        assert!(names.insert(row.name.clone()), "two rows are called {}", row.name);
        about.extend(row.about);
        faults.extend(row.fault().await);
    }
    println!("{} requests, and {} over a socket", names.len(), wire::ROWS.len());
    assert!(faults.is_empty(), "{} rows:\n{}", faults.len(), faults.join("\n"));
    assert!(names.len() >= 120, "{} rows", names.len());
    assert_eq!(about, ELSEWHERE.into_iter().collect(), "a weakness of other servers has no row");
}

#[tokio::test]
async fn reports_rows_whose_expectation_is_wrong() {
    let wrong = [
        row("passes", Server::new, read(), Out::Refused(403, 403, "insufficient_scope")),
        row("refused", Server::new, call(), Out::Passed(|_| true)),
        row("status", Server::new, call(), Out::Refused(403, 401, "scope")),
        row("code", Server::new, call(), Out::Refused(401, -32600, "scope")),
        row("challenge", Server::new, call(), Out::Refused(401, 401, "error=")),
        row("no challenge", Server::new, call(), Out::Refused(401, 401, "")),
        row("other", Server::new, read(), Out::Passed(|answer| answer.status.as_u16() == 403)),
    ];
    for row in wrong {
        let name = row.name.clone();
        assert!(row.fault().await.is_some(), "{name}");
    }
}
