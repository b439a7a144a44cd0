//! Test tokens that name the caller.

use std::sync::Arc;

use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier};
use serde_json::{Map, Value};

/// A verifier for these tokens.
#[derive(Clone, Copy, Debug)]
pub struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let of = |subject: &str, scope: &str, environment: &str| {
            let others = Map::from_iter([("env".to_owned(), Value::from(environment))]);
            let claims = Claims::builder("https://auth.example.com").audience(["https://files.example.com/mcp"]);
            Ok(Arc::new(claims.subject(subject).scope(scope).raw(others).build()))
        };
        match token.expose_secret() {
            "reader" => of("ada", "openid files:read", "live"),
            "writer" => of("ada", "files:write", "live"),
            "owner" => of("ada", "files:write files:delete", "live"),
            "bob" => of("bob", "files:write files:delete", "live"),
            "trainee" => of("ada", "files:write files:delete", "sandbox"),
            _ => Err(TokenError::invalid("it is not known")),
        }
    }
}
