//! How subjects are written: plain, as keyed hashes, or not at all.

use core::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::{chain::keyed, event::Event, hex::hex};

/// How subjects and actors are written.
#[derive(Clone, Default)]
pub enum Subjects {
    /// As the token states them.
    Plain,
    /// As keyed hashes: the events of one subject can be found, and the subject can be computed only with the key.
    Hashed(SubjectHasher),
    /// Not at all.
    #[default]
    Off,
}

impl Subjects {
    /// Writes keyed hashes. The key must differ from that of the chain, and should outlive it: with another key, the same subject has
    /// another hash.
    #[must_use]
    pub fn hashed(key: &[u8; 32]) -> Self {
        Self::Hashed(SubjectHasher::new(key))
    }
}

impl fmt::Debug for Subjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Hashed(_) => "Hashed(..)",
            Self::Off => "Off",
        })
    }
}

/// How the parties of an event are written.
#[derive(Clone, Copy)]
pub(crate) enum Party<'a> {
    /// As stated.
    Stated(&'a str),
    /// A keyed hash.
    Hashed(Digits),
}

impl Subjects {
    /// Returns how the subject and the actor of an event are written, if they are.
    pub(crate) fn parties<'a>(&self, event: &Event<'a>) -> [Option<Party<'a>>; 2] {
        [event.subject, event.actor].map(|subject| {
            let subject = subject?;
            match self {
                Self::Plain => Some(Party::Stated(subject)),
                Self::Hashed(hasher) => Some(Party::Hashed(hasher.subject(event.issuer.unwrap_or_default(), subject))),
                Self::Off => None,
            }
        })
    }

    /// Returns how the session of an event is written. Its key can be computed from the subject, so it is not written without one.
    pub(crate) fn session(&self, event: &Event<'_>) -> Option<Digits> {
        let session = event.session?;
        match self {
            // The first bytes of the key are those of the issuer.
            Self::Plain => {
                let [_, last] = hex(session);
                Some(last)
            }
            Self::Hashed(hasher) => Some(hasher.session(session)),
            Self::Off => None,
        }
    }
}

/// Hashes subjects and sessions with a key.
#[derive(Clone)]
pub struct SubjectHasher(Hmac<Sha256>);

/// A keyed hash as hexadecimal digits: the first 128 bits.
pub(crate) type Digits = [u8; 32];

impl SubjectHasher {
    /// Creates a hasher.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// Returns the hash of a subject of an issuer, as it is written: 32 hexadecimal digits. With it, an operator finds the events of a
    /// subject.
    #[must_use]
    pub fn hash(&self, issuer: &str, subject: &str) -> String {
        String::from_utf8_lossy(&self.subject(issuer, subject)).into_owned()
    }

    pub(crate) fn subject(&self, issuer: &str, subject: &str) -> Digits {
        self.digest(*b"subject", issuer.as_bytes(), subject.as_bytes())
    }

    pub(crate) fn session(&self, key: &[u8; 32]) -> Digits {
        self.digest(*b"session", &[], key)
    }

    fn digest(&self, label: [u8; 7], first: &[u8], second: &[u8]) -> Digits {
        let mut mac = self.0.clone();
        mac.update(&label);
        mac.update(&(first.len() as u64).to_le_bytes());
        mac.update(first);
        mac.update(second);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let [first, _] = hex(&digest);
        first
    }
}

impl fmt::Debug for SubjectHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectHasher(..)")
    }
}
