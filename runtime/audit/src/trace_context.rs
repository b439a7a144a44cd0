//! The trace that a client states (W3C Trace Context, "traceparent").

use core::fmt;

/// The ids of a `traceparent`, as lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: [u8; 32],
    span: [u8; 16],
    flags: [u8; 2],
}

impl TraceContext {
    /// Parses a `traceparent`. Returns `None` if it is not valid: a client could write anything else there.
    ///
    /// ```
    /// use mcp_scopes_audit::TraceContext;
    /// let context = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
    /// assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    /// assert!(TraceContext::parse("00-secret").is_none());
    /// ```
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let version: [u8; 2] = digits(parts.next()?)?;
        let (trace, span, flags) = (digits(parts.next()?)?, digits(parts.next()?)?, digits(parts.next()?)?);
        // Later versions may have more parts. Version 255 is invalid (§3.2.2.1), and so are ids of zeros (§3.2.2.3, §3.2.2.4).
        let is_longer = parts.next().is_some();
        if version == *b"ff" || (version == *b"00" && is_longer) || trace == [b'0'; 32] || span == [b'0'; 16] {
            return None;
        }
        Some(Self { trace, span, flags })
    }

    /// Returns the id of the trace: 32 digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        text(&self.trace)
    }

    /// Returns the id of the client's span: 16 digits.
    #[must_use]
    pub fn span_id(&self) -> &str {
        text(&self.span)
    }

    /// Returns the flags: two digits.
    #[must_use]
    pub fn flags(&self) -> &str {
        text(&self.flags)
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({}-{}-{})", self.trace_id(), self.span_id(), self.flags())
    }
}

fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: [u8; N] = text.as_bytes().try_into().ok()?;
    digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')).then_some(digits)
}

fn text(digits: &[u8]) -> &str {
    // INVARIANT: `digits` accepts ASCII only.
    core::str::from_utf8(digits).unwrap_or_default()
}
