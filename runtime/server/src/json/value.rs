//! Parses a text as `serde_json::Value`, once and strictly.
//!
//! The `Deserialize` of `Value` keeps the last of two duplicate members and obeys private names.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Fault, Walk};

/// Parses a JSON object.
///
/// # Errors
/// The text is not a JSON object, or a rule of [`json`](super) rejects it.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, Fault> {
    let mut walk = Walk::new(text, 0);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Build(&mut walk).deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Fault::Syntax),
        Err(_) => Err(walk.fault()),
    }
}

/// Builds the value at one place.
struct Build<'w, 'b>(&'w mut Walk<'b>);

impl<'b> DeserializeSeed<'b> for Build<'_, 'b> {
    type Value = Value;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Build<'_, 'b> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut elements: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut found = Vec::new();
        while let Some(element) = elements.next_element_seed(Build(self.0))? {
            found.push(element);
        }
        self.0.leave();
        Ok(Value::Array(found))
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = self.0.enter_object()?;
        let mut found = Map::new();
        while let Some(key) = self.0.next_key(&mut object, &mut map)? {
            if self.0.is_number(&key) {
                let digits: String = map.next_value()?;
                self.0.leave();
                return digits.parse::<Number>().map(Value::Number).map_err(A::Error::custom);
            }
            let value = map.next_value_seed(Build(self.0))?;
            found.insert(key.into_owned(), value);
        }
        Ok(Value::Object(found))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::MAX_DEPTH, Fault, object};

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            "{}",
            r#" {"a":[1,-2,3.5,1e3,18446744073709551615,null,true,false,"x\u00e4\n",{"b":{}},[]]} "#,
            r#"{"exp":1e999999}"#,
            r#"{"\ud83d\ude00":"\ud83d\ude00"}"#,
        ] {
            let theirs = serde_json::from_str(text).ok();
            assert_eq!(object(text).ok(), theirs, "{text}");
        }
    }

    #[test]
    fn rejects_texts_that_parsers_read_differently() {
        for (text, fault) in [
            (r#"{"a":1,"a":1}"#, Fault::Duplicate),
            (r#"{"a":1,"\u0061":1}"#, Fault::Duplicate),
            (r#"{"a":[{"b":{"c":1,"c":2}}]}"#, Fault::Duplicate),
            (r#"{"$serde_json::private::RawValue":"{}"}"#, Fault::Reserved),
            (r#"{"a":[{"\u0024serde_json::private::RawValue":"1"}]}"#, Fault::Reserved),
            (r#"{"$serde_json::private::Number":"1"}"#, Fault::Reserved),
            (r#"{"a":1} {}"#, Fault::Syntax),
            ("[]", Fault::Syntax),
            ("1", Fault::Syntax),
            ("", Fault::Syntax),
            ("\u{feff}{}", Fault::Syntax),
            (r#"{"a":"\ud800"}"#, Fault::Syntax),
        ] {
            assert_eq!(object(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn limits_nesting_on_a_small_stack() {
        let nested = |depth: usize, open: &str, close: &str| {
            format!("{{\"a\":{}1{}}}", open.repeat(depth - 1), close.repeat(depth - 1))
        };
        let read = move || {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                assert!(object(&nested(MAX_DEPTH, open, close)).is_ok(), "{open}");
                for depth in [MAX_DEPTH + 1, 100_000] {
                    assert_eq!(object(&nested(depth, open, close)), Err(Fault::TooDeep), "{open} {depth}");
                }
            }
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(read).unwrap().join().unwrap();
    }
}
