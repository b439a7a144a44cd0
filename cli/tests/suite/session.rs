//! `mcp-scopes session`: shows and resets sessions in a real store.

use std::{process::Command, sync::Arc};

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{Decision, Facts, RedisStore, Rules, SessionHolder, SessionKey, Settings};
use mcp_scopes_test_support::redis::{Server, free_port, programs, write_certificates};

use crate::support::{Demo, Run};

const RESOURCE: &str = "https://files.example.com/mcp";
const ISSUER: &str = "https://auth.example.com";
const MAIN: &str = r#"use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(risk = "low")]
fn read_file(path: String) {}

/// Send a message
#[mcp_tool(risk = "low", policy(blocked_after("read_file:*.key")))]
fn send_email(to: String) {}

/// Change a file
#[mcp_tool(risk = "low", policy(max_calls_per_session = 2, cooling_period_minutes = 600))]
fn write_file(path: String) {}

scope_table! { static TOOLS = [read_file, send_email, write_file]; }

fn main() {}
"#;

/// Returns the rules of the table above, as the server compiles them.
fn rules() -> Arc<Rules> {
    let blocked = Policy { blocked_after: &["read_file:*.key"], ..Policy::NONE };
    let limited = Policy { max_calls_per_session: Some(2), cooling_period_minutes: Some(600), ..Policy::NONE };
    let tool = |name, policy| Tool { policy, ..Tool::new(name, Risk::Low) };
    let tools = [tool("read_file", Policy::NONE), tool("send_email", blocked), tool("write_file", limited)];
    Arc::new(Rules::compile(&tools, &Settings::default()).unwrap())
}

/// Calls tools as a server does.
async fn call(url: &str, rules: &Arc<Rules>, realm: &str, holder: SessionHolder<'_>) {
    let sessions = RedisStore::connect(url).await.unwrap().with_rules(Arc::clone(rules));
    let key = SessionKey::of_holder(realm, Environment::Live, ISSUER, holder);
    for (tool, path) in [("read_file", "/home/ada/id.key"), ("write_file", "")] {
        let mut call = rules.call(rules.tool(tool).unwrap());
        call.argument("path", path);
        let decision = sessions.decide(&key, &[call.finish()], &Facts::default()).await.unwrap();
        assert_eq!(decision, Decision::Allowed);
    }
}

#[test]
fn shows_and_resets_a_session() {
    let Some(program) = programs().into_iter().next() else { return };
    let server = Server::start(&program, &[]);
    let (url, rules) = (server.url(), rules());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(call(&url, &rules, RESOURCE, SessionHolder::Subject("ada")));
    runtime.block_on(call(&url, &rules, "files", SessionHolder::ApiKey("ci")));
    let demo = Demo::package(MAIN);
    let run = |command: &str, more: &[&str]| -> Run {
        let common = ["session", command, "--store", &url, "--issuer", ISSUER];
        demo.run(&[&common, more].concat())
    };
    let ada = ["--resource", RESOURCE, "--subject", "ada"];
    let shown = run("show", &[&ada[..], &["--tools", "."]].concat());
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    for line in [
        "session of `ada` of https://auth.example.com",
        "  matched           `read_file:*.key`",
        "  calls             `write_file`: 1",
        "  cooling           `write_file` until 2",
        "  first contact     2",
        "  ends              2",
    ] {
        assert!(shown.out.lines().any(|shown| shown.starts_with(line)), "{line}: {}", shown.out);
    }
    assert!(!shown.out.contains("further"), "{}", shown.out);
    // Without the table, names are hashes and limits are not known.
    let shown = run("show", &ada);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert!(shown.out.contains("  further           3 records whose names `--tools` finds\n"), "{}", shown.out);
    assert!(!shown.out.contains("ends") && !shown.out.contains("write_file"), "{}", shown.out);
    let holder = ["--domain", "files", "--api-key-holder", "ci"];
    assert_eq!(run("show", &holder).code, 0);

    for (command, more) in [
        ("show", ["--resource", RESOURCE, "--subject", "bob"]),
        ("show", ["--resource", "https://other.example.com/mcp", "--subject", "ada"]),
        ("show", ["--resource", RESOURCE, "--api-key-holder", "ada"]),
    ] {
        assert_eq!(run(command, &more).code, 1, "{more:?}");
    }
    assert_eq!(run("show", &[&ada[..], &["--environment", "sandbox"]].concat()).code, 1);

    let asked = run("reset", &ada);
    assert_eq!(asked.code, 2);
    assert!(asked.err.contains("add `--yes`"), "{}", asked.err);
    assert_eq!(run("show", &ada).code, 0);
    for expected in [0, 1] {
        assert_eq!(run("reset", &[&ada[..], &["--yes"]].concat()).code, expected);
    }
    assert_eq!((run("show", &ada).code, run("show", &holder).code), (1, 0));
}

#[test]
fn rejects_stores_that_cannot_be_read_without_showing_the_url() {
    let demo = Demo::new();
    let caller = ["--resource", RESOURCE, "--issuer", ISSUER, "--subject", "ada"];
    for url in ["redis://:secret@127.0.0.1:1", "http://:secret@localhost", "secret"] {
        let run = demo.run(&[&["session", "show", "--store", url], &caller[..]].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert!(run.err.starts_with("error: ") && !run.err.contains("secret"), "{}", run.err);
    }
    let run = demo.run(&[&["session", "show"], &caller[..]].concat());
    assert_eq!(run.code, 2);
    assert!(run.err.contains("the URL of the store is missing"), "{}", run.err);
}

/// Each way in which the store cannot be used names what to do about it.
#[test]
fn says_what_to_do_about_a_store_that_cannot_be_used() {
    let Some(program) = programs().into_iter().next() else { return };
    let folder = Demo::new();
    if !write_certificates(folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (tls_port, key, certificate) = (free_port().to_string(), file("server.key"), file("server.pem"));
    let tls = ["--tls-port", &tls_port, "--tls-key-file", &key, "--tls-cert-file", &certificate];
    let ca = file("ca.pem");
    let more = ["--tls-ca-cert-file", &ca, "--tls-auth-clients", "no", "--requirepass", "right"];
    let mut server = Server::start(&program, &[&tls[..], &more].concat());
    let caller = ["--resource", RESOURCE, "--issuer", ISSUER, "--subject", "ada"];
    let show = |url: &str| folder.run(&[&["session", "show", "--store", url], &caller[..]].concat());
    let fails = |url: &str, message: &str, help: &str| {
        let run = show(url);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{url}");
        assert_eq!(run.err, format!("error: {message}\n help: {help}\n"), "{url}");
    };
    let address = format!("127.0.0.1:{}", server.port);
    assert_eq!(show(&format!("redis://:right@{address}")).code, 1);
    let rejects = "the session store rejects the credentials or the user may not run `EVALSHA`, `SCRIPT LOAD`, `GET`, `SETEX`, `DEL`, `TIME` or `INFO`";
    for credentials in ["", ":wrong@", "ada:right@"] {
        fails(&format!("redis://{credentials}{address}"), rejects, "check the URL and the ACL of the user");
    }
    let is_down = "the session store cannot be reached or is not ready";
    let look = "check its URL, that it runs, and whether its port expects TLS (`rediss://`)";
    fails(&format!("redis://:right@localhost:{tls_port}"), is_down, look);
    let secure = format!("rediss://:right@localhost:{tls_port}");
    fails(
        &secure,
        "the certificate of the session store is not trusted",
        "check that it is valid for the host in the URL, and state the certificate of its authority with `root_certificates(..)` or in the file \
         that `SSL_CERT_FILE` names",
    );
    let mut trusting = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"));
    trusting.args(["session", "show", "--store", &secure]).args(caller).env("SSL_CERT_FILE", &ca);
    assert_eq!(trusting.output().unwrap().status.code(), Some(1));
    server.kill();
    fails(&format!("redis://:right@{address}"), is_down, look);
}
