//! Rejected and accepted documents. Each rule fires on one document and is silent on a similar one.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "shared test steps may panic")]

use mcp_scopes_prm::{Document, Error, ErrorKind, Metadata, json::Json};

/// The pointer and section of each violation.
fn violations_of(text: &str) -> Vec<(String, &'static str)> {
    let error = Metadata::from_json(text).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Violations, "{error}");
    for violation in error.violations() {
        assert!(!violation.message.is_empty() && !violation.help.is_empty());
        for text in [&violation.message, &violation.help] {
            assert!(!text.ends_with('.') && !text.starts_with(char::is_uppercase), "{text}");
        }
    }
    error.violations().iter().map(|violation| (violation.pointer.clone(), violation.section)).collect()
}

/// Expects one violation of `section` at `pointer` for the first document, and none for the second. Both are the
/// members after a valid resource.
fn rule(pointer: &str, section: &str, fires: &str, silent: &str) {
    let document = |members: &str| format!(r#"{{"resource": "https://h", {members}}}"#);
    let found = violations_of(&document(fires));
    let found: Vec<_> = found.iter().map(|(pointer, section)| (pointer.as_str(), *section)).collect();
    assert_eq!(found, [(pointer, section)], "{fires}");
    let text = document(silent);
    let metadata = Metadata::from_json(&text).unwrap_or_else(|error| panic!("{silent}: {error}"));
    assert_eq!(sorted(metadata.to_json()), sorted(Json::parse(&text).expect("JSON")), "{silent}");
}

fn sorted(mut json: Json) -> Json {
    match &mut json {
        Json::Object(members) => {
            members.sort_keys();
            members.values_mut().for_each(|member| *member = sorted(member.clone()));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = sorted(item.clone())),
        _ => {}
    }
    json
}

#[test]
fn checks_the_resource() {
    for (resource, valid) in [
        (r#""https://h""#, true),
        (r#""HTTPS://h""#, true),
        (r#""https://h/mcp?tenant=a""#, true),
        (r#""https://u@h:8443/mcp/""#, true),
        (r#""https://h#""#, false),
        (r#""https://h/mcp#part""#, false),
        (r#""http://h""#, false),
        (r#""http://localhost""#, false),
        (r#""api://h""#, false),
        (r#""h/mcp""#, false),
        (r#""https:///mcp""#, false),
        (r#""https://h:99999""#, false),
        (r#""https://h/a b""#, false),
        (r#""""#, false),
    ] {
        let text = format!(r#"{{"resource": {resource}}}"#);
        if valid {
            assert!(Metadata::from_json(&text).is_ok(), "{text}");
        } else {
            assert_eq!(violations_of(&text), [("/resource".to_owned(), "RFC 9728 §1.2")], "{text}");
        }
    }
    for text in ["{}", r#"{"resource": null}"#, r#"{"resource": 42}"#, r#"{"resource": ["https://h"]}"#] {
        assert_eq!(violations_of(text), [("/resource".to_owned(), "RFC 9728 §2")], "{text}");
    }
}

#[test]
fn rejects_members_of_the_wrong_type() {
    for name in [
        "scopes_supported",
        "resource_signing_alg_values_supported",
        "authorization_details_types_supported",
        "dpop_signing_alg_values_supported",
        "bearer_methods_supported",
    ] {
        let (at, silent) = (format!("/{name}"), format!(r#""{name}": ["a"]"#));
        rule(&at, "RFC 9728 §2", &format!(r#""{name}": "a""#), &silent);
        rule(&at, "RFC 9728 §2", &format!(r#""{name}": null"#), &silent);
        rule(&format!("{at}/1"), "RFC 9728 §2", &format!(r#""{name}": ["a", 1]"#), &silent);
    }
    let silent = r#""authorization_servers": ["https://a", "https://b/tenant/"]"#;
    rule("/authorization_servers", "RFC 9728 §2", r#""authorization_servers": "https://a""#, silent);
    rule("/authorization_servers/0", "RFC 9728 §2", r#""authorization_servers": [{"issuer": "https://a"}]"#, silent);
    for name in ["tls_client_certificate_bound_access_tokens", "dpop_bound_access_tokens_required"] {
        let fires = format!(r#""{name}": "true""#);
        rule(&format!("/{name}"), "RFC 9728 §2", &fires, &format!(r#""{name}": false"#));
    }
    rule("/resource_name", "RFC 9728 §2", r#""resource_name": 42"#, r#""resource_name": """#);
    for name in ["resource_documentation", "resource_policy_uri", "resource_tos_uri"] {
        let (at, silent) = (format!("/{name}"), format!(r#""{name}": "http://h/page#top""#));
        rule(&at, "RFC 9728 §2", &format!(r#""{name}": null"#), &silent);
        rule(&at, "RFC 9728 §2", &format!(r#""{name}": "page""#), &silent);
    }
    rule("/jwks_uri", "RFC 9728 §2", r#""jwks_uri": "http://localhost/jwks""#, r#""jwks_uri": "https://h/jwks""#);
    rule("/jwks_uri", "RFC 9728 §2", r#""jwks_uri": 42"#, r#""jwks_uri": "https://h/jwks""#);
    rule("/mcp_extensions", "mcp_extensions", r#""mcp_extensions": []"#, r#""mcp_extensions": {}"#);
}

#[test]
fn rejects_empty_members() {
    for name in [
        "authorization_servers",
        "scopes_supported",
        "resource_signing_alg_values_supported",
        "authorization_details_types_supported",
        "dpop_signing_alg_values_supported",
    ] {
        // An empty list of bearer methods is meaningful: none of them (RFC 9728 §2).
        let fires = format!(r#""{name}": []"#);
        rule(&format!("/{name}"), "RFC 9728 §3.2", &fires, r#""bearer_methods_supported": []"#);
    }
}

#[test]
fn checks_issuers() {
    let silent = r#""authorization_servers": ["https://a/tenant"]"#;
    for issuer in ["http://a", "http://localhost", "https://a?q", "https://a/#", "https://", "a", ""] {
        let fires = format!(r#""authorization_servers": ["https://b", "{issuer}"]"#);
        rule("/authorization_servers/1", "RFC 8414 §2", &fires, silent);
    }
}

#[test]
fn checks_scopes_and_algorithms() {
    let silent = r#""scopes_supported": ["!#[]~", "files:read"]"#;
    for scope in ["", "a b", "a\\\"b", "a\\\\b", "a\\u0000", "\u{e4}", "a\\u007f"] {
        rule("/scopes_supported/1", "RFC 6749 §3.3", &format!(r#""scopes_supported": ["a", "{scope}"]"#), silent);
    }
    let name = "resource_signing_alg_values_supported";
    let (fires, silent) = (format!(r#""{name}": ["ES256", "none"]"#), format!(r#""{name}": ["ES256"]"#));
    rule(&format!("/{name}/1"), "RFC 9728 §2", &fires, &silent);
}

#[test]
fn checks_translated_members() {
    rule("/resource_name#it", "RFC 9728 §2.1", r#""resource_name#it": 42"#, r#""resource_name#it": "API""#);
    rule(
        "/resource_tos_uri#zh-Hant-TW",
        "RFC 9728 §2.1",
        r#""resource_tos_uri#zh-Hant-TW": "tos""#,
        r#""resource_tos_uri": "https://h/tos", "resource_tos_uri#zh-Hant-TW": "https://h/zh/tos""#,
    );
    // Without a valid language tag, the member is unknown.
    let text = r#"{"resource": "https://h", "resource_name#": 1, "resource_name#a b": 1, "jwks_uri#de": 1}"#;
    Metadata::from_json(text).expect("readers ignore unknown members");
}

#[test]
fn checks_signed_metadata() {
    let token = |header: &str, claims: &str, signature: &str| {
        format!(r#""signed_metadata": "{}.{}.{signature}""#, base64url(header), base64url(claims))
    };
    let silent = token(r#"{"alg":"ES256"}"#, r#"{"iss":"https://a"}"#, "AAAA");
    for fires in [
        r#""signed_metadata": """#.to_owned(),
        r#""signed_metadata": "a.b""#.to_owned(),
        format!(r#"{}.AAAA.AAAA""#, silent.trim_end_matches('"')),
        token(r#"{"alg":"none"}"#, r#"{"iss":"https://a"}"#, "AAAA"),
        token(r"{}", r#"{"iss":"https://a"}"#, "AAAA"),
        token(r"[]", r#"{"iss":"https://a"}"#, "AAAA"),
        token(r#"{"alg":"ES256"}"#, r#"{"iss":"https://a"}"#, ""),
        token(r#"{"alg":"ES256"}"#, r#"{"iss":"https://a"}"#, "A"),
        token(r#"{"alg":"ES256"}"#, r"{}", "AAAA"),
        token(r#"{"alg":"ES256"}"#, r#"{"iss":1}"#, "AAAA"),
        token(r#"{"alg":"ES256"}"#, "claims", "AAAA"),
        token(r#"{"alg":"ES256"}"#, r#"{"iss":"https://a","signed_metadata":"a"}"#, "AAAA"),
        token(r#"{"alg":"ES256"}"#, r#"{"iss":"https://a","iss":"https://b"}"#, "AAAA"),
        r#""signed_metadata": {}"#.to_owned(),
    ] {
        rule("/signed_metadata", "RFC 9728 §2.2", &fires, &silent);
    }
}

fn base64url(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut encoded = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let byte = |place: usize| bytes.get(place).map_or(0, |byte| usize::from(*byte));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=bytes.len() {
            encoded.push(char::from(LETTERS[bits >> (18 - 6 * place) & 63]));
        }
    }
    encoded
}

#[test]
fn checks_tools() {
    let rule = |member: &str, section: &str, fires: &str, silent: &str| {
        let entry = |text: &str| format!(r#""mcp_extensions": {{"tool_scope_mapping": {{"a~b/c": {{{text}}}}}}}"#);
        let pointer = format!("/mcp_extensions/tool_scope_mapping/a~0b~1c/{member}");
        rule(&pointer, section, &entry(fires), &entry(silent));
    };
    let ours = "mcp_extensions";
    rule("risk_level", ours, r#""risk_level": "severe""#, r#""risk_level": "critical""#);
    rule("risk_level", ours, r#""risk_level": "High""#, r#""risk_level": "high""#);
    rule("risk_level", ours, r#""risk_level": 3"#, r#""risk_level": "minimal""#);
    rule("sandbox", ours, r#""sandbox": "simulated""#, r#""sandbox": "simulate""#);
    rule("description", ours, r#""description": null"#, r#""description": """#);
    rule("public", ours, r#""public": "yes""#, r#""public": false"#);
    rule(
        "public",
        ours,
        r#""public": true, "required_scopes": [["a"]]"#,
        r#""public": false, "required_scopes": [["a"]]"#,
    );
    rule(
        "authenticated",
        ours,
        r#""authenticated": true, "required_scopes": [["a"]]"#,
        r#""authenticated": false, "required_scopes": [["a"]]"#,
    );
    rule("authenticated", ours, r#""authenticated": true, "public": true"#, r#""authenticated": true"#);
    rule(
        "auto_approvable",
        ours,
        r#""auto_approvable": true, "requires_user_approval": true"#,
        r#""auto_approvable": false, "requires_user_approval": true"#,
    );
    for listed in [r#""parameters": []"#, r#""required_parameters": ["a"]"#] {
        rule(
            "parameters_unknown",
            ours,
            &format!(r#""parameters_unknown": true, {listed}"#),
            &format!(r#""parameters_unknown": false, {listed}"#),
        );
    }
    rule("parameters_unknown", ours, r#""parameters_unknown": 1"#, r#""parameters_unknown": true"#);
    let silent = r#""required_scopes": [["a"], ["b", "c"]]"#;
    rule("required_scopes", "RFC 9728 §3.2", r#""required_scopes": []"#, silent);
    rule("required_scopes/1", ours, r#""required_scopes": [["a"], []]"#, silent);
    rule("required_scopes/0", ours, r#""required_scopes": ["a"]"#, silent);
    rule("required_scopes/0/0", ours, r#""required_scopes": [[1]]"#, silent);
    rule("required_scopes/0/1", "RFC 6749 §3.3", r#""required_scopes": [["a", "b c"]]"#, silent);
    rule("prerequisite_scopes/0", "RFC 6749 §3.3", r#""prerequisite_scopes": [""]"#, r#""prerequisite_scopes": ["a"]"#);
    for member in ["required_parameters", "examples", "commonly_grouped_with", "prerequisite_scopes"] {
        rule(member, "RFC 9728 §3.2", &format!(r#""{member}": []"#), r#""parameters": []"#);
    }
}

#[test]
fn checks_other_extensions() {
    let rule = |member: &str, section: &str, fires: &str, silent: &str| {
        let extensions = |text: &str| format!(r#""mcp_extensions": {{{text}}}"#);
        rule(&format!("/mcp_extensions/{member}"), section, &extensions(fires), &extensions(silent));
    };
    let ours = "mcp_extensions";
    rule("tool_scope_mapping", ours, r#""tool_scope_mapping": []"#, r#""tool_scope_mapping": {"a": {}}"#);
    rule("tool_scope_mapping/a", ours, r#""tool_scope_mapping": {"a": 1}"#, r#""tool_scope_mapping": {"a": {}}"#);
    let silent = r#""scope_upgrade_flows": {"the role": ["a", "b"]}"#;
    rule("scope_upgrade_flows/a", ours, r#""scope_upgrade_flows": {"a": []}"#, silent);
    rule("scope_upgrade_flows/a/0", "RFC 6749 §3.3", r#""scope_upgrade_flows": {"a": ["b c"]}"#, silent);
    let silent = r#""scope_hierarchy": {"a": ["b"]}"#;
    rule("scope_hierarchy/a b", "RFC 6749 §3.3", r#""scope_hierarchy": {"a b": ["c"]}"#, silent);
    rule("scope_hierarchy/a", ours, r#""scope_hierarchy": {"a": "b"}"#, silent);
    for member in ["cooling_period_minutes", "max_calls_per_session", "max_file_size_mb"] {
        for value in ["0", "-1", "1.5", "4294967296", "\"1\""] {
            let entry = |value: &str| format!(r#""tool_interaction_policies": {{"a": {{"{member}": {value}}}}}"#);
            rule(&format!("tool_interaction_policies/a/{member}"), ours, &entry(value), &entry("4294967295"));
        }
    }
    for (member, fires) in
        [("blocked_after", "a b"), ("requires_approval_after", "a:/x//y"), ("blocked_patterns", "[a]")]
    {
        let entry = |value: &str| {
            format!(r#""tool_interaction_policies": {{"a": {{"{member}": ["*.pem"]}}}}"#).replace("*.pem", value)
        };
        let silent = if member == "blocked_patterns" { "*.pem" } else { "read_file:*.pem" };
        rule(&format!("tool_interaction_policies/a/{member}/0"), ours, &entry(fires), &entry(silent));
    }
    for member in [
        "idle_minutes",
        "max_minutes",
        "max_refused_calls",
        "max_high_risk_calls",
        "require_reauth_after_minutes",
        "escalation_seconds",
    ] {
        let entry = |value: u32| format!(r#""session_policies": {{"{member}": {value}}}"#);
        rule(&format!("session_policies/{member}"), ours, &entry(0), &entry(1));
    }
    let silent = r#""risk_policies": {"high": {"max_auth_age_minutes": 1, "acr_values": ["gold"]}}"#;
    for (pointer, fires) in [
        ("hihg", r#"{"hihg": {"max_auth_age_minutes": 1}}"#),
        ("high/max_auth_age_minutes", r#"{"high": {"max_auth_age_minutes": 0}}"#),
        ("high/acr_values/0", r#"{"high": {"acr_values": [1]}}"#),
    ] {
        rule(&format!("risk_policies/{pointer}"), ours, &format!(r#""risk_policies": {fires}"#), silent);
    }
    let silent =
        r#""sandbox": {"header": "mcp-sandbox", "resource": "https://s", "authorization_servers": ["https://a"]}"#;
    rule("sandbox/header", "RFC 9110 §5.1", r#""sandbox": {"header": "a:b"}"#, silent);
    rule("sandbox/resource", "RFC 9728 §1.2", r#""sandbox": {"resource": "https://s#"}"#, silent);
    rule("sandbox/authorization_servers/0", "RFC 8414 §2", r#""sandbox": {"authorization_servers": ["a"]}"#, silent);
}

#[test]
fn reports_all_violations_together() {
    let text = r#"{"resource": "http://h#f", "scopes_supported": [], "authorization_servers": ["https://a?b", 1],
        "jwks_uri": 1, "mcp_extensions": {"tool_scope_mapping": {"a": {"risk_level": "bad", "public": 1}}}}"#;
    assert_eq!(
        violations_of(text).iter().map(|(pointer, _)| pointer.as_str()).collect::<Vec<_>>(),
        [
            "/authorization_servers/1",
            "/jwks_uri",
            "/scopes_supported",
            "/mcp_extensions/tool_scope_mapping/a/risk_level",
            "/mcp_extensions/tool_scope_mapping/a/public",
            "/resource",
            "/authorization_servers/0",
        ]
    );
    let error = Metadata::from_json(text).expect_err("is rejected");
    assert!(!error.to_string().contains('\n'), "{error}");
}

#[test]
fn rejects_texts_that_are_not_json() {
    let syntax = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
        assert!(error.violations().is_empty());
        let at = error.syntax().expect("a position");
        (at.line(), at.column())
    };
    for (text, line, column) in [
        ("", 1, 1),
        ("\u{feff}{\"resource\": \"https://h\"}", 1, 1),
        ("{\"resource\": \"https://h\"}\n{}", 2, 1),
        ("{\"resource\": \"https://h\",\n \"resource\": \"https://h\"}", 2, 2),
        ("{\"resource\": \"https://h\", \"new\": [{\"a\": {\"b\": 1, \"b\": 1}}]}", 1, 50),
        ("{\"resource\": \"https://h\", \"mcp_extensions\": {\"new\": {\"a\": 1, \"\\u0061\": 1}}}", 1, 62),
    ] {
        assert_eq!(syntax(Metadata::from_json(text).expect_err(text)), (line, column), "{text}");
    }
    let error = Metadata::from_json(b"{\"resource\": \"https://h\",\n\"new\": \"\xff\"}").expect_err("is not UTF-8");
    assert_eq!(syntax(error), (2, 9));
    let deep = format!(r#"{{"resource": "https://h", "new": {}1{}}}"#, "[".repeat(128), "]".repeat(128));
    syntax(Metadata::from_json(&deep).expect_err("is nested too deep"));
    for text in ["[]", "null", "\"https://h\"", "1"] {
        assert_eq!(violations_of(text), [(String::new(), "RFC 9728 §2")], "{text}");
    }
}

#[test]
fn compares_the_resource_code_point_by_code_point() {
    let metadata = Metadata::from_json(r#"{"resource": "https:\/\/h/mcp"}"#).expect("is valid");
    metadata.check_resource("https://h/mcp").expect("is the same");
    for other in ["https://h/mcp/", "https://H/mcp", "https://h:443/mcp", "https://h/%6dcp", "HTTPS://h/mcp"] {
        let error = metadata.check_resource(other).expect_err(other);
        assert_eq!(
            (error.violations()[0].pointer.as_str(), error.violations()[0].section),
            ("/resource", "RFC 9728 §3.3")
        );
    }
    assert_eq!(metadata.well_known_url(), "https://h/.well-known/oauth-protected-resource/mcp");
}

#[test]
fn requires_an_issuer_for_mcp() {
    let metadata = Metadata::from_json(r#"{"resource": "https://h"}"#).expect("RFC 9728 requires none");
    assert_eq!(metadata.check_mcp().expect_err("MCP requires one").violations()[0].pointer, "/authorization_servers");
    let text = r#"{"resource": "https://h", "authorization_servers": ["https://a"]}"#;
    Metadata::from_json(text).and_then(|metadata| metadata.check_mcp()).expect("there is one");
}

#[test]
fn reports_misspelled_members() {
    let text = r#"{"resource": "https://h", "scope_supported": ["a"], "note": 1, "resource_name#de": "H",
        "mcp_extensions": {"tool_scope_mappings": {}, "tool_scope_mapping": {"a/b": {"required_scope": []}},
        "tool_interaction_policies": {"a": {"blocked_afer": []}}, "session_policies": {"new": 1}, "sandbox": {"headers": 1}}}"#;
    let metadata = Metadata::from_json(text).expect("readers ignore unknown members");
    let found: Vec<_> = metadata.unknown_members().into_iter().map(|member| (member.pointer, member.nearest)).collect();
    let expected = [
        ("/scope_supported", Some("scopes_supported")),
        ("/note", None),
        ("/mcp_extensions/tool_scope_mappings", Some("tool_scope_mapping")),
        ("/mcp_extensions/tool_scope_mapping/a~1b/required_scope", Some("required_scopes")),
        ("/mcp_extensions/tool_interaction_policies/a/blocked_afer", Some("blocked_after")),
        ("/mcp_extensions/session_policies/new", None),
        ("/mcp_extensions/sandbox/headers", Some("header")),
    ];
    assert_eq!(found, expected.map(|(pointer, nearest)| (pointer.to_owned(), nearest)));
}

#[test]
fn validates_a_changed_document_again() {
    let metadata = Metadata::from_json(r#"{"resource": "https://h"}"#).expect("is valid");
    let changed = Document { scopes_supported: vec!["a b".to_owned()], ..metadata.clone().into_document() };
    assert!(Metadata::new(changed).is_err());
    assert_eq!(Metadata::try_from(metadata.clone().into_document()).expect("is unchanged"), metadata);
}
