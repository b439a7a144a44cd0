use mcp_scopes_client::{Challenges, challenge::FaultKind};
use proptest::prelude::*;

/// Writes the challenges of one header.
fn read(header: &str) -> Vec<String> {
    let challenges = Challenges::parse([header]);
    let write = |challenge: &mcp_scopes_client::Challenge| {
        let params: Vec<String> = challenge.params().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}[{}]{}", challenge.scheme(), params.join("|"), challenge.value().unwrap_or_default())
    };
    let faults = challenges.faults().iter().map(|fault| format!("{}@{}", name(fault.kind), fault.offset));
    challenges.all().iter().map(write).chain(faults).collect()
}

fn name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Unexpected => "unexpected",
        FaultKind::NoValue => "no value",
        FaultKind::QuotedString => "quoted string",
        FaultKind::Duplicate => "duplicate",
        _ => "too much",
    }
}

#[test]
fn reads_the_grammar_of_rfc_9110() {
    for (header, expected) in [
        ("", &[][..]),
        (" , ,\t", &[]),
        ("Bearer", &["Bearer[]"]),
        ("Bearer, Negotiate", &["Bearer[]", "Negotiate[]"]),
        ("Negotiate oYG2MIGzoAMKAQChCwYJ+/=", &["Negotiate[]oYG2MIGzoAMKAQChCwYJ+/="]),
        ("Negotiate abc==, Bearer scope=a", &["Negotiate[]abc==", "Bearer[scope=a]"]),
        (r#"bearer Scope="a b""#, &["bearer[Scope=a b]"]),
        ("Bearer scope=a,error=b", &["Bearer[scope=a|error=b]"]),
        ("Bearer scope = \t\"a\" ,, error\t= b,", &["Bearer[scope=a|error=b]"]),
        // Commas and equals signs in quotes, and escaped quotes.
        (
            r#"Basic realm="a, Bearer scope=\"x\"", Bearer scope="y""#,
            &["Basic[realm=a, Bearer scope=\"x\"]", "Bearer[scope=y]"],
        ),
        (r#"Bearer realm="\\\a", DPoP algs="ES256 EdDSA""#, &["Bearer[realm=\\a]", "DPoP[algs=ES256 EdDSA]"]),
        ("Bearer scope=\"\"", &["Bearer[scope=]"]),
        // Of two challenges of one scheme, both.
        ("Bearer scope=a, Bearer scope=b", &["Bearer[scope=a]", "Bearer[scope=b]"]),
        // Malformed: what comes before is kept.
        ("Basic realm=a, Bearer scope=\"b", &["Basic[realm=a]", "quoted string@28"]),
        ("Bearer scope=a\"b\"", &["unexpected@14"]),
        ("Bearer scope=, x", &["Bearer[]scope=", "x[]"]),
        ("Bearer scope=a, error=", &["no value@22"]),
        ("Bearer; scope=a", &["unexpected@6"]),
        ("=a", &["unexpected@0"]),
        ("Bearer scope=a, Scope=b, Basic realm=c", &["Basic[realm=c]", "duplicate@0"]),
    ] {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn a_malformed_header_does_not_hide_others() {
    let challenges = Challenges::parse(["Bearer scope=\"", "DPoP scope=a, error=invalid_token"]);
    assert_eq!(challenges.all().len(), 1);
    assert_eq!(challenges.for_tokens().unwrap().scheme(), "DPoP");
    assert_eq!((challenges.faults()[0].header, challenges.faults().len()), (0, 1));
    let text = challenges.faults()[0].to_string();
    assert!(text.contains("header 1") && text.contains("quoted string"), "{text}");
}

#[test]
fn prefers_the_challenge_that_states_an_error() {
    let of = |headers: &[&str]| {
        let challenges = Challenges::parse(headers);
        challenges
            .for_tokens()
            .map(|challenge| (challenge.scheme().to_owned(), challenge.param("scope").unwrap_or_default().to_owned()))
    };
    let some = |scheme: &str, scope: &str| Some((scheme.to_owned(), scope.to_owned()));
    assert_eq!(of(&["Bearer scope=a", "DPoP scope=b"]), some("Bearer", "a"));
    assert_eq!(of(&["Bearer scope=a", "DPoP scope=b, error=insufficient_scope"]), some("DPoP", "b"));
    assert_eq!(of(&["Bearer realm=x, BEARER error=insufficient_scope, scope=c"]), some("BEARER", "c"));
    assert_eq!(of(&["Basic realm=x"]), None);
}

#[test]
fn reads_a_bounded_amount() {
    let many = vec!["Bearer scope=a"; 20];
    let challenges = Challenges::parse(&many);
    assert_eq!((challenges.all().len(), challenges.faults().len()), (16, 1));
    let long = format!("Bearer scope=\"{}\"", "a".repeat(70_000));
    assert_eq!(read(&long), ["too much@0"]);
    let wide: Vec<String> = (0..40).map(|number| format!("p{number}=a")).collect();
    assert_eq!(read(&format!("Bearer {}", wide.join(","))).len(), 1);
    assert_eq!(read(&"X,".repeat(40)).len(), 33);
}

#[test]
fn reads_scopes_and_authentication() {
    let challenges =
        Challenges::parse([r#"Bearer error="insufficient_user_authentication", max_age="300", acr_values="phr  mfa""#]);
    let authentication = challenges.for_tokens().unwrap().authentication();
    assert_eq!(authentication.max_age_seconds, Some(300));
    assert_eq!(authentication.acr_values, ["phr", "mfa"]);
    let scope = |text: &str| Challenges::parse([text]).all()[0].scope();
    assert_eq!(scope("Bearer scope=\"\""), Ok(None));
    assert_eq!(scope("Bearer error=x"), Ok(None));
    assert!(scope("Bearer scope=\"a\\\"b\"").is_err());
    assert!(scope("Bearer scope=\"é\"").is_err());
}

proptest! {
    #[test]
    fn never_panics(headers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..4)) {
        let challenges = Challenges::parse(&headers);
        for challenge in challenges.all() {
            let _ = (challenge.scope(), challenge.error(), challenge.authentication());
        }
    }

    /// What is written as the grammar says is read back.
    #[test]
    fn reads_what_is_written(
        list in proptest::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,8}", proptest::collection::vec("[ -~é]{0,12}", 1..4)), 1..4),
        comma in prop::sample::select(vec![",", ", ", " ,\t", ",,"]),
    ) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let written: Vec<String> = list.iter().map(|(scheme, values)| {
            let params: Vec<String> = values.iter().enumerate().map(|(place, value)| format!("p{place}={}", quoted(value))).collect();
            format!("{scheme} {}", params.join(comma))
        }).collect();
        let challenges = Challenges::parse([written.join(comma)]);
        prop_assert!(challenges.faults().is_empty(), "{:?}", challenges.faults());
        let read: Vec<(String, Vec<String>)> = challenges.all().iter().map(|challenge| {
            (challenge.scheme().to_owned(), challenge.params().map(|(_, value)| value.to_owned()).collect())
        }).collect();
        prop_assert_eq!(read, list);
    }
}
