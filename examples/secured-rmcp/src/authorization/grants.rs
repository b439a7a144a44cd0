//! Codes and refresh tokens that were given out. Each can be used once.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{refusal::Refusal, secret};

const CODE_LIFETIME: Duration = Duration::from_mins(1);
const REFRESH_LIFETIME: Duration = Duration::from_hours(8);
/// How many codes, and how many refresh tokens, there may be.
const MOST: usize = 10_000;

/// What a client was allowed.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) client: String,
    /// Who allowed it; `None` for what a client may do by itself.
    pub(super) user: Option<String>,
    pub(super) sandbox: bool,
    pub(super) scopes: Vec<String>,
    pub(super) resource: String,
}

/// A code, with what has to be the same when it is used.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    /// SHA-256 of the verifier (RFC 7636 §4.2), in base64.
    pub(super) challenge: String,
}

#[derive(Debug)]
struct Refresh {
    grant: Grant,
    /// All that have come of one authorization.
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
            return Err(Refusal::busy("there are too many codes that nobody has used"));
        }
        let text = secret()?;
        self.codes.insert(text.clone(), (code, Instant::now() + CODE_LIFETIME));
        Ok(text)
    }

    pub(super) fn take_code(&mut self, text: &str) -> Option<Code> {
        let (code, end) = self.codes.remove(text)?;
        (end > Instant::now()).then_some(code)
    }

    /// A refresh token: the first of an authorization, or the next one of a family.
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

    /// Uses up a refresh token of that client. One that comes twice was copied: then none of its family counts any more
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
