//! What somebody would send who means harm, and what has to come out: the tables are in the modules, one row per request.
//!
//! | module | what is tried |
//! |---|---|
//! | `elsewhere` | what other servers get wrong |
//! | `jwt` | tokens that are none, or are good for something else |
//! | `credentials` | where and how often credentials stand |
//! | `headers` | headers that say something else than the request |
//! | `bodies` | bodies that can be read in two ways |
//! | `streams` | sessions and streams of older revisions, lists on their way out |
//! | `sandbox` | getting from one environment into the other |
//! | `wire` | what is sent byte for byte, over a socket |
//! | `mutations` | requests that nobody wrote |
//! | `slow` | bodies that do not end, clients that go away |

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

/// What other servers get wrong. Each has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Elsewhere {
    /// What the metadata advertises is not what calls need.
    AdvertisesOtherScopes,
    /// A token without the claim that is asked for passes.
    MissingClaimPasses,
    /// A scope that begins like the one that is needed is enough.
    PrefixOfAScope,
    /// A broad scope does not include what it stands for.
    NoHierarchy,
    /// What a client sent stands in a header.
    UnescapedHeader,
    /// One call is refused several times, each time for another scope.
    OneScopeAtATime,
    /// What is hidden can be called, or what cannot be called is shown.
    ListIsNotTheCheck,
    /// A list that is one caller's is kept for all.
    ListKeptForAll,
    /// A body that the check reads in one way and the server in another.
    BodyReadTwice,
    /// Who is to refuse fails, and nobody refuses.
    RefusalFails,
    /// Whoever sends a header is in another environment.
    EnvironmentByHeader,
    /// A limit begins anew with a new session.
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

/// One request that somebody means harm with.
struct Row {
    name: String,
    about: Option<Elsewhere>,
    server: fn() -> Server,
    /// What is sent before it, to the same server.
    before: Vec<Ask>,
    sent: Ask,
    out: Out,
}

/// What has to come out.
enum Out {
    /// The layer answers with status and JSON-RPC code, and nothing has run. The challenge holds the text; without one
    /// there must be none.
    Refused(u16, i64, &'static str),
    /// It reaches the server behind the layer, and this holds for what has reached it and what came back.
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

    /// Sends it; what is wrong with what came out.
    async fn fault(self) -> Option<String> {
        let server = (self.server)();
        for ask in self.before {
            server.send(ask).await;
        }
        let sent: Vec<_> = self.sent.0.headers().get_all("authorization").iter().cloned().collect();
        let answer = server.send(self.sent).await;
        let fault = match self.out {
            Out::Refused(status, code, challenge) => refused(&answer, status, code, challenge),
            Out::Passed(holds) if answer.seen.is_some() && holds(&answer) => None,
            Out::Passed(_) => Some("something else came out".to_owned()),
        };
        let leak = sent.iter().filter_map(|value| value.to_str().ok()?.split_once(' ')).any(|(_, token)| {
            token.len() > 8 && (answer.body.contains(token) || format!("{:?}", answer.headers).contains(token))
        });
        let fault = fault.or_else(|| leak.then(|| "the answer repeats the token".to_owned()));
        fault.map(|fault| format!("{}: {fault}: {answer:?}", self.name))
    }
}

/// What is wrong with a refusal.
fn refused(answer: &Answer, status: u16, code: i64, challenge: &str) -> Option<String> {
    let said = answer.header("www-authenticate");
    let one = answer.headers.get_all("www-authenticate").iter().count() < 2;
    let said_well = if challenge.is_empty() {
        said.is_empty()
    } else {
        said.starts_with("Bearer ") && said.contains(challenge) && said.contains(DOCUMENT)
    };
    [
        (answer.seen.is_none(), "it reached the server"),
        (answer.status.as_u16() == status, "another status"),
        (answer.json()["error"]["code"].as_i64() == Some(code), "another code"),
        (one && said_well, "another challenge"),
        // RFC 9110 §15.5.2: there has to be one.
        (status != 401 || !said.is_empty(), "401 without a challenge"),
        (answer.header("content-type") == "application/json", "no JSON"),
        (answer.header("cache-control") == "no-store", "it may be kept"),
    ]
    .into_iter()
    .find_map(|(holds, fault)| (!holds).then(|| fault.to_owned()))
}

/// A call of a tool that the token `reader` opens.
fn call() -> Ask {
    Ask::call("list_files")
}

/// The same with that token.
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
    assert_eq!(about, ELSEWHERE.into_iter().collect(), "what goes wrong elsewhere has a row each");
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
