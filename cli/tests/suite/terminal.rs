//! Options of output: colors, notes, statistics, selected rules and exit codes.

use crate::support::{Demo, MAIN};

#[test]
fn colors_can_be_forced_and_turned_off() {
    let demo = Demo::package(MAIN);
    let run = |when: &str| demo.run(&["lint", "--color", when]).out;
    assert!(run("always").contains("\u{1b}["), "{}", run("always"));
    assert_eq!((run("never"), run("never").contains('\u{1b}')), (run("auto"), false));
    let run = demo.run(&["--color", "sometimes", "lint"]);
    assert!(run.code == 2 && run.err.contains("auto, always, never"), "{run:?}");
}

#[test]
fn quiet_leaves_out_notes_only() {
    let demo = Demo::package(MAIN);
    let (loud, quiet) = (demo.run(&["lint"]), demo.run(&["lint", "--quiet"]));
    assert_eq!((&loud.out, loud.code), (&quiet.out, quiet.code));
    assert!(loud.err.contains("checked 3 tools"), "{loud:?}");
    assert_eq!(quiet.err, "");
    assert!(demo.run(&["-q", "lint", "none.json"]).err.contains("none.json"));
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let demo = Demo::package(MAIN);
    let run = demo.run(&["lint", "--statistics", "--output", "json=lint.json"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.lines().any(|line| line == "    1  warning       risky-name"), "{}", run.out);
    assert!(!run.out.contains("main.rs") && demo.read("lint.json").contains("\"risky-name\""));
    let counts: Vec<usize> =
        run.out.lines().map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    assert_eq!(demo.run(&["lint", "--statistics", "--format", "json"]).code, 2);
}

#[test]
fn select_reports_only_the_named_rules() {
    let demo = Demo::package(&MAIN.replace("no scope", "hello"));
    let ids = |arguments: &[&str]| {
        let run = demo.run(&[&["lint", "--format", "concise"], arguments].concat());
        let mut ids: Vec<String> =
            run.out.lines().map(|line| line.split(['[', ']']).nth(1).unwrap().to_owned()).collect();
        ids.dedup();
        ids
    };
    assert!(ids(&[]).len() > 1, "{:?}", ids(&[]));
    assert_eq!(ids(&["--select", "risky-name"]), ["risky-name"]);
    assert_eq!(ids(&["--select", "risk"]), ["risky-name"]);
    assert_eq!(ids(&["--select", "sandbox,flow"]), [""; 0]);
    let run = demo.run(&["lint", "--select", "risky-nmae"]);
    assert!(run.code == 2 && run.err.contains("did you mean `risky-name`?"), "{run:?}");
    // Errors of the compiler are always reported.
    demo.write("src/main.rs", MAIN);
    assert!(ids(&["--select", "sandbox"]).contains(&"scope-syntax".to_owned()));
}

#[test]
fn exit_zero_ignores_findings_only() {
    let demo = Demo::package(MAIN);
    assert_eq!((demo.run(&["lint"]).code, demo.run(&["lint", "--exit-zero"]).code), (1, 0));
    assert_eq!(demo.run(&["lint", "--exit-zero", "none.json"]).code, 2);
    let document = |name: &str| format!("{{\"resource\": \"https://{name}.example.com/mcp\"}}");
    demo.write("old.json", document("a")).write("new.json", document("b"));
    let diff = ["diff", "old.json", "new.json", "--fail-on", "major"];
    assert_eq!(demo.run(&diff).code, 1);
    assert_eq!(demo.run(&[&diff[..], &["--exit-zero"]].concat()).code, 0);
}

/// HTML on a terminal is of no use. A pipe and a file get the page.
#[cfg(unix)]
#[test]
fn opens_the_page_in_a_browser() {
    use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

    let demo = Demo::package(&MAIN.replace("no scope", "hello"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["xdg-open", "open"] {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\necho \"$1\" > {}/opened\n", folder.path().display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let run = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"))
        .args(["docs", "--open", "--output", "page.html"])
        .current_dir(demo.path())
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    assert!(demo.read("page.html").starts_with("<!DOCTYPE html>"));
    // The browser is not waited for.
    let opened = folder.path().join("opened");
    let found = (0..100).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        fs::read_to_string(&opened).ok().filter(|text| !text.is_empty())
    });
    assert_eq!(found.as_deref(), Some("page.html\n"));
}
