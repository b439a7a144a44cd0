//! Packages with Rust, TOML and JSON files.

use super::place::{CONFIG, MANIFEST, Place, SOURCE, TOOL};

/// A malformed file of a package, and the reason of its rejection.
struct Broken {
    file: &'static str,
    bytes: Vec<u8>,
    why: &'static str,
}

fn broken(file: &'static str, text: impl Into<Vec<u8>>, why: &'static str) -> Broken {
    Broken { file, bytes: text.into(), why }
}

fn nested(open: &str, inner: &str, close: &str) -> String {
    open.repeat(10_000) + inner + &close.repeat(10_000)
}

fn deep() -> Vec<Broken> {
    let rust = |text: String| broken("src/a.rs", TOOL.to_owned() + &text, "nest");
    let mut all = vec![
        rust(format!("fn f() {{ {} }}", nested("(", "1", ")"))),
        rust(format!("fn f() {{ {} }}", nested("{", "1", "}"))),
        rust(format!("const A: &[u8] = {};", nested("&[", "", "]"))),
        rust(format!("type A = {};", nested("Vec<", "u8", ">"))),
        rust(format!("type A = {}u8;", "&'static ".repeat(10_000))),
        rust(format!("const A: bool = {}true;", "!".repeat(10_000))),
        rust(format!("fn f() {{ if a {{}} {} }}", "else if a {} ".repeat(10_000))),
        rust(format!("const A: u64 = {}1;", "1 + ".repeat(10_000))),
        rust(nested("mod m {", "", "}")),
        rust(format!("#[mcp_tool(risk = \"low\", scope = {})] fn f() {{}}", nested("all(", "\"a\"", ")"))),
        rust(format!("scope_table! {{ static T = {}; }}", nested("[", "f", "]"))),
        rust(format!("#[cfg({})] fn f() {{}}", nested("not(", "a", ")"))),
        rust(format!("use {};", nested("a::{", "b", "}"))),
        // Comments also nest.
        broken("src/a.rs", TOOL.to_owned() + &"/*".repeat(10_000), "src/a.rs"),
    ];
    let arrays = nested("[", "", "]");
    let dotted = vec!["a"; 10_000].join(".");
    for (file, sound) in [("mcp-scopes.toml", CONFIG), ("Cargo.toml", MANIFEST)] {
        for text in [
            format!("\n[metadata]\na = {arrays}\n"),
            format!("\n[metadata]\n{dotted} = 1\n"),
            format!("\n[{dotted}]\n"),
            format!("\n[metadata]\na = {}\n", nested("{a = ", "1", "}")),
        ] {
            all.push(broken(file, sound.to_owned() + &text, file));
        }
    }
    all
}

fn others() -> Vec<Broken> {
    vec![
        broken("src/a.rs", [TOOL.as_bytes(), b"// \xff\n"].concat(), "not UTF-8"),
        broken("src/lib.rs", [SOURCE.as_bytes(), b"\xff"].concat(), "not UTF-8"),
        broken("mcp-scopes.toml", [CONFIG.as_bytes(), b"# \xff\n"].concat(), "not UTF-8"),
        broken("Cargo.toml", [MANIFEST.as_bytes(), b"# \xff\n"].concat(), "not UTF-8"),
        broken(
            "mcp-scopes.toml",
            CONFIG.to_owned() + "[scopes]\n\"files:read\" = \"a\"\n\"files:read\" = \"b\"\n",
            "duplicate key",
        ),
        broken("mcp-scopes.toml", CONFIG.to_owned() + "[server]\n", "duplicate key"),
        broken("Cargo.toml", MANIFEST.to_owned() + "[package]\nname = \"b\"\n", "duplicate key"),
        broken("src/a.rs", TOOL.replace("risk = \"low\"", "risk = \"low\", risk = \"high\""), "`risk`"),
        broken("src/a.rs", TOOL.replace("files:list", "a\u{1b}]0;b\u{7}"), "\\u{1b}"),
        broken("src/a.rs", TOOL.replace("files:list", &("a".repeat(1 << 20) + " b")), "scope-syntax"),
        broken("src/a.rs", TOOL.to_owned() + "\"open", "src/a.rs"),
        broken("src/a.rs", TOOL.to_owned() + "r#\"open", "src/a.rs"),
        broken("src/a.rs", vec![0; 1 << 16].into_iter().chain(TOOL.bytes()).collect::<Vec<u8>>(), "src/a.rs"),
    ]
}

#[test]
fn rejects_broken_files() {
    let place = Place::new();
    for (number, case) in deep().into_iter().chain(others()).enumerate() {
        let folder = format!("package-{number}");
        place.server(&folder);
        place.write(&format!("{folder}/{}", case.file), &case.bytes);
        let runs = place.read_as_package(&folder);
        for run in &runs {
            run.assert_rejected();
        }
        let said = runs[0].said();
        assert!(said.contains(case.why) && said.contains(case.file), "`{}` in {said}", case.why);
        assert!(said.len() < 10_000, "{} bytes", said.len());
        assert!(!said.contains('\u{7}'), "a control character is printed");
    }
    assert!(!place.path("new.lock.json").exists());
}

#[test]
fn rejects_files_of_a_gibibyte() {
    let place = Place::new();
    for (file, head) in
        [("src/a.rs", TOOL), ("src/lib.rs", SOURCE), ("mcp-scopes.toml", CONFIG), ("Cargo.toml", MANIFEST)]
    {
        place.server("package");
        place.large(&format!("package/{file}"), head.as_bytes());
        let runs = place.read_as_package("package");
        for run in &runs {
            run.assert_rejected();
        }
        assert!(runs[0].said().contains("larger than 32 MiB"), "{:?}", runs[0]);
    }
}

/// A byte order mark and Windows line ends change nothing.
#[test]
fn accepts_byte_order_marks_and_crlf() {
    let place = Place::new();
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for (file, text) in [("Cargo.toml", MANIFEST), ("mcp-scopes.toml", CONFIG), ("src/lib.rs", SOURCE)] {
        place.server("package");
        place.write(&format!("package/{file}"), windows(text));
        for run in place.read_as_package("package") {
            run.assert_succeeds();
        }
        assert_eq!(place.run(&["export", "package"]).out, place.text("good.json"), "{file}");
    }
}

/// A scope of one megabyte is still valid.
#[test]
fn accepts_a_scope_of_a_megabyte() {
    let place = Place::new();
    let long = "a".repeat(1 << 20);
    place.server("package");
    place.write("package/src/lib.rs", SOURCE.replace("files:read", &long));
    place.write("package/mcp-scopes.toml", CONFIG.replace("files:read", &long));
    let run = place.run(&["lint", "package"]);
    assert!(run.code == 0 && run.out.contains("long-scope") && run.out.len() < 20_000, "{:.2000}", run.said());
    let document = place.run(&["export", "package"]);
    assert!(document.code == 0 && document.out.contains(&long));
    for arguments in
        [&["lock", "package"][..], &["check", "package"], &["diff", "server", "package"], &["docs", "package"]]
    {
        place.run(arguments).assert_succeeds();
    }
}
