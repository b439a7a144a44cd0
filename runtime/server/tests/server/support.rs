//! What several modules of this suite share.
//!
//! | module | holds |
//! |---|---|
//! | `server` | a server behind the layer, and requests to it |
//! | `issuer` | an issuer on a socket, with prepared answers |
//! | `tokens` | keys, and tokens signed with them |
//! | `proofs` | DPoP proofs, and tokens that are bound to their keys |
//! | `key_sets` | key sets that an issuer publishes |

pub(crate) mod issuer;
pub(crate) mod key_sets;
pub(crate) mod proofs;
pub(crate) mod server;
pub(crate) mod tokens;
