//! The metadata of the server, and that of its authorization server, which has the same host.

use axum::{
    body::Body,
    http::{Method, Response},
};
use serde_json::{Value, json};

use super::{
    Seen, Served,
    answer::{json, json_text, status, with, without},
};

const INSERTED: &str = "/.well-known/oauth-protected-resource/mcp";
const ROOT: &str = "/.well-known/oauth-protected-resource";
const ELSEWHERE: &str = "/metadata.json";

/// Returns where challenges point.
pub(super) fn address(served: &Served) -> String {
    let path = match () {
        () if served.has("metadata elsewhere") => ELSEWHERE,
        () if served.has("challenge to nothing") => "/nothing",
        () if served.has("challenge to a redirect") => "/moved",
        () if served.has("challenge to a locked document") => "/locked",
        () => INSERTED,
    };
    if served.has("metadata untrusted") {
        return format!("{}/metadata.json", served.faults.untrusted);
    }
    if served.has("relative address") { path.to_owned() } else { format!("{}{path}", served.origin) }
}

pub(super) fn answer(served: &Served, seen: &Seen, path: &str) -> Response<Body> {
    let origin = seen.headers.get("origin").and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    if served.faults.local_pages_only && !origin.is_empty() && !origin.starts_with("http://localhost:") {
        return status(403);
    }
    match path {
        INSERTED if served.has("no metadata") || served.has("metadata elsewhere") => status(404),
        ROOT if served.has("no metadata")
            || served.has("metadata elsewhere")
            || served.has("metadata behind a token") =>
        {
            status(404)
        }
        INSERTED if served.has("metadata behind a token") => status(401),
        ROOT if served.has("root redirects") => with(status(302), "location", "/login"),
        "/moved" => with(status(302), "location", INSERTED),
        "/locked" => status(401),
        INSERTED if served.has("metadata redirects") => with(status(302), "location", ROOT),
        INSERTED | ROOT => metadata(served, seen, path),
        ELSEWHERE if served.has("metadata elsewhere") => metadata(served, seen, path),
        "/auth/.well-known/openid-configuration" if !served.has("issuer without metadata") => {
            json(200, &issuer(served))
        }
        "/auth/keys" if served.has("no keys") => status(404),
        "/auth/keys" => json(200, &json!({"keys": []})),
        _ => status(404),
    }
}

fn metadata(served: &Served, seen: &Seen, path: &str) -> Response<Body> {
    let allowed =
        |response| if served.has("no CORS") { response } else { with(response, "access-control-allow-origin", "*") };
    if seen.method == Method::OPTIONS {
        return if served.has("no preflight") {
            status(405)
        } else {
            with(allowed(status(204)), "access-control-allow-headers", "*")
        };
    }
    if seen.method == Method::HEAD && served.has("no HEAD") {
        return status(404);
    }
    if served.has("broken JSON") {
        return json_text("{\"resource\": \"a\",}");
    }
    let mut document = document(served);
    if let Some((_, query)) = seen.uri.split_once('?').filter(|_| served.has("resource as requested")) {
        document["resource"] = json!(format!("{}/mcp?{query}", served.origin));
    }
    if path == ROOT && served.has("two documents") {
        document["scopes_supported"] = json!(["notes:read"]);
    }
    let response = allowed(json(200, &document));
    let response = if served.has("no caching") { response } else { with(response, "cache-control", "max-age=60") };
    if served.has("text") { with(without(response, "content-type"), "content-type", "text/plain") } else { response }
}

fn document(served: &Served) -> Value {
    let resource = if served.has("other resource") {
        "https://files.example.com/mcp".to_owned()
    } else {
        format!("{}/mcp", served.origin)
    };
    let mut tools = json!({
        "list_notes": {"description": "Return the titles of all notes", "risk_level": "low", "required_scopes": [["notes:list"]]},
        "read_note": {"description": "Return the text of one note", "risk_level": "low", "required_scopes": [["notes:read"]]},
        "sync_notes": {"description": "Copy new notes from the other office", "risk_level": "low", "required_scopes": [["notes:read", "notes:sync"]]},
    });
    if served.has("tool that does not exist") {
        tools["print_note"] = json!({"description": "Send one note to the office printer", "risk_level": "low", "required_scopes": [["notes:read"]]});
    }
    if served.has("tool without entry") {
        tools.as_object_mut().unwrap().remove("read_note");
    }
    for number in 0..served.faults.more_tools {
        tools[format!("archive_{number}")] = json!({"description": format!("Archive box {number}"), "risk_level": "low", "required_scopes": [[format!("box{}:read", number / 10)]]});
    }
    let mut scopes = vec!["notes:list"];
    if served.has("idle scope") {
        scopes.push("notes:print");
    }
    let has_no_extensions =
        ["idle scope", "scope for resources", "no extensions"].into_iter().any(|name| served.has(name));
    if has_no_extensions {
        scopes.extend(["notes:read", "notes:sync"]);
    }
    if served.has("scope for resources") {
        scopes.push("notes:files");
    }
    let mut document = json!({
        "resource": resource,
        "resource_name": "Notes",
        "authorization_servers": [format!("{}/auth", if served.has("issuer untrusted") { &served.faults.untrusted } else { &served.origin })],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "mcp_extensions": {
            "tool_scope_mapping": tools,
            "resource_scope_mapping": {"notes://all": {"description": "All notes", "required_scopes": [["notes:read"]]}},
        },
    });
    if has_no_extensions {
        document.as_object_mut().unwrap().remove("mcp_extensions");
    }
    if served.has("DPoP required") {
        document["dpop_bound_access_tokens_required"] = json!(true);
        document["dpop_signing_alg_values_supported"] = json!(["ES256"]);
    }
    if served.has("issuer down") {
        // Nothing listens on this port.
        document["authorization_servers"] = json!(["http://127.0.0.1:1/realms/notes"]);
    }
    if served.has("empty member") {
        document["resource_signing_alg_values_supported"] = json!([]);
    }
    document
}

fn issuer(served: &Served) -> Value {
    let base = format!("{}/auth", served.origin);
    let mut metadata = json!({
        "issuer": if served.has("other issuer") { format!("{base}/") } else { base.clone() },
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "scopes_supported": ["notes:list", "notes:read", "notes:sync", "notes:secret", "notes:files"],
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
    });
    for (fault, member) in [
        ("no token endpoint", "token_endpoint"),
        ("no PKCE", "code_challenge_methods_supported"),
        ("no registration", "client_id_metadata_document_supported"),
        ("no iss", "authorization_response_iss_parameter_supported"),
    ] {
        if served.has(fault) {
            metadata.as_object_mut().unwrap().remove(member);
        }
    }
    if served.has("keys down") {
        // Nothing listens on that port.
        metadata["jwks_uri"] = json!("http://127.0.0.1:1/keys");
    }
    if served.has("keys untrusted") {
        metadata["jwks_uri"] = json!(format!("{}/keys", served.faults.untrusted));
    }
    if served.has("plain endpoint") {
        metadata["token_endpoint"] = json!("http://auth.example.com/token");
    }
    if served.has("scope without issuer") {
        metadata["scopes_supported"] = json!(["notes:list", "notes:read"]);
    }
    metadata
}
