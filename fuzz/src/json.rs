//! A JSON tree that keeps every member in order, including duplicates and the names that serde libraries reserve.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    String(String),
    /// `null`, a boolean or a number.
    Other(Value),
}

impl Node {
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// All values of a member.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        let members = if let Self::Object(members) = self { members.as_slice() } else { &[] };
        members.iter().filter(move |(of, _)| of == name).map(|(_, value)| value)
    }

    /// The first value of a member.
    pub fn get(&self, name: &str) -> Option<&Node> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(of, _)| of == name).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    pub fn elements(&self) -> &[Node] {
        if let Self::Array(elements) = self { elements } else { &[] }
    }

    /// The names of the members, at this level alone.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let members = if let Self::Object(members) = self { members.as_slice() } else { &[] };
        members.iter().map(|(name, _)| name.as_str())
    }

    /// Converts to a [`Value`]. Of duplicate members the last one is kept.
    pub fn plain(&self) -> Value {
        match self {
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value.plain()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Self::Array(elements) => elements.iter().map(Self::plain).collect(),
            Self::String(text) => text.as_str().into(),
            Self::Other(value) => value.clone(),
        }
    }

    /// Asserts that every reader sees the same value.
    pub fn assert_unambiguous(&self) {
        assert_eq!(self.ambiguous_name(), None);
    }

    /// Returns a member name that two readers see differently: a duplicate, or one that a library reserves.
    pub fn ambiguous_name(&self) -> Option<&str> {
        const RESERVED: [&str; 4] =
            ["$serde_json::private::", "$__toml_private_", "$__serde_spanned_private_", "__serde_saphyr_private_"];
        match self {
            Self::Object(members) => members.iter().enumerate().find_map(|(at, (name, value))| {
                let is_duplicate = members[..at].iter().any(|(other, _)| other == name);
                let is_reserved = RESERVED.iter().any(|prefix| name.starts_with(prefix));
                if is_duplicate || is_reserved { Some(name.as_str()) } else { value.ambiguous_name() }
            }),
            Self::Array(elements) => elements.iter().find_map(Self::ambiguous_name),
            Self::String(_) | Self::Other(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        let mut found = Vec::new();
        while let Some(element) = elements.next_element()? {
            found.push(element);
        }
        Ok(Node::Array(found))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Other(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Other(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Other(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Other(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Other(value.into()))
    }
}
