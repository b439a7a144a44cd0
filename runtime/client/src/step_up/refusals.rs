//! What was refused, so that it is not requested again.

use std::collections::HashMap;

use crate::scopes::Scopes;

use super::flight::Refusal;

/// The number of refusals that are remembered. One that is forgotten costs another request.
const CAPACITY: usize = 1024;

/// Refusals by operation and set of scopes.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<(String, Scopes), Refusal>);

impl Refusals {
    pub(super) fn of(&self, label: &str, scopes: &Scopes) -> Option<Refusal> {
        self.0.get(&(label.to_owned(), scopes.clone())).copied()
    }

    pub(super) fn remember(&mut self, label: String, scopes: Scopes, refusal: Refusal) {
        if self.0.len() >= CAPACITY {
            self.0.clear();
        }
        self.0.insert((label, scopes), refusal);
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}
