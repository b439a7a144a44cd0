//! The audit trail: one [`Event`] for each call that a server decides on, with the decision and how the call ended.
//!
//! A server sends events to an [`AuditSink`]. [`FileSink`] writes them to a file as chained lines, in one of two forms: [`JsonLines`] with the names
//! of OpenTelemetry, and [`Ocsf`]. With the feature `tracing`, `TracingSink` sends them to `tracing`. [`verify`] finds lines that were changed, removed, moved or cut off.
//!
//! The package has no HTTP and no async runtime. `docs/audit.md` is the page for operators, and `docs/decisions/102-audit.md` says why it is built this
//! way.
//!
//! | module | holds |
//! |---|---|
//! | `event`, `trace_context` | [`Event`]: what is written, and nothing else is |
//! | `subject` | [`Subjects`]: plain, as keyed hashes, or not at all |
//! | `sink` | [`AuditSink`], [`Slot`] |
//! | `format` | [`JsonLines`], [`Ocsf`]; `object` writes JSON, `seconds` a number in it |
//! | `chain`, `keys`, `head` | codes of lines, [`Keys`], [`Head`]; `hex` has digits |
//! | `file` | [`FileSink`]: queue, thread, rotation |
//! | `tracing_sink` | `TracingSink` |
//! | `verify`, `fault`, `lines` | [`verify`], [`Fault`], [`Lines`] |

mod chain;
mod event;
mod fault;
mod file;
mod format;
mod head;
mod hex;
mod keys;
mod lines;
mod object;
mod seconds;
mod sink;
mod subject;
mod trace_context;
#[cfg(feature = "tracing")]
mod tracing_sink;
mod verify;

pub use mcp_scopes_model::{Environment, Risk};

#[cfg(feature = "tracing")]
pub use self::tracing_sink::TracingSink;
pub use self::{
    event::{Aggregate, Approval, Decision, Event, Outcome, Transport},
    fault::{Fault, FaultKind},
    file::{FileSink, FileSinkBuilder, OpenError, Sync},
    format::{Format, json_lines::JsonLines, ocsf::Ocsf},
    head::Head,
    keys::{KeyError, Keys},
    lines::{Line, Lines, MAX_LINE},
    sink::{AuditSink, Full, Slot},
    subject::{SubjectHasher, Subjects},
    trace_context::TraceContext,
    verify::{Verified, Verifier, verify},
};
