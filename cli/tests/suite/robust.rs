//! Gives malformed input to each command that reads it. The result is a finding or an error, in bounded time and
//! memory, and never a panic.
//!
//! | module | holds |
//! |---|---|
//! | `place` | a folder with a valid server, and functions to run commands there |
//! | `documents` | metadata documents, lock files, baselines and other text files |
//! | `sources` | packages with Rust, TOML and JSON files |
//! | `programs` | damaged programs |
//! | `limits` | the maximum nesting of input on a small stack, and reserved names |
//! | `files` | links, pipes, devices, unreadable folders, and files that disappear |
//! | `streams` | outputs: full disks, closed pipes, terminals |

mod documents;
mod files;
mod limits;
mod place;
mod programs;
mod sources;
mod streams;
