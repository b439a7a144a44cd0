//! The string values in the arguments of a call, and in answers, each with the innermost member that holds it, or with the parameter.

use core::fmt;
use std::borrow::Cow;

use mcp_scopes_model::markers;
use mcp_scopes_policies::{CallReader, ConditionReader, ToolConditions};
use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use super::super::json::{Key, LongStrings, Written};

/// Reads the arguments of a body that was checked before. A long string with escapes is decoded each time that its text is needed, since it
/// may be as long as the body.
///
/// # Errors
/// The text is not JSON, or is nested too deeply, which the check has ruled out.
pub(super) fn read_raw(arguments: &RawValue, call: &mut CallReader<'_>) -> Result<(), serde_json::Error> {
    let long = LongStrings::find(arguments.get(), 0);
    let long = long.map_err(|excess| serde_json::Error::custom(format_args!("{excess:?}")))?;
    visit(arguments, long, &mut |name, found| match found {
        Found::Text(text) => call.argument(name, text),
        Found::Long(written) => call.decoded_argument(name, &|| decoded(written)),
    })
}

/// Calls `each` with the innermost member around each string of a value, and the string.
///
/// # Errors
/// The text is not JSON, or is nested too deeply.
pub(super) fn each_string(value: &RawValue, each: &mut impl FnMut(&str, &str)) -> Result<(), serde_json::Error> {
    visit(value, LongStrings::default(), &mut |name, found| match found {
        Found::Text(text) => each(name, text),
        Found::Long(written) => each(name, &decoded(written)),
    })
}

/// A string.
enum Found<'t> {
    Text(&'t str),
    /// It was decoded once, so it can be decoded again.
    Long(Written<'t>),
}

fn decoded(written: Written<'_>) -> String {
    written.decode().unwrap_or_default()
}

fn visit(
    value: &RawValue,
    mut long: LongStrings,
    each: &mut impl FnMut(&str, Found<'_>),
) -> Result<(), serde_json::Error> {
    let strings = Strings { name: "", each, long: &mut long };
    strings.deserialize(&mut serde_json::Deserializer::from_str(value.get()))
}

/// Reads the arguments that an SDK has parsed. `name` is the member that holds the value.
pub(super) fn read_value(name: &str, value: &Value, call: &mut CallReader<'_>) {
    each_string_of(name, value, &mut |name, text| call.argument(name, text));
}

/// Calls `each` with the innermost member around each string of a value, and the string. `name` is the member that holds the value.
pub(super) fn each_string_of(name: &str, value: &Value, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(name, text),
        Value::Array(elements) => elements.iter().for_each(|element| each_string_of(name, element, each)),
        Value::Object(members) => members.iter().for_each(|(name, member)| each_string_of(name, member, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The arguments are not an object, or have a member that is not a parameter of the tool although a condition is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unlisted;

/// Compares the arguments of a body that was checked before with the conditions of the tool.
pub(super) fn compare_raw(
    arguments: &RawValue,
    conditions: &ToolConditions,
    call: &mut ConditionReader<'_>,
) -> Result<(), Unlisted> {
    // The check has ruled out what is not JSON.
    let mut long = LongStrings::find(arguments.get(), 0).map_err(|_| Unlisted)?;
    let parameters = Parameters { conditions, call, long: &mut long };
    parameters.deserialize(&mut serde_json::Deserializer::from_str(arguments.get())).map_err(|_| Unlisted)
}

/// Compares the strings of what a tool receives beside its arguments with its conditions: any of them may take the place of an argument.
pub(super) fn compare_other(value: &RawValue, call: &mut ConditionReader<'_>) -> Result<(), Unlisted> {
    let long = LongStrings::find(value.get(), 0).map_err(|_| Unlisted)?;
    let compared = visit(value, long, &mut |_, found| match found {
        Found::Text(text) => call.other(text),
        Found::Long(written) => call.decoded_other(&|| decoded(written)),
    });
    compared.map_err(|_| Unlisted)
}

/// Compares the arguments that an SDK has parsed with the conditions of the tool.
pub(super) fn compare_values(
    arguments: &Map<String, Value>,
    conditions: &ToolConditions,
    call: &mut ConditionReader<'_>,
) -> Result<(), Unlisted> {
    for (name, value) in arguments {
        if !conditions.admits_member(name) {
            return Err(Unlisted);
        }
        each_string_of(name, value, &mut |_, text| call.argument(name, text));
    }
    Ok(())
}

/// Reads the arguments of a call: an object whose members are parameters.
struct Parameters<'c, 'r> {
    conditions: &'c ToolConditions,
    call: &'c mut ConditionReader<'r>,
    long: &'c mut LongStrings,
}

impl<'b> DeserializeSeed<'b> for Parameters<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        // The arguments are a value themselves.
        if self.long.is_next_long() {
            return Err(D::Error::custom("not an object"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Parameters<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the arguments of a call")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key)? {
            if !self.conditions.admits_member(&name) {
                return Err(A::Error::custom("not a parameter"));
            }
            let each = &mut |_: &str, found: Found<'_>| match found {
                Found::Text(text) => self.call.argument(&name, text),
                Found::Long(written) => self.call.decoded_argument(&name, &|| decoded(written)),
            };
            map.next_value_seed(Strings { name: &name, each, long: self.long })?;
        }
        Ok(())
    }
}

/// Reads the value at one place.
struct Strings<'n, 'e, F> {
    /// The innermost member around it.
    name: &'n str,
    each: &'e mut F,
    long: &'e mut LongStrings,
}

impl<'b, F: FnMut(&str, Found<'_>)> DeserializeSeed<'b> for Strings<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.long.is_next_long() {
            return deserializer.deserialize_any(self);
        }
        let written = Written::of(<&RawValue>::deserialize(deserializer)?);
        let written = written.ok_or_else(|| D::Error::custom("not a string"))?;
        written.decoded_len().map_err(D::Error::custom)?;
        (self.each)(self.name, Found::Long(written));
        Ok(())
    }
}

impl<'b, F: FnMut(&str, Found<'_>)> Visitor<'b> for Strings<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.each)(self.name, Found::Text(text));
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Strings { name: self.name, each: self.each, long: self.long })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key)? {
            if markers::is_private(&name) {
                // A number: `serde_json` presents it so, if any crate of the build enables its feature `arbitrary_precision`. The check of
                // the body rejects members with this name.
                map.next_value::<Cow<'b, str>>()?;
            } else {
                map.next_value_seed(Strings { name: &name, each: self.each, long: self.long })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests {
    use mcp_scopes_model::{Policy, Risk, Tool};
    use mcp_scopes_policies::{Call, Decision, Facts, Rules, Session, Settings, Timestamp};
    use serde_json::{Value, value::RawValue};

    use super::{read_raw, read_value};

    /// Returns whether the arguments are denied, as text and as a value.
    fn denied(globs: &[&str], arguments: &str) -> [bool; 2] {
        let policy = Policy { blocked_patterns: globs, max_file_size_mb: Some(1), ..Policy::NONE };
        let rules = Rules::compile(&[Tool { policy, ..Tool::new("run", Risk::Low) }], &Settings::default()).unwrap();
        let is_denied = |call: Call| {
            let now = Timestamp::from_millis(1_800_000_000_000);
            rules.decide(&mut Session::new(&rules), &[call], &Facts::default(), now) != Decision::Allowed
        };
        let tool = rules.tool("run").unwrap();
        let raw: &RawValue = serde_json::from_str(arguments).unwrap();
        let value: Value = serde_json::from_str(arguments).unwrap();
        let (mut of_raw, mut of_value) = (rules.call(tool), rules.call(tool));
        read_raw(raw, &mut of_raw).unwrap();
        read_value("", &value, &mut of_value);
        [is_denied(of_raw.finish()), is_denied(of_value.finish())]
    }

    #[test]
    fn reads_all_strings_and_nothing_else() {
        for (arguments, expected) in [
            (r#"{"path":"/a/x.key"}"#, true),
            (r#"{"path":"\u002fa\u002fx.key"}"#, true),
            (r#"{"a":[1,{"b":[null,"x.key"]}]}"#, true),
            (r#"["x.key"]"#, true),
            (r#""x.key""#, true),
            (r#"{"x.key":1}"#, false),
            (r#"{"a":[true,1,-1,1.5,1e400,18446744073709551616,null,{"b":{}}]}"#, false),
            ("{}", false),
        ] {
            if serde_json::from_str::<Value>(arguments).is_err() {
                // Without `arbitrary_precision` a value has no such numbers.
                continue;
            }
            assert_eq!(denied(&["*.key"], arguments), [expected; 2], "{arguments}");
        }
        assert_eq!(denied(&["1*"], r#"{"a":[12,1.5,-1]}"#), [false; 2]);
    }

    #[test]
    fn reads_long_strings_with_escapes() {
        let long = "a".repeat(40 << 10);
        for (arguments, expected) in [
            (format!(r#"{{"a":"\n{long}.key"}}"#), true),
            (format!(r#"{{"a":[1,"\n{long}","x.key"]}}"#), true),
            (format!(r#"{{"a":[-1.5,"\n{long}",{{"b":"{long}\u002ekey"}}]}}"#), true),
            (format!(r#"{{"a":[true,"\n{long}",{{"b":"{long}\u002ekeys"}}]}}"#), false),
            (format!(r#"{{"a":"\u0041{long}","b":"{long}\\x/../y.key"}}"#), true),
        ] {
            assert_eq!(denied(&["*.key"], &arguments), [expected; 2], "{}", arguments.get(..40).unwrap_or_default());
        }
    }

    #[test]
    fn knows_the_innermost_member_of_a_file() {
        let large = "A".repeat(1_400_000);
        for (arguments, expected) in [
            (format!(r#"{{"blob":"{large}"}}"#), true),
            (format!(r#"{{"\u0062lob":"{large}"}}"#), true),
            (format!(r#"{{"\u0062lob":"\n{large}"}}"#), true),
            (format!(r#"{{"text":"\n{large}"}}"#), false),
            (format!(r#"{{"text":"\nda\tta:;base64,{large}"}}"#), true),
            (format!(r#"{{"files":[{{"data":["{large}"]}}]}}"#), true),
            (format!(r#"{{"data":{{"text":"{large}"}}}}"#), false),
            (format!(r#"{{"text":"{large}"}}"#), false),
            (format!(r#"{{"text":"data:;base64,{large}"}}"#), true),
        ] {
            assert_eq!(denied(&[], &arguments), [expected; 2], "{}", arguments.get(..40).unwrap_or_default());
        }
    }
}
