//! Building documents and `tools/list` entries from tables.
#![expect(clippy::expect_used, reason = "shared test steps may panic")]

mod tables;

use mcp_scopes_model::{Config, Outline, Requirement, Risk, Scope, Tool, config::Stated};
use mcp_scopes_prm::{Error, Metadata, ToolsList, json::Json};
use tables::{EVERYTHING, PING, VERSION, WRITE_FILE, build, everything, outline, proposal, stated};

fn pointers(error: &Error) -> Vec<&str> {
    error.violations().iter().map(|violation| violation.pointer.as_str()).collect()
}

/// Returns the differences that remain if `whole` may have additional members.
fn contained(part: &Json, whole: &Json, at: &str, missing: &mut Vec<String>) {
    match (part, whole) {
        (Json::Object(members), Json::Object(_)) => {
            for (name, member) in members {
                match whole.get(name) {
                    Some(found) => contained(member, found, &format!("{at}/{name}"), missing),
                    None => missing.push(format!("{at}/{name} is missing")),
                }
            }
        }
        _ if part == whole => {}
        _ => missing.push(format!("{at} is {whole}, not {part}")),
    }
}

#[test]
fn contains_the_proposal() {
    let part = Json::parse(include_str!("fixtures/extended_prm.json")).expect("the fixture is JSON");
    let mut missing = Vec::new();
    contained(&part, &build(&proposal()).to_json(), "", &mut missing);
    assert_eq!(missing, [""; 0]);
    // The comparison must be able to fail.
    contained(&part, &build(&everything()).to_json(), "", &mut missing);
    assert!(missing.iter().any(|line| line == "/mcp_extensions/tool_scope_mapping/list_files is missing"));
}

#[test]
fn publishes_everything_stated() {
    let text = build(&everything()).to_json_pretty();
    assert_eq!(text, include_str!("fixtures/everything.json"), "{text}");
    let again = Metadata::from_json(&text).expect("a built document can be read");
    assert_eq!(again.to_json_pretty(), text);
    assert_eq!(again.unknown_members(), []);
}

#[test]
fn states_dpop_only_if_told_so() {
    let outline = Outline::EMPTY;
    let builder = || Metadata::of(&outline).resource("https://h").authorization_servers(["https://a"]);
    let accepted = builder().dpop_algorithms(["ES256", "EdDSA"]).build().expect("it is valid");
    let required = builder().dpop_algorithms(["ES256"]).require_dpop().build().expect("it is valid");
    for (metadata, algorithms, is_required) in
        [(accepted, &["ES256", "EdDSA"][..], None), (required, &["ES256"], Some(true))]
    {
        assert_eq!(metadata.document().dpop_signing_alg_values_supported, algorithms);
        assert_eq!(metadata.document().dpop_bound_access_tokens_required, is_required);
    }
    let silent = builder().build().expect("it is valid");
    assert!(!silent.to_json().to_string().contains("dpop"));
}

#[test]
fn states_certificate_bound_tokens_only_if_told_so() {
    let outline = Outline::EMPTY;
    let builder = || Metadata::of(&outline).resource("https://h").authorization_servers(["https://a"]);
    let stated = builder().certificate_bound_tokens().build().expect("it is valid");
    assert_eq!(stated.document().tls_client_certificate_bound_access_tokens, Some(true));
    assert!(stated.to_json().to_string().contains(r#""tls_client_certificate_bound_access_tokens":true"#));
    let silent = builder().build().expect("it is valid");
    assert_eq!(silent.document().tls_client_certificate_bound_access_tokens, None);
    assert!(!silent.to_json().to_string().contains("tls_client"));
}

#[test]
fn builds_a_document_of_an_empty_table() {
    let outline = Outline::EMPTY;
    let metadata = Metadata::of(&outline)
        .resource("https://h")
        .authorization_servers(["https://a"])
        .build()
        .expect("an empty table has a document");
    assert_eq!(
        metadata.to_json().to_string(),
        r#"{"resource":"https://h","authorization_servers":["https://a"],"bearer_methods_supported":["header"]}"#
    );
}

#[test]
fn reports_missing_resource_and_issuer() {
    let outline = outline(&[&PING], &Config::NONE);
    let error = Metadata::of(&outline).build().expect_err("neither is stated");
    assert_eq!(pointers(&error), ["/resource", "/authorization_servers"]);
    for (violation, words) in error.violations().iter().zip([
        ["`resource = ", "`--resource`", "`.resource(..)`"],
        ["`authorization_servers = ", "`--authorization-server`", "`.authorization_servers(..)`"],
    ]) {
        for word in words {
            assert!(violation.help.contains(word), "{}", violation.help);
        }
    }
    let none: [&str; 0] = [];
    let error = Metadata::of(&outline).resource("https://h").authorization_servers(none).build();
    assert_eq!(pointers(&error.expect_err("an empty list is rejected")), ["/authorization_servers"]);
}

#[test]
fn prefers_deployment_values_over_the_file() {
    let outline = everything();
    let metadata = Metadata::of(&outline)
        .resource("https://staging.example.com/mcp")
        .authorization_servers(["https://staging-auth.example.com"])
        .build()
        .expect("both are valid");
    assert_eq!(metadata.resource(), "https://staging.example.com/mcp");
    assert_eq!(metadata.authorization_servers(), ["https://staging-auth.example.com"]);
    let document = metadata.into_document();
    let file = build(&outline).into_document();
    assert_eq!(document.mcp_extensions, file.mcp_extensions);
}

#[test]
fn accepts_plain_http_on_loopback_hosts_unless_https_is_required() {
    let outline = everything();
    let builder = |host: &str| {
        Metadata::of(&outline).resource(format!("http://{host}/mcp")).authorization_servers([format!("http://{host}")])
    };
    for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
        let error = builder(host).require_https().build().expect_err("https is required");
        assert_eq!(pointers(&error), ["/resource", "/authorization_servers/0"]);
        let metadata = builder(host).build().expect("the host is a loopback host");
        assert!(Metadata::from_json(metadata.to_json_pretty()).is_err(), "reading is strict");
        let read = Metadata::from_json_allowing_loopback_http(metadata.to_json_pretty());
        assert_eq!(read.expect("loopback http is allowed"), metadata);
    }
    for host in ["example.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "user@example.com"] {
        assert!(builder(host).build().is_err() && builder(host).require_https().build().is_err(), "{host}");
        let text = format!(r#"{{"resource": "http://{host}/mcp"}}"#);
        assert!(Metadata::from_json_allowing_loopback_http(text).is_err(), "{host}");
    }
}

#[test]
fn rejects_inconsistent_tables() {
    const CIRCLE: &[Stated<'_>] = &[stated("ping")];
    const CONFIG: Config<'_> = Config {
        scopes: Some(&[Scope { name: stated("ping"), description: "", implies: CIRCLE }]),
        resource: Some("https://h"),
        authorization_servers: &["https://a"],
        ..Config::NONE
    };
    let declared = CONFIG.scopes.expect("there are some");
    let circle = Outline { declared, ..outline(&[&PING], &Config { scopes: None, ..CONFIG }) };
    let error = Metadata::of(&circle).build().expect_err("a scope implies itself");
    assert_eq!(pointers(&error), ["/mcp_extensions/scope_hierarchy/ping"]);

    let twice = outline(&[&PING, &PING], &EVERYTHING);
    let error = Metadata::of(&twice).build().expect_err("two tools have one name");
    assert_eq!(pointers(&error), ["/mcp_extensions/tool_scope_mapping/ping"]);

    let tool = Tool { requirement: Requirement::AnyOf(&[&["a b"], &[]]), ..Tool::new("tool", Risk::Low) };
    let tools = [&tool];
    let config = Config { scopes: None, namespace: "", ..EVERYTHING };
    let table = outline(&tools, &config);
    let error = Metadata::of(&table).build().expect_err("no such scopes");
    let at = "/mcp_extensions/tool_scope_mapping/tool/required_scopes";
    assert_eq!(pointers(&error), ["/scopes_supported/0", &format!("{at}/0/0"), &format!("{at}/1")]);

    let tool = Tool { requirement: Requirement::AnyOf(&[]), ..tool };
    let tools = [&tool];
    let table = outline(&tools, &config);
    let error = Metadata::of(&table).build().expect_err("nothing opens it");
    assert_eq!(pointers(&error), [at]);
}

#[test]
fn marks_only_public_tools_as_open() {
    let metadata = build(&everything());
    let extensions = metadata.mcp_extensions().expect("there are tools");
    for (name, tool) in &extensions.tool_scope_mapping {
        assert_eq!(tool.public == Some(true), name == "version", "{name}");
        assert_eq!(tool.authenticated == Some(true), name == "whoami", "{name}");
        assert_eq!(tool.required_scopes.is_empty(), name == "version" || name == "whoami", "{name}");
    }
}

#[test]
fn builds_entries_of_tools_list() {
    let outline = everything();
    let list = ToolsList::of(&outline);
    for (tool, schemes, authorization) in [
        // `dev:admin` implies `dev:write`, so the third alternative requires strictly more than the first.
        (
            WRITE_FILE,
            r#"[{"type":"oauth2","scopes":["dev:write"]},{"type":"oauth2","scopes":["dev:read","dev:ping"]}]"#,
            "null",
        ),
        (PING, r#"[{"type":"oauth2","scopes":["dev:ping"]}]"#, r#"{"scopes":["dev:ping"]}"#),
        (VERSION, r#"[{"type":"noauth"}]"#, r#"{"scopes":[]}"#),
    ] {
        let listed = list.find(tool.name).expect("is in the table");
        assert_eq!(serde_json::to_string(&list.security_schemes(listed)).expect("JSON"), schemes);
        assert_eq!(serde_json::to_string(&list.authorization(listed)).expect("JSON"), authorization);
    }
    assert!(list.find("other").is_none());
}

#[test]
fn omits_redundant_alternatives() {
    for (alternatives, kept) in [
        (&[&["a", "b"][..], &["a"]][..], &[&["a"][..]][..]),
        (&[&["a"], &["a", "b"]], &[&["a"]]),
        (&[&["a", "b"], &["b", "a"]], &[&["a", "b"]]),
        (&[&["a"], &["b"]], &[&["a"], &["b"]]),
        (&[&["a", "b"], &["b", "c"], &["c"]], &[&["a", "b"], &["c"]]),
    ] {
        let tool = Tool { requirement: Requirement::AnyOf(alternatives), ..Tool::new("tool", Risk::Low) };
        let tools = [&tool];
        let outline = outline(&tools, &Config::NONE);
        let list = ToolsList::of(&outline);
        let schemes = serde_json::to_value(list.security_schemes(&outline.tools[0])).expect("JSON");
        let scopes: Vec<_> =
            schemes.as_array().expect("an array").iter().map(|scheme| scheme["scopes"].clone()).collect();
        assert_eq!(serde_json::to_value(scopes).expect("JSON"), serde_json::json!(kept));
    }
}
