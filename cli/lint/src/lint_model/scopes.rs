//! Collects the scopes of a table from every place that names them.

use std::collections::BTreeMap;

use mcp_scopes_scan::source::Place;

/// A scope in its table.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The scope-token.
    pub text: String,
    /// The part after the namespace.
    pub bare: String,
    /// The place of its first mention: in an annotation, or else its declaration or advertisement.
    pub place: Place,
    /// Every literal of it in an annotation. `None` in a document, and if a tool's name implies the scope without a
    /// literal.
    pub written: Option<Vec<Place>>,
    /// Indices of the tools with an alternative or a condition that requires it.
    pub needed_by: Vec<usize>,
    /// Indices of the tools that it opens alone.
    pub opens: Vec<usize>,
    /// The place of its declaration in `[scopes]`; always `None` in a document.
    pub declared: Option<Place>,
    /// The description of its declaration; may be empty.
    pub description: String,
    /// The scopes that it implies. In source the direct ones, in a document all.
    pub implies: Vec<String>,
}

/// Collects scopes in order of their first mention.
#[derive(Default)]
pub(super) struct Scopes {
    pub(super) list: Vec<Scope>,
    places: BTreeMap<String, usize>,
}

impl Scopes {
    /// Returns the scope of that text, and adds it if it is missing.
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

    /// Records the places where an annotation names a scope. There are none if the scope is the tool's name.
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

    /// Records a scope that some calls of the tool at that index need in addition. It does not open the tool.
    pub(super) fn conditional(&mut self, text: &str, namespace: &str, tool: usize, place: &Place) {
        if let Some(scope) = self.entry(text, namespace, place)
            && scope.needed_by.last() != Some(&tool)
        {
            scope.needed_by.push(tool);
        }
    }

    /// Records the requirement of the tool at that index.
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
