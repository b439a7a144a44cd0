//! Bodies: reads request bodies in full, and defines the body of responses.

use core::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::{runtime::Handle, time::timeout};

use super::{filter::Events, outcome::Watch, stream::TokenWatch};

/// Reads a body in full, up to `limit` bytes and within `time`.
///
/// Without a tokio runtime there is no timer: a body that is not complete yet then times out at once.
pub(super) async fn read<B: Body>(body: B, limit: usize, time: Duration) -> Result<Bytes, Unread> {
    let mut body = pin!(body);
    let mut arrived = Arrived::new(limit);
    let mut has_waited = false;
    let complete = poll_fn(|context| match arrived.poll(body.as_mut(), context) {
        // Most bodies are complete but not delivered yet, which happens once this task has yielded. Setting the timer for each
        // of them would cost a system call, and half of the server's requests per second.
        Poll::Pending if !has_waited && Handle::try_current().is_ok() => {
            has_waited = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Poll::Pending => Poll::Ready(None),
        Poll::Ready(read) => Poll::Ready(Some(read)),
    });
    if let Some(read) = complete.await {
        return read;
    }
    if Handle::try_current().is_err() {
        return Err(Unread::Late);
    }
    let rest = poll_fn(|context| arrived.poll(body.as_mut(), context));
    // Boxed, because the timer is large and few requests need it.
    Box::pin(timeout(time, rest)).await.unwrap_or(Err(Unread::Late))
}

/// Why a body was not read in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// It ended before it was complete.
    Broken,
    /// It took too long.
    Late,
}

/// Reads a body in full, up to `limit` bytes.
pub(super) async fn collect<B: Body>(body: B, limit: usize) -> Result<Bytes, Unread> {
    let mut body = pin!(body);
    let mut arrived = Arrived::new(limit);
    poll_fn(|context| arrived.poll(body.as_mut(), context)).await
}

/// The part of a body that has arrived. A body of one piece is not copied.
#[derive(Debug)]
struct Arrived {
    limit: usize,
    whole: Bytes,
    rest: Vec<u8>,
}

impl Arrived {
    fn new(limit: usize) -> Self {
        Self { limit, whole: Bytes::new(), rest: Vec::new() }
    }

    /// Reads what is available, up to the end.
    fn poll<B: Body>(&mut self, mut body: Pin<&mut B>, context: &mut Context<'_>) -> Poll<Result<Bytes, Unread>> {
        if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > self.limit) {
            return Poll::Ready(Err(Unread::TooLarge));
        }
        while let Some(frame) = ready!(body.as_mut().poll_frame(context)) {
            let Ok(frame) = frame else { return Poll::Ready(Err(Unread::Broken)) };
            // Trailers are ignored.
            let Ok(mut data) = frame.into_data() else { continue };
            let len = data.remaining();
            if len > self.limit - self.whole.len().max(self.rest.len()) {
                return Poll::Ready(Err(Unread::TooLarge));
            }
            let data = data.copy_to_bytes(len);
            if self.whole.is_empty() && self.rest.is_empty() {
                self.whole = data;
            } else {
                self.rest.extend_from_slice(&core::mem::take(&mut self.whole));
                self.rest.extend_from_slice(&data);
            }
        }
        let mut rest = core::mem::take(&mut self.rest);
        if rest.is_empty() {
            return Poll::Ready(Ok(core::mem::take(&mut self.whole)));
        }
        // Growth may have reserved up to twice the size.
        rest.shrink_to_fit();
        Poll::Ready(Ok(rest.into()))
    }
}

/// The token of an open stream, and what happens at its expiry.
#[derive(Debug)]
pub(super) struct StreamToken {
    pub(super) watch: TokenWatch,
    /// Whether the stream was opened to listen, and so ends with the token.
    pub(super) listens: bool,
    /// Whether the end of the token was handled.
    pub(super) is_done: bool,
}

impl StreamToken {
    /// Returns whether the token has ended and this was not handled yet.
    fn poll_ended(&mut self, context: &mut Context<'_>) -> bool {
        !self.is_done && self.watch.poll_ended(context)
    }

    fn end(&mut self, events: &mut Events) {
        if core::mem::replace(&mut self.is_done, true) {
            return;
        }
        if self.listens {
            events.end();
        } else {
            events.rules().withhold_begun();
        }
    }
}

pin_project! {
    /// The body of a response that passed the layer.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Outgoing<B>,
        // Finds the outcome of the calls that it answers.
        watch: Option<Box<Watch>>,
    }
}

pin_project! {
    #[project = OutgoingProjection]
    #[derive(Debug)]
    enum Outgoing<B> {
        /// A body of the layer itself, or one that was read and filtered.
        Whole { #[pin] body: Full<Bytes> },
        /// The body of the server behind the layer, with the token if it is a stream that was opened to listen.
        Passed { #[pin] body: B, token: Option<Box<StreamToken>> },
        /// A stream of events that is read incrementally.
        // Boxed: few responses are streams of events, and each is moved a few times.
        Events { #[pin] body: B, events: Box<Events>, token: Option<Box<StreamToken>> },
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn whole(body: Full<Bytes>) -> Self {
        Self { kind: Outgoing::Whole { body }, watch: None }
    }

    pub(super) fn passed(body: B) -> Self {
        Self { kind: Outgoing::Passed { body, token: None }, watch: None }
    }

    /// Returns a stream that was opened to listen and is not a stream of events.
    pub(super) fn listened(body: B, token: Option<StreamToken>) -> Self {
        Self { kind: Outgoing::Passed { body, token: token.map(Box::new) }, watch: None }
    }

    pub(super) fn events(body: B, events: Events, token: Option<StreamToken>) -> Self {
        Self { kind: Outgoing::Events { body, events: Box::new(events), token: token.map(Box::new) }, watch: None }
    }
}

impl<B> ResponseBody<B> {
    /// Returns the body, watched for the outcome of calls.
    pub(super) fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(Box::new(watch)), ..self }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let polled = this.kind.as_mut().poll_frame(context);
        if let Some(watch) = this.watch {
            match &polled {
                Poll::Ready(Some(Ok(frame))) => {
                    frame.data_ref().into_iter().for_each(|data| watch.read(data));
                    // An HTTP server does not ask for the end of a body that has none to send.
                    if this.kind.is_end_stream() {
                        watch.end();
                    }
                }
                Poll::Ready(None) => watch.end(),
                // Dropping it records what is left as abandoned.
                Poll::Ready(Some(Err(_))) | Poll::Pending => {}
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.kind.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.kind.size_hint()
    }
}

impl<B: Body> Body for Outgoing<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project() {
            OutgoingProjection::Whole { body } => body.poll_frame(context).map_err(|never| match never {}),
            OutgoingProjection::Passed { body, token } => {
                if let Some(token) = token.as_deref_mut()
                    && (token.watch.has_ended() || token.watch.poll_ended(context))
                {
                    return Poll::Ready(None);
                }
                body.poll_frame(context).map_ok(|frame| {
                    frame.map_data(|mut data| {
                        let len = data.remaining();
                        data.copy_to_bytes(len)
                    })
                })
            }
            OutgoingProjection::Events { mut body, events, token } => loop {
                // Before the body, which may never be pending.
                if let Some(token) = token.as_deref_mut()
                    && token.poll_ended(context)
                {
                    token.end(events);
                }
                if events.is_over() {
                    return Poll::Ready(None);
                }
                let ready = match ready!(body.as_mut().poll_frame(context)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(mut data) => {
                            let len = data.remaining();
                            events.push(&data.copy_to_bytes(len))
                        }
                        Err(frame) => return Poll::Ready(Some(Ok(frame.map_data(|_| Bytes::new())))),
                    },
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => events.finish(),
                };
                if !ready.is_empty() {
                    return Poll::Ready(Some(Ok(Frame::data(ready))));
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole { body } => body.is_end_stream(),
            Self::Passed { body, .. } => body.is_end_stream(),
            // Held bytes are still to be sent.
            Self::Events { events, .. } => events.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole { body } => body.size_hint(),
            Self::Passed { body, token: None } => body.size_hint(),
            // The stream may end early.
            Self::Passed { body, token: Some(_) } => {
                let mut hint = SizeHint::new();
                body.size_hint().upper().into_iter().for_each(|most| hint.set_upper(most));
                hint
            }
            Self::Events { .. } => SizeHint::default(),
        }
    }
}
