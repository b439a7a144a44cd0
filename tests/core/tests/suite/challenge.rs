//! Challenges: strict and lenient readers interpret the header in the same way, whatever its values are.

mod grammar;
mod round_trip;
mod strict;

use mcp_scopes::{Caller, Challenge, Denied, Environment, Reason, mcp_tool, scope_table};
use proptest::{prop_assert, prop_assert_eq, proptest};

use self::strict::{first_scope, parameters, scope_between_commas};

#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}
#[mcp_tool(scope = any(all("files:write", "profile"), "everything"), risk = "high")]
fn write_file() {}
#[mcp_tool(public, risk = "low")]
fn hello() {}

scope_table! { static TOOLS = [read_file, write_file, hello] with "tests/suite/challenge/baseline.toml"; }
scope_table! { static WITHOUT_FILE = [read_file]; }
scope_table! { static LIMITED = [limited]; }
scope_table! { static LONG = [read_file] with "tests/suite/challenge/long.toml"; }

#[mcp_tool(risk = "low", policy(max_calls_per_session = 1), guard = caller)]
fn limited(caller: &Caller) -> Result<(), Denied> {
    _ = caller;
    Ok(())
}

#[mcp_tool(risk = "low", guard = caller)]
fn guarded(caller: Option<Caller>) -> Result<(), Denied> {
    _ = caller;
    Ok(())
}

fn pairs(challenge: &Challenge<'_>) -> Vec<(String, String)> {
    parameters(&challenge.to_string()).unwrap()
}

fn is(challenge: &Challenge<'_>, status: u16, expected: &[(&str, &str)]) {
    assert_eq!(challenge.status(), status, "{challenge}");
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(pairs(challenge), expected, "{challenge}");
    let scope: Vec<&str> = challenge.scopes().collect();
    let stated = expected.iter().find(|(name, _)| name == "scope").map(|(_, value)| value.as_str());
    assert_eq!(scope.join(" "), stated.unwrap_or_default());
}

#[test]
fn omits_the_error_without_credentials() {
    let denied = TOOLS.anonymous().authorize("write_file").unwrap_err();
    assert_eq!(denied.reason(), Reason::NoCredentials);
    is(&Challenge::of(&denied), 401, &[("scope", "files:write profile")]);
}

#[test]
fn requests_missing_and_held_scopes() {
    let denied = TOOLS.grant("profile").authorize("write_file").unwrap_err();
    assert_eq!(denied.missing().collect::<Vec<_>>(), ["files:write"]);
    is(&Challenge::of(&denied), 403, &[("scope", "files:write profile"), ("error", "insufficient_scope")]);
}

#[test]
fn names_scopes_under_both_schemes() {
    let denied = TOOLS.grant("profile").authorize("write_file").unwrap_err();
    let challenge = Challenge::of(&denied).dpop("ES256 EdDSA").resource_metadata("https://h/m");
    assert_eq!(
        challenge.to_string(),
        "DPoP scope=\"files:write profile\", error=\"insufficient_scope\", algs=\"ES256 EdDSA\", \
         resource_metadata=\"https://h/m\""
    );
    let bearer = Challenge::invalid_token(&TOOLS);
    let proof = Challenge::invalid_dpop_proof(&TOOLS).description("it is old").dpop("ES256");
    assert_eq!((proof.status(), bearer.status()), (401, 401));
    assert_eq!(proof.scopes().collect::<Vec<_>>(), bearer.scopes().collect::<Vec<_>>());
    assert!(
        proof.to_string().ends_with(", error=\"invalid_dpop_proof\", error_description=\"it is old\", algs=\"ES256\""),
        "{proof}"
    );
    let without = mcp_scopes::__private::v1::challenge_without_error(proof).to_string();
    assert!(without.starts_with("DPoP scope=") && !without.contains("error"), "{without}");
}

#[test]
fn requests_no_scopes_that_do_not_help() {
    let unknown = TOOLS.grant("everything").authorize("no_such_tool").unwrap_err();
    let other = TOOLS.grant("everything").authorize_tool(WITHOUT_FILE.handle("read_file")).unwrap_err();
    let sandbox = Caller::new(TOOLS.grant("everything"), Environment::Sandbox).authorize("read_file").unwrap_err();
    let anonymous = guarded(None).unwrap_err();
    let owner = Caller::new(LIMITED.grant("limited"), Environment::Live);
    let undecided = limited(&owner).unwrap_err();
    assert!(owner.authorize("limited").is_ok() && limited(&owner.policies_enforced_elsewhere()).is_ok());
    // Without the scope there is nothing to enforce.
    let stranger = Caller::new(LIMITED.grant(""), Environment::Live);
    assert_eq!(limited(&stranger).unwrap_err().reason(), Reason::MissingScopes);
    let reasons =
        [Reason::UnknownTool, Reason::OtherTable, Reason::NotInSandbox, Reason::NoCaller, Reason::PoliciesNotEnforced];
    for (denied, reason) in [unknown, other, sandbox, anonymous, undecided].iter().zip(reasons) {
        assert_eq!(denied.reason(), reason);
        is(&Challenge::of(denied), 403, &[]);
        assert_eq!(denied.step().count() + denied.missing().count(), 0);
    }
    let unknown = TOOLS.anonymous().authorize("no_such_tool").unwrap_err();
    assert_ne!(Challenge::of(&unknown).status(), 401, "a token does not help with an unknown tool");
}

#[test]
fn challenges_requests_without_a_tool() {
    is(&Challenge::unauthorized(&TOOLS), 401, &[("scope", "files:read profile")]);
    is(&Challenge::unauthorized(&WITHOUT_FILE), 401, &[]);
    is(&Challenge::invalid_token(&TOOLS), 401, &[("scope", "files:read profile"), ("error", "invalid_token")]);
    is(&Challenge::invalid_token(&WITHOUT_FILE), 401, &[("error", "invalid_token")]);
    is(&Challenge::invalid_request(), 400, &[("error", "invalid_request")]);
    is(
        &Challenge::invalid_token(&WITHOUT_FILE).resource_metadata("https://h/m"),
        401,
        &[("error", "invalid_token"), ("resource_metadata", "https://h/m")],
    );
}

#[test]
fn challenges_callers_who_must_sign_in_again() {
    let grant = TOOLS.grant("files:read");
    let challenge = Challenge::insufficient_user_authentication(&grant);
    let held = grant.scopes().collect::<Vec<_>>().join(" ");
    is(&challenge, 401, &[("scope", &held), ("error", "insufficient_user_authentication")]);
    is(
        &challenge.acr_values("gold silver").max_age(0),
        401,
        &[
            ("scope", &held),
            ("error", "insufficient_user_authentication"),
            ("acr_values", "gold silver"),
            ("max_age", "0"),
        ],
    );
    let nothing = TOOLS.grant("");
    is(&Challenge::insufficient_user_authentication(&nothing), 401, &[("error", "insufficient_user_authentication")]);
}

#[test]
fn writes_each_parameter_once_and_the_scope_first() {
    let denied = TOOLS.grant("").authorize("read_file").unwrap_err();
    let challenge = Challenge::of(&denied).realm("files").resource_metadata("https://h/m").description("ask for more");
    is(
        &challenge,
        403,
        &[
            ("scope", "files:read"),
            ("error", "insufficient_scope"),
            ("error_description", "ask for more"),
            ("resource_metadata", "https://h/m"),
            ("realm", "files"),
        ],
    );
    // A parameter that is set twice appears once.
    is(
        &Challenge::invalid_token(&WITHOUT_FILE).realm("a").realm("b"),
        401,
        &[("error", "invalid_token"), ("realm", "b")],
    );
}

/// Values that an attacker or a careless operator might set.
const HOSTILE: [&str; 12] = [
    "",
    "a\r\nSet-Cookie: a=b",
    "\"",
    "\\",
    "\\\"",
    "\", scope=\"everything\", x=\"",
    "scope=everything",
    "scope=\"everything\"",
    "a, scope=everything, b",
    "ünïcödé \u{202e} \u{0} \u{7f} \u{85}",
    "\u{ff02}scope\u{ff1d}",
    "tab\there",
];

#[test]
fn confines_hostile_values_to_their_parameter() {
    let denied = TOOLS.grant("").authorize("write_file").unwrap_err();
    for realm in HOSTILE {
        for url in HOSTILE {
            for text in HOSTILE {
                let challenge = Challenge::of(&denied).realm(realm).resource_metadata(url).description(text);
                assert_confined(&challenge, "files:write profile");
            }
        }
    }
}

/// A challenge without scopes must not appear to have one.
#[test]
fn hides_hostile_values_from_scope_parsers() {
    for text in HOSTILE {
        let invalid = Challenge::invalid_token(&WITHOUT_FILE);
        for challenge in [invalid.realm(text), invalid.description(text).realm(text)] {
            let value = challenge.to_string();
            assert_eq!((first_scope(&value), scope_between_commas(&value)), (None, None), "{value}");
            assert_eq!(parameters(&value).unwrap()[0], ("error".to_owned(), "invalid_token".to_owned()));
        }
    }
}

fn assert_confined(challenge: &Challenge<'_>, scope: &str) {
    let value = challenge.to_string();
    assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{value:?}");
    let names: Vec<String> = parameters(&value).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["scope", "error", "error_description", "resource_metadata", "realm"], "{value}");
    let pairs = pairs(challenge);
    assert_eq!((pairs[0].1.as_str(), pairs[1].1.as_str()), (scope, "insufficient_scope"));
    assert!(!pairs[2].1.contains(['"', '\\', '=']), "RFC 6750 §3: {value}");
    assert_eq!(first_scope(&value), Some(scope), "{value}");
    assert_eq!(scope_between_commas(&value), Some(scope), "{value}");
}

proptest! {
    #[test]
    fn reads_any_text_back(realm in "\\PC*", url in "https://[!#-+.-\\[\\]-~-]*", text in ".*") {
        let challenge = Challenge::invalid_request().realm(&realm).resource_metadata(&url).description(&text);
        let pairs = parameters(&challenge.to_string()).unwrap();
        prop_assert_eq!(pairs.len(), 4);
        prop_assert_eq!(&pairs[0].1, "invalid_request");
        prop_assert_eq!(pairs[1].1.chars().count(), text.chars().count());
        // The address arrives unchanged.
        prop_assert_eq!(&pairs[2].1, &url);
        prop_assert_eq!(pairs[3].1.chars().count(), realm.chars().count());
        prop_assert!(pairs[3].1.is_ascii());
    }

    #[test]
    fn escapes_texts_that_are_not_addresses(url in ".*") {
        let challenge = Challenge::invalid_request().resource_metadata(&url);
        let pairs = parameters(&challenge.to_string()).unwrap();
        prop_assert!(pairs[1].1.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b','));
    }
}

#[test]
fn confines_addresses_to_their_parameter() {
    let challenge =
        Challenge::invalid_token(&WITHOUT_FILE).resource_metadata("https://h/.well-known/x?scope=admin&a=b");
    assert!(!challenge.to_string().contains("scope="), "{challenge}");
}

#[test]
fn names_held_scopes_once_and_after_those_that_are_needed() {
    for scopes in ["files:read profile", "files:read", "profile", "", "files:write"] {
        let grant = TOOLS.grant(scopes);
        let denied = grant.authorize("write_file").unwrap_err();
        let needed: Vec<&str> = Challenge::of(&denied).scopes().collect();
        let held = grant.scopes().filter(|held| !needed.contains(held));
        let expected: Vec<&str> = needed.iter().copied().chain(held).collect();
        let challenge = Challenge::of(&denied).held(&grant);
        assert_eq!(challenge.scopes().collect::<Vec<_>>(), expected, "{scopes}");
        assert_eq!(first_scope(&challenge.to_string()), Some(expected.join(" ").as_str()), "{scopes}");
    }
    // A challenge that asks for no scope names none.
    let grant = TOOLS.grant("files:read");
    let unknown = grant.authorize("unknown").unwrap_err();
    assert_eq!(Challenge::of(&unknown).held(&grant).scopes().count(), 0);
}

#[test]
fn leaves_out_held_scopes_beyond_four_kibibytes() {
    let names: Vec<&str> = LONG.scopes().filter(|name| name.len() > 1000).collect();
    assert_eq!(names.len(), 3);
    let grant = LONG.grant(&names.join(" "));
    let denied = grant.authorize("read_file").unwrap_err();
    let challenge = Challenge::of(&denied).held(&grant);
    assert_eq!(challenge.scopes().collect::<Vec<_>>(), ["files:read", names[0], names[1]]);
    let length = challenge.scopes().map(|scope| scope.len() + 1).sum::<usize>();
    assert!(length <= 4096, "{length}");
}
