//! too-many-tools

// 2,049 functions `tool_0` .. and a macro that lists them, written by the test.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/too_many_tools.rs"));

table!(TOOLS);

fn main() {}
