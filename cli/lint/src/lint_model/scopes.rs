//! The scopes of a table, each once, gathered from all places that name it.

use std::collections::BTreeMap;

use mcp_scopes_scan::source::Place;

/// A scope in its table.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The scope-token.
    pub text: String,
    /// The part behind the namespace.
    pub bare: String,
    /// Where it is written first: in an annotation, or else where it is declared or advertised.
    pub place: Place,
    /// Every literal that writes it in an annotation; `None` if it also stands for a tool's name, which writes no scope,
    /// and in a document.
    pub written: Option<Vec<Place>>,
    /// The tools, by their place in the table, with an alternative that needs it.
    pub needed_by: Vec<usize>,
    /// The tools, by their place in the table, that it opens alone.
    pub opens: Vec<usize>,
    /// Where `[scopes]` declares it; never in a document.
    pub declared: Option<Place>,
    /// What its declaration says it is for; may be empty.
    pub description: String,
    /// The scopes that it implies: in source those that its declaration names, in a document all.
    pub implies: Vec<String>,
}

/// Gathers scopes in order of their first mention.
#[derive(Default)]
pub(super) struct Scopes {
    pub(super) list: Vec<Scope>,
    places: BTreeMap<String, usize>,
}

impl Scopes {
    /// The scope of that text, which is here from now on.
    pub(super) fn entry(&mut self, text: &str, namespace: &str, place: &Place) -> Option<&mut Scope> {
        let next = self.list.len();
        let number = *self.places.entry(text.to_owned()).or_insert(next);
        if number == next {
            self.list.push(Scope {
                text: text.to_owned(),
                bare: text.strip_prefix(namespace).unwrap_or(text).to_owned(),
                place: place.clone(),
                written: None,
                needed_by: Vec::new(),
                opens: Vec::new(),
                declared: None,
                description: String::new(),
                implies: Vec::new(),
            });
        }
        self.list.get_mut(number)
    }

    /// Where an annotation writes a scope that it needs; nowhere, if it is the tool's name.
    pub(super) fn write(&mut self, text: &str, tool: usize, places: Vec<Place>) {
        let Some(scope) = self.places.get(text).and_then(|number| self.list.get_mut(*number)) else { return };
        if places.is_empty() {
            scope.written = None;
        } else if scope.needed_by.first() == Some(&tool) {
            scope.written = Some(places);
        } else if let Some(written) = &mut scope.written {
            written.extend(places);
        }
    }

    /// What opens the tool at that place.
    pub(super) fn opened<'p>(
        &mut self,
        alternatives: &[Vec<String>],
        namespace: &str,
        tool: usize,
        place: impl Fn(&str) -> &'p Place,
    ) {
        for text in alternatives.iter().flatten() {
            let Some(scope) = self.entry(text, namespace, place(text)) else { continue };
            if scope.needed_by.last() != Some(&tool) {
                scope.needed_by.push(tool);
                if alternatives.iter().any(|all| matches!(all.as_slice(), [only] if only == text)) {
                    scope.opens.push(tool);
                }
            }
        }
    }
}
