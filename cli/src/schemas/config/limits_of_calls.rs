//! The schema of `[session]` and `[risk]`.

use schemars::JsonSchema;

use super::values::{Limit, ServerName, Text, Texts};

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Session {
    /// Minutes without an admitted call after which a session ends. Default: 60.
    #[schemars(example = 30)]
    idle_minutes: Option<Limit>,
    /// Minutes after which a session ends. Default: 1440.
    #[schemars(example = 480)]
    max_minutes: Option<Limit>,
    /// The number of refused calls in one session after which further ones are denied. Default: no limit.
    #[schemars(example = 20)]
    max_refused_calls: Option<Limit>,
    /// Maximum number of calls of high or critical risk in one session.
    #[schemars(example = 5)]
    max_high_risk_calls: Option<Limit>,
    /// Minutes after which the caller authenticates again.
    #[schemars(example = 30)]
    require_reauth_after_minutes: Option<Limit>,
    /// Denies a call for a time whose risk is two or more levels above that of the session so far. It begins at `minimal`.
    #[schemars(example = true)]
    block_rapid_escalation: Option<bool>,
    /// The time that `block_rapid_escalation` denies such a call, in seconds: since the first call of the session, or since its risk has
    /// risen last. Default: 60.
    #[schemars(example = 120)]
    escalation_seconds: Option<Limit>,
    /// What the servers that share sessions have in common. Requires `server`, and a shared store.
    #[schemars(example = &"office")]
    domain: Option<Text>,
    /// The name of this server in the domain.
    #[schemars(example = &"mail")]
    server: Option<ServerName>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Risks {
    /// Calls of minimal risk.
    minimal: Option<RiskRule>,
    /// Calls of low risk.
    low: Option<RiskRule>,
    /// Calls of medium risk.
    medium: Option<RiskRule>,
    /// Calls of high risk.
    high: Option<RiskRule>,
    /// Calls of critical risk.
    critical: Option<RiskRule>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct RiskRule {
    /// The maximum number of minutes since the caller authenticated (`auth_time`).
    #[schemars(example = 15)]
    max_auth_age_minutes: Option<Limit>,
    /// The accepted values of `acr`. Default: any, or none.
    #[schemars(example = ["urn:example:gold"])]
    acr_values: Option<Texts>,
}
