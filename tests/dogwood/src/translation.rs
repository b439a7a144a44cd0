//! Writes the policies of a table in Dogwood.
//!
//! Each tool is an action. Its `response` events are the admitted calls, with a Boolean for each glob. The action [`ANY`] has events about
//! calls of all tools: a `response` for each admitted call, which says how high its risk is, an `arrival` for each body, and `refused` for each body
//! that was denied.

use core::fmt::Write as _;

use mcp_scopes_model::{Pattern, Policy, Risk, Tool};
use mcp_scopes_policies::{SessionLimits, Settings};

use crate::rules::Rule;

/// The action of the events about all tools. No tool can have this name.
pub const ANY: &str = "@any";

/// The event schema. The pin makes the history of one caller invisible to others.
pub const EVENT_SCHEMA: &str = "
decision event <A>::request { ...inputs(A), pin callerPrincipal: principalType(A) = principal, callerResource: resourceType(A) }
event <A>::response { ...inputs(A), pin callerPrincipal: principalType(A) = principal, callerResource: resourceType(A) }
event <A>::arrival { pin callerPrincipal: principalType(A) = principal, callerResource: resourceType(A) }
event <A>::refused { pin callerPrincipal: principalType(A) = principal, callerResource: resourceType(A) }
";

/// The policies of a table in Dogwood.
#[derive(Clone, Debug)]
pub struct Translation {
    /// The action schema (`.cedarschema`).
    pub schema: String,
    /// One `permit`, followed by one `forbid` for each of the rules.
    pub policies: String,
    /// Where the `forbid` rules come from.
    pub rules: Vec<Rule>,
    /// The globs of the table, in the order of the fields of a call.
    pub globs: Vec<String>,
}

/// Returns the name of the field that says whether a call matches a glob.
#[must_use]
pub fn glob_field(place: usize) -> String {
    format!("glob{place}")
}

impl Translation {
    /// Translates the policies of these tools.
    ///
    /// # Errors
    /// Dogwood cannot state a policy. See [`LIMITS`](crate::LIMITS).
    pub fn of(tools: &[Tool<'_>], settings: &Settings) -> Result<Self, String> {
        let globs = globs(tools)?;
        let mut writer =
            Writer { tools, limits: &settings.session, globs: &globs, text: String::new(), rules: Vec::new() };
        writer.check(settings)?;
        writer.text.push_str("permit (principal, action, resource);\n");
        for tool in tools {
            writer.add(tool)?;
        }
        let (policies, rules) = (writer.text, writer.rules);
        Ok(Self { schema: schema(tools, globs.len()), policies, rules, globs })
    }
}

/// Returns all globs of a table, each once.
fn globs(tools: &[Tool<'_>]) -> Result<Vec<String>, String> {
    let mut globs: Vec<String> = Vec::new();
    for Tool { policy, .. } in tools {
        for pattern in patterns(policy) {
            globs.extend(split(pattern)?.1.map(str::to_owned));
        }
        globs.extend(policy.blocked_patterns.iter().map(|glob| (*glob).to_owned()));
    }
    globs.sort_unstable();
    globs.dedup();
    Ok(globs)
}

fn patterns<'p>(policy: &Policy<'p>) -> impl Iterator<Item = &'p str> {
    policy.blocked_after.iter().chain(policy.requires_approval_after).copied()
}

/// Splits a pattern into tool and glob.
fn split(pattern: &str) -> Result<(&str, Option<&str>), String> {
    match Pattern::parse(pattern) {
        Ok(Pattern::Tool { name, glob }) => Ok((name, glob)),
        _ => Err(format!("the pattern `{pattern}` does not name a tool of this table")),
    }
}

fn schema(tools: &[Tool<'_>], globs: usize) -> String {
    let booleans = |names: Vec<String>| names.join(": Bool, ") + ": Bool";
    let globs = (0..globs).map(glob_field);
    let call = booleans(["approved".to_owned(), "reviewed".to_owned()].into_iter().chain(globs).collect());
    let any_call = booleans(levels().map(|level| level.as_str().to_owned()).collect());
    let mut text = format!(
        "namespace Mcp {{\n  type Call = {{ {call} }};\n  type AnyCall = {{ {any_call} }};\n  entity Caller;\n  entity Server;\n"
    );
    let mut action = |name: &str, input: &str| {
        let _ = writeln!(
            text,
            "  action \"{name}\" appliesTo {{ principal: [Caller], resource: [Server], context: {{ input: {input} }} }};"
        );
    };
    for tool in tools {
        action(tool.name, "Call");
    }
    action(ANY, "AnyCall");
    text.push('}');
    text
}

/// The levels of risk above the lowest. A call has the level of its risk and all below.
pub fn levels() -> impl Iterator<Item = Risk> {
    Risk::ALL.into_iter().skip(1)
}

fn event(action: &str, kind: &str, fields: &str) -> String {
    format!("Mcp::Action::\"{action}\"::{kind}{{{fields}}}")
}

struct Writer<'t> {
    tools: &'t [Tool<'t>],
    limits: &'t SessionLimits,
    globs: &'t [String],
    text: String,
    rules: Vec<Rule>,
}

impl Writer<'_> {
    fn check(&self, settings: &Settings) -> Result<(), String> {
        let limits = self.limits;
        let asks_sign_in = limits.require_reauth_after_minutes.is_some()
            || settings.risk.iter().any(|rule| rule.max_auth_age_minutes.is_some() || !rule.acr_values.is_empty())
            || settings.sign_in_approval.is_some();
        let refused = limits.max_refused_calls.is_some() || limits.escalation_seconds.is_some();
        let unsaid = [
            (asks_sign_in, "the age and the strength of an authentication"),
            (self.is_ended_by_idleness() && refused, "a session that a refused call begins and that ends when idle"),
            (self.tools.iter().any(|tool| tool.policy.idempotent), "`idempotent`"),
            (self.tools.iter().any(|tool| tool.policy.max_file_size_mb.is_some()), "`max_file_size_mb`"),
            (settings.domain.is_some(), "a domain"),
        ];
        match unsaid.iter().find(|(is_stated, _)| *is_stated) {
            Some((_, what)) => Err(format!("this translation does not state {what}")),
            None => Ok(()),
        }
    }

    fn add(&mut self, tool: &Tool<'_>) -> Result<(), String> {
        let policy = &tool.policy;
        for glob in policy.blocked_patterns {
            let clause = format!("when {{ context.input.{} }}", self.field(glob)?);
            self.forbid("blocked_patterns", tool, &clause)?;
        }
        if let Some(limit) = self.limits.max_refused_calls.filter(|_| self.needs_session(tool)) {
            let clause = temporal(&format!("{limit} <= {}", self.count(&event(ANY, "refused", ""))));
            self.forbid("max_refused_calls", tool, &clause)?;
        }
        for pattern in policy.blocked_after {
            let clause = temporal(&self.ever(&self.matching(pattern)?));
            self.forbid("blocked_after", tool, &clause)?;
        }
        if let Some(limit) = policy.max_calls_per_session {
            let clause = temporal(&format!("{limit} <= {}", self.count(&event(tool.name, "response", ""))));
            self.forbid("max_calls_per_session", tool, &clause)?;
        }
        if let Some(limit) = self.limits.max_high_risk_calls.filter(|_| tool.risk >= Risk::High) {
            let clause = temporal(&format!("{limit} <= {}", self.count(&reaching(Risk::High))));
            self.forbid("max_high_risk_calls", tool, &clause)?;
        }
        if let Some(minutes) = policy.cooling_period_minutes {
            // Windows include their end. Cooling outlives the session.
            let seconds = u64::from(minutes) * 60 - 1;
            let clause = temporal(&format!("formerly within {seconds}s {}", event(tool.name, "response", "")));
            self.forbid("cooling_period_minutes", tool, &clause)?;
        }
        if let Some(seconds) = self.limits.escalation_seconds {
            self.add_escalation(tool, seconds)?;
        }
        for pattern in policy.requires_approval_after {
            let clause = temporal(&self.ever(&self.matching(pattern)?)) + " unless { context.input.approved }";
            self.write(Rule::RequiresApproval, tool, &clause);
        }
        if policy.requires_human_review {
            self.write(Rule::RequiresReview, tool, "unless { context.input.reviewed }");
        }
        Ok(())
    }

    /// A call two or more levels above the highest risk that was reached a period ago is denied while first contact or the last rise is younger.
    fn add_escalation(&mut self, tool: &Tool<'_>, seconds: u32) -> Result<(), String> {
        let Some(settled) = (tool.risk as usize).checked_sub(2).and_then(|place| levels().nth(place)) else {
            return Ok(());
        };
        let young = seconds.saturating_sub(1);
        let recent =
            |event: &str| format!("count for (t: Timepoint). where (formerly within {young}s ({event} && tp(t)))");
        let is_young = |event: &str| format!("({}) <= {}", self.count(event), recent(event));
        // It was not reached a period ago.
        let jump = is_young(&reaching(settled));
        let mut clauses = vec![temporal(&format!("({jump}) && ({})", is_young(&event(ANY, "arrival", ""))))];
        for level in levels() {
            let rise = is_young(&reaching(level));
            let reached = self.ever(&reaching(level));
            clauses.push(temporal(&format!("({jump}) && ({rise}) && ({reached})")));
        }
        clauses.iter().try_for_each(|clause| self.forbid("block_rapid_escalation", tool, clause))
    }

    fn forbid(&mut self, id: &str, tool: &Tool<'_>, clause: &str) -> Result<(), String> {
        self.write(Rule::denying(id)?, tool, clause);
        Ok(())
    }

    fn write(&mut self, rule: Rule, tool: &Tool<'_>, clause: &str) {
        let name = tool.name;
        let _ = writeln!(self.text, "forbid (principal, action == Mcp::Action::\"{name}\", resource) {clause};");
        self.rules.push(rule);
    }

    /// Returns the condition that an event occurred in this session.
    fn ever(&self, event: &str) -> String {
        let max = self.max();
        match self.alive() {
            None => format!("formerly within {max} {event}"),
            Some(alive) => format!("({alive}) since within {max} {event}"),
        }
    }

    /// Returns the number of events in this session.
    fn count(&self, event: &str) -> String {
        let max = self.max();
        let held = match self.alive() {
            None => format!("formerly within {max} ({event} && tp(t))"),
            Some(alive) => format!("({alive}) since within {max} ({event} && tp(t))"),
        };
        format!("count for (t: Timepoint). where ({held})")
    }

    /// Returns the condition that the session has not become idle.
    fn alive(&self) -> Option<String> {
        let seconds = u64::from(self.limits.idle_minutes) * 60 - 1;
        let any = event(ANY, "response", "");
        self.is_ended_by_idleness().then(|| format!("formerly within {seconds}s {any}"))
    }

    fn is_ended_by_idleness(&self) -> bool {
        self.limits.idle_minutes < self.limits.max_minutes
    }

    fn max(&self) -> String {
        match self.limits.max_minutes {
            minutes if minutes % 60 == 0 => format!("{}h", minutes / 60),
            minutes => format!("{minutes}m"),
        }
    }

    /// Returns the event of a call that matches a pattern.
    fn matching(&self, pattern: &str) -> Result<String, String> {
        let (name, glob) = split(pattern)?;
        let fields = match glob {
            None => String::new(),
            Some(glob) => format!(" input.{}: true ", self.field(glob)?),
        };
        Ok(event(name, "response", &fields))
    }

    fn field(&self, glob: &str) -> Result<String, String> {
        let place = self.globs.iter().position(|known| known == glob);
        place.map(glob_field).ok_or_else(|| format!("the glob `{glob}` has no field"))
    }

    /// Returns whether a tool states a policy, is in a pattern, or counts towards a limit of the session.
    fn needs_session(&self, tool: &Tool<'_>) -> bool {
        let names = |pattern| split(pattern).is_ok_and(|(name, _)| name == tool.name);
        !tool.policy.is_none()
            || (self.limits.max_high_risk_calls.is_some() && tool.risk >= Risk::High)
            || (self.limits.escalation_seconds.is_some() && tool.risk > Risk::Minimal)
            || self.tools.iter().flat_map(|other| patterns(&other.policy)).any(names)
    }
}

/// Returns the event of a call of at least this risk.
fn reaching(level: Risk) -> String {
    event(ANY, "response", &format!(" input.{}: true ", level.as_str()))
}

fn temporal(condition: &str) -> String {
    format!("when temporal {{ {condition} }}")
}
