//! Returns one member of a text that was checked before, or all of them.
//!
//! The strict check has found each name only once, so the first match is the only one. Nothing is built: members that are
//! not on the path are skipped.

use core::fmt;
#[cfg(feature = "policies")]
use std::borrow::Cow;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Key;

/// Returns the value at a path of member names, as sent; `None` if there is none.
pub(crate) fn find<'b>(text: &'b RawValue, path: &[impl AsRef<str>]) -> Option<&'b RawValue> {
    path.iter().try_fold(text, |value, name| member(value, name.as_ref()))
}

fn member<'b>(object: &'b RawValue, name: &str) -> Option<&'b RawValue> {
    if !object.get().starts_with('{') {
        return None;
    }
    serde_json::Deserializer::from_str(object.get()).deserialize_map(Member(name)).ok().flatten()
}

/// Returns the members of an object, each as sent; `None` for another value.
#[cfg(feature = "policies")]
pub(crate) fn members(object: &RawValue) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    serde_json::Deserializer::from_str(object.get()).deserialize_map(Members).ok()
}

struct Member<'n>(&'n str);

impl<'b> Visitor<'b> for Member<'_> {
    type Value = Option<&'b RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key_seed(Key)? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(feature = "policies")]
struct Members;

#[cfg(feature = "policies")]
impl<'b> Visitor<'b> for Members {
    type Value = Vec<(Cow<'b, str>, &'b RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            members.push((key, map.next_value()?));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::find;

    #[cfg(feature = "policies")]
    #[test]
    fn lists_the_members_of_an_object() {
        let raw = |text| serde_json::from_str::<&RawValue>(text).unwrap();
        let members = super::members(raw("{\"a\": {\"b\":1} , \"\\u0063\":[ 2 ]}")).unwrap();
        let members: Vec<_> = members.iter().map(|(name, value)| (&**name, value.get())).collect();
        assert_eq!(members, [("a", "{\"b\":1}"), ("c", "[ 2 ]")]);
        assert_eq!(super::members(raw("{}")).unwrap().len(), 0);
        for text in ["[]", "null", "1", "\"{}\""] {
            assert!(super::members(raw(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn follows_member_names_alone() {
        let text = r#"{"a":{"b":[{"c":1}],"\u0063":"x"},"d":null,"":{"":2}}"#;
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        for (path, found) in [
            (&["a", "c"][..], Some("\"x\"")),
            (&["a", "b"], Some(r#"[{"c":1}]"#)),
            (&["a", "b", "c"], None),
            (&["a", "b", "0"], None),
            (&["d"], Some("null")),
            (&["d", "e"], None),
            (&["", ""], Some("2")),
            (&["b"], None),
            (&[], Some(text)),
        ] {
            assert_eq!(find(raw, path).map(RawValue::get), found, "{path:?}");
        }
    }
}
