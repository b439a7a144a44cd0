//! `[[diff.accept]]`: changes that are accepted with a reason, until a day.

use std::process::Command;

use serde_json::Value;

use crate::support::{Demo, Run, formats};

const SERVER: &str =
    "[server]\nresource = \"https://a.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n";

fn source(tools: &[(&str, &str)]) -> String {
    let names: Vec<&str> = tools.iter().map(|(name, _)| *name).collect();
    let tool = |(name, keys): &(&str, &str)| {
        format!("/// Work on {name}\n#[mcp_tool({keys})]\nfn {name}(path: String) {{}}\n\n")
    };
    let tools: String = tools.iter().map(tool).collect();
    let table = format!("scope_table! {{ static TOOLS = [{}] with \"mcp-scopes.toml\"; }}\n", names.join(", "));
    format!("use mcp_scopes::{{mcp_tool, scope_table}};\n\n{tools}{table}\nfn main() {{}}\n")
}

/// Creates a package whose lock file has another requirement of `read_file` than its source.
fn widened(entries: &str) -> Demo {
    let demo = Demo::package(&source(&[("read_file", "scope = \"files:read\", risk = \"low\"")]));
    demo.write("mcp-scopes.toml", SERVER);
    assert_eq!(demo.run(&["lock"]).code, 0);
    demo.write("src/main.rs", source(&[("read_file", "scope = any(\"files:read\", \"files:list\"), risk = \"low\"")]));
    demo.write("mcp-scopes.toml", format!("{SERVER}baseline = [\"files:read\"]\n{entries}"));
    demo
}

fn entry(kind: &str, subject: &str, until: &str) -> String {
    entry_of(WIDENED, kind, subject, until)
}

fn entry_of(change: &str, kind: &str, subject: &str, until: &str) -> String {
    format!(
        "\n[[diff.accept]]\nkind = \"{kind}\"\nchange = \"{change}\"\n{subject}\nreason = \"decided in SEC-12\"\nuntil = {until}\n"
    )
}

fn accepted(until: &str) -> String {
    entry("access-widened", "tool = \"read_file\"", until)
}

/// The digits of the change of [`widened`]. Files hold such values, so they stay the same.
const WIDENED: &str = "dd6cfe67381a";

const TODAY: [&str; 2] = ["--today", "2027-02-01"];

fn check(demo: &Demo, format: &str) -> Run {
    demo.run(&[&["check", "--format", format], &TODAY[..]].concat())
}

fn diff(demo: &Demo, rest: &[&str]) -> Run {
    demo.run(&[&["diff", "mcp-scopes.lock.json", ".", "--fail-on", "weakens"], rest, &TODAY].concat())
}

#[test]
fn accepted_changes_do_not_fail() {
    assert_eq!(diff(&widened(""), &[]).code, 1);
    let demo = widened(&accepted("2027-02-01"));
    let run = diff(&demo, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let shown = "accepted until 2027-02-01: patch, weakens: `read_file` is opened by `files:read` or `files:list`, and was by `files:read` [access-widened]\n";
    assert!(run.out.contains(shown) && run.out.contains("  reason: decided in SEC-12\n"), "{run:?}");
    assert!(run.out.ends_with("no other changes; 1 accepted\n"), "{run:?}");
    assert_eq!(check(&demo, "human").code, 0);
    // Another tool, another kind of change, another change and a part of the document are not accepted.
    for other in [
        entry_of("0123456789ab", "access-widened", "tool = \"read_file\"", "2027-02-01"),
        entry("access-widened", "pointer = \"/mcp_extensions\"", "2027-02-01"),
        entry("access-widened", "tool = \"read\"", "2027-02-01"),
        entry("access-moved", "tool = \"read_file\"", "2027-02-01"),
        entry("access-widened", "pointer = \"/resource\"", "2027-02-01"),
    ] {
        let demo = widened(&other);
        assert_eq!((diff(&demo, &[]).code, check(&demo, "human").code), (1, 1), "{other}");
    }
    let pointer = "pointer = \"/mcp_extensions/tool_scope_mapping/read_file/required_scopes\"";
    assert_eq!(diff(&widened(&entry("access-widened", pointer, "\"2027-02-01\"")), &[]).code, 0);
}

#[test]
fn every_format_lists_accepted_changes() {
    let demo = widened(&accepted("2027-02-01"));
    for format in formats() {
        let run = check(&demo, &format);
        assert_eq!(run.code, 0, "{format}: {run:?}");
        assert!(run.out.contains("access-widened") && run.out.contains("decided in SEC-12"), "{format}: {run:?}");
        assert!(run.out.contains("2027-02-01") || format == "sarif", "{format}: {run:?}");
    }
    let json: Value = serde_json::from_str(&check(&demo, "json").out).unwrap();
    assert_eq!((&json["changes"], &json["notices"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!(json["accepted"][0]["until"], "2027-02-01");
    let sarif: Value = serde_json::from_str(&check(&demo, "sarif").out).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["justification"], "decided in SEC-12");
    assert_eq!(result["suppressions"][0]["kind"], "external");
}

#[test]
fn reports_expired_and_unused_entries() {
    let demo = widened(&accepted("2027-01-31"));
    let run = diff(&demo, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("warning: the acceptance of `access-widened` ended on 2027-01-31 [expired-acceptance]\n  at mcp-scopes.toml:7:8\n"), "{run:?}");
    for format in formats() {
        assert!(diff(&demo, &["--format", &format]).out.contains("expired-acceptance"), "{format}");
    }
    let both = accepted("2027-02-01") + &entry("tool-added", "tool = \"gone\"", "2027-02-01");
    let demo = widened(&both);
    let run = diff(&demo, &[]);
    assert!(
        run.code == 0 && run.out.contains("the acceptance of `tool-added` matches no change [unused-acceptance]"),
        "{run:?}"
    );
    // An entry for the comparison with a branch matches nothing once its change is locked.
    assert_eq!(demo.run(&["lock"]).code, 0);
    let run = check(&demo, "human");
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
}

#[test]
fn rejects_unknown_kinds() {
    let run = diff(&widened(&entry("acess-widened", "tool = \"read_file\"", "2027-02-01")), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("error: unknown kind of change `acess-widened` [unknown-change-kind]"), "{run:?}");
    assert!(run.out.contains("help: did you mean `access-widened`?"), "{run:?}");
}

#[test]
fn documents_take_a_configuration_file() {
    let demo = widened(&accepted("2027-02-01"));
    let metadata = demo.run(&["export"]).out;
    demo.write("new.json", metadata);
    let documents = ["diff", "mcp-scopes.lock.json", "new.json", "--fail-on", "weakens"];
    assert_eq!(demo.run(&[&documents[..], &TODAY].concat()).code, 1);
    let config = ["--config", "mcp-scopes.toml"];
    let run = demo.run(&[&documents[..], &TODAY, &config].concat());
    assert!(run.code == 0 && run.out.contains("accepted until"), "{run:?}");
    let report = ["--output", "json=report.json"];
    let run = demo.run(&[&documents[..], &["--config", "none.toml"], &report].concat());
    assert!(run.code == 2 && run.err.contains("none.toml"), "{run:?}");
    assert!(demo.read("report.json").contains("unreadable-input"), "{}", demo.read("report.json"));
}

/// The pull request that the workflow in the docs is for: one more tool of minimal risk, behind its own scope.
#[test]
fn a_new_tool_of_minimal_risk_passes() {
    let git = |demo: &Demo, arguments: &[&str]| {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        let run = Command::new("git").args(identity).args(arguments).current_dir(demo.path()).output().unwrap();
        assert!(run.status.success(), "{run:?}");
    };
    let base = ("read_file", "scope = \"files:read\", risk = \"low\"");
    let demo = Demo::package(&source(&[base]));
    demo.write("mcp-scopes.toml", SERVER);
    git(&demo, &["init", "--quiet"]);
    git(&demo, &["add", "."]);
    git(&demo, &["commit", "--quiet", "-m", "base"]);
    let diff = |keys: &str| {
        demo.write("src/main.rs", source(&[base, ("count_files", keys)]));
        demo.run(&[&["diff", "git:HEAD", ".", "--fail-on", "weakens", "--format", "github"], &TODAY[..]].concat())
    };
    let run = diff("risk = \"minimal\"");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("title=tool-added") && run.out.contains("title=baseline-grown"), "{run:?}");
    // Clients request the scope of a riskier tool, and tokens that exist open a tool behind their scopes.
    assert_eq!(diff("risk = \"low\"").code, 1);
    assert_eq!(diff("scope = \"files:read\", risk = \"minimal\"").code, 1);
    let keys = "scope = \"files:read\", risk = \"minimal\"";
    let run = diff(keys);
    let digits =
        run.out.split("title=tool-added").nth(1).unwrap().split("change: ").nth(1).unwrap().split('\n').next().unwrap();
    let accepted = entry_of(digits, "tool-added", "tool = \"count_files\"", "2027-02-01");
    demo.write("mcp-scopes.toml", format!("{SERVER}{accepted}"));
    let run = diff(keys);
    assert_eq!(run.code, 0, "{run:?}");
    // The entry is for this tool as it is, and not for one that the model reads differently or that is open to all.
    assert_eq!(diff("public, risk = \"minimal\"").code, 1);
    let run = diff("scope = \"files:read\", risk = \"minimal\", title = \"Counts\"");
    assert!(run.code == 1 && run.out.contains("outdated-acceptance"), "{run:?}");
}

/// An entry accepts what was reviewed, and not what the tool becomes later.
#[test]
fn reports_a_later_wider_change_again() {
    let demo = widened(&accepted("2027-02-01"));
    for keys in ["scope = any(\"files:read\", \"files:list\", \"x\"), risk = \"low\"", "public, risk = \"low\""] {
        demo.write("src/main.rs", source(&[("read_file", keys)]));
        if keys.starts_with("public") {
            demo.write("mcp-scopes.toml", format!("{SERVER}{}", accepted("2027-02-01")));
        }
        let run = diff(&demo, &[]);
        assert_eq!(run.code, 1, "{keys}: {run:?}");
        let notice = format!(
            "warning: the acceptance of `access-widened` is for another change: {WIDENED} [outdated-acceptance]"
        );
        assert!(run.out.contains(&notice), "{run:?}");
        assert_eq!(check(&demo, "human").code, 1);
    }
}

#[test]
fn entries_last_at_most_a_year() {
    assert_eq!(diff(&widened(&accepted("2028-02-02")), &[]).code, 0);
    let run = diff(&widened(&accepted("2028-02-03")), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let message = "error: the acceptance of `access-widened` lasts until 2028-02-03, which is more than a year [distant-acceptance]";
    assert!(run.out.contains(message) && run.out.contains("help: write a day up to 2028-02-02"), "{run:?}");
}

/// A build sets the variable, and must not make expired entries valid.
#[test]
fn no_variable_moves_the_day() {
    let demo = widened(&accepted("2020-02-01"));
    let run = demo.run_at(&["diff", "mcp-scopes.lock.json", ".", "--fail-on", "weakens"], "1577836800");
    assert!(run.code == 1 && run.out.contains("expired-acceptance"), "{run:?}");
}

#[test]
fn a_comment_at_the_tool_accepts_a_change() {
    let demo = widened("");
    let commented = |comment: &str| {
        let text = source(&[("read_file", "scope = any(\"files:read\", \"files:list\"), risk = \"low\"")]);
        demo.write("src/main.rs", text.replace("#[mcp_tool", &format!("// mcp-scopes: {comment}\n#[mcp_tool")));
    };
    commented(&format!("accept(access-widened {WIDENED}) until 2027-02-01: decided in SEC-12"));
    let run = diff(&demo, &[]);
    assert!(run.code == 0 && run.out.contains("accepted until 2027-02-01"), "{run:?}");
    let run = demo.run(&["lint", "--select", "suppression-syntax"]);
    assert!(run.code == 0 && !run.out.contains("suppression-syntax"), "{run:?}");
    commented("accept(access-widened 0123456789ab) until 2027-02-01: decided in SEC-12");
    let run = diff(&demo, &[]);
    assert!(run.code == 1 && run.out.contains("[outdated-acceptance]\n  at src/main.rs:4:1\n"), "{run:?}");
    commented("accept(access-widened) until 2027-02-01: decided in SEC-12");
    let run = demo.run(&["lint"]);
    assert!(run.out.contains("[suppression-syntax]: `accept` names one kind of change and one change"), "{run:?}");
}
