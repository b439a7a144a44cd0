//! Requests that a server must refuse although their token is valid, and methods without a token.

use super::{
    discovery::OTHER_ORIGIN,
    talk::{NO_OTHER_TOOL, NO_TOOL, methods},
    tokens::url_with_token,
};
use crate::{
    answer::Exchange,
    examine::Examiner,
    facts::{Misuse, MisuseKind, Talk},
    link::Ask,
    speech::{Speech, initialize},
};

/// Sends each with the token of a conversation.
pub(crate) async fn probe(examiner: &mut Examiner<'_>, talk: &Talk, talks: &[Talk]) -> Vec<Misuse> {
    let url = examiner.target.url.clone();
    let list = |what: &str| talk.speech.ask(what, &url, "tools/list", "");
    let mut asks = vec![
        (MisuseKind::Origin, list("`tools/list` from a page of another origin").header("origin", OTHER_ORIGIN)),
        (MisuseKind::Batch, batch(list("two requests in an array"))),
        (MisuseKind::Revision, other_revision(list("`tools/list` of a revision that does not exist"))),
    ];
    if talk.speech == Speech::Stateless {
        let named = format!("\"name\":\"{NO_OTHER_TOOL}\",\"arguments\":{{}}");
        let ask = talk.speech.ask("a call whose header names another tool; neither exists", &url, "tools/call", &named);
        asks.push((MisuseKind::NameMismatch, ask.header("mcp-name", NO_TOOL)));
        let mut ask = list("`tools/list` whose header names another method");
        ask.headers
            .iter_mut()
            .filter(|(name, _)| *name == "mcp-method")
            .for_each(|(_, value)| "resources/list".clone_into(value));
        asks.push((MisuseKind::MethodMismatch, ask));
    }
    let mut misuses = Vec::new();
    for (kind, ask) in asks {
        let exchange = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
        misuses.push(Misuse { kind, exchange });
    }
    if let Some(token) = talk.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")) {
        let ask = list("`tools/list` with the scheme in lower case");
        let exchange = examiner.link.send(ask.authorization(Some(format!("bearer {token}")))).await;
        misuses.push(Misuse { kind: MisuseKind::LowerCaseScheme, exchange });
        let mut ask = list("`tools/list` with a token, and an invalid one in the query string");
        ask.url = url_with_token(examiner);
        let exchange = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
        misuses.push(Misuse { kind: MisuseKind::QueryBesideHeader, exchange });
    }
    sessions(examiner, talk, talks, &mut misuses).await;
    misuses
}

/// Uses the session of a conversation without a token, and with another one.
async fn sessions(examiner: &mut Examiner<'_>, talk: &Talk, talks: &[Talk], misuses: &mut Vec<Misuse>) {
    let Speech::Session { id: Some(_), .. } = &talk.speech else { return };
    let url = examiner.target.url.clone();
    if talk.authorization.is_some() {
        let ask = talk.speech.ask("`tools/list` with a session and without a token", &url, "tools/list", "");
        let exchange = examiner.link.send(ask).await;
        if exchange.is_accepted() {
            // A server that reads the token looks at it before the session, and refuses it.
            let what = "`tools/list` with a session, and an invalid token in the query string";
            let ask = talk.speech.ask(what, &url_with_token(examiner), "tools/list", "");
            misuses.push(Misuse { kind: MisuseKind::QueryBesideSession, exchange: examiner.link.send(ask).await });
        }
        misuses.push(Misuse { kind: MisuseKind::SessionAlone, exchange });
    }
    if let Some(other) = talks.iter().find(|other| other.is_open && other.who != talk.who) {
        let ask = talk.speech.ask("`tools/list` with the session of another token", &url, "tools/list", "");
        let exchange = examiner.link.send(ask.authorization(other.authorization.clone())).await;
        misuses.push(Misuse { kind: MisuseKind::OtherSession, exchange });
    }
    let ask =
        initialize("`initialize`, to compare the ids of sessions", &url).authorization(talk.authorization.clone());
    let exchange = examiner.link.send(ask).await;
    examiner.keep_session(talk.authorization.clone(), &exchange);
    misuses.push(Misuse { kind: MisuseKind::SecondSession, exchange });
}

/// Sends methods without a token, where the server demands one.
pub(crate) async fn open_methods(
    examiner: &mut Examiner<'_>,
    speech: &Speech,
    anonymous: &Exchange,
) -> Vec<(&'static str, Exchange)> {
    let mut found = Vec::new();
    if anonymous.status() != Some(401) {
        return found;
    }
    let url = examiner.target.url.clone();
    for (method, ask) in methods(speech, &url, "without a token") {
        found.push((method, examiner.link.send(ask).await));
    }
    let ask = speech.call("a call of a tool that does not exist, without a token", &url, NO_TOOL);
    found.push(("tools/call", examiner.link.send(ask).await));
    found
}

fn batch(mut ask: Ask) -> Ask {
    if let Some(body) = &mut ask.body {
        *body = format!("[{body},{}]", body.replacen("\"id\":1", "\"id\":2", 1));
    }
    ask
}

fn other_revision(mut ask: Ask) -> Ask {
    for (name, value) in &mut ask.headers {
        if *name == "mcp-protocol-version" {
            "1999-01-01".clone_into(value);
        }
    }
    if let Some(body) = &mut ask.body {
        *body = body.replacen("2026-07-28", "1999-01-01", 1);
    }
    ask
}
