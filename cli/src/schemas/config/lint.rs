//! The schema of `[lint]`.

use mcp_scopes_grammar::config::LINT_PATH;
use mcp_scopes_lint::{Category, OptionValue, RULES, Rule, RuleOption, Setting};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::values::Level;

sections! {
    Lint is lint;
}

/// A relative path without reserved characters.
const PATH: &str = "^[^/!\\[\\]{}\\\\][^\\[\\]{}\\\\]*$";

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
    let text = "The levels of rules in some files. An entry has precedence over those before it, and over the levels beside it.";
    let path = (LINT_PATH.to_owned(), json!({"description": text, "type": "array", "items": path(&level)}));
    json_schema!({
        "type": "object",
        "additionalProperties": false,
        "properties": categories.chain(rules).chain([path]).collect::<Map<String, Value>>(),
    })
}

/// Returns the schema of an entry of `[[lint.path]]`.
fn path(level: &Value) -> Value {
    let of_rule = |rule: &Rule| {
        let level = if rule.check.is_fixed() { json!({"const": Setting::Deny.as_str()}) } else { level.clone() };
        (rule.id.to_owned(), level)
    };
    let categories = Category::ALL.iter().map(|category| (category.as_str().to_owned(), level.clone()));
    let mut properties: Map<String, Value> = categories.chain(RULES.iter().map(of_rule)).collect();
    let paths = json!({
        "description": "The files, as patterns relative to the folder of this file.",
        "type": "array",
        "items": {"type": "string", "pattern": PATH},
        "minItems": 1,
        "uniqueItems": true,
    });
    properties.insert("paths".to_owned(), paths);
    json!({"type": "object", "required": ["paths"], "additionalProperties": false, "properties": properties})
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
