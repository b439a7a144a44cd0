//! too-many-uses

// The test generates 2,048 functions that require seventeen scopes each, and a macro that lists them.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/too_many_uses.rs"));

table!(TOOLS);

fn main() {}
