//! What the caller states about a page: its date and the address of the source. And what only the source states.

use super::{CONFIG, SOURCE, package, page};
use crate::support::Demo;

#[test]
fn shows_the_version_of_the_package() {
    let demo = package();
    assert!(page(&demo, ".").contains("<li>Version 0.1.0</li>"));
    let manifest = demo.read("Cargo.toml");
    let inherited = "version.workspace = true";
    let workspace = "[workspace]\n[workspace.package]\nversion = \"2.3.4\"\n";
    demo.write("Cargo.toml", format!("{workspace}{}", manifest.replace("version = \"0.1.0\"", inherited)));
    assert!(page(&demo, ".").contains("<li>Version 2.3.4</li>"));
    demo.write("Cargo.toml", manifest.replace("version = \"0.1.0\"\n", ""));
    assert!(!page(&demo, ".").contains("<li>Version"), "the manifest states no version");
    assert_eq!(demo.run(&["export", "--output", "prm.json"]).code, 0);
    // A document does not state the version of its server.
    assert!(!page(&demo, "prm.json").contains("<li>Version"));
}

#[test]
fn shows_the_stated_date_and_does_not_compare_it() {
    let demo = package();
    let date = |page: &str| Some(page.split_once("<time datetime=\"")?.1.split_once('"')?.0.to_owned());
    assert_eq!(date(&page(&demo, ".")), None, "the clock does not change a page");
    let run = demo.run_at(&["docs", "--output", "page.html"], "1700000000");
    assert_eq!((run.code, date(&demo.read("page.html")).as_deref()), (0, Some("2023-11-14")), "{run:?}");
    let words = ["docs", "--output", "page.html", "--date", "2027-02-19"];
    assert_eq!(demo.run_at(&words, "1700000000").code, 0);
    assert_eq!(date(&demo.read("page.html")).as_deref(), Some("2027-02-19"));
    for check in [&["docs", "--output", "page.html", "--check"][..], &[words.as_slice(), &["--check"]].concat()] {
        let run = demo.run(check);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    }
    demo.write("src/main.rs", SOURCE.replace("risk = \"high\"", "risk = \"critical\""));
    let run = demo.run(&[words.as_slice(), &["--check"]].concat());
    assert!(run.code == 1 && run.err.contains("`mcp-scopes docs --output page.html --date 2027-02-19`"), "{run:?}");
    let run = demo.run(&["docs", "--date", "19.2.2027"]);
    assert!(run.code == 2 && run.err.contains("invalid date `19.2.2027`"), "{run:?}");
    let run = demo.run_at(&["docs"], "soon");
    assert!(run.code == 2 && run.err.contains("`SOURCE_DATE_EPOCH` is `soon`"), "{run:?}");
    assert_eq!(demo.run(&["docs", "--markdown", "--date", "2027-02-19"]).code, 2);
}

const URL: &str = "https://git.example.com/o/r/blob/v1";

/// A repository with a package in the folder `server`, and a module of it in a repository inside.
fn repository() -> Demo {
    let demo = Demo::new();
    let tool = "/// Look\n#[mcp_scopes::mcp_tool(scope = \"files:read\", risk = \"low\")]\npub fn look() {}\n";
    demo.write("server/Cargo.toml", mcp_scopes_test_support::manifest("demo", ""))
        .write("server/src/main.rs", format!("mod inner;\n{}", SOURCE.replace(", hello]", ", hello, inner::look]")))
        .write("server/src/inner/mod.rs", tool)
        .write("server/src/inner/.git", "gitdir: ../../../.git/modules/inner\n")
        .write("server/mcp-scopes.toml", CONFIG);
    demo
}

#[test]
fn links_tools_and_scopes_to_their_lines() {
    let demo = repository();
    let run = demo.run(&["docs", "server", "--source-url", URL]);
    assert!(run.code == 2 && run.err.contains("no Git repository contains"), "{run:?}");
    demo.write(".git/HEAD", "ref: refs/heads/main\n");
    let run = demo.run(&["docs", "server", "--source-url", URL]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let lines =
        [("src/main.rs", 4), ("src/main.rs", 8), ("src/main.rs", 12), ("mcp-scopes.toml", 6), ("mcp-scopes.toml", 7)];
    for (file, line) in lines {
        let link = format!("href=\"{URL}/server/{file}#L{line}\" rel=\"noreferrer\"");
        assert!(run.out.contains(&link), "{link}: {}", run.out);
    }
    // Another repository has another address, so its tool has no link.
    assert!(run.out.contains("id=\"tool-look\"") && !run.out.contains("inner/mod.rs"), "{}", run.out);
    // The address does not depend on the current folder.
    let pattern = "https://b.example.com/{path}?at=v1#lines-{line}";
    let run = demo.run(&["docs", "./server/../server", "--source-url", pattern]);
    assert!(run.out.contains("href=\"https://b.example.com/server/src/main.rs?at=v1#lines-4\""), "{}", run.out);
    assert!(!page(&demo, "server").contains("noreferrer"), "a link was guessed");
}

#[test]
fn rejects_source_addresses_without_a_meaning() {
    let demo = package();
    assert_eq!(demo.run(&["export", "--output", "prm.json"]).code, 0);
    let run = demo.run(&["docs", "prm.json", "--source-url", URL]);
    assert!(run.code == 2 && run.err.contains("`--source-url`: the input has no lines to link to"), "{run:?}");
    for wrong in ["javascript:alert(1)", "src/main.rs", "javascript:{path}"] {
        let run = demo.run(&["docs", "--source-url", wrong]);
        assert!(run.code == 2 && run.out.is_empty(), "{run:?}");
    }
}

#[test]
fn shows_scopes_as_clients_request_them() {
    let demo = package();
    demo.write("mcp-scopes.toml", format!("{CONFIG}[server.scope_prefix]\noutside = \"api://files/\"\n"));
    let page = page(&demo, ".");
    assert!(
        page.contains("<strong>2 scopes</strong>") && page.contains("data-name=\"api://files/files:read\""),
        "{page}"
    );
    assert!(page.contains(">Read files</td>"), "{page}");
}
