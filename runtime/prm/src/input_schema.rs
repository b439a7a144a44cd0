//! The parameters that a JSON Schema of arguments describes.
//!
//! The compiled table reads the schema that `schemars` writes. The scan reads the schema that it writes itself, from
//! source. Both use this reader, so a type has the same parameters on both roads.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Json;

/// Maximum nesting of subschemas and references.
const MAX_DEPTH: usize = 128;

/// Maximum number of subschemas to look at. References can name one subschema many times.
const MAX_SCHEMAS: usize = 1 << 16;

/// The keywords that state members, beside `$ref`.
const STRUCTURE: [&str; 5] = ["properties", "required", "allOf", "oneOf", "anyOf"];

/// Returns the parameters of a call whose arguments match the schema, each with whether it is required.
///
/// | keyword | parameters | required |
/// |---|---|---|
/// | `properties`, `required` | the names | those that `required` lists |
/// | `allOf`, local `$ref` | those of every subschema | those that one of them requires |
/// | `oneOf`, `anyOf` | those of every alternative | those that every alternative requires |
///
/// Alternatives that match no object are ignored, since arguments are an object. A reference to a schema that is being
/// read adds nothing. `additionalProperties` adds nothing, since it names no parameter.
///
/// Returns `None` if the parameters are not known: a reference leads nowhere or to another document, or the schema is
/// nested deeper, or has more subschemas, than the limits allow.
#[must_use]
pub fn parameters(schema: &Json) -> Option<BTreeMap<String, bool>> {
    let mut reader = Reader { root: schema, open: Vec::new(), left: MAX_SCHEMAS };
    let Arguments::Object(members) = reader.read(schema, 0)? else { return Some(BTreeMap::new()) };
    let required = |name: &str| members.required.contains(name);
    Some(members.listed.iter().map(|name| ((*name).to_owned(), required(name))).collect())
}

/// The objects that a schema matches.
enum Arguments<'s> {
    /// It matches no object.
    Never,
    /// It is being read. It adds nothing to itself.
    Open,
    /// It matches objects with these members.
    Object(Members<'s>),
}

#[derive(Default)]
struct Members<'s> {
    listed: BTreeSet<&'s str>,
    required: BTreeSet<&'s str>,
}

struct Reader<'s> {
    root: &'s Json,
    /// The references that are being followed.
    open: Vec<&'s str>,
    /// The subschemas left of [`MAX_SCHEMAS`].
    left: usize,
}

impl<'s> Reader<'s> {
    /// Returns `None` if the parameters are not known.
    fn read(&mut self, schema: &'s Json, depth: usize) -> Option<Arguments<'s>> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let keywords = match schema {
            Json::Object(keywords) => keywords,
            Json::Bool(false) => return Some(Arguments::Never),
            _ => return Some(Arguments::Object(Members::default())),
        };
        if !admits_objects(schema) {
            return Some(Arguments::Never);
        }
        let mut members = Members::default();
        if let Some(Json::Object(properties)) = keywords.get("properties") {
            members.listed.extend(properties.keys().map(String::as_str));
        }
        members.required.extend(array(schema, "required").iter().filter_map(Json::as_str));
        if let Some(reference) = keywords.get("$ref").and_then(Json::as_str) {
            match self.follow(reference, depth)? {
                Arguments::Never => return Some(Arguments::Never),
                Arguments::Open if !STRUCTURE.iter().any(|keyword| keywords.contains_key(*keyword)) => {
                    return Some(Arguments::Open);
                }
                Arguments::Open => {}
                Arguments::Object(found) => members.add(found),
            }
        }
        for part in array(schema, "allOf") {
            match self.read(part, depth + 1)? {
                Arguments::Never => return Some(Arguments::Never),
                Arguments::Open => {}
                Arguments::Object(found) => members.add(found),
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            let alternatives = array(schema, keyword);
            if alternatives.is_empty() {
                continue;
            }
            match self.any(alternatives, depth)? {
                Arguments::Never => return Some(Arguments::Never),
                Arguments::Open => {}
                Arguments::Object(found) => members.add(found),
            }
        }
        Some(Arguments::Object(members))
    }

    fn any(&mut self, alternatives: &'s [Json], depth: usize) -> Option<Arguments<'s>> {
        let mut all: Option<Members<'s>> = None;
        let mut is_open = false;
        for alternative in alternatives {
            let found = match self.read(alternative, depth + 1)? {
                Arguments::Never => continue,
                Arguments::Open => {
                    is_open = true;
                    continue;
                }
                Arguments::Object(found) => found,
            };
            all = Some(match all {
                None => found,
                Some(mut all) => {
                    all.listed.extend(found.listed);
                    all.required.retain(|name| found.required.contains(name));
                    all
                }
            });
        }
        Some(match all {
            Some(members) => Arguments::Object(members),
            None if is_open => Arguments::Open,
            None => Arguments::Never,
        })
    }

    fn follow(&mut self, reference: &'s str, depth: usize) -> Option<Arguments<'s>> {
        // The root is being read from the start.
        if reference == "#" || self.open.contains(&reference) {
            return Some(Arguments::Open);
        }
        let target = resolve(self.root, reference)?;
        self.open.push(reference);
        let found = self.read(target, depth + 1);
        self.open.pop();
        found
    }
}

impl<'s> Members<'s> {
    fn add(&mut self, other: Members<'s>) {
        self.listed.extend(other.listed);
        self.required.extend(other.required);
    }
}

/// Returns whether `type`, `const` and `enum` leave an object.
fn admits_objects(schema: &Json) -> bool {
    let is_object = |value: &Json| matches!(value, Json::Object(_));
    let by_type = match schema.get("type") {
        Some(Json::String(name)) => name == "object",
        Some(Json::Array(names)) => names.iter().any(|name| name.as_str() == Some("object")),
        _ => true,
    };
    let by_value = match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => is_object(value),
        (None, Some(Json::Array(values))) => values.iter().any(is_object),
        _ => true,
    };
    by_type && by_value
}

fn array<'s>(schema: &'s Json, keyword: &str) -> &'s [Json] {
    match schema.get(keyword) {
        Some(Json::Array(values)) => values,
        _ => &[],
    }
}

/// Returns the value that a reference within the document names: a JSON Pointer (RFC 6901) as a URI fragment.
fn resolve<'s>(root: &'s Json, reference: &str) -> Option<&'s Json> {
    let pointer = reference.strip_prefix("#/")?;
    pointer.split('/').try_fold(root, |value, segment| {
        let segment = percent_decoded(segment)?.replace("~1", "/").replace("~0", "~");
        match value {
            Json::Object(members) => members.get(&segment),
            Json::Array(values) => values.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
