//! `policy(..)`: the limits and the conflicts between them.

use super::lists::each;
use crate::{
    args::{self, Arg, Value},
    catalogue::{BAD_PATTERN, CONFLICTING_LIMITS, EMPTY_LIST, MALFORMED_ARGUMENT},
    diagnostic::Diagnostics,
    ir::{PolicyDecl, Spanned, ToolDecl},
    literal,
};
use mcp_scopes_model::{
    Approval, Pattern,
    pattern::{PatternError, glob_syntax},
};

/// The keys of `policy(..)`, in the order of publication.
pub const KEYS: [&str; 7] = [
    "blocked_after",
    "requires_approval_after",
    "cooling_period_minutes",
    "max_calls_per_session",
    "requires_human_review",
    "blocked_patterns",
    "max_file_size_mb",
];

pub(super) fn read(arg: &Arg, errors: &mut Diagnostics) -> PolicyDecl {
    let mut policy = PolicyDecl::default();
    let Value::List(group) = &arg.value else {
        let message = "`policy` takes limits in parentheses".to_owned();
        errors.push(MALFORMED_ARGUMENT.at(arg.span, message).help("write `policy(max_calls_per_session = 3)`"));
        return policy;
    };
    if group.stream().is_empty() {
        errors.push(EMPTY_LIST.at(arg.span, "`policy` must not be empty".to_owned()));
    }
    for arg in args::read(group.stream(), "policy", &KEYS, errors) {
        let limit = |errors: &mut Diagnostics| literal::limit(arg.equals(errors)?, &arg.key, errors);
        match arg.key.as_str() {
            "blocked_after" => policy.blocked_after = patterns(&arg, errors),
            "requires_approval_after" => policy.requires_approval_after = patterns(&arg, errors),
            "blocked_patterns" => policy.blocked_patterns = globs(&arg, errors),
            "cooling_period_minutes" => policy.cooling_period_minutes = limit(errors),
            "max_calls_per_session" => policy.max_calls_per_session = limit(errors),
            "max_file_size_mb" => policy.max_file_size_mb = limit(errors),
            "requires_human_review" => {
                let value = arg.flag(true, errors);
                policy.requires_human_review = value.map(|value| Spanned { value, span: arg.span });
            }
            _ => {}
        }
    }
    policy
}

/// Reports conflicts: if two limits meet, one of them would never apply.
pub(super) fn check(tool: &ToolDecl, errors: &mut Diagnostics) {
    let policy = &tool.policy;
    for pattern in &policy.requires_approval_after {
        let tool_of = |text: &str| text.split(':').next().map(str::to_owned);
        let blocking = policy
            .blocked_after
            .iter()
            .find(|blocked| blocked.value == pattern.value || Some(&blocked.value) == tool_of(&pattern.value).as_ref());
        if let Some(blocked) = blocking {
            let message = format!(
                "`{}` never requires approval: `{}` in `blocked_after` already blocks the call",
                pattern.value, blocked.value
            );
            errors.push(
                CONFLICTING_LIMITS.at(pattern.span, message).help("remove the pattern from one of the two lists"),
            );
        }
    }
    if let (Some(review), Some(Spanned { value: Approval::Auto, .. })) = (&policy.requires_human_review, &tool.approval)
        && review.value
    {
        let message = "`requires_human_review` conflicts with `approval = \"auto\"`";
        errors.push(CONFLICTING_LIMITS.at(review.span, message.to_owned()).help("remove one of the two"));
    }
}

fn patterns(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    checked(arg, errors, |text| Pattern::parse(text).map(|_| ()))
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
        if let Err(error) = syntax(&pattern.value) {
            let message = format!("the pattern `{}` {}", pattern.value.escape_debug(), error.reason());
            errors.push(BAD_PATTERN.at(pattern.span, message));
            return None;
        }
        Some(pattern)
    })
}
