//! All rules. A rule with code has a file, named by its id. The others are in `table`.
//!
#![doc = include_str!("coverage.md")]

mod address_userinfo;
mod advertised_unused_scope;
mod authenticated_risk;
mod authorization_server_member;
mod authorization_server_metadata;
mod backward_implies;
mod bearer_method;
mod bearer_not_in_header;
mod broad_scope;
mod catch_all_resource;
mod contradictory_limits;
mod dead_pattern;
mod default_scope;
mod description_equals_name;
mod destructive_approval;
mod destructive_hint;
mod dpop_alg;
mod dpop_without_alg;
mod duplicate_element;
mod duplicate_member;
mod empty_other_member;
mod empty_sandbox;
mod escalation_chain;
mod exfiltration_chain;
mod flow_first_step_risk;
mod flow_order;
mod flow_prerequisite;
mod foreign_jwks_uri;
mod generic_scope;
mod high_risk_sandbox;
mod idle_condition;
mod idle_flow_step;
mod idle_session_limit;
mod issuer_endpoint;
mod issuer_is_resource;
mod issuer_trailing_slash;
mod language_tag;
mod lax_approval;
mod live;
mod long_scope;
mod lower_case_scope;
mod missing_description;
mod missing_namespace;
mod missing_requirement;
mod missing_resource_name;
mod missing_risk;
mod missing_scopes_supported;
mod missing_untagged_member;
mod misspelt_member;
mod mixed_convention;
mod near_duplicate_scope;
mod near_duplicate_tool;
mod omnibus_scope;
mod overlapping_resources;
mod oversized_scopes_supported;
mod page_not_https;
mod policy_without_tool;
mod private_address;
mod public_policy;
mod public_risk;
mod read_only_hint;
mod redundant_pattern;
mod reserved_scope;
mod resource_query;
mod resource_trailing_slash;
mod resource_well_known;
mod risky_baseline;
mod risky_group;
mod risky_name;
mod sandbox_allow;
mod scope_convention;
mod scope_list;
mod server_prefixed_name;
mod shared_sandbox;
mod signed_metadata_differs;
mod signing_without_keys;
mod symmetric_signing_alg;
mod table;
mod tool_name;
mod unannotated_tools;
mod uncanonical_address;
mod undefined_member;
mod undocumented_scope;
mod unguarded_transport;
mod unknown_alg;
mod unlisted_tool;
mod unreachable_scope;
mod unsorted_scopes;
mod unused_scope;
mod wildcard_scope;
mod wrong_issuer;

use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Error, ErrorKind};

use crate::rule::Rule;
pub(crate) use table::NO_TOOLS;

/// All rules, sorted by id.
pub static RULES: &[Rule] = &[
    live::tokens::ACCEPTS_BAD_SIGNATURE,
    live::tokens::ACCEPTS_EMPTY_TOKEN,
    live::tokens::ACCEPTS_EXPIRED_TOKEN,
    live::tokens::ACCEPTS_FOREIGN_TOKEN,
    live::tokens::ACCEPTS_MALFORMED_TOKEN,
    live::tokens::ACCEPTS_OTHER_SCHEME,
    live::tokens::ACCEPTS_UNBOUND_TOKEN,
    live::tokens::ACCEPTS_UNSIGNED_TOKEN,
    address_userinfo::RULE,
    advertised_unused_scope::RULE,
    table::ALG_NONE,
    table::ANNOTATION_IN_BODY,
    table::ANNOTATION_IN_MACRO,
    live::challenge::ANONYMOUS_ACCESS,
    live::challenge::ANONYMOUS_STATUS,
    authenticated_risk::RULE,
    authorization_server_member::RULE,
    authorization_server_metadata::RULE,
    backward_implies::RULE,
    table::BASELINE_REASON,
    live::transport::BATCH_ACCEPTED,
    bearer_method::RULE,
    bearer_not_in_header::RULE,
    broad_scope::RULE,
    live::calls::CALL_WITHOUT_SCOPE,
    catch_all_resource::RULE,
    live::challenge::CHALLENGE_AMBIGUOUS,
    live::challenge::CHALLENGE_ERROR_WITHOUT_TOKEN,
    live::calls::CHALLENGE_LOOPS,
    live::challenge::CHALLENGE_METADATA_ADDRESS,
    live::challenge::CHALLENGE_METADATA_UNREACHABLE,
    live::challenge::CHALLENGE_MISSING,
    live::challenge::CHALLENGE_OFFLINE_ACCESS,
    live::challenge::CHALLENGE_SCHEME,
    live::challenge::CHALLENGE_SCOPE_SYNTAX,
    live::challenge::CHALLENGE_SEVERAL,
    live::challenge::CHALLENGE_SYNTAX,
    live::challenge::CHALLENGE_WITHOUT_METADATA,
    live::challenge::CHALLENGE_WITHOUT_SCOPE,
    live::reality::CONFORMANCE_SCOPES,
    live::calls::CONTENT_WITHOUT_SCOPE,
    table::CONTRADICTION,
    contradictory_limits::RULE,
    dead_pattern::RULE,
    default_scope::RULE,
    description_equals_name::RULE,
    destructive_approval::RULE,
    destructive_hint::RULE,
    dpop_alg::RULE,
    dpop_without_alg::RULE,
    duplicate_element::RULE,
    duplicate_member::RULE,
    table::EMPTY_MEMBER,
    empty_other_member::RULE,
    empty_sandbox::RULE,
    live::challenge::ENDPOINT_PREFLIGHT,
    live::transport::ENDPOINT_REDIRECT,
    escalation_chain::RULE,
    exfiltration_chain::RULE,
    table::EXPIRED_BASELINE_ENTRY,
    flow_first_step_risk::RULE,
    flow_order::RULE,
    flow_prerequisite::RULE,
    foreign_jwks_uri::RULE,
    live::transport::FOREIGN_ORIGIN,
    generic_scope::RULE,
    table::HEADER_NAME,
    live::calls::HIDDEN_TOOL_CALLABLE,
    live::calls::HIDDEN_TOOL_DIFFERS,
    high_risk_sandbox::RULE,
    idle_condition::RULE,
    idle_flow_step::RULE,
    idle_session_limit::RULE,
    live::tokens::INVALID_TOKEN_ERROR,
    live::tokens::INVALID_TOKEN_STATUS,
    live::issuers::ISSUER_DIFFERS,
    issuer_endpoint::RULE,
    live::issuers::ISSUER_ENDPOINT_NOT_HTTPS,
    live::issuers::ISSUER_INCOMPLETE,
    issuer_is_resource::RULE,
    live::issuers::ISSUER_KEYS,
    table::ISSUER_NOT_HTTPS,
    table::ISSUER_QUERY_OR_FRAGMENT,
    issuer_trailing_slash::RULE,
    live::issuers::ISSUER_UNREACHABLE,
    live::issuers::ISSUER_WITHOUT_ISS,
    live::issuers::ISSUER_WITHOUT_PKCE,
    live::issuers::ISSUER_WITHOUT_REGISTRATION,
    table::JWKS_URI,
    language_tag::RULE,
    lax_approval::RULE,
    live::lists::LIST_CACHE_MISSING,
    live::lists::LIST_CACHE_SCOPE,
    live::lists::LIST_CHANGES,
    live::lists::LIST_NOT_SUBSET,
    live::lists::LIST_ORDER,
    live::reality::LOCK_DIFFERS,
    long_scope::RULE,
    lower_case_scope::RULE,
    live::discovery::METADATA_CACHE,
    live::discovery::METADATA_CONTENT_TYPE,
    live::discovery::METADATA_CORS,
    live::discovery::METADATA_DIFFERS,
    live::discovery::METADATA_HEAD,
    live::discovery::METADATA_MISSING,
    live::reality::METADATA_MISSING_TOOL,
    live::discovery::METADATA_NEEDS_TOKEN,
    live::discovery::METADATA_NOT_WELL_KNOWN,
    live::discovery::METADATA_PREFLIGHT,
    live::discovery::METADATA_REDIRECT,
    live::reality::METADATA_UNKNOWN_TOOL,
    live::transport::METHOD_MISMATCH,
    live::transport::METHOD_WITHOUT_TOKEN,
    table::MISSING_AUTHORIZATION_SERVER,
    missing_description::RULE,
    missing_namespace::RULE,
    missing_requirement::RULE,
    table::MISSING_RESOURCE,
    missing_resource_name::RULE,
    missing_risk::RULE,
    missing_scopes_supported::RULE,
    missing_untagged_member::RULE,
    misspelt_member::RULE,
    mixed_convention::RULE,
    table::MODULE_FILE,
    live::transport::NAME_MISMATCH,
    near_duplicate_scope::RULE,
    near_duplicate_tool::RULE,
    table::NESTED_SIGNED_METADATA,
    table::NO_SCOPE,
    NO_TOOLS,
    live::transport::NOT_HTTPS,
    table::NOT_JSON,
    omnibus_scope::RULE,
    overlapping_resources::RULE,
    oversized_scopes_supported::RULE,
    table::PAGE_ADDRESS,
    page_not_https::RULE,
    table::PATTERN_SYNTAX,
    policy_without_tool::RULE,
    private_address::RULE,
    public_policy::RULE,
    public_risk::RULE,
    read_only_hint::RULE,
    live::tokens::READS_QUERY_TOKEN,
    redundant_pattern::RULE,
    live::tokens::REJECTS_GIVEN_TOKEN,
    table::RENAMED_EXPORT,
    reserved_scope::RULE,
    table::RESOURCE_FRAGMENT,
    table::RESOURCE_MISMATCH,
    table::RESOURCE_NOT_HTTPS,
    resource_query::RULE,
    resource_trailing_slash::RULE,
    resource_well_known::RULE,
    risky_baseline::RULE,
    risky_group::RULE,
    risky_name::RULE,
    sandbox_allow::RULE,
    live::tokens::SCHEME_CASE,
    live::calls::SCOPE_CHALLENGE_ERROR,
    live::calls::SCOPE_CHALLENGE_INCOMPLETE,
    live::calls::SCOPE_CHALLENGE_METADATA,
    live::calls::SCOPE_CHALLENGE_MISSING,
    live::calls::SCOPE_CHALLENGE_SCOPE,
    scope_convention::RULE,
    scope_list::RULE,
    live::reality::SCOPE_NEVER_DEMANDED,
    live::reality::SCOPE_NOT_ADVERTISED,
    live::calls::SCOPE_REFUSAL_STATUS,
    table::SCOPE_SYNTAX,
    live::reality::SCOPE_UNKNOWN_TO_ISSUER,
    live::transport::SERVER_ERROR,
    server_prefixed_name::RULE,
    live::sessions::SESSION_SHARED,
    live::sessions::SESSION_WITHOUT_TOKEN,
    shared_sandbox::RULE,
    table::SIGNED_METADATA,
    signed_metadata_differs::RULE,
    signing_without_keys::RULE,
    table::STALE_BASELINE_ENTRY,
    table::SUPPRESSION_SYNTAX,
    symmetric_signing_alg::RULE,
    live::transport::TLS_FAILURE,
    live::tokens::TOKEN_IN_ANSWER,
    tool_name::RULE,
    unannotated_tools::RULE,
    uncanonical_address::RULE,
    table::UNDECLARED_FILE,
    table::UNDECLARED_SCOPE,
    undefined_member::RULE,
    undocumented_scope::RULE,
    unguarded_transport::RULE,
    unknown_alg::RULE,
    live::transport::UNKNOWN_REVISION,
    live::calls::UNKNOWN_TOOL_ACCEPTED,
    unlisted_tool::RULE,
    unreachable_scope::RULE,
    live::transport::UNREADABLE_ANSWER,
    table::UNREVIEWED_RISK,
    unsorted_scopes::RULE,
    table::UNUSED_CONFIG,
    unused_scope::RULE,
    table::UNUSED_SUPPRESSION,
    live::sessions::WEAK_SESSION_ID,
    wildcard_scope::RULE,
    wrong_issuer::RULE,
    table::WRONG_TYPE,
    table::ZERO_LIMIT,
];

/// Returns the rule of that id.
///
/// # Errors
/// Returns an error if there is no such rule. It suggests the nearest id.
pub fn named(id: &str) -> Result<&'static Rule, Error> {
    find(id).ok_or_else(|| {
        let nearest = RULES.iter().fold(Nearest::to(id), |search, rule| search.or(rule.id)).found();
        let help = nearest
            .map_or_else(|| "`mcp-scopes rules` lists them".to_owned(), |rule| format!("did you mean `{rule}`?"));
        Error::new(ErrorKind::Usage, format!("unknown rule `{id}`")).help(help)
    })
}

/// Returns the rule of that id, if there is one.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
