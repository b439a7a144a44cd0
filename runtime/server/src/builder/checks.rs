//! Checks the settings, and compares facts that are stated more than once.

use mcp_scopes_model::address::{Address, Shown};

use super::ResourceServerBuilder;
use crate::{
    Discovery, HiddenTools,
    error::{ProblemKind, ProblemList},
    facts::{self, FILE, Fact},
    metadata::BELOW_WELL_KNOWN,
    token::{is_same_but_for_a_slash, is_shared},
};

impl ResourceServerBuilder {
    /// Compares the facts that are stated more than once, in code and in the table's file.
    pub(super) fn compare_facts(&self, problems: &mut ProblemList) {
        let config = self.table.outline().config;
        let sandbox = config.sandbox;
        let stated = |setting, list: Vec<String>| list.into_iter().map(move |text| Fact { setting, text });
        let file = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let issuers: Vec<Fact> = stated("issuer", self.verifiers.live_names())
            .chain(stated("sandbox_issuer", self.verifiers.sandbox_names()))
            .chain(stated("token_issuer", self.verifiers.token_issuers()))
            .chain(stated("authorization_server", self.issuers.clone()))
            .chain(stated("verifier", self.verifiers.fallback_issuers()))
            .chain(stated(FILE, file(config.authorization_servers)))
            .chain(stated(FILE, sandbox.map_or_else(Vec::new, |sandbox| file(sandbox.authorization_servers))))
            .collect();
        let resources: Vec<Fact> = stated("resource", self.resource.iter().cloned().collect())
            .chain(stated("also_served_at", self.other_names.clone()))
            .chain(stated("sandbox_resource", self.sandbox_resource.iter().cloned().collect()))
            .chain(stated("provider", self.verifiers.audiences()))
            .chain(stated(FILE, config.resource.iter().map(|text| (*text).to_owned()).collect()))
            .chain(stated(FILE, sandbox.iter().filter_map(|sandbox| sandbox.resource).map(str::to_owned).collect()))
            .collect();
        facts::reject_near_misses(&issuers, "issuers", problems);
        facts::reject_near_misses(&resources, "resources", problems);
        facts::reject_duplicates(&issuers, problems);
        if !self.verifiers.sandbox_names().is_empty() && !self.environments.reads_issuer() {
            problems.add(
                "sandbox_issuer",
                ProblemKind::Contradiction,
                "its tokens would be live, since the issuer does not determine the environment",
                "add `.environments(Environments::new().by_issuer())`",
            );
        }
        if self.sandbox_resource.is_some() && !self.environments.reads_audience() {
            problems.add(
                "sandbox_resource",
                ProblemKind::NoEffect,
                "the audience does not determine the environment",
                "add `.environments(Environments::new().by_audience())`",
            );
        }
    }

    /// Rejects audiences of this server that issuers write into the tokens of all of their applications.
    fn reject_shared_audiences(&self, problems: &mut ProblemList) {
        let names =
            [self.verifiers.live_names(), self.verifiers.sandbox_names(), self.verifiers.token_issuers()].concat();
        let names = [names, self.issuers.clone()].concat();
        let audiences = self.also_audiences.iter().map(|audience| ("also_audience", audience));
        let other_names = self.other_names.iter().map(|name| ("also_served_at", name));
        if self.also_audiences.iter().any(String::is_empty) {
            problems.add(
                "also_audience",
                ProblemKind::Malformed,
                "the accepted audience is empty",
                "write the URI that tokens state as `aud`, or remove the call",
            );
        }
        // A server may be its own issuer. Then only known clients tell its tokens from those for other applications.
        let without_clients = self.verifiers.names_without_clients();
        let own = [("resource", &self.resource), ("sandbox_resource", &self.sandbox_resource)];
        for (setting, resource) in own.into_iter().filter_map(|(setting, name)| Some((setting, name.as_ref()?))) {
            if without_clients.iter().any(|issuer| is_same_but_for_a_slash(issuer, resource)) {
                problems.add(
                    setting,
                    ProblemKind::Contradiction,
                    format!(
                        "the resource {} is also the issuer, which some issuers write as audience into the tokens of all of their \
                         applications, and no list of clients is stated",
                        Shown(resource)
                    ),
                    "state another resource, such as one with a path; or the clients that may use this server: \
                     `.provider(Provider::new().clients([..]))` on the issuer",
                );
            }
        }
        for (setting, audience) in audiences.chain(other_names) {
            if is_shared(audience, names.iter().map(String::as_str)) {
                problems.add(
                    setting,
                    ProblemKind::Contradiction,
                    format!(
                        "issuers write the audience {} into the tokens of all of their applications",
                        Shown(audience)
                    ),
                    "remove the call; to accept such tokens of known clients, use `.provider(..)` on the issuer",
                );
            }
        }
    }

    /// Rejects policies that nothing enforces.
    #[cfg(not(feature = "policies"))]
    fn reject_unenforced(&self, problems: &mut ProblemList) {
        let outline = self.table.outline();
        if let Some(listed) = outline.tools.iter().find(|listed| !listed.tool.conditions.is_empty()) {
            problems.add(
                "table",
                ProblemKind::Unenforced,
                format!(
                    "the tool `{}` needs scopes by its arguments (`when`), and nothing compares them",
                    listed.tool.name
                ),
                "enable the feature `policies`",
            );
        }
        if self.policy.is_none() && !self.policies_elsewhere && self.table.states_policies() {
            let what = match outline.tools.iter().find(|listed| !listed.tool.policy.is_none()) {
                Some(listed) => format!("the tool `{}` states a policy", listed.tool.name),
                None if !outline.config.session.is_none() => "`[session]` states limits".to_owned(),
                None => "`[risk]` states how callers must have authenticated".to_owned(),
            };
            problems.add(
                "policy",
                ProblemKind::Unenforced,
                format!("{what}, and nothing enforces it"),
                "enable the feature `policies`, or state what does: `.policy(..)`, or `.policies_enforced_elsewhere()` if that is the case",
            );
        }
    }

    /// Checks the settings that need no other input.
    pub(super) fn check(&self, problems: &mut ProblemList) {
        let outline = self.table.outline();
        #[cfg(not(feature = "policies"))]
        self.reject_unenforced(problems);
        if self.discovery == Discovery::Filtered {
            if self.publish_all {
                problems.add(
                    "publish_all_tools",
                    ProblemKind::Contradiction,
                    "the metadata would publish tools that `Discovery::Filtered` hides",
                    "remove one of the two",
                );
            }
            if outline.config.baseline.is_none_or(<[_]>::is_empty)
                && outline.tools.iter().any(|listed| !listed.tool.requirement.needs_no_scope())
            {
                problems.add(
                    "discovery",
                    ProblemKind::Missing,
                    "no baseline is configured, so a client without a token does not learn which scopes to request",
                    "state `baseline = [\"..\"]` under `[server]` in `mcp-scopes.toml`, or choose another mode",
                );
            }
        }
        if self.hidden == HiddenTools::Unknown && self.discovery != Discovery::Filtered {
            problems.add(
                "hidden_tools",
                ProblemKind::NoEffect,
                "this discovery mode hides no tools",
                "add `.discovery(Discovery::Filtered)`, or remove `.hidden_tools(..)`",
            );
        }
        self.reject_shared_audiences(problems);
        self.check_session_keys(problems);
        for (setting, limit) in [
            ("body_limit", self.limits.body),
            ("anonymous_body_limit", self.limits.anonymous_body),
            ("answer_limit", self.limits.answer),
        ] {
            if limit == 0 {
                problems.add(
                    setting,
                    ProblemKind::Malformed,
                    "the limit must be greater than zero",
                    "write a larger value, or remove the call",
                );
            }
        }
        #[cfg(feature = "dpop")]
        if let Some(dpop) = &self.dpop {
            dpop.check(self.verifiers.api_keys.is_some(), problems);
        }
        if self.verifiers.is_empty() {
            let help = "add `.issuer(..)`, `.api_keys(..)` or `.verifier(..)`";
            problems.add("issuer", ProblemKind::Missing, "no token verifier is configured", help);
        }
        let issuers = self.verifiers.live_names().into_iter().map(|issuer| ("issuer", issuer));
        let other_names = self.other_names.iter().map(|name| ("also_served_at", name.clone()));
        let addresses = self.resource.iter().map(|resource| ("resource", resource.clone())).chain(other_names);
        for (setting, address) in
            addresses.clone().chain(self.sandbox_resource.iter().map(|name| ("sandbox_resource", name.clone())))
        {
            if Address::parse(&address).is_ok_and(|address| address.path.starts_with(BELOW_WELL_KNOWN)) {
                problems.add(
                    setting,
                    ProblemKind::Malformed,
                    format!(
                        "the path of {} is below `{BELOW_WELL_KNOWN}`, where a GET is answered with documents only",
                        Shown(&address)
                    ),
                    "state another path, such as `/mcp`",
                );
            }
        }
        let servers = self.issuers.iter().map(|issuer| ("authorization_server", issuer.clone()));
        for (setting, address) in addresses.chain(servers).chain(issuers) {
            if let Ok(parts) = Address::parse(&address)
                && parts.has_user()
            {
                // The address itself is not shown: it may hold a password, and the document is public.
                let message = format!("the address of `{}` contains a user before its host", parts.host);
                problems.add(setting, ProblemKind::Malformed, message, "remove everything before the `@`, and the `@`");
            }
        }
        if self.limits.time.is_zero() {
            problems.add(
                "body_timeout",
                ProblemKind::Malformed,
                "the timeout must be greater than zero",
                "state a longer one, or leave it out",
            );
        }
    }
}
