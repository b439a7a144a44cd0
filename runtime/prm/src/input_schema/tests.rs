use super::{MAX_DEPTH, parameters};
use crate::json::Json;

/// Returns the parameters on one line, with `?` after those that may be left out, or `unknown`.
fn read(schema: &str) -> String {
    let Some(found) = parameters(&Json::parse(schema).unwrap()) else { return "unknown".to_owned() };
    let mark = |(name, required): (String, bool)| if required { name } else { format!("{name}?") };
    found.into_iter().map(mark).collect::<Vec<_>>().join(" ")
}

/// Returns a schema with these definitions.
fn with_defs(schema: &str, defs: &str) -> String {
    format!(r#"{{{schema}, "$defs": {{{defs}}}}}"#)
}

const A: &str = r#""a": {"type": "object", "properties": {"a": true, "x": true}, "required": ["a", "x"]}"#;

#[test]
fn reads_the_keywords() {
    for (schema, found) in [
        ("true", ""),
        ("false", ""),
        ("{}", ""),
        ("7", ""),
        (r#"{"type": "string"}"#, ""),
        (r#"{"type": ["object", "null"], "properties": {"b": {}, "a": {}}, "required": ["b", "c"]}"#, "a? b"),
        (r#"{"properties": 7, "required": 7, "oneOf": 7, "anyOf": [], "allOf": {}, "$ref": 7}"#, ""),
        (
            r#"{"additionalProperties": {"properties": {"a": {}}}, "properties": {"b": {"properties": {"c": {}}}}}"#,
            "b?",
        ),
        (r#"{"allOf": [{"properties": {"a": {}}}, {"required": ["a"]}, {"properties": {"b": {}}}]}"#, "a b?"),
        (r#"{"properties": {"a": {}}, "allOf": [{"type": "string"}]}"#, ""),
    ] {
        assert_eq!(read(schema), found, "{schema}");
    }
}

#[test]
fn joins_alternatives() {
    let object = |names: &str| {
        let properties: Vec<String> = names.split(' ').map(|name| format!(r#""{name}": true"#)).collect();
        let required: Vec<String> = names.split(' ').map(|name| format!(r#""{name}""#)).collect();
        format!(r#"{{"properties": {{{}}}, "required": [{}]}}"#, properties.join(", "), required.join(", "))
    };
    for (alternatives, found) in [
        (vec![object("tag a"), object("tag b")], "a? b? tag"),
        (vec![object("tag a"), "{}".to_owned()], "a? tag?"),
        (vec![object("tag a"), r#"{"type": "null"}"#.to_owned()], "a tag"),
        (vec![object("a"), r#"{"type": "string", "const": "b"}"#.to_owned()], "a"),
        (vec![object("a"), r#"{"const": "b"}"#.to_owned(), r#"{"enum": ["b", "c"]}"#.to_owned()], "a"),
        (vec![object("a"), r#"{"enum": ["b", {}]}"#.to_owned()], "a?"),
        (vec![object("a"), "false".to_owned()], "a"),
        (vec![r#"{"type": "array"}"#.to_owned()], ""),
    ] {
        for keyword in ["oneOf", "anyOf"] {
            let schema = format!(r#"{{"{keyword}": [{}]}}"#, alternatives.join(", "));
            assert_eq!(read(&schema), found, "{schema}");
        }
    }
    let both = format!(
        r#"{{"properties": {{"own": true}}, "oneOf": [{}, {}], "anyOf": [{}, {{}}]}}"#,
        object("x a"),
        object("x b"),
        object("y")
    );
    assert_eq!(read(&both), "a? b? own? x y?");
}

#[test]
fn follows_local_references() {
    for (schema, defs, found) in [
        (r##""$ref": "#/$defs/a""##, A, "a x"),
        (r##""$ref": "#/$defs/a", "properties": {"own": {}}"##, A, "a own? x"),
        (r##""oneOf": [{"$ref": "#/$defs/a"}, {"properties": {"x": {}}, "required": ["x"]}]"##, A, "a? x"),
        (r##""anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]"##, A, "a x"),
        (r##""$ref": "#/$defs/a~1b~0c%20d""##, r#""a/b~c d": {"properties": {"p": {}}}"#, "p?"),
        (r##""$ref": "#/$defs/list/0""##, r#""list": [{"properties": {"p": {}}}]"#, "p?"),
        (r##""$ref": "#/$defs/gone""##, A, "unknown"),
        (r##""$ref": "#/$defs/%zz""##, A, "unknown"),
        (r##""$ref": "#anchor""##, A, "unknown"),
        (r#""$ref": "https://example.com/schema""#, A, "unknown"),
        // Only the arguments themselves matter.
        (r##""properties": {"p": {"$ref": "#/$defs/gone"}}"##, A, "p?"),
    ] {
        assert_eq!(read(&with_defs(schema, defs)), found, "{schema}");
    }
}

#[test]
fn recursive_schemas_add_nothing_to_themselves() {
    for (schema, defs, found) in [
        (r##""properties": {"a": {}}, "required": ["a"], "anyOf": [{"$ref": "#"}]"##, "", "a"),
        (r##""$ref": "#""##, "", ""),
        (
            r##""$ref": "#/$defs/a""##,
            r##""a": {"anyOf": [{"$ref": "#/$defs/a", "title": "A"}, {"properties": {"x": {}}, "required": ["x"]}]}"##,
            "x",
        ),
        (r##""$ref": "#/$defs/a""##, r##""a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}"##, ""),
        (
            r##""$ref": "#/$defs/a""##,
            r##""a": {"oneOf": [{"$ref": "#/$defs/a"}, {"properties": {"x": {}}, "required": ["x"]}]}"##,
            "x",
        ),
        (
            r##""allOf": [{"$ref": "#/$defs/a"}]"##,
            r##""a": {"properties": {"x": {}}, "allOf": [{"$ref": "#/$defs/a"}, {"required": ["x"]}]}"##,
            "x",
        ),
    ] {
        assert_eq!(read(&with_defs(schema, defs)), found, "{schema}");
    }
}

#[test]
fn limits_the_work_of_a_schema() {
    // Each definition names the next one twice: 2^40 subschemas.
    let fan = |count: usize| {
        let each = |at: usize| {
            let next = format!(r##"{{"$ref": "#/$defs/{}"}}"##, at + 1);
            format!(r#""{at}": {{"allOf": [{next}, {next}]}}"#)
        };
        let defs: Vec<String> = (0..count).map(each).collect();
        with_defs(
            r##""$ref": "#/$defs/0""##,
            &format!(r#"{}, "{count}": {{"properties": {{"p": {{}}}}}}"#, defs.join(", ")),
        )
    };
    assert_eq!(read(&fan(4)), "p?");
    assert_eq!(read(&fan(40)), "unknown");
    // A chain is longer than the stack is deep.
    let chain = |count: usize| {
        let defs: Vec<String> = (0..count).map(|at| format!(r##""{at}": {{"$ref": "#/$defs/{}"}}"##, at + 1)).collect();
        with_defs(
            r##""$ref": "#/$defs/0""##,
            &format!(r#"{}, "{count}": {{"properties": {{"p": {{}}}}}}"#, defs.join(", ")),
        )
    };
    assert_eq!(read(&chain(MAX_DEPTH - 2)), "p?");
    assert_eq!(read(&chain(100_000)), "unknown");
}
