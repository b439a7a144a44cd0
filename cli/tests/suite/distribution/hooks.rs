//! `.pre-commit-hooks.yaml`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{assert_accepted, root, text, yaml};

/// Returns the ids of the hooks.
pub(crate) fn ids() -> BTreeSet<String> {
    hooks().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect()
}

fn hooks() -> Vec<Value> {
    yaml(&text(".pre-commit-hooks.yaml")).as_array().unwrap().clone()
}

#[test]
fn entries_are_valid_commands() {
    assert_eq!(ids().len(), hooks().len(), "two hooks have one id");
    for hook in hooks() {
        let mut words = shlex::split(hook["entry"].as_str().unwrap()).unwrap();
        match hook["language"].as_str().unwrap() {
            "script" => {
                let script = root().join(&words[0]);
                assert!(script.is_file(), "{hook}");
                #[cfg(unix)]
                assert!(
                    std::os::unix::fs::PermissionsExt::mode(&script.metadata().unwrap().permissions()) & 0o111 != 0
                );
                "mcp-scopes".clone_into(&mut words[0]);
            }
            "system" => assert!(hook["id"].as_str().unwrap().ends_with("-system"), "{hook}"),
            other => panic!("{other}"),
        }
        if hook.get("pass_filenames").is_none() {
            words.push("public/oauth-protected-resource.json".to_owned());
        }
        assert_accepted(&words);
    }
}

#[test]
fn hooks_match_their_files() {
    let matches = |pattern: &Value, file: &str| {
        jsonschema::options().build(&json!({"pattern": pattern})).unwrap().is_valid(&json!(file))
    };
    for hook in hooks() {
        let id = hook["id"].as_str().unwrap();
        let wanted: &[&str] = match id.trim_end_matches("-system") {
            "mcp-scopes-lint" => &[
                "src/main.rs",
                "Cargo.toml",
                "a/mcp-scopes.toml",
                "mcp-scopes.server.toml",
                "mcp-scopes.baseline.json",
            ],
            "mcp-scopes-check" => {
                &["src/main.rs", "a/Cargo.toml", "mcp-scopes.toml", "a/mcp-scopes.lock.json", "a/tools.lock.json"]
            }
            "mcp-scopes-documents" => &["public/.well-known/oauth-protected-resource", "oauth-protected-resource.json"],
            other => panic!("{other}"),
        };
        for file in wanted {
            assert!(matches(&hook["files"], file), "{id}: {file}");
        }
        for file in ["README.md", "src/main.rs.orig", "notCargo.toml", "oauth-protected-resource/notes.txt"] {
            assert!(!matches(&hook["files"], file), "{id}: {file}");
        }
    }
}
