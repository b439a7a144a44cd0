//! Why a store cannot decide.

use core::{error::Error, fmt};
use std::{sync::Arc, time::Duration};

/// The store did not decide. No call may run.
///
/// If the store was too slow or the connection broke, the effects of the calls may have been recorded all the same. Then they count,
/// although the calls have not run.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The URL is none of the documented forms.
    InvalidUrl {
        /// A predicate whose subject is the URL.
        reason: &'static str,
    },
    /// The certificates cannot be read.
    InvalidCertificates,
    /// No server can be reached, or it is not ready.
    Unreachable,
    /// The certificate of the server is not valid for its host, or is from an authority that is not trusted.
    Untrusted,
    /// The server does not accept TLS as the client speaks it.
    Tls,
    /// The server did not answer in time.
    TimedOut {
        /// The time that it had.
        after: Duration,
    },
    /// The server rejects the credentials, or the user may not run a command.
    Unauthorized,
    /// The server is a replica.
    ReadOnly,
    /// The server has no memory left, or may not write.
    Full,
    /// The value of the key is not a session of this version.
    Malformed,
    /// The other members of the domain state other `idle_minutes` or `max_minutes`.
    Disagreement {
        /// The key of the domain in the store.
        key: String,
        /// Their `idle_minutes` and `max_minutes`. `None`: the value in the store is none that a member has written.
        minutes: Option<(u32, u32)>,
    },
    /// The server may remove sessions that count.
    Eviction {
        /// Its eviction policy.
        policy: String,
    },
    /// The server cannot run the script.
    Unsupported,
    /// Any other error.
    Other,
}

impl StoreError {
    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> &StoreErrorKind {
        &self.kind
    }
}

#[cfg(feature = "redis")]
impl StoreError {
    pub(crate) const fn new(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn with_source(kind: StoreErrorKind, source: impl Error + Send + Sync + 'static) -> Self {
        Self { kind, source: Some(Arc::new(source)) }
    }

    /// Classifies an error of an operation that had that time.
    pub(crate) fn of(error: redis::RedisError, timeout: Duration) -> Self {
        let kind = match error.code() {
            Some("NOAUTH" | "WRONGPASS" | "NOPERM") => StoreErrorKind::Unauthorized,
            Some("READONLY") => StoreErrorKind::ReadOnly,
            Some("OOM" | "MISCONF" | "NOREPLICAS") => StoreErrorKind::Full,
            Some("WRONGTYPE" | "MALFORMED") => StoreErrorKind::Malformed,
            Some("LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "BUSY") => StoreErrorKind::Unreachable,
            // A script has this error if the user may not run one of its commands.
            Some("ERR") if error.detail().is_some_and(|detail| detail.contains("can't run this command")) => {
                StoreErrorKind::Unauthorized
            }
            Some(_) => StoreErrorKind::Other,
            None if error.is_timeout() => StoreErrorKind::TimedOut { after: timeout },
            None => match (error.kind(), tls_failure(&error)) {
                (_, Some(rustls::Error::InvalidCertificate(_))) => StoreErrorKind::Untrusted,
                (_, Some(_)) => StoreErrorKind::Tls,
                (redis::ErrorKind::AuthenticationFailed, _) => StoreErrorKind::Unauthorized,
                (redis::ErrorKind::InvalidClientConfig, _) => StoreErrorKind::InvalidUrl { reason: "cannot be read" },
                (redis::ErrorKind::UnexpectedReturnType | redis::ErrorKind::Parse, _) => StoreErrorKind::Other,
                _ => StoreErrorKind::Unreachable,
            },
        };
        Self::with_source(kind, error)
    }
}

/// Returns the failure of TLS in an error of the crate, which has it as an error of I/O behind a pointer.
#[cfg(feature = "redis")]
fn tls_failure(error: &redis::RedisError) -> Option<&rustls::Error> {
    let pointer = error.source()?.downcast_ref::<Arc<dyn Error + Send + Sync>>()?;
    let io: &std::io::Error = pointer.downcast_ref()?;
    io.get_ref()?.downcast_ref()
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StoreErrorKind::InvalidUrl { reason } => write!(
                f,
                "the URL of the session store {reason}; write `redis://host:6379`, `rediss://host:6379` for TLS, \
                 `redis+cluster://host,host` or `redis+sentinel://host,host/service`"
            ),
            StoreErrorKind::InvalidCertificates => {
                f.write_str("the certificates for the session store cannot be read; pass them in PEM")
            }
            StoreErrorKind::Unreachable => {
                f.write_str("the session store cannot be reached or is not ready; check its URL, that it runs, and whether its port expects TLS (`rediss://`)")
            }
            StoreErrorKind::Untrusted => f.write_str(
                "the certificate of the session store is not trusted; check that it is valid for the host in the URL, and state the certificate of \
                 its authority with `root_certificates(..)` or in the file that `SSL_CERT_FILE` names",
            ),
            StoreErrorKind::Tls => f.write_str(
                "the session store and this program do not agree on TLS; check that its port expects TLS, and whether it requires a client \
                 certificate",
            ),
            StoreErrorKind::TimedOut { after } => {
                write!(f, "the session store did not answer within {after:?}; check its load, the network, and whether its port expects TLS")
            }
            StoreErrorKind::Unauthorized => f.write_str(
                "the session store rejects the credentials or the user may not run `EVALSHA`, `SCRIPT LOAD`, `GET`, `SETEX`, `DEL`, `TIME` or \
                 `INFO`; check the URL and the ACL of the user",
            ),
            StoreErrorKind::ReadOnly => {
                f.write_str("the session store is a read-only replica; connect to the primary server")
            }
            StoreErrorKind::Full => {
                f.write_str("the session store cannot write: it has no memory left, or persistence or replication fails; see its log")
            }
            StoreErrorKind::Malformed => f.write_str(
                "the session store has a value that is not a session of this version; find out what wrote it, then reset the session",
            ),
            StoreErrorKind::Disagreement { key, minutes: Some((idle, max)) } => write!(
                f,
                "the other members of the domain state `idle_minutes = {idle}` and `max_minutes = {max}`; state the same in `[session]`, or stop \
                 all members, delete the key `{}` of the session store, and start them with the new values",
                key.escape_debug()
            ),
            StoreErrorKind::Disagreement { key, minutes: None } => write!(
                f,
                "the session store has a value for the domain that no member has written; find out what wrote it, then delete the key `{}`",
                key.escape_debug()
            ),
            StoreErrorKind::Eviction { policy } => write!(
                f,
                "the session store has the eviction policy `{policy}`, which forgets sessions that count; run `CONFIG SET maxmemory-policy \
                 noeviction` on it, and set it in its configuration"
            ),
            StoreErrorKind::Unsupported => {
                f.write_str("the session store cannot run the script; Redis 7 or later or Valkey is required")
            }
            StoreErrorKind::Other => f.write_str("the session store returned an error"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
