//! The metadata of the authorization servers, and their keys.

use mcp_scopes_prm::{issuer_metadata_urls, json::Json};

use crate::{
    answer::Exchange,
    examine::Examiner,
    facts::{Document, Issuer},
    link::Ask,
};

/// How many authorization servers are asked.
const MOST: usize = 4;

pub(crate) async fn probe(examiner: &mut Examiner<'_>, document: Option<&Document>) -> Vec<Issuer> {
    let names = document.map(|document| document.draft.document.authorization_servers.as_slice()).unwrap_or_default();
    if names.len() > MOST {
        let what = format!("{} of {} authorization servers", names.len() - MOST, names.len());
        examiner.skip(what, "only the first ones are asked");
    }
    let mut issuers = Vec::new();
    for name in names.iter().take(MOST) {
        issuers.push(issuer(examiner, name).await);
    }
    issuers
}

async fn issuer(examiner: &mut Examiner<'_>, name: &str) -> Issuer {
    let mut issuer = Issuer {
        name: name.to_owned(),
        asked: Vec::new(),
        metadata: None,
        keys: None,
        is_askable: examiner.target.may_ask(name),
    };
    if !issuer.is_askable {
        examiner.skip(format!("the authorization server `{name}`"), "its address may not be asked from here");
        return issuer;
    }
    for url in issuer_metadata_urls(name).unwrap_or_default() {
        let exchange = examiner.link.send(Ask::get("metadata of an authorization server", url)).await;
        let found = json(&exchange).map(|metadata| (exchange.url.clone(), metadata));
        issuer.asked.push(exchange);
        if found.is_some() {
            issuer.metadata = found;
            break;
        }
    }
    let Some(url) = issuer.metadata.as_ref().and_then(|(_, metadata)| metadata.get("jwks_uri")?.as_str()) else {
        return issuer;
    };
    if examiner.target.may_ask(url) {
        issuer.keys = Some(examiner.link.send(Ask::get("keys of an authorization server", url)).await);
    } else {
        let what = format!("the keys of the authorization server `{name}`");
        examiner.skip(what, format!("their address `{url}` may not be asked from here"));
    }
    issuer
}

/// Returns the object in an answer with status 200.
pub(crate) fn json(exchange: &Exchange) -> Option<Json> {
    let answer = exchange.answer().filter(|answer| answer.status == 200)?;
    Json::parse(&answer.body).ok().filter(|json| matches!(json, Json::Object(_)))
}
