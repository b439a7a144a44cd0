//! The risk of a tool, from its hints. A guess may be too strict and is never too lax.

use mcp_scopes_lint::{name_tokens, names_private_data, suggested_risk};
use mcp_scopes_model::Risk;

/// The risk of a tool and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assessed {
    /// The risk.
    pub(super) risk: Risk,
    /// Whether no hint states it.
    pub(super) is_guess: bool,
}

/// Returns the risk of a tool. Hints that contradict each other or the tool's name count as the stricter one.
pub(super) fn assess(name: &str, read_only: Option<bool>, destructive: Option<bool>) -> Assessed {
    let stated = match (read_only, destructive) {
        // `destructive_hint` is true by default for a tool that changes something (MCP, `ToolAnnotations`).
        (_, Some(true)) | (Some(false), None) => Some(Risk::High),
        (Some(true), _) if reads_private_data(name) => Some(Risk::Medium),
        (Some(true), _) => Some(Risk::Low),
        // Its changes only add, but they are changes.
        (_, Some(false)) => Some(Risk::Medium),
        (None, None) => None,
    };
    let named = suggested_risk(name).map_or(Risk::Minimal, |(_, risk)| risk);
    match stated {
        Some(risk) => Assessed { risk: risk.max(named), is_guess: false },
        None => Assessed { risk: Risk::High, is_guess: true },
    }
}

/// Returns whether a tool that only reads seems to read private data. `list` and `count` return what exists, not its contents.
fn reads_private_data(name: &str) -> bool {
    let first = name_tokens(name).into_iter().next();
    names_private_data(name) && !first.is_some_and(|word| word == "list" || word == "count")
}

#[cfg(test)]
mod tests {
    use super::{Assessed, Risk, assess};

    #[test]
    fn derives_the_risk_from_hints() {
        for (name, read_only, destructive, risk, is_guess) in [
            ("list_files", Some(true), None, Risk::Low, false),
            ("read_file", Some(true), Some(false), Risk::Medium, false),
            ("add_note", None, Some(false), Risk::Medium, false),
            ("add_note", Some(false), Some(false), Risk::Medium, false),
            ("add_note", Some(false), None, Risk::High, false),
            ("edit_note", None, Some(true), Risk::High, false),
            // Two hints that contradict each other, and a name that contradicts a hint.
            ("edit_note", Some(true), Some(true), Risk::High, false),
            ("delete_note", Some(true), None, Risk::High, false),
            ("send_task", Some(true), Some(false), Risk::Medium, false),
            ("list_files", None, None, Risk::High, true),
            ("ping", None, None, Risk::High, true),
        ] {
            assert_eq!(assess(name, read_only, destructive), Assessed { risk, is_guess }, "{name}");
        }
    }
}
