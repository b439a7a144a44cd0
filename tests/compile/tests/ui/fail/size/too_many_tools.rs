//! too-many-tools

// The test generates 2,049 functions `tool_0` .. and a macro that lists them.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/too_many_tools.rs"));

table!(TOOLS);

fn main() {}
