//! too-many-uses

// Functions whose requirements name as many scopes as they may, and a macro that lists them, written by the test.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/too_many_uses.rs"));

table!(TOOLS);

fn main() {}
