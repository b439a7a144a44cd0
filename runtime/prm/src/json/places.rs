//! The location of each value in a text.

use core::ops::Range;
use std::borrow::Cow;

use super::{Json, SyntaxError, parse};

/// A parsed value, with the location of everything in it.
#[derive(Clone, Debug)]
pub struct Located {
    /// The value. Of a duplicate member it contains the first.
    pub json: Json,
    /// The location of everything in the value.
    pub places: Places,
    /// Duplicate members.
    pub duplicates: Vec<Duplicate>,
}

/// The locations of the values in a text.
#[derive(Clone, Debug, Default)]
pub struct Places {
    nodes: Vec<Node>,
}

/// The location of one value, in bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spot {
    /// The name of the member, with its quotes. `None` for array elements and for the whole text.
    pub name: Option<Range<usize>>,
    /// The value.
    pub value: Range<usize>,
}

impl Spot {
    /// Returns the member with its name, or the value if there is no name.
    #[must_use]
    pub fn whole(&self) -> Range<usize> {
        self.name.as_ref().map_or(self.value.start, |name| name.start)..self.value.end
    }
}

/// A member whose name occurs earlier in the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// The name, unescaped.
    pub name: String,
    /// Its location.
    pub spot: Spot,
    /// Whether its value equals that of the first.
    pub same: bool,
}

#[derive(Clone, Debug)]
struct Node {
    spot: Spot,
    /// In the order of members or elements.
    children: Vec<usize>,
}

impl Json {
    /// Parses a JSON text and records the location of everything in it. Duplicate members are recorded and are not an
    /// error.
    ///
    /// # Errors
    /// Otherwise returns the errors of [`Json::parse`].
    ///
    /// ```
    /// use mcp_scopes_prm::json::Json;
    /// let text = r#"{"a": [1, 22]}"#;
    /// let located = Json::locate(text)?;
    /// let spot = located.places.find(&located.json, "/a/1").expect("it is there");
    /// assert_eq!(&text[spot.value.clone()], "22");
    /// # Ok::<(), mcp_scopes_prm::json::SyntaxError>(())
    /// ```
    pub fn locate(text: &str) -> Result<Located, SyntaxError> {
        parse::locate(text)
    }

    /// Returns the value at a JSON Pointer (RFC 6901).
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        steps(pointer).try_fold(self, |value, step| value.step(&step).map(|(_, child)| child))
    }

    /// Returns the member or element of that name, and its index.
    fn step(&self, name: &str) -> Option<(usize, &Self)> {
        match self {
            Self::Object(members) => members.get_full(name).map(|(number, _, child)| (number, child)),
            Self::Array(items) => {
                let number = name.parse().ok()?;
                Some((number, items.get(number)?))
            }
            _ => None,
        }
    }
}

impl Places {
    /// Returns the location of the value at a JSON Pointer (RFC 6901). `json` must be the value that was parsed with
    /// these locations.
    #[must_use]
    pub fn find(&self, json: &Json, pointer: &str) -> Option<&Spot> {
        self.walk(json, pointer).map(|(node, _)| &node.spot)
    }

    fn walk<'p, 'j>(&'p self, json: &'j Json, pointer: &str) -> Option<(&'p Node, &'j Json)> {
        let (mut node, mut value) = (self.nodes.last()?, json);
        for step in steps(pointer) {
            let (number, child) = value.step(&step)?;
            node = self.nodes.get(*node.children.get(number)?)?;
            value = child;
        }
        Some((node, value))
    }

    /// Like [`Places::find`], but falls back to the nearest enclosing value that exists.
    #[must_use]
    pub fn nearest(&self, json: &Json, pointer: &str) -> Option<&Spot> {
        let mut pointer = pointer;
        loop {
            if let Some(found) = self.find(json, pointer) {
                return Some(found);
            }
            pointer = pointer.get(..pointer.rfind('/')?)?;
        }
    }

    /// Returns the elements of the array at a JSON Pointer (RFC 6901) with their locations, or nothing if there is no
    /// array.
    pub fn elements<'p>(&'p self, json: &'p Json, pointer: &str) -> impl Iterator<Item = (&'p Json, &'p Spot)> {
        let found = self.walk(json, pointer).and_then(|(node, value)| match value {
            Json::Array(items) => Some((node, items)),
            _ => None,
        });
        found.into_iter().flat_map(|(node, items)| {
            let spots = node.children.iter().filter_map(|child| Some(&self.nodes.get(*child)?.spot));
            items.iter().zip(spots)
        })
    }
}

/// Returns the unescaped names in a pointer.
fn steps(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    pointer.split('/').skip(1).map(move |step| if step.contains('~') { unescaped(step).into() } else { step.into() })
}

/// Records locations while a text is parsed.
#[derive(Default)]
pub(super) struct Notes {
    nodes: Vec<Node>,
    open: Vec<(Option<Range<usize>>, Vec<usize>)>,
    name: Option<Range<usize>>,
    duplicates: Vec<Duplicate>,
}

impl Notes {
    /// The name of the member whose value comes next.
    pub(super) fn name(&mut self, name: Range<usize>) {
        self.name = Some(name);
    }

    pub(super) fn begin(&mut self) {
        self.open.push((self.name.take(), Vec::new()));
    }

    pub(super) fn end(&mut self, value: Range<usize>) {
        let (name, children) = self.open.pop().unwrap_or_default();
        if let Some((_, siblings)) = self.open.last_mut() {
            siblings.push(self.nodes.len());
        }
        self.nodes.push(Node { spot: Spot { name, value }, children });
    }

    /// Records that the last value belongs to a duplicate member.
    pub(super) fn duplicate(&mut self, name: &str, same: bool) {
        let Some(place) = self.open.last_mut().and_then(|(_, siblings)| siblings.pop()) else { return };
        if let Some(node) = self.nodes.get(place) {
            self.duplicates.push(Duplicate { name: name.to_owned(), spot: node.spot.clone(), same });
        }
    }

    pub(super) fn finish(self, json: Json) -> Located {
        Located { json, places: Places { nodes: self.nodes }, duplicates: self.duplicates }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn finds_every_value() {
        let text = r#" {"a/b": {"~": [true, {"x": "é"}]}, "c": null} "#;
        let located = Json::locate(text).expect("JSON");
        for (pointer, name, value) in [
            ("", "", text.trim()),
            ("/a~1b/~0/0", "", "true"),
            ("/a~1b/~0/1/x", "\"x\"", "\"é\""),
            ("/c", "\"c\"", "null"),
        ] {
            let spot = located.places.find(&located.json, pointer).expect(pointer);
            assert_eq!(text.get(spot.value.clone()), Some(value), "{pointer}");
            assert_eq!(spot.name.clone().and_then(|name| text.get(name)).unwrap_or(""), name, "{pointer}");
        }
        assert!(located.places.find(&located.json, "/c/0").is_none());
        let near = located.places.nearest(&located.json, "/c/0/x").expect("the member");
        assert_eq!(text.get(near.whole()), Some("\"c\": null"));
        assert_eq!(located.json.at("/a~1b/~0/1/x"), Some(&Json::String("é".to_owned())));
    }

    #[test]
    fn keeps_the_first_of_duplicate_members() {
        let text = r#"{"a": 1, "b": [2], "\u0061": {"c": 3}, "b": [2], "d": 4}"#;
        let located = Json::locate(text).expect("JSON");
        assert_eq!(located.json.to_string(), r#"{"a":1,"b":[2],"d":4}"#);
        let found: Vec<_> = located.duplicates.iter().map(|twice| (twice.name.as_str(), twice.same)).collect();
        assert_eq!(found, [("a", false), ("b", true)]);
        let place = |pointer| located.places.find(&located.json, pointer).and_then(|spot| text.get(spot.value.clone()));
        assert_eq!((place("/a"), place("/d"), place("/b/0")), (Some("1"), Some("4"), Some("2")));
        assert!(Json::parse(text).is_err());
    }
}
