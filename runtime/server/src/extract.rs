//! Extractors for the caller in axum handlers (feature `axum`).
//!
//! ```
//! use axum::{Router, routing::post};
//! use mcp_scopes::{Denied, mcp_tool};
//! use mcp_scopes_server::extract::Caller;
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

use core::ops::Deref;
use std::sync::Arc;

use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use mcp_scopes::{__private::v1, AsCaller};

use super::{Claims, extensions::ViaHttp};

/// Extracts the caller, as an argument of a handler. Rejects the request with [`NoCaller`] if the layer is missing.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub mcp_scopes::Caller);

impl Deref for Caller {
    type Target = mcp_scopes::Caller;

    fn deref(&self) -> &mcp_scopes::Caller {
        &self.0
    }
}

impl AsCaller<ViaHttp> for Caller {
    fn as_caller(&self) -> Option<&mcp_scopes::Caller> {
        Some(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        parts.extensions.get::<mcp_scopes::Caller>().copied().map(Self).ok_or(NoCaller)
    }
}

/// Extracts the verified claims of the caller's token. Use `Option<VerifiedClaims>` if callers without a token are allowed.
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

/// The rejection of a request that did not pass the layer, so that its caller is unknown. The response is 403.
#[derive(Clone, Copy, Debug)]
pub struct NoCaller;

impl IntoResponse for NoCaller {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, v1::denied_without_caller().to_string()).into_response()
    }
}
