//! A file server.
fn main() {}
