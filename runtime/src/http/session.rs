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
const SEAL: usize = 16;

impl Sessions {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // RFC 2104 §2: a key shorter than a block is filled up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// The id to send to the caller. What happens in the sandbox stays there: the session is bound to the environment, too.
    pub(super) fn seal(&self, id: &str, owner: Owner<'_>, environment: Environment) -> String {
        let seal = self.mac(id, owner, environment).finalize().into_bytes();
        let mut sealed = String::with_capacity(id.len() + 1 + 2 * SEAL);
        sealed.push_str(id);
        sealed.push('.');
        for byte in seal.iter().take(SEAL) {
            for digit in [byte >> 4, byte & 15] {
                sealed.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        sealed
    }

    /// The server's own id, if this caller's session has it.
    pub(super) fn open<'s>(&self, sealed: &'s str, owner: Owner<'_>, environment: Environment) -> Option<&'s str> {
        let (id, digits) = sealed.rsplit_once('.')?;
        let mut seal = [0; SEAL];
        if digits.len() != 2 * SEAL
            || !digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return None;
        }
        for (place, byte) in seal.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        // In constant time.
        self.mac(id, owner, environment).verify_truncated_left(&seal).is_ok().then_some(id)
    }

    fn mac(&self, id: &str, owner: Owner<'_>, environment: Environment) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        let mut part = |text: &str| {
            // Each part with its length, so that none can reach into the next one.
            mac.update(&(text.len() as u64).to_le_bytes());
            mac.update(text.as_bytes());
        };
        part(id);
        part(environment::name(environment));
        match owner {
            Owner::Anonymous => part("anonymous"),
            Owner::Holder(claims, token) => {
                let (kind, holder) = match claims.holder() {
                    Some((kind, holder)) => (kind, holder),
                    None => ("token", token.expose_secret()),
                };
                part(kind);
                part(claims.issuer());
                part(holder);
            }
        }
        mac
    }
}

impl core::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sessions(..)")
    }
}
