//! The policies of the proposal "Tool Interaction Policies", as annotations, and its three attacks.
//!
//! | module | holds |
//! |---|---|
//! | [`tools`] | six tools with the proposal's policies; they do nothing |
//! | [`server`] | the layer in front of them, and one caller |
//! | [`desk`] | who approves calls |
//! | [`attacks`] | the proposal's attacks, played through the layer |

pub mod attacks;
pub mod desk;
pub mod server;
pub mod tools;
