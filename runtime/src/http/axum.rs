//! The caller in a handler on axum (feature `axum`).
//!
//! ```
//! use axum::{Router, routing::post};
//! use mcp_scopes::{Caller, Denied, mcp_tool};
//!
//! #[mcp_tool(risk = "low", guard = caller)]
//! async fn list_files(caller: &Caller) -> Result<String, Denied> {
//!     Ok("notes.txt".to_owned())
//! }
//!
//! async fn handler(caller: Caller) -> String {
//!     match list_files(&caller).await {
//!         Ok(files) => files,
//!         Err(denied) => denied.to_string(),
//!     }
//! }
//! let app: Router = Router::new().route("/mcp", post(handler));
//! # let _ = app;
//! ```

use std::sync::Arc;

use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{Caller, Denied, http::Claims};

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        parts.extensions.get::<Self>().copied().ok_or(NoCaller)
    }
}

/// The claims of the caller's token, `Option<VerifiedClaims>` where callers without one are expected.
#[derive(Clone, Debug)]
pub struct VerifiedClaims(pub Arc<Claims>);

impl<S: Sync> FromRequestParts<S> for VerifiedClaims {
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        parts.extensions.get::<Arc<Claims>>().cloned().map(Self).ok_or(NoCaller)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for VerifiedClaims {
    type Rejection = core::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Arc<Claims>>().cloned().map(Self))
    }
}

/// Nothing tells who calls: the layer is missing. 403, since a server without it lets nobody in.
#[derive(Clone, Copy, Debug)]
pub struct NoCaller;

impl IntoResponse for NoCaller {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, Denied::without_caller().to_string()).into_response()
    }
}
