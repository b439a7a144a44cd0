//! Tables from which the tests build documents.
#![allow(dead_code, reason = "each test uses a part")]

use mcp_scopes_model::{
    Approval, Condition, Config, Content, Outline, Policy, Requirement, Risk, SandboxMode, Scope, Tool,
    config::{Flow, SandboxServer, ScopePrefix, Stated},
    outline::{Entry, Size, declared, join_own_scopes, list},
    policy::{RiskRule, Session},
    tool::{Parameter, Parameters},
};
use mcp_scopes_prm::Metadata;

/// A text at no location of a file.
pub(crate) const fn stated(text: &str) -> Stated<'_> {
    Stated { text, line: 0, column: 0 }
}

const fn required(name: &str) -> Parameter<'_> {
    Parameter { name, required: true }
}

/// Returns the outline of a table of these tools, built as the macros build it.
pub(crate) fn outline<'a, const N: usize>(tools: &'a [&'a Tool<'a>; N], config: &'a Config<'a>) -> Outline<'a> {
    let entries: &[Entry<'_>] = Box::leak(Box::new([Entry::Group(tools)]));
    let size = Size::of(entries, config);
    // The buffer for joined namespaces is large enough for every table here.
    let joined: &[u8; 256] = Box::leak(Box::new(join_own_scopes(entries, config)));
    assert!(size.own_scopes <= joined.len());
    let declared: &[Scope<'_>] = match config.scopes {
        Some(_) => Box::leak(Box::new(declared::<4>(entries, config))),
        None => &[],
    };
    Outline { path: "", config, tools: Box::leak(Box::new(list::<N>(entries, config, joined))), declared }
}

/// Returns the document of a table that states its resource and issuers.
pub(crate) fn build(outline: &Outline<'_>) -> Metadata {
    Metadata::of(outline).build().expect("the table has a document")
}

const LIST_FILES: Tool<'static> = Tool {
    description: "List directory contents",
    parameters: Parameters::Listed(&[required("directory")]),
    grouped_with: &["read_file"],
    ..Tool::new("list_files", Risk::Low)
};

const EXECUTE_COMMAND: Tool<'static> = Tool {
    description: "Execute system commands",
    parameters: Parameters::Listed(&[required("command"), Parameter { name: "working_directory", required: false }]),
    prerequisites: &["health_check"],
    ..Tool::new("execute_command", Risk::High)
};

const HEALTH_CHECK: Tool<'static> =
    Tool { description: "Check server health status", ..Tool::new("health_check", Risk::Minimal) };

const READ_FILE: Tool<'static> = Tool::new("read_file", Risk::Low);

/// The table whose document the proposal contains.
pub(crate) fn proposal() -> Outline<'static> {
    const CONFIG: Config<'static> = Config {
        resource: Some("https://mcp-server.example.com"),
        authorization_servers: &["https://auth-server.example.com"],
        baseline: Some(&[stated("list_files"), stated("execute_command"), stated("health_check")]),
        flows: &[
            Flow { role: "developer", scopes: &[stated("health_check"), stated("list_files")] },
            Flow { role: "admin", scopes: &[stated("health_check"), stated("list_files"), stated("execute_command")] },
        ],
        ..Config::NONE
    };
    outline(&[&LIST_FILES, &EXECUTE_COMMAND, &HEALTH_CHECK, &READ_FILE], &CONFIG)
}

/// The configuration of [`everything`].
pub(crate) const EVERYTHING: Config<'static> = Config {
    file: "mcp-scopes.toml",
    resource: Some("https://files.example.com/mcp"),
    resource_name: Some("Files"),
    resource_documentation: Some("https://files.example.com/docs"),
    authorization_servers: &["https://auth.example.com", "https://login.example.com/tenant"],
    namespace: "dev:",
    scope_prefix: ScopePrefix::NONE,
    baseline: None,
    scopes: Some(&[
        Scope { name: stated("dev:admin"), description: "", implies: &[stated("dev:write")] },
        Scope { name: stated("dev:write"), description: "Change files", implies: &[stated("dev:read")] },
        Scope { name: stated("dev:read"), description: "Read files", implies: &[] },
        Scope { name: stated("dev:ping"), description: "", implies: &[] },
    ]),
    resources: &[
        Content {
            name: stated("logs://*"),
            description: "The logs",
            requirement: Requirement::AnyOf(&[&["dev:read"], &["dev:write", "dev:ping"]]),
            scopes: &[stated("dev:read"), stated("dev:write"), stated("dev:ping")],
            risk: Some(Risk::Medium),
        },
        Content {
            name: stated("logs://{date}"),
            description: "",
            requirement: Requirement::Authenticated,
            scopes: &[],
            risk: Some(Risk::Low),
        },
    ],
    prompts: &[Content {
        name: stated("hello"),
        description: "",
        requirement: Requirement::Public,
        scopes: &[],
        risk: None,
    }],
    flows: &[Flow { role: "writer", scopes: &[stated("dev:read"), stated("dev:write")] }],
    session: Session {
        idle_minutes: Some(30),
        max_minutes: Some(480),
        max_refused_calls: Some(20),
        max_high_risk_calls: Some(5),
        require_reauth_after_minutes: Some(30),
        block_rapid_escalation: true,
        escalation_seconds: Some(120),
        domain: Some("office"),
        server: Some("files"),
    },
    risks: &[
        RiskRule { risk: Risk::Critical, max_auth_age_minutes: Some(15), acr_values: &["gold"] },
        RiskRule { risk: Risk::High, max_auth_age_minutes: Some(60), acr_values: &[] },
    ],
    sandbox: Some(SandboxServer {
        header: Some("mcp-sandbox"),
        resource: Some("https://sandbox.example.com/mcp"),
        authorization_servers: &["https://sandbox-auth.example.com"],
    }),
};

/// A tool with every field.
pub(crate) const WRITE_FILE: Tool<'static> = Tool {
    description: "Change a file",
    requirement: Requirement::AnyOf(&[&["dev:write"], &["dev:read", "dev:ping"], &["dev:admin"]]),
    conditions: &[
        Condition { argument: Some("path"), glob: "/etc/*", scopes: &["dev:admin"], alternatives: 0b011 },
        Condition { argument: None, glob: "*.pem", scopes: &["dev:ping", "dev:admin"], alternatives: 0b111 },
    ],
    approval: Some(Approval::User),
    sandbox: Some(SandboxMode::Simulate),
    parameters: Parameters::Listed(&[required("path"), Parameter { name: "mode", required: false }]),
    prerequisites: &["dev:read"],
    grouped_with: &["ping"],
    examples: &["write_file a.txt"],
    policy: Policy {
        blocked_after: &["ping", "write_file:/etc/*", "@resource:logs://*", "mail/send"],
        requires_approval_after: &["ping", "@prompt:hello"],
        cooling_period_minutes: Some(5),
        idempotent: true,
        max_calls_per_session: Some(3),
        requires_human_review: true,
        blocked_patterns: &["*.pem"],
        max_file_size_mb: Some(10),
    },
    ..Tool::new("write_file", Risk::Medium)
};

/// A tool whose scope is its own name.
pub(crate) const PING: Tool<'static> = Tool { sandbox: Some(SandboxMode::Allow), ..Tool::new("ping", Risk::Minimal) };

/// A public tool.
pub(crate) const VERSION: Tool<'static> =
    Tool { requirement: Requirement::Public, sandbox: Some(SandboxMode::Deny), ..Tool::new("version", Risk::Low) };

/// A tool that every valid token opens.
pub(crate) const WHOAMI: Tool<'static> =
    Tool { requirement: Requirement::Authenticated, ..Tool::new("whoami", Risk::Low) };

/// A table with every field.
pub(crate) fn everything() -> Outline<'static> {
    outline(&[&WRITE_FILE, &PING, &VERSION, &WHOAMI], &EVERYTHING)
}
