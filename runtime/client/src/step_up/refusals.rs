//! What was refused, so that it is not requested again.

use std::collections::HashMap;

use crate::{challenge::Authentication, scopes::Scopes};

use super::{flight::Refusal, operation::Need};

/// The number of refusals that are remembered. One that is forgotten costs another request.
const CAPACITY: usize = 1024;

/// Refusals by operation, set of scopes, and authentication.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<(String, Scopes, Authentication), Refusal>);

impl Refusals {
    pub(super) fn of(&self, label: &str, need: &Need) -> Option<Refusal> {
        self.0.get(&key(label, need)).copied()
    }

    pub(super) fn remember(&mut self, label: &str, need: &Need, refusal: Refusal) {
        if self.0.len() >= CAPACITY {
            self.0.clear();
        }
        self.0.insert(key(label, need), refusal);
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

fn key(label: &str, need: &Need) -> (String, Scopes, Authentication) {
    (label.to_owned(), need.scopes.clone(), need.authentication.clone())
}
