//! The metadata document: both well-known forms, the challenge, and how pages read it.

use mcp_scopes_model::address::Address;
use mcp_scopes_prm::{Draft, json::Json};
use reqwest::Method;

use crate::{
    answer::Exchange,
    examine::Examiner,
    facts::{Discovery, Document, Source},
    link::Ask,
    target::Target,
};

/// A web page that no server knows.
pub(crate) const OTHER_ORIGIN: &str = "https://doctor.mcp-scopes.invalid";
/// A web page on this machine: the inspector of MCP.
const LOCAL_ORIGIN: &str = "http://localhost:6274";

/// Returns the origin of a page that reads the metadata. A server on this machine may refuse pages of other machines to protect itself from DNS
/// rebinding, and needs no others.
pub(crate) fn page_origin(target: &Target) -> &'static str {
    if target.is_loopback { LOCAL_ORIGIN } else { OTHER_ORIGIN }
}

pub(crate) async fn probe(examiner: &mut Examiner<'_>, anonymous: &Exchange) -> Discovery {
    let (inserted_url, root_url) = (examiner.target.well_known(), examiner.target.root_well_known());
    let inserted = examiner.link.send(Ask::get("the metadata, with the path inserted", &inserted_url)).await;
    let root = if root_url == inserted_url {
        None
    } else {
        Some(examiner.link.send(Ask::get("the metadata, at the root", &root_url)).await)
    };
    let challenge = anonymous.challenge();
    let challenged_url = challenge.and_then(|challenge| challenge.resource_metadata().map(str::to_owned));
    let is_other = |url: &&String| **url != inserted_url && **url != root_url && examiner.target.may_ask(url);
    let challenged = match challenged_url.as_ref().filter(is_other) {
        Some(url) => Some(examiner.link.send(Ask::get("the metadata, where the challenge points", url)).await),
        None => None,
    };
    // Another rule reports an address that is none, and one on this machine.
    let is_barred = |url: &&String| {
        Address::parse(url).is_ok() && !examiner.target.may_ask(url) && !examiner.target.names_this_machine(url)
    };
    if let Some(url) = challenged_url.as_ref().filter(is_barred) {
        let what = format!("the metadata where the challenge points, `{url}`");
        examiner.skip(what, "its address may not be asked from here");
    }
    let endpoint_preflight = examiner.link.send(endpoint_preflight(&examiner.target)).await;
    let mut discovery = Discovery {
        inserted,
        root,
        challenged,
        document: None,
        head: None,
        preflight: None,
        cross_origin: None,
        endpoint_preflight,
    };
    let found = discovery.sources().find_map(|(source, exchange)| document(exchange, source));
    discovery.document = found;
    if let Some(document) = &discovery.document {
        let (url, page) = (&*document.url, page_origin(&examiner.target));
        discovery.head = Some(examiner.link.send(Ask::new("HEAD of the metadata", Method::HEAD, url)).await);
        let ask = Ask::new("preflight for the metadata", Method::OPTIONS, url)
            .header("origin", page)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "mcp-protocol-version");
        discovery.preflight = Some(examiner.link.send(ask).await);
        let ask = Ask::get("the metadata, from a page", url).header("origin", page);
        discovery.cross_origin = Some(examiner.link.send(ask).await);
    }
    discovery
}

/// Returns the request that a browser sends before the first one of a page. No token is sent with it.
fn endpoint_preflight(target: &Target) -> Ask {
    Ask::new("preflight for the endpoint", Method::OPTIONS, &*target.url)
        .header("origin", OTHER_ORIGIN)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,mcp-protocol-version")
}

/// Returns the document in an answer, if it is a JSON object.
pub(crate) fn document(exchange: &Exchange, source: Source) -> Option<Document> {
    let answer = exchange.answer().filter(|answer| answer.status == 200 && answer.broken.is_none())?;
    let draft = Draft::read(&answer.body).ok()?;
    matches!(draft.json, Json::Object(_)).then_some(())?;
    Some(Document { url: exchange.url.clone(), text: answer.body.clone(), draft, source })
}
