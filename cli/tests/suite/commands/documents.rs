//! `mcp-scopes lint` on documents.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use super::{Demo, MAIN};

#[test]
fn documents_use_a_configuration_file() {
    let demo = Demo::new(MAIN);
    let scopes: Vec<String> = (0..21).map(|number| format!("\"x:{number}\"")).collect();
    let document = format!(
        r#"{{"resource": "https://h", "resource_name": "H", "authorization_servers": ["https://a"], "scopes_supported": [{}]}}"#,
        scopes.join(", ")
    );
    demo.write("metadata.json", &document);
    assert!(demo.run(&["lint", "metadata.json"]).out.contains("lists 21 scopes"));
    demo.write("lint.toml", "[lint]\noversized-scopes-supported = { max_scopes = 21 }\n");
    assert_eq!(demo.run(&["lint", "metadata.json", "--config", "lint.toml"]).out, "");
    demo.write("lint.toml", "[convention]\nscope = \"dotted\"\n[lint]\nnaming = \"deny\"\n");
    let run = demo.run(&["lint", "metadata.json", "--config", "lint.toml"]);
    assert!(run.code == 1 && run.out.contains("scope-convention"), "{}", run.out);
    for (text, why) in [
        ("[lint]\nbroad-scope = { max_tool = 1 }", "did you mean `max_tools`?"),
        ("[lint]\nbroad-scope = { max_tools = \"1\" }", "requires a whole number"),
        ("[lint]\nnaming = { max_tools = 1 }", "is a category"),
        ("[lints]", "write `[lint]`"),
    ] {
        demo.write("lint.toml", text);
        let run = demo.run(&["lint", "metadata.json", "--config", "lint.toml"]);
        assert!(run.code == 2 && run.err.contains(why), "{}", run.err);
    }
    assert_eq!(demo.run(&["lint", "metadata.json", "--config", "gone.toml"]).code, 2);
    assert_eq!(demo.run(&["lint", "--config", "lint.toml"]).code, 2);
}

#[test]
fn lints_documents() {
    let demo = Demo::new(MAIN);
    let good = r#"{"resource": "https://h/mcp", "resource_name": "H", "authorization_servers": ["https://a"], "scopes_supported": ["x:y"]}"#;
    fs::write(demo.path().join("good.json"), good).unwrap();
    fs::write(demo.path().join("bad.json"), r#"{"resource": "http://h/mcp"}"#).unwrap();
    fs::write(demo.path().join("plain.json"), r#"{"resource": "https://h/mcp"}"#).unwrap();
    let run = demo.run(&["lint", "good.json"]);
    assert_eq!((run.code, run.err.as_str()), (0, "checked 1 document: no findings\n"));
    let run = demo.run(&["lint", "bad.json", "good.json"]);
    assert_eq!((run.code, run.err.as_str()), (1, "checked 2 documents: 2 errors, 2 warnings\n"));
    assert!(run.out.contains("resource-not-https") && run.out.contains("missing-authorization-server"), "{}", run.out);
    assert_eq!(demo.run(&["lint", "plain.json"]).code, 1);
    assert_eq!(demo.run(&["lint", "plain.json", "--profile", "rfc9728"]).code, 0);
    assert_eq!(demo.run(&["lint", "good.json", "--resource", "https://h/mcp"]).code, 0);
    let run = demo.run(&["lint", "good.json", "--resource", "https://h/mcp/"]);
    assert!(run.code == 1 && run.out.contains("resource-mismatch"), "{}", run.out);
    assert_eq!(demo.run(&["lint", "--resource", "https://h/mcp"]).code, 2);
    assert_eq!(demo.run(&["lint", "gone.json"]).code, 2);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"));
    let child = command.args(["lint", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"<html>").unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && out.contains("not-json") && out.contains("<stdin>:1:1"), "{out}");
}

#[test]
fn compares_with_metadata_of_the_authorization_server() {
    let demo = Demo::new(MAIN);
    let document = "{\"resource\": \"https://a.example.com/mcp\", \"resource_name\": \"A\", \"authorization_servers\": [\"https://b.example.com\"], \"scopes_supported\": [\"files:read\"]}";
    demo.write("metadata.json", document);
    let server =
        |scopes: &str| demo.write("server.json", &format!("{{\"issuer\": \"https://b.example.com\"{scopes}}}"));
    let lint = || demo.run(&["lint", "metadata.json", "--authorization-server-metadata", "server.json"]);
    for scopes in ["", ", \"scopes_supported\": [\"openid\", \"files:read\"]"] {
        server(scopes);
        assert!(!lint().out.contains("authorization-server-metadata"), "{:?}", lint());
    }
    server(", \"scopes_supported\": [\"openid\", \"Files:Read\"]");
    let run = lint();
    assert!(
        run.out.contains("[authorization-server-metadata]") && run.out.contains("did you mean `Files:Read`?"),
        "{run:?}"
    );
    server(", \"scopes_supported\": 1");
    let run = lint();
    assert!(run.code == 2 && run.err.contains("is not metadata of an authorization server"), "{run:?}");
    let run = demo.run(&["lint", "--authorization-server-metadata", "server.json"]);
    assert!(run.code == 2 && run.err.contains("applies to documents"), "{run:?}");
}
