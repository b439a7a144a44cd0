//! The forms of a line.
//!
//! | module | holds |
//! |---|---|
//! | `json_lines` | [`JsonLines`]: names of OpenTelemetry |
//! | `ocsf` | [`Ocsf`]: API Activity of OCSF 1.8 |

pub(crate) mod json_lines;
pub(crate) mod ocsf;

use crate::event::Event;

/// The form of a line. Sealed: the chain relies on how a line ends.
pub trait Format: sealed::Open + Send + Sync + 'static {
    /// Returns an event as JSON, without the members of a chain.
    fn to_json(&self, event: &Event<'_>) -> String {
        let mut line = Vec::with_capacity(1024);
        self.open(event, &mut line);
        // The last object may have members already, and then a comma is the last character.
        if line.last() == Some(&b',') {
            line.pop();
        }
        line.extend_from_slice(b"}}");
        // INVARIANT: everything in it was written as text.
        String::from_utf8(line).unwrap_or_default()
    }
}

impl<F: sealed::Open + Send + Sync + 'static> Format for F {}

pub(crate) mod sealed {
    use crate::event::Event;

    /// Writes lines whose end is open.
    pub trait Open {
        /// Appends a line up to where the members of the chain follow: inside of the last member, an object.
        fn open(&self, event: &Event<'_>, out: &mut Vec<u8>);
    }
}
