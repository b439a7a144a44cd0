//! Collects and parses the addresses in a table and a document.

use mcp_scopes_model::address::Address;
use mcp_scopes_scan::source::Place;

use crate::lint_model::{InputKind, ParsedDocument, Table};

/// The purpose of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The resource identifier of the server.
    Resource,
    /// The identifier of an authorization server.
    Issuer,
    /// The server's keys.
    Keys,
    /// A page for people.
    Page,
}

/// An address that parses. `resource-not-https` and similar rules report the others.
#[derive(Clone, Debug)]
pub(crate) struct StatedAddress<'a> {
    pub(crate) is: Use,
    /// The JSON Pointer in a document, or the key in `mcp-scopes.toml`.
    pub(crate) subject: String,
    pub(crate) place: Place,
    pub(crate) text: &'a str,
    pub(crate) parts: Address<'a>,
}

/// Returns the resource and the issuers, including those of the sandbox.
pub(crate) fn of_table(table: &Table) -> Vec<StatedAddress<'_>> {
    let document = table.input == InputKind::Document;
    let subject = |key: &str| if document { format!("/{key}") } else { key.to_owned() };
    let issuer = |key: &str, number: usize| subject(&format!("{key}/{number}"));
    let mut found = Vec::new();
    if let Some(resource) = &table.resource {
        found.extend(stated(Use::Resource, subject("resource"), &resource.place, &resource.value));
    }
    for (number, text) in table.issuers.iter().enumerate() {
        let subject = issuer("authorization_servers", number);
        found.extend(stated(Use::Issuer, subject, &text.place, &text.value));
    }
    if let Some(sandbox) = &table.sandbox {
        let at = if document { "mcp_extensions/sandbox" } else { "sandbox" };
        if let Some(resource) = &sandbox.value.resource {
            found.extend(stated(Use::Resource, subject(&format!("{at}/resource")), &sandbox.place, resource));
        }
        for (number, text) in sandbox.value.authorization_servers.iter().enumerate() {
            let subject = issuer(&format!("{at}/authorization_servers"), number);
            found.extend(stated(Use::Issuer, subject, &sandbox.place, text));
        }
    }
    found
}

/// Returns the addresses of keys and pages, including those in other languages.
pub(crate) fn of_document<'a>(document: &'a ParsedDocument<'_>) -> Vec<StatedAddress<'a>> {
    const PAGES: [&str; 3] = ["resource_documentation", "resource_policy_uri", "resource_tos_uri"];
    let members = &document.draft.document;
    let keys = members.jwks_uri.iter().map(|text| (Use::Keys, "jwks_uri", text.as_str()));
    let pages = [&members.resource_documentation, &members.resource_policy_uri, &members.resource_tos_uri];
    let pages = PAGES.into_iter().zip(pages).filter_map(|(name, page)| Some((Use::Page, name, page.as_deref()?)));
    let translated = members.other.iter().filter_map(|(name, value)| {
        let (base, _) = name.split_once('#')?;
        PAGES.contains(&base).then_some((Use::Page, name.as_str(), value.as_str()?))
    });
    let all = keys.chain(pages).chain(translated);
    all.filter_map(|(is, name, text)| {
        let subject = crate::lint_model::below("", name);
        let place = document.place(&subject);
        stated(is, subject, &place, text)
    })
    .collect()
}

fn stated<'a>(is: Use, subject: String, place: &Place, text: &'a str) -> Option<StatedAddress<'a>> {
    let parts = Address::parse(text).ok()?;
    Some(StatedAddress { is, subject, place: place.clone(), text, parts })
}
