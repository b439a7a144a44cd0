//! Challenges for every kind of denial, with arbitrary texts, parsed by an independent parser and by naive clients.

use mcp_scopes::{Caller, Challenge, Denied, Environment, Reason};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    LIMITED, TOOLS, WITHOUT_FILE,
    grammar::{Parsed, challenges},
    guarded, limited,
    strict::{first_scope, scope_between_commas},
};

/// One denial for each reason, including several alternatives and public tools.
fn denials() -> Vec<Denied> {
    let all: Vec<Denied> = [
        TOOLS.anonymous().authorize("read_file").err(),
        TOOLS.anonymous().authorize("write_file").err(),
        TOOLS.anonymous().authorize("no_such_tool").err(),
        TOOLS.grant("").authorize("read_file").err(),
        TOOLS.grant("profile").authorize("write_file").err(),
        TOOLS.grant("files:read").authorize("no_such_tool").err(),
        TOOLS.grant("everything").authorize_tool(WITHOUT_FILE.handle("read_file")).err(),
        Caller::new(TOOLS.grant("everything"), Environment::Sandbox).authorize("read_file").err(),
        WITHOUT_FILE.grant("").authorize("read_file").err(),
        guarded(None).err(),
        limited(&Caller::new(LIMITED.grant("limited"), Environment::Live)).err(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert_eq!(all.len(), 11);
    for reason in [
        Reason::MissingScopes,
        Reason::NoCredentials,
        Reason::UnknownTool,
        Reason::OtherTable,
        Reason::NotInSandbox,
        Reason::NoCaller,
        Reason::PoliciesNotEnforced,
    ] {
        assert!(all.iter().any(|denied| denied.reason() == reason), "{reason:?}");
    }
    all
}

/// Every challenge of the public API, without a text.
fn bare(denials: &[Denied]) -> Vec<Challenge<'_>> {
    let others = [
        Challenge::unauthorized(&TOOLS),
        Challenge::unauthorized(&WITHOUT_FILE),
        Challenge::invalid_token(&TOOLS),
        Challenge::invalid_token(&WITHOUT_FILE),
        Challenge::invalid_request(),
    ];
    denials.iter().map(Challenge::of).chain(others).collect()
}

/// Texts that imitate another parameter, challenge or header.
fn text() -> impl Strategy<Value = String> {
    let fragments = select(vec![
        "\"",
        "\\",
        "\\\"",
        ",",
        ", ",
        "=",
        " ",
        "\t",
        "\r\n",
        "\0",
        "\u{7f}",
        "scope=",
        "scope =",
        "scope",
        "everything",
        "Bearer ",
        ", Bearer scope=\"everything\"",
        "error=\"",
        "realm=",
        "resource_metadata=",
        "%3D",
        "%2C",
        "%22",
        "%",
        "https://h/m?a=b",
        "Set-Cookie: a=b",
        "\u{fc}",
        "\u{202e}",
        "\u{ff02}",
        "\u{1f600}",
    ]);
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "https://[!-~]{0,40}",
        vec(fragments, 0..12).prop_map(|fragments| fragments.concat()),
    ]
}

/// Whether `error_description` may contain a character (RFC 6750 §3).
fn is_description(c: char) -> bool {
    matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

/// Asserts that a text is preserved except for characters that are not allowed, which are replaced.
fn assert_kept(written: &str, read: &str, may_stay: fn(char) -> bool) {
    assert_eq!(read.chars().count(), written.chars().count(), "{written:?} {read:?}");
    for (written, read) in written.chars().zip(read.chars()) {
        assert!(is_description(read) || may_stay(written), "{written:?} became {read:?}");
        assert!(written == read || !may_stay(written), "{written:?} became {read:?}");
    }
}

/// Decodes the percent-encoding of an address (RFC 3986 §2.1). Malformed escapes remain.
fn decoded(address: &str) -> Vec<u8> {
    let mut rest = address.as_bytes();
    let mut bytes = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| str::from_utf8(code).ok());
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    bytes
}

fn assert_round_trip(challenge: Challenge<'_>, texts: [Option<&str>; 3]) {
    let [description, address, realm] = texts;
    let challenge = description.map_or(challenge, |text| challenge.description(text));
    let challenge = address.map_or(challenge, |text| challenge.resource_metadata(text));
    let challenge = realm.map_or(challenge, |text| challenge.realm(text));
    let value = challenge.to_string();
    // The field value contains nothing that ends or obscures it (RFC 9110 §5.5).
    assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{value:?}");

    let parsed = challenges(&value).unwrap_or_else(|rest| panic!("{value:?} is malformed from {rest:?}"));
    let [Parsed { scheme, parameters }] = parsed.as_slice() else { panic!("{value:?} is {parsed:?}") };
    assert_eq!(scheme, "Bearer");
    let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{value}");
    let known = ["scope", "error", "error_description", "resource_metadata", "realm"];
    assert!(names.iter().all(|name| known.contains(name)), "{value}");
    let get = |name: &str| parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());

    let scopes: Vec<&str> = challenge.scopes().collect();
    let scope = (!scopes.is_empty()).then(|| scopes.join(" "));
    assert_eq!(get("scope"), scope.as_deref(), "{value}");
    assert_eq!(first_scope(&value), scope.as_deref(), "{value}");
    assert_eq!(scope_between_commas(&value), scope.as_deref(), "{value}");

    // RFC 6750 §3.1: the error for each status.
    let statuses: &[u16] = match get("error") {
        None => &[401, 403],
        Some("invalid_request") => &[400],
        Some("invalid_token") => &[401],
        Some("insufficient_scope") => &[403],
        Some(other) => panic!("unknown error {other}"),
    };
    assert!(statuses.contains(&challenge.status()), "{} {value}", challenge.status());

    assert_eq!(get("error_description").is_some(), description.is_some(), "{value}");
    if let (Some(written), Some(read)) = (description, get("error_description")) {
        assert!(read.chars().all(is_description), "{value}");
        assert_kept(written, read, |c| is_description(c) && c != '=');
    }
    assert_eq!(get("realm").is_some(), realm.is_some(), "{value}");
    if let (Some(written), Some(read)) = (realm, get("realm")) {
        assert_kept(written, read, |c| matches!(c, ' '..='~') && c != '=');
    }
    assert_eq!(get("resource_metadata").map(decoded), address.map(decoded), "{value}");
}

proptest! {
    #[test]
    fn challenges_of_every_kind_round_trip(
        description in option::of(text()),
        address in option::of(text()),
        realm in option::of(text()),
    ) {
        let denials = denials();
        for challenge in bare(&denials) {
            assert_round_trip(challenge, [description.as_deref(), address.as_deref(), realm.as_deref()]);
        }
    }

    #[test]
    fn keeps_the_last_of_two_texts(first in text(), second in text()) {
        let twice = Challenge::invalid_token(&TOOLS).realm(&first).description(&first).resource_metadata(&first);
        assert_round_trip(twice, [Some(&second), Some(&second), Some(&second)]);
    }
}
