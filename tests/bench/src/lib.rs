//! The servers that the benches measure. They are written by the build script.

include!(concat!(env!("OUT_DIR"), "/servers.rs"));
