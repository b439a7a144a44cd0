//! What a caller is told: a sentence that a model can act on, and a structured form for `_meta`.

use core::fmt::{self, Write as _};

use crate::{
    decision::{ApprovalRequest, Denial, Reason, Reauthentication},
    rules::{Row, Rules},
};

/// The name of the structured denial in `_meta` of a tool result. The prefix is ours: no standard defines it.
pub const DENIAL_META: &str = "io.github.mcp-scopes/denial";

/// Why a call may not run, in words. `Display` writes the sentence.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'r> {
    tool: &'r str,
    reason: Reason,
    retry_after: Option<u32>,
    limit: Option<u32>,
    /// The glob of `blocked_patterns`, or the pattern of `blocked_after`.
    pattern: Option<&'r str>,
}

impl Rules {
    /// Returns a denial in words.
    #[must_use]
    pub fn explain(&self, denial: &Denial) -> Answer<'_> {
        let row = self.row(denial.row);
        let pattern = match denial.reason {
            Reason::BlockedPattern { glob } => {
                row.and_then(|row| row.blocked.get(glob as usize)).map(|(_, glob)| &**glob)
            }
            Reason::BlockedAfter { pattern } => self.pattern(pattern),
            _ => None,
        };
        let limit = match denial.reason {
            Reason::FileTooLarge => row.and_then(|row| row.max_file_mb),
            Reason::RefusedCalls => self.limits.refused,
            Reason::CallLimit => row.and_then(|row| row.max_calls).map(|counter| counter.limit),
            Reason::HighRiskLimit => self.limits.high_risk,
            _ => None,
        };
        Answer { tool: name_of(row), reason: denial.reason, retry_after: denial.retry_after, limit, pattern }
    }

    /// Returns a sentence that says why a call needs an approval.
    #[must_use]
    pub fn explain_approval(&self, request: &ApprovalRequest) -> String {
        let tool = name_of(self.row(request.row));
        match self.approval_pattern(request) {
            Some(pattern) => {
                format!("`{tool}` requires approval in this session because {}", Cause(pattern))
            }
            None => format!("a person other than the caller must review each call of `{tool}`"),
        }
    }

    /// Returns the pattern that requires an approval. `None`: the tool always does.
    #[must_use]
    pub fn approval_pattern(&self, request: &ApprovalRequest) -> Option<&str> {
        request.pattern.and_then(|pattern| self.pattern(pattern))
    }

    /// Returns the values of `acr` of which a sign-in that approves a call must have one. Empty: no sign-in approves a call.
    #[must_use]
    pub fn approval_acr_values(&self) -> &[String] {
        self.sign_in_approval.as_deref().unwrap_or_default()
    }

    /// Returns a sentence that says why the caller must authenticate again.
    #[must_use]
    pub fn explain_reauthentication(&self, needed: &Reauthentication) -> String {
        let tool = name_of(self.row(needed.row));
        let values: Vec<_> = self.acr_values(needed).iter().map(|value| format!("`{value}`")).collect();
        let strong = if values.is_empty() { String::new() } else { format!(" with acr {}", values.join(" or ")) };
        // All that is required: the age may suffice where the strength does not.
        match needed.max_age {
            Some(seconds) => format!("`{tool}` requires a sign-in{strong} within the last {} minutes", seconds / 60),
            None => format!("`{tool}` requires a sign-in{strong}"),
        }
    }

    /// Returns the values of `acr` of which the caller must have one (RFC 9470 §3). Empty: any.
    #[must_use]
    pub fn acr_values(&self, needed: &Reauthentication) -> &[String] {
        self.risk.get(needed.risk as usize).map_or(&[], |rule| &rule.acr_values)
    }

    /// Returns the tool of a denial.
    #[must_use]
    pub fn tool_of(&self, denial: &Denial) -> &str {
        name_of(self.row(denial.row))
    }

    fn pattern(&self, number: u32) -> Option<&str> {
        self.latches.get(number as usize).map(|latch| &*latch.text)
    }
}

fn name_of(row: Option<&Row>) -> &str {
    row.map_or("", |row| &row.name)
}

impl<'r> Answer<'r> {
    /// Returns the tool.
    #[must_use]
    pub const fn tool(&self) -> &'r str {
        self.tool
    }

    /// Returns the glob of `blocked_patterns`, or the pattern of `blocked_after`.
    #[must_use]
    pub const fn pattern(&self) -> Option<&'r str> {
        self.pattern
    }

    /// Returns the number of seconds to wait, if waiting helps.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// Returns the tool whose call caused the denial, if another one did. Resources are `@resource`, prompts `@prompt`.
    #[must_use]
    pub fn caused_by(&self) -> Option<&'r str> {
        let pattern = self.pattern.filter(|_| matches!(self.reason, Reason::BlockedAfter { .. }))?;
        Some(pattern.split_once(':').map_or(pattern, |(tool, _)| tool))
    }

    /// Returns the structured form, the value of [`DENIAL_META`]: a JSON object with `reason`, `tool`, and where they apply `pattern`,
    /// `caused_by`, `limit` and `retry_after_seconds`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = format!("{{\"reason\":\"{}\",\"tool\":", self.reason.id());
        write_string(&mut json, self.tool);
        for (name, text) in [("pattern", self.pattern), ("caused_by", self.caused_by())] {
            if let Some(text) = text {
                let _ = write!(json, ",\"{name}\":");
                write_string(&mut json, text);
            }
        }
        for (name, number) in [("limit", self.limit), ("retry_after_seconds", self.retry_after)] {
            if let Some(number) = number {
                let _ = write!(json, ",\"{name}\":{number}");
            }
        }
        json.push('}');
        json
    }
}

/// Writes a JSON string (RFC 8259 §7).
fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1f' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tool, reason, retry_after, limit, pattern } = *self;
        let (limit, wait, pattern) = (limit.unwrap_or(0), retry_after.unwrap_or(0), pattern.unwrap_or(""));
        match reason {
            Reason::BlockedPattern { .. } => {
                write!(
                    f,
                    "`{tool}` does not accept an argument that matches `{pattern}`; use another one or ask a person"
                )
            }
            Reason::FileTooLarge => {
                write!(f, "a file in the arguments of `{tool}` is larger than {limit} MB; send a smaller one")
            }
            Reason::RefusedCalls => write!(
                f,
                "`{tool}` is blocked because {limit} calls were refused in this session; wait {wait} seconds or ask a person"
            ),
            Reason::BlockedAfter { .. } => write!(
                f,
                "`{tool}` is blocked in this session because {}; start a new task or ask a person",
                Cause(pattern)
            ),
            Reason::CallLimit => write!(
                f,
                "`{tool}` allows {limit} calls in one session, and this would be one more; continue without it or ask a person"
            ),
            Reason::HighRiskLimit => write!(
                f,
                "one session allows {limit} calls of high risk, and `{tool}` would be one more; continue without it or ask a person"
            ),
            Reason::Cooling => {
                write!(f, "`{tool}` was called a short time ago; wait {wait} seconds before the next call")
            }
            Reason::Escalation => write!(
                f,
                "the risk of `{tool}` is much higher than that of the calls so far; wait {wait} seconds before this call"
            ),
            Reason::UsedApproval => write!(
                f,
                "the approval of this call of `{tool}` was used before; make the call again as at first, so that the user is asked again"
            ),
            Reason::StaleAuthentication => write!(
                f,
                "`{tool}` requires a newer or stronger sign-in, and the client has not made one; ask the user to sign in again as the \
                 server requires"
            ),
        }
    }
}

/// What an earlier call did, by the pattern that it matches. Completes a sentence after "because".
struct Cause<'r>(&'r str);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once(':') {
            Some(("@resource", glob)) => write!(f, "a resource that matches `{glob}` was read"),
            None if self.0 == "@resource" => f.write_str("a resource was read"),
            Some(("@prompt", name)) => write!(f, "the prompt `{name}` was requested"),
            None if self.0 == "@prompt" => f.write_str("a prompt was requested"),
            Some((tool, glob)) => write!(f, "a call of `{tool}` had an argument that matches `{glob}`"),
            None => write!(f, "`{}` was called", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Reason};

    /// RFC 6750 §3 limits the characters of `error_description`. Names are the only other ones.
    #[test]
    fn sentences_need_no_replacement_in_an_error_description() {
        for reason in [
            Reason::BlockedPattern { glob: 0 },
            Reason::FileTooLarge,
            Reason::RefusedCalls,
            Reason::BlockedAfter { pattern: 0 },
            Reason::CallLimit,
            Reason::HighRiskLimit,
            Reason::Cooling,
            Reason::Escalation,
            Reason::UsedApproval,
            Reason::StaleAuthentication,
        ] {
            for pattern in ["read", "read:*.key", "@resource", "@resource:app://*", "@prompt", "@prompt:a"] {
                let answer =
                    Answer { tool: "run", reason, retry_after: Some(60), limit: Some(3), pattern: Some(pattern) };
                let text = answer.to_string();
                let is_shown = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~') && byte != b'=';
                assert!(text.bytes().all(is_shown), "{text}");
                // In backticks, so that a name can be left out.
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
            }
        }
    }
}
