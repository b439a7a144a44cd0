//! Issued codes and refresh tokens. Each can be used once.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{refusal::Refusal, secret};

const CODE_LIFETIME: Duration = Duration::from_secs(60);
const REFRESH_LIFETIME: Duration = Duration::from_secs(8 * 3600);
/// The maximum number of codes, and of refresh tokens.
const MOST: usize = 10_000;

/// The permissions of a client.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) client: String,
    /// The user who granted them, or `None` for the client's own permissions.
    pub(super) user: Option<String>,
    pub(super) sandbox: bool,
    pub(super) scopes: Vec<String>,
    pub(super) resource: String,
}

/// A code, with the values that must match when it is used.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    /// The base64 SHA-256 hash of the verifier (RFC 7636 §4.2).
    pub(super) challenge: String,
}

#[derive(Debug)]
struct Refresh {
    grant: Grant,
    /// The refresh tokens of each authorization.
    family: u64,
    used: bool,
}

#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: HashMap<String, (Code, Instant)>,
    refresh: HashMap<String, (Refresh, Instant)>,
    families: u64,
}

impl Grants {
    pub(super) fn give_code(&mut self, code: Code) -> Result<String, Refusal> {
        self.codes.retain(|_, (_, end)| *end > Instant::now());
        if self.codes.len() >= MOST {
            return Err(Refusal::busy("there are too many unused codes"));
        }
        let text = secret()?;
        self.codes.insert(text.clone(), (code, Instant::now() + CODE_LIFETIME));
        Ok(text)
    }

    pub(super) fn take_code(&mut self, text: &str) -> Option<Code> {
        let (code, end) = self.codes.remove(text)?;
        (end > Instant::now()).then_some(code)
    }

    /// Issues a refresh token: the first one of an authorization, or the next one of a family.
    pub(super) fn give_refresh(&mut self, grant: Grant, family: Option<u64>) -> Result<String, Refusal> {
        self.refresh.retain(|_, (_, end)| *end > Instant::now());
        if self.refresh.len() >= MOST {
            return Err(Refusal::busy("there are too many refresh tokens"));
        }
        let family = family.unwrap_or(self.families);
        self.families = self.families.max(family + 1);
        let text = secret()?;
        let refresh = Refresh { grant, family, used: false };
        self.refresh.insert(text.clone(), (refresh, Instant::now() + REFRESH_LIFETIME));
        Ok(text)
    }

    /// Consumes a refresh token of that client. A token that is used twice was copied, so its whole family is revoked
    /// (OAuth 2.1, "Refresh Token Rotation").
    pub(super) fn take_refresh(&mut self, text: &str, client: &str) -> Option<(Grant, u64)> {
        let (refresh, end) = self.refresh.get_mut(text)?;
        if *end <= Instant::now() || refresh.grant.client != client {
            return None;
        }
        let (grant, family) = (refresh.grant.clone(), refresh.family);
        if core::mem::replace(&mut refresh.used, true) {
            self.refresh.retain(|_, (other, _)| other.family != family);
            return None;
        }
        Some((grant, family))
    }
}
