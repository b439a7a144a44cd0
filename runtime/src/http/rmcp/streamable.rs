//! rmcp's streamable HTTP, shared by all requests.

use core::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::BoxBody;
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpService, session::SessionManager},
};
use tower_service::Service;

/// rmcp's `StreamableHttpService`, shared by all requests. That one is copied for each, twice behind a layer, the names of the
/// hosts that it allows included.
pub struct Streamable<H, M> {
    service: Arc<StreamableHttpService<H, M>>,
}

impl<H, M> Streamable<H, M> {
    pub(super) fn new(service: StreamableHttpService<H, M>) -> Self {
        Self { service: Arc::new(service) }
    }
}

impl<B, H, M> Service<Request<B>> for Streamable<H, M>
where
    B: Body<Data: Send, Error: fmt::Display> + Send + 'static,
    H: ServerHandler,
    M: SessionManager,
{
    type Response = Response<BoxBody<Bytes, Infallible>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = Arc::clone(&self.service);
        Box::pin(async move { Ok(service.handle(request).await) })
    }
}

impl<H, M> Clone for Streamable<H, M> {
    fn clone(&self) -> Self {
        Self { service: Arc::clone(&self.service) }
    }
}

impl<H, M> fmt::Debug for Streamable<H, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamable").finish_non_exhaustive()
    }
}
