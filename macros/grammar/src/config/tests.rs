//! Accepted files, and how they are parsed.

use super::read;
use crate::ir::{
    AcceptedSubject, ConfigDecl, ConfigPlaces, LintDecl, LintPathDecl, LintValue, RiskRuleDecl, StatedDecl,
};
use mcp_scopes_model::{Risk, policy::Session};

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
fn reads_levels_for_some_files() {
    let config = config(
        "[lint]\nnaming = \"allow\"\n\n[[lint.path]]\npaths = [\"src/admin/**\", \"examples/\"]\nrisky-name = \"deny\"\nnaming = \"warn\"\n\n\
         [[lint.path]]\npaths = [\"*.gen.rs\"]\nbroad-scope = \"allow\"\n",
    );
    assert_eq!(shown(&config.sections), ["lint 1:2"]);
    assert_eq!(config.lint.len(), 1);
    let [admin, generated] = config.lint_paths.as_slice() else { panic!("{:?}", config.lint_paths) };
    assert_eq!(shown(&admin.paths), ["src/admin/** 5:10", "examples/ 5:26"]);
    let levels = |entry: &LintPathDecl| -> Vec<String> {
        let level = |lint: &LintDecl| lint.level.as_ref().map_or("", |level| level.text.as_str()).to_owned();
        entry.levels.iter().map(|lint| format!("{} {}", lint.rule.text, level(lint))).collect()
    };
    assert_eq!(levels(admin), ["risky-name deny", "naming warn"]);
    assert_eq!(
        (shown(&generated.paths), levels(generated)),
        (vec!["*.gen.rs 10:10".to_owned()], vec!["broad-scope allow".to_owned()])
    );
}

#[test]
fn reads_accepted_changes() {
    let entry = |subject: &str, until: &str| {
        format!(
            "[[diff.accept]]\nkind = \"access-widened\"\nchange = \"1f0c9a77f1b2\"\n{subject}\nreason = \"reviewed\"\nuntil = {until}\n"
        )
    };
    let text =
        entry("tool = \"read_file\"", "2027-03-01") + &entry("pointer = \"/scopes_supported\"", "\"2027-03-02\"");
    let config = config(&text);
    let said: Vec<_> = config.accept.iter().map(|entry| (&entry.subject, entry.until.as_str())).collect();
    let (tool, pointer) = ("read_file".to_owned(), "/scopes_supported".to_owned());
    let (tool, pointer) = (AcceptedSubject::Tool(tool), AcceptedSubject::Pointer(pointer));
    assert_eq!(said, [(&tool, "2027-03-01"), (&pointer, "2027-03-02")]);
    let [first, _] = config.accept.as_slice() else { panic!("{:?}", config.accept) };
    assert_eq!((first.kind.text.as_str(), first.kind.line, first.reason.as_str()), ("access-widened", 2, "reviewed"));
    assert_eq!(first.change, "1f0c9a77f1b2");
}

#[test]
fn reads_limits_of_calls() {
    let said = config(
        "[session]\nidle_minutes = 1\nmax_minutes = 2\nmax_refused_calls = 3\nmax_high_risk_calls = 4\n\
         require_reauth_after_minutes = 5\nblock_rapid_escalation = true\nescalation_seconds = 6\ndomain = \"our office\"\n\
         server = \"mail\"\n[risk.critical]\nmax_auth_age_minutes = 7\n[risk.low]\nacr_values = [\"gold\", \"silver\"]\n",
    );
    let expected = Session {
        idle_minutes: Some(1),
        max_minutes: Some(2),
        max_refused_calls: Some(3),
        max_high_risk_calls: Some(4),
        require_reauth_after_minutes: Some(5),
        block_rapid_escalation: true,
        escalation_seconds: Some(6),
        domain: Some("our office"),
        server: Some("mail"),
    };
    assert_eq!(said.session.map_texts(String::as_str), expected);
    let rule = |risk, max_auth_age_minutes, acr_values: &[&str], place| RiskRuleDecl {
        risk,
        max_auth_age_minutes,
        acr_values: acr_values.iter().map(|value| (*value).to_owned()).collect(),
        place,
    };
    let expected = [rule(Risk::Critical, Some(7), &[], (11, 7)), rule(Risk::Low, None, &["gold", "silver"], (13, 7))];
    assert_eq!(said.risks, expected);
}

#[test]
fn reads_an_empty_file() {
    let config = config("# nothing yet\n");
    assert!(config.resource.is_none() && config.baseline.is_none() && config.scopes.is_none());
    assert!(config.session.is_none() && config.risks.is_empty() && config.sandbox.is_none() && config.flows.is_empty());
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

/// The id, the message and the help of each error.
fn errors(text: &str) -> Vec<(&'static str, String, String)> {
    let errors = read(text, "f.toml").unwrap_err();
    errors.into_iter().map(|error| (error.id, error.message, error.help.unwrap_or_default())).collect()
}

#[test]
fn explains_unquoted_names_of_tools() {
    let found = errors("[tools.fs.read]\nrisk = \"low\"\n[tools.fs.write]\nrisk = \"low\"\n");
    let helps: Vec<&str> = found.iter().map(|(.., help)| help.as_str()).collect();
    assert_eq!(
        helps,
        [
            "quote a name that contains a dot: `[tools.\"fs.read\"]`",
            "quote a name that contains a dot: `[tools.\"fs.write\"]`"
        ]
    );
}

/// The words are those of the attribute, where they are compared exactly.
#[test]
fn reads_words_without_space() {
    for key in ["risk", "sandbox", "approval"] {
        let found = errors(&format!("[tools.a]\nrisk = \"low\"\n{key} = \" low \"\n").replacen(
            "risk = \"low\"\nrisk",
            "risk",
            1,
        ));
        assert_eq!(found.first().map(|(id, ..)| *id), Some("unknown-value"), "{key}: {found:?}");
    }
}

#[test]
fn names_the_key_of_optional_parameters() {
    let of = |parameters: &str| errors(&format!("[tools.a]\nrisk = \"low\"\nparameters = [{parameters}]\n"));
    assert_eq!(of("{ optionl = \"depth\" }")[0].2, "write `optional`");
    assert_eq!(of("{ optional = \"depth\", name = \"b\" }")[0].0, "malformed-argument");
    assert_eq!(of("\"a\", { optional = \"a\" }")[0].1, "duplicate value `a` in `parameters`");
}

/// A file of two megabytes is read in time and memory that its length bounds.
#[test]
fn bounds_what_requirements_expand_to() {
    let many: Vec<String> = (0..100_000).map(|number| format!("\"s{number}\"")).collect();
    let found = errors(&format!("[tools.a]\nrisk = \"low\"\nscope = {{ any = [{}] }}\n", many.join(",")));
    assert_eq!(found.first().map(|(id, ..)| *id), Some("requirement-too-large"), "{found:?}");

    let any = |start: usize| {
        let names: Vec<String> = (start..start + 8).map(|number| format!("\"s{number}\"")).collect();
        format!("{{ any = [{}] }}", names.join(","))
    };
    let scope = format!("scope = {{ all = [{}, {}] }}\nrisk = \"low\"\n", any(0), any(8));
    let tools: Vec<String> = (0..10_000).map(|number| format!("[tools.t{number}]\n{scope}")).collect();
    let named: usize = config(&tools.concat()).tools.iter().map(|tool| tool.named_scopes().count()).sum();
    assert!((32_768..33_000).contains(&named), "{named}");
}

/// An entry that is left out could be the one that restricts.
#[test]
fn rejects_more_entries_than_it_can_hold() {
    let many = |count: usize| -> String {
        let entry = |number: usize| format!("[resources.\"logs://{number}\"]\nrisk = \"low\"\nauthenticated = true\n");
        (0..count).map(entry).collect::<Vec<_>>().concat()
    };
    assert_eq!(config(&many(2048)).resources.len(), 2048);
    let found = errors(&many(2049));
    assert_eq!(found.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), ["toml-limit"]);
}
