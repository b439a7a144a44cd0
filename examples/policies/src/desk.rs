//! Who approves calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use mcp_scopes_server::policies::{ApprovalQuery, Approver, ApproverAnswer};

/// A desk with two lists: calls that wait for a review, and reviews that are not used yet.
///
/// A call is who makes it, the tool, and the arguments. An approval is for one such call.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    calls: Arc<Mutex<HashMap<String, bool>>>,
}

impl Desk {
    /// Approves all calls that wait. Returns how many there were.
    #[must_use]
    pub fn approve_all(&self) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = calls.values_mut().filter(|approved| !**approved);
        waiting.map(|approved| *approved = true).count()
    }
}

impl Approver for Desk {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        let subject = query.claims().and_then(|claims| claims.subject()).unwrap_or_default();
        let arguments = query.arguments().map_or("", |arguments| arguments.get());
        let call = format!("{subject} {} {arguments}", query.tool().name);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.get(&call) == Some(&true) {
            calls.remove(&call);
            return ApproverAnswer::ApprovedByReviewer;
        }
        calls.insert(call, false);
        ApproverAnswer::Pending
    }
}
