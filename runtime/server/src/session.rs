//! Transport sessions of older revisions, bound to issuer, subject, client and environment (MCP 2025-11-25, "Session Management",
//! and its security best practices, "Session Hijacking").
//!
//! The id that leaves the layer is the server's id, a dot, and a seal over the id and the caller. So the layer stores no
//! sessions, a flood of sessions cannot evict others, and any process that has the key can check an id.
//!
//! The keys are those of all that the layer seals: event ids (`replay`) and the state of approvals (`policies`) too.

use core::iter;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256, digest::Update};

use mcp_scopes::Environment;

use super::token::{Claims, Hash, Token, add_part, identity};

/// The owner of a session or a limit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    /// A caller without a token.
    Anonymous,
    /// The claims of a token, and the token, taken from the same header that was verified.
    Holder(&'a Claims, Option<Token<'a>>),
}

impl Owner<'_> {
    /// Adds everything that a transport session is bound to: issuer, subject (or else client) and client. For a token that names
    /// neither subject nor client, it adds the token.
    pub(super) fn add_to(self, to: &mut impl Update) {
        let Self::Holder(claims, _) = self else { return add_part(to, None) };
        add_part(to, Some(claims.issuer().as_bytes()));
        let (kind, holder) = claims.holder().unzip();
        add_part(to, kind.map(str::as_bytes));
        add_part(to, holder.map(str::as_bytes));
        add_part(to, claims.client().map(str::as_bytes));
        add_part(to, self.nameless().as_ref().map(<[u8; 32]>::as_slice));
    }

    /// Returns the key of the rate limit: issuer and subject, or else client, so that a second client of a subject gets no
    /// separate limit. For a token that names neither, it is the token. Callers without a token share one key.
    pub(super) fn limit_key(self) -> Hash {
        let mut hash = Sha256::new();
        if let Self::Holder(claims, _) = self {
            let (kind, holder) = claims.holder().unzip();
            add_part(&mut hash, Some(claims.issuer().as_bytes()));
            add_part(&mut hash, kind.map(str::as_bytes));
            add_part(&mut hash, holder.map(str::as_bytes));
            add_part(&mut hash, self.nameless().as_ref().map(<[u8; 32]>::as_slice));
        }
        hash.finalize().into()
    }

    /// Returns what identifies a token that names neither a subject nor a client.
    fn nameless(self) -> Option<Hash> {
        match self {
            Self::Holder(claims, token) if claims.holder().is_none() => token.map(identity),
            Self::Anonymous | Self::Holder(..) => None,
        }
    }
}

/// Seals session ids, and has the keys of all seals.
#[derive(Clone)]
pub(super) struct Sessions {
    /// Makes new seals.
    current: SealKey,
    /// Their seals are accepted, too, while keys are rotated.
    others: Arc<[SealKey]>,
}

/// A key of seals.
#[derive(Clone)]
pub(super) struct SealKey(Hmac<Sha256>);

/// The length of the seal in bytes: 128 bits, sent as hexadecimal digits.
pub(super) const SEAL: usize = 16;

impl Sessions {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self { current: SealKey::new(key), others: Arc::default() }
    }

    /// Also accepts the seals of these keys.
    pub(super) fn also_accepting(mut self, keys: &[[u8; 32]]) -> Self {
        self.others = keys.iter().map(SealKey::new).collect();
        self
    }

    /// Returns the id to send to the caller. The session is bound to the environment, too: a sandbox session stays in
    /// the sandbox.
    pub(super) fn seal(&self, id: &str, owner: Owner<'_>, environment: Environment) -> String {
        let mut sealed = String::with_capacity(id.len() + 1 + 2 * SEAL);
        sealed.push_str(id);
        write_seal(&mut sealed, mac(&self.current, id, owner, environment));
        sealed
    }

    /// Returns the server's id, if the session belongs to this caller.
    pub(super) fn open<'s>(&self, sealed: &'s str, owner: Owner<'_>, environment: Environment) -> Option<&'s str> {
        let (id, digits) = sealed.rsplit_once('.')?;
        let seal = read_seal(digits)?;
        self.has_sealed(&seal, |key| mac(key, id, owner, environment)).then_some(id)
    }

    /// Returns the key of new seals.
    pub(super) const fn current(&self) -> &SealKey {
        &self.current
    }

    /// Returns whether a seal was made with one of the keys. `mac` returns the MAC of a key over what is sealed.
    pub(super) fn has_sealed(&self, seal: &[u8; SEAL], mac: impl Fn(&SealKey) -> Hmac<Sha256>) -> bool {
        let mut keys = iter::once(&self.current).chain(&*self.others);
        // In constant time.
        keys.any(|key| mac(key).verify_truncated_left(seal).is_ok())
    }
}

/// Returns the MAC of a session id.
fn mac(key: &SealKey, id: &str, owner: Owner<'_>, environment: Environment) -> Hmac<Sha256> {
    let mut mac = key.keyed("session", owner, environment);
    add_part(&mut mac, Some(id.as_bytes()));
    mac
}

impl SealKey {
    fn new(key: &[u8; 32]) -> Self {
        // RFC 2104 §2: a key shorter than a block is padded with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        Self(Hmac::new(&block.into()))
    }

    /// Returns a MAC over the purpose, the environment and the owner. The purpose comes first, so that a seal of one kind is
    /// never valid as another kind.
    pub(super) fn keyed(&self, purpose: &str, owner: Owner<'_>, environment: Environment) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        add_part(&mut mac, Some(purpose.as_bytes()));
        add_part(&mut mac, Some(environment.as_str().as_bytes()));
        owner.add_to(&mut mac);
        mac
    }
}

/// Writes a dot and the first [`SEAL`] bytes of a MAC.
pub(super) fn write_seal(sealed: &mut String, mac: Hmac<Sha256>) {
    sealed.push('.');
    for byte in mac.finalize().into_bytes().iter().take(SEAL) {
        for digit in [byte >> 4, byte & 15] {
            sealed.extend(char::from_digit(u32::from(digit), 16));
        }
    }
}

/// Returns the bytes of a seal that [`write_seal`] wrote.
pub(super) fn read_seal(digits: &str) -> Option<[u8; SEAL]> {
    let mut seal = [0; SEAL];
    if digits.len() != 2 * SEAL || !digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return None;
    }
    for (place, byte) in seal.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(seal)
}

impl core::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SealKey(..)")
    }
}

impl core::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sessions(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, Environment, Owner, Sessions, Token};
    use crate::ClaimsBuilder;

    #[test]
    fn opens_a_session_for_its_owner_in_its_environment_alone() {
        let of = |issuer: &str| Claims::builder(issuer);
        let claims = [
            of("https://a").subject("ada").client("app"),
            of("https://a").subject("ada").client("other"),
            of("https://a").subject("ada").client(""),
            of("https://a").subject("ada"),
            of("https://a").subject("bob").client("app"),
            of("https://a").subject("").client("app"),
            of("https://a").client("app"),
            of("https://a").subject("app"),
            of("https://a").subject("app").client("ada"),
            of("https://b").subject("ada").client("app"),
            // The same concatenation, split at other positions.
            of("https://").subject("aada").client("app"),
            of("https://aa").subject("da").client("app"),
            of("https://a").subject("adaa").client("pp"),
            of("").subject("").client(""),
            of(""),
            of("https://a"),
        ]
        .map(ClaimsBuilder::build);
        let mut owners = vec![Owner::Anonymous];
        owners.extend(claims.iter().map(|claims| Owner::Holder(claims, Some(Token::new("one")))));
        // The token matters only if the claims name neither subject nor client.
        owners.extend(claims[14..].iter().map(|claims| Owner::Holder(claims, Some(Token::new("two")))));
        let sessions = Sessions::new(&[7; 32]);
        let places: Vec<_> =
            owners.iter().flat_map(|owner| [(*owner, Environment::Live), (*owner, Environment::Sandbox)]).collect();
        for (at, (owner, environment)) in places.iter().enumerate() {
            let sealed = sessions.seal("5f3a", *owner, *environment);
            for (other_at, (other, elsewhere)) in places.iter().enumerate() {
                let opened = sessions.open(&sealed, *other, *elsewhere);
                assert_eq!(
                    opened,
                    (at == other_at).then_some("5f3a"),
                    "{owner:?} {environment:?}, {other:?} {elsewhere:?}"
                );
            }
        }
    }

    #[test]
    fn opens_a_session_for_another_token_of_its_owner() {
        let claims = Claims::builder("https://a").subject("ada").client("app").build();
        let sessions = Sessions::new(&[7; 32]);
        let owner = |token| Owner::Holder(&claims, Some(Token::new(token)));
        let sealed = sessions.seal("5f3a", owner("one"), Environment::Live);
        assert_eq!(sessions.open(&sealed, owner("two"), Environment::Live), Some("5f3a"));
    }

    #[test]
    fn opens_what_was_sealed_with_a_key_that_is_rotated() {
        let claims = Claims::builder("https://a").subject("ada").build();
        let owner = Owner::Holder(&claims, None);
        let [old, new] = [[7; 32], [8; 32]];
        // A replica first accepts the new key, then seals with it, and in the end forgets the old one.
        let phases = [
            Sessions::new(&old),
            Sessions::new(&old).also_accepting(&[new]),
            Sessions::new(&new).also_accepting(&[old]),
            Sessions::new(&new),
        ];
        let is_opened = |sealing: &Sessions, opening: &Sessions| {
            opening.open(&sealing.seal("5f3a", owner, Environment::Live), owner, Environment::Live).is_some()
        };
        for together in phases.windows(2) {
            for (sealing, opening) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                assert!(is_opened(&together[sealing], &together[opening]), "{sealing} {opening}");
            }
        }
        assert!(!is_opened(&phases[0], &phases[3]) && !is_opened(&phases[3], &phases[0]));
    }

    #[test]
    fn limits_the_subject_and_not_each_of_its_clients() {
        let key = |claims: &Claims, token| Owner::Holder(claims, Some(Token::new(token))).limit_key();
        let ada = Claims::builder("https://a").subject("ada");
        let of_ada = [ada.clone().client("app"), ada.clone().client("other"), ada.clone()].map(ClaimsBuilder::build);
        let ada = ada.build();
        for same in of_ada {
            assert_eq!(key(&same, "one"), key(&ada, "two"));
        }
        let of = |issuer: &str| Claims::builder(issuer);
        let others = [
            of("https://a").client("ada"),
            of("https://a").subject("bob"),
            of("https://b").subject("ada"),
            of("https://a"),
        ]
        .map(ClaimsBuilder::build);
        for other in others {
            assert_ne!(key(&other, "one"), key(&ada, "one"));
        }
        let bare = of("https://a").build();
        assert_ne!(key(&bare, "one"), key(&bare, "two"));
        assert_ne!(key(&bare, "one"), Owner::Anonymous.limit_key());
    }
}
