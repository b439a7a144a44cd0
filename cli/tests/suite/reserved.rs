//! Checks that the prefixes in `mcp_scopes_model::markers` are those of the libraries in this build. An update that
//! renames a marker fails here. The tests build with the feature `raw_value`, as servers can.

use std::fmt;

use mcp_scopes_model::markers::is_private;
use mcp_scopes_prm::{Metadata, json::Json};
use serde::{
    Deserialize, Deserializer,
    de::{Visitor, value::Error},
    forward_to_deserialize_any,
};
use serde_json::{Value, value::RawValue};

/// A deserializer that returns the names that a type requests.
struct Names;

/// Returns the names in an error message.
fn names(of: &[&str]) -> Error {
    serde::de::Error::custom(of.join(" "))
}

impl<'de> Deserializer<'de> for Names {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(names(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(names(&[&[name], fields].concat()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, _: V) -> Result<V::Value, Error> {
        Err(names(&[name]))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

fn requested_names<T: for<'de> Deserialize<'de> + fmt::Debug>() -> Vec<String> {
    T::deserialize(Names).unwrap_err().to_string().split(' ').map(str::to_owned).collect()
}

#[test]
fn rejects_every_marker_of_the_libraries_in_this_build() {
    for (library, names, count) in [
        ("serde_json", requested_names::<Box<RawValue>>(), 1),
        ("toml_datetime", requested_names::<toml::value::Datetime>(), 2),
        ("serde_spanned", requested_names::<toml::Spanned<u8>>(), 4),
    ] {
        assert_eq!(names.len(), count, "{library}: {names:?}");
        for name in names {
            assert!(is_private(&name), "{library} reserves `{name}`");
        }
    }
    // The library looks for this key.
    let spanned = r#"{"__serde_saphyr_private_spanned": true, "value": 1, "referenced": {"line": 1, "column": 2},
        "defined": {"line": 3, "column": 4}}"#;
    assert_eq!(serde_json::from_str::<serde_saphyr::Spanned<u8>>(spanned).unwrap().value, 1);
    assert!(is_private("__serde_saphyr_private_spanned") && Json::parse(spanned).is_err());
}

/// The reason for the check: a generic reader takes the marker for the wrapped value.
#[test]
fn rejects_what_generic_readers_interpret() {
    let raw = r#"{"$serde_json::private::RawValue": "{\"resource\": \"https://b.example\"}"}"#;
    let read: Value = serde_json::from_str(raw).unwrap();
    assert_eq!(read["resource"], "https://b.example");
    let error = Json::parse(raw).unwrap_err();
    assert!(error.message().contains("reserved by a parsing library"), "{error}");
    let document = format!("{{\"resource\": \"https://a.example\", \"mcp_extensions\": {raw}}}");
    assert!(Metadata::from_json(document).is_err());

    // `mcp-scopes audit` reads lines with the same parser.
    let line = format!("{{\"timestamp\":\"2026-11-30T12:00:00Z\",\"mcp_scopes.decision\":{raw}}}");
    let read: Value = serde_json::from_str(&line).unwrap();
    assert!(read["mcp_scopes.decision"].is_object() && Json::parse(&line).is_err());

    let date = "a = { \"$__toml_private_datetime\" = \"1979-05-27\" }";
    assert!(toml::from_str::<toml::Value>(date).unwrap()["a"].is_datetime());
    assert!(mcp_scopes_grammar::limits::check(date).is_err());
}
