//! Bodies: reading one in full, and what goes out.

use core::{
    future::{Future as _, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use pin_project_lite::pin_project;
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use super::filter::Events;

/// Reads a body in full, up to a limit and within a time. One that is all there needs no clock; where none can be had, outside
/// of a tokio runtime, there is no waiting.
pub(super) async fn collect_within<B: Body>(body: B, limit: usize, time: Duration) -> Result<Bytes, Unread> {
    let mut reading = pin!(collect(body, limit));
    let mut end: Option<Pin<Box<Sleep>>> = None;
    let mut has_waited = false;
    poll_fn(|context| {
        if let Poll::Ready(read) = reading.as_mut().poll(context) {
            return Poll::Ready(read);
        }
        if end.is_none() && Handle::try_current().is_err() {
            return Poll::Ready(Err(Unread::Late));
        }
        if !has_waited {
            // Most bodies lie there and only have to be handed over, which is done when this returns. Setting the runtime's clock
            // for each would cost it a system call, and a server half of its requests.
            has_waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        end.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(context).map(|()| Err(Unread::Late))
    })
    .await
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

/// Reads a body in full, up to a limit. One that arrives in one piece is not copied.
pub(super) async fn collect<B: Body>(body: B, limit: usize) -> Result<Bytes, Unread> {
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(Unread::TooLarge);
    }
    let mut body = pin!(body);
    let mut whole = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unread::Broken)?;
        // Trailers say nothing that anyone asks for.
        let Ok(mut data) = frame.into_data() else { continue };
        let len = data.remaining();
        if len > limit - whole.len().max(rest.len()) {
            return Err(Unread::TooLarge);
        }
        if whole.is_empty() && rest.is_empty() {
            whole = data.copy_to_bytes(len);
        } else {
            rest.extend_from_slice(&core::mem::take(&mut whole));
            rest.extend_from_slice(&data.copy_to_bytes(len));
        }
    }
    Ok(if rest.is_empty() { whole } else { rest.freeze() })
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
