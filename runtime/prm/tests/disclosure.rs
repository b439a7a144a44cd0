//! A reduced document does not reveal hidden tools and scopes.

use mcp_scopes_prm::Metadata;
use serde_json::{Value, json};

/// Every member that can mention a hidden name does: the tool `wipe`, the scope `admin`.
fn all() -> String {
    let all = json!({
        "resource": "https://files.example.com/mcp",
        "authorization_servers": ["https://auth.example.com"],
        "scopes_supported": ["read", "write", "admin"],
        "signed_metadata": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiAiaHR0cHM6Ly9maWxlcy5leGFtcGxlLmNvbSJ9.c2ln",
        "mcp_extensions": {
            "tool_scope_mapping": {
                "list": {
                    "required_scopes": [["read", "admin"], ["read"]],
                    "conditional_scopes": [
                        {"glob": "/a", "scopes": ["write"], "alternatives": [0]},
                        {"glob": "/b", "scopes": ["write"], "alternatives": [0, 1], "x_notes": "see wipe"},
                        {"glob": "/c", "scopes": ["write"]},
                        {"glob": "/d", "scopes": ["write", "admin"]},
                    ],
                    "risk_level": "low",
                    "commonly_grouped_with": ["save", "wipe"],
                    "prerequisite_scopes": ["read", "admin"],
                    "examples": ["list home", "wipe home"],
                    "x_notes": "see wipe",
                },
                "save": {"required_scopes": [["write"]], "risk_level": "medium"},
                "wipe": {"required_scopes": [["admin"]], "risk_level": "high"},
            },
            "scope_upgrade_flows": {"operator": ["read", "admin"]},
            "scope_hierarchy": {"admin": ["read", "write"], "write": ["read", "admin"]},
            "tool_interaction_policies": {
                "save": {"blocked_after": ["wipe"], "requires_approval_after": ["list", "wipe"]},
                "list": {"requires_approval_after": ["wipe"]},
                "wipe": {"blocked_after": ["list"]},
            },
            "session_policies": {"max_high_risk_tools": 1},
            "x_contact": "contact of wipe",
        },
    });
    all.to_string()
}

#[test]
fn removes_hidden_names() {
    let shown = Metadata::from_json(all()).unwrap().disclose(&|tool| tool != "wipe", &|scope| scope != "admin");
    let shown: Value = serde_json::from_str(&shown.to_json_pretty()).unwrap();
    let expected = json!({
        "resource": "https://files.example.com/mcp",
        "authorization_servers": ["https://auth.example.com"],
        "scopes_supported": ["read", "write"],
        "mcp_extensions": {
            "tool_scope_mapping": {
                "list": {
                    "required_scopes": [["read"]],
                    "conditional_scopes": [
                        {"glob": "/b", "scopes": ["write"], "alternatives": [0]},
                        {"glob": "/c", "scopes": ["write"]},
                    ],
                    "risk_level": "low",
                    "commonly_grouped_with": ["save"],
                    "prerequisite_scopes": ["read"],
                    "examples": ["list home"],
                },
                "save": {"required_scopes": [["write"]], "risk_level": "medium"},
            },
            "scope_hierarchy": {"write": ["read"]},
            "tool_interaction_policies": {"save": {"requires_approval_after": ["list"]}},
        },
    });
    assert_eq!(shown, expected);
}

#[test]
fn removes_empty_extensions() {
    let shown = Metadata::from_json(all()).unwrap().disclose(&|_| false, &|_| false);
    let shown: Value = serde_json::from_str(&shown.to_json_pretty()).unwrap();
    assert_eq!(shown.get("mcp_extensions"), None, "{shown}");
}
