//! `mcp-scopes lint` on packages: output, paths and levels.

use super::{CONFIG, Demo, MAIN};

#[test]
fn lint_prints_text() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["lint", "--all-features"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "checked 2 tools in 1 package: no findings\n"));
    let demo = Demo::new(
        &MAIN
            .replace("/// Names and sizes in a folder\n", "")
            .replace("scope = \"shell:run\"", "scope = \"shell\u{1b}run\""),
    );
    let run = demo.run(&["lint", "--all-features"]);
    assert_eq!(run.code, 1);
    let expected = "\
warning[missing-description]: tool `list_files` has no description
 --> src/main.rs:4:4
  |
4 | fn list_files(directory: String) {}
  |    ^^^^^^^^^^
  |
  = help: write a doc comment above the function, or `description = \"..\"`
";
    assert!(run.out.starts_with(expected), "{}", run.out);
    assert!(
        run.out.contains("error[scope-syntax]: the scope `shell\\u{1b}run` contains a control character"),
        "{}",
        run.out
    );
    assert!(!run.out.contains('\u{1b}'), "a control character is printed: {}", run.out);
    assert_eq!(run.err, "checked 2 tools in 1 package: 1 error, 1 warning\n");
}

#[test]
fn lint_prints_json() {
    let demo = Demo::new(&MAIN.replace("/// Names and sizes in a folder\n", ""));
    let run = demo.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, 0);
    let expected = r#"{
  "version": 1,
  "tool": {
    "name": "mcp-scopes",
    "version": "0.1.0"
  },
  "findings": [
    {
      "rule": "missing-description",
      "category": "document",
      "level": "warning",
      "message": "tool `list_files` has no description",
      "help": "write a doc comment above the function, or `description = \"..\"`",
      "file": "src/main.rs",
      "line": 4,
      "column": 4,
      "end_line": 4,
      "end_column": 14,
      "subject": "list_files",
      "fingerprint": "e5bf272fe93e11555f1b196dd17ae420",
      "fix": null
    }
  ],
  "suppressed": [],
  "summary": {
    "errors": 0,
    "warnings": 1,
    "suppressed": 0
  }
}
"#;
    assert_eq!(run.out, expected);
    demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\nmissing-description = \"deny\"\n"));
    let run = demo.run(&["lint", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("\"level\": \"error\"") && run.out.contains("\"errors\": 1"), "{}", run.out);
    demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\ndocument = \"allow\"\n"));
    assert_eq!(
        demo.run(&["lint"]).err,
        "checked 1 tool in 1 package, without 1 tool that features or the target leave out: no findings\n"
    );
}

#[test]
fn accepts_several_paths_and_rejects_wrong_ones() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["lint", ".", "nowhere"]);
    assert!(run.code == 2 && run.err.contains("cannot scan `nowhere`"), "{run:?}");
    let run = demo.run(&["lint", "src", "src"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(demo.run(&["lint", "--format", "xml"]).code, 2);
    assert_eq!(demo.run(&[]).code, 2);
    let empty = tempfile::tempdir().unwrap();
    let run = demo.run(&["lint", empty.path().to_str().unwrap()]);
    assert!(run.code == 2 && run.err.contains("is in no package"), "{run:?}");
}

/// The command line takes precedence over the file, a rule over its category, and the last of equal options counts.
/// Then the remaining warnings may become errors.
#[test]
fn levels_follow_their_precedence() {
    let demo = Demo::new(&MAIN.replace("list_files", "delete_files"));
    let level = |file: &str, flags: &str| {
        demo.write("mcp-scopes.toml", &format!("{CONFIG}[lint]\n{file}"));
        let arguments: Vec<&str> = ["lint", "--format", "json"].into_iter().chain(flags.split_whitespace()).collect();
        let run = demo.run(&arguments);
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{flags}: {}", run.err));
        let found = json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "risky-name");
        found.map_or_else(|| "none".to_owned(), |finding| finding["level"].as_str().unwrap().to_owned())
    };
    for (file, flags, expected) in [
        ("", "", "warning"),
        ("risk = \"deny\"", "", "error"),
        ("risk = \"deny\"\nrisky-name = \"warn\"", "", "warning"),
        ("risky-name = { level = \"deny\" }", "", "error"),
        ("risky-name = \"deny\"", "--allow risk", "none"),
        ("risky-name = \"deny\"", "--allow risk --warn risky-name", "warning"),
        ("", "--warn risky-name --allow risk", "warning"),
        ("", "--deny risk --allow risk", "none"),
        ("", "--allow risk --deny risk", "error"),
        ("", "--deny risky-name --warn naming --allow risky-name", "none"),
        ("", "--deny warnings", "error"),
        ("", "--warn risky-name --deny warnings", "error"),
        ("", "--allow risky-name --deny warnings", "none"),
        ("risky-name = \"allow\"", "--deny warnings", "none"),
    ] {
        assert_eq!(level(file, flags), expected, "{file} {flags}");
    }
    for (flags, why) in [
        (["--deny", "risky-nmae"], "did you mean `risky-name`?"),
        (["--allow", "warnings"], "can only be denied"),
        (["--warn", "undeclared-scope"], "also a compile error"),
    ] {
        let run = demo.run(&[&["lint"][..], &flags].concat());
        assert!(run.code == 2 && run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn lint_counts_the_tools_that_the_build_leaves_out() {
    let demo = Demo::new(MAIN);
    let run = demo.run(&["lint"]);
    let summary = "checked 1 tool in 1 package, without 1 tool that features or the target leave out: no findings\n";
    assert_eq!((run.code, run.err.as_str()), (0, summary));
    let run = demo.run(&["lint", "--features", "shel"]);
    assert!(run.code == 2 && run.err.contains("did you mean `shell`?"), "{}", run.err);
    let run = demo.run(&["lint", "--target", "x86_64-unknown-linus-gnu"]);
    assert!(run.code == 2 && run.err.contains("unknown target `x86_64-unknown-linus-gnu`"), "{}", run.err);
    assert_eq!(demo.run(&["lint", "--all-features", "--target", "x86_64-pc-windows-msvc"]).code, 0);
}
