//! Items that generated code and the crates for servers and SDKs name. Not part of the public interface: anything here can
//! change in any release.

mod integrate;
pub mod v1;
