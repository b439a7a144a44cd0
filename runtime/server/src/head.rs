//! The headers of a request that the layer needs, collected in one pass.
//!
//! A request has few headers, and most of those that the layer looks for are absent. A look-up per header would hash each name
//! for every request.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The prefix of [`Head::params`].
pub(crate) const PARAM: &str = "mcp-param-";

/// The headers that a decision depends on.
#[derive(Debug)]
pub(crate) struct Head<'h> {
    /// All of them.
    pub(crate) all: &'h HeaderMap,
    pub(crate) authorization: HeaderValues<'h>,
    pub(crate) content_encoding: HeaderValues<'h>,
    pub(crate) content_length: HeaderValues<'h>,
    pub(crate) content_type: HeaderValues<'h>,
    /// `DPoP`.
    #[cfg(feature = "dpop")]
    pub(crate) dpop: HeaderValues<'h>,
    pub(crate) upgrade: bool,
    /// `Last-Event-ID`.
    pub(crate) replay: HeaderValues<'h>,
    /// `Mcp-Session-Id`.
    pub(crate) session: HeaderValues<'h>,
    /// `MCP-Protocol-Version`.
    pub(crate) version: HeaderValues<'h>,
    /// `Mcp-Method`.
    pub(crate) method: HeaderValues<'h>,
    /// `Mcp-Name`.
    pub(crate) name: HeaderValues<'h>,
    /// Whether there is any `Mcp-Param-*`.
    pub(crate) params: bool,
    /// The header that asks for the sandbox, by the configured name.
    pub(crate) sandbox: HeaderValues<'h>,
    /// Whether `Mcp-Sandbox` is present, whatever name is configured.
    pub(crate) usual_sandbox: bool,
}

/// The values of one header.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum HeaderValues<'h> {
    /// The header is absent.
    #[default]
    Absent,
    /// Its only value.
    Single(&'h HeaderValue),
    /// The header occurs more than once.
    Multiple,
}

impl<'h> HeaderValues<'h> {
    pub(crate) const fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }

    fn add(&mut self, value: &'h HeaderValue) {
        *self = if self.is_absent() { Self::Single(value) } else { Self::Multiple };
    }
}

impl<'h> Head<'h> {
    /// Collects all headers. `sandbox` is the lower-case name of the header that asks for the sandbox.
    pub(crate) fn of(all: &'h HeaderMap, sandbox: Option<&str>) -> Self {
        let mut head = Self {
            all,
            authorization: HeaderValues::Absent,
            content_encoding: HeaderValues::Absent,
            content_length: HeaderValues::Absent,
            content_type: HeaderValues::Absent,
            #[cfg(feature = "dpop")]
            dpop: HeaderValues::Absent,
            upgrade: false,
            replay: HeaderValues::Absent,
            session: HeaderValues::Absent,
            version: HeaderValues::Absent,
            method: HeaderValues::Absent,
            name: HeaderValues::Absent,
            params: false,
            sandbox: HeaderValues::Absent,
            usual_sandbox: false,
        };
        for (name, value) in all {
            // Header names are in lower case, however they were sent.
            let name = name.as_str();
            // The configured name may be any, including one of those below.
            if Some(name) == sandbox {
                head.sandbox.add(value);
            }
            match name {
                "authorization" => head.authorization.add(value),
                "content-encoding" => head.content_encoding.add(value),
                "content-length" => head.content_length.add(value),
                "content-type" => head.content_type.add(value),
                #[cfg(feature = "dpop")]
                "dpop" => head.dpop.add(value),
                "upgrade" => head.upgrade = true,
                "last-event-id" => head.replay.add(value),
                "mcp-session-id" => head.session.add(value),
                "mcp-protocol-version" => head.version.add(value),
                "mcp-method" => head.method.add(value),
                "mcp-name" => head.name.add(value),
                "mcp-sandbox" => head.usual_sandbox = true,
                name => head.params |= name.starts_with(PARAM),
            }
        }
        head
    }

    /// Returns whether all values of a header pass; true if it is absent.
    pub(crate) fn all_of(
        &self,
        stated: HeaderValues<'h>,
        name: &HeaderName,
        passes: impl FnMut(&HeaderValue) -> bool,
    ) -> bool {
        let mut passes = passes;
        match stated {
            HeaderValues::Absent => true,
            HeaderValues::Single(value) => passes(value),
            HeaderValues::Multiple => self.all.get_all(name).iter().all(passes),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_LENGTH};

    use super::{Head, HeaderValues};

    fn headers(stated: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = stated.iter();
        pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn distinguishes_absent_single_and_multiple_headers() {
        let some = headers(&[("mcp-name", "a"), ("mcp-session-id", "b"), ("mcp-session-id", "c"), ("x-param", "d")]);
        let head = Head::of(&some, None);
        assert!(matches!(head.name, HeaderValues::Single(value) if value == "a"));
        assert!(matches!(head.session, HeaderValues::Multiple));
        assert!(head.method.is_absent() && !head.params);
        assert!(Head::of(&headers(&[("mcp-param-region", "a")]), None).params);
    }

    #[test]
    fn reads_the_sandbox_header_under_any_name() {
        let usual = headers(&[("mcp-sandbox", "sandbox"), ("mcp-name", "sandbox")]);
        for (name, is) in
            [(Some("mcp-sandbox"), true), (Some("mcp-name"), true), (Some("x-test"), false), (None, false)]
        {
            let head = Head::of(&usual, name);
            assert_eq!(!head.sandbox.is_absent(), is, "{name:?}");
            assert!(head.usual_sandbox && !head.name.is_absent());
        }
    }

    #[test]
    fn requires_all_values_to_pass() {
        let one_of_two = headers(&[("content-length", "1"), ("content-length", "2")]);
        for (stated, passes) in [(headers(&[]), true), (headers(&[("content-length", "1")]), true), (one_of_two, false)]
        {
            let head = Head::of(&stated, None);
            assert_eq!(head.all_of(head.content_length, &CONTENT_LENGTH, |value| value == "1"), passes);
        }
    }
}
