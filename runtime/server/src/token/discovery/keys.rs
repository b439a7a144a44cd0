//! Keys at the `jwks_uri` of an issuer's metadata.

use core::time::Duration;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{
    super::{
        KeySet,
        endpoint::Endpoint,
        renewal::{Failure, Fetch, FetchFuture, Limits},
    },
    Discovery,
};

/// Keys at the address that the metadata states. The metadata is read again once it is older than its lifetime, and if the keys
/// cannot be fetched at the known address: an issuer that moves its keys is followed.
pub(in super::super) struct DiscoveredKeys {
    discovery: Discovery,
    known: Mutex<Option<Known>>,
}

/// The address of the keys, as last read.
#[derive(Clone)]
struct Known {
    address: Endpoint,
    read: Instant,
    lifetime: Duration,
}

impl DiscoveredKeys {
    pub(in super::super) fn new(discovery: Discovery) -> Self {
        Self { discovery, known: Mutex::new(None) }
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the metadata, and returns the address of the keys.
    async fn read(&self, limits: Limits) -> Result<Endpoint, Failure> {
        let read = Instant::now();
        let (address, lifetime) = self.discovery.read(limits).await?;
        *self.known() = Some(Known { address: address.clone(), read, lifetime });
        Ok(address)
    }

    /// Returns the address of the keys, and whether the metadata was read for it.
    async fn address(&self, limits: Limits) -> Result<(Endpoint, bool), Failure> {
        let known = self.known().clone();
        match known {
            Some(known) if known.read.elapsed() < known.lifetime => Ok((known.address, false)),
            known => match (self.read(limits).await, known) {
                (Ok(address), _) => Ok((address, true)),
                // During an outage the old address is kept as long as old keys are.
                (Err(_), Some(known)) if known.read.elapsed() < known.lifetime.saturating_add(limits.stale) => {
                    Ok((known.address, true))
                }
                (Err(failure), _) => Err(failure),
            },
        }
    }
}

impl Fetch<KeySet> for DiscoveredKeys {
    fn fetch(&self, limits: Limits) -> FetchFuture<'_, KeySet> {
        Box::pin(async move {
            let (address, was_read) = self.address(limits).await?;
            let failure = match address.fetch(limits).await {
                Err(failure) if !was_read => failure,
                fetched => return fetched,
            };
            match self.read(limits).await {
                Ok(moved) if !moved.is_same(&address) => moved.fetch(limits).await,
                _ => Err(failure),
            }
        })
    }
}
