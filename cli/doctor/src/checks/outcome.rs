//! What came of a request, in words.

use crate::answer::{Exchange, Silence};

/// Completes "the request: ..".
pub(super) fn outcome(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(answer) => match answer.broken {
            Some(broken) => format!("an answer that {}", broken.as_str()),
            None if answer.is_success() && !answer.media_type().is_empty() => {
                format!("status {}, `{}`", answer.status, answer.media_type())
            }
            None => format!("status {}", answer.status),
        },
        Err(Silence::Slow) => "no answer within the time-out".to_owned(),
        Err(Silence::Unreachable(why)) => format!("no answer ({why})"),
        Err(Silence::NotSent) => "not sent".to_owned(),
        Err(Silence::Limited) => "refused for the number of requests".to_owned(),
    }
}

/// Returns whether a request was sent, and came to something that can be judged.
pub(super) fn is_known(exchange: &Exchange) -> bool {
    matches!(exchange.result, Ok(_) | Err(Silence::Slow | Silence::Unreachable(_)))
}

/// Joins addresses and what came of them: "`https://h/a` (status 404)".
pub(super) fn outcomes<'e>(exchanges: impl Iterator<Item = &'e Exchange>) -> Vec<String> {
    exchanges.map(|exchange| format!("`{}` ({})", exchange.url, outcome(exchange))).collect()
}
