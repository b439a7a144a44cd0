//! `policy(..)`: the limits and the conflicts between them.

use std::collections::HashSet;

use super::{RequirementDecl, ToolFacts, lists::each};
use crate::{
    args::{self, Arg, Value},
    catalogue::{
        BAD_PATTERN, CONFLICTING_LIMITS, EMPTY_LIST, IDEMPOTENT_WITHOUT_COOLING, MALFORMED_ARGUMENT,
        POLICY_OF_PUBLIC_TOOL,
    },
    diagnostic::{Diagnostics, Report},
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::{
    Approval, Pattern,
    pattern::{PatternError, glob_syntax},
};
use proc_macro2::Span;

/// The keys of `policy(..)`, in the order of publication.
pub const KEYS: [&str; 8] = [
    "blocked_after",
    "requires_approval_after",
    "cooling_period_minutes",
    "idempotent",
    "max_calls_per_session",
    "requires_human_review",
    "blocked_patterns",
    "max_file_size_mb",
];

/// The contents of `policy(..)`. `L` is the location of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `mcp_scopes_model::Policy`")]
pub struct PolicyDecl<L> {
    pub blocked_after: Vec<Located<String, L>>,
    pub requires_approval_after: Vec<Located<String, L>>,
    pub cooling_period_minutes: Option<u32>,
    pub idempotent: bool,
    pub max_calls_per_session: Option<u32>,
    pub requires_human_review: bool,
    pub blocked_patterns: Vec<Located<String, L>>,
    pub max_file_size_mb: Option<u32>,
}

impl<L> PolicyDecl<L> {
    /// No limits.
    pub const NONE: Self = Self {
        blocked_after: Vec::new(),
        requires_approval_after: Vec::new(),
        cooling_period_minutes: None,
        idempotent: false,
        max_calls_per_session: None,
        requires_human_review: false,
        blocked_patterns: Vec::new(),
        max_file_size_mb: None,
    };

    /// Replaces each location.
    #[must_use]
    pub fn map_places<M>(self, map: &mut dyn FnMut(L) -> M) -> PolicyDecl<M> {
        let mut all = |list: Vec<Located<String, L>>| list.into_iter().map(|text| text.map_place(map)).collect();
        PolicyDecl {
            blocked_after: all(self.blocked_after),
            requires_approval_after: all(self.requires_approval_after),
            cooling_period_minutes: self.cooling_period_minutes,
            idempotent: self.idempotent,
            max_calls_per_session: self.max_calls_per_session,
            requires_human_review: self.requires_human_review,
            blocked_patterns: all(self.blocked_patterns),
            max_file_size_mb: self.max_file_size_mb,
        }
    }

    /// Returns the lists of texts, each with the field of the model's `Policy` that holds it.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Located<String, L>]); 3] {
        [
            ("blocked_after", &self.blocked_after),
            ("requires_approval_after", &self.requires_approval_after),
            ("blocked_patterns", &self.blocked_patterns),
        ]
    }

    /// Returns the limits, each with the field of the model's `Policy` that holds it.
    #[must_use]
    pub const fn limits(&self) -> [(&'static str, Option<u32>); 3] {
        [
            ("cooling_period_minutes", self.cooling_period_minutes),
            ("max_calls_per_session", self.max_calls_per_session),
            ("max_file_size_mb", self.max_file_size_mb),
        ]
    }

    /// Returns the flags that are true, each with the field of the model's `Policy` that holds it.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        let flags = [("idempotent", self.idempotent), ("requires_human_review", self.requires_human_review)];
        flags.into_iter().filter(|(_, is_set)| *is_set).map(|(field, _)| field)
    }

    /// Returns the first key that depends on who calls: on earlier calls of a session, or on a review.
    fn key_about_callers(&self) -> Option<&'static str> {
        let stated = [
            ("blocked_after", !self.blocked_after.is_empty()),
            ("requires_approval_after", !self.requires_approval_after.is_empty()),
            ("cooling_period_minutes", self.cooling_period_minutes.is_some()),
            ("max_calls_per_session", self.max_calls_per_session.is_some()),
            ("requires_human_review", self.requires_human_review),
        ];
        stated.into_iter().find(|(_, is_stated)| *is_stated).map(|(key, _)| key)
    }
}

/// The locations of keys whose values have no location in [`PolicyDecl`]. `None` for a key that is missing or false.
#[derive(Clone, Debug)]
pub(crate) struct PolicyPlaces<L> {
    pub(crate) review: Option<L>,
    pub(crate) idempotent: Option<L>,
    /// Whether the key `cooling_period_minutes` is there, with any value.
    pub(crate) has_cooling: bool,
}

impl<L> Default for PolicyPlaces<L> {
    fn default() -> Self {
        Self { review: None, idempotent: None, has_cooling: false }
    }
}

impl<L> Default for PolicyDecl<L> {
    fn default() -> Self {
        Self::NONE
    }
}

/// Checks the syntax of a pattern.
pub(crate) fn pattern_syntax(text: &str) -> Result<(), PatternError> {
    Pattern::parse(text).map(|_| ())
}

/// Reads the limits.
pub(super) fn read(arg: &Arg, errors: &mut Diagnostics) -> (PolicyDecl<Span>, PolicyPlaces<Span>) {
    let (mut policy, mut places) = (PolicyDecl::NONE, PolicyPlaces::default());
    let Value::List(group) = &arg.value else {
        let message = "`policy` takes limits in parentheses".to_owned();
        errors.push(MALFORMED_ARGUMENT.at(arg.span, message).help("write `policy(max_calls_per_session = 3)`"));
        return (policy, places);
    };
    if group.stream().is_empty() {
        errors.push(EMPTY_LIST.at(arg.span, "`policy` must not be empty".to_owned()));
    }
    for arg in args::read(group.stream(), "policy", &KEYS, errors) {
        let limit = |errors: &mut Diagnostics| Some(literal::limit(arg.equals(errors)?, &arg.key, errors)?.value);
        match arg.key.as_str() {
            "blocked_after" => policy.blocked_after = patterns(&arg, errors),
            "requires_approval_after" => policy.requires_approval_after = patterns(&arg, errors),
            "blocked_patterns" => policy.blocked_patterns = globs(&arg, errors),
            "cooling_period_minutes" => {
                policy.cooling_period_minutes = limit(errors);
                places.has_cooling = true;
            }
            "max_calls_per_session" => policy.max_calls_per_session = limit(errors),
            "max_file_size_mb" => policy.max_file_size_mb = limit(errors),
            "requires_human_review" => {
                policy.requires_human_review = arg.flag(true, errors).unwrap_or_default();
                places.review = policy.requires_human_review.then_some(arg.span);
            }
            "idempotent" => {
                policy.idempotent = arg.flag(true, errors).unwrap_or_default();
                places.idempotent = policy.idempotent.then_some(arg.span);
            }
            _ => {}
        }
    }
    (policy, places)
}

/// Reports limits that would never apply: because of another one, without another one, or without a caller.
pub(crate) fn check<L>(tool: &ToolFacts<L>, places: &PolicyPlaces<L>, errors: &mut impl Report<L>) {
    let policy = &tool.policy;
    let blocking: HashSet<&str> = policy.blocked_after.iter().map(|blocked| blocked.value.as_str()).collect();
    for pattern in &policy.requires_approval_after {
        let tool = pattern.value.split(':').next().unwrap_or_default();
        if let Some(blocked) = blocking.get(pattern.value.as_str()).or_else(|| blocking.get(tool)) {
            let message = format!(
                "`{}` never requires approval: `{blocked}` in `blocked_after` already blocks the call",
                pattern.value
            );
            let help = "remove the pattern from one of the two lists";
            errors.report(&CONFLICTING_LIMITS, &pattern.place, message, Some(help.to_owned()));
        }
    }
    if let (Some(review), Some(Located { value: Approval::Auto, .. })) = (&places.review, &tool.approval) {
        let message = "`requires_human_review` conflicts with `approval = \"auto\"`";
        errors.report(&CONFLICTING_LIMITS, review, message.to_owned(), Some("remove one of the two".to_owned()));
    }
    if let (Some(idempotent), false) = (&places.idempotent, places.has_cooling) {
        let message = "`idempotent` has no effect without `cooling_period_minutes`";
        errors.report(&IDEMPOTENT_WITHOUT_COOLING, idempotent, message.to_owned(), None);
    }
    if let (RequirementDecl::Public(public), Some(key)) = (&tool.requirement, policy.key_about_callers()) {
        let message =
            format!("`{key}` of the public tool `{}` has no effect: its callers are not known", tool.name.value);
        errors.report(&POLICY_OF_PUBLIC_TOOL, public, message, None);
    }
}

/// Returns whether a pattern or glob has the given syntax. Reports it if not.
pub(crate) fn check_syntax<L>(
    pattern: &Located<String, L>,
    syntax: &impl Fn(&str) -> Result<(), PatternError>,
    errors: &mut impl Report<L>,
) -> bool {
    let Err(error) = syntax(&pattern.value) else { return true };
    let message = format!("the pattern `{}` {}", pattern.value.escape_debug(), error.reason());
    errors.report(&BAD_PATTERN, &pattern.place, message, None);
    false
}

fn patterns(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    checked(arg, errors, pattern_syntax)
}

fn globs(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    checked(arg, errors, glob_syntax)
}

fn checked(
    arg: &Arg,
    errors: &mut Diagnostics,
    syntax: impl Fn(&str) -> Result<(), PatternError>,
) -> Vec<Spanned<String>> {
    each(arg, errors, |element, errors| {
        let pattern = literal::string(element, &arg.key, errors)?;
        check_syntax(&pattern, &syntax, errors).then_some(pattern)
    })
}
