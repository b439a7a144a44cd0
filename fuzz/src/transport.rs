//! Bodies in chunks, and requests that are polled without a runtime.

use core::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use mcp_scopes_server::ResourceServer;
use tower_service::Service as _;

/// A body in chunks that are all ready.
#[derive(Clone, Debug, Default)]
pub struct Chunks {
    chunks: VecDeque<Bytes>,
    /// What happens after a number of chunks, before the next one.
    then: Option<(usize, fn())>,
}

impl Chunks {
    /// Cuts a text into chunks. The lengths repeat; zeros are ignored.
    pub fn cut(mut text: &[u8], lengths: &[u8]) -> Self {
        let mut chunks = VecDeque::new();
        let lengths = lengths.iter().map(|length| usize::from(length % 64));
        let mut lengths = lengths.filter(|length| *length > 0).collect::<Vec<_>>().into_iter().cycle();
        while let Some(length) = lengths.next().filter(|length| *length < text.len()) {
            let (chunk, rest) = text.split_at(length);
            chunks.push_back(Bytes::copy_from_slice(chunk));
            text = rest;
        }
        chunks.push_back(Bytes::copy_from_slice(text));
        Self { chunks, then: None }
    }

    /// Calls a function when that many chunks were read.
    pub fn then(self, after: usize, run: fn()) -> Self {
        Self { then: Some((after, run)), ..self }
    }

    /// Returns the first chunks as one text.
    pub fn first(&self, count: usize) -> Vec<u8> {
        self.chunks.iter().take(count).flatten().copied().collect()
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = self.chunks.pop_front();
        if let Some((left, run)) = self.then.as_mut().filter(|_| chunk.is_some()) {
            *left = left.wrapping_sub(1);
            if *left == 0 {
                run();
            }
        }
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// The server behind the layer. It records the request that reaches it and returns a prepared response.
#[derive(Clone, Default)]
struct Inner {
    reached: Arc<Mutex<Option<Request<Full<Bytes>>>>>,
    headers: HeaderMap,
    body: Chunks,
}

impl tower_service::Service<Request<Full<Bytes>>> for Inner {
    type Response = Response<Chunks>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let earlier = self.reached.lock().unwrap_or_else(PoisonError::into_inner).replace(request);
        assert!(earlier.is_none(), "the server behind the layer is called once");
        let mut response = Response::new(self.body.clone());
        *response.headers_mut() = self.headers.clone();
        ready(Ok(response))
    }
}

/// The outcome of a request.
pub struct Exchange {
    /// The request that reached the server behind the layer, if any.
    pub reached: Option<Request<Full<Bytes>>>,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Sends a request through the layer to a server that returns this response.
pub fn send(server: &ResourceServer, request: Request<Chunks>, headers: HeaderMap, body: Chunks) -> Exchange {
    let inner = Inner { headers, body, ..Inner::default() };
    let reached = Arc::clone(&inner.reached);
    let mut service = server.layer().layer(inner);
    let Ok(response) = finish(service.call(request));
    let (parts, body) = response.into_parts();
    let Ok(body) = finish(body.collect());
    let reached = reached.lock().unwrap_or_else(PoisonError::into_inner).take();
    Exchange { reached, status: parts.status, headers: parts.headers, body: body.to_bytes() }
}

/// Polls a future whose inputs are all ready. The layer may ask once to be polled again at once.
pub fn finish<T>(future: impl Future<Output = T>) -> T {
    let mut future = core::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..4 {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
    panic!("all inputs are ready, and the future is pending");
}
