//! What a server answers to a refused request: the challenges of `WWW-Authenticate` (RFC 9110 §11.6.1).

mod parse;

use crate::scopes::{ScopeError, Scopes};

pub use parse::{Fault, FaultKind};

/// One challenge: a scheme, and parameters or a single value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    /// The value in place of parameters (`token68`), such as that of `Negotiate`.
    value: Option<String>,
    params: Vec<(String, String)>,
}

/// All challenges of a response, in order.
///
/// A malformed challenge does not hide those before it, nor those of other headers: it is listed under [`faults`](Self::faults).
///
/// ```
/// use mcp_scopes_client::Challenges;
/// let header = r#"Basic realm="a, Bearer b", Bearer scope="notes:read notes:write", error="insufficient_scope""#;
/// let challenges = Challenges::parse([header]);
/// let bearer = challenges.for_tokens().ok_or("no challenge for tokens")?;
/// assert_eq!(bearer.param("error"), Some("insufficient_scope"));
/// assert_eq!(bearer.scope()?.ok_or("no scope")?.to_string(), "notes:read notes:write");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenges {
    list: Vec<Challenge>,
    faults: Vec<Fault>,
}

impl Challenges {
    /// Reads the values of all headers `WWW-Authenticate` of a response. What is not read is a [fault](Self::faults): more than 16 headers,
    /// more than 64 KiB in all, more than 32 challenges, more than 32 parameters of one.
    pub fn parse<V: AsRef<[u8]>>(headers: impl IntoIterator<Item = V>) -> Self {
        parse::challenges(headers)
    }

    /// Returns the challenges, in order.
    #[must_use]
    pub fn all(&self) -> &[Challenge] {
        &self.list
    }

    /// Returns what could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns the challenge of a scheme, without regard to case. Of several, it is the first with an error, else the first.
    #[must_use]
    pub fn of_scheme(&self, scheme: &str) -> Option<&Challenge> {
        let mut of_scheme =
            self.list.iter().filter(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme)).peekable();
        let first = of_scheme.peek().copied();
        of_scheme.find(|challenge| challenge.param("error").is_some()).or(first)
    }

    /// Returns the challenge for access tokens: that of the schemes `Bearer` and `DPoP` which states an error, since it is about the request;
    /// else that of `Bearer`, else that of `DPoP`.
    #[must_use]
    pub fn for_tokens(&self) -> Option<&Challenge> {
        let (bearer, dpop) = (self.of_scheme("Bearer"), self.of_scheme("DPoP"));
        let with_error = [bearer, dpop].into_iter().flatten().find(|challenge| challenge.param("error").is_some());
        with_error.or(bearer).or(dpop)
    }
}

impl Challenge {
    /// Returns the scheme, as written.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns the value in place of parameters (`token68`).
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Returns a parameter, by its name without regard to case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the parameters, in order, with names as written.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the scopes that the server asks for; `None` if it does not say.
    ///
    /// # Errors
    /// The parameter contains something that is not a scope.
    pub fn scope(&self) -> Result<Option<Scopes>, ScopeError> {
        let scopes = self.param("scope").map(Scopes::parse).transpose()?;
        Ok(scopes.filter(|scopes| !scopes.is_empty()))
    }

    /// Returns the kind of the refusal.
    #[must_use]
    pub fn error(&self) -> ChallengeError<'_> {
        match self.param("error") {
            None => ChallengeError::None,
            Some("insufficient_scope") => ChallengeError::InsufficientScope,
            Some("insufficient_user_authentication") => ChallengeError::InsufficientUserAuthentication,
            Some("invalid_token") => ChallengeError::InvalidToken,
            Some("use_dpop_nonce") => ChallengeError::UseDpopNonce,
            Some("invalid_dpop_proof") => ChallengeError::InvalidDpopProof,
            Some(other) => ChallengeError::Other(other),
        }
    }

    /// Returns the address of the protected resource metadata (RFC 9728 §5.1).
    #[must_use]
    pub fn resource_metadata(&self) -> Option<&str> {
        self.param("resource_metadata")
    }

    /// Returns how the user must have authenticated (RFC 9470 §3).
    #[must_use]
    pub fn authentication(&self) -> Authentication {
        let values = self.param("acr_values").unwrap_or_default().split(' ').filter(|value| !value.is_empty());
        Authentication {
            max_age_seconds: self.param("max_age").and_then(|seconds| seconds.parse().ok()),
            acr_values: values.map(ToOwned::to_owned).collect(),
        }
    }

    /// Returns how the user must authenticate now. Where the challenge does not say it: by a new login, since the last one was not sufficient.
    pub(crate) fn new_authentication(&self) -> Authentication {
        let stated = self.authentication();
        if stated.is_any() { Authentication { max_age_seconds: Some(0), ..stated } } else { stated }
    }
}

/// The parameter `error` of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeError<'c> {
    /// There is none: the request had no token (RFC 6750 §3.1).
    None,
    /// `insufficient_scope`: the token opens less than the operation needs (RFC 6750 §3.1).
    InsufficientScope,
    /// `insufficient_user_authentication`: the user must authenticate again (RFC 9470 §3).
    InsufficientUserAuthentication,
    /// `invalid_token`: the token is expired, revoked or not for this server (RFC 6750 §3.1).
    InvalidToken,
    /// `use_dpop_nonce`: the proof lacks the nonce of the header `DPoP-Nonce` (RFC 9449 §9).
    UseDpopNonce,
    /// `invalid_dpop_proof`: the proof of possession is not valid, such as for a clock that differs (RFC 9449 §7.1).
    InvalidDpopProof,
    /// Another value.
    Other(&'c str),
}

/// How a user must authenticate (RFC 9470 §4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Authentication {
    /// The maximum age of the login, in seconds.
    pub max_age_seconds: Option<u64>,
    /// The classes of authentication, of which one is needed, the preferred first.
    pub acr_values: Vec<String>,
}

impl Authentication {
    /// Returns whether nothing is required.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.max_age_seconds.is_none() && self.acr_values.is_empty()
    }
}
