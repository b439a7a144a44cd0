//! Bodies: reading one in full, and what goes out.

use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use super::filter::Events;

pin_project! {
    /// Reads a body in full, up to a limit and within a time. One that is all there needs no clock; where none can be had,
    /// outside of a tokio runtime, there is no waiting.
    ///
    /// Written out, since much of what is kept of a request while its body is awaited would stand there twice otherwise.
    #[derive(Debug)]
    pub(super) struct Arriving<B> {
        #[pin]
        body: B,
        arrived: Arrived,
        time: Duration,
        end: Option<Pin<Box<Sleep>>>,
        has_waited: bool,
    }
}

impl<B: Body> Arriving<B> {
    pub(super) fn new(body: B, limit: usize, time: Duration) -> Self {
        Self { body, arrived: Arrived::new(limit), time, end: None, has_waited: false }
    }
}

impl<B: Body> Future for Arriving<B> {
    type Output = Result<Bytes, Unread>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(read) = this.arrived.poll(this.body, context) {
            return Poll::Ready(read);
        }
        if this.end.is_none() && Handle::try_current().is_err() {
            return Poll::Ready(Err(Unread::Late));
        }
        if !*this.has_waited {
            // Most bodies lie there and only have to be handed over, which is done when this returns. Setting the runtime's
            // clock for each would cost it a system call, and a server half of its requests.
            *this.has_waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let time = *this.time;
        this.end.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(context).map(|()| Err(Unread::Late))
    }
}

/// Why a body was not read in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// It broke off.
    Broken,
    /// It takes too long.
    Late,
}

/// Reads a body in full, up to a limit.
pub(super) async fn collect<B: Body>(body: B, limit: usize) -> Result<Bytes, Unread> {
    let mut body = pin!(body);
    let mut arrived = Arrived::new(limit);
    poll_fn(|context| arrived.poll(body.as_mut(), context)).await
}

/// What has arrived of a body. If it is one piece, it is not copied.
#[derive(Debug)]
struct Arrived {
    limit: usize,
    whole: Bytes,
    rest: BytesMut,
}

impl Arrived {
    fn new(limit: usize) -> Self {
        Self { limit, whole: Bytes::new(), rest: BytesMut::new() }
    }

    /// Takes what there is, up to the end.
    fn poll<B: Body>(&mut self, mut body: Pin<&mut B>, context: &mut Context<'_>) -> Poll<Result<Bytes, Unread>> {
        if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > self.limit) {
            return Poll::Ready(Err(Unread::TooLarge));
        }
        while let Some(frame) = ready!(body.as_mut().poll_frame(context)) {
            let Ok(frame) = frame else { return Poll::Ready(Err(Unread::Broken)) };
            // Trailers say nothing that anyone asks for.
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
        let rest = core::mem::take(&mut self.rest);
        Poll::Ready(Ok(if rest.is_empty() { core::mem::take(&mut self.whole) } else { rest.freeze() }))
    }
}

pin_project! {
    /// The body of an answer that went through the layer.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Outgoing<B>,
    }
}

pin_project! {
    #[project = OutgoingProjection]
    #[derive(Debug)]
    enum Outgoing<B> {
        /// The layer's own, or one that was read and filtered.
        Whole { #[pin] body: Full<Bytes> },
        /// That of the server behind the layer.
        Passed { #[pin] body: B },
        /// A stream of events that is filtered as it goes.
        // Boxed: few answers are one, and each is moved a few times.
        Events { #[pin] body: B, events: Box<Events> },
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn whole(body: Full<Bytes>) -> Self {
        Self { kind: Outgoing::Whole { body } }
    }

    pub(super) fn passed(body: B) -> Self {
        Self { kind: Outgoing::Passed { body } }
    }

    pub(super) fn events(body: B, events: Events) -> Self {
        Self { kind: Outgoing::Events { body, events: Box::new(events) } }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            OutgoingProjection::Whole { body } => body.poll_frame(context).map_err(|never| match never {}),
            OutgoingProjection::Passed { body } => body.poll_frame(context).map_ok(|frame| {
                frame.map_data(|mut data| {
                    let len = data.remaining();
                    data.copy_to_bytes(len)
                })
            }),
            OutgoingProjection::Events { mut body, events } => loop {
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
        match &self.kind {
            Outgoing::Whole { body } => body.is_end_stream(),
            Outgoing::Passed { body } => body.is_end_stream(),
            // What is still held back has to go out.
            Outgoing::Events { events, .. } => events.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Outgoing::Whole { body } => body.size_hint(),
            Outgoing::Passed { body } => body.size_hint(),
            Outgoing::Events { .. } => SizeHint::default(),
        }
    }
}
