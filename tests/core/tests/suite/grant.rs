//! Grants, handles and denials: the table to which they belong, and their texts.

use mcp_scopes::{Challenge, Denied, Grant, Reason, ToolHandle, mcp_tool, scope_table};

#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}
#[mcp_tool(scope = all("files:write", "files:lock", "files:read"), risk = "medium")]
fn write_file() {}
#[mcp_tool(risk = "low")]
fn health_check() {}
#[mcp_tool(public, risk = "minimal")]
fn hello() {}

scope_table! { static TOOLS = [read_file, write_file, health_check, hello]; }
// Identical contents, but a different table.
scope_table! { static TWIN = [read_file, write_file, health_check, hello]; }

const READ_FILE: ToolHandle = TOOLS.handle("read_file");

fn why(result: Result<impl Sized, Denied>) -> Reason {
    result.err().unwrap().reason()
}

#[test]
fn rejects_grants_of_other_tables() {
    let grant = TOOLS.grant("files:read");
    assert!(std::ptr::eq(grant.table(), &raw const TOOLS));
    assert!(grant.authorize_tool(READ_FILE).is_ok());
    assert_eq!(why(grant.authorize_tool(TWIN.handle("read_file"))), Reason::OtherTable);
    // Not even for a public tool or for a caller without a token.
    assert_eq!(why(grant.authorize_tool(TWIN.handle("hello"))), Reason::OtherTable);
    assert_eq!(why(TOOLS.anonymous().authorize_tool(TWIN.handle("hello"))), Reason::OtherTable);
    assert_ne!(TOOLS.handle("hello"), TWIN.handle("hello"));
    assert_eq!(TOOLS.tool("hello"), Some(TOOLS.handle("hello")));
}

#[test]
fn distinguishes_no_token_from_a_token_without_scopes() {
    for (grant, reason, status) in
        [(TOOLS.anonymous(), Reason::NoCredentials, 401), (TOOLS.grant(""), Reason::MissingScopes, 403)]
    {
        let denied = grant.authorize("read_file").unwrap_err();
        assert_eq!((denied.reason(), Challenge::of(&denied).status()), (reason, status));
        assert_eq!(denied.tool(), Some(READ_FILE));
        assert!(grant.authorize("hello").is_ok());
        assert_eq!(grant.visible().map(|tool| tool.name).collect::<Vec<_>>(), ["hello"]);
        assert_eq!(why(grant.authorize("nothing")), Reason::UnknownTool);
    }
    assert!(TOOLS.anonymous().is_anonymous() && !TOOLS.grant("").is_anonymous());
}

#[test]
fn rejects_similar_names() {
    let all = TOOLS.grant("files:read files:write files:lock health_check");
    assert_eq!(all.visible().count(), 4);
    for name in ["", " read_file", "read_file ", "Read_file", "read_fil", "read_files", "read\u{0}file", "ｒead_file"]
    {
        assert_eq!(why(all.authorize(name)), Reason::UnknownTool, "{name}");
        assert!(TOOLS.tool(name).is_none());
    }
    for scope in ["files:*", "files", "files:", "*", "FILES:READ", "files:read,files:write", "files:read\u{a0}x"] {
        assert_eq!(TOOLS.grant(scope).scopes().count(), 0, "{scope}");
        assert!(!all.holds(scope));
    }
}

#[test]
fn never_splits_scp_elements() {
    let of = |grant: Grant| grant.scopes().collect::<Vec<_>>();
    assert_eq!(of(TOOLS.grant_scp(["files:read", "files:lock"])), ["files:read", "files:lock"]);
    assert_eq!(of(TOOLS.grant_scp(vec![String::from("files:read")])), ["files:read"]);
    assert!(of(TOOLS.grant_scp(["files:read files:lock", " files:read", ""])).is_empty());
    assert!(of(TOOLS.grant_scp::<&str>([])).is_empty());
}

#[test]
fn displays_denials_in_one_line() {
    let said = |denied: Denied| denied.to_string();
    assert_eq!(
        said(TOOLS.grant("files:read").authorize("write_file").unwrap_err()),
        "tool `write_file` needs scope `files:write` and scope `files:lock`, which the token does not hold"
    );
    assert_eq!(
        said(TOOLS.anonymous().authorize("write_file").unwrap_err()),
        "tool `write_file` needs an access token, and the request carries none"
    );
    // The caller's input is not repeated, since it may contain anything.
    assert_eq!(said(TOOLS.grant("").authorize("\r\nevil").unwrap_err()), "no such tool");
    assert_eq!(
        said(TOOLS.grant("").authorize_tool(TWIN.handle("hello")).unwrap_err()),
        "the tool belongs to another scope table than the grant"
    );
    let error: Box<dyn std::error::Error> = Box::new(TOOLS.grant("").authorize("read_file").unwrap_err());
    assert!(error.source().is_none());
}

#[test]
fn shows_held_scopes_in_debug_output() {
    assert_eq!(format!("{READ_FILE:?}"), "ToolHandle(\"read_file\")");
    assert_eq!(
        format!("{:?}", TOOLS.grant("files:read health_check")),
        "Grant { scopes: {\"files:read\", \"health_check\"}, anonymous: false, .. }"
    );
    assert_eq!(format!("{TOOLS:?}"), "ScopeTable { tools: 4, scopes: 4, .. }");
}

#[test]
#[should_panic(expected = "did you mean `read_file`?")]
fn suggests_the_nearest_tool_for_an_unknown_handle() {
    _ = TOOLS.handle("raed_file");
}
