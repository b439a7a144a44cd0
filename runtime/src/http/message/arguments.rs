//! The arguments of a call, for those few that ask for them.
//!
//! They are taken out in a second, lenient reading: the first one has seen that no member stands twice, so it cannot find
//! anything else.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Message<'b> {
    #[serde(borrow)]
    params: Option<Params<'b>>,
}

#[derive(Deserialize)]
struct Params<'b> {
    #[serde(borrow)]
    arguments: Option<&'b RawValue>,
}

/// The text of `params.arguments`.
pub(crate) fn arguments<'b>(message: &super::Message<'b>) -> Option<&'b RawValue> {
    serde_json::from_str::<Message<'b>>(message.text).ok()?.params?.arguments
}
