//! too-many-uses

// 2,048 functions that require seventeen scopes each, and a macro that lists them, written by the test.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/too_many_uses.rs"));

table!(TOOLS);

fn main() {}
