//! Settings of policies, and the engine that enforces them.

use std::sync::Arc;

use mcp_scopes::ScopeTable;
use mcp_scopes_model::address::Shown;
use mcp_scopes_policies::{ArgumentHasher, Conditions, MemoryStore, Problem, Rules, Settings};
#[cfg(feature = "redis")]
use mcp_scopes_policies::{RedisStore, StoreErrorKind};

use super::ResourceServerBuilder;
use crate::{
    challenges::Challenges,
    contents::Contents,
    error::{ProblemKind, ProblemList},
    policies::{Approver, DynApprover, PolicyAnswers, PolicyEngine, elicitation::Elicitation, store::Store},
    session::Sessions,
    token::Clock,
};

/// Settings of policies.
#[derive(Default)]
pub(super) struct PolicySettings {
    answers: PolicyAnswers,
    sign_in_approval: Option<Vec<String>>,
    by_elicitation: bool,
    approver: Option<Arc<dyn DynApprover>>,
    /// The number of sessions, and how many of them one issuer may have.
    capacity: Option<(usize, usize)>,
    /// The store that replicas share.
    #[cfg(feature = "redis")]
    store: Option<RedisStore>,
}

impl ResourceServerBuilder {
    /// Sets how a caller is told that a policy of the table denies its call. Default: [`PolicyAnswers::ToolResult`].
    pub fn policy_answers(mut self, answers: PolicyAnswers) -> Self {
        self.policies.answers = answers;
        self
    }

    /// Approves calls that `requires_approval_after` asks about by a new sign-in of the caller: a token whose `auth_time` is later than the
    /// last call that matched a pattern, and whose `acr` is one of these values. One sign-in approves one call. Until then the call is answered with
    /// 401, `insufficient_user_authentication` and these values (RFC 9470).
    ///
    /// It needs an authorization server that asks the user for each such sign-in, and writes `auth_time` and `acr` into access tokens. It
    /// does not satisfy `requires_human_review`, which requires an [`approver`](Self::approver).
    pub fn approval_by_sign_in(mut self, acr_values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.policies.sign_in_approval = Some(acr_values.into_iter().map(Into::into).collect());
        self
    }

    /// Approves calls that `requires_approval_after` asks about by asking the user through the client, which shows tool and arguments
    /// (MCP 2026-07-28, "Elicitation" and "Multi Round-Trip Requests"). The client repeats the call with the answer. An approval is for
    /// exactly this call, once, within ten minutes.
    ///
    /// The client can lie: it protects users from what a model does, and not a server from its clients. It does not satisfy
    /// `requires_human_review`. A client that cannot ask is told so: with the error −32021 in MCP 2026-07-28, or else with a denial. If there is an
    /// [`approver`](Self::approver), it is asked instead. Arguments of more than 8 KiB cannot be approved, since they cannot be shown.
    ///
    /// Replicas with a [`policy_store`](Self::policy_store) need the same [`session_key`](Self::session_key). Without the store, each
    /// process accepts the approvals that it has asked for.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # #[mcp_tool(risk = "high", policy(requires_approval_after("list_files")))] fn deploy() {}
    /// # scope_table! { static TOOLS = [list_files, deploy]; }
    /// use mcp_scopes_server::ResourceServer;
    /// let builder = ResourceServer::builder(&TOOLS).approval_by_elicitation();
    /// # let _ = builder;
    /// ```
    pub fn approval_by_elicitation(mut self) -> Self {
        self.policies.by_elicitation = true;
        self
    }

    /// Sets what obtains approvals of calls: those that `requires_human_review` asks for, and without
    /// [`approval_by_sign_in`](Self::approval_by_sign_in) those of `requires_approval_after` too: with
    /// [`approval_by_elicitation`](Self::approval_by_elicitation) if the client cannot ask its user.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.policies.approver = Some(Arc::new(approver));
        self
    }

    /// Sets how many sessions are kept in memory, and how many of them one issuer may have. Default: 1,000,000 for both, and half of
    /// them for one issuer if tokens of several are accepted. A session takes a place while something counts against its caller. If there is none, a new caller is answered with 503: no live session is forgotten.
    pub fn policy_capacity(mut self, sessions: usize, per_issuer: usize) -> Self {
        self.policies.capacity = Some((sessions, per_issuer));
        self
    }

    /// Keeps the sessions of policies in Redis or Valkey, where all replicas share them. Default: in memory. While the store cannot be reached,
    /// calls that need a session are answered with 503: see [`policies`](crate::policies#replicas).
    ///
    /// Replicas need the same [`session_key`](Self::session_key).
    #[cfg(feature = "redis")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
    pub fn policy_store(mut self, store: RedisStore) -> Self {
        self.policies.store = Some(store);
        self
    }

    /// Compiles the policies of the table. `None` if there are none, or if another component enforces them.
    pub(super) fn policy_rules(&self, problems: &mut ProblemList) -> Option<Rules> {
        let outline = self.table.outline();
        if self.policies_elsewhere || !self.table.states_policies() {
            self.reject_unused_settings(problems);
            return None;
        }
        if self.policies.sign_in_approval.as_ref().is_some_and(Vec::is_empty) {
            problems.add(
                "approval_by_sign_in",
                ProblemKind::Missing,
                "no value of `acr` is stated, so no sign-in would approve a call",
                "state the values of sign-ins that approve calls",
            );
        }
        if self.policies.sign_in_approval.is_some() && self.policies.by_elicitation {
            problems.add(
                "approval_by_elicitation",
                ProblemKind::Contradiction,
                "`.approval_by_sign_in(..)` approves the same calls, and clients could choose the weaker form",
                "remove one of the two calls",
            );
        }
        let has_approver = self.policies.approver.is_some();
        let settings = Settings {
            sign_in_approval: self.policies.sign_in_approval.clone(),
            caller_approval: has_approver || self.policies.by_elicitation,
            human_review: has_approver,
            ..Settings::of(outline.config)
        };
        let rules = match Rules::compile(outline.tools.iter().map(|listed| listed.tool), &settings) {
            Ok(rules) => rules,
            Err(error) => {
                error.problems().iter().for_each(|problem| add(problem, problems));
                return None;
            }
        };
        self.check_forms(&rules, problems);
        self.check_files(&rules, problems);
        self.check_auth_time(&rules, problems);
        self.check_store(&rules, &settings, problems);
        (!rules.is_empty()).then_some(rules)
    }

    /// Compiles the conditional scopes of the table. They hold also if another component enforces policies.
    pub(super) fn conditions(&self, problems: &mut ProblemList) -> Conditions {
        Conditions::compile(self.table.outline().tools.iter().map(|listed| listed.tool)).unwrap_or_else(|error| {
            error.problems().iter().for_each(|problem| add(problem, problems));
            Conditions::default()
        })
    }

    /// A form of approval that no tool asks for would still take requests with its answers out of the stream.
    fn check_forms(&self, rules: &Rules, problems: &mut ProblemList) {
        let PolicySettings { sign_in_approval, by_elicitation, approver, .. } = &self.policies;
        let (of_caller, any) = (rules.asks_for_approval(), rules.asks_for_approval() || rules.asks_for_review());
        let (no_caller, none) = (
            "no tool requires the approval of its caller (`requires_approval_after`)",
            "no tool requires an approval (`requires_approval_after`, `requires_human_review`)",
        );
        for (setting, has_no_effect, message) in [
            ("approval_by_sign_in", sign_in_approval.is_some() && !of_caller, no_caller),
            ("approval_by_elicitation", *by_elicitation && !of_caller, no_caller),
            ("approver", approver.is_some() && !any, none),
        ] {
            if has_no_effect {
                problems.add(setting, ProblemKind::NoEffect, message, "remove the call");
            }
        }
    }

    /// A file in base64 takes 4/3 of its size, in a body and in an answer.
    fn check_files(&self, rules: &Rules, problems: &mut ProblemList) {
        let Some(bytes) = rules.max_file_bytes() else { return };
        let needed = bytes.saturating_mul(4).div_ceil(3);
        if u64::try_from(self.limits.answer).is_ok_and(|limit| limit < needed) {
            problems.add(
                "answer_limit",
                ProblemKind::Contradiction,
                format!(
                    "a tool answers with files of {bytes} bytes (`max_file_size_mb`), and an answer may have {} bytes",
                    self.limits.answer
                ),
                format!(
                    "add `.answer_limit({})`: base64 takes 4/3 of the size, and the rest of the answer some more",
                    needed + (64 << 10)
                ),
            );
        }
        if u64::try_from(self.limits.body).is_ok_and(|limit| limit < needed) {
            problems.add(
                "body_limit",
                ProblemKind::Contradiction,
                format!(
                    "a tool accepts files of {bytes} bytes (`max_file_size_mb`), and a body may have {} bytes",
                    self.limits.body
                ),
                format!(
                    "add `.body_limit({})`: base64 takes 4/3 of the size, and the rest of the body some more",
                    needed + (64 << 10)
                ),
            );
        }
    }

    /// Without `auth_time` each call would be answered with a challenge that no new token meets.
    fn check_auth_time(&self, rules: &Rules, problems: &mut ProblemList) {
        if !rules.reads_auth_time() {
            return;
        }
        for (setting, issuer) in self.verifiers.without_auth_time() {
            problems.add(
                setting,
                ProblemKind::Contradiction,
                format!("policies depend on `auth_time`, which access tokens of {issuer} do not have by default"),
                "let the issuer write it and state `.sends_auth_time()` on its provider; or remove `require_reauth_after_minutes`, \
                 `max_auth_age_minutes` and `.approval_by_sign_in(..)`",
            );
        }
    }

    /// Checks that sessions are shared where the table says so, and that replicas recognize what they share.
    fn check_store(&self, rules: &Rules, settings: &Settings, problems: &mut ProblemList) {
        if !self.policies.is_shared() {
            if let Some(domain) = &settings.domain {
                problems.add(
                    "policy_store",
                    ProblemKind::Missing,
                    format!(
                        "the servers of the domain {} share sessions (`[session] domain`), and this one keeps them in memory",
                        Shown(&domain.name)
                    ),
                    "add `.policy_store(..)` (feature `redis`) with the store of the domain, or remove `domain` and `server`",
                );
            }
            return;
        }
        if self.policies.capacity.is_some() {
            problems.add(
                "policy_capacity",
                ProblemKind::NoEffect,
                "it limits sessions in memory, and `.policy_store(..)` keeps them elsewhere",
                "remove one of the two calls",
            );
        }
        let use_of_key = if rules.compares_arguments() {
            Some("a tool states `idempotent`, and replicas recognize a repeated call by a hash with this key")
        } else if self.policies.by_elicitation {
            Some(
                "`.approval_by_elicitation()` seals its questions with this key, and another replica may receive the answer",
            )
        } else {
            None
        };
        if let (Some(message), None) = (use_of_key, self.session_key) {
            let help = "state the same key for all replicas: `.session_key(..)`";
            problems.add("session_key", ProblemKind::Missing, message, help);
        }
    }

    fn reject_unused_settings(&self, problems: &mut ProblemList) {
        let PolicySettings { answers, sign_in_approval, by_elicitation, approver, capacity, .. } = &self.policies;
        for (setting, is_made) in [
            ("policy_answers", *answers != PolicyAnswers::default()),
            ("approval_by_sign_in", sign_in_approval.is_some()),
            ("approval_by_elicitation", *by_elicitation),
            ("approver", approver.is_some()),
            ("policy_capacity", capacity.is_some()),
            ("policy_store", self.policies.is_shared()),
        ] {
            if is_made {
                let message = if self.policies_elsewhere {
                    "another component enforces the policies"
                } else {
                    "the table states no policies"
                };
                problems.add(setting, ProblemKind::NoEffect, message, "remove the call");
            }
        }
    }
}

/// What an engine needs besides the settings of policies.
pub(super) struct PolicyParts<'p> {
    pub(super) table: &'static ScopeTable,
    /// The domain, or else the first resource.
    pub(super) realm: &'p str,
    /// The key of hashes of arguments.
    pub(super) key: &'p [u8; 32],
    /// The keys of seals.
    pub(super) sessions: &'p Sessions,
    pub(super) clock: Clock,
    pub(super) contents: Contents,
    pub(super) challenges: Challenges,
}

impl PolicySettings {
    /// Returns whether replicas share the sessions.
    const fn is_shared(&self) -> bool {
        #[cfg(feature = "redis")]
        let is_shared = self.store.is_some();
        #[cfg(not(feature = "redis"))]
        let is_shared = false;
        is_shared
    }

    /// Leaves half of the default capacity to other issuers.
    pub(super) fn with_quotas(mut self) -> Self {
        self.capacity = self.capacity.or(Some((MemoryStore::CAPACITY, MemoryStore::CAPACITY / 2)));
        self
    }

    /// Returns the engine that enforces the rules.
    pub(super) fn engine(self, rules: Rules, parts: PolicyParts<'_>, problems: &mut ProblemList) -> Box<PolicyEngine> {
        let PolicyParts { table, realm, key, sessions, clock, contents, challenges } = parts;
        let elicitation = if self.by_elicitation {
            let elicitation = Elicitation::new(sessions.clone(), realm, table, self.is_shared());
            if elicitation.is_none() {
                let message = "the system did not return random bytes, or the table has no valid document";
                let help = "start the server again; or remove the call, and state another form of approval";
                problems.add("approval_by_elicitation", ProblemKind::Missing, message, help);
            }
            elicitation
        } else {
            None
        };
        let rules = Arc::new(rules);
        let in_memory = || {
            let store = MemoryStore::new(Arc::clone(&rules));
            Store::Memory(match self.capacity {
                Some((sessions, per_issuer)) => store.with_capacity(sessions, per_issuer),
                None => store,
            })
        };
        #[cfg(feature = "redis")]
        let store = match &self.store {
            Some(store) => Store::Redis(store.with_rules(Arc::clone(&rules))),
            None => in_memory(),
        };
        #[cfg(not(feature = "redis"))]
        let store = in_memory();
        Box::new(PolicyEngine {
            rules,
            store,
            realm: realm.to_owned(),
            hasher: ArgumentHasher::new(key),
            clock,
            contents,
            challenges,
            answers: self.answers,
            approver: self.approver,
            elicitation,
        })
    }
}

/// Checks that the other members of the domain state the same about the end of sessions.
#[cfg(feature = "redis")]
pub(super) async fn check_domain(engine: &PolicyEngine, problems: &mut ProblemList) {
    let Err(error) = engine.store.agree().await else { return };
    let (setting, kind) = match error.kind() {
        StoreErrorKind::Disagreement { .. } => ("table", ProblemKind::Contradiction),
        _ => ("policy_store", ProblemKind::Unreachable),
    };
    // The text of an error is what is wrong, a semicolon, and what to do.
    let text = error.to_string();
    let (message, help) = text.split_once("; ").unwrap_or((&text, "check the store"));
    problems.add(setting, kind, message, help);
}

/// Adds why a policy cannot be enforced.
fn add(problem: &Problem, problems: &mut ProblemList) {
    let text = problem.to_string();
    let (setting, kind, help) = match problem {
        Problem::NoApproval { .. } => (
            "approver",
            ProblemKind::Missing,
            "add `.approval_by_elicitation()`, `.approval_by_sign_in([..])` or `.approver(..)`, or `.policies_enforced_elsewhere()` if another component does it",
        ),
        Problem::NoHumanReview { .. } => (
            "approver",
            ProblemKind::Missing,
            "add `.approver(..)`, or `.policies_enforced_elsewhere()` if another component does it",
        ),
        _ => ("table", ProblemKind::Table, ""),
    };
    // The text of a problem is what is wrong, a semicolon, and what to write.
    let (message, fix) = text.split_once("; ").unwrap_or((&text, "correct the policy"));
    problems.add(setting, kind, message, if help.is_empty() { fix } else { help });
}
