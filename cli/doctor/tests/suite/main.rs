//! Broken servers, one fault each, and sound ones.

mod conformance;
mod faults;
mod hostile;
mod layer;
mod records;
mod requests;
mod server;
mod sound;
mod support;
