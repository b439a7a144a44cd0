//! `mcp-scopes lint` with a baseline file.

use std::fs;

use super::{Demo, MAIN};

#[test]
fn writes_applies_and_updates_a_baseline() {
    const FILE: &str = "mcp-scopes.baseline.json";
    let demo = Demo::new(&MAIN.replace("list_files", "delete_files"));
    let lint = |more: &[&str]| demo.run(&[&["lint", "--deny", "warnings", "--today", "2026-11-21"][..], more].concat());
    let entries = || -> serde_json::Value {
        let text = fs::read_to_string(demo.path().join(FILE)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["entries"].clone()
    };
    assert_eq!(lint(&[]).code, 1);
    assert_eq!(lint(&["--baseline", FILE]).code, 2);

    // Each entry without a reason is a finding.
    let run = lint(&["--update-baseline"]);
    assert!(run.code == 1 && run.out.contains("baseline-reason"), "{}", run.out);
    assert!(run.err.contains("wrote 1 entry to mcp-scopes.baseline.json"), "{}", run.err);
    let run = lint(&["--update-baseline", "--reason", "previews only"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("no findings; 1 suppressed"), "{}", run.err);
    assert_eq!(entries()[0]["reason"], "previews only");
    assert_eq!(entries()[0]["expires"], "2027-02-19");
    assert_eq!(lint(&["--baseline", FILE]).code, 0);

    // An update keeps existing entries, and accepts its own output.
    let written = fs::read_to_string(demo.path().join(FILE)).unwrap();
    assert_eq!(lint(&["--update-baseline", "--reason", "other", "--expires", "2030-01-01"]).code, 0);
    assert_eq!(fs::read_to_string(demo.path().join(FILE)).unwrap(), written);

    // A moved line does not change the finding.
    let main = MAIN.replace("list_files", "delete_files");
    demo.write("src/main.rs", &format!("//! Moved.\n\n\n{main}"));
    assert_eq!(lint(&["--baseline", FILE]).code, 0);

    // After its expiry date, the finding counts again.
    let late = demo.run(&["lint", "--baseline", FILE, "--today", "2027-02-20"]);
    assert!(late.code == 1 && late.out.contains("expired-baseline-entry") && late.out.contains("risky-name"));
    assert_eq!(demo.run(&["lint", "--baseline", FILE, "--today", "2027-02-19"]).code, 0);

    // A fixed finding leaves a stale entry, which an update removes.
    demo.write("src/main.rs", MAIN);
    let run = lint(&["--baseline", FILE]);
    assert!(run.code == 1 && run.out.contains("stale-baseline-entry"), "{}", run.out);
    assert_eq!(lint(&["--baseline", FILE, "--allow", "stale-baseline-entry"]).code, 0);
    assert_eq!(lint(&["--update-baseline"]).code, 0);
    assert_eq!(entries().as_array().unwrap().len(), 0);

    for (text, why) in [
        ("{", ":1:2: "),
        ("{}", "`\"version\": 1`"),
        (r#"{"version": 1, "fingerprints": "x"}"#, "not of version `mcp-scopes/v1`"),
        (r#"{"version": 1, "fingerprints": "mcp-scopes/v1", "entries": [{"rul": "x"}]}"#, "unknown member `rul`"),
        (r#"{"version": 1, "version": 1}"#, "duplicate member `version`"),
    ] {
        demo.write(FILE, text);
        for flags in [&["--baseline", FILE][..], &["--update-baseline"]] {
            let run = lint(flags);
            assert!(run.code == 2 && run.err.contains(why), "{text}: {}", run.err);
        }
        assert_eq!(fs::read_to_string(demo.path().join(FILE)).unwrap(), text);
    }
    assert_eq!(lint(&["--reason", "x"]).code, 2);
    assert_eq!(demo.run(&["lint", "--update-baseline", "--expires", "soon"]).code, 2);
}
