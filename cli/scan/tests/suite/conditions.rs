//! The items of a build, and the findings for conditions that only a build can decide.

use crate::support::{Package, manifest, tools};

const FEATURES: &str = "\n[features]\ndefault = [\"a\"]\na = [\"b\"]\nb = []\nc = []\n";

fn tool(cfg: &str, name: &str) -> String {
    format!("{cfg}\n#[mcp_scopes::mcp_tool(risk = \"low\", description = \"x\")]\nfn {name}() {{}}\n")
}

fn package(main: &str) -> Package {
    Package::new(&[("Cargo.toml", &manifest("demo", FEATURES)), ("src/main.rs", main)])
}

#[test]
fn counts_the_tools_that_the_build_leaves_out() {
    let main = "#[cfg(feature = \"shell\")] mod shell;\n\
                #[cfg(feature = \"shell\")] mod inside { /// A\n#[mcp_scopes::mcp_tool(risk = \"low\")] fn a() {} }\n\
                #[cfg(target_os = \"none\")] #[mcp_scopes::mcp_tool(risk = \"low\")] fn b() {}\n\
                #[cfg(test)] mod tests { #[mcp_scopes::mcp_tool(risk = \"low\")] fn c() {} }\n\
                struct S;\nimpl S { #[cfg(feature = \"shell\")] #[mcp_scopes::mcp_tool(risk = \"low\")] fn d(&self) {} }\n\
                #[mcp_scopes::mcp_tool(risk = \"low\")] fn e() {}\nfn main() {}\n";
    let shell = "/// F\n#[mcp_scopes::mcp_tool(risk = \"low\")]\npub fn f() {}\n";
    let manifest = manifest("demo", "") + "[features]\nshell = []\n";
    let package = Package::new(&[("src/main.rs", main), ("src/shell.rs", shell), ("Cargo.toml", &manifest)]);
    let report = package.scan().run().unwrap();
    assert_eq!((report.annotated(), report.left_out()), (1, 4));
    let report = package.scan().features(["shell"]).run().unwrap();
    assert_eq!((report.annotated(), report.left_out()), (4, 1));
}

#[test]
fn counts_declared_tools_that_the_build_leaves_out() {
    let main = "mcp_scopes::scope_table! { static TOOLS = [\n\
                #[cfg(feature = \"shell\")] dynamic \"run_query\" (risk = \"low\", description = \"x\"),\n\
                dynamic \"list\" (risk = \"low\", description = \"x\"),\n]; }\nfn main() {}\n";
    let manifest = manifest("demo", "") + "[features]\nshell = []\n";
    let package = Package::new(&[("src/main.rs", main), ("Cargo.toml", &manifest)]);
    assert_eq!(package.scan().run().unwrap().left_out(), 1);
    assert_eq!(package.scan().features(["shell"]).run().unwrap().left_out(), 0);
}

/// A module that the build leaves out may nest as deep as it likes.
#[test]
fn survives_deep_nesting_in_modules_that_are_left_out() {
    let main = "#[cfg(feature = \"shell\")] mod shell;\nfn main() {}\n";
    let deep = 400_000;
    let shell =
        format!("#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn f() {{ {}{} }}\n", "(".repeat(deep), ")".repeat(deep));
    let manifest = manifest("demo", "") + "[features]\nshell = []\n";
    let package = Package::new(&[("src/main.rs", main), ("src/shell.rs", &shell), ("Cargo.toml", &manifest)]);
    assert_eq!(package.scan().run().unwrap().left_out(), 0);
}

#[test]
fn features_select_tools() {
    let main = [
        tool("#[cfg(feature = \"b\")]", "with_b"),
        tool("#[cfg(not(feature = \"b\"))]", "without_b"),
        tool("#[cfg_attr(feature = \"c\", cfg(any()))]", "not_c"),
        tool("", "always"),
        "scope_table! { static TOOLS = [#[cfg(feature = \"b\")] with_b, #[cfg(not(feature = \"b\"))] without_b, \
         #[cfg(not(feature = \"c\"))] not_c, always] with \"mcp-scopes.toml\"; }"
            .to_owned(),
    ]
    .concat();
    let package = package(&main);
    assert_eq!(package.tools(), ["with_b", "not_c", "always"]);
    let bare = package.scan().no_default_features(true);
    assert_eq!(tools(&bare.clone().export().unwrap()), ["without_b", "not_c", "always"]);
    assert_eq!(tools(&bare.features(["c"]).export().unwrap()), ["without_b", "always"]);
    assert_eq!(tools(&package.scan().all_features(true).export().unwrap()), ["with_b", "always"]);
    let export = package.export().unwrap();
    assert_eq!(export.report.inventories[0].tools[0].conditions, ["feature = \"b\""]);
}

#[test]
fn reads_conditional_annotations() {
    let annotate = "#[cfg_attr(feature = \"b\", mcp_scopes::mcp_tool(risk = \"low\", description = \"b\"))]\n\
                    #[cfg_attr(not(feature = \"b\"), mcp_scopes::mcp_tool(risk = \"high\", description = \"x\"))]\nfn f() {}\n\
                    scope_table! { static TOOLS = [f] with \"mcp-scopes.toml\"; }";
    let package = package(annotate);
    let description =
        |scan: mcp_scopes_scan::Scan| scan.export().unwrap().report.inventories[0].tools[0].description.value.clone();
    assert_eq!(description(package.scan()), "b");
    assert_eq!(description(package.scan().no_default_features(true)), "x");
}

#[test]
fn ignores_tests() {
    let main = [
        "#[cfg(test)] mod tests;\n#[cfg(test)] mod inline { ",
        &tool("", "never"),
        "}\n#[cfg(all(test, loom))]",
        &tool("", "nor"),
    ]
    .concat();
    let package = package(&main);
    package.write("src/tests.rs", tool("", "gone"));
    package.write("src/tests/more.rs", tool("", "gone_too"));
    package.write("src/gated.rs", ["#![cfg(test)]\n", &tool("", "gated")].concat());
    package.write("src/main.rs", [&main, "mod gated;\n"].concat());
    let unused = "unused-config mcp-scopes.toml:1:1".to_owned();
    assert_eq!((package.run().annotated(), package.findings()), (0, vec![unused]));
}

#[test]
fn reports_conditions_that_only_a_build_can_decide() {
    let main = ["#[cfg(loom)]\nfn unrelated() {}\n", &tool("#[cfg(loom)]", "f"), "#[cfg(loom)]\nmod m;\n"].concat();
    let package = package(&main);
    package.write("src/m.rs", tool("", "g"));
    let expected = ["unused-config mcp-scopes.toml:1:1", "unknown-cfg src/main.rs:3:1", "unknown-cfg src/main.rs:7:5"];
    assert_eq!(package.findings(), expected);
    let report = package.scan().cfg("loom").run().unwrap();
    assert_eq!((report.annotated(), report.findings.len()), (2, 1));
}

/// A table behind a feature is not the same as no table.
#[test]
fn counts_tables_that_features_leave_out() {
    let table = "#[cfg(feature = \"mcp\")]\nmcp_scopes::scope_table! { static TOOLS = [dynamic \"t\" (scope = \"a\", risk = \"low\")]; }\n";
    let package = package(table);
    package.write("Cargo.toml", manifest("demo", "") + "[features]\nmcp = []\n");
    let counts = |scan: mcp_scopes_scan::Scan| {
        let report = scan.run().unwrap();
        (report.packages(), report.left_out_tables())
    };
    assert_eq!(counts(package.scan()), (0, 1));
    assert_eq!(counts(package.scan().features(["mcp"])), (1, 0));
    assert_eq!(counts(package.scan().features(["demo/mcp"])), (1, 0));
    for unknown in ["other/mcp", "demo/mpc"] {
        assert!(package.scan().features([unknown]).run().is_err(), "{unknown}");
    }
}

#[test]
fn uses_the_host_as_target() {
    let main = [tool("#[cfg(unix)]", "f"), tool("#[cfg(windows)]", "g")].concat();
    let names: Vec<_> = package(&main).run().inventories[0].tools.iter().map(|tool| tool.name.value.clone()).collect();
    assert_eq!(names, [if cfg!(windows) { "g" } else { "f" }]);
}
