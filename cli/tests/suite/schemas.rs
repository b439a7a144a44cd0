//! Compares the schemas of configuration files with their readers.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::support::{Demo, MAIN};
use serde_json::Value;

fn schema(of: &str) -> jsonschema::Validator {
    let run = Demo::new().run(&["schema", of]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&run.out).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Returns whether the reader rejects a configuration file. The linter's checks of rules and their options are
/// included.
fn reader_rejects(path: &Path) -> bool {
    mcp_scopes_lint::Documents::new().config(path).is_err()
}

fn schema_rejects(schema: &jsonschema::Validator, text: &str) -> bool {
    toml::from_str::<Value>(text).map_or(true, |value| !schema.is_valid(&value))
}

/// Collects every configuration file of the workspace: those of examples and fixtures, including invalid ones.
fn configurations(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", ".git", "node_modules"].contains(&name.as_str()) {
            configurations(&path, found);
        } else if name == "mcp-scopes.toml" || folder.ends_with("tests/ui/toml") {
            found.push(path);
        }
    }
}

/// Writes the configuration files of the cases of lint rules into a folder: their sections `-- */mcp-scopes.toml --`.
fn configurations_of_cases(folder: &Path, found: &mut Vec<PathBuf>) {
    for case in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("lint/cases")).unwrap() {
        let text = fs::read_to_string(case.unwrap().path()).unwrap();
        let mut into = None;
        for line in text.split_inclusive('\n') {
            if let Some(section) = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
                into = section.ends_with("/mcp-scopes.toml").then(|| folder.join(format!("{}.toml", found.len())));
                found.extend(into.clone());
            } else if let Some(path) = &into {
                fs::OpenOptions::new()
                    .append(true)
                    .create(true)
                    .open(path)
                    .unwrap()
                    .write_all(line.as_bytes())
                    .unwrap();
            }
        }
    }
}

#[test]
fn schema_agrees_with_the_reader_on_every_configuration_file() {
    let schema = schema("config");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    configurations(root, &mut files);
    let cases = tempfile::tempdir().unwrap();
    configurations_of_cases(cases.path(), &mut files);
    assert!(files.len() > 60, "{files:?}");
    for path in files {
        let rejected = fs::read_to_string(&path).map_or(true, |text| schema_rejects(&schema, &text));
        assert_eq!(reader_rejects(&path), rejected, "reader, schema: {}", path.display());
    }
}

#[test]
fn schema_and_reader_accept_and_reject_the_same() {
    let schema = schema("config");
    let demo = Demo::new();
    let judged = |text: &str| {
        demo.write("a.toml", text);
        (reader_rejects(&demo.path().join("a.toml")), schema_rejects(&schema, text))
    };
    for text in [
        "",
        "[server]\n[scopes]\n[sandbox]\n[session]\n[flows]\n[lint]\n[convention]\n",
        "[server]\nresource = \"http://localhost:3000/mcp\"\nnamespace = \"a.\"\nbaseline = [\"a.b\", \"*\"]\n",
        "[convention]\nscope = \"pattern\"\npattern = \"a:*\"\n",
        "[scopes]\na = \"b\"\n\"c:d\" = {}\n\"e/f\" = { description = \"g\", implies = [\"a\"] }\n",
        "[flows]\n\"a role\" = [\"b\"]\n\"\" = [\"c\"]\n",
        "[session]\nmax_high_risk_calls = 4_294_967_295\nblock_rapid_escalation = false\n",
        "[lint]\nnaming = \"allow\"\nbroad-scope = { level = \"warn\", max_tools = 0x14 }\nrisk = { level = \"deny\" }\n",
        "[server.scope_prefix]\noutside = \"api://a/\"\ninside = \"a.\"\n",
        "[server]\nscope_prefix = {}\n",
        "[lint]\nbroad-scope = {}\nmissing-namespace = \"deny\"\n",
    ] {
        assert_eq!(judged(text), (false, false), "reader, schema: {text}");
    }
    for text in [
        "[servers]\n",
        "resource = \"https://a.example.com\"\n",
        "\"$schema\" = \"https://a.example.com\"\n",
        "[server]\nresources = \"https://a.example.com\"\n",
        "[server]\nresource = \"ftp://a.example.com\"\n",
        "[server]\nresource = \"https://a.example.com#b\"\n",
        "[server]\nresource = \"https://a b.example.com\"\n",
        "[server]\nresource_name = \" \"\n",
        "[server]\nauthorization_servers = []\n",
        "[server]\nauthorization_servers = \"https://a.example.com\"\n",
        "[server]\nauthorization_servers = [\"https://a.example.com?b\"]\n",
        "[server]\nnamespace = \"dev\"\n",
        "[server.scope_prefix]\noutside = \"api://a\"\n",
        "[server.scope_prefix]\nboth = \"api://a/\"\n",
        "[server]\nscope_prefix = \"api://a/\"\n",
        "[server]\nnamespace = \"\"\n",
        "[server]\nbaseline = [\"a\", \"a\"]\n",
        "[server]\nbaseline = [\"a b\"]\n",
        "[convention]\nscope = \"camel\"\n",
        "[convention]\nscope = \"pattern\"\n",
        "[convention]\nscope = \"dotted\"\npattern = \"a\"\n",
        "[convention]\npattern = \"a\"\n",
        "[scopes]\n\"a b\" = \"c\"\n",
        "[scopes]\na = \"\"\n",
        "[scopes]\na = 1\n",
        "[scopes]\nfiles.read = \"Read files\"\n",
        "[scopes]\na = { implies = [] }\n",
        "[flows]\na = []\n",
        "[flows]\na = \"b\"\n",
        "[session]\nmax_high_risk_calls = 0\n",
        "[session]\nmax_high_risk_calls = 4294967296\n",
        "[session]\nmax_high_risk_calls = \"5\"\n",
        "[session]\nblock_rapid_escalation = 1\n",
        "[sandbox]\nheader = \"X Sandbox\"\n",
        "[sandbox]\nenvironment = \"test\"\n",
        "[lint]\nrisky-name = \"error\"\n",
        "[lint]\nno-such-rule = \"warn\"\n",
        "[lint]\nrisky-name = { max_tools = 3 }\n",
        "[lint]\nbroad-scope = { max_tools = \"many\" }\n",
        "[lint]\nnaming = { max_tools = 3 }\n",
        "[lint]\nmissing-namespace = \"allow\"\n",
    ] {
        assert_eq!(judged(text), (true, true), "reader, schema: {text}");
    }
}

#[test]
fn lock_file_names_and_matches_its_schema() {
    let lock_schema = schema("lock");
    let demo = Demo::package(&MAIN.replace("no scope", "hello:say"));
    assert_eq!(demo.run(&["lock"]).code, 0);
    let lock: Value = serde_json::from_str(&demo.read("mcp-scopes.lock.json")).unwrap();
    let errors: Vec<String> = lock_schema.iter_errors(&lock).map(|error| error.to_string()).collect();
    assert_eq!((errors.as_slice(), &lock["version"]), (&[][..], &1.into()), "{lock}");
    let url = demo.run(&["schema", "lock", "--url"]).out;
    assert_eq!(lock["$schema"].as_str().unwrap(), url.trim_end());

    // Exactly the members of the schema are read.
    let write = |edit: &dyn Fn(&mut Value)| {
        let mut other = lock.clone();
        edit(&mut other);
        demo.write("mcp-scopes.lock.json", other.to_string());
        (demo.run(&["check"]).code == 2, !lock_schema.is_valid(&other))
    };
    assert_eq!(write(&|_| {}), (false, false));
    assert_eq!(write(&|lock| drop(lock.as_object_mut().unwrap().remove("$schema"))), (false, false));
    assert_eq!(write(&|lock| lock["$schema"] = 1.into()), (true, true));
    assert_eq!(write(&|lock| lock["version"] = 2.into()), (true, true));
    assert_eq!(write(&|lock| drop(lock.as_object_mut().unwrap().remove("version"))), (true, true));
    assert_eq!(write(&|lock| lock["reviewed_by"] = "me".into()), (true, true));
    assert_eq!(write(&|lock| lock["document"]["scopes_supported"] = Value::Array(Vec::new())), (true, true));
    assert_eq!(write(&|lock| drop(lock.as_object_mut().unwrap().remove("document"))), (true, true));

    // A custom schema is kept.
    write(&|lock| lock["$schema"] = "./lock.schema.json".into());
    assert_eq!(demo.run(&["lock"]).code, 0);
    let lock: Value = serde_json::from_str(&demo.read("mcp-scopes.lock.json")).unwrap();
    assert_eq!(lock["$schema"], "./lock.schema.json");
}

#[test]
fn prints_every_schema_and_its_address() {
    let demo = Demo::new();
    for of in ["config", "lock", "metadata", "lint", "diff"] {
        let (text, url) = (demo.run(&["schema", of]).out, demo.run(&["schema", of, "--url"]).out);
        assert!(url.starts_with(concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/")), "{url}");
        let file = url.trim_end().strip_prefix(concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/")).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(text, fs::read_to_string(root.join(file)).unwrap(), "{of}");
    }
    assert_eq!(demo.run(&["schema", "weather"]).code, 2);
}
