//! What the rules of Dogwood mean for us, and decisions that both can make.

use mcp_scopes_policies::{Decision, Reason};

/// The policy that a `forbid` rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The call is denied, for the reason with this place in [`Reason::IDS`].
    Denies(usize),
    /// The caller must approve the call.
    RequiresApproval,
    /// Another person must review the call.
    RequiresReview,
}

impl Rule {
    /// Returns the rule that denies for a reason.
    ///
    /// # Errors
    /// No reason has this id.
    pub fn denying(id: &str) -> Result<Self, String> {
        let place = Reason::IDS.iter().position(|known| *known == id);
        place.map(Self::Denies).ok_or_else(|| format!("no reason has the id `{id}`"))
    }
}

/// A decision about all calls of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All calls may run.
    Allowed,
    /// None may run. The id is the one of the first reason in order of precedence.
    Denied(&'static str),
    /// None may run before an approval: of a reviewer, or else of the caller.
    ApprovalNeeded {
        /// Whether a person other than the caller must review the call.
        by_reviewer: bool,
    },
}

impl Verdict {
    /// Returns the decision of the engine. `None` for a decision that Dogwood has no word for.
    #[must_use]
    pub fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Allowed => Some(Self::Allowed),
            Decision::Denied(denial) => Some(Self::Denied(denial.reason.id())),
            Decision::ApprovalNeeded(request) => Some(Self::ApprovalNeeded { by_reviewer: request.by_reviewer }),
            Decision::Reauthenticate(_) => None,
        }
    }

    /// Returns the decision about a body, from the rules that forbid each of its calls.
    #[must_use]
    pub fn from_rules(calls: &[Vec<Rule>]) -> Self {
        let denials = calls.iter().flatten().filter_map(|rule| match rule {
            Rule::Denies(place) => Some(*place),
            Rule::RequiresApproval | Rule::RequiresReview => None,
        });
        if let Some(id) = denials.min().and_then(|place| Reason::IDS.get(place)) {
            return Self::Denied(id);
        }
        let open = calls.iter().find(|rules| !rules.is_empty());
        open.map_or(Self::Allowed, |rules| Self::ApprovalNeeded { by_reviewer: rules.contains(&Rule::RequiresReview) })
    }
}
