//! `mcp-scopes lint` with a baseline file.

use std::fs;

use super::{CONFIG, Demo, MAIN};
use crate::support::DOCUMENT;

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

/// The levels of the rules about the file are those of the package or the folder beside it, or of the workspace.
#[test]
fn configuration_files_set_the_levels_of_the_rules_about_the_file() {
    let entry = r#"{"rule": "risky-name", "subject": "a", "fingerprint": "00000000000000000000000000000000", "reason": "", "expires": "2026-12-31"}"#;
    let text = format!(r#"{{"version": 1, "fingerprints": "mcp-scopes/v1", "entries": [{entry}]}}"#);
    let demo = Demo::new(MAIN);
    demo.write("mcp-scopes.baseline.json", &text);
    demo.write("metadata.json", DOCUMENT);
    let levels = |arguments: &[&str]| {
        let run = demo.run(&[&["lint", "--today", "2026-11-21", "--format", "concise"], arguments].concat());
        let of = |rule: &str| {
            let line = run.out.lines().find(|line| line.contains(rule))?;
            Some(line.contains(&format!("error[{rule}]")))
        };
        (of("stale-baseline-entry"), of("baseline-reason"))
    };
    assert_eq!(levels(&[]), (Some(false), Some(true)));
    let lint = "[lint]\nstale-baseline-entry = \"allow\"\nbaseline-reason = \"warn\"\n";
    demo.write("mcp-scopes.toml", &format!("{CONFIG}{lint}"));
    assert_eq!(levels(&[]), (None, Some(false)));
    assert_eq!(levels(&["--deny", "baseline-reason"]), (None, Some(true)));
    // A run on documents reads the file too, since it is beside the baseline.
    assert_eq!(levels(&["metadata.json"]), (None, Some(false)));
    // The file of the workspace, for a baseline in any folder below it.
    demo.write("mcp-scopes.toml", CONFIG);
    fs::create_dir_all(demo.path().join("ci")).unwrap();
    demo.write("ci/known.json", &text);
    let elsewhere = ["--baseline", "ci/known.json"];
    assert_eq!(levels(&elsewhere), (Some(false), Some(true)));
    demo.write("ci/Cargo.toml", "[workspace]\n");
    demo.write("ci/mcp-scopes.toml", lint);
    assert_eq!(levels(&elsewhere), (None, Some(false)));
    // For documents, `--config` names a file.
    demo.write("lint.toml", "[lint]\nbaseline-reason = \"warn\"\n");
    assert_eq!(
        levels(&["metadata.json", "--baseline", "mcp-scopes.baseline.json", "--config", "lint.toml"]).1,
        Some(false)
    );
}

/// A run without a feature says nothing about the code that needs it.
#[test]
fn keeps_the_entries_of_code_that_is_left_out() {
    const FILE: &str = "mcp-scopes.baseline.json";
    let demo = Demo::new(
        &MAIN
            .replace("list_files", "delete_files")
            .replace("/// Run a command", "/// Drop everything")
            .replace("fn main() {}", "#[cfg(feature = \"shell\")]\nmod admin;\nfn main() {}"),
    );
    demo.write(
        "src/admin.rs",
        "use mcp_scopes::mcp_tool;\n\n/// Purge the files\n#[mcp_tool(risk = \"low\", scope = \"files:purge\")]\npub fn purge_files() {}\n",
    );
    let subjects = || -> Vec<String> {
        let text = fs::read_to_string(demo.path().join(FILE)).unwrap();
        let entries = serde_json::from_str::<serde_json::Value>(&text).unwrap()["entries"].clone();
        let subject = |entry: &serde_json::Value| entry["subject"].as_str().unwrap().to_owned();
        entries.as_array().unwrap().iter().map(subject).collect()
    };
    let update = ["lint", "--update-baseline", "--reason", "previews only", "--today", "2026-11-21"];
    demo.run(&[&update[..], &["--all-features"]].concat());
    let all = subjects();
    for subject in ["delete_files", "purge_files"] {
        assert!(all.iter().any(|found| found == subject), "{all:?}");
    }
    let run = demo.run(&["lint", "--today", "2026-11-21"]);
    assert!(!run.out.contains("stale-baseline-entry"), "{}", run.out);
    demo.run(&update);
    assert_eq!(subjects(), all);
    // What was seen and is fixed is removed, in a file with code that is left out too.
    demo.write(
        "src/main.rs",
        &fs::read_to_string(demo.path().join("src/main.rs")).unwrap().replace("delete_files", "list_files"),
    );
    let run = demo.run(&["lint", "--today", "2026-11-21"]);
    assert!(run.out.contains("stale-baseline-entry"), "{}", run.out);
    demo.run(&update);
    let rest: Vec<String> = all.into_iter().filter(|subject| subject != "delete_files").collect();
    assert_eq!(subjects(), rest);
    // So is the entry of a file that does not exist any more.
    fs::remove_file(demo.path().join("src/admin.rs")).unwrap();
    demo.write(
        "src/main.rs",
        &fs::read_to_string(demo.path().join("src/main.rs")).unwrap().replace("mod admin;", "const A: () = ();"),
    );
    demo.run(&update);
    assert!(!subjects().contains(&"purge_files".to_owned()), "{:?}", subjects());
}

/// A run that cannot read some input still knows the findings of the others.
#[test]
fn applies_to_the_report_of_a_run_that_fails() {
    let demo = Demo::new(&MAIN.replace("list_files", "delete_files"));
    demo.run(&["lint", "--update-baseline", "--reason", "previews only", "--today", "2026-11-21"]);
    let before = fs::read_to_string(demo.path().join("mcp-scopes.baseline.json")).unwrap();
    let run = demo.run(&["lint", ".", "missing.json", "--today", "2026-11-21", "--output", "json=report.json"]);
    assert_eq!(run.code, 2, "{}", run.err);
    let report = fs::read_to_string(demo.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let rules = |list: &str| -> Vec<&str> {
        report[list].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
    };
    assert_eq!(rules("findings"), ["unreadable-input"], "{report}");
    assert_eq!(rules("suppressed"), ["risky-name"], "{report}");
    // An update writes nothing then, and a baseline that cannot be read is the failure.
    demo.run(&["lint", ".", "missing.json", "--update-baseline", "--today", "2026-11-21"]);
    assert_eq!(fs::read_to_string(demo.path().join("mcp-scopes.baseline.json")).unwrap(), before);
    demo.write("mcp-scopes.baseline.json", "{");
    let run = demo.run(&["lint", ".", "--output", "json=report.json"]);
    assert!(run.code == 2 && run.err.contains("mcp-scopes.baseline.json"), "{}", run.err);
}
