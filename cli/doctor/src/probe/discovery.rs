//! The metadata document: both well-known forms, the challenge, and how pages read it.

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
    let sources =
        [(Source::Inserted, Some(&inserted)), (Source::Challenge, challenged.as_ref()), (Source::Root, root.as_ref())];
    let document = sources.into_iter().find_map(|(source, exchange)| document(exchange?, source));
    let (mut head, mut preflight, mut cross_origin) = (None, None, None);
    if let Some(document) = &document {
        let (url, page) = (&*document.url, page_origin(&examiner.target));
        head = Some(examiner.link.send(Ask::new("HEAD of the metadata", Method::HEAD, url)).await);
        let ask = Ask::new("preflight for the metadata", Method::OPTIONS, url)
            .header("origin", page)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "mcp-protocol-version");
        preflight = Some(examiner.link.send(ask).await);
        let ask = Ask::get("the metadata, from a page", url).header("origin", page);
        cross_origin = Some(examiner.link.send(ask).await);
    }
    Discovery { inserted, root, challenged, document, head, preflight, cross_origin }
}

/// Returns the document in an answer, if it is a JSON object.
pub(crate) fn document(exchange: &Exchange, source: Source) -> Option<Document> {
    let answer = exchange.answer().filter(|answer| answer.status == 200 && answer.broken.is_none())?;
    let draft = Draft::read(&answer.body).ok()?;
    matches!(draft.json, Json::Object(_)).then_some(())?;
    Some(Document { url: exchange.url.clone(), text: answer.body.clone(), draft, source })
}
