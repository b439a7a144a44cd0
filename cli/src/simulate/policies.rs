//! The policies and the conditional scopes of a document, compiled.

use indexmap::IndexMap;
use mcp_scopes_model::{
    Condition, Config, Policy, Requirement, Risk, Tool, glob,
    policy::{RiskRule, Session},
    tool::{Parameter, Parameters},
};
use mcp_scopes_policies::{CompileError, Conditions, Rules, Settings};
use mcp_scopes_prm::{ConditionEntry, ContentEntry, Document, McpExtensions, ToolEntry, ToolPolicy};

/// The policies of a document.
#[derive(Debug)]
pub(super) struct Policies {
    /// What the document states.
    pub(super) rules: Rules,
    /// The same without the conditions about sign-ins. An audit file does not state when a caller signed in.
    pub(super) without_sign_in: Rules,
    /// What some calls of tools need in addition.
    pub(super) conditions: Conditions,
    /// The scopes of the conditions of each tool that has any.
    scopes: IndexMap<String, Vec<Vec<String>>>,
    resources: Vec<(String, Risk)>,
    prompts: Vec<(String, Risk)>,
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
            conditions: conditions(extensions)?,
            scopes: scopes(extensions),
            resources: entries(&extensions.resource_scope_mapping),
            prompts: entries(&extensions.prompt_scope_mapping),
        })
    }

    /// Returns the scopes of those conditions of a tool, each once.
    pub(super) fn scopes_of(&self, tool: &str, matched: u64) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for (number, added) in self.scopes.get(tool).into_iter().flatten().enumerate() {
            if number < 64 && matched >> number & 1 == 1 {
                scopes.extend(added.iter().filter(|scope| !scopes.contains(scope)).cloned().collect::<Vec<_>>());
            }
        }
        scopes
    }

    /// Returns the highest risk of the entries that match a URI; `None` if none does. The server refuses to read such a resource.
    pub(super) fn risk_of_resource(&self, uri: &str) -> Option<Risk> {
        let matching = self.resources.iter().filter(|(name, _)| glob::matches(name, uri));
        matching.map(|(_, risk)| *risk).max()
    }

    /// Returns the risk of a prompt; `None` if the document does not have it.
    pub(super) fn risk_of_prompt(&self, name: &str) -> Option<Risk> {
        self.prompts.iter().find(|(known, _)| known == name).map(|(_, risk)| *risk)
    }
}

fn scopes(extensions: &McpExtensions) -> IndexMap<String, Vec<Vec<String>>> {
    let conditional = extensions.tool_scope_mapping.iter().filter(|(_, entry)| !entry.conditional_scopes.is_empty());
    let added = |entry: &ToolEntry| entry.conditional_scopes.iter().map(|condition| condition.scopes.clone()).collect();
    conditional.map(|(name, entry)| (name.clone(), added(entry))).collect()
}

fn condition(entry: &ConditionEntry) -> Condition<'_> {
    Condition {
        argument: entry.argument.as_deref(),
        // A document without one is not valid.
        glob: entry.glob.as_deref().unwrap_or("*"),
        scopes: &[],
        alternatives: u64::MAX,
    }
}

fn conditions_and_parameters(entry: &ToolEntry) -> (Vec<Condition<'_>>, Option<Vec<Parameter<'_>>>) {
    let parameters = entry.parameters.as_ref();
    let listed = parameters.map(|names| names.iter().map(|name| Parameter { name, required: false }).collect());
    (entry.conditional_scopes.iter().map(condition).collect(), listed)
}

/// Compiles the conditions. Which alternatives they belong to does not matter for what a call matches.
fn conditions(extensions: &McpExtensions) -> Result<Conditions, CompileError> {
    let stated: Vec<_> =
        extensions.tool_scope_mapping.iter().map(|(name, entry)| (name, conditions_and_parameters(entry))).collect();
    let tools = stated.iter().map(|(name, (conditions, parameters))| {
        let parameters = parameters.as_deref().map_or(Parameters::Unknown, Parameters::Listed);
        Tool { conditions, parameters, ..Tool::new(name, Risk::Critical) }
    });
    let tools: Vec<_> = tools.collect();
    Conditions::compile(&tools)
}

fn entries<'e>(mapping: impl IntoIterator<Item = (&'e String, &'e ContentEntry)>) -> Vec<(String, Risk)> {
    // As in the server: an entry without a risk counts as low.
    mapping.into_iter().map(|(name, entry)| (name.clone(), entry.risk_level.unwrap_or(Risk::Low))).collect()
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
