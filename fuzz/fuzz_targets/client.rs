//! What a client reads: the challenges of a response, and the metadata of a resource and of an authorization server.
//!
//! An input has the values of `WWW-Authenticate`, one on each line, then an empty line, then a document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_client::{
    Challenge, Challenges, Plan, Scopes,
    discovery::{ResourceMetadata, ResourceMetadataPlace, ServerMetadata},
};

const SERVER: &str = "https://notes.example.com/mcp";
const ISSUER: &str = "https://auth.example.com";

/// Writes a challenge as the grammar says.
fn written(challenge: &Challenge) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let params: Vec<String> = challenge.params().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    format!("{} {}{}", challenge.scheme(), challenge.value().unwrap_or_default(), params.join(", "))
}

fuzz_target!(|input: &[u8]| {
    let end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let (headers, document) = (&input[..end], input.get(end + 2..).unwrap_or_default());
    let challenges = Challenges::parse(headers.split(|byte| *byte == b'\n'));
    for fault in challenges.faults() {
        assert!(!fault.to_string().is_empty());
    }
    for challenge in challenges.all() {
        let again = Challenges::parse([written(challenge)]);
        assert!(again.faults().is_empty(), "{challenge:?}");
        assert_eq!(again.all(), [challenge.clone()]);
        if let Ok(Some(scopes)) = challenge.scope() {
            assert_eq!(Scopes::parse(&scopes.to_string()), Ok(scopes));
        }
        let _ = (challenge.error(), challenge.authentication());
    }
    let stated = challenges.for_tokens().and_then(Challenge::resource_metadata);
    let Ok(places) = ResourceMetadataPlace::of(SERVER, stated) else { unreachable!("the server is https") };
    assert!((1..=2).contains(&places.len()));

    let Ok(text) = str::from_utf8(document) else { return };
    for place in &places {
        let Ok(metadata) = ResourceMetadata::read(text, place) else { continue };
        assert!(metadata.resource() == SERVER || (place.is_of_host && SERVER.starts_with(metadata.resource())));
        for issuer in metadata.authorization_servers() {
            assert!(ServerMetadata::addresses(issuer).map_or(0, |addresses| addresses.len()) <= 3);
        }
        let _ = metadata.map().first(challenges.for_tokens());
        let plan = Plan::of(metadata.map(), ["list_notes", "delete_note"], &Scopes::NONE);
        assert!(!plan.to_string().is_empty());
    }
    if let Ok(metadata) = ServerMetadata::read(text, ISSUER) {
        assert_eq!(metadata.issuer, ISSUER);
    }
});
