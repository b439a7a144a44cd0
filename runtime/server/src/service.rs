//! The tower service of the layer.

use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::{ResponseBody, engine::Engine, message::ParamHeaders, trace};

/// A server behind the layer. Created by [`ResourceServerLayer`](super::ResourceServerLayer).
#[derive(Clone)]
pub struct ResourceServerService<S> {
    engine: Arc<Engine>,
    params: Arc<ParamHeaders>,
    inner: S,
}

impl<S> ResourceServerService<S> {
    pub(super) fn new(engine: Arc<Engine>, params: Arc<ParamHeaders>, inner: S) -> Self {
        Self { engine, params, inner }
    }
}

impl<S: fmt::Debug> fmt::Debug for ResourceServerService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServerService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for ResourceServerService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send> + Send + 'static,
    R: Body<Data: Send> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The ready service is called. Its clone may not be ready.
        let clone = self.inner.clone();
        let inner = core::mem::replace(&mut self.inner, clone);
        let (engine, params) = (Arc::clone(&self.engine), Arc::clone(&self.params));
        Box::pin(trace::request(engine.handle(params, inner, request)))
    }
}
