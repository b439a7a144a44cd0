//! The parameters that are fields of a type. `tests/fixtures/shapes` compares the same shapes with the compiled table.

use mcp_scopes_scan::{Level, Report};

use crate::support::{Package, manifest};

const TYPES: &str = "use std::sync::Arc; use schemars::JsonSchema; use std::borrow::Cow;
type Alias<T> = Option<T>;
type Same<T> = T;
#[derive(JsonSchema)] #[serde(transparent)] struct Whole(u8);
#[derive(JsonSchema)] #[serde(transparent)] struct Maybe(Box<Alias<u8>>);
/// Described.
#[derive(JsonSchema)] #[serde(transparent)] struct Described(Option<u8>);
#[derive(JsonSchema)] #[serde(transparent)] struct Two { #[serde(skip)] b: u8, a: Option<u8> }
#[derive(JsonSchema)] struct Args { b: Box<Option<u8>>, a: String, c: Option<Maybe> }
#[derive(JsonSchema)] struct Page<T> { #[serde(flatten)] inner: T, page: Option<u8> }
#[derive(JsonSchema)] enum Choice { A { a: u8 } }
struct Hand { a: u8 }
mod own { #[derive(schemars::JsonSchema)] pub struct Option<T>(T); }
";

/// Scans a tool whose parameters are the fields of that type.
fn scan(types: &str, ty: &str) -> (Package, Report) {
    let main = format!(
        "use mcp_scopes::{{mcp_tool, scope_table}};\n{TYPES}{types}
        #[mcp_tool(risk = \"low\")] fn tool(arguments: Parameters<{ty}>) {{}}
        scope_table! {{ static TOOLS = [tool] with \"mcp-scopes.toml\"; }}"
    );
    let toml = manifest("demo", "serde = \"1\"\nserde_json = \"1\"\n");
    let package = Package::new(&[("src/main.rs", &main), ("Cargo.toml", &toml)]);
    let report = package.run();
    (package, report)
}

/// Returns the parameters, with `?` after those that may be left out, or the reason why they are not known.
fn read(types: &str, ty: &str) -> String {
    let (_, report) = scan(types, ty);
    let facts = &report.inventories[0].tools[0].facts;
    let Some(parameters) = &facts.parameters else {
        let [finding] = &*report.findings else { panic!("{:#?}", report.findings) };
        assert_eq!((finding.rule, finding.level), ("unknown-parameters", Level::Warning));
        assert!(finding.help.starts_with("state them: `parameters("), "{}", finding.help);
        return finding.message.split_once(": ").unwrap().1.to_owned();
    };
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    let mark = |required| if required { "" } else { "?" };
    let shown = parameters.iter().map(|parameter| format!("{}{}", parameter.name, mark(parameter.required)));
    shown.collect::<Vec<_>>().join(" ")
}

fn fields(fields: &str) -> String {
    read(&format!("#[derive(JsonSchema)] struct Arguments {{ {fields} }}"), "Arguments")
}

#[test]
fn reads_names_and_options() {
    let all = "file_name: String, #[serde(rename = \"a\")] z: u8, #[serde(default)] depth: u8, #[serde(skip)] cache: u8, \
               #[cfg(test)] never: u8, limit: Option<u8>, \
               #[serde(rename = \"s\")] #[schemars(rename = \"own\")] both: u8, r#type: String";
    let camel = format!(
        "#[derive(serde::Deserialize, JsonSchema)] #[serde(rename_all = \"camelCase\")] struct Arguments {{ {all} }}"
    );
    assert_eq!(read(&camel, "Arguments"), "a depth? fileName limit? own type");
    assert_eq!(read("", "Args"), "a b? c?");
    assert_eq!(read("", "Page<Args>"), "a b? c? page?");
    assert_eq!(read("", "Vec<u8>"), "");
    assert_eq!(read("", "()"), "");
}

#[test]
fn options_are_seen_through_what_holds_them() {
    let optional = "a: Option<u8>, b: std::option::Option<u8>, c: &'static Option<u8>, d: Box<Arc<Option<u8>>>, \
                    e: Alias<u8>, f: Box<crate::Alias<u8>>, g: Cow<'static, Option<u8>>, h: Maybe, i: Two, \
                    j: Same<Option<u8>>";
    assert_eq!(fields(optional), "a? b? c? d? e? f? g? h? i? j?");
    let others = "a: Vec<Option<u8>>, b: own::Option<u8>, c: Whole, d: Box<u8>, e: (Option<u8>,), f: foreign::Thing, \
                  g: Described, h: Same<u8>, i: [Option<u8>; 2], j: <u8 as Trait>::Option";
    assert_eq!(fields(others), "a b c d e f g h i j");
}

#[test]
fn sees_through_imports_under_other_names() {
    let types = "use std::{option::Option as Maybe2, collections::HashMap as Table}; use serde_json as json;
        mod prelude { pub use std::boxed::Box as Held; pub use serde_json::{Map as Members, Value as Any}; }
        use prelude::*; use prelude::Members as Rest;
        #[derive(JsonSchema)] struct Arguments {
            a: Maybe2<u8>, b: Held<Option<u8>>, c: prelude::Held<Maybe2<u8>>,
            #[serde(flatten)] d: Table<String, u8>, #[serde(flatten)] e: Rest<String, Any>,
            #[serde(flatten)] f: json::Map<String, json::Value>,
        }";
    assert_eq!(read(types, "Arguments"), "a? b? c?");
}

#[test]
fn reports_what_only_the_compiler_knows() {
    let flat = |of: &str| fields(&format!("a: u8, #[serde(flatten)] rest: {of}"));
    let unknown = [
        (read("", "Hand"), "`Hand` does not derive `JsonSchema`, so its schema is written by hand"),
        (read("", "Gone"), "`Gone` is not found"),
        (read("", "serde::Value"), "`serde :: Value` comes from the package `serde`, whose source was not found"),
        (
            flat("Hand"),
            "`rest` is flattened, and `Hand` does not derive `JsonSchema`, so its schema is written by hand",
        ),
        (flat("Page<Gone>"), "`rest` is flattened, and `inner` is flattened, and `Gone` is not found"),
        (flat("<u8 as Trait>::Type"), "`rest` is flattened, and `< u8 as Trait > :: Type` is not a path to a type"),
        (fields("#[serde(flatten)] #[schemars(schema_with = \"f\")] a: u8"), "`a` is flattened and has `schema_with`"),
        // An alias of a package without source cannot be told from a struct, except by its name.
        (
            fields("a: serde::OptionalText"),
            "whether the field `a` may be left out is not known: `serde :: OptionalText` comes from the package `serde`, whose source was \
             not found, and it may be an alias of `Option`",
        ),
        (
            fields("a: Box<serde::Maybe<u8>>"),
            "whether the field `a` may be left out is not known: `serde :: Maybe < u8 >` comes from the package `serde`, whose source was \
             not found, and it may be an alias of `Option`",
        ),
        (fields("#[cfg(loom)] a: u8"), "whether `a` is compiled depends on `loom`"),
        (fields("#[cfg_attr(loom, serde(rename = \"b\"))] a: u8"), "whether `a` is compiled depends on `loom`"),
        (
            read("#[derive(JsonSchema)] #[serde(rename_all = \"x\")] struct A { b: u8 }", "A"),
            "`rename_all = \"x\"` is not a rule of serde",
        ),
        (
            read("#[derive(JsonSchema)] #[serde(rename_all = \"x\", tag = \"t\")] enum A { B }", "A"),
            "`rename_all = \"x\"` is not a rule of serde",
        ),
        (read("#[derive(JsonSchema)] #[schemars(transform = f)] struct A { b: u8 }", "A"), "`A` has `transform`"),
        (
            read("#[derive(JsonSchema)] #[schemars(extend(\"properties\" = {}))] struct A { b: u8 }", "A"),
            "`A` has `extend(\"properties\")`",
        ),
        (
            read("#[derive(JsonSchema)] #[schemars(schema_with = \"f\")] struct A { b: u8 }", "A"),
            "`A` has `schema_with`",
        ),
        (read("#[derive(JsonSchema)] struct A { #[serde(flatten)] a: Box<A> }", "A"), "its type is nested too deep"),
    ];
    for (found, why) in unknown {
        // Recursion repeats the same words.
        assert!(found == why || why.contains("too deep") && found.ends_with("it is nested too deep"), "{found}\n{why}");
    }
}

/// Each alias names the one before twice: 2^40 types.
#[test]
fn limits_the_work_of_a_type() {
    let doubled = |of: &str, derive: &str| {
        let each = |at: usize| format!("type A{}<T> = A{at}<A{at}<T>>;\n", at + 1);
        let aliases: String = (0..40).map(each).collect();
        format!("#[derive(JsonSchema)] {derive} {of}\ntype A0<T> = D<T, T>;\n{aliases}")
    };
    let flat = doubled("struct D<T, U> { #[serde(flatten)] a: T, #[serde(flatten)] b: U }", "");
    let untagged = doubled("enum D<T, U> { A(T), B(U) }", "#[serde(untagged)]");
    for types in [flat, untagged] {
        let found = read(&types, "A40<Args>");
        assert!(["too deep", "too many types", "too large"].iter().any(|why| found.ends_with(why)), "{found}");
    }
    // Few levels are within the limits.
    let few = doubled("struct D<T, U> { #[serde(flatten)] a: T, #[serde(flatten)] b: U }", "");
    assert_eq!(read(&few, "A2<Args>"), "a b? c?");
}

/// No access depends on the names of parameters, so the document is still made.
#[test]
fn publishes_a_document_without_unknown_parameters() {
    let (package, report) = scan("", "Hand");
    assert!(!report.has_errors());
    let export = package.export().unwrap();
    let tool = &export.metadata.mcp_extensions().unwrap().tool_scope_mapping["tool"];
    assert_eq!((&tool.parameters, tool.parameters_unknown), (&None, Some(true)));
    assert!(tool.required_parameters.is_empty());
    assert!(export.json().contains("\"parameters_unknown\": true"), "{}", export.json());
    let (package, _) = scan("", "Args");
    assert!(!package.export().unwrap().json().contains("parameters_unknown"));
}
