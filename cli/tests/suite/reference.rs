//! Reference documentation of the program: `explain`, `rules`, `completions`, `man`, `--help`.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::support::Demo;
use mcp_scopes_lint::RULES;

#[test]
fn explains_rules() {
    let demo = Demo::new();
    let run = demo.run(&["explain", "near-duplicate-scope", "annotation-in-body"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.starts_with("near-duplicate-scope: scopes that differ only in spelling\n"), "{}", run.out);
    for line in [
        "  reason    one of the two is usually a misspelling",
        "  category  naming\n",
        "  level     warn\n",
        "  section   experience",
        "\nFalse alarms\n\n",
    ] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    assert!(run.out.contains("\nannotation-in-body: ") && !run.out.contains('\u{1b}'), "{}", run.out);
    let run = demo.run(&["explain", "risky-nmae"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("unknown id `risky-nmae`") && run.err.contains("`risky-name`"), "{run:?}");
    let run = demo.run(&["explain", "xylophone"]);
    assert!(run.code == 2 && run.err.contains("`mcp-scopes rules` lists the rules"), "{run:?}");
}

#[test]
fn explains_ids_that_are_no_rules() {
    let demo = Demo::new();
    let run = demo.run(&["explain", "access-widened", "missing-risk", "unknown-group-tool", "unused-acceptance"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    for text in [
        "access-widened: some tokens open it that did not\n\nReported by `diff` and `check`.\n\nIt is patch: ",
        "missing-risk: tool without `risk_level`\n\n  reason",
        "missing-risk, as an error of the compiler: no `risk`\n\nReported by the compiler, and `lint`;",
        "unknown-group-tool: `grouped_with` with a tool",
        "unused-acceptance: an acceptance matches no change",
    ] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    let run = demo.run(&["explain", "acces-widened"]);
    assert!(run.code == 2 && run.err.contains("did you mean `access-widened`?"), "{run:?}");
}

#[test]
fn lists_rules() {
    let demo = Demo::new();
    let run = demo.run(&["rules"]);
    let mut lines = run.out.lines();
    assert!(lines.next().unwrap().starts_with("RULE "), "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 100), "{}", run.out);
    // A long summary continues in the last column.
    let rows = lines.filter(|line| !line.starts_with(' '));
    let ids: Vec<&str> = rows.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!((run.code, ids), (0, RULES.iter().map(|rule| rule.id).collect()));
    let run = demo.run(&["rules", "--format", "json", "--category", "risk"]);
    let value: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&value["version"], &value["tool"]["version"]), (&1.into(), &env!("CARGO_PKG_VERSION").into()));
    for rule in value["rules"].as_array().unwrap() {
        assert!(rule["category"] == "risk" && rule["docs"].as_str().unwrap().starts_with("# "), "{rule}");
    }
    assert!(run.out.contains("\"risky-name\""), "{}", run.out);
    assert_eq!(demo.run(&["rules", "--category", "weather"]).code, 2);
}

#[test]
fn prints_completions_for_five_shells() {
    let demo = Demo::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = demo.run(&["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}: {run:?}");
        for word in ["mcp-scopes", "update-baseline", "explain"] {
            assert!(run.out.contains(word), "{shell} lacks {word}");
        }
    }
    assert_eq!(demo.run(&["completions", "tcsh"]).code, 2);
    // The shell has to parse the script. The check is skipped if the shell is not installed.
    demo.write("script", demo.run(&["completions", "bash"]).out);
    if let Ok(status) = Command::new("bash").args(["-n", "script"]).current_dir(demo.path()).status() {
        assert!(status.success());
    }
}

/// Returns the names of each command, after those of the commands that it belongs to.
fn paths(command: &clap::Command) -> Vec<Vec<String>> {
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    let nested = below.flat_map(|below| {
        let name = below.get_name().to_owned();
        let further = paths(below).into_iter().map({
            let name = name.clone();
            move |path| [vec![name.clone()], path].concat()
        });
        [vec![name]].into_iter().chain(further).collect::<Vec<_>>()
    });
    nested.collect()
}

#[test]
fn each_command_has_a_manual_page() {
    let demo = Demo::new();
    let run = demo.run(&["man", "share/man1"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    let command = mcp_scopes_cli::command();
    let mut expected: BTreeSet<String> =
        paths(&command).iter().map(|path| format!("mcp-scopes-{}.1", path.join("-"))).collect();
    expected.insert("mcp-scopes.1".to_owned());
    assert_eq!(demo.names("share/man1").into_iter().collect::<BTreeSet<_>>(), expected);
    let page = demo.read("share/man1/mcp-scopes-lint.1");
    assert!(page.contains(".TH mcp-scopes-lint 1") && page.contains("Examples:"), "{page}");
    demo.write("file", "");
    assert_eq!(demo.run(&["man", "file"]).code, 2);
}

#[test]
fn each_command_shows_examples() {
    for path in paths(&mcp_scopes_cli::command()) {
        let mut command = mcp_scopes_cli::command();
        for name in &path {
            command = command.find_subcommand(name).unwrap().clone();
        }
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let name = format!("mcp-scopes {}", path.join(" "));
        assert!(help.starts_with("Examples:\n") && help.contains(&name), "`{name}` has no examples: {help}");
    }
}

/// Set `MCP_SCOPES_BLESS` to write the texts, then review the difference.
#[test]
fn committed_help_is_up_to_date() {
    let demo = Demo::new();
    for names in paths(&mcp_scopes_cli::command()) {
        let mut arguments: Vec<&str> = names.iter().map(String::as_str).collect();
        arguments.push("--help");
        let run = demo.run(&arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        let command = names.join("-");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/help/{command}.txt"));
        if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
            fs::write(&path, &run.out).unwrap();
        }
        assert_eq!(run.out, fs::read_to_string(&path).unwrap_or_default(), "{command}.txt is stale");
    }
}
