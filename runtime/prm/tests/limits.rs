//! Limits on texts: nesting depth, reserved names, memory and time.
#![expect(clippy::expect_used, reason = "shared test steps may panic")]

use std::{
    thread,
    time::{Duration, Instant},
};

use mcp_scopes_model::markers::PREFIXES;
use mcp_scopes_prm::{
    Document, Draft, ErrorKind, Metadata, ViolationKind,
    json::{Json, MAX_DEPTH, MAX_VALUES},
};

/// Runs on a stack of 2 MiB, the default of threads. An overflow aborts the test run.
fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(test).expect("a thread");
    thread.join().expect("the thread ends");
}

/// Values that nest `depth` levels.
fn shapes(depth: usize) -> [(&'static str, String); 4] {
    let (half, odd) = (depth / 2, depth % 2);
    let inner = "[".repeat(odd) + &"]".repeat(odd);
    let inner = if odd == 0 { "0" } else { &inner };
    [
        ("arrays", "[".repeat(depth) + &"]".repeat(depth)),
        ("objects", "{\"a\":".repeat(depth - 1) + "{}" + &"}".repeat(depth - 1)),
        ("arrays and objects", "[{\"a\":".repeat(half) + inner + &"}]".repeat(half)),
        ("with siblings", "[0,{\"a\":\"\",\"b\":".repeat(half) + inner + &",\"c\":null},true]".repeat(half)),
    ]
}

/// A document with a member of that value.
fn document(value: &str) -> String {
    format!("{{\"resource\":\"https://h\",\"x\":{value}}}")
}

#[test]
fn accepts_the_deepest_value_and_rejects_the_next() {
    on_small_stack(|| {
        for (shape, text) in shapes(MAX_DEPTH) {
            let value = Json::parse(&text).expect(shape);
            let located = Json::locate(&text).expect(shape);
            assert_eq!((&value, located.duplicates.len()), (&located.json, 0), "{shape}");
            assert_eq!(value.to_string(), text, "{shape}");
            assert_eq!(Json::parse(&value.pretty()).expect(shape), value, "{shape}");
            assert!(format!("{value:#?}").len() > MAX_DEPTH, "{shape}");
            assert_eq!(serde_json::to_string(&value).expect(shape), text, "{shape}");
            assert_eq!(serde_json::to_value(&value).expect(shape).to_string().len(), text.len(), "{shape}");
            let pointer = if shape == "objects" { "/a".repeat(MAX_DEPTH - 1) } else { "/0".repeat(MAX_DEPTH - 1) };
            assert!(located.places.nearest(&value, &pointer).is_some(), "{shape}");
            drop((value.clone(), value, located.clone(), located));
        }
        for (shape, text) in shapes(MAX_DEPTH + 1) {
            for error in [Json::parse(&text).expect_err(shape), Json::locate(&text).expect_err(shape)] {
                assert!(error.message().contains("nested deeper than 128 levels"), "{shape}: {error}");
            }
        }
    });
}

#[test]
fn accepts_the_deepest_document_and_rejects_the_next() {
    on_small_stack(|| {
        for (shape, value) in shapes(MAX_DEPTH - 1) {
            let metadata = Metadata::from_json(document(&value)).expect(shape);
            let draft = Draft::read(&document(&value)).expect(shape);
            assert_eq!((draft.violations.len(), draft.unknown_members().len()), (0, 1), "{shape}");
            assert_eq!(Metadata::from_json(metadata.to_json_pretty()).expect(shape), metadata, "{shape}");
            assert_eq!(Metadata::new(metadata.clone().into_document()).expect(shape), metadata, "{shape}");
            assert_eq!(serde_json::to_string(&metadata).expect(shape), document(&value), "{shape}");
            drop((metadata.clone(), metadata, draft.clone(), draft));
        }
        for (shape, value) in shapes(MAX_DEPTH) {
            let error = Metadata::from_json(document(&value)).expect_err(shape);
            assert_eq!(error.kind(), ErrorKind::Syntax, "{shape}");
            assert!(error.to_string().contains("nested deeper than 128 levels"), "{shape}: {error}");
            assert!(Draft::read(&document(&value)).is_err(), "{shape}");
        }
    });
}

/// A recursive schema makes the validator descend as deep as the document.
#[test]
fn validates_the_deepest_document() {
    let recursive = serde_json::json!({"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"}});
    let recursive = jsonschema::draft202012::new(&recursive).expect("a schema");
    on_small_stack(move || {
        for (shape, value) in shapes(MAX_DEPTH - 1) {
            let metadata = Metadata::from_json(document(&value)).expect(shape);
            let value = serde_json::to_value(&metadata).expect(shape);
            assert!(recursive.is_valid(&value), "{shape}");
            assert_eq!(recursive.iter_errors(&value).count(), 0, "{shape}");
        }
    });
}

#[test]
fn rejects_deeply_nested_texts() {
    on_small_stack(|| {
        for depth in [1_000, 100_000] {
            for (shape, text) in shapes(depth) {
                assert!(Json::parse(&text).is_err() && Json::locate(&text).is_err(), "{shape}");
            }
            for open in ["[", "{\"a\":", "[0,", "{\"a\":0,\"b\":", "[{\"a\":["] {
                let text = open.repeat(depth);
                assert!(Metadata::from_json(&text).is_err() && Draft::read(&text).is_err(), "{open}");
            }
        }
    });
}

/// All JSON spellings of the names.
fn reserved() -> Vec<(&'static str, String)> {
    let mut spellings = Vec::new();
    for prefix in PREFIXES {
        let name = format!("{prefix}RawValue");
        let escape = |character: char| format!("\\u{:04x}", u32::from(character));
        let (first, rest) = name.split_at(1);
        let head: String = first.chars().map(escape).collect();
        let head = head + rest;
        let all: String = name.chars().map(escape).collect();
        spellings.extend([prefix.to_owned(), name, head, all].map(|spelling| (prefix, spelling)));
    }
    spellings
}

#[test]
fn rejects_reserved_names_in_every_spelling_and_place() {
    for (prefix, name) in reserved() {
        for (before, after) in [
            ("{", ": \"[]\"}"),
            ("{\"resource\": \"https://h\", ", ": \"[]\"}"),
            ("{\"resource\": \"https://h\", \"x\": [[{\"y\": {", ": null}}]]}"),
            ("{\"resource\": \"https://h\", \"mcp_extensions\": {", ": 1}}"),
            ("{\"resource\": \"https://h\", \"mcp_extensions\": {\"tool_scope_mapping\": {", ": {}}}}"),
            ("{\"resource\": \"https://h\", \"mcp_extensions\": {\"scope_hierarchy\": {", ": [\"a\"]}}}"),
            ("{\"resource\": \"https://h\", \"mcp_extensions\": {\"scope_upgrade_flows\": {", ": [\"a\"]}}}"),
            // A duplicate of the reserved name is not read either.
            ("{\"resource\": \"https://h\", \"x\": {\"a\": 1, \"a\": {", ": []}}}"),
        ] {
            let text = format!("{before}\"{name}\"{after}");
            let mut errors = vec![Json::locate(&text).expect_err(&text), Draft::read(&text).expect_err(&text)];
            if !before.contains("\"a\": 1") {
                errors.push(Json::parse(&text).expect_err(&text));
                let error = Metadata::from_json(&text).expect_err(&text);
                assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
                errors.push(error.syntax().expect("a position").clone());
            }
            for error in errors {
                let wanted = format!("member names that begin with `{prefix}` are reserved by a parsing library");
                assert!(error.message().starts_with(&wanted), "{error}");
                assert_eq!((error.line(), error.column()), (1, before.len() + 1), "{text}");
            }
        }
        // Values are not checked.
        Metadata::from_json(document(&format!("[\"{name}\"]"))).expect("is a value");
    }
}

/// With the feature `raw_value`, the text of each value would become part of the document at a fresh recursion limit.
#[test]
fn rejects_nested_raw_values() {
    on_small_stack(|| {
        let mut text = "[]".to_owned();
        for _ in 0..6 {
            let name = "$serde_json::private::RawValue";
            let raw = serde_json::to_string(&text).expect("text");
            text = "[".repeat(100) + &format!("{{\"{name}\":{raw}}}") + &"]".repeat(100);
        }
        let error = Metadata::from_json(document(&text)).expect_err("a marker");
        assert!(error.to_string().contains("reserved by a parsing library"), "{error}");
    });
}

#[test]
fn rejects_reserved_names_in_signed_metadata() {
    // {"alg":"ES256","$serde_json::private::RawValue":"1"} and {"iss":"https://h"}
    let (header, claims) =
        ("eyJhbGciOiJFUzI1NiIsIiRzZXJkZV9qc29uOjpwcml2YXRlOjpSYXdWYWx1ZSI6IjEifQ", "eyJpc3MiOiJodHRwczovL2gifQ");
    for token in [format!("{header}.{claims}.c2ln"), format!("eyJhbGciOiJFUzI1NiJ9.{header}.c2ln")] {
        let text = format!("{{\"resource\":\"https://h\",\"signed_metadata\":\"{token}\"}}");
        let error = Metadata::from_json(text).expect_err("a marker");
        assert_eq!(error.violations()[0].kind, ViolationKind::SignedMetadata);
        assert!(error.to_string().contains("reserved by a parsing library"), "{error}");
    }
}

#[test]
fn rejects_building_unreadable_documents() {
    let sound = Metadata::from_json(r#"{"resource": "https://h"}"#).expect("is valid").into_document();
    let with = |name: &str, value: Json| {
        let mut document: Document = sound.clone();
        document.other.insert(name.to_owned(), value);
        Metadata::new(document)
    };
    let nested = |depth: usize| (0..depth).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
    let object = |name: &str| Json::Object([(name.to_owned(), Json::Null)].into_iter().collect());
    with("x", nested(MAX_DEPTH - 1)).expect("as deep as can be read");
    for (name, value, pointer) in [
        ("$serde_json::private::RawValue", Json::Null, "/$serde_json::private::RawValue"),
        ("x", Json::Array(vec![Json::Null, object("$__toml_private_datetime")]), "/x/1/$__toml_private_datetime"),
        ("x", nested(MAX_DEPTH), &*format!("/x{}", "/0".repeat(MAX_DEPTH - 1))),
    ] {
        let error = with(name, value).expect_err(pointer);
        let found: Vec<_> = error.violations().iter().map(|one| (one.kind, one.pointer.as_str())).collect();
        assert_eq!(found, [(ViolationKind::Unreadable, pointer)]);
    }
}

/// Elements with about that total length.
fn elements(piece: &str, len: usize) -> String {
    vec![piece; len / (piece.len() + 1)].join(",")
}

/// Members with different names, with at most that total length.
fn members(value: &str, len: usize) -> String {
    let members = (0..len / (value.len() + 8)).map(|number| format!("\"{number:x}\":{value}"));
    members.collect::<Vec<_>>().join(",")
}

/// Texts of about that length, each with different contents.
fn hostile(len: usize) -> Vec<(&'static str, String)> {
    let repeated = |piece| elements(piece, len);
    let numbered = |value| members(value, len);
    let tools = "{\"resource\":\"https://h\",\"mcp_extensions\":{\"tool_scope_mapping\":{\"a\":{\"required_scopes\":[";
    let flows = "{\"resource\":\"https://h\",\"mcp_extensions\":{\"scope_upgrade_flows\":{";
    vec![
        ("numbers", format!("[{}]", repeated("0"))),
        ("empty arrays", format!("[{}]", repeated("[]"))),
        ("empty objects", format!("[{}]", repeated("{}"))),
        ("empty strings", format!("[{}]", repeated("\"\""))),
        ("arrays of one", format!("[{}]", repeated("[0]"))),
        ("objects of one", format!("[{}]", repeated("{\"\":0}"))),
        ("distinct keys", format!("{{{}}}", numbered("0"))),
        ("distinct keys with arrays", format!("{{{}}}", numbered("[]"))),
        ("one key", format!("{{{}}}", repeated("\"\":0"))),
        ("empty alternatives", format!("{tools}{}]}}}}}}}}", repeated("[]"))),
        ("empty flows", format!("{flows}{}}}}}}}", numbered("[]"))),
        ("bad scopes", format!("{{\"resource\":\"https://h\",\"scopes_supported\":[{}]}}", repeated("\" \""))),
    ]
}

#[test]
fn uses_memory_and_time_linear_in_the_text() {
    const LEN: usize = 256 << 10;
    for (shape, text) in hostile(LEN) {
        let start = Instant::now();
        let parse = allocation_counter::measure(|| drop(Json::parse(&text))).bytes_max;
        let draft = allocation_counter::measure(|| drop(Draft::read(&text))).bytes_max;
        let each = |bytes: u64| bytes / text.len() as u64;
        println!("{shape}: parse {}, draft {} bytes for each, {:?}", each(parse), each(draft), start.elapsed());
        assert!(each(parse) <= 100, "{shape}: {} bytes for each", each(parse));
        assert!(each(draft) <= 400, "{shape}: {} bytes for each", each(draft));
        // Quadratic behavior would take minutes.
        assert!(start.elapsed() < Duration::from_secs(30), "{shape}: {:?}", start.elapsed());
    }
}

#[test]
fn rejects_too_many_values() {
    let array = |values: usize| format!("[{}]", vec!["0"; values - 1].join(","));
    assert!(Json::parse(&array(MAX_VALUES)).is_ok());
    let text = array(MAX_VALUES + 1);
    for error in [Json::parse(&text).expect_err("too many"), Json::locate(&text).expect_err("too many")] {
        assert_eq!(error.message(), "contains more than 1048576 values");
    }
    // The shapes with the highest cost per value.
    let objects = format!("[{}]", elements("{\"\":0}", 5 << 20));
    let keys = format!("{{{}}}", members("0", 10 << 20));
    for (shape, text) in [("objects of one", objects), ("distinct keys", keys)] {
        let used = allocation_counter::measure(|| drop(Json::locate(&text))).bytes_max;
        println!("{shape}: {} MiB", used >> 20);
        assert!(used < 512 << 20, "{shape}: {} MiB", used >> 20);
    }
}
