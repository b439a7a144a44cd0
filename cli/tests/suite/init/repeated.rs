//! Further runs, and packages that have something already.

use super::edits::init;
use crate::support::Demo;

fn server(tools: &[&str]) -> String {
    let tools: Vec<String> = tools
        .iter()
        .map(|tool| format!("    /// Words of {tool} for people\n    #[rmcp::tool]\n    async fn {tool}(&self) {{}}\n"))
        .collect();
    format!("pub struct A;\n\n#[rmcp::tool_router]\nimpl A {{\n{}}}\n\nfn main() {{}}\n", tools.join("\n"))
}

/// Adds a tool to the source as it is after a run.
fn write_tool(demo: &Demo, name: &str) {
    let text = demo.read("src/main.rs");
    let tool = format!(
        "\n    /// Words of {name} for people\n    #[rmcp::tool]\n    async fn {name}(&self) {{}}\n}}\n\nfn main"
    );
    demo.write("src/main.rs", text.replacen("}\n\nfn main", &tool, 1));
}

#[test]
fn follows_the_convention_and_extends_the_scopes_of_the_file() {
    let (demo, run) = init(&[("src/main.rs", &server(&["read_note"]))], &["--convention", "resource:action"]);
    assert_eq!(run.code, 0, "{run:?}");
    let before = demo.read("mcp-scopes.toml");
    assert!(before.ends_with("[scopes]\n\"note:read\" = \"Use read_note\"\n"), "{before}");
    demo.write("mcp-scopes.toml", format!("{before}\n[diff] # what follows\n"));
    write_tool(&demo, "delete_note");
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(demo.read("src/main.rs").contains("#[mcp_tool(scope = \"note:delete\", risk = \"high\")]"));
    let expected = format!("{before}\"note:delete\" = \"Use delete_note\"\n\n[diff] # what follows\n");
    assert_eq!(demo.read("mcp-scopes.toml"), expected);
    let lint = demo.run(&["lint", "--deny", "warnings"]);
    assert_eq!(lint.code, 0, "{lint:?}");
    // Another convention than that of the file is said.
    write_tool(&demo, "move_note");
    let run = demo.run(&["init", "--yes", "--convention", "tool-name"]);
    let note = "to do: `[convention]` states `resource:action`, and the scopes of new tools follow `tool-name`; change one of them\n";
    assert!(run.out.contains(note), "{}", run.out);
    // A section that is no block of lines is left alone.
    let (demo, run) =
        init(&[("src/main.rs", &server(&["read_note"])), ("mcp-scopes.toml", "scopes = { a = \"A\" }\n")], &[]);
    assert!(
        run.out.contains("`mcp-scopes.toml`: add `\"read_note\" = \"Use read_note\"` under `[scopes]`"),
        "{}",
        run.out
    );
    assert_eq!(demo.read("mcp-scopes.toml"), "scopes = { a = \"A\" }\n");
}

#[test]
fn leaves_the_file_of_the_workspace_to_all_packages() {
    let manifest = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nrmcp = \"3.11\"\n"
        )
    };
    let shared = "[lint]\nbroad-scope = \"allow\"\ndescription-equals-name = \"deny\"\n";
    let root = manifest("root") + "\n[workspace]\nmembers = [\"member\"]\n";
    let files = [
        ("Cargo.toml", root.as_str()),
        ("mcp-scopes.toml", shared),
        ("src/main.rs", &server(&["read_note"])),
        ("member/Cargo.toml", &manifest("member")),
        ("member/src/main.rs", &server(&["list"]).replace("Words of list for people", "List")),
    ];
    let (demo, run) = init(&files, &["--convention", "resource:action"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.read("mcp-scopes.toml"), shared);
    let own = demo.read("mcp-scopes.server.toml");
    assert!(own.contains("[server]\n") && own.contains("resource_name = \"root\""), "{own}");
    assert!(demo.read("src/main.rs").contains("with \"mcp-scopes.server.toml\";"), "{}", demo.read("src/main.rs"));
    let note =
        "to do: replace the addresses in `mcp-scopes.server.toml`, `mcp-scopes.toml` that are marked `# replace`\n";
    assert!(run.out.contains(note), "{}", run.out);
    assert!(demo.read("mcp-scopes.lock.json").contains("read_note"));
    assert!(demo.read("member/mcp-scopes.lock.json").contains("\"list\""));
    // The levels still apply to the other package.
    let lint = demo.run(&["lint", "--format", "concise"]);
    assert!(
        lint.code == 1 && lint.out.contains("member/src/main.rs") && !lint.out.contains("unused-config"),
        "{lint:?}"
    );
    assert!(lint.out.contains("error[description-equals-name]") && !lint.out.contains("error[lint"), "{lint:?}");
    assert!(demo.run(&["init", "--yes"]).out.starts_with("nothing to do"));
    // A later run extends the same file.
    write_tool(&demo, "delete_note");
    assert_eq!(demo.run(&["init", "--yes"]).code, 0);
    assert_eq!(demo.read("mcp-scopes.server.toml"), format!("{own}\"note:delete\" = \"Use delete_note\"\n"));
    assert_eq!(demo.read("mcp-scopes.toml"), shared);
}

#[test]
fn writes_into_the_file_that_is_there() {
    // A package that has set levels before it had a table.
    let settings = "# Ours\n[[lint.path]]\npaths = [\"src\"]\nbroad-scope = \"allow\"\n";
    let (demo, run) = init(&[("src/main.rs", &server(&["one"])), ("mcp-scopes.toml", settings)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let after = demo.read("mcp-scopes.toml");
    assert!(after.starts_with(&format!("{settings}\n[server]\nresource = ")), "{after}");
    assert!(demo.read("mcp-scopes.lock.json").contains("\"one\""));
    assert_eq!(demo.run(&["lint", "--deny", "warnings"]).code, 0);
    // What a table names, whatever its name is.
    std::fs::remove_file(demo.path().join("mcp-scopes.toml")).unwrap();
    demo.write("notes.toml", format!("{after}\n[scopes]\n\"one\" = \"Use one\"\n"));
    demo.write("src/main.rs", demo.read("src/main.rs").replace("with \"mcp-scopes.toml\"", "with \"notes.toml\""));
    write_tool(&demo, "two");
    let run = demo.run(&["init", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!demo.path().join("mcp-scopes.toml").exists(), "{run:?}");
    assert!(
        demo.read("notes.toml").ends_with("\"one\" = \"Use one\"\n\"two\" = \"Use two\"\n"),
        "{}",
        demo.read("notes.toml")
    );
    assert_eq!(demo.run(&["lint", "--deny", "warnings"]).code, 0);
}

#[test]
fn adds_new_tools_to_the_lock_file_and_nothing_else() {
    let (demo, run) = init(&[("src/main.rs", &server(&["one", "two"]))], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let first = demo.read("mcp-scopes.lock.json");
    write_tool(&demo, "three");
    let run = demo.run(&["init", "--yes"]);
    let second = demo.read("mcp-scopes.lock.json");
    assert!(second.contains("\"three\"") && !run.out.contains("gets the new tools only"), "{run:?}");
    assert_eq!(demo.run(&["check"]).code, 0);
    // A change that no review has accepted stays one.
    let text =
        demo.read("src/main.rs").replacen("scope = \"one\", risk = \"high\"", "scope = \"two\", risk = \"low\"", 1);
    demo.write("src/main.rs", text);
    write_tool(&demo, "four");
    let run = demo.run(&["init", "--yes"]);
    assert!(
        run.out.contains("`mcp-scopes.lock.json` gets the new tools only; review the other changes"),
        "{}",
        run.out
    );
    let third = demo.read("mcp-scopes.lock.json");
    assert!(third.contains("\"four\""), "{third}");
    let check = demo.run(&["check"]);
    assert!(check.code == 1 && check.out.contains("`one`") && !check.out.contains("`four`"), "{check:?}");
    // What was there is there.
    for (old, new) in [(&first, &second), (&second, &third)] {
        let missing: Vec<&str> = old.lines().filter(|line| !new.contains(line.trim_end_matches(','))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn uses_the_names_of_dependencies() {
    let manifest = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nguard = { package = \"mcp-scopes-server\", version = \"0.1\" }\nrmcp = \"3.11\"\nscopes = { package = \"mcp-scopes\", version = \"0.1\" }\n";
    let main = server(&["one"]).replace(
        "fn main() {}",
        "fn main() {\n    let service = rmcp::transport::StreamableHttpService::new(|| Ok(A), x, y);\n}",
    );
    let (demo, run) = init(&[("Cargo.toml", manifest), ("src/main.rs", &main)], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let after = demo.read("src/main.rs");
    for line in [
        "use scopes::{mcp_tool, mcp_tools};\n",
        "#[mcp_tools(crate = ::scopes)]\n",
        "    #[mcp_tool(scope = \"one\", risk = \"high\", crate = ::scopes)]\n",
        "\nscopes::scope_table! {\n    crate = ::scopes;\n    /// The tools",
    ] {
        assert!(after.contains(line), "{line}: {after}");
    }
    assert!(!after.contains("mcp_scopes") && run.out.contains("guard::ResourceServer::builder(&TOOLS)"), "{after}");
    let manifest = demo.read("Cargo.toml");
    assert_eq!(
        (manifest.matches("mcp-scopes\"").count(), manifest.matches("mcp-scopes-server").count()),
        (1, 1),
        "{manifest}"
    );
    let lint = demo.run(&["lint", "--allow", "unguarded-transport"]);
    assert_eq!(lint.code, 0, "{lint:?}");
}

#[test]
fn writes_each_table_that_it_announces() {
    // The program shares one of two modules with the library, whose table is elsewhere.
    let of = |ty: &str, tool: &str| {
        server(&[tool])
            .replace("pub struct A", &format!("pub struct {ty}"))
            .replace("impl A", &format!("impl {ty}"))
            .replace("\nfn main() {}\n", "")
    };
    let files = [
        ("src/lib.rs", "pub mod a;\npub mod b;\n"),
        (
            "src/main.rs",
            "mod a;\n\nfn main() {\n    let service = rmcp::transport::StreamableHttpService::new(|| Ok(a::A), x, y);\n}\n",
        ),
        ("src/a.rs", &of("A", "one")),
        ("src/b.rs", &of("B", "two")),
    ];
    let (demo, run) = init(&files, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let tables: Vec<(&str, usize)> =
        files.iter().map(|(file, _)| (*file, demo.read(file).matches("scope_table!").count())).collect();
    // A table in `a.rs` could not name the module `b` of the library in the program.
    assert_eq!(tables, [("src/lib.rs", 0), ("src/main.rs", 1), ("src/a.rs", 0), ("src/b.rs", 1)]);
    assert!(demo.read("src/main.rs").contains("static TOOL_SCOPES = [a::A::*] with"), "{}", demo.read("src/main.rs"));
    // The program uses its own one.
    assert!(run.out.contains("builder(&TOOL_SCOPES)") && !run.out.contains("demo::"), "{}", run.out);
    assert_eq!(demo.names("."), ["Cargo.toml", "mcp-scopes.toml", "src", "tool_scopes.lock.json", "tools.lock.json"]);
    assert!(demo.run(&["init", "--yes"]).out.starts_with("nothing to do"));
}
