//! What a deployment adds to the policies of a table.

use mcp_scopes_model::{
    Config, Risk,
    policy::{Session, defaults},
};

/// The limits of `[session]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The session ends after this number of minutes without an admitted call. Default: 60.
    pub idle_minutes: u32,
    /// The session ends this number of minutes after first contact. Default: 1440.
    pub max_minutes: u32,
    /// After this number of refused calls, further ones are denied. Default: no limit.
    pub max_refused_calls: Option<u32>,
    /// The maximum number of calls of high and critical risk. Default: no limit.
    pub max_high_risk_calls: Option<u32>,
    /// Minutes after which the caller must authenticate again. Default: no limit.
    pub require_reauth_after_minutes: Option<u32>,
    /// The period of `block_rapid_escalation` in seconds. `None` allows escalation.
    pub escalation_seconds: Option<u32>,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle_minutes: defaults::IDLE_MINUTES,
            max_minutes: defaults::MAX_MINUTES,
            max_refused_calls: None,
            max_high_risk_calls: None,
            require_reauth_after_minutes: None,
            escalation_seconds: None,
        }
    }
}

impl SessionLimits {
    /// Returns the limits that the file of a table states, with defaults for the others.
    #[must_use]
    pub fn of(session: &Session<&str>) -> Self {
        let period = session.escalation_seconds.unwrap_or(defaults::ESCALATION_SECONDS);
        Self {
            idle_minutes: session.idle_minutes.unwrap_or(defaults::IDLE_MINUTES),
            max_minutes: session.max_minutes.unwrap_or(defaults::MAX_MINUTES),
            max_refused_calls: session.max_refused_calls,
            max_high_risk_calls: session.max_high_risk_calls,
            require_reauth_after_minutes: session.require_reauth_after_minutes,
            escalation_seconds: session.block_rapid_escalation.then_some(period),
        }
    }
}

/// `[risk.high]` and the like: how the caller of a tool of that risk must have authenticated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RiskRule {
    /// The maximum age of the authentication (`auth_time`) in minutes.
    pub max_auth_age_minutes: Option<u32>,
    /// The accepted values of `acr`. Empty: any, or none.
    pub acr_values: Vec<String>,
}

/// Servers that share sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// `[session] domain`: the name of the domain.
    pub name: String,
    /// `[session] server`: the unique name of this server in the domain.
    pub server: String,
}

/// Everything that `Rules::compile` needs besides the tools.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `[session]`.
    pub session: SessionLimits,
    /// `[risk.minimal]` to `[risk.critical]`, in this order.
    pub risk: [RiskRule; Risk::ALL.len()],
    /// `[session] domain` and `server`.
    pub domain: Option<Domain>,
    /// Approval by the authorization server: the values of `acr` that approve. `None`: this form is off.
    pub sign_in_approval: Option<Vec<String>>,
    /// Whether the server obtains approvals of the caller in another form.
    pub caller_approval: bool,
    /// Whether the server obtains approvals of a person other than the caller.
    pub human_review: bool,
}

impl Settings {
    /// Returns settings with what the file of a table states: `[session]` and `[risk]`.
    #[must_use]
    pub fn of(config: &Config<'_>) -> Self {
        let mut settings = Self { session: SessionLimits::of(&config.session), ..Self::default() };
        for stated in config.risks {
            if let Some(rule) = settings.risk.get_mut(stated.risk as usize) {
                rule.max_auth_age_minutes = stated.max_auth_age_minutes;
                rule.acr_values = stated.acr_values.iter().map(|value| (*value).to_owned()).collect();
            }
        }
        // The parser rejects one of the two alone.
        if let (Some(name), Some(server)) = (config.session.domain, config.session.server) {
            settings.domain = Some(Domain { name: name.to_owned(), server: server.to_owned() });
        }
        settings
    }
}
