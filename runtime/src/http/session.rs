//! Sessions of older revisions, bound to who began them (MCP 2025-11-25, "Session Management", and its security best
//! practices, "Session Hijacking").
//!
//! The id that leaves the layer is the server's own, a dot, and a seal over it and the caller. So nothing has to be
//! remembered, nothing can be pushed out by a flood of sessions, and any process that has the key can check it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Environment;

use super::{
    environment,
    token::{Claims, Token},
};

/// Whom a session belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    /// Whoever has no token.
    Anonymous,
    /// Issuer and subject of the token; of one that names no subject, the token itself.
    Holder(&'a Claims, Token<'a>),
}

/// Seals session ids.
#[derive(Clone)]
pub(super) struct Sessions {
    keyed: Hmac<Sha256>,
}

/// How many bytes of the seal are sent: 128 bits, as hexadecimal digits.
pub(super) const SEAL: usize = 16;

impl Sessions {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // RFC 2104 §2: a key shorter than a block is filled up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// The id to send to the caller. What happens in the sandbox stays there: the session is bound to the environment, too.
    pub(super) fn seal(&self, id: &str, owner: Owner<'_>, environment: Environment) -> String {
        let mut sealed = String::with_capacity(id.len() + 1 + 2 * SEAL);
        sealed.push_str(id);
        write_seal(&mut sealed, self.mac(id, owner, environment));
        sealed
    }

    /// The server's own id, if this caller's session has it.
    pub(super) fn open<'s>(&self, sealed: &'s str, owner: Owner<'_>, environment: Environment) -> Option<&'s str> {
        let (id, digits) = sealed.rsplit_once('.')?;
        let seal = read_seal(digits)?;
        // In constant time.
        self.mac(id, owner, environment).verify_truncated_left(&seal).is_ok().then_some(id)
    }

    fn mac(&self, id: &str, owner: Owner<'_>, environment: Environment) -> Hmac<Sha256> {
        let mut mac = self.keyed("session", owner, environment);
        part(&mut mac, id);
        mac
    }

    /// A MAC over what it is for, the environment and the owner. What it is for comes first, so that no seal of one kind is a
    /// seal of another kind.
    pub(super) fn keyed(&self, purpose: &str, owner: Owner<'_>, environment: Environment) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        part(&mut mac, purpose);
        part(&mut mac, environment::name(environment));
        match owner {
            Owner::Anonymous => part(&mut mac, "anonymous"),
            Owner::Holder(claims, token) => {
                let (kind, holder) = match claims.holder() {
                    Some((kind, holder)) => (kind, holder),
                    None => ("token", token.expose_secret()),
                };
                part(&mut mac, kind);
                part(&mut mac, claims.issuer());
                part(&mut mac, holder);
            }
        }
        mac
    }
}

/// Adds a text with its length, so that no part can reach into the next one.
pub(super) fn part(mac: &mut Hmac<Sha256>, text: &str) {
    mac.update(&(text.len() as u64).to_le_bytes());
    mac.update(text.as_bytes());
}

/// Writes the first [`SEAL`] bytes of a MAC behind a dot.
pub(super) fn write_seal(sealed: &mut String, mac: Hmac<Sha256>) {
    sealed.push('.');
    for byte in mac.finalize().into_bytes().iter().take(SEAL) {
        for digit in [byte >> 4, byte & 15] {
            sealed.extend(char::from_digit(u32::from(digit), 16));
        }
    }
}

/// The bytes of a seal as [`write_seal`] writes them.
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

impl core::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sessions(..)")
    }
}
