//! The policies of a document, compiled.

use mcp_scopes_model::{
    Config, Policy, Requirement, Risk, Tool,
    policy::{RiskRule, Session},
};
use mcp_scopes_policies::{Call, CompileError, Rules, Settings, Subject};
use mcp_scopes_prm::{ContentEntry, Document, McpExtensions, ToolPolicy};
use mcp_scopes_server::__private::v1::deciding_resources;

use super::scopes::ConditionalScopes;

/// The policies of a document.
#[derive(Debug)]
pub(super) struct Policies {
    /// What the document states.
    pub(super) rules: Rules,
    /// The same without the conditions about sign-ins. An audit file does not state when a caller signed in.
    pub(super) without_sign_in: Rules,
    pub(super) scopes: ConditionalScopes,
    resources: Vec<Entry>,
    prompts: Vec<Entry>,
}

/// What opens resources, or a prompt.
#[derive(Debug)]
struct Entry {
    name: String,
    risk: Risk,
    is_public: bool,
}

/// A read of a resource or prompt.
#[derive(Debug)]
pub(super) enum ReadCall {
    /// The document does not open it.
    Closed,
    /// It has no caller, so no policy is about it.
    Public,
    Call(Call),
}

impl Policies {
    /// Compiles the policies. Approvals are known: a call states its own.
    pub(super) fn of(document: &Document) -> Result<Self, CompileError> {
        let empty = McpExtensions::default();
        let extensions = document.mcp_extensions.as_ref().unwrap_or(&empty);
        let settings = settings(extensions);
        let mut without_sign_in = settings.clone();
        without_sign_in.session.require_reauth_after_minutes = None;
        without_sign_in.risk = Default::default();
        Ok(Self {
            rules: compile(extensions, &settings)?,
            without_sign_in: compile(extensions, &without_sign_in)?,
            scopes: ConditionalScopes::of(extensions)?,
            resources: entries(&extensions.resource_scope_mapping),
            prompts: entries(&extensions.prompt_scope_mapping),
        })
    }

    /// Returns the call that reads a resource, as the server sees it.
    pub(super) fn resource(&self, uri: &str) -> ReadCall {
        let deciding = deciding_resources(&self.resources, |entry| &entry.name, uri);
        self.read(&deciding, |risk| self.rules.resource(uri, risk))
    }

    /// Returns the call that gets a prompt.
    pub(super) fn prompt(&self, name: &str) -> ReadCall {
        let deciding: Vec<_> = self.prompts.iter().filter(|entry| entry.name == name).collect();
        self.read(&deciding, |risk| self.rules.prompt(name, risk))
    }

    fn read(&self, deciding: &[&Entry], call: impl FnOnce(Risk) -> Call) -> ReadCall {
        let Some(risk) = deciding.iter().map(|entry| entry.risk).max() else { return ReadCall::Closed };
        let call = call(risk);
        let is_named = self.rules.matched_patterns(&call).next().is_some();
        let is_public = deciding.iter().all(|entry| entry.is_public);
        if is_public && !is_named { ReadCall::Public } else { ReadCall::Call(call) }
    }

    /// Returns the lowest and the highest risk that a read can have, of which an event does not name the resource or prompt. `recorded` is
    /// the risk that the event states.
    pub(super) fn risks(&self, subject: Subject, recorded: Option<Risk>) -> [Risk; 2] {
        let entries = match subject {
            Subject::Tool(_) => &[][..],
            Subject::Resource => &self.resources,
            Subject::Prompt => &self.prompts,
        };
        let risks = || entries.iter().map(|entry| entry.risk);
        let Some(highest) = risks().max() else { return [UNSTATED; 2] };
        if entries.iter().any(|entry| entry.is_public) {
            // A public read raises no risk.
            return [Risk::Minimal, highest];
        }
        match recorded.filter(|recorded| risks().any(|risk| risk == *recorded)) {
            Some(recorded) => [recorded; 2],
            None => [risks().min().unwrap_or(highest), highest],
        }
    }
}

/// The risk of a read whose entry states none, as in the server.
const UNSTATED: Risk = Risk::Low;

fn entries<'e>(mapping: impl IntoIterator<Item = (&'e String, &'e ContentEntry)>) -> Vec<Entry> {
    let entry = |(name, entry): (&String, &ContentEntry)| Entry {
        name: name.clone(),
        risk: entry.risk_level.unwrap_or(UNSTATED),
        is_public: entry.public == Some(true),
    };
    mapping.into_iter().map(entry).collect()
}

fn settings(extensions: &McpExtensions) -> Settings {
    let session = extensions.session_policies.as_ref().map_or(Session::NONE, |stated| Session {
        idle_minutes: stated.idle_minutes,
        max_minutes: stated.max_minutes,
        max_refused_calls: stated.max_refused_calls,
        max_high_risk_calls: stated.max_high_risk_calls,
        require_reauth_after_minutes: stated.require_reauth_after_minutes,
        block_rapid_escalation: stated.block_rapid_escalation == Some(true),
        escalation_seconds: stated.escalation_seconds,
        domain: stated.domain.as_deref(),
        server: stated.server.as_deref(),
    });
    let values: Vec<_> =
        extensions.risk_policies.iter().map(|(risk, stated)| (risk, stated, texts(&stated.acr_values))).collect();
    let risks = values.iter().filter_map(|(risk, stated, values)| {
        let risk = Risk::parse(risk)?;
        Some(RiskRule { risk, max_auth_age_minutes: stated.max_auth_age_minutes, acr_values: values })
    });
    let risks: Vec<_> = risks.collect();
    let config = Config { session, risks: &risks, ..Config::NONE };
    Settings { caller_approval: true, human_review: true, ..Settings::of(&config) }
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn compile(extensions: &McpExtensions, settings: &Settings) -> Result<Rules, CompileError> {
    let none = ToolPolicy::default();
    let policy = |name: &str| extensions.tool_interaction_policies.get(name).unwrap_or(&none);
    let tools = extensions.tool_scope_mapping.iter().map(|(name, entry)| (name, entry, Texts::of(policy(name))));
    let tools: Vec<_> = tools.collect();
    let tools = tools.iter().map(|(name, entry, texts)| {
        // A document may not state the risk. Then the tool is as dangerous as a tool can be.
        let tool = Tool::new(name, entry.risk_level.unwrap_or(Risk::Critical));
        let is_public = entry.public == Some(true);
        let requirement = if is_public { Requirement::Public } else { Requirement::Authenticated };
        Tool { requirement, policy: texts.policy(policy(name)), ..tool }
    });
    let tools: Vec<_> = tools.collect();
    Rules::compile(&tools, settings)
}

/// The lists of a policy, borrowed as the model holds them.
struct Texts<'d> {
    blocked_after: Vec<&'d str>,
    requires_approval_after: Vec<&'d str>,
    blocked_patterns: Vec<&'d str>,
}

impl<'d> Texts<'d> {
    fn of(policy: &'d ToolPolicy) -> Self {
        Self {
            blocked_after: texts(&policy.blocked_after),
            requires_approval_after: texts(&policy.requires_approval_after),
            blocked_patterns: texts(&policy.blocked_patterns),
        }
    }

    fn policy(&self, stated: &ToolPolicy) -> Policy<'_> {
        Policy {
            blocked_after: &self.blocked_after,
            requires_approval_after: &self.requires_approval_after,
            cooling_period_minutes: stated.cooling_period_minutes,
            idempotent: stated.idempotent == Some(true),
            max_calls_per_session: stated.max_calls_per_session,
            requires_human_review: stated.requires_human_review == Some(true),
            blocked_patterns: &self.blocked_patterns,
            max_file_size_mb: stated.max_file_size_mb,
        }
    }
}
