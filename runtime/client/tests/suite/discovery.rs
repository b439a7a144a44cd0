use mcp_scopes_client::discovery::{ResourceMetadata, ResourceMetadataPlace, ServerMetadata};
use proptest::prelude::*;

fn places(server: &str, stated: Option<&str>) -> Vec<String> {
    ResourceMetadataPlace::of(server, stated).unwrap().into_iter().map(|place| place.address).collect()
}

#[test]
fn asks_the_stated_address_first_and_at_most_two() {
    const WELL_KNOWN: &str = "https://h/.well-known/oauth-protected-resource";
    let with_path = &*format!("{WELL_KNOWN}/mcp");
    assert_eq!(places("https://h/mcp", None), [with_path, WELL_KNOWN]);
    assert_eq!(places("https://h/mcp", Some("https://h/elsewhere")), ["https://h/elsewhere", with_path]);
    assert_eq!(places("https://h/mcp", Some(with_path)), [with_path]);
    assert_eq!(places("https://h", None), [WELL_KNOWN]);
    assert_eq!(places("https://h/", None), [WELL_KNOWN]);
    for wrong in ["http://h/mcp", "h", "https://h/#a", ""] {
        assert!(ResourceMetadataPlace::of(wrong, None).is_err(), "{wrong}");
    }
}

#[test]
fn accepts_a_document_of_the_server_and_at_the_last_place_of_the_host() {
    let read = |stated: &str, place| {
        let text = format!(r#"{{"resource": "{stated}", "authorization_servers": ["https://a"]}}"#);
        ResourceMetadata::read(&text, place).map(|metadata| metadata.resource().to_owned())
    };
    let [of_server, of_host] = &*ResourceMetadataPlace::of("https://h/mcp", None).unwrap() else { panic!("two") };
    for (stated, at_server, at_host) in [
        ("https://h/mcp", true, true),
        ("https://h", false, true),
        ("https://h/", false, true),
        ("https://h//", false, false),
        ("https://h/mcp/", false, false),
        ("https://H/mcp", false, false),
        ("https://g", false, false),
    ] {
        assert_eq!(read(stated, of_server).is_ok(), at_server, "{stated}");
        assert_eq!(read(stated, of_host).is_ok(), at_host, "{stated}");
    }
    let [only] = &*ResourceMetadataPlace::of("https://h/", None).unwrap() else { panic!("one") };
    assert_eq!(read("https://h", only), Ok("https://h".to_owned()));
    // Also where a challenge names the document of the host.
    let stated = Some("https://h/.well-known/oauth-protected-resource");
    let [named, of_server] = &*ResourceMetadataPlace::of("https://h/mcp", stated).unwrap() else { panic!("two") };
    assert!(read("https://h", named).is_ok() && read("https://h", of_server).is_err());
    let [other, ..] = &*ResourceMetadataPlace::of("https://h/mcp", Some("https://g/a")).unwrap() else { panic!("one") };
    assert!(read("https://h", other).is_err());
}

#[test]
fn reads_what_is_there() {
    let document = r#"{"resource": "https://h/mcp", "authorization_servers": ["https://a"], "scopes_supported": ["x", 1], "jwks_uri": 5}"#;
    let places = ResourceMetadataPlace::of("https://h/mcp", None).unwrap();
    let metadata = ResourceMetadata::read(document, &places[0]).unwrap();
    assert_eq!(metadata.authorization_servers(), ["https://a"]);
    let twice = r#"{"resource": "https://h/mcp", "resource": "https://h/mcp", "authorization_servers": ["https://a"]}"#;
    assert!(ResourceMetadata::read(twice, &places[0]).is_err());

    let server = ServerMetadata::read(
        r#"{"issuer": "https://a", "token_endpoint": ["x"], "grant_types_supported": "x"}"#,
        "https://a",
    );
    let server = server.unwrap();
    assert_eq!((server.token_endpoint.as_deref(), server.states_issuer), (None, false));
    assert_eq!(server.grant_types, ["authorization_code", "implicit"]);
    assert_eq!(server.token_endpoint_auth_methods, ["client_secret_basic"]);
    assert!(!server.exchanges_tokens());
    for text in [r#"{"issuer": "https://a/"}"#, "{}", "[]", r#"{"issuer": "https://a", "issuer": "https://a"}"#, "x"] {
        assert!(ServerMetadata::read(text, "https://a").is_err(), "{text}");
    }
}

#[test]
fn asks_the_addresses_of_an_issuer_in_order() {
    assert_eq!(
        ServerMetadata::addresses("https://h/realms/a/").unwrap(),
        [
            "https://h/.well-known/oauth-authorization-server/realms/a",
            "https://h/.well-known/openid-configuration/realms/a",
            "https://h/realms/a/.well-known/openid-configuration",
        ]
    );
    assert_eq!(ServerMetadata::addresses("https://h/").unwrap().len(), 2);
    for wrong in ["https://h?a", "https://h/#a", "h", ""] {
        assert!(ServerMetadata::addresses(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "[ -~é\\n]{0,60}", stated in "(https://h)?[ -~é]{0,20}", member in "[\\[\\]{}\":,a-z0-9 ]{0,20}") {
        for server in ["https://h/mcp", &stated] {
            for place in ResourceMetadataPlace::of(server, Some(&stated)).unwrap_or_default() {
                let _ = ResourceMetadata::read(&text, &place);
                let document = format!(r#"{{"resource": "https://h/mcp", "authorization_servers": {member}, "mcp_extensions": {member}}}"#);
                let _ = ResourceMetadata::read(&document, &place);
            }
        }
        let _ = (ServerMetadata::addresses(&stated), ServerMetadata::read(&text, &stated));
        let document = format!(r#"{{"issuer": "https://h", "grant_types_supported": {member}}}"#);
        let _ = ServerMetadata::read(&document, "https://h");
    }
}
