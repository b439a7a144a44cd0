//! A conversation with one token: the revision, the lists, and calls.

use std::collections::HashSet;

use mcp_scopes_prm::json::Json;

use crate::{
    answer::{Exchange, Message},
    examine::Examiner,
    facts::{Call, List, ListedTool, Talk, Who},
    link::{Ask, Purpose},
    speech::{STATELESS, Speech, initialize, quoted},
};

/// A tool that no server has.
pub(crate) const NO_TOOL: &str = "mcp_scopes_doctor_no_such_tool";
/// A second one.
pub(crate) const NO_OTHER_TOOL: &str = "mcp_scopes_doctor_no_other_tool";
/// The methods beside tools that read something: what they name, and their parameters. Nothing that is named exists.
const METHODS: [(&str, Option<&str>, &str); 8] = [
    ("resources/list", None, ""),
    ("resources/templates/list", None, ""),
    ("resources/read", Some("mcp-scopes-doctor://no-such-resource"), ""),
    ("prompts/list", None, ""),
    ("prompts/get", Some("mcp_scopes_doctor_no_such_prompt"), ""),
    ("tasks/get", Some("mcp_scopes_doctor_no_such_task"), ""),
    ("tasks/list", None, ""),
    (
        "completion/complete",
        None,
        r#""ref":{"type":"ref/prompt","name":"mcp_scopes_doctor_no_such_prompt"},"argument":{"name":"a","value":""}"#,
    ),
];
/// How many pages of a list are read.
const MOST_PAGES: usize = 50;
/// How many tools of a list are kept.
const MOST_TOOLS: usize = 10_000;
/// How many resources are read with a token.
const MOST_READS: usize = 5;

/// Returns a request for each method beside tools that a revision has. `words` complete the name of the method.
pub(crate) fn methods(speech: &Speech, url: &str, words: &str) -> Vec<(&'static str, Ask)> {
    // Tasks are listed in the revisions with sessions only.
    let known = METHODS.iter().filter(|(method, ..)| *method != "tasks/list" || *speech != Speech::Stateless);
    let ask = |(method, name, params): &(&'static str, Option<&str>, &str)| {
        let what = format!("`{method}` {words}");
        let ask = match name {
            Some(name) => speech.ask_named(what, url, method, name, params),
            None => speech.ask(what, url, method, params),
        };
        (*method, ask)
    };
    known.map(ask).collect()
}

/// Agrees on a revision, and reads what a token lists.
pub(crate) async fn open(examiner: &mut Examiner<'_>, who: Who, authorization: Option<String>) -> Talk {
    let mut talk = Talk {
        who,
        authorization,
        speech: Speech::Stateless,
        opening: Vec::new(),
        is_open: false,
        lists: Vec::new(),
        unlisted: Vec::new(),
        names: HashSet::new(),
        unknown: None,
        calls: Vec::new(),
        methods: Vec::new(),
        reads: Vec::new(),
    };
    begin(examiner, &mut talk).await;
    if !talk.is_open {
        return talk;
    }
    // Twice: the order must not change.
    for number in ["first", "second"] {
        list(examiner, &mut talk, number).await;
    }
    // Anyone may open a session there, so the list decides.
    if examiner.has_open_initialize && talk.unlisted.iter().any(|exchange| exchange.status() == Some(401)) {
        talk.is_open = false;
        talk.opening.append(&mut talk.unlisted);
        return talk;
    }
    talk.names = talk.tools().iter().map(|tool| tool.name.clone()).collect();
    let ask = talk.speech.call(
        format!("a call of a tool that does not exist, {}", who.as_str()),
        &examiner.target.url,
        NO_TOOL,
    );
    talk.unknown = Some(examiner.link.send(ask.authorization(talk.authorization.clone())).await);
    if who == Who::Low {
        for (method, ask) in methods(&talk.speech, &examiner.target.url, who.as_str()) {
            let exchange = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
            talk.methods.push((method, exchange));
        }
    }
    talk
}

/// Finds the newest revision that the server answers.
async fn begin(examiner: &mut Examiner<'_>, talk: &mut Talk) {
    let (url, words) = (examiner.target.url.clone(), talk.who.as_str());
    let ask = Speech::Stateless.ask(format!("`server/discover` {words}"), &url, "server/discover", "");
    let discovered = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
    let is_refused = discovered.status() == Some(401);
    let message = discovered.message();
    talk.opening.push(discovered);
    if let Some(Json::Array(versions)) = message.result().and_then(|result| result.get("supportedVersions"))
        && versions.iter().any(|version| version.as_str() == Some(STATELESS))
    {
        talk.is_open = true;
        return;
    }
    if is_refused {
        return;
    }
    let ask = initialize(format!("`initialize` {words}"), &url).authorization(talk.authorization.clone());
    let opened = examiner.link.send(ask).await;
    if opened.is_accepted() {
        talk.is_open = true;
        talk.speech = examiner.keep_session(talk.authorization.clone(), &opened);
        talk.opening.push(opened);
        talk.opening.push(initialized(examiner, &talk.speech, talk.authorization.clone(), words).await);
    } else {
        talk.opening.push(opened);
    }
}

/// Tells the server that the client has read its answer to `initialize`.
pub(crate) async fn initialized(
    examiner: &mut Examiner<'_>,
    speech: &Speech,
    authorization: Option<String>,
    words: &str,
) -> Exchange {
    const METHOD: &str = "notifications/initialized";
    let mut ask = speech.ask(format!("`{METHOD}` {words}"), &examiner.target.url, METHOD, "");
    ask.body = Some(format!(r#"{{"jsonrpc":"2.0","method":"{METHOD}"}}"#));
    examiner.link.send(ask.authorization(authorization)).await
}

/// Reads all pages of `tools/list`. An answer that is no page is kept, to be judged.
async fn list(examiner: &mut Examiner<'_>, talk: &mut Talk, number: &str) {
    let mut list: Option<List> = None;
    let mut cursor: Option<String> = None;
    for page in 1..=MOST_PAGES {
        let params = cursor.as_deref().map(|cursor| format!("\"cursor\":{}", quoted(cursor))).unwrap_or_default();
        let what = format!("`tools/list` {}, {number} time, page {page}", talk.who.as_str());
        let ask = talk.speech.ask(what, &examiner.target.url, "tools/list", &params);
        let exchange = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
        let message = exchange.message();
        let Some(result) = message.result() else {
            talk.unlisted.push(exchange);
            break;
        };
        let text = |name| result.get(name).and_then(Json::as_str).map(str::to_owned);
        let (cache, has_ttl) = (text("cacheScope"), matches!(result.get("ttlMs"), Some(Json::Number(_))));
        let next = text("nextCursor");
        let known = list.get_or_insert_with(|| List {
            tools: Vec::new(),
            page: exchange,
            cache_scopes: Vec::new(),
            has_ttl: true,
            cut: Some("a page was not answered"),
        });
        let room = MOST_TOOLS.saturating_sub(known.tools.len());
        let mut found = tools(result);
        known.tools.extend(found.by_ref().take(room));
        known.cache_scopes.push(cache);
        known.has_ttl &= has_ttl;
        if found.next().is_some() {
            known.cut = Some("a list is read up to 10000 tools");
            break;
        }
        if next.is_none() {
            known.cut = None;
            break;
        }
        // A server that returns the same cursor would never end.
        if next == cursor {
            known.cut = Some("a page names itself as the next one");
            break;
        }
        if page == MOST_PAGES {
            known.cut = Some("a list is read up to 50 pages");
        }
        cursor = next;
    }
    talk.lists.extend(list);
}

fn tools(result: &Json) -> impl Iterator<Item = ListedTool> {
    let tools = if let Some(Json::Array(tools)) = result.get("tools") { tools.as_slice() } else { &[] };
    let tool = |tool: &Json| {
        let hint = tool.get("annotations").and_then(|hints| hints.get("readOnlyHint"));
        let name = tool.get("name")?.as_str()?.to_owned();
        Some(ListedTool { name, is_read_only: hint == Some(&Json::Bool(true)) })
    };
    tools.iter().filter_map(tool)
}

/// Calls tools, reads what else is listed, and reads the list of tools again.
pub(crate) async fn call(examiner: &mut Examiner<'_>, talk: &mut Talk, tools: &[String]) {
    let words = talk.who.as_str();
    for tool in tools {
        let ask = talk.speech.call(format!("a call of `{tool}` {words}"), &examiner.target.url, tool);
        let ask = ask.authorization(talk.authorization.clone()).purpose(Purpose::Tool);
        let exchange = examiner.link.send(ask).await;
        talk.calls.push(Call { tool: tool.clone(), exchange });
    }
    if examiner.options.call && talk.who == Who::Low {
        reads(examiner, talk).await;
    }
    if !tools.is_empty() {
        list(examiner, talk, "last").await;
    }
}

/// Reads the resources that a token lists.
async fn reads(examiner: &mut Examiner<'_>, talk: &mut Talk) {
    let words = talk.who.as_str();
    let url = examiner.target.url.clone();
    let ask = talk.speech.ask(format!("`resources/list` {words}"), &url, "resources/list", "");
    let listed = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
    let message = listed.message();
    talk.reads.push((None, listed));
    let Message::Result(result) = message else { return };
    let Some(Json::Array(resources)) = result.get("resources") else { return };
    for uri in resources.iter().filter_map(|resource| resource.get("uri")?.as_str()).take(MOST_READS) {
        let ask = talk.speech.ask_named(format!("a read of `{uri}` {words}"), &url, "resources/read", uri, "");
        let exchange: Exchange = examiner.link.send(ask.authorization(talk.authorization.clone())).await;
        talk.reads.push((Some(uri.to_owned()), exchange));
    }
}
