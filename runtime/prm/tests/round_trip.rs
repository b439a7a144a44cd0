//! Properties: documents survive a round trip, and other JSON parsers agree.

use mcp_scopes_prm::{Metadata, json::Json};
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON value, as text with arbitrary white space, and member names that do not resemble any known one.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        ".{0,6}".prop_map(|text| Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[ {} ]", items.join(" ,\n"))),
            members(inner).prop_map(|members| format!("{{\t{members} }}")),
        ]
    })
}

fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec(("[a-z/~é\\\\\"]{0,4}", value), 0..4).prop_map(|members| {
        let mut text = String::new();
        for (place, (name, value)) in members.iter().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            text.extend([&Value::from(format!("x{place}{name}")).to_string(), " : ", value.as_str()]);
        }
        text
    })
}

/// The value at a location of a document.
fn at<'j>(json: &'j Json, path: &[&str]) -> Option<&'j Json> {
    path.iter().try_fold(json, |json, name| json.get(name))
}

/// Compares values. The last bit of a long number may differ, since readers round differently.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| (a - b).abs() <= a.abs() * 2.0 * f64::EPSILON)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

proptest! {
    // A failing case becomes a named test.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keeps_unknown_members_at_every_level(unknown in prop::collection::vec(members(value()), 6)) {
        let [top, extensions, tool, policy, session, sandbox] = &unknown[..] else { unreachable!("six") };
        let text = format!(
            r#"{{{top}{} "resource": "https://h", "mcp_extensions": {{"sandbox": {{{sandbox}}}, "session_policies": {{{session}}},
               "tool_interaction_policies": {{"t": {{{policy}}}}}, "tool_scope_mapping": {{"t": {{{tool}}}}}{}{extensions}}}}}"#,
            if top.is_empty() { "" } else { "," },
            if extensions.is_empty() { "" } else { "," },
        );
        let before = Json::parse(&text).expect("JSON");
        let metadata = Metadata::from_json(&text).expect("readers ignore unknown members");
        let written = metadata.to_json_pretty();
        let after = Json::parse(&written).expect("JSON");
        for path in [
            &[][..],
            &["mcp_extensions"],
            &["mcp_extensions", "tool_scope_mapping", "t"],
            &["mcp_extensions", "tool_interaction_policies", "t"],
            &["mcp_extensions", "session_policies"],
            &["mcp_extensions", "sandbox"],
        ] {
            let unknown = |json: &Json| match at(json, path) {
                Some(Json::Object(members)) => members
                    .iter()
                    .filter(|(name, _)| name.starts_with('x'))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect::<Vec<_>>(),
                _ => panic!("{path:?} is missing"),
            };
            prop_assert_eq!(unknown(&before), unknown(&after), "{:?}", path);
        }
        prop_assert_eq!(Metadata::from_json(&written).expect("JSON").to_json_pretty(), written);
    }

    #[test]
    fn rejects_duplicate_members_at_every_depth(value in value(), depth in 0_usize..58, name in ".{0,3}") {
        let name = serde_json::to_string(&name).expect("a string");
        let (open, close) = ("{\"a\":[".repeat(depth), "]}".repeat(depth));
        let once = format!("{open}{{{name}:{value}}}{close}");
        prop_assert!(Json::parse(&once).is_ok());
        let twice = format!("{open}{{{name}:{value},{name}:{value}}}{close}");
        prop_assert!(Json::parse(&twice).is_err());
    }

    #[test]
    fn reads_valid_json_as_other_parsers_do(value in value()) {
        let ours = Json::parse(&value).expect("JSON");
        let theirs: Value = serde_json::from_str(&value).expect("JSON");
        for text in [ours.to_string(), ours.pretty()] {
            prop_assert_eq!(&serde_json::from_str::<Value>(&text).expect("JSON"), &theirs);
        }
        let handed_over = serde_json::to_value(&ours).expect("JSON");
        prop_assert!(same(&handed_over, &theirs), "{handed_over} {theirs}");
    }

    #[test]
    fn accepts_and_rejects_as_other_parsers_do(text in "[\\[\\]{}\",:0-9eE.+\\-a-fltrsnu\\\\ \n\u{1}é]{0,12}") {
        // Other parsers accept duplicate members.
        let ours = Json::parse(&text);
        let duplicate = ours.as_ref().is_err_and(|error| error.message().contains("duplicate member"));
        let theirs = serde_json::from_str::<Value>(&text);
        // A number out of range for other parsers is still JSON.
        let too_large = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assert!(duplicate || too_large || ours.is_ok() == theirs.is_ok(), "{ours:?} {theirs:?}");
    }

    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64), resource in ".{0,24}") {
        let _ = Metadata::from_json(bytes);
        let resource = serde_json::to_string(&resource).expect("a string");
        let _ = Metadata::from_json(format!(r#"{{"resource": {resource}, "signed_metadata": {resource}}}"#));
        let _ = mcp_scopes_prm::well_known_url(&resource);
    }
}
