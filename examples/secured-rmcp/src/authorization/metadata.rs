//! The metadata of the server (RFC 8414 §2).

use serde_json::{Value, json};

use super::{
    Shared,
    clients::{GRANT_TYPES, METHODS},
};

pub(super) fn document(shared: &Shared) -> Value {
    let issuer = &shared.issuer;
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "registration_endpoint": format!("{issuer}/register"),
        "jwks_uri": format!("{issuer}/jwks.json"),
        "scopes_supported": shared.settings.scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANT_TYPES,
        "token_endpoint_auth_methods_supported": METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}
