//! Examines a live MCP server, in any language, and reports what is wrong with its authorization.
//!
//! [`examine`] sends requests, notes what it observes, and judges that. It only reads: without
//! [`Options::call`] it calls no tool but one with a name that does not exist. The findings are those of the linter,
//! with its rules for documents and those of the category `live`.
//!
//! | module | holds |
//! |---|---|
//! | `options`, `token` | [`Options`], [`Token`]: what a run may do, and with which tokens |
//! | `target` | the address of the server, and which addresses may be asked |
//! | `link` | sends requests; `record` keeps them without secrets |
//! | `bounds`, `fetch` | which requests may be sent and when; one request, within a time and a size |
//! | `tls`, `wait` | which connections TLS refuses; waits for a server that has just been started |
//! | `redact` | hides tokens, ids of sessions, and the query of the given address |
//! | `answer`, `events`, `speech` | answers and requests of each revision |
//! | `examine` | the order of the requests |
//! | `probe` | the requests of each topic |
//! | `facts` | what was observed |
//! | `checks` | from facts to findings, one module for each topic |
//! | `sink`, `report` | collects findings, and what was not checked |

mod answer;
mod bounds;
mod checks;
mod error;
mod events;
mod examine;
mod facts;
mod fetch;
mod link;
mod options;
mod probe;
mod record;
mod redact;
mod report;
mod sink;
mod speech;
mod target;
mod tls;
mod token;
mod wait;

pub use error::DoctorError;
pub use examine::{examine, run};
pub use options::{Limits, Options};
pub use report::{Examination, Listed, Published, Skipped};
pub use token::{Token, Tokens};
