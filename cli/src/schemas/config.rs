//! The schema of `mcp-scopes.toml`.
//!
//! It accepts what the reader accepts. It leaves to the reader what only the reader can check: a cycle, an undeclared
//! scope, the ports of an address. A test compares sections, keys and words with the lists of the reader. Rules and
//! their options come from the rules. Each key has an example, and a test gives it to the reader.

use std::collections::BTreeMap;

use mcp_scopes_grammar::{
    config::{CONTENT_KEYS, CONVENTIONS, KEYS, LEVELS, SECTIONS},
    tool::{DYNAMIC_KEYS, POLICY_KEYS},
};
use mcp_scopes_lint::{Category, OptionValue, RULES, RuleOption, Setting};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{CONFIG, committed};
use crate::diff::change::Kind;

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
mod tools;

use contents::{Prompts, Resources};
use tools::Tools;

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
struct Diff {
    /// The accepted changes, one table each: `[[diff.accept]]`.
    accept: Option<Vec<Accept>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["tool"]}, {"required": ["pointer"]}]))]
#[expect(dead_code, reason = "only its schema is used")]
struct Accept {
    /// The kind of change, as `mcp-scopes diff` prints it in brackets.
    #[schemars(example = "tool-added")]
    kind: ChangeKind,
    /// The digits that `mcp-scopes diff` prints for the change.
    #[schemars(example = &"1f0c9a77f1b2")]
    change: Text,
    /// The tool that changes.
    #[schemars(example = &"cancel_parcel")]
    tool: Option<Text>,
    /// In place of `tool`: the value of the document that changes, as a JSON Pointer (RFC 6901).
    #[schemars(example = "/scopes_supported")]
    pointer: Option<Pointer>,
    /// Why the change is accepted.
    #[schemars(example = "support may cancel too")]
    reason: Text,
    /// The last day on which it is accepted.
    #[schemars(example = "2027-03-01")]
    until: DayText,
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
struct Session {
    /// Maximum number of calls of high or critical risk in one session.
    #[schemars(example = 5)]
    max_high_risk_calls: Option<Limit>,
    /// Minutes after which the caller authenticates again.
    #[schemars(example = 30)]
    require_reauth_after_minutes: Option<Limit>,
    /// Denies a jump from low to high risk within a short time.
    #[schemars(example = true)]
    block_rapid_escalation: Option<bool>,
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

macro_rules! values {
    ($($name:ident $schema:tt)*) => {
        $(
            struct $name;

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

sections! {
    Declared is scopes;
    Lint is lint;
}

/// RFC 6749 §3.3.
const SCOPE: &str = "^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$";
/// MCP, Tools.
const TOOL_NAME: &str = "^[A-Za-z0-9_.-]{1,128}$";
/// https, or http, since the reader decides whether the host is a loopback host.
const ISSUER: &str = "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s?#]+$";

values! {
    Text {"type": "string", "pattern": "\\S"}
    Resource {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s#]+$"}
    Page {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://\\S+$"}
    Issuers {"type": "array", "items": {"type": "string", "pattern": ISSUER}, "minItems": 1, "uniqueItems": true}
    Namespace {"type": "string", "pattern": "^[\\x21\\x23-\\x5B\\x5D-\\x7E]*[\\x21\\x23-\\x2F\\x3A-\\x40\\x5B\\x5D-\\x60\\x7B-\\x7E]$"}
    ScopeName {"type": "string", "pattern": SCOPE}
    Scopes {"type": "array", "items": {"type": "string", "pattern": SCOPE}, "minItems": 1, "uniqueItems": true}
    Header {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"}
    Limit {"type": "integer", "minimum": 1, "maximum": u32::MAX}
    Level {"enum": LEVELS}
    ChangeKind {"enum": Kind::ALL.iter().map(|kind| kind.id()).collect::<Vec<_>>()}
    Pointer {"type": "string", "pattern": "^/"}
    DayText {"type": "string", "format": "date"}
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

/// `allow`, `warn`, `deny`; alone, or as `level` of a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Levelled {
    Alone(Level),
    Table(Levels),
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Levels {
    level: Option<Level>,
}

fn lint(generator: &mut SchemaGenerator) -> Schema {
    let plain = generator.subschema_for::<Levelled>().to_value();
    let level = generator.subschema_for::<Level>().to_value();
    let described = |text: &str, schema: &Value| json!({"description": text, "allOf": [schema]});
    let categories = Category::ALL.iter().map(|category| {
        let text = format!("Every rule of the category `{}`.", category.as_str());
        (category.as_str().to_owned(), described(&text, &plain))
    });
    let rules = RULES.iter().map(|rule| {
        let text = format!("{}: {} ({}; {} by default)", rule.summary, rule.reason, rule.section, rule.level.as_str());
        let schema = match (rule.options, rule.check.is_fixed()) {
            ([], false) => plain.clone(),
            // A rule that the compiler also enforces is always an error.
            (options, true) => levelled(&json!({"const": Setting::Deny.as_str()}), options),
            (options, false) => levelled(&level, options),
        };
        (rule.id.to_owned(), described(&text, &schema))
    });
    json_schema!({
        "type": "object",
        "additionalProperties": false,
        "properties": categories.chain(rules).collect::<Map<String, Value>>(),
    })
}

fn levelled(level: &Value, options: &[RuleOption]) -> Value {
    let options = options.iter().map(|option| {
        let mut schema = match &option.default {
            OptionValue::Int(number) => {
                json!({"type": "integer", "minimum": 1, "maximum": u32::MAX, "default": number})
            }
            OptionValue::Text(text) => json!({"type": "string", "pattern": "\\S", "default": text}),
            OptionValue::Texts(texts) => json!({
                "type": "array",
                "items": {"type": "string", "pattern": "\\S"},
                "minItems": 1,
                "uniqueItems": true,
                "default": texts,
            }),
            OptionValue::Flag(flag) => json!({"type": "boolean", "default": flag}),
        };
        schema["description"] = json!(option.docs);
        (option.name.to_owned(), schema)
    });
    let mut properties: Map<String, Value> = options.collect();
    properties.insert("level".to_owned(), level.clone());
    json!({"anyOf": [level, {"type": "object", "additionalProperties": false, "properties": properties}]})
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

fn names(schema: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn sorted<'n>(names: &[&'n str]) -> Vec<&'n str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// The tables with fixed keys, and the section of each.
const TABLES: [(&str, &str); 12] = [
    ("Server", "[server]"),
    ("ScopePrefix", "[server.scope_prefix]"),
    ("Convention", "[convention]"),
    ("Scope", "[scopes.\"files:write\"]"),
    ("Session", "[session]"),
    ("Sandbox", "[sandbox]"),
    ("Diff", "[diff]"),
    ("Accept", "[[diff.accept]]"),
    ("Tool", "[tools.\"run_query\"]"),
    ("Policy", "[tools.\"run_query\"]\nrisk = \"low\"\n[tools.\"run_query\".policy]"),
    ("ResourceEntry", "[resources.\"logs://*\"]"),
    ("PromptEntry", "[prompts.review]"),
];

/// The keys of [`TABLES`].
fn keys() -> impl Iterator<Item = &'static [&'static str]> {
    KEYS.into_iter().chain([DYNAMIC_KEYS.as_slice(), &POLICY_KEYS, &CONTENT_KEYS, &CONTENT_KEYS])
}

#[test]
fn committed_schema_is_up_to_date() {
    committed::compare("config.schema.json", &schema());
}

/// The reader and the schema have the same keys and words.
#[test]
fn schema_and_reader_have_the_same_keys() {
    let schema = schema();
    assert_eq!((names(&schema), &schema["additionalProperties"]), (sorted(&SECTIONS), &json!(false)));
    for ((name, _), keys) in TABLES.iter().zip(keys()) {
        let table = &schema["definitions"][name];
        assert_eq!((names(table), &table["additionalProperties"]), (sorted(keys), &json!(false)), "{name}");
        for (key, property) in table["properties"].as_object().unwrap() {
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}.{key}");
        }
    }
    assert_eq!(schema["definitions"]["Convention"]["properties"]["scope"]["enum"], json!(CONVENTIONS));
    let rules: Vec<&str> =
        RULES.iter().map(|rule| rule.id).chain(Category::ALL.iter().map(|category| category.as_str())).collect();
    assert_eq!(names(&schema["properties"]["lint"]), sorted(&rules));
}

/// The reader accepts the example of each key.
#[test]
fn reader_accepts_the_example_of_each_key() {
    let schema = schema();
    let errors_of = |text: &str| mcp_scopes_grammar::config::read(text, "mcp-scopes.toml").err();
    for (name, section) in TABLES {
        for (key, property) in schema["definitions"][name]["properties"].as_object().unwrap() {
            // The keys of a table have examples, and not the table.
            if ["scope_prefix", "policy", "accept"].contains(&key.as_str()) {
                continue;
            }
            // JSON with strings, numbers, flags and lists of strings is valid TOML.
            let example = &property["examples"][0];
            assert!(!example.is_null(), "{name}.{key} has no example");
            let beside = match (name, key.as_str()) {
                ("Convention", "pattern") => "scope = \"pattern\"\n".to_owned(),
                ("Tool", key) if key != "risk" => "risk = \"low\"\n".to_owned(),
                ("ResourceEntry", "risk") | ("PromptEntry", "risk" | "description") => {
                    "authenticated = true\n".to_owned()
                }
                ("ResourceEntry", "description") => "risk = \"low\"\nauthenticated = true\n".to_owned(),
                ("ResourceEntry", _) => "risk = \"low\"\n".to_owned(),
                ("Accept", key) => accepted_without(key),
                _ => String::new(),
            };
            let errors = errors_of(&format!("{section}\n{beside}{key} = {example}\n"));
            assert!(errors.is_none(), "{name}.{key}: {errors:?}");
            assert!(errors_of(&format!("{section}\n{key}s_ = {example}\n")).is_some(), "{name}.{key}s_");
        }
    }
}

/// Returns the other keys of an accepted change, which are required.
fn accepted_without(key: &str) -> String {
    let subject = if key == "pointer" { "pointer" } else { "tool" };
    let keys = [
        ("kind", "tool-added"),
        ("change", "1f0c9a77f1b2"),
        (subject, "/a"),
        ("reason", "reviewed"),
        ("until", "2027-03-01"),
    ];
    let others = keys.iter().filter(|(name, _)| *name != key);
    let lines: Vec<String> = others.map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
    lines.concat()
}
