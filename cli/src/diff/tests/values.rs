//! What a change shows of the old and the new value, and the digits that depend on both.

use mcp_scopes_prm::Document;

use super::{changes, document, ids, whole};
use crate::{
    diff::change::{Kind, Security},
    verdict::Compatibility,
};

/// A reviewer judges a member without a verdict by its values.
#[test]
fn shows_both_values_of_a_member() {
    let message = |old: &str, new: &str| changes(&whole(old), &whole(new))[0].message.clone();
    let (files, notes) = (r#""resource_name": "Files""#, r#""resource_name": "Notes""#);
    assert_eq!(message(files, notes), "`resource_name` was `Files`, is `Notes`");
    assert_eq!(message("", notes), "`resource_name` is added: `Notes`");
    assert_eq!(message(files, ""), "`resource_name` is removed: it was `Files`");
    let member = |text: &str| format!(r#""x_limits": {{"calls": [{text}]}}"#);
    assert_eq!(message(&member("1"), &member("2")), r#"`x_limits` was `{"calls":[1]}`, is `{"calls":[2]}`"#);
    let long = |end: &str| member(&format!("{}{end}", "1, ".repeat(400)));
    assert!(message(&long("1"), &long("2")).len() < 300);
}

/// Parameters that are not known on one side are neither added nor removed.
#[test]
fn unknown_parameters_are_one_change() {
    let tool =
        |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]{members}}}}}"#));
    let listed = tool(r#", "parameters": ["a", "b"], "required_parameters": ["a"]"#);
    for unknown in [tool(r#", "parameters_unknown": true"#), tool("")] {
        assert_eq!(ids(&changes(&unknown, &listed)), ["parameters-known"]);
        assert_eq!(ids(&changes(&listed, &unknown)), ["parameters-unknown"]);
        assert_eq!(ids(&changes(&unknown, &unknown)), [""; 0]);
    }
    let verdict = changes(&listed, &tool(""))[0].verdict();
    assert_eq!((verdict.compatibility, verdict.security), (Compatibility::Patch, Security::REWORDED));
}

#[test]
fn shows_both_texts_that_models_read() {
    let tool = |text: &str| {
        document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]], "description": "{text}"}}}}"#))
    };
    let found = changes(&tool("Read a file"), &tool("Read a file, and send it"));
    let [change] = found.as_slice() else { panic!("{:?}", ids(&found)) };
    assert_eq!(change.message, "description of `t`: was `Read a file`, is `Read a file, and send it`");
    assert_eq!(change.pointer, "/mcp_extensions/tool_scope_mapping/t/description");
    assert_eq!(change.verdict().to_string(), "patch, reworded");
}

/// The digits accept one change, so a wider change of the same kind has others, also if only the hierarchy makes it wider.
#[test]
fn digits_depend_on_both_values() {
    let digits = |old: &Document, new: &Document, kind: Kind| {
        let found = changes(old, new).into_iter().find(|change| change.kind == kind);
        found.unwrap_or_else(|| panic!("{} is not among {:?}", kind.id(), ids(&changes(old, new)))).digits
    };
    let tool = |any: &str, implied: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": {any}}}}}, "scope_hierarchy": {{"x": ["y"]{implied}}}"#
        ))
    };
    let (a, b) = (r#"[["a"]]"#, r#"[["a"], ["b"]]"#);
    let accepted = digits(&tool(a, ""), &tool(b, ""), Kind::AccessWidened);
    assert_eq!(accepted.len(), 12);
    assert_eq!(accepted, digits(&tool(a, ""), &tool(b, r#", "z": ["y"]"#), Kind::AccessWidened));
    for (old, new) in [
        (tool(a, ""), tool(r#"[["a"], ["b"], ["c"]]"#, "")),
        (tool(a, ""), tool(b, r#", "z": ["b"]"#)),
        (tool(r#"[["a", "c"]]"#, ""), tool(b, "")),
        (tool(a, ""), document(r#""tool_scope_mapping": {"t": {"public": true}}, "scope_hierarchy": {"x": ["y"]}"#)),
    ] {
        assert_ne!(accepted, digits(&old, &new, Kind::AccessWidened));
    }
    let added = |members: &str| {
        digits(&document(""), &document(&format!(r#""tool_scope_mapping": {{"t": {{{members}}}}}"#)), Kind::ToolAdded)
    };
    let minimal = added(r#""required_scopes": [["a"]], "risk_level": "minimal""#);
    for members in [
        r#""public": true, "risk_level": "minimal""#,
        r#""required_scopes": [["a"]], "risk_level": "high""#,
        r#""required_scopes": [["a"]], "risk_level": "minimal", "description": "Also send it""#,
        r#""required_scopes": [["a"]], "risk_level": "minimal", "auto_approvable": true"#,
    ] {
        assert_ne!(minimal, added(members), "{members}");
    }
    // Long texts are shown in part, and differ as a whole.
    let long = |end: &str| {
        let text = format!("{}b{}{end}", "a".repeat(400), "c".repeat(400));
        document(&format!(r#""tool_scope_mapping": {{"t": {{"public": true, "description": "{text}"}}}}"#))
    };
    let reworded = |end: &str| digits(&long(""), &long(end), Kind::ToolReworded);
    assert_ne!(reworded("x"), reworded("y"));
}
