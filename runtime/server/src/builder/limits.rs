//! Limits on sizes, times and calls.

use core::{num::NonZeroU32, time::Duration};

use super::ResourceServerBuilder;

/// Limits on the bytes that are read, and on the time that a body may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) body: usize,
    pub(super) anonymous_body: usize,
    pub(super) answer: usize,
    pub(super) time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 4 << 20, anonymous_body: 64 << 10, answer: 16 << 20, time: Duration::from_secs(30) }
    }
}

/// Default: sandbox calls of one caller per minute.
pub(super) const SANDBOX_PACE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

impl ResourceServerBuilder {
    /// Sets how many sandbox calls one caller may make per minute. Default: 60. Further calls are answered with 429.
    pub fn sandbox_calls_per_minute(mut self, calls: NonZeroU32) -> Self {
        self.sandbox_pace = calls;
        self
    }

    /// Sets the maximum size of a request body in bytes. Default: 4 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the maximum body size in bytes of a request without a token. Default: 64 KiB.
    pub fn anonymous_body_limit(mut self, bytes: usize) -> Self {
        self.limits.anonymous_body = bytes;
        self
    }

    /// Sets how long the body of a request may take to arrive, from when the layer starts to wait for it. Default: 30 seconds.
    /// A slower body is answered with 408, even if part of it has arrived. The timeout for headers is set in the HTTP server.
    ///
    /// The timer is that of the tokio runtime in which the layer is called.
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.time = time;
        self
    }

    /// Sets the maximum size in bytes of an event of a stream and of a JSON answer that may hold a list: in
    /// [`Discovery::Filtered`](crate::Discovery::Filtered), or of `tools/list` with [`describe_lists`](Self::describe_lists). It is also
    /// that of a JSON answer to a read of a resource or prompt in MCP 2026-07-28, if what is read is not public: the layer states that
    /// only this caller may cache it; and of the answer of a tool with `max_file_size_mb`. All are read in full before they are sent. A larger one becomes an error. Default: 16 MiB.
    pub fn answer_limit(mut self, bytes: usize) -> Self {
        self.limits.answer = bytes;
        self
    }

    /// Sets for how many seconds clients may cache the metadata. Default: one hour.
    pub fn metadata_max_age(mut self, seconds: u32) -> Self {
        self.max_age = seconds;
        self
    }
}
