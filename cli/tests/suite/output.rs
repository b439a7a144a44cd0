//! The output formats.

use std::{collections::BTreeSet, fs, process::Command};

use crate::support::{DOCUMENT, Demo, MAIN, Run, formats};
use serde_json::Value;

/// A document with text that each format has to escape.
const HOSTILE: &str = "{\"resource\": \"https://files.example.com/mcp\", \"resource_name\": \"Files\", \"authorization_servers\": [\"https://auth.example.com\"], \
    \"scopes_supported\": [\"a\\u001b]0;b\\n::error::|</script>%,]]>\\u0000<b>`x`\"]}";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn validator(file: &str) -> jsonschema::Validator {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let schema = json(&fs::read_to_string(path).unwrap());
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

#[track_caller]
fn assert_valid(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn lint(demo: &Demo, format: &str, rest: &[&str]) -> Run {
    demo.run(&[&["lint", "--format", format], rest].concat())
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    let clean = Demo::new();
    clean.write("clean.json", DOCUMENT.replace(",\n  \"scopes_supported\": []", ""));
    let found = Demo::package(MAIN);
    for format in formats() {
        let format = format.as_str();
        assert_eq!(lint(&clean, format, &["clean.json"]).code, 0, "{format}");
        assert_eq!(lint(&found, format, &[]).code, 1, "{format}");
        let run = lint(&found, format, &["no-such-file.json"]);
        assert_eq!((run.code, run.out.contains("unreadable-input")), (2, format != "human"), "{format}");
    }
    assert_eq!(lint(&found, "human", &["no-such-file.json"]).out, "");
    assert_eq!(lint(&found, "yaml", &[]).code, 2);
    // The other input is reported, and so are the files.
    let run = lint(&found, "sarif", &[".", "no-such-file.json", "--output", "github=notes.txt"]);
    assert_eq!((run.code, run.out.contains("risky-name")), (2, true), "{run:?}");
    let sarif = json(&run.out);
    assert_valid(&validator("tests/data/sarif-schema-2.1.0.json"), &sarif);
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert!(found.read("notes.txt").contains("title=unreadable-input::"), "{}", found.read("notes.txt"));
}

/// A later step of the CI reads the report, whatever the reason of the failure is.
#[test]
fn a_run_that_cannot_start_writes_the_report() {
    let demo = Demo::package(MAIN);
    let resource = ["--resource", "https://files.example.com/mcp"];
    for (arguments, why) in [
        (&["missing.json", resource[0], resource[1]][..], "cannot scan `missing.json`"),
        (&[".", resource[0], resource[1]], "`--resource` applies to documents"),
        (&[".", "--deny", "risky-nmae"], "unknown rule or category `risky-nmae`"),
        (&[".", "--select", "risky-nmae", "--fix"], "unknown rule or category `risky-nmae`"),
    ] {
        let run = demo.run(&[&["lint", "--output", "sarif=lint.sarif"], arguments].concat());
        assert!(run.code == 2 && run.err.contains(why) && run.out.is_empty(), "{arguments:?}: {run:?}");
        let sarif = json(&demo.read("lint.sarif"));
        let result = &sarif["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "unreadable-input", "{arguments:?}: {sarif}");
        assert!(result["message"]["text"].as_str().unwrap().contains(why), "{sarif}");
        fs::remove_file(demo.path().join("lint.sarif")).unwrap();
    }
}

#[test]
fn sarif_matches_the_standard() {
    let schema = validator("tests/data/sarif-schema-2.1.0.json");
    let clean = Demo::new();
    clean.write("clean.json", DOCUMENT.replace(",\n  \"scopes_supported\": []", "")).write("hostile.json", HOSTILE);
    for file in ["clean.json", "hostile.json"] {
        assert_valid(&schema, &json(&lint(&clean, "sarif", &[file]).out));
    }

    let demo = Demo::package(MAIN);
    let broken = json("{\"version\": \"2.1.0\", \"runs\": [{}]}");
    assert!(!schema.is_valid(&broken), "the schema accepts a wrong report");
    let sarif = json(&lint(&demo, "sarif", &[]).out);
    assert_valid(&schema, &sarif);
    // The committed schema is the one that the report names.
    let path = format!("{}/tests/data/sarif-schema-2.1.0.json", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(sarif["$schema"], json(&fs::read_to_string(path).unwrap())["id"]);
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    let of = |rule: &str, subject: &str| {
        let found =
            results.iter().find(|result| result["ruleId"] == rule && result["properties"]["subject"] == subject);
        found.unwrap_or_else(|| panic!("no {rule} about {subject}: {results:#?}"))
    };
    let risky = of("risky-name", "drop_table");
    let place = &risky["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/main.rs");
    let region = &place["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&4.into(), &19.into()));
    assert_eq!((&region["endLine"], &region["endColumn"]), (&4.into(), &24.into()));
    assert_eq!(risky["partialFingerprints"]["mcp-scopes/v1"].as_str().unwrap().len(), 32);
    assert_eq!((&risky["suppressions"], &risky["baselineState"]), (&json("[]"), &Value::Null));
    // The rule index refers to the rule, with its page.
    let rules = &run["tool"]["driver"]["rules"];
    let reported: BTreeSet<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    let described: BTreeSet<&str> = rules.as_array().unwrap().iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(described, reported, "only rules with results are described");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let rule = &rules[usize::try_from(risky["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# risky-name"), "{rule}");
    assert_eq!(rule["properties"]["tags"][1], "risk");
    // Suppressed findings are included.
    let allowed = &of("risky-name", "delete_row")["suppressions"][0];
    assert_eq!((&allowed["kind"], &allowed["status"]), (&"inSource".into(), &"accepted".into()));
    assert_eq!(allowed["justification"], "a test double, which never runs outside of tests");
}

/// Code scanning rejects a rule without a help text, even if the rule is only an error of the compiler.
#[test]
fn sarif_describes_errors_of_the_compiler() {
    let demo = Demo::package(&MAIN.replacen("\"low\"", "\"lwo\"", 1));
    let sarif = json(&lint(&demo, "sarif", &[]).out);
    assert_valid(&validator("tests/data/sarif-schema-2.1.0.json"), &sarif);
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].is_string(), "{rule}");
    }
    assert!(rules.iter().any(|rule| rule["help"]["text"] == "also an error of the compiler"), "{:#?}", rules.last());
}

#[test]
fn sarif_marks_findings_of_the_baseline() {
    let schema = validator("tests/data/sarif-schema-2.1.0.json");
    let demo = Demo::package(MAIN);
    demo.run(&["lint", "--update-baseline", "--reason", "split in the next major release"]);
    let more = MAIN.replace(
        "fn main() {}",
        "/// Purge\n#[mcp_tool(risk = \"low\", scope = \"rows:purge\")]\nfn purge_rows(name: String) {}\nfn main() {}",
    );
    demo.write("src/main.rs", more);
    let sarif = json(&lint(&demo, "sarif", &["--baseline", "mcp-scopes.baseline.json"]).out);
    assert_valid(&schema, &sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let state = |subject: &str| {
        let found = results
            .iter()
            .find(|result| result["ruleId"] == "risky-name" && result["properties"]["subject"] == subject);
        let found = found.unwrap();
        (found["baselineState"].clone(), found["suppressions"][0]["kind"].clone())
    };
    assert_eq!(state("drop_table"), ("unchanged".into(), "external".into()));
    assert_eq!(state("delete_row"), ("new".into(), "inSource".into()));
    assert_eq!(state("purge_rows"), ("new".into(), Value::Null));
}

#[test]
fn sarif_contains_fixes() {
    let demo = Demo::new();
    demo.write("a b.json", DOCUMENT);
    let sarif = json(&lint(&demo, "sarif", &["a b.json"]).out);
    assert_valid(&validator("tests/data/sarif-schema-2.1.0.json"), &sarif);
    let fix = &sarif["runs"][0]["results"][0]["fixes"][0];
    let change = &fix["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "a%20b.json");
    let region = &change["replacements"][0]["deletedRegion"];
    // From the comma after the issuers to the end of the member.
    assert_eq!((&region["startLine"], &region["startColumn"]), (&3.into(), &56.into()), "{fix}");
    assert_eq!((&region["endLine"], &region["endColumn"]), (&4.into(), &25.into()), "{fix}");
    assert_eq!(
        (&fix["properties"]["safety"], &change["replacements"][0]["insertedContent"]["text"]),
        (&"safe".into(), &"".into())
    );
}

#[test]
fn json_matches_its_schema() {
    let schema = validator("schemas/lint-v1.schema.json");
    let demo = Demo::package(MAIN);
    demo.write("metadata.json", DOCUMENT).write("hostile.json", HOSTILE);
    let found = json(&lint(&demo, "json", &[".", "metadata.json", "hostile.json"]).out);
    assert_valid(&schema, &found);
    assert_eq!(found["tool"], serde_json::json!({"name": "mcp-scopes", "version": env!("CARGO_PKG_VERSION")}));
    // The members of version 1 as first released. They may not change.
    for member in ["rule", "level", "message", "help", "file", "line", "column", "subject"] {
        assert!(found["findings"][0].get(member).is_some(), "{member}");
    }
    let of = |list: &str, rule: &str| {
        found[list].as_array().unwrap().iter().find(|finding| finding["rule"] == rule).unwrap().clone()
    };
    let empty = of("findings", "empty-member");
    assert_eq!((&empty["category"], &empty["fix"]["safety"]), (&"document".into(), &"safe".into()));
    let allowed = of("suppressed", "risky-name");
    assert_eq!((&allowed["subject"], &allowed["suppression"]["kind"]), (&"delete_row".into(), &"comment".into()));
    assert_eq!(found["summary"]["suppressed"], 1);
    let without = json(
        "{\"version\": 1, \"findings\": [{}], \"suppressed\": [], \"summary\": {\"errors\": 0, \"warnings\": 0, \"suppressed\": 0}}",
    );
    assert!(!schema.is_valid(&without), "the schema accepts a wrong report");
}

#[test]
fn github_prints_one_line_per_finding() {
    let demo = Demo::package(MAIN);
    let run = lint(&demo, "github", &[]);
    let risky = "::warning file=src/main.rs,line=4,endLine=4,col=19,endColumn=24,title=risky-name::";
    assert!(run.out.lines().any(|line| line.starts_with(risky)), "{}", run.out);
    assert!(!run.out.contains("delete_row"), "a suppressed finding is annotated: {}", run.out);
    demo.write("hostile.json", HOSTILE);
    let run = lint(&demo, "github", &["hostile.json"]);
    assert!(run.out.lines().all(|line| line.starts_with("::error file=hostile.json,")), "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && run.out.contains("%25"), "{}", run.out);
}

/// A report is read at the top of the repository, wherever the program runs.
#[test]
fn paths_begin_at_the_top_of_the_repository() {
    let demo = Demo::new();
    demo.write("server/a.json", DOCUMENT);
    assert!(Command::new("git").args(["init", "--quiet"]).current_dir(demo.path()).status().unwrap().success());
    let run = |format: &str| demo.run_in("server", &["lint", "a.json", "--format", format]).out;
    assert!(run("github").starts_with("::error file=server/a.json,"), "{}", run("github"));
    assert!(run("junit").contains("file=\"server/a.json\""), "{}", run("junit"));
    let sarif = json(&run("sarif"));
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "server/a.json");
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"], "server/a.json");
    // A user at the terminal opens files from the current folder.
    assert!(run("human").contains("--> a.json:"), "{}", run("human"));
    assert_eq!(json(&run("json"))["findings"][0]["file"], "a.json");
}

#[test]
fn concise_prints_one_line_per_finding() {
    let demo = Demo::package(MAIN);
    let run = lint(&demo, "concise", &[]);
    let risky = "src/main.rs:4:19: warning[risky-name]: ";
    assert!(run.out.lines().any(|line| line.starts_with(risky)), "{}", run.out);
    demo.write("hostile.json", HOSTILE);
    let run = lint(&demo, "concise", &["hostile.json"]);
    assert!(run.out.lines().all(|line| line.starts_with("hostile.json:1:")), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
}

#[test]
fn junit_agrees_with_the_exit_code() {
    let demo = Demo::package(MAIN);
    demo.write("hostile.json", HOSTILE).write("warned.json", DOCUMENT);
    let run = lint(&demo, "junit", &[]);
    let errors = run.out.matches("<failure ").count();
    assert!(errors >= 1 && run.out.contains(&format!("failures=\"{errors}\"")), "{}", run.out);
    assert!(run.out.contains("<skipped message=\"a test double"), "{}", run.out);
    assert!(run.out.contains("<system-out>warning: "), "{}", run.out);
    assert!(run.out.contains("file=\"src/main.rs\" line=\"4\""), "{}", run.out);
    let run = lint(&demo, "junit", &["hostile.json"]);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\0') && !run.out.contains("<b>"), "{}", run.out);
    let run = lint(&demo, "junit", &["warned.json", "--allow", "document"]);
    assert!(
        run.code == 0 && run.out.contains("name=\"no findings\"") && run.out.contains("failures=\"0\""),
        "{}",
        run.out
    );
}

#[test]
fn markdown_prints_a_page() {
    let demo = Demo::package(MAIN);
    let run = lint(&demo, "markdown", &[]);
    assert!(run.out.starts_with("## mcp-scopes\n\nchecked 3 tools in 1 package\\: "), "{}", run.out);
    assert!(run.out.contains("| ⚠ warning | [`risky-name`](https://"), "{}", run.out);
    assert!(run.out.contains("<details><summary>1 suppressed</summary>"), "{}", run.out);
    demo.write("hostile.json", HOSTILE);
    let run = lint(&demo, "markdown", &["hostile.json"]);
    let rows = run.out.lines().filter(|line| line.starts_with("| ❌ error |"));
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        assert!(!row.contains("<b>") && !row.contains("</script>"), "{row}");
    }
}

#[test]
fn writes_reports_to_files() {
    let demo = Demo::package(MAIN);
    let printed = lint(&demo, "json", &[]);
    let run = lint(&demo, "json", &["--output", "lint.json"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert_eq!(demo.read("lint.json"), printed.out);
    // Several output files at once, besides standard output.
    let files = ["--output", "sarif=lint.sarif", "--output", "markdown=summary.md", "--output", "human=lint.txt"];
    let run = lint(&demo, "github", &files);
    assert_eq!((run.code, run.out), (1, lint(&demo, "github", &[]).out));
    assert_eq!(json(&demo.read("lint.sarif"))["version"], "2.1.0");
    assert!(demo.read("summary.md").starts_with("## mcp-scopes"));
    let text = demo.read("lint.txt");
    assert!(text.contains("warning[risky-name]") && !text.contains('\u{1b}'), "{text}");
    // A misspelt format is no file.
    let run = lint(&demo, "json", &["--output", "sarfi=lint.json"]);
    assert!(run.code == 2 && run.err.contains("unknown format `sarfi`; did you mean `sarif`?"), "{run:?}");
    assert!(demo.names(".").iter().all(|name| !name.contains("sarfi")), "{:?}", demo.names("."));
    // A failed write is an error and leaves no file.
    let run = lint(&demo, "json", &["--output", "no/lint.json"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert_eq!(lint(&demo, "json", &["--output", "a", "--output", "sarif=a"]).code, 2);
    assert!(demo.names(".").iter().all(|name| !name.contains(".tmp") && name != "a"), "{:?}", demo.names("."));
}
