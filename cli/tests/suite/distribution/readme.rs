//! The commands and files in the README and in the pages in `docs`.

use std::fs;

use serde_json::Value;

use super::{REPOSITORY, TAG, assert_accepted, commands, hooks, root, text, yaml};
use crate::support::Demo;

const PAGES: [&str; 10] = [
    "README.md",
    "docs/README.md",
    "docs/secure-a-server.md",
    "docs/providers.md",
    "docs/verify-tokens.md",
    "docs/lint-in-ci.md",
    "docs/review-a-release.md",
    "docs/behind-a-proxy.md",
    "docs/sandbox.md",
    "docs/audit.md",
];

fn pages() -> String {
    PAGES.map(text).join("\n")
}

/// Returns the code blocks in a language.
fn blocks(language: &str) -> Vec<String> {
    let pages = pages();
    let parts = pages.split("\n```").skip(1).step_by(2);
    let own = parts.filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned));
    own.collect()
}

fn block(language: &str, holds: &str) -> Value {
    let found = blocks(language).into_iter().find(|block| block.contains(holds));
    yaml(&found.unwrap_or_else(|| panic!("no block with {holds}")))
}

/// Returns `owner/name`, as GitHub names it in workflows.
fn slug() -> &'static str {
    REPOSITORY.rsplit_once("github.com/").map_or(REPOSITORY, |(_, slug)| slug)
}

#[test]
fn accepts_every_command_of_the_pages() {
    let pages = pages();
    // Code between backticks is in tables and sentences. `..` is a placeholder.
    let inline = pages.split('`').skip(1).step_by(2).filter(|code| !code.contains('\n') && !code.contains(".."));
    let scripts: Vec<String> = blocks("sh").into_iter().chain(inline.map(str::to_owned)).collect();
    let found: Vec<Vec<String>> = scripts.iter().flat_map(|script| commands(script)).collect();
    assert!(found.len() > 12, "{found:?}");
    for command in found {
        assert_accepted(&command);
    }
}

#[test]
fn workflow_uses_the_action() {
    let workflow = block("yaml", "jobs:");
    let steps = workflow["jobs"]["scopes"]["steps"].as_array().unwrap().clone();
    let own = format!("{}@{TAG}", slug());
    let step = steps.iter().find(|step| step["uses"] == *own).unwrap_or_else(|| panic!("no step uses {own}"));
    let action = yaml(&text("action.yml"));
    for input in step["with"].as_object().unwrap().keys() {
        assert!(action["inputs"].get(input).is_some(), "the action has no input {input}");
    }
    let upload = steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("upload-sarif")));
    let file = upload.unwrap()["with"]["sarif_file"].as_str().unwrap();
    let output = file.strip_prefix(&format!("${{{{ steps.{}.outputs.", step["id"].as_str().unwrap())).unwrap();
    assert!(action["outputs"].get(output.trim_end_matches(" }}")).is_some(), "{file}");
    assert_eq!(workflow["permissions"]["security-events"], "write");
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert_eq!(scripts.len(), 1);
    for command in scripts.iter().flat_map(|script| commands(script)) {
        assert_eq!(command[1], "diff");
        assert_accepted(&command);
    }
}

#[test]
fn hooks_of_the_pages_exist() {
    let config = block("yaml", "repos:");
    let repo = &config["repos"][0];
    assert_eq!((&repo["repo"], &repo["rev"]), (&REPOSITORY.into(), &TAG.into()));
    let hooks = hooks::ids();
    for hook in repo["hooks"].as_array().unwrap() {
        assert!(hooks.contains(hook["id"].as_str().unwrap()), "{hook}");
    }
    let pages = pages();
    for hook in pages.split('`').filter(|word| word.starts_with("mcp-scopes-") && word.ends_with("-system")) {
        assert!(hooks.contains(hook), "{hook}");
    }
}

#[test]
fn addresses_come_from_one_place() {
    let schema = format!("#:schema {REPOSITORY}/raw/main/cli/schemas/config.schema.json");
    let stated: Vec<String> = blocks("toml").into_iter().filter(|block| block.starts_with("#:schema")).collect();
    assert_eq!(stated, [schema]);
    let others = ["CONTRIBUTING.md", "SECURITY.md", "action.yml", ".pre-commit-hooks.yaml"];
    for file in PAGES.into_iter().chain(others) {
        let text = text(file);
        for (at, _) in text.match_indices("https://github.com/") {
            assert!(text[at..].starts_with(REPOSITORY), "{file}: {}", text[at..].lines().next().unwrap());
        }
    }
}

/// The output in the README is that of the program, for the example with the misspelt tool that the text names.
#[test]
fn shows_the_output_of_the_program() {
    let capture = text("README.md");
    let capture = capture.split("```console\n").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
    let (command, output) = capture.split_once('\n').unwrap();
    let arguments: Vec<&str> = command.strip_prefix("$ mcp-scopes ").unwrap().split(' ').collect();
    let demo = Demo::new();
    // The example takes facts of its manifest from the workspace.
    let workspace = text("Cargo.toml");
    let shared = workspace.find("[workspace.package]").unwrap();
    demo.write("Cargo.toml", format!("[workspace]\nmembers = [\"examples/files\"]\n{}", &workspace[shared..]));
    for file in ["Cargo.toml", "mcp-scopes.toml"] {
        demo.write(&format!("examples/files/{file}"), text(&format!("examples/files/{file}")));
    }
    for entry in fs::read_dir(root().join("examples/files/src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let source =
            fs::read_to_string(&path).unwrap().replace("grouped_with(\"list_files\")", "grouped_with(\"list_flies\")");
        demo.write(&format!("examples/files/src/{name}"), source);
    }
    let run = demo.run(&arguments);
    assert_eq!(run.code, 1, "{run:?}");
    let printed = format!("{}{}", run.out, run.err);
    assert_eq!(printed.trim(), output.trim());
}
