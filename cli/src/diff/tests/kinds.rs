//! The kinds of changes: an example of each, with its verdict.

use std::collections::BTreeSet;

use mcp_scopes_prm::{Document, Metadata};

use super::{changes, document, ids, opened_by, whole};
use crate::{
    diff::change::{Kind, Security},
    verdict::Compatibility,
};

/// Returns an example of every kind of change: the documents before and after, the kind, and its effect on access
/// control.
fn examples() -> Vec<(Document, Document, Kind, Security)> {
    let (neutral, weakens, tightens) = (Security::NEUTRAL, Security::WEAKENS, Security::TIGHTENS);
    let both = weakens.and(tightens);
    let a = || opened_by(r#"[["a"]]"#, "");
    let tool =
        |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]{members}}}}}"#));
    let policy = |members: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]}}}}, "tool_interaction_policies": {{"t": {{{members}}}}}"#
        ))
    };
    let risk = |members: &str| document(&format!(r#""risk_policies": {{"high": {{{members}}}}}"#));
    // Tokens hold the scope of the tool.
    let beside = r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}}"#;
    let resources = |entries: &str| document(&format!(r#"{beside}, "resource_scope_mapping": {{{entries}}}"#));
    let resource = |glob: &str, scope: &str| format!(r#""{glob}": {{"required_scopes": [["{scope}"]]}}"#);
    let prompts = |entries: &str| document(&format!(r#"{beside}, "prompt_scope_mapping": {{{entries}}}"#));
    let with_two = |scope: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"risk_level": "low", "required_scopes": [["a"]], "parameters": []}},
               "u": {{"required_scopes": [["{scope}"]]}}}}, "scope_hierarchy": {{"unused": ["unused-too"]}}"#
        ))
    };
    vec![
        (whole(r#""resource_name": "x""#), whole(r#""resource_name": "y""#), Kind::TextChanged, neutral),
        (whole(""), whole(r#""authorization_servers": ["https://i.example.com"]"#), Kind::IssuerAdded, weakens),
        (whole(""), whole(r#""scopes_supported": ["a"]"#), Kind::BaselineGrown, weakens),
        (whole(""), whole(r#""bearer_methods_supported": ["header", "query"]"#), Kind::BearerMethodAdded, weakens),
        (whole(r#""dpop_bound_access_tokens_required": true"#), whole(""), Kind::BindingDropped, weakens),
        (whole(r#""jwks_uri": "https://a.example.com/1""#), whole(""), Kind::MemberChanged, neutral),
        // Existing tokens gain a tool behind a scope that they hold, but not behind a new scope.
        (a(), with_two("a"), Kind::ToolAdded, weakens),
        (a(), with_two("new"), Kind::ToolAdded, neutral),
        (opened_by(r#"[["a", "b"]]"#, ""), a(), Kind::AccessWidened, weakens),
        (a(), opened_by(r#"[["a"], ["b"]]"#, ""), Kind::AccessWidened, weakens),
        (resources(""), resources(&resource("r://*", "a")), Kind::ResourceAdded, weakens),
        (resources(""), resources(&resource("r://*", "new")), Kind::ResourceAdded, neutral),
        // A URI that matches both entries needs both.
        (
            resources(&resource("r://*", "a")),
            resources(&format!("{}, {}", resource("r://*", "a"), resource("r://secret/*", "new"))),
            Kind::ResourceAdded,
            tightens,
        ),
        (
            resources(&format!("{}, {}", resource("r://*", "a"), resource("r://secret/*", "a"))),
            resources(&resource("r://*", "a")),
            Kind::ResourceRemoved,
            both,
        ),
        (resources(&resource("r://*", "a")), resources(""), Kind::ResourceRemoved, tightens),
        (
            resources(&resource("r://*", "a")),
            resources(r#""r://*": {"required_scopes": [["a"], ["b"]]}"#),
            Kind::AccessWidened,
            weakens,
        ),
        (
            resources(r#""r://*": {"required_scopes": [["a"]], "risk_level": "high"}"#),
            resources(r#""r://*": {"required_scopes": [["a"]], "risk_level": "low"}"#),
            Kind::RiskLowered,
            weakens,
        ),
        (prompts(""), prompts(r#""p": {"public": true}"#), Kind::PromptAdded, weakens),
        (prompts(r#""p": {"authenticated": true}"#), prompts(r#""p": {"public": true}"#), Kind::AccessWidened, weakens),
        (
            tool(r#", "conditional_scopes": [{"glob": "/etc/*", "scopes": ["b"]}]"#),
            tool(""),
            Kind::ConditionLoosened,
            weakens,
        ),
        (a(), opened_by(r#"[["b"]]"#, ""), Kind::AccessMoved, both),
        (a(), opened_by(r#"[["a"], ["a", "b"]]"#, ""), Kind::AccessRewritten, neutral),
        (a(), opened_by(r#"[["a"]]"#, r#", "admin": ["a"]"#), Kind::ImpliesAdded, weakens),
        // The implied scope opens nothing.
        (a(), opened_by(r#"[["a"]]"#, r#", "a": ["nothing"]"#), Kind::ImpliesAdded, neutral),
        (tool(r#", "risk_level": "high""#), tool(r#", "risk_level": "low""#), Kind::RiskLowered, weakens),
        (tool(""), tool(r#", "auto_approvable": true"#), Kind::ApprovalLoosened, weakens),
        (tool(r#", "requires_user_approval": true"#), tool(""), Kind::ApprovalLoosened, weakens),
        (tool(""), tool(r#", "sandbox": "simulate""#), Kind::SandboxLoosened, weakens),
        (
            policy(r#""max_calls_per_session": 3"#),
            policy(r#""max_calls_per_session": 4"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (policy(r#""cooling_period_minutes": 3"#), policy(r#""max_file_size_mb": 1"#), Kind::PolicyLoosened, weakens),
        (
            policy(r#""blocked_after": ["t:/etc/*"]"#),
            policy(r#""requires_human_review": true"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (document(r#""session_policies": {"max_high_risk_calls": 3}"#), document(""), Kind::PolicyLoosened, weakens),
        (document(""), document(r#""session_policies": {"idle_minutes": 61}"#), Kind::PolicyLoosened, both),
        (document(r#""session_policies": {"max_minutes": 60}"#), document(""), Kind::PolicyLoosened, both),
        (document(r#""session_policies": {"max_refused_calls": 3}"#), document(""), Kind::PolicyLoosened, weakens),
        (
            document(r#""session_policies": {"block_rapid_escalation": true}"#),
            document(r#""session_policies": {"block_rapid_escalation": true, "escalation_seconds": 59}"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (
            document(r#""session_policies": {"domain": "a", "server": "b"}"#),
            document(""),
            Kind::PolicyLoosened,
            weakens,
        ),
        (
            policy(r#""cooling_period_minutes": 3"#),
            policy(r#""cooling_period_minutes": 3, "idempotent": true"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (risk(r#""max_auth_age_minutes": 15"#), risk(r#""max_auth_age_minutes": 16"#), Kind::PolicyLoosened, weakens),
        (risk(r#""max_auth_age_minutes": 15"#), document(""), Kind::PolicyLoosened, weakens),
        (risk(r#""acr_values": ["a"]"#), risk(r#""acr_values": ["a", "b"]"#), Kind::PolicyLoosened, weakens),
        (risk(r#""acr_values": ["a"]"#), risk(r#""max_auth_age_minutes": 15"#), Kind::PolicyLoosened, weakens),
        (tool(r#", "title": "T""#), tool(r#", "title": "U""#), Kind::ToolReworded, Security::REWORDED),
        (tool(""), tool(r#", "description": "Send it""#), Kind::ToolReworded, Security::REWORDED),
        (tool(r#", "readOnlyHint": true"#), tool(r#", "readOnlyHint": false"#), Kind::ToolReworded, Security::REWORDED),
        (
            tool(r#", "parameters": ["a"]"#),
            tool(r#", "parameters": ["a", "b"]"#),
            Kind::ParameterAdded,
            Security::REWORDED,
        ),
        (
            tool(r#", "parameters": ["a"]"#),
            tool(r#", "parameters": ["a"], "required_parameters": ["a"]"#),
            Kind::ParameterRequired,
            Security::REWORDED,
        ),
        (
            tool(r#", "parameters_unknown": true"#),
            tool(r#", "parameters": ["a"], "required_parameters": ["a"]"#),
            Kind::ParametersKnown,
            Security::REWORDED,
        ),
        (document(""), document(r#""scope_upgrade_flows": {"r": ["a"]}"#), Kind::FlowChanged, neutral),
        (document(""), document(r#""sandbox": {"header": "X-Env"}"#), Kind::PlaceChanged, neutral),
        (
            whole(""),
            Metadata::from_json(r#"{"resource": "https://b.example.com/mcp"}"#).unwrap().into_document(),
            Kind::ResourceChanged,
            neutral,
        ),
    ]
}

#[test]
fn verdicts_of_the_examples() {
    for (old, new, kind, security) in examples() {
        let found = changes(&old, &new);
        let change = found.iter().find(|change| change.kind == kind);
        let change = change.unwrap_or_else(|| panic!("{} is not among {:?}", kind.id(), ids(&found)));
        assert_eq!(change.security, security, "{}: {}", kind.id(), change.message);
        assert!(!change.message.contains('\n'), "{}", change.message);
    }
}

/// The reverse change has the mirror kind and the mirrored verdict. Every kind occurs.
#[test]
fn each_kind_has_its_mirror() {
    let mut shown = BTreeSet::new();
    for (old, new, kind, security) in examples() {
        let back = changes(&new, &old);
        let mirror = back.iter().find(|change| change.kind == kind.mirror());
        let mirror = mirror.unwrap_or_else(|| panic!("{} backwards: {:?}", kind.id(), ids(&back)));
        assert_eq!(kind.mirror().mirror(), kind, "{}", kind.id());
        // The removal always tightens access: tokens may hold the scope by then, even if it was new before.
        let is_added = [Kind::ToolAdded, Kind::ResourceAdded, Kind::PromptAdded].contains(&kind);
        let expected = Security { tightens: security.mirrored().tightens || is_added, ..security.mirrored() };
        assert_eq!(mirror.security, expected, "{} backwards: {}", kind.id(), mirror.message);
        shown.extend([kind, kind.mirror()]);
    }
    let missing: Vec<&str> = Kind::ALL.iter().filter(|kind| !shown.contains(kind)).map(|kind| kind.id()).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
    let distinct: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.id()).collect();
    assert_eq!(distinct.len(), Kind::ALL.len());
}

#[test]
fn kinds_have_the_expected_compatibility() {
    for kind in [Kind::ResourceChanged, Kind::IssuerRemoved, Kind::ToolRemoved, Kind::AccessNarrowed] {
        assert_eq!(kind.compatibility(), Compatibility::Major, "{}", kind.id());
    }
    for kind in [Kind::ToolAdded, Kind::IssuerAdded, Kind::BaselineGrown] {
        assert_eq!(kind.compatibility(), Compatibility::Minor, "{}", kind.id());
    }
    for kind in [Kind::AccessWidened, Kind::ImpliesAdded, Kind::AccessRewritten] {
        assert_eq!(kind.compatibility(), Compatibility::Patch, "{}", kind.id());
    }
}
