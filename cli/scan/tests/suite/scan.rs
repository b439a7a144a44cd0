//! The results of a scan, and the paths by which a table refers to its tools.

use mcp_scopes_scan::{ErrorKind, inventory::Brings};

use crate::support::{Package, manifest, tools};

const TABLE: &str = "scope_table! { static TOOLS = [LIST] with \"mcp-scopes.toml\"; }";

fn table(list: &str) -> String {
    TABLE.replace("LIST", list)
}

fn tool(name: &str) -> String {
    format!("/// Do it\n#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn {name}() {{}}\n")
}

#[test]
fn resolves_entries_by_every_kind_of_path() {
    let main = [
        "mod a; mod b; use a::deep; use b::{self as other, Server as S}; type Alias = b::Server;\n",
        &tool("here"),
        &table(
            "here, self::second, crate::a::one, deep::two, super_::up, a::globbed, other::lone, S::read, S::admin::*, \
             Alias::write, inline::*",
        ),
        &tool("second"),
        "mod super_ { pub use super::up::*; }\nmod up { ",
        &tool("up"),
        "}\n#[mcp_scopes::mcp_tools] mod inline { ",
        &tool("in_one"),
        &tool("in_two"),
        "}\n",
    ]
    .concat();
    let a = ["pub mod deep;\npub use hidden::*;\nmod hidden;\n", &tool("one")].concat();
    let b = [
        &tool("lone"),
        "pub struct Server;\nimpl Server {\n",
        &tool("read"),
        &tool("write"),
        "}\n#[mcp_scopes::mcp_tools(group = admin)]\nimpl Server {\n",
        &tool("ban"),
        &tool("pardon"),
        "}\n",
    ]
    .concat();
    let package = Package::new(&[
        ("src/main.rs", &main),
        ("src/a.rs", &a),
        ("src/a/deep.rs", &tool("two")),
        ("src/a/hidden.rs", &tool("globbed")),
        ("src/b/mod.rs", &b),
    ]);
    let expected =
        ["here", "second", "one", "two", "up", "globbed", "lone", "read", "ban", "pardon", "write", "in_one", "in_two"];
    assert_eq!(package.tools(), expected);
}

#[test]
fn rejects_an_imported_function_as_an_entry() {
    let main = ["mod a; use a::one;\n", &table("one")].concat();
    let package = Package::new(&[("src/main.rs", &main), ("src/a.rs", &tool("one"))]);
    assert_eq!(package.findings(), ["unresolved-entry src/main.rs:2:32"]);
    let help = &package.run().findings[0].help;
    assert!(help.contains("by the path of its module"), "{help}");
}

#[test]
fn reports_unresolved_entries_at_the_entry() {
    for (list, message) in [
        ("nothing", "`nothing` is not found"),
        ("plain", "`plain` carries no `#[mcp_tool]`"),
        ("Type::plain", "`Type::plain` carries no `#[mcp_tool]`"),
        ("Type::*", "`Type::*` is not a group"),
        ("m::*", "`m::*` is not a group"),
        ("..m::TOOLS", "`m::TOOLS` is not found"),
        ("..TOOLS", "`..TOOLS` splices the table into itself"),
        ("serde::thing", "`serde::thing` comes from the package `serde`"),
        ("..serde::TOOLS", "`serde::TOOLS` comes from the package `serde`"),
    ] {
        let main = [&table(list), "\nfn plain() {}\nstruct Type; impl Type { fn plain() {} }\nmod m {}\n"].concat();
        let toml = manifest("demo", "serde = \"1\"\n");
        let package = Package::new(&[("src/main.rs", &main), ("Cargo.toml", &toml)]);
        let report = package.run();
        assert_eq!(report.findings.len(), 1, "{list}: {:#?}", report.findings);
        let finding = &report.findings[0];
        assert!(finding.message.starts_with(message), "{}", finding.message);
        assert_eq!(finding.place.as_ref().unwrap().start.column, 32, "{finding:?}");
        assert!(!finding.help.is_empty());
        assert_eq!(package.export().unwrap_err().kind(), ErrorKind::Findings);
    }
}

#[test]
fn recognizes_attributes_by_their_import() {
    for (import, attribute, found) in [
        ("use mcp_scopes::mcp_tool;", "mcp_tool", true),
        ("use mcp_scopes::mcp_tool as t;", "t", true),
        ("use mcp_scopes as m;", "m::mcp_tool", true),
        ("use mcp_scopes::*;", "mcp_tool", true),
        ("use crate::prelude::*;", "mcp_tool", true),
        ("", "mcp_scopes::mcp_tool", true),
        ("", "::mcp_scopes::mcp_tool", true),
        ("use rust_mcp_sdk::macros::mcp_tool;", "mcp_tool", false),
        ("", "rust_mcp_sdk::macros::mcp_tool", false),
        ("use mcp_scopes::mcp_tool as t;", "other", false),
    ] {
        let main = format!(
            "{import}\nmod prelude {{ pub use mcp_scopes::mcp_tool; }}\n#[{attribute}(risk = \"low\")]\nfn f() {{}}\n"
        );
        let toml = manifest("demo", "rust-mcp-sdk = \"2\"\n");
        let package = Package::new(&[("src/main.rs", &main), ("Cargo.toml", &toml)]);
        assert_eq!(package.run().annotated(), usize::from(found), "{import} #[{attribute}]");
    }
    let main = "use scopes::mcp_tool;\n#[mcp_tool(risk = \"low\")]\nfn f() {}\n#[scopes::mcp_tool(risk = \"low\")]\nfn g() {}\n";
    let toml = manifest("demo", "").replace("mcp-scopes = ", "scopes = { package = \"mcp-scopes\", version = ");
    let toml = toml.replace("version = \"0.1\"", "version = \"0.1\" }");
    assert_eq!(Package::new(&[("src/main.rs", main), ("Cargo.toml", &toml)]).run().annotated(), 2);
    // On a struct it belongs to another crate, which passes it through.
    assert_eq!(
        Package::new(&[("src/main.rs", "#[mcp_tool(name = \"x\")]\nstruct S;\n")]).findings(),
        ["unused-config mcp-scopes.toml:1:1"]
    );
}

#[test]
fn splices_tables_across_packages() {
    let library = ["pub mod shell { ", &tool("run"), "scope_table! { pub static TOOLS = [run]; } }"].concat();
    let feature =
        "#[cfg(feature = \"kill\")] #[mcp_scopes::mcp_tool(risk = \"high\", description = \"x\")] pub fn kill() {}\n";
    let library = library.replace("static TOOLS = [run]", "static TOOLS = [run, #[cfg(feature = \"kill\")] kill]");
    let library = library.replace("pub mod shell { ", &format!("pub mod shell {{ {feature}"));
    let main = ["use tool_shell as sh;\n", &tool("list"), &table("list, ..sh::shell::TOOLS")].concat();
    let make = |dependency: &str| {
        Package::new(&[
            ("app/Cargo.toml", &manifest("app", &format!("{dependency}\n[features]\nwild = [\"tool-shell/kill\"]\n"))),
            ("app/src/main.rs", &main),
            (
                "app/mcp-scopes.toml",
                "[server]\nresource = \"https://a.example\"\nauthorization_servers = [\"https://b.example\"]\n",
            ),
            ("shell/Cargo.toml", &manifest("tool-shell", "[features]\nkill = []\n")),
            ("shell/src/lib.rs", &library),
        ])
    };
    let export = |package: &Package, features: &[&str]| {
        let scan = mcp_scopes_scan::Scan::new(package.path().join("app")).features(features.iter().copied());
        scan.export().unwrap()
    };
    let package = make("tool-shell = { path = \"../shell\" }");
    assert_eq!(tools(&export(&package, &[])), ["list", "run"]);
    assert_eq!(tools(&export(&package, &["wild"])), ["list", "run", "kill"]);
    let package = make("tool-shell = { path = \"../shell\", features = [\"kill\"] }");
    let export = export(&package, &[]);
    assert_eq!(tools(&export), ["list", "run", "kill"]);
    let inventory = &export.report.inventories[0];
    assert_eq!(inventory.annotated(), 1, "tools of other packages count");
    assert!(inventory.tables.iter().any(|table| matches!(table.entries[1].brings, Brings::Table(_))));
}

#[test]
fn binaries_see_the_library_of_their_package() {
    let library = ["pub mod tools { ", &tool("run"), "scope_table! { pub static TOOLS = [run]; } }"].concat();
    let main = table("..demo::tools::TOOLS");
    let package = Package::new(&[("src/lib.rs", &library), ("src/main.rs", &main)]);
    assert_eq!(package.tools(), ["run"]);
}

#[test]
fn rejects_an_ambiguous_table() {
    let main = [
        &tool("one"),
        "scope_table! { static A = [one]; }\nmod m { ",
        &tool("two"),
        &table("two").replace("TOOLS", "B"),
        "}",
    ]
    .concat();
    let package = Package::new(&[("src/main.rs", &main)]);
    let error = package.export().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("`demo::A` in `") && error.to_string().contains("`demo::m::B` in `"), "{error}");
    for name in ["B", "demo::m::B", "crate::m::B"] {
        assert_eq!(tools(&package.scan().table(name).export().unwrap()), ["two"]);
    }
    let error = package.scan().table("C").export().unwrap_err();
    assert!(error.to_string().contains("no table `C`") && error.advice().unwrap().contains("`demo::A` in"), "{error}");
}

#[test]
fn distinguishes_tables_of_several_programs() {
    let tables = [tool("one") + &table("one"), tool("two") + &table("two"), tool("three") + &table("three")];
    let [library, main, other] = &tables;
    let package = Package::new(&[("src/lib.rs", library), ("src/main.rs", main), ("src/bin/other.rs", other)]);
    assert_eq!(tools(&package.scan().table("other::TOOLS").export().unwrap()), ["three"]);
    // The library and the program with the same name have tables with the same path, so the choice is ambiguous.
    for name in ["TOOLS", "crate::TOOLS", "demo::TOOLS"] {
        let error = package.scan().table(name).export().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        let text = error.to_string();
        assert!(text.contains(&format!("several tables `{name}`: `demo::TOOLS` in `")), "{text}");
        assert!(text.contains("src/lib.rs`") && text.contains("src/main.rs`"), "{text}");
    }
    let error = package.export().unwrap_err();
    assert!(error.to_string().contains("`other::TOOLS` in `"), "{error}");
}

#[test]
fn reports_missing_tools_features_and_files() {
    let package = Package::new(&[("src/main.rs", "fn main() {}")]);
    let error = package.export().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Nothing);
    assert!(error.to_string().contains("no function carries `#[mcp_tool]`"), "{error}");
    let error = package.scan().features(["nope"]).run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("package `demo` has no feature `nope`"), "{error}");
    let main = table("f").replace("mcp-scopes.toml", "other.toml") + &tool("f");
    let package = Package::new(&[("src/main.rs", &main)]);
    assert_eq!(package.findings(), ["missing-config src/main.rs:1:40"]);
}

#[test]
fn scans_a_whole_workspace() {
    let member = |name: &str| manifest(name, "");
    let package = Package::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\nexclude = [\"old\"]\n"),
        ("a/Cargo.toml", &member("a")),
        ("a/src/lib.rs", &tool("one")),
        ("b/Cargo.toml", &member("b")),
        ("b/src/lib.rs", &tool("two")),
        ("b/tests/it.rs", &tool("three")),
        ("b/build.rs", &tool("four")),
        ("old/Cargo.toml", &member("old")),
        ("old/src/lib.rs", &tool("five")),
    ]);
    let report = package.scan().run_tree().unwrap();
    assert_eq!((report.annotated(), report.packages()), (2, 2));
    let error = package.run_error();
    assert!(error.advice().unwrap().contains("a`, `"), "{error}");
}

trait ScanError {
    fn run_error(&self) -> mcp_scopes_scan::Error;
}

impl ScanError for Package {
    fn run_error(&self) -> mcp_scopes_scan::Error {
        self.scan().run().unwrap_err()
    }
}
