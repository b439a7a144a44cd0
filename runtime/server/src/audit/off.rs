//! The types of `on`, without effect.

use http::request::Parts;
use mcp_scopes::{Caller, Denied};

use super::super::{
    contents::{Contents, Named},
    message::Content,
    outcome::{CallOutcome, Observer},
    rejection::Rejection,
    requester::Requester,
    stdio::ProcessDenial,
};

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

/// Records nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProcessAuditor;

/// Records nothing.
#[derive(Debug, Default)]
pub struct ProcessRecord {
    #[cfg(feature = "policies")]
    pub(crate) trail: Trail,
}

impl ProcessAuditor {
    pub(crate) const OFF: Self = Self;

    pub(crate) fn open(
        self,
        _: &Caller,
        _: &'static str,
        _: Option<&str>,
        _: Option<&str>,
        _: Option<&str>,
    ) -> ProcessRecord {
        ProcessRecord::default()
    }
}

impl ProcessRecord {
    pub(crate) const fn note_content(&mut self, _: Contents, _: &Named<'_>) {}

    /// Does nothing.
    pub const fn note_replaced(&mut self, _: &'static str) {}

    #[expect(clippy::unnecessary_wraps, reason = "a place can be missing if there is a sink")]
    pub(crate) const fn reserve(&mut self) -> Result<(), ProcessDenial> {
        Ok(())
    }

    /// Does nothing.
    pub const fn deny_call(&mut self, _: &Denied, _: i32) {}

    /// Does nothing.
    pub const fn deny_content(&mut self, _: &[&str], _: i32) {}

    /// Does nothing.
    pub const fn deny_arguments(&mut self, _: i32) {}

    pub(crate) const fn deny(&mut self, _: &str, _: &[&str], _: Option<i32>) {}

    /// Does nothing.
    pub const fn settle(&mut self, _: CallOutcome, _: Option<i32>) {}
}

#[cfg(feature = "policies")]
impl Trail {
    pub(crate) const fn is_kept(self) -> bool {
        false
    }

    pub(crate) const fn note_session(&mut self, _: &[u8; 32]) {}

    pub(crate) const fn note_rule(&mut self, _: Option<&str>) {}

    pub(crate) const fn note_pattern(&mut self, _: usize, _: [u8; 8]) {}

    pub(crate) const fn note_approval(&mut self, _: usize, _: bool) {}
}

impl Auditor {
    pub(crate) const fn trail(self) -> Trail {
        Trail
    }

    pub(crate) const fn receive(self, _: &Parts) -> Received {
        Received
    }

    #[expect(clippy::unnecessary_wraps, reason = "a place can be missing if there is a sink")]
    pub(crate) const fn reserve(self, _: &Received, _: &Content<'_>, _: &Requester) -> Result<Places, Rejection> {
        Ok(Places)
    }

    pub(crate) const fn deny(self, _: &Received, _: &Content<'_>, _: Option<&Requester>, _: &Rejection) {}
}

impl Places {
    pub(crate) const fn cancel(self) {}

    pub(crate) fn open(self, _: &mut Requester) -> Option<Box<dyn Observer>> {
        None
    }
}
