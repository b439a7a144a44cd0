//! The schema of `mcp-scopes.toml`.
//!
//! It accepts what the reader accepts. It leaves to the reader what only the reader can check: a cycle, an undeclared
//! scope, the ports of an address. A test compares sections, keys and words with the lists of the reader. Rules and
//! their options come from the rules. Each key has an example, and a test gives it to the reader.
//!
//! | module | holds |
//! |---|---|
//! | `contents`, `diff`, `lint`, `tools` | the schemas of these sections |
//! | `values` | the values of keys |
//! | `tests` | compares the schema with the reader |

use std::collections::BTreeMap;

use mcp_scopes_grammar::config::CONVENTIONS;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::CONFIG;

macro_rules! sections {
    ($($name:ident is $schema:path;)*) => {
        $(
            pub(super) struct $name;

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    $schema(generator)
                }
            }
        )*
    };
}

mod contents;
mod diff;
mod limits_of_calls;
mod lint;
mod tests;
mod tools;
mod values;

use contents::{Prompts, Resources};
use diff::Diff;
use limits_of_calls::{Risks, Session};
use lint::Lint;
use tools::Tools;
use values::{Header, Issuers, Namespace, Page, Resource, SCOPE, ScopeName, Scopes, TOOL_NAME, Text};

#[derive(JsonSchema)]
#[schemars(
    title = "mcp-scopes.toml",
    description = "The authorization of an MCP server, beyond its tools. The compiler, the exporter and the linter read it."
)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, clippy::zero_sized_map_values, reason = "only its schema is used")]
struct File {
    /// Facts about the server, for its metadata document (RFC 9728).
    server: Option<Server>,
    /// How scopes are named. Only the linter reads it.
    convention: Option<Convention>,
    /// The scopes. If the section exists, it must contain every scope in use.
    scopes: Option<Declared>,
    /// Tools without a function, such as those that the server makes at run time.
    #[schemars(extend("propertyNames" = {"pattern": TOOL_NAME}))]
    tools: Option<Tools>,
    /// What opens the resources of the server, by glob of URIs or by URI template.
    #[schemars(extend("propertyNames" = {"pattern": "\\S"}))]
    resources: Option<Resources>,
    /// What opens the prompts of the server, by name.
    #[schemars(extend("propertyNames" = {"pattern": "\\S"}))]
    prompts: Option<Prompts>,
    /// The scopes of each role, in the order in which clients request them (`scope_upgrade_flows`).
    flows: Option<BTreeMap<String, Scopes>>,
    /// Limits for all calls of one caller (`session_policies`).
    session: Option<Session>,
    /// How the caller of a tool must have authenticated, by the risk of the tool (`risk_policies`).
    risk: Option<Risks>,
    /// The address of the sandbox, and how a request enters it.
    sandbox: Option<Sandbox>,
    /// The levels of rules and categories, and the options of rules. Only the linter reads it.
    lint: Option<Lint>,
    /// The changes between releases that are accepted. Only `mcp-scopes diff` and `check` read it.
    diff: Option<Diff>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Server {
    /// The URL that clients use for this server: its resource identifier (RFC 9728 §1.2). Plain http is allowed
    /// for a loopback host, for development.
    #[schemars(example = "https://files.example.com/mcp")]
    resource: Option<Resource>,
    /// The server's name for people (RFC 9728 §2).
    #[schemars(example = &"Files")]
    resource_name: Option<Text>,
    /// A page for developers (RFC 9728 §2).
    #[schemars(example = "https://docs.example.com/mcp")]
    resource_documentation: Option<Page>,
    /// The issuers of tokens: issuer identifiers (RFC 8414 §2), not endpoints. MCP requires at least one.
    #[schemars(example = ["https://auth.example.com"])]
    authorization_servers: Option<Issuers>,
    /// The exact prefix of every scope, including the separator.
    #[schemars(example = "dev-tools:")]
    namespace: Option<Namespace>,
    /// What the authorization server puts in front of every scope of this server. Tools name scopes without it.
    scope_prefix: Option<ScopePrefix>,
    /// The scopes that `scopes_supported` advertises. Default: every scope that opens a tool.
    #[schemars(example = ["files:list"])]
    baseline: Option<Scopes>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ScopePrefix {
    /// The prefix in what clients request: in metadata, challenges and lists.
    #[schemars(example = "api://files/")]
    outside: Option<Namespace>,
    /// The prefix in tokens.
    #[schemars(example = "files/")]
    inside: Option<Namespace>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
// The key `pattern` is required with the convention `pattern`, and not allowed with any other.
#[schemars(extend("if" = {"properties": {"scope": {"const": "pattern"}}, "required": ["scope"]}))]
#[schemars(extend("then" = {"required": ["pattern"]}, "else" = {"properties": {"pattern": false}}))]
#[expect(dead_code, reason = "only its schema is used")]
struct Convention {
    /// The naming convention of scopes. Default: the convention that most scopes follow.
    #[schemars(extend("enum" = CONVENTIONS), example = "resource:action")]
    scope: Option<String>,
    /// With the convention `pattern`: every scope matches it completely. `*` matches any characters, `?` matches one.
    #[schemars(example = "files:*")]
    pattern: Option<ScopeName>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Scope {
    /// What the scope allows.
    #[schemars(example = "Change files")]
    description: Option<Text>,
    /// The scopes that it implies.
    #[schemars(example = ["files:read"])]
    implies: Option<Scopes>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Sandbox {
    /// The header that moves a live caller into the sandbox, never out of it.
    #[schemars(example = "X-Sandbox")]
    header: Option<Header>,
    /// The sandbox's own resource identifier.
    #[schemars(example = "https://sandbox.example.com/mcp")]
    resource: Option<Resource>,
    /// The sandbox's own issuers.
    #[schemars(example = ["https://sandbox-auth.example.com"])]
    authorization_servers: Option<Issuers>,
}

sections! {
    Declared is scopes;
}

/// A scope is either a description or a table.
fn scopes(generator: &mut SchemaGenerator) -> Schema {
    let table = generator.subschema_for::<Scope>();
    json_schema!({
        "type": "object",
        "propertyNames": {"pattern": SCOPE},
        "additionalProperties": {"anyOf": [{"type": "string", "pattern": "\\S"}, table]},
    })
}

fn schema() -> Value {
    let mut schema = SchemaGenerator::new(schemars::generate::SchemaSettings::draft07().for_deserialize())
        .into_root_schema_for::<File>()
        .to_value();
    tidy(&mut schema);
    schema["$id"] = json!(CONFIG.url);
    schema
}

/// Removes null, since TOML has none, and line breaks from texts, which do not need them.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = types.as_slice() {
                    members["type"] = one.clone();
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| *choice != json!({"type": "null"}));
                if let [one] = choices.as_slice() {
                    let one = one.clone();
                    members.remove("anyOf");
                    // Draft 7 ignores siblings of `$ref`, including descriptions.
                    members.insert("allOf".to_owned(), json!([one]));
                }
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}
