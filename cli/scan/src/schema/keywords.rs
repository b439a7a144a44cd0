//! Builds schemas from their keywords.

use mcp_scopes_prm::json::Json;

pub(super) fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

/// Returns an object with these members.
pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn of_type(name: &str) -> Json {
    object([("type", text(name))])
}

/// Returns a reference to the definition of that number.
pub(super) fn reference(number: usize) -> Json {
    object([("$ref", Json::String(format!("#/$defs/{number}")))])
}

pub(super) fn nullable(schema: Json) -> Json {
    object([("anyOf", Json::Array(vec![schema, of_type("null")]))])
}

/// Adds or replaces a keyword. A schema that is no object becomes one.
pub(super) fn insert(schema: &mut Json, keyword: &str, value: Json) {
    if !matches!(schema, Json::Object(_)) {
        *schema = object([]);
    }
    if let Json::Object(keywords) = schema {
        keywords.insert(keyword.to_owned(), value);
    }
}

pub(super) fn remove(schema: &mut Json, keyword: &str) -> Option<Json> {
    match schema {
        Json::Object(keywords) => keywords.shift_remove(keyword),
        _ => None,
    }
}

/// Adds a property of any type.
pub(super) fn add_property(schema: &mut Json, name: &str, is_optional: bool) {
    let mut properties = remove(schema, "properties").unwrap_or_else(|| object([]));
    insert(&mut properties, name, Json::Bool(true));
    insert(schema, "properties", properties);
    if !is_optional {
        require(schema, name);
    }
}

pub(super) fn require(schema: &mut Json, name: &str) {
    push(schema, "required", text(name));
}

/// Adds a value to the list of a keyword.
pub(super) fn push(schema: &mut Json, keyword: &str, value: Json) {
    let mut list = match remove(schema, keyword) {
        Some(Json::Array(list)) => list,
        _ => Vec::new(),
    };
    list.push(value);
    insert(schema, keyword, Json::Array(list));
}
