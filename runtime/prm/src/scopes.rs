//! The scopes of a table, as documents need them.

use indexmap::IndexMap;
use mcp_scopes_model::{Numbers, Outline};

/// The scopes of a table by number, and what each implies.
///
/// A compiled table has them already. For any other outline, [`Scopes::of`] computes them.
#[derive(Clone, Debug)]
pub struct Scopes<'a> {
    /// By name, in the order of their numbers: the numbers of the scopes that the scope implies, directly or through others.
    implied: IndexMap<&'a str, Vec<usize>>,
    /// The number of scopes that requirements name. The others are only declared.
    required: usize,
    /// A scope that implies itself. No scope implies another one then.
    circular: Option<usize>,
}

impl<'a> Scopes<'a> {
    /// Numbers the scopes of an outline and closes their hierarchy.
    #[must_use]
    pub fn of(outline: &Outline<'a>) -> Self {
        // Too large for the stack.
        let numbers = Box::new(Numbers::of(outline));
        let closed = numbers.hierarchy(outline).close().map(Box::new);
        let all = 0..numbers.scopes.len();
        let implied = |from: usize| match &closed {
            Ok(graph) if !graph.is_empty() => all.clone().filter(|to| graph.has(from, *to)).collect(),
            _ => Vec::new(),
        };
        Self {
            implied: all.clone().map(|number| (numbers.scopes.name(number), implied(number))).collect(),
            required: numbers.required,
            circular: closed.as_ref().err().copied(),
        }
    }

    /// Returns the scopes of a table without a cycle: each with the numbers of the scopes that it implies.
    #[must_use]
    pub fn numbered(scopes: impl IntoIterator<Item = (&'a str, Vec<usize>)>, required: usize) -> Self {
        Self { implied: scopes.into_iter().collect(), required, circular: None }
    }

    /// Returns the scopes that requirements name.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'a str> {
        self.implied.keys().copied().take(self.required)
    }

    /// Returns a scope that implies itself.
    pub(crate) fn circular(&self) -> Option<&'a str> {
        self.circular.map(|number| self.name(number))
    }

    /// Returns each scope that implies others, and these.
    pub(crate) fn hierarchy(&self) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        let implying = self.implied.iter().filter(|(_, implied)| !implied.is_empty());
        implying.map(|(scope, implied)| (*scope, implied.iter().map(|number| self.name(*number)).collect()))
    }

    /// Returns whether one scope implies the other.
    pub(crate) fn implies(&self, from: &str, to: &str) -> bool {
        let (Some(implied), Some(to)) = (self.implied.get(from), self.implied.get_index_of(to)) else { return false };
        implied.contains(&to)
    }

    fn name(&self, number: usize) -> &'a str {
        self.implied.get_index(number).map_or("", |(name, _)| name)
    }
}

/// How clients write the scopes of a table: with its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutsideNames<'a> {
    pub(crate) prefix: &'a str,
}

impl OutsideNames<'_> {
    pub(crate) fn of(self, scope: &str) -> String {
        [self.prefix, scope].concat()
    }

    pub(crate) fn all<'s>(self, scopes: impl IntoIterator<Item = &'s str>) -> Vec<String> {
        scopes.into_iter().map(|scope| self.of(scope)).collect()
    }
}
