//! Strict parsing of untrusted JSON: request bodies, token headers and claims, key sets, introspection responses.
//!
//! Parsers disagree about some texts. The layer and the server behind it read the same bytes with different parsers, so every
//! text that two parsers could read differently is rejected here:
//!
//! - a member name that occurs twice in one object, at any depth, compared unescaped (RFC 8259 §4)
//! - a member name to which a crate of the serde family gives a private meaning: with its feature `raw_value`,
//!   `serde_json::Value` replaces such an object with the content of its text
//! - more than [`MAX_DEPTH`] nested arrays and objects
//! - text after the value, lone surrogates, and any other violation of RFC 8259
//!
//! | module | holds |
//! |---|---|
//! | `walk` | the rules above, for every visitor that reads untrusted JSON |
//! | `members` | finds duplicate names, without a copy of any name |
//! | `value` | a text as `serde_json::Value`, read once |
//! | `find` | returns members of a text that was checked before |
//! | `long` | finds long strings with escapes, which are decoded piece by piece |

mod find;
mod long;
mod members;
mod value;
mod walk;

#[cfg(feature = "policies")]
pub(crate) use self::find::members;
pub(crate) use self::{
    find::find,
    long::{Excess, LongStrings, Written},
    value::object,
    walk::{Key, Walk},
};

/// The maximum nesting of arrays and objects. It is lower than the limit of `serde_json`, so that this limit applies first, and
/// also protects the parsers behind the layer.
pub(crate) const MAX_DEPTH: usize = 100;

/// Why a text was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not one JSON value.
    Syntax,
    /// It has more than [`MAX_DEPTH`] levels.
    TooDeep,
    /// An object contains a duplicate member name.
    Duplicate,
    /// A member name has a private meaning for a crate of the serde family.
    Reserved,
}
