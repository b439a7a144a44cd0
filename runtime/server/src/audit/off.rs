//! The types of `on`, without effect.

use http::request::Parts;

use super::super::{message::Content, outcome::Observer, rejection::Rejection, requester::Requester};

/// Records nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Auditor;

/// What is known when a request arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received;

/// Places for the events of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places;

/// Notes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trail;

#[cfg(feature = "policies")]
impl Trail {
    pub(crate) const fn is_kept(self) -> bool {
        false
    }

    pub(crate) const fn note_session(&mut self, _: &[u8; 32]) {}

    pub(crate) const fn note_rule(&mut self, _: Option<&str>) {}

    pub(crate) const fn note_pattern(&mut self, _: usize, _: [u8; 8]) {}
}

impl Auditor {
    pub(crate) const fn trail(self) -> Trail {
        Trail
    }

    pub(crate) const fn receive(self, _: &Parts) -> Received {
        Received
    }

    #[expect(clippy::unnecessary_wraps, reason = "a place can be missing if there is a sink")]
    pub(crate) const fn reserve(self, _: &Content<'_>) -> Result<Places, Rejection> {
        Ok(Places)
    }

    pub(crate) const fn deny(self, _: &Received, _: &Content<'_>, _: Option<&Requester>, _: &Rejection) {}

    pub(crate) fn open(self, _: &Received, _: &Content<'_>, _: &mut Requester, _: Places) -> Option<Box<dyn Observer>> {
        None
    }
}
