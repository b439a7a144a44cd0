//! What generated code names. Not part of the public interface: anything here can change in any release.

pub mod v1;
