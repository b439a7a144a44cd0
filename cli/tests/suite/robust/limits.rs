//! The maximum nesting of input on a small stack, and reserved names.

use mcp_scopes_grammar::limits::MAX_DEPTH as MAX_TOML_DEPTH;
use mcp_scopes_model::markers::PREFIXES;
use mcp_scopes_prm::json::MAX_DEPTH as MAX_JSON_DEPTH;

use super::place::{CONFIG, MANIFEST, Place, Run};

/// Runs a command whose main thread has a stack of 2 MiB.
fn on_small_stack(place: &Place, arguments: &[&str]) -> Run {
    place.run_in_shell("ulimit -s 2048 && exec \"$@\"", arguments)
}

fn json(depth: usize) -> [String; 2] {
    ["[".repeat(depth) + &"]".repeat(depth), "{\"a\":".repeat(depth - 1) + "{}" + &"}".repeat(depth - 1)]
}

/// Returns entries of a table whose values nest `depth` levels.
fn toml(depth: usize) -> [String; 4] {
    let dotted = |parts: usize| vec!["a"; parts].join(".");
    let tables = (depth - 1) / 2;
    [
        format!("a = {}{}\n", "[".repeat(depth), "]".repeat(depth)),
        format!("{}a = 1{}\n", "a = { ".repeat(depth - 1), " }".repeat(depth - 1)),
        format!("{} = 1\n", dotted(depth)),
        format!("{}{} = 1{}\n", "a.a = { ".repeat(tables), dotted(depth - tables * 2), " }".repeat(tables)),
    ]
}

#[test]
fn accepts_the_deepest_documents_and_rejects_the_next() {
    let place = Place::new();
    let good = place.text("good.json");
    let lock = place.text("good.lock.json");
    let document = |value: &str| good.replacen("\"resource\":", &format!("\"x\": {value}, \"resource\":"), 1);
    let locked = |value: &str| lock.replacen("\"resource\":", &format!("\"x\": {value}, \"resource\":"), 1);
    for value in json(MAX_JSON_DEPTH - 1) {
        place.write("deep.json", document(&value));
        for arguments in [
            &["lint", "deep.json"][..],
            &["lint", "--format", "sarif", "deep.json"],
            &["lint", "--fix", "deep.json"],
            &["diff", "deep.json", "good.json"],
            &["diff", "good.json", "deep.json"],
            &["docs", "deep.json"],
        ] {
            on_small_stack(&place, arguments).assert_succeeds();
        }
        // A lock file nests the document one level deeper and could not be parsed.
        let run = on_small_stack(&place, &["lock", "deep.json", "--file", "deep.lock.json"]);
        assert!(run.code == 2 && run.err.contains("nested deeper than 128 levels"), "{run:?}");
        assert!(!place.path("deep.lock.json").exists());
    }
    for value in json(MAX_JSON_DEPTH - 2) {
        place.write("deep.json", document(&value));
        on_small_stack(&place, &["lock", "deep.json", "--file", "deep.lock.json"]).assert_succeeds();
        // Unknown members are written last.
        assert_ne!(place.text("deep.lock.json"), locked(&value));
        on_small_stack(&place, &["check", "deep.json", "--file", "deep.lock.json"]).assert_succeeds();
        place.write("deep.lock.json", locked(&value));
        on_small_stack(&place, &["check", "deep.json", "--file", "deep.lock.json"]).assert_succeeds();
        place.write("baseline.json", format!("{{\"version\": 1, \"entries\": [], \"x\": {value}}}"));
        on_small_stack(&place, &["lint", "server", "--baseline", "baseline.json"]).assert_rejected();
    }
    for value in json(MAX_JSON_DEPTH) {
        place.write("deeper.json", document(&value));
        for arguments in [
            &["lint", "deeper.json"][..],
            &["lint", "--baseline", "deeper.json", "server"],
            &["diff", "deeper.json", "good.json"],
            &["docs", "deeper.json"],
            &["lock", "deeper.json", "--file", "deeper.lock.json"],
            &["check", "server", "--file", "deeper.json"],
        ] {
            let run = on_small_stack(&place, arguments);
            run.assert_rejected();
            assert!(run.said().contains("nested deeper than 128 levels"), "{run:?}");
        }
    }
}

#[test]
fn accepts_the_deepest_manifest_and_rejects_the_next() {
    let place = Place::new();
    // The two parts of the header are four levels.
    for (depth, accepted) in [(MAX_TOML_DEPTH - 4, true), (MAX_TOML_DEPTH - 3, false), (6_000, false)] {
        for value in toml(depth) {
            place.write("server/Cargo.toml", format!("{MANIFEST}[package.metadata]\n{value}"));
            for command in ["lint", "export", "lock", "docs"] {
                let run = on_small_stack(&place, &[command, "server"]);
                if accepted {
                    run.assert_succeeds();
                } else {
                    run.assert_rejected();
                    assert!(run.said().contains("nest deeper than 64 levels"), "{run:?}");
                }
            }
        }
    }
}

#[test]
fn rejects_configurations_at_every_depth() {
    let place = Place::new();
    // The configuration has no nested values, so both are errors, with different reasons.
    for (depth, reason) in
        [(MAX_TOML_DEPTH - 2, "unknown-section"), (MAX_TOML_DEPTH - 1, "toml-limit"), (6_000, "toml-limit")]
    {
        for value in toml(depth) {
            place.write("server/mcp-scopes.toml", format!("{CONFIG}[metadata]\n{value}"));
            let run = on_small_stack(&place, &["lint", "server"]);
            run.assert_rejected();
            assert!(run.said().contains(reason), "{depth}: {run:?}");
            let run = on_small_stack(&place, &["lint", "--config", "server/mcp-scopes.toml", "good.json"]);
            run.assert_rejected();
            assert!(run.said().contains(reason), "{depth}: {run:?}");
        }
    }
    // 79 tables with 79 parts each are below both limits of the parser.
    let text = format!("{}a = 1{}\n", format!("{} = {{ ", vec!["a"; 79].join(".")).repeat(79), " }".repeat(79));
    place.write("deep.toml", text);
    let run = on_small_stack(&place, &["lint", "--config", "deep.toml", "good.json"]);
    run.assert_rejected();
    assert!(run.said().contains("toml-limit"), "{run:?}");
}

#[test]
fn rejects_reserved_names_in_documents() {
    let place = Place::new();
    let (good, lock) = (place.text("good.json"), place.text("good.lock.json"));
    for prefix in PREFIXES {
        // An escape sequence gives the same name.
        let name = format!("\\u{:04x}{}RawValue", u32::from(prefix.as_bytes()[0]), &prefix[1..]);
        let member = format!("\"x\": [{{\"{name}\": \"[]\"}}], \"resource\":");
        place.write("marked.json", good.replacen("\"resource\":", &member, 1));
        let wanted = format!("member names that begin with `{prefix}` are reserved by a parsing library");
        for arguments in [
            &["lint", "marked.json"][..],
            &["lint", "--fix", "--unsafe-fixes", "marked.json"],
            &["lint", "--baseline", "marked.json", "server"],
            &["diff", "marked.json", "server"],
            &["diff", "server", "marked.json"],
            &["docs", "marked.json"],
            &["lock", "marked.json", "--file", "new.lock.json"],
            &["check", "server", "--file", "marked.json"],
            &["check", "marked.json", "--file", "good.lock.json"],
        ] {
            let run = place.run(arguments);
            run.assert_rejected();
            assert!(run.said().contains(&wanted), "{run:?}");
        }
        for (file, text) in [
            ("marked.lock.json", lock.replacen("\"resource\":", &member, 1)),
            ("beside.lock.json", lock.replacen('{', &format!("{{\"{name}\": \"[]\","), 1)),
        ] {
            place.write(file, text);
            let run = place.run(&["check", "server", "--file", file]);
            run.assert_rejected();
            assert!(run.said().contains(&wanted), "{run:?}");
        }
        place.write("baseline.json", format!("{{\"version\": 1, \"entries\": [{{\"{name}\": \"[]\"}}]}}"));
        let run = place.run(&["lint", "server", "--baseline", "baseline.json"]);
        run.assert_rejected();
        assert!(run.said().contains(&wanted), "{run:?}");
    }
    assert!(!place.path("new.lock.json").exists());
}

#[test]
fn rejects_reserved_names_in_packages() {
    let place = Place::new();
    for prefix in PREFIXES {
        let key = format!("\"\\u{:04x}{}datetime\"", u32::from(prefix.as_bytes()[0]), &prefix[1..]);
        for (file, text) in [
            ("Cargo.toml", format!("{MANIFEST}[package.metadata]\na = {{ {key} = \"1979-05-27\" }}\n")),
            ("mcp-scopes.toml", format!("{CONFIG}[flows]\n{key} = [\"files:read\"]\n")),
            ("mcp-scopes.toml", format!("{CONFIG}[scopes]\n\"files:read\" = \"Read\"\n{key} = \"Marked\"\n")),
        ] {
            place.server("package");
            place.write(&format!("package/{file}"), text);
            let runs = place.read_as_package("package");
            for run in &runs {
                run.assert_rejected();
            }
            let wanted = format!("keys that begin with `{prefix}` are reserved by a parsing library");
            assert!(runs[0].said().contains(&wanted) && runs[0].said().contains(file), "{:?}", runs[0]);
        }
        // Scopes are members of the document.
        place.server("package");
        place.write("package/src/lib.rs", place.text("server/src/lib.rs").replace("files:read", &format!("{prefix}x")));
        let run = place.run(&["lint", "package"]);
        run.assert_rejected();
        assert!(run.said().contains("begins with a prefix that a parsing library reserves"), "{run:?}");
    }
}
