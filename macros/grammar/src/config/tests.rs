//! Accepted files, and how they are parsed.

use super::read;
use crate::ir::{ConfigDecl, ConfigPlaces, LintDecl, LintValue, StatedDecl};

fn config(text: &str) -> ConfigDecl {
    read(text, "mcp-scopes.toml").unwrap_or_else(|errors| panic!("{text}: {errors:#?}"))
}

fn shown(list: &[StatedDecl]) -> Vec<String> {
    list.iter().map(|stated| format!("{} {}:{}", stated.text, stated.line, stated.column)).collect()
}

#[test]
fn reads_every_section() {
    let config = config(
        r#"
[server]
resource = "https://files.example.com/mcp"
resource_name = "Files"
resource_documentation = "https://docs.example.com/files"
authorization_servers = ["https://auth.example.com", "http://localhost:9000"]
namespace = "dev-tools:"
baseline = ["health:check"]

[convention]
scope = "pattern"
pattern = "dev-tools:*:?*"

[scopes]
"files:write" = { description = "Change files", implies = ["files:read", "files:list"] }
"files:read" = "Read files"

[flows]
developer = ["health:check", "files:list"]
admin = ["system:execute"]

[session]
max_high_risk_calls = 5
require_reauth_after_minutes = 0x1e
block_rapid_escalation = true

[sandbox]
header = "X-Sandbox"
resource = "https://sandbox.example.com/mcp"
authorization_servers = ["https://sandbox-auth.example.com"]

[lint]
risky-name = "deny"
naming = "allow"
broad-scope = { level = "warn", max_tools = 20, except = ["mcp:admin"], strict = true, as = "x" }
"#,
    );
    assert_eq!(config.file, "mcp-scopes.toml");
    assert_eq!(
        config.places,
        ConfigPlaces {
            resource: (3, 12),
            authorization_servers: vec![(6, 26), (6, 54)],
            session: (22, 2),
            sandbox: (27, 2)
        }
    );
    assert_eq!(config.resource.as_deref(), Some("https://files.example.com/mcp"));
    assert_eq!(config.resource_name.as_deref(), Some("Files"));
    assert_eq!(config.resource_documentation.as_deref(), Some("https://docs.example.com/files"));
    assert_eq!(config.authorization_servers, ["https://auth.example.com", "http://localhost:9000"]);
    assert_eq!(config.namespace, "dev-tools:");
    assert_eq!(shown(&config.baseline.unwrap()), ["health:check 8:13"]);
    assert_eq!(shown(&[config.convention.unwrap()]), ["pattern 11:9"]);
    assert_eq!(shown(&[config.convention_pattern.unwrap()]), ["dev-tools:*:?* 12:11"]);
    // In source order, not sorted.
    let scopes = config.scopes.unwrap();
    assert_eq!(
        shown(&scopes.iter().map(|scope| scope.name.clone()).collect::<Vec<_>>()),
        ["files:write 15:1", "files:read 16:1"]
    );
    assert_eq!((scopes[0].description.as_str(), scopes[1].description.as_str()), ("Change files", "Read files"));
    assert_eq!(shown(&scopes[0].implies), ["files:read 15:60", "files:list 15:74"]);
    assert_eq!(config.flows.iter().map(|flow| flow.role.as_str()).collect::<Vec<_>>(), ["developer", "admin"]);
    assert_eq!(shown(&config.flows[0].scopes), ["health:check 19:14", "files:list 19:30"]);
    assert_eq!(config.session.max_high_risk_calls, Some(5));
    assert_eq!(config.session.require_reauth_after_minutes, Some(30));
    assert!(config.session.block_rapid_escalation);
    let sandbox = config.sandbox.unwrap();
    assert_eq!(sandbox.header.as_deref(), Some("X-Sandbox"));
    assert_eq!(sandbox.resource.as_deref(), Some("https://sandbox.example.com/mcp"));
    assert_eq!(sandbox.authorization_servers, ["https://sandbox-auth.example.com"]);
    let level = |lint: &LintDecl| lint.level.as_ref().map_or("", |level| level.text.as_str()).to_owned();
    let lint: Vec<_> = config.lint.iter().map(|lint| (lint.rule.text.as_str(), level(lint))).collect();
    let stated = |rule, level: &str| (rule, level.to_owned());
    assert_eq!(lint, [stated("risky-name", "deny"), stated("naming", "allow"), stated("broad-scope", "warn")]);
    let options: Vec<_> =
        config.lint[2].options.iter().map(|option| (option.name.text.as_str(), &option.value)).collect();
    assert_eq!(
        options,
        [
            ("max_tools", &LintValue::Int(20)),
            ("except", &LintValue::Texts(vec!["mcp:admin".to_owned()])),
            ("strict", &LintValue::Flag(true)),
            ("as", &LintValue::Text("x".to_owned())),
        ]
    );
}

#[test]
fn reads_an_empty_file() {
    let config = config("# nothing yet\n");
    assert!(config.resource.is_none() && config.baseline.is_none() && config.scopes.is_none());
    assert!(config.session.is_none() && config.sandbox.is_none() && config.flows.is_empty());
}

#[test]
fn reads_empty_sections() {
    let config = config("[server]\n[scopes]\n[sandbox]\n[session]\n");
    // `[scopes]` is present, so it must declare every scope in use.
    assert_eq!(config.scopes.map(|scopes| scopes.len()), Some(0));
    assert!(config.sandbox.is_none());
}

#[test]
fn counts_columns_in_characters_after_every_line_end() {
    let config = config("\u{feff}[server]\r\nresource_name = \"Dätei\"\r\nbaseline = [ # é\r\n  \"a\"]\r\n");
    assert_eq!(shown(&config.baseline.unwrap()), ["a 4:3"]);
    let errors = read("é = 1 # no key without quotes\n", "f.toml").unwrap_err();
    assert_eq!((errors[0].id, errors[0].line, errors[0].column), ("toml-syntax", 1, 1));
}

#[test]
fn redacts_addresses_that_may_contain_a_password() {
    for key in ["resource", "authorization_servers"] {
        for address in ["https://ada:hunter2@example.com/", "https://ada:hunter2@ /", "ada:hunter2@example.com"] {
            let value = if key == "resource" { format!("{address:?}") } else { format!("[{address:?}]") };
            let errors = read(&format!("[server]\n{key} = {value}\n"), "f.toml").unwrap_err();
            assert!(!format!("{errors:?}").contains("hunter2"), "{errors:?}");
            assert_eq!((errors.len(), errors.first().map(|error| error.line)), (1, Some(2)), "{address}");
        }
    }
}

#[test]
fn reports_errors_in_source_order() {
    let text = "[session]\nmax_high_risk_calls = 0\n[flows]\na = []\n[lint]\nx = \"y\"\n[convention]\nscope = \"z\"\n";
    let lines: Vec<u32> = read(text, "f.toml").unwrap_err().iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 4, 6, 8]);
}
