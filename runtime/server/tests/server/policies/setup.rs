//! What `build` rejects.

use mcp_scopes::{ScopeTable, mcp_tool, scope_table};
use mcp_scopes_server::{
    Problem, ResourceServer, ResourceServerBuilder,
    policies::{ApprovalQuery, Approver, ApproverAnswer, PolicyAnswers},
    token::{Issuer, Provider},
};

use super::{
    REAUTH, TABLE,
    approval::{BY_CALLER, BY_REVIEWER},
    builder,
    limits::RISKS,
};
use crate::{
    server::{BuildNow as _, RESOURCE},
    tokens,
};

/// Read a large file
#[mcp_tool(risk = "low", policy(max_file_size_mb = 10))]
fn large() {}

/// Publish
#[mcp_tool(risk = "low", policy(requires_human_review))]
fn publish() {}

scope_table! { static REVIEW_ALONE = [publish]; }
scope_table! { pub(super) static LARGE = [large]; }
scope_table! { pub(super) static PLAIN = []; }
scope_table! { static IN_DOMAIN = [] with "tests/server/policies/domain.toml"; }

struct Nothing;

impl Approver for Nothing {
    async fn approve(&self, _: ApprovalQuery<'_>) -> ApproverAnswer {
        ApproverAnswer::Pending
    }
}

fn problems(builder: ResourceServerBuilder) -> Vec<Problem> {
    builder.build_now().err().map_or_else(Vec::new, |error| error.problems().to_vec())
}

pub(super) fn settings(builder: ResourceServerBuilder) -> Vec<&'static str> {
    problems(builder).iter().map(|problem| problem.setting).collect()
}

#[test]
fn requires_a_form_for_each_approval() {
    assert_eq!(settings(builder(&BY_CALLER)), ["approver"]);
    let [problem] = &problems(builder(&BY_CALLER))[..] else { panic!() };
    assert_eq!(
        problem.to_string(),
        "`approver`: tool `deploy` states `requires_approval_after`, and no form of approval is configured; add \
         `.approval_by_elicitation()`, `.approval_by_sign_in([..])` or `.approver(..)`, or `.policies_enforced_elsewhere()` if another component does it"
    );
    assert!(settings(builder(&BY_CALLER).approval_by_sign_in(["gold"])).is_empty());
    assert!(settings(builder(&BY_CALLER).approver(Nothing)).is_empty());
    assert!(settings(builder(&BY_CALLER).approval_by_elicitation()).is_empty());
    let both = builder(&BY_CALLER).approval_by_elicitation().approval_by_sign_in(["gold"]);
    assert_eq!(settings(both), ["approval_by_elicitation"]);
    assert_eq!(settings(builder(&BY_CALLER).approval_by_sign_in([""; 0])), ["approval_by_sign_in"]);
    assert_eq!(settings(builder(&BY_REVIEWER)), ["approver"; 3]);
    // A sign-in of the caller is no review.
    assert_eq!(settings(builder(&BY_REVIEWER).approval_by_sign_in(["gold"])), ["approver"]);
    // The client of the caller can lie, and the caller is no other person.
    assert_eq!(settings(builder(&BY_REVIEWER).approval_by_elicitation()), ["approver"]);
    assert!(settings(builder(&BY_REVIEWER).approver(Nothing)).is_empty());
    assert!(settings(builder(&BY_REVIEWER).policies_enforced_elsewhere()).is_empty());
}

#[test]
fn requires_a_body_limit_for_the_largest_file() {
    let [problem] = &problems(builder(&LARGE))[..] else { panic!() };
    assert_eq!(
        problem.to_string(),
        "`body_limit`: a tool accepts files of 10000000 bytes (`max_file_size_mb`), and a body may have 4194304 bytes; add \
         `.body_limit(13398870)`: base64 takes 4/3 of the size, and the rest of the body some more"
    );
    assert_eq!(settings(builder(&LARGE).body_limit(13_333_333)), ["body_limit"]);
    assert!(settings(builder(&LARGE).body_limit(13_333_334)).is_empty());
    assert!(settings(builder(&LARGE).policies_enforced_elsewhere()).is_empty());
}

#[test]
fn requires_issuers_that_send_auth_time() {
    let of = |table: &'static ScopeTable, provider: Option<Provider>| {
        let issuer = Issuer::keys("https://auth.example.com", tokens::all());
        let issuer = match provider {
            Some(provider) => issuer.provider(provider),
            None => issuer,
        };
        ResourceServer::builder(table).resource(RESOURCE).issuer(issuer)
    };
    for sends in [None, Some(Provider::new()), Some(Provider::okta("api://files")), Some(Provider::duende())] {
        assert!(settings(of(&REAUTH, sends)).is_empty());
    }
    for lacks in [Provider::auth0(), Provider::keycloak(), Provider::entra("app"), Provider::workos(), Provider::ory()]
    {
        assert!(settings(of(&TABLE, Some(lacks.clone()))).is_empty());
        assert_eq!(settings(of(&REAUTH, Some(lacks.clone()))), ["issuer"]);
        assert_eq!(settings(of(&RISKS, Some(lacks.clone()))), ["issuer"]);
        assert!(settings(of(&REAUTH, Some(lacks.clone().sends_auth_time()))).is_empty());
        assert!(settings(of(&BY_CALLER, Some(lacks.clone())).approver(Nothing)).is_empty());
        assert_eq!(settings(of(&BY_CALLER, Some(lacks)).approval_by_sign_in(["gold"])), ["issuer"]);
    }
}

#[test]
fn requires_a_shared_store_for_a_domain() {
    let [problem] = &problems(builder(&IN_DOMAIN))[..] else { panic!() };
    assert_eq!(
        problem.to_string(),
        "`policy_store`: the servers of the domain `office` share sessions (`[session] domain`), and this one keeps them in memory; \
         add `.policy_store(..)` (feature `redis`) with the store of the domain, or remove `domain` and `server`"
    );
    assert!(settings(builder(&IN_DOMAIN).policies_enforced_elsewhere()).is_empty());
}

#[test]
fn rejects_settings_without_effect() {
    let all = |builder: ResourceServerBuilder| {
        let builder = builder.policy_answers(PolicyAnswers::Http403).policy_capacity(1, 1);
        settings(builder.approver(Nothing).approval_by_sign_in(["gold"]))
    };
    let expected = ["policy_answers", "approval_by_sign_in", "approver", "policy_capacity"];
    assert_eq!(all(builder(&PLAIN)), expected);
    assert_eq!(all(builder(&TABLE).policies_enforced_elsewhere()), expected);
    assert!(all(builder(&BY_REVIEWER)).is_empty());
    // No tool asks for an approval.
    assert_eq!(all(builder(&TABLE)), ["approval_by_sign_in", "approver"]);
    for table in [&PLAIN, &TABLE] {
        assert_eq!(settings(builder(table).approval_by_elicitation()), ["approval_by_elicitation"]);
    }
    // Reviews alone: the approval of the caller has no effect.
    assert!(settings(builder(&REVIEW_ALONE).approver(Nothing)).is_empty());
    assert_eq!(
        settings(builder(&REVIEW_ALONE).approver(Nothing).approval_by_elicitation()),
        ["approval_by_elicitation"]
    );
}
