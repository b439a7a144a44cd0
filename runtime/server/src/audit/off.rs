//! The types of `on`, without effect.

use http::{Response, request::Parts};

use super::super::{ResponseBody, message::Content, rejection::Rejection, requester::Requester};

/// Records nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Auditor;

/// What is known when a request arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received;

/// Places for the events of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places;

/// Calls whose outcome is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenCalls;

/// Watches the response to calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Watch {}

impl Auditor {
    pub(crate) const fn receive(self, _: &Parts) -> Received {
        Received
    }

    #[expect(clippy::unnecessary_wraps, reason = "a place can be missing if there is a sink")]
    pub(crate) const fn reserve(self, _: &Content<'_>) -> Result<Places, Rejection> {
        Ok(Places)
    }

    pub(crate) const fn deny(self, _: &Received, _: &Content<'_>, _: Option<&Requester>, _: &Rejection) {}

    pub(crate) const fn open(self, _: &Received, _: &Content<'_>, _: &Requester, _: Places) -> OpenCalls {
        OpenCalls
    }
}

impl OpenCalls {
    pub(crate) const fn fail(self) {}

    pub(crate) fn watch<B>(self, response: Response<ResponseBody<B>>) -> Response<ResponseBody<B>> {
        response
    }
}

impl Watch {
    pub(crate) const fn read(&mut self, _: &[u8]) {}

    pub(crate) const fn end(&mut self) {}
}
