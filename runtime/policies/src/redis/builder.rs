//! How a store is reached.

use std::{sync::Arc, time::Duration};

use redis::{
    Client, ClientTlsConfig, ConnectionAddr, TlsCertificates,
    cluster::ClusterClient,
    sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType},
};
use rustls::{
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject as _},
};

use super::{
    RedisStore,
    address::Address,
    link::{self, CONNECT_TIMEOUT, Cluster, Link, Reconnecting, Source},
};
use crate::store_error::{StoreError, StoreErrorKind};

/// Default: the time that the store has for an operation.
const TIMEOUT: Duration = Duration::from_millis(100);

/// Settings of a [`RedisStore`].
#[must_use = "`connect` connects"]
pub struct RedisStoreBuilder {
    timeout: Duration,
    roots: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl RedisStoreBuilder {
    pub(crate) const fn new() -> Self {
        Self { timeout: TIMEOUT, roots: None, identity: None }
    }

    /// Sets how long an operation may take, after which no call may run. Default: 100 milliseconds.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the certificates, in PEM, of the authorities that the server's certificate may be from. Default: those of the system.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Some(pem.into());
        self
    }

    /// Sets the certificate and the key, in PEM, with which the client authenticates. Default: none.
    pub fn client_certificate(mut self, certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        self.identity = Some((certificate.into(), key.into()));
        self
    }

    /// Connects. See [`RedisStore`] for the URL.
    ///
    /// # Errors
    /// The server cannot be reached, or does not keep what it is told to keep.
    pub async fn connect(self, url: &str) -> Result<RedisStore, StoreError> {
        let address = Address::parse(url)?;
        if url.starts_with("rediss") || url.starts_with("valkeys") {
            ensure_crypto_provider();
        }
        self.check_roots()?;
        let script = RedisStore::script();
        let link = match address {
            Address::Single(url) => {
                let source = Source::Client(Arc::new(self.client(&url)?));
                Link::One(Box::new(Reconnecting::open(source, script).await?))
            }
            Address::Cluster(nodes) => {
                let client = self.cluster(&nodes)?;
                let connect = client.get_async_connection();
                let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, connect)
                    .await
                    .map_err(|_| StoreError::new(StoreErrorKind::TimedOut { after: CONNECT_TIMEOUT }))?
                    .map_err(|error| StoreError::of(error, CONNECT_TIMEOUT))?;
                link::prepare(&mut connection, &script).await?;
                Link::Cluster(Cluster::new(connection))
            }
            Address::Sentinel { sentinels, service, server } => {
                let client = self.sentinel(&sentinels, &service, &server)?;
                let source = Source::Sentinel(Arc::new(tokio::sync::Mutex::new(client)));
                Link::One(Box::new(Reconnecting::open(source, script).await?))
            }
        };
        Ok(RedisStore::new(link, self.timeout))
    }

    fn client(&self, url: &str) -> Result<Client, StoreError> {
        let info = link::connection_info(url)?;
        let is_tls = matches!(info.addr(), ConnectionAddr::TcpTls { .. });
        match self.certificates().filter(|_| is_tls) {
            Some(certificates) => Client::build_with_tls(info, certificates).map_err(unreadable),
            None => Client::open(info).map_err(|error| StoreError::of(error, CONNECT_TIMEOUT)),
        }
    }

    fn cluster(&self, nodes: &[String]) -> Result<ClusterClient, StoreError> {
        let nodes = nodes.iter().map(|node| link::connection_info(node)).collect::<Result<Vec<_>, _>>()?;
        let mut builder = ClusterClient::builder(nodes)
            .connection_timeout(CONNECT_TIMEOUT)
            .response_timeout(self.timeout)
            .overall_response_timeout(None)
            // A moved slot costs one.
            .retries(2)
            .tcp_settings(link::tcp_settings());
        if let Some(certificates) = self.certificates() {
            builder = builder.certs(certificates);
        }
        builder.build().map_err(|error| StoreError::of(error, CONNECT_TIMEOUT))
    }

    fn sentinel(&self, sentinels: &[String], service: &str, server: &str) -> Result<SentinelClient, StoreError> {
        let addresses = sentinels.iter().map(|url| Ok(link::connection_info(url)?.addr().clone()));
        let addresses = addresses.collect::<Result<Vec<_>, StoreError>>()?;
        let server = link::connection_info(server)?;
        let settings = server.redis_settings();
        let failed = |error| StoreError::of(error, CONNECT_TIMEOUT);
        let mut builder = SentinelClientBuilder::new(addresses, service, SentinelServerType::Master)
            .map_err(failed)?
            .set_client_to_redis_db(settings.db())
            .set_client_to_redis_tcp_settings(link::tcp_settings())
            .set_client_to_sentinel_tcp_settings(link::tcp_settings());
        if let Some(username) = settings.username() {
            builder = builder.set_client_to_redis_username(username);
        }
        if let Some(password) = settings.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        if matches!(server.addr(), ConnectionAddr::TcpTls { .. }) {
            builder = builder.set_client_to_redis_tls_mode(redis::TlsMode::Secure);
            if let Some(certificates) = self.certificates() {
                builder = builder
                    .set_client_to_redis_certificates(certificates.clone())
                    .set_client_to_sentinel_certificates(certificates);
            }
        }
        builder.build().map_err(failed)
    }

    /// Rejects roots without a certificate. With them, no server would be trusted.
    fn check_roots(&self) -> Result<(), StoreError> {
        let Some(pem) = &self.roots else { return Ok(()) };
        let mut certificates = CertificateDer::pem_slice_iter(pem);
        match certificates.next() {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(StoreError::with_source(StoreErrorKind::InvalidCertificates, error)),
            None => Err(StoreError::new(StoreErrorKind::InvalidCertificates)),
        }
    }

    fn certificates(&self) -> Option<TlsCertificates> {
        let identity = self.identity.clone();
        let client_tls = identity.map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
        (client_tls.is_some() || self.roots.is_some())
            .then(|| TlsCertificates { client_tls, root_cert: self.roots.clone() })
    }
}

impl core::fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RedisStoreBuilder").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

fn unreadable(error: redis::RedisError) -> StoreError {
    StoreError::with_source(StoreErrorKind::InvalidCertificates, error)
}

/// rustls panics if a program contains several libraries for cryptography and has not chosen one.
fn ensure_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster.
        let _ = aws_lc_rs::default_provider().install_default();
    }
}
