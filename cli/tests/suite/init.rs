//! `mcp-scopes init`.
//!
//! | module | tests |
//! |---|---|
//! | `cases` | servers of several shapes, from `tests/init`, as far as `docs`; `tests/adopted` has the results |
//! | `found` | which tools are found, in which shapes, and with which facts |
//! | `repeated` | further runs, and packages that have something already |
//! | `edits` | exactly what is inserted: positions, line ends, tables, groups, second runs |
//! | `questions` | `--yes`, `--dry-run`, the question, and what stops the command |
//! | `sdks` | other SDKs, other versions, tools without functions |

mod cases;
mod edits;
mod found;
#[cfg(unix)]
mod questions;
mod repeated;
mod sdks;
