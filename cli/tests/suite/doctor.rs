//! `mcp-scopes doctor` as a user runs it. What it finds is tested in `mcp-scopes-doctor`.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Demo, Run, formats};

const TOKEN: &str = "a-token-that-nothing-may-print";

/// A server that knows one token. Its document lacks caching headers.
struct Server {
    origin: String,
}

impl Server {
    fn start(delay: Duration) -> Self {
        Self::answering(delay, answer)
    }

    fn answering(delay: Duration, answer: fn(&str, &str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let served = origin.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, origin) = (stream.unwrap(), served.clone());
                thread::spawn(move || serve(stream, &origin, delay, answer));
            }
        });
        Self { origin }
    }

    fn url(&self) -> String {
        format!("{}/mcp", self.origin)
    }
}

fn serve(mut stream: TcpStream, origin: &str, delay: Duration, answer: fn(&str, &str) -> String) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return;
            }
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) || read == 0 {
            break;
        }
    }
    thread::sleep(delay);
    let text = String::from_utf8_lossy(&request).into_owned();
    let answer = answer(&text, origin);
    let _ = stream.write_all(answer.as_bytes());
}

fn document(origin: &str) -> Value {
    json!({
        "resource": format!("{origin}/mcp"),
        "resource_name": "Files",
        "authorization_servers": [format!("{origin}/auth")],
        "scopes_supported": ["files:read"],
        "mcp_extensions": {"tool_scope_mapping": {
            "read_file": {"description": "Return the text of one file", "risk_level": "low", "required_scopes": [["files:read"]]},
        }},
    })
}

fn answer(request: &str, origin: &str) -> String {
    answer_with(request, origin, &repeating_the_query(request, origin), Some(&["read_file"]))
}

/// Lists a tool whose name is the token.
fn repeating(request: &str, origin: &str) -> String {
    answer_with(request, origin, &repeating_the_query(request, origin), Some(&[TOKEN]))
}

fn repeating_the_query(request: &str, origin: &str) -> Value {
    let mut document = document(origin);
    let path = request.split(' ').nth(1).unwrap_or_default();
    if let Some((_, query)) = path.split_once('?') {
        document["resource"] = json!(format!("{origin}/mcp?{query}"));
    }
    document
}

/// Answers with this document, and with a list of these tools, or none.
fn answer_with(request: &str, origin: &str, document: &Value, tools: Option<&[&str]>) -> String {
    let response = |status: u16, headers: &str, body: &str| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
    };
    let json = |body: &Value| {
        response(200, "content-type: application/json\r\naccess-control-allow-origin: *\r\n", &body.to_string())
    };
    let path = request.split(' ').nth(1).unwrap_or_default();
    if path.starts_with("/.well-known/oauth-protected-resource") {
        if request.starts_with("OPTIONS") {
            return response(204, "access-control-allow-origin: *\r\naccess-control-allow-headers: *\r\n", "");
        }
        return json(document);
    }
    if path == "/.well-known/oauth-authorization-server/auth" {
        let auth = format!("{origin}/auth");
        return json(&json!({
            "issuer": auth, "authorization_endpoint": format!("{auth}/a"), "token_endpoint": format!("{auth}/t"),
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": true, "authorization_response_iss_parameter_supported": true,
        }));
    }
    if !path.starts_with("/mcp") {
        return response(404, "", "");
    }
    let lower = request.to_lowercase();
    let has_token = lower.contains(&format!("authorization: bearer {TOKEN}"));
    if lower.contains("\norigin: ") {
        return response(403, "", "");
    }
    if !has_token {
        let error = if lower.contains("authorization: bearer ") { "error=\"invalid_token\", " } else { "" };
        let challenge = format!(
            "www-authenticate: Bearer {error}scope=\"files:read\", resource_metadata=\"{origin}/.well-known/oauth-protected-resource/mcp\"\r\n"
        );
        return response(401, &challenge, "");
    }
    let result = |value: Value| json(&json!({"jsonrpc": "2.0", "id": 1, "result": value}));
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    let header = |name: &str| lower.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    let is_same = header("mcp-method").as_deref() == message["method"].as_str()
        && header("mcp-name").as_deref() == message["params"]["name"].as_str();
    if header("mcp-protocol-version").as_deref() != Some("2026-07-28") || !is_same {
        return response(400, "", "");
    }
    match message["method"].as_str().unwrap_or_default() {
        "server/discover" => result(json!({"supportedVersions": ["2026-07-28"], "ttlMs": 0, "cacheScope": "private"})),
        "tools/list" if tools.is_none() => response(429, "", ""),
        "tools/list" => {
            let tools: Vec<Value> = tools.into_iter().flatten().map(|name| json!({"name": name})).collect();
            result(json!({"tools": tools, "ttlMs": 0, "cacheScope": "private"}))
        }
        _ => json(&json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "unknown"}})),
    }
}

/// A revision that would begin a command of a CI runner, and color a terminal.
fn injected(_: &str, _: &str) -> String {
    let body =
        r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1\n::error::injected\u001b[31m\r2","tools":[]}}"#;
    let head = "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-type: application/json";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn examine(demo: &Demo, server: &Server, arguments: &[&str]) -> Run {
    let run = demo.run(&[&["doctor", &server.url()], arguments].concat());
    assert!(!run.out.contains(TOKEN) && !run.err.contains(TOKEN), "{run:?}");
    run
}

#[test]
fn reports_findings_notes_and_what_was_not_checked() {
    let (demo, server) = (Demo::new(), Server::start(Duration::ZERO));
    demo.write("full.txt", format!("Bearer {TOKEN}\n"));
    let run = examine(&demo, &server, &["--token-file", "full=full.txt"]);
    assert_eq!(run.code, 0, "{run:?}");
    let place = format!("{}/.well-known/oauth-protected-resource/mcp", server.origin);
    assert!(run.out.starts_with("warning[metadata-cache]: ") && run.out.contains(&format!("--> {place}\n")), "{run:?}");
    assert!(run.err.contains("not checked: what the token `low` opens: add `--token-file low=FILE`\n"), "{run:?}");
    assert!(run.err.contains("note: the server hosts the authorization server"), "{run:?}");
    assert!(
        run.err.contains(&format!("examined {} with ", server.url())) && run.err.contains(": 1 warning; "),
        "{run:?}"
    );
    assert_eq!(examine(&demo, &server, &["--deny", "warnings"]).code, 1);
    assert_eq!(examine(&demo, &server, &["--allow", "live"]).code, 0);
    demo.write("mcp-scopes.toml", "[lint]\nmetadata-cache = \"deny\"\n");
    assert_eq!(examine(&demo, &server, &["--config", "mcp-scopes.toml"]).code, 1);
}

#[test]
fn escapes_what_a_server_says_in_notes() {
    let (demo, server) = (Demo::new(), Server::answering(Duration::ZERO, injected));
    for format in ["human", "github"] {
        let run = examine(&demo, &server, &["--format", format]);
        assert!(run.err.contains(r"speaks revision 1\n::error::injected\u{1b}[31m\r2 and lists"), "{run:?}");
        let all = format!("{}{}", run.out, run.err);
        assert!(!all.contains(['\u{1b}', '\r']), "{run:?}");
        assert!(!all.lines().any(|line| line.trim_start().starts_with("::error::injected")), "{run:?}");
    }
}

#[test]
fn hides_the_query_of_the_url() {
    let (demo, server) = (Demo::new(), Server::start(Duration::ZERO));
    let url = format!("{}?api_key=sk-0123456789", server.url());
    // The document of the server repeats it, and that of the lock file has another resource.
    demo.write("lock.json", document(&server.origin).to_string());
    for format in formats() {
        let run = demo.run(&["doctor", &url, "--format", &format, "--lock", "lock.json"]);
        assert!(run.out.contains("resource-query") && run.out.contains("lock-differs"), "{format}: {run:?}");
        assert!(!run.out.contains("sk-0123456789") && !run.err.contains("sk-0123456789"), "{format}: {run:?}");
        assert!(run.err.contains("examined ") && run.err.contains("?api_key=[hidden] with "), "{run:?}");
    }
}

#[test]
fn hides_a_token_that_the_server_repeats() {
    let (demo, server) = (Demo::new(), Server::answering(Duration::ZERO, repeating));
    demo.write("full.txt", TOKEN);
    for format in formats() {
        let run = examine(&demo, &server, &["--token-file", "full=full.txt", "--format", &format]);
        assert!(run.out.contains("metadata-missing-tool") && run.out.contains("hidden"), "{format}: {run:?}");
    }
}

#[test]
fn every_format_states_what_was_not_checked() {
    let (demo, server) = (Demo::new(), Server::start(Duration::ZERO));
    for format in formats() {
        let run = examine(&demo, &server, &["--format", &format]);
        let all = format!("{}{}", run.out, run.err);
        assert!(all.contains("an expired token"), "{format}: {run:?}");
        assert!(run.out.contains("metadata-cache"), "{format}: {run:?}");
        match &*format {
            "json" => {
                let report: Value = serde_json::from_str(&run.out).unwrap();
                assert_eq!(
                    (&report["findings"][0]["line"], &report["findings"][0]["category"]),
                    (&Value::Null, &"live".into())
                );
                assert_eq!(report["examined"]["url"], server.url());
                assert!(report["examined"]["not_checked"].as_array().unwrap().len() > 3, "{report}");
            }
            "sarif" => {
                let report: Value = serde_json::from_str(&run.out).unwrap();
                let place = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
                assert!(place["artifactLocation"]["uri"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{place}");
                assert!(place.get("region").is_none() && run.out.contains("mcp-scopes-doctor/"), "{run:?}");
            }
            _ => {}
        }
    }
}

#[test]
fn compares_with_a_lock_file() {
    let (demo, server) = (Demo::new(), Server::start(Duration::ZERO));
    demo.write("full.txt", TOKEN);
    let arguments =
        ["--lock", "lock.json", "--token-file", "full=full.txt", "--allow", "metadata-cache", "--format", "concise"];
    demo.write("lock.json", document(&server.origin).to_string());
    let run = examine(&demo, &server, &arguments);
    assert_eq!((run.code, &*run.out), (0, ""), "{run:?}");
    let mut locked = document(&server.origin);
    locked["mcp_extensions"]["tool_scope_mapping"]["read_file"]["required_scopes"] = json!([["files:admin"]]);
    demo.write("lock.json", locked.to_string());
    let run = examine(&demo, &server, &arguments);
    assert!(run.code == 1 && run.out.contains("error[lock-differs]: differs from the lock file: "), "{run:?}");
    assert_eq!(examine(&demo, &server, &["--lock", "none.json"]).code, 2);
}

/// A document with a tool and a prompt of one name, of which the server lists neither.
fn with_a_prompt(origin: &str) -> Value {
    let mut document = document(origin);
    let entry = json!({"description": "Print a file", "risk_level": "low", "required_scopes": [["files:read"]]});
    document["mcp_extensions"]["tool_scope_mapping"]["print/file"] = entry.clone();
    document["mcp_extensions"]["prompt_scope_mapping"] = json!({"print/file": {"required_scopes": [["files:read"]]}});
    document
}

#[test]
fn compares_the_tools_of_a_lock_file_with_those_that_are_listed() {
    fn with_prompt(request: &str, origin: &str) -> String {
        answer_with(request, origin, &with_a_prompt(origin), Some(&["read_file"]))
    }
    fn without_list(request: &str, origin: &str) -> String {
        answer_with(request, origin, &document(origin), None)
    }
    let (demo, server) = (Demo::new(), Server::answering(Duration::ZERO, with_prompt));
    demo.write("full.txt", TOKEN);
    let arguments = ["--lock", "lock.json", "--token-file", "full=full.txt", "--format", "concise"];
    let mut locked = with_a_prompt(&server.origin);
    locked["mcp_extensions"]["prompt_scope_mapping"]["print/file"]["required_scopes"] = json!([["files:admin"]]);
    demo.write("lock.json", locked.to_string());
    let run = examine(&demo, &server, &arguments);
    assert!(run.out.contains("the tool `print/file` is in the lock file, and the server does not list it"), "{run:?}");

    let server = Server::answering(Duration::ZERO, without_list);
    demo.write("lock.json", document(&server.origin).to_string());
    let run = examine(&demo, &server, &arguments);
    let skipped = "not checked: the tools of the lock file: the whole list of the token `full` is not known\n";
    assert!(run.err.contains(skipped), "{run:?}");
}

/// A document that is not valid differs, too: here its addresses are plain http on a further host.
#[test]
fn compares_a_document_that_is_not_valid() {
    fn over_http(request: &str, origin: &str) -> String {
        let mut document = document(origin);
        document["authorization_servers"] = json!(["http://auth.example.com"]);
        answer_with(request, origin, &document, Some(&["read_file"]))
    }
    let (demo, server) = (Demo::new(), Server::answering(Duration::ZERO, over_http));
    demo.write("lock.json", document(&server.origin).to_string());
    let run = examine(&demo, &server, &["--lock", "lock.json", "--format", "concise"]);
    assert!(run.out.contains("error[lock-differs]: differs from the lock file: issuer"), "{run:?}");
}

#[test]
fn rejects_wrong_usage() {
    let demo = Demo::new();
    demo.write("empty.txt", "\n").write("full.txt", TOKEN);
    for (arguments, message) in [
        (&["http://files.example.com/mcp"][..], "add `--allow-http`"),
        (&["files.example.com"], "is not an absolute URL"),
        (&["https://h/", "--token-file", "ful=full.txt"], "did you mean `full`?"),
        (&["https://h/", "--token-file", TOKEN], "is not `NAME=FILE`"),
        (&["https://h/", "--token-file", "full=none.txt"], "the file of the token `full` cannot be read"),
        (&["https://h/", "--token-file", "full=empty.txt"], "holds no token"),
        (&["https://h/", "--token-file", "full=full.txt", "--token-file", "full=full.txt"], "is given twice"),
        (&["https://h/", "--rate", "0"], "above zero"),
        (&["https://h/", "--max-requests", "0"], "--max-requests"),
        (&["http://127.0.0.1:1/mcp", "--wait", "0"], "the server cannot be reached"),
        (&["http://127.0.0.1:1/mcp", "--allow", "metadata-cros"], "did you mean `metadata-cors`?"),
    ] {
        let run = demo.run(&[&["doctor", "--output", "json=report.json"], arguments].concat());
        assert!(run.code == 2 && run.err.contains(message), "{arguments:?}: {run:?}");
        assert!(!run.err.contains(TOKEN), "{run:?}");
        // The report says that nothing was examined. A value that is no number is rejected before there is one.
        if arguments.contains(&"--rate") || arguments.contains(&"--max-requests") {
            continue;
        }
        let report = demo.read("report.json");
        assert!(report.contains("\"unreadable-input\"") && !report.contains(TOKEN), "{arguments:?}: {report}");
        std::fs::remove_file(demo.path().join("report.json")).unwrap();
    }
}

#[test]
fn records_what_was_sent() {
    let (demo, server) = (Demo::new(), Server::start(Duration::ZERO));
    demo.write("full.txt", TOKEN);
    examine(&demo, &server, &["--token-file", "full=full.txt", "--record", "records"]);
    let names = demo.names("records");
    assert!(names.len() > 20 && names[0].starts_with("0001-tools-list-without-a-token"), "{names:?}");
    assert!(names.iter().all(|name| !demo.read(&format!("records/{name}")).contains(TOKEN)));
}

/// The line appears after a second.
#[cfg(unix)]
#[test]
fn shows_progress_on_a_terminal() {
    use std::{
        fs::File,
        process::{Command, Stdio},
    };

    let server = Server::start(Duration::from_millis(60));
    let near = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&near).unwrap();
    rustix::pty::unlockpt(&near).unwrap();
    let path = rustix::pty::ptsname(&near, Vec::new()).unwrap().into_string().unwrap();
    let far = File::options().read(true).write(true).open(path).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"))
        .args(["doctor", &server.url()])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::from(far))
        .spawn()
        .unwrap();
    let mut near = File::from(near);
    let mut text = String::new();
    let mut buffer = [0; 4096];
    // A terminal without its last writer fails.
    while let Ok(read @ 1..) = near.read(&mut buffer) {
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if text.contains("examining: ") && text.contains(" requests, ") && text.contains("examined ") {
            break;
        }
    }
    child.wait().unwrap();
    assert!(text.contains("examining: ") && text.contains(" requests, "), "{text}");
}
