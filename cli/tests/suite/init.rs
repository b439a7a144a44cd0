//! `mcp-scopes init`.
//!
//! | module | tests |
//! |---|---|
//! | `cases` | servers of several shapes, from `tests/init`, as far as `docs`; `tests/adopted` has the results |
//! | `edits` | exactly what is inserted: positions, line ends, tables, groups, second runs |
//! | `questions` | `--yes`, `--dry-run`, the question, and what stops the command |
//! | `sdks` | other SDKs, other versions, tools without functions |

mod cases;
mod edits;
#[cfg(unix)]
mod questions;
mod sdks;
