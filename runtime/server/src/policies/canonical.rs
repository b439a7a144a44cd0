//! One form for equal arguments: whatever the order of their members, their white space and their escapes.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::json;

/// Returns the form of a value that was checked before: members sorted by name, no white space, each character of a string written in
/// one way. Numbers are as sent, since parsers round them differently. `None` if it is not JSON.
pub(super) fn canonical(value: &RawValue) -> Option<String> {
    let mut text = String::with_capacity(value.get().len());
    write(value, &mut text)?;
    Some(text)
}

/// The check has limited the depth.
fn write(value: &RawValue, to: &mut String) -> Option<()> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'{' => {
            let mut members = json::members(value)?;
            members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            to.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    to.push(',');
                }
                write_string(&name, to)?;
                to.push(':');
                write(member, to)?;
            }
            to.push('}');
        }
        b'[' => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            to.push('[');
            for (place, element) in elements.into_iter().enumerate() {
                if place > 0 {
                    to.push(',');
                }
                write(element, to)?;
            }
            to.push(']');
        }
        b'"' => write_string(&serde_json::from_str::<Cow<'_, str>>(text).ok()?, to)?,
        _ => to.push_str(text),
    }
    Some(())
}

pub(super) fn write_string(text: &str, to: &mut String) -> Option<()> {
    to.push_str(&serde_json::to_string(text).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::canonical;

    fn of(text: &str) -> String {
        canonical(serde_json::from_str::<&RawValue>(text).unwrap()).unwrap()
    }

    #[test]
    fn is_the_same_for_equal_values() {
        let expected = r#"{"a":[1,{"b":"x\n"},null],"c":{"d":true,"e":"ä"}}"#;
        for text in [
            expected,
            r#"{"c":{"e":"ä","d":true},"a":[1,{"b":"x\n"},null]}"#,
            "{ \"a\" : [ 1 , {\"b\":\"x\\u000a\"}, null ],\n\t\"c\": { \"d\":true, \"\\u0065\" : \"\\u00e4\" } }",
        ] {
            assert_eq!(of(text), expected);
        }
        for text in ["{}", "[]", "\"\"", "1", "-0", "1e400", "false"] {
            assert_eq!(of(text), text);
        }
    }

    #[test]
    fn differs_for_what_a_parser_could_read_differently() {
        let texts = [
            r#"{"a":9007199254740993}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":9.007199254740993e15}"#,
            r#"{"a":"9007199254740993"}"#,
            r#"{"A":9007199254740993}"#,
            r#"{"a":[9007199254740993]}"#,
            r#"{"a":{"a":9007199254740993}}"#,
            r#"{"a":9007199254740993,"b":null}"#,
        ];
        for (place, text) in texts.iter().enumerate() {
            for other in texts.iter().skip(place + 1) {
                assert_ne!(of(text), of(other));
            }
        }
    }
}
