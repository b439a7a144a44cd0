//! Who can call what.

use super::{changes, document, ids, whole};
use crate::diff::change::{Kind, Security};

/// Every valid token opens an `authenticated` tool, and a caller without a token does not.
#[test]
fn compares_public_authenticated_and_scopes() {
    let tool = |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{{members}}}}}"#));
    let (public, authenticated) = (tool(r#""public": true"#), tool(r#""authenticated": true"#));
    let scope = tool(r#""required_scopes": [["a"]]"#);
    // From the widest to the narrowest.
    let widths = [("every caller", &public), ("every valid token", &authenticated), ("`a`", &scope)];
    for (place, (wide, open)) in widths.iter().enumerate() {
        assert_eq!(ids(&changes(open, open)), [""; 0], "{wide}");
        for (narrow, closed) in &widths[place + 1..] {
            for (old, new, kind, security, message) in [
                (open, closed, Kind::AccessNarrowed, Security::TIGHTENS, format!("by {narrow}, and was by {wide}")),
                (closed, open, Kind::AccessWidened, Security::WEAKENS, format!("by {wide}, and was by {narrow}")),
            ] {
                let found = changes(old, new);
                let change = found.iter().find(|change| change.kind == kind);
                let change = change.unwrap_or_else(|| panic!("{message}: {:?}", ids(&found)));
                assert_eq!(change.security, security, "{message}");
                assert_eq!(change.message, format!("`t` is opened {message}"));
                assert_eq!(change.pointer, "/mcp_extensions/tool_scope_mapping/t/required_scopes");
            }
        }
    }
}

/// Existing tokens gain a new tool that every valid token opens.
#[test]
fn adding_an_authenticated_tool_weakens() {
    let old = document(r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}}"#);
    let new = document(r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}, "u": {"authenticated": true}}"#);
    let (added, removed) = (changes(&old, &new), changes(&new, &old));
    assert_eq!((ids(&added), added[0].security), (vec!["tool-added"], Security::WEAKENS));
    assert_eq!(added[0].message, "tool `u` is added, open to every valid token");
    assert_eq!((ids(&removed), removed[0].security), (vec!["tool-removed"], Security::TIGHTENS));
}

/// A condition that is removed, or that fewer calls match, weakens access: these calls need fewer scopes.
#[test]
fn compares_what_calls_need_by_their_arguments() {
    let tool = |required: &str, conditions: &str| {
        let conditions =
            if conditions.is_empty() { String::new() } else { format!(r#", "conditional_scopes": [{conditions}]"#) };
        document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": {required}{conditions}}}}}"#))
    };
    let when = |test: &str, scope: &str| format!(r#"{{{test}, "scopes": ["{scope}"]}}"#);
    let a = r#"[["a"]]"#;
    let (etc, ssl) = (when(r#""glob": "/etc/*""#, "b"), when(r#""glob": "/etc/ssl/*""#, "b"));
    let path = when(r#""argument": "path", "glob": "/etc/*""#, "b");
    let other = when(r#""glob": "/etc/*""#, "c");
    let both = format!("{etc}, {}", when(r#""glob": "*.key""#, "c"));
    let swapped = format!("{}, {etc}", when(r#""glob": "*.key""#, "c"));
    let first = r#"{"glob": "/etc/*", "scopes": ["b"], "alternatives": [0]}"#.to_owned();
    let (none, any) = (String::new(), r#"[["a"], ["d"]]"#);
    for (old, new, forwards, backwards) in [
        ((a, &none), (a, &etc), &["condition-tightened"][..], &["condition-loosened"][..]),
        ((a, &ssl), (a, &etc), &["condition-tightened"], &["condition-loosened"]),
        ((a, &path), (a, &etc), &["condition-tightened"], &["condition-loosened"]),
        ((a, &etc), (a, &other), &["access-moved"], &["access-moved"]),
        ((any, &first), (any, &etc), &["condition-tightened"], &["condition-loosened"]),
        ((a, &both), (a, &swapped), &["access-rewritten"], &["access-rewritten"]),
        // A scope that every call needed and only some need now: calls that match need what they needed.
        ((r#"[["a", "b"]]"#, &none), (a, &etc), &["access-widened"], &["access-narrowed"]),
        // With the same conditions, what every call needs explains what these calls need.
        ((r#"[["a", "c"]]"#, &etc), (a, &etc), &["access-widened"], &["access-narrowed"]),
        (
            (r#"[["a", "c"]]"#, &etc),
            (a, &none),
            &["access-widened", "condition-loosened"],
            &["access-narrowed", "condition-tightened"],
        ),
    ] {
        let (old, new) = (tool(old.0, old.1), tool(new.0, new.1));
        let (there, back) = (changes(&old, &new), changes(&new, &old));
        assert_eq!(ids(&there), forwards, "{there:?}");
        assert_eq!(ids(&back), backwards, "{back:?}");
        for change in there.iter().chain(&back) {
            let weakens = ["condition-loosened", "access-widened", "access-moved"].contains(&change.kind.id());
            assert_eq!(change.security.weakens, weakens, "{change:?}");
        }
    }
    let found = changes(&tool(a, &path), &tool(a, ""));
    assert_eq!(found[0].message, "calls of `t` whose `path` matches `/etc/*` need `a`, and needed `a` with `b`");
    assert_eq!(found[0].pointer, "/mcp_extensions/tool_scope_mapping/t/conditional_scopes");
    let found = changes(&tool(a, ""), &tool(a, &etc));
    assert_eq!(
        found[0].message,
        "calls of `t` with an argument that matches `/etc/*` need `a` with `b`, and needed `a`"
    );
}

/// Existing tokens gain a tool that an old scope opens through a new `implies`.
#[test]
fn weakens_if_an_old_scope_implies_a_new_one() {
    let tools = |more: &str, hierarchy: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]}}{more}}}, "scope_hierarchy": {{"x": ["y"]{hierarchy}}}"#
        ))
    };
    let added = |hierarchy: &str| {
        let new = tools(r#", "u": {"required_scopes": [["new"]]}"#, hierarchy);
        let found = changes(&tools("", ""), &new);
        found.into_iter().find(|change| change.kind == Kind::ToolAdded).unwrap().security
    };
    assert_eq!(added(""), Security::NEUTRAL);
    assert_eq!(added(r#", "a": ["new"]"#), Security::WEAKENS);
    assert_eq!(added(r#", "also-new": ["new"]"#), Security::NEUTRAL);
}

/// Clients request every advertised scope, so one that opens a risky resource or prompt is no addition without effect.
#[test]
fn advertised_scopes_open_resources_and_prompts() {
    let new = |mapping: &str, entry: &str, risk: &str| {
        whole(&format!(
            r#""scopes_supported": ["new"], "mcp_extensions": {{"{mapping}": {{"{entry}": {{"required_scopes": [["new"]], "risk_level": "{risk}"}}}}}}"#
        ))
    };
    for (mapping, entry) in
        [("tool_scope_mapping", "t"), ("resource_scope_mapping", "r://*"), ("prompt_scope_mapping", "p")]
    {
        for (risk, security) in [("minimal", Security::NEUTRAL), ("critical", Security::WEAKENS)] {
            let found = changes(&whole(""), &new(mapping, entry, risk));
            let grown = found.iter().find(|change| change.kind == Kind::BaselineGrown).unwrap();
            assert_eq!(grown.security, security, "{mapping} {risk}");
        }
    }
}

/// A document can state a chain of scopes without its closure, which would have the square of its size.
#[test]
fn compares_long_chains_of_scopes() {
    const LENGTH: usize = 10_000;
    let chain = |skipped: usize| {
        let scopes = (0..LENGTH).filter(|at| *at != skipped).map(|at| format!(r#""s{at}": ["s{}"]"#, at + 1));
        let tools = (0..LENGTH).step_by(10).map(|at| format!(r#""t{at}": {{"required_scopes": [["s{at}"]]}}"#));
        document(&format!(
            r#""tool_scope_mapping": {{{}}}, "scope_hierarchy": {{{}}}"#,
            tools.collect::<Vec<_>>().join(", "),
            scopes.collect::<Vec<_>>().join(", ")
        ))
    };
    let whole = chain(LENGTH);
    assert_eq!(ids(&changes(&whole, &chain(LENGTH))), [""; 0]);
    let found = changes(&whole, &chain(LENGTH - 1));
    assert!(found.iter().any(|change| change.kind == Kind::ImpliesRemoved), "{:?}", ids(&found));
}
