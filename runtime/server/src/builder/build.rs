//! Builds the engine from the settings.

use std::sync::Arc;

use mcp_scopes::{
    Requirement,
    metadata::{self, Metadata},
};
use mcp_scopes_model::address::Shown;

use super::ResourceServerBuilder;
#[cfg(feature = "policies")]
use super::policies::PolicyParts;
#[cfg(feature = "policies")]
use crate::policies::tasks::needs_comparison;
use crate::{
    BuildError, Discovery, ResourceServer,
    access::Methods,
    audit::Auditor,
    authenticate::Authenticator,
    authorize::Authorizer,
    bind_session::SessionBinder,
    challenges::Challenges,
    contents::Contents,
    enforce::PolicyEnforcer,
    engine::Engine,
    environment::Resolver,
    error::{ProblemKind, ProblemList},
    filter::Descriptions,
    forward::Forwarding,
    message::ParamHeaders,
    metadata::ServedMetadata,
    origin::Origins,
    public_names::{PublicName, PublicNames},
    rate_limit::RateLimiter,
    read_body::BodyReader,
    response::ResponseFilter,
    session::Sessions,
    token::{Facts, Verifiers},
};
#[cfg(feature = "dpop")]
use crate::{challenges::DpopChallenges, token::dpop::ProofVerifier};

impl ResourceServerBuilder {
    /// Builds the resource server. The metadata of each [`Issuer::discover`](crate::token::Issuer::discover) is read, and the keys
    /// of each issuer that publishes some are fetched, unless the issuer is lazy.
    ///
    /// # Errors
    /// A setting is invalid or missing, or metadata or keys cannot be fetched. The error lists all such settings by name. Issuers
    /// are asked only if all settings are valid.
    #[cfg_attr(
        not(any(feature = "jwt", feature = "introspection", feature = "redis")),
        expect(clippy::unused_async, reason = "without issuers and a shared store nothing is fetched")
    )]
    pub async fn build(mut self) -> Result<ResourceServer, BuildError> {
        let mut problems = ProblemList::default();
        self.check(&mut problems);
        self.compare_facts(&mut problems);
        #[cfg(feature = "policies")]
        let rules = self.policy_rules(&mut problems);
        #[cfg(feature = "policies")]
        let conditions = self.conditions(&mut problems);
        let scope_prefix = self.verifiers.scope_prefix(self.table.outline().config.scope_prefix, &mut problems);
        let served = self.names(&scope_prefix, &mut problems).map(|(names, metadata, resources)| {
            let mut urls = names.documents().map(|document| Arc::clone(&document.url));
            let challenges = Challenges {
                table: self.table,
                metadata_url: urls.next().unwrap_or_default(),
                other_metadata_urls: urls.collect(),
                scope_prefix: scope_prefix.into(),
                scopes: self.challenge_scopes,
                #[cfg(feature = "dpop")]
                dpop: self.dpop.as_ref().map(|dpop| DpopChallenges {
                    algorithms: dpop.algorithm_names().collect::<Vec<_>>().join(" ").into(),
                    required: dpop.is_required(),
                }),
            };
            let sources = core::mem::take(&mut self.environments);
            let environments =
                Resolver::new(sources, self.table, &metadata, resources, challenges.clone(), &mut problems);
            let environments = environments.also_for(core::mem::take(&mut self.also_audiences));
            (names, challenges, Arc::new(environments))
        });
        let resources = served.iter().flat_map(|(.., environments)| environments.audiences().map(str::to_owned));
        let names = served.iter().flat_map(|(.., environments)| environments.resources().map(str::to_owned));
        let facts = Facts {
            resources: resources.collect(),
            names: names.collect(),
            clock: self.clock.clone(),
            bindings: self.bindings(),
            scope_prefix: self.table.outline().config.scope_prefix,
        };
        let verifiers = core::mem::take(&mut self.verifiers).bind(&facts, &mut problems);
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        if problems.is_empty() {
            for failed in verifiers.prepare().await {
                let (kind, help) = match failed.near {
                    Some(stated) => (
                        ProblemKind::NearMiss,
                        format!("write the issuer as its metadata states it: `Issuer::discover({stated:?})`"),
                    ),
                    None => (
                        ProblemKind::Unreachable,
                        "check the address and the network, or start closed: `.lazy()` on the issuer".to_owned(),
                    ),
                };
                problems.add(failed.setting, kind, failed.message, help);
            }
        }
        let engine = self.engine(
            served,
            verifiers,
            #[cfg(feature = "policies")]
            (rules, conditions),
            &mut problems,
        );
        #[cfg(feature = "redis")]
        if problems.is_empty()
            && let Some(policies) = engine.as_ref().and_then(|engine| engine.policies.engine.as_deref())
        {
            super::policies::check_domain(policies, &mut problems).await;
        }
        problems.finish(engine).map(ResourceServer::of)
    }

    /// Returns the origins that the settings accept.
    fn stated_origins(&self, problems: &mut ProblemList) -> Origins {
        let mut origins = Origins::default();
        for origin in &self.origins {
            if let Err(wrong) = origins.accept(origin) {
                let message = format!("{} {wrong}", Shown(origin));
                let help = "write an origin such as `https://app.example.com`";
                problems.add("origin", ProblemKind::Malformed, message, help);
            }
        }
        if self.any_origin {
            origins.accept_any();
        }
        origins
    }

    /// Puts the parts of the engine together.
    fn engine(
        self,
        served: Option<(PublicNames, Challenges, Arc<Resolver>)>,
        verifiers: Verifiers,
        #[cfg(feature = "policies")] (rules, conditions): (
            Option<mcp_scopes_policies::Rules>,
            mcp_scopes_policies::Conditions,
        ),
        problems: &mut ProblemList,
    ) -> Option<Engine> {
        let table = self.table;
        let mut origins = self.stated_origins(problems);
        let contents = Contents::of(table);
        let methods = Methods::new(&self.methods, table, contents, problems);
        let params = ParamHeaders::new(&self.mirrored, table, problems);
        let key = self.session_key.or_else(|| {
            let mut key = [0; 32];
            getrandom::fill(&mut key).is_ok().then_some(key)
        });
        if key.is_none() {
            let message = "the system did not return random bytes for a key";
            problems.add("session_key", ProblemKind::Missing, message, "state one: `.session_key(..)`");
        }
        let ((names, challenges, environments), key) = served.zip(key)?;
        environments.resources().for_each(|resource| origins.accept_resource(resource));
        let sessions = Sessions::new(&key).also_accepting(&self.other_session_keys);
        let scope_prefix = Arc::clone(&challenges.scope_prefix);
        let bindings = self.bindings();
        #[cfg(feature = "policies")]
        let refuses_task_input = needs_comparison(!conditions.is_empty(), rules.as_ref());
        #[cfg(feature = "policies")]
        let policies = rules.map(|rules| {
            let domain = table.outline().config.session.domain;
            let realm = domain.or_else(|| environments.resources().next()).unwrap_or_default();
            let policies = if verifiers.has_several_issuers() { self.policies.with_quotas() } else { self.policies };
            let parts = PolicyParts {
                table,
                realm,
                key: &key,
                sessions: &sessions,
                clock: self.clock.clone(),
                contents,
                challenges: challenges.clone(),
            };
            policies.engine(rules, parts, problems)
        });
        let authenticator = Arc::new(Authenticator {
            bindings,
            #[cfg(feature = "dpop")]
            proofs: self.dpop.map(|dpop| ProofVerifier::new(dpop, environments.resources(), self.clock.clone())),
            verifiers,
            clock: self.clock,
            environments: Arc::clone(&environments),
            challenges: challenges.clone(),
        });
        Some(Engine {
            table,
            names,
            origins,
            authenticator: Arc::clone(&authenticator),
            environments,
            bodies: BodyReader {
                limit: self.limits.body,
                anonymous_limit: self.limits.anonymous_body,
                timeout: self.limits.time,
                batches: self.batches,
            },
            authorizer: Authorizer {
                table,
                discovery: self.discovery,
                hidden: self.hidden,
                methods,
                contents,
                has_public: contents.has_public()
                    || table.tools().any(|tool| matches!(tool.requirement, Requirement::Public)),
                challenges: challenges.clone(),
                #[cfg(feature = "policies")]
                conditions,
                #[cfg(feature = "policies")]
                refuses_task_input,
            },
            params: Arc::new(params),
            sessions: SessionBinder { sessions: sessions.clone(), challenges: challenges.clone() },
            policies: PolicyEnforcer {
                table,
                sandbox_limiter: RateLimiter::new(self.sandbox_pace),
                hook: self.policy,
                is_elsewhere: self.policies_elsewhere,
                challenges,
                #[cfg(feature = "policies")]
                engine: policies,
            },
            forwarding: Forwarding {
                reads_lists: self.discovery == Discovery::Filtered || self.describes_lists,
                exposes_token: self.exposes_token,
            },
            responses: ResponseFilter {
                sessions,
                filters_lists: self.discovery == Discovery::Filtered,
                contents,
                descriptions: self.describes_lists.then(|| Arc::new(Descriptions::new(table, &scope_prefix))),
                limit: self.limits.answer,
                authenticator,
            },
            #[cfg(feature = "audit")]
            audit: Auditor { table, sink: self.audit, peer: self.audit_peer },
            #[cfg(not(feature = "audit"))]
            audit: Auditor,
        })
    }

    /// Returns the public names with their documents as they are served, the full metadata of the first, and all resources.
    fn names(&self, scope_prefix: &str, problems: &mut ProblemList) -> Option<(PublicNames, Metadata, Vec<String>)> {
        let metadata = match self.metadata(self.resource.as_deref(), scope_prefix) {
            Ok(metadata) => metadata,
            Err(error) => {
                problems.document(&error, !self.verifiers.live_names().is_empty());
                return None;
            }
        };
        let served = |metadata: &Metadata| {
            let shown = ServedMetadata::disclosed(metadata, self.table, scope_prefix, self.discovery);
            PublicName::new(metadata.resource(), ServedMetadata::new(&shown, self.max_age))
        };
        let (mut resources, mut others) = (vec![metadata.resource().to_owned()], Vec::new());
        for name in &self.other_names {
            if resources.contains(name) {
                let message = format!("the server has the public name {} already", Shown(name));
                problems.add("also_served_at", ProblemKind::NoEffect, message, "remove the call");
                continue;
            }
            match self.metadata(Some(name), scope_prefix) {
                Ok(metadata) => others.push(served(&metadata)),
                // Only the resource differs from the document above.
                Err(error) => problems.public_name(&error),
            }
            resources.push(name.clone());
        }
        Some((PublicNames::new(served(&metadata), others), metadata, resources))
    }

    /// Returns the metadata of a resource, by default of that in the table's file.
    fn metadata(&self, resource: Option<&str>, scope_prefix: &str) -> Result<Metadata, metadata::Error> {
        let mut builder = self.table.metadata().scope_prefix(scope_prefix);
        if let Some(resource) = resource {
            builder = builder.resource(resource);
        }
        if let Some(resource) = &self.sandbox_resource {
            builder = builder.sandbox_resource(resource);
        }
        let mut issuers = self.verifiers.live_names();
        issuers.extend(self.issuers.iter().cloned());
        if !issuers.is_empty() {
            builder = builder.authorization_servers(issuers);
        }
        let sandbox = self.verifiers.sandbox_names();
        if !sandbox.is_empty() {
            builder = builder.sandbox_authorization_servers(sandbox);
        }
        #[cfg(feature = "dpop")]
        if let Some(dpop) = &self.dpop {
            builder = builder.dpop_algorithms(dpop.algorithm_names());
            if dpop.is_required() {
                builder = builder.require_dpop();
            }
        }
        #[cfg(feature = "dpop")]
        let requires_dpop = self.dpop.as_ref().is_some_and(crate::token::Dpop::is_required);
        #[cfg(not(feature = "dpop"))]
        let requires_dpop = false;
        // A token that names a certificate alone is rejected where DPoP is required.
        if self.proof_by_proxy && !requires_dpop {
            builder = builder.certificate_bound_tokens();
        }
        builder.build()
    }
}
