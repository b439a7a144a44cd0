//! Connections to the servers.
//!
//! `ConnectionManager` of the crate `redis` knows no sentinels, and never recovers from a connection attempt that failed for another reason
//! than I/O, such as a password that was not valid yet. So the reconnecting is done here, for single servers and sentinels alike.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo as _, RedisResult, Script, ScriptInvocation,
    aio::MultiplexedConnection,
    cluster_async::ClusterConnection,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
    sentinel::SentinelClient,
};

use crate::store_error::{StoreError, StoreErrorKind};

/// How long a connection attempt may take. Operations wait for it no longer than for an answer.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection, or an attempt to open one. All operations share it.
type Attempt = Shared<BoxFuture<'static, Result<MultiplexedConnection, StoreError>>>;

/// The way to the server that has a session.
pub(crate) enum Link {
    /// The primary server. It may change.
    One(Box<Reconnecting>),
    /// The crate finds the server by the key, and reconnects.
    Cluster(Cluster),
}

/// A cluster. Its nodes change without notice: one that joins, or takes over, may have another eviction policy. So they are checked from time to
/// time.
pub(crate) struct Cluster {
    connection: ClusterConnection,
    check: Arc<Mutex<Check>>,
}

/// The last check of the nodes.
struct Check {
    started: Instant,
    is_running: bool,
    /// The last answer, if it was that sessions may be removed.
    refused: Option<StoreError>,
}

impl Cluster {
    /// Takes a connection to nodes that were [checked](prepare).
    pub(crate) fn new(connection: ClusterConnection) -> Self {
        let check = Check { started: Instant::now(), is_running: false, refused: None };
        Self { connection, check: Arc::new(Mutex::new(check)) }
    }

    /// Returns the connection, unless the last check found a node that may remove sessions. Starts the next check if it is time. No operation waits
    /// for it, since a node that does not answer is no reason to refuse what the others decide.
    fn connection(&self, recheck: Duration) -> Result<ClusterConnection, StoreError> {
        let mut check = self.check.lock().unwrap_or_else(PoisonError::into_inner);
        if !check.is_running && check.started.elapsed() >= recheck {
            check.started = Instant::now();
            check.is_running = true;
            tokio::spawn(check_nodes(self.connection.clone(), Arc::clone(&self.check)));
        }
        check.refused.clone().map_or_else(|| Ok(self.connection.clone()), Err)
    }
}

/// Checks the nodes of a cluster, and notes the answer. Without one, the last answer counts.
async fn check_nodes(mut connection: ClusterConnection, check: Arc<Mutex<Check>>) {
    let answer = tokio::time::timeout(CONNECT_TIMEOUT, keeps_sessions(&mut connection)).await;
    let mut check = check.lock().unwrap_or_else(PoisonError::into_inner);
    check.is_running = false;
    match answer {
        Ok(Ok(())) => check.refused = None,
        Ok(Err(error)) if matches!(error.kind(), StoreErrorKind::Eviction { .. }) => check.refused = Some(error),
        _ => {}
    }
}

impl Link {
    /// Runs a script.
    pub(crate) async fn run<T: redis::FromRedisValue>(
        &self,
        invocation: &ScriptInvocation<'_>,
        timeout: Duration,
        recheck: Duration,
    ) -> Result<T, StoreError> {
        match self {
            Self::One(link) => {
                let (generation, mut connection) = link.connection().await?;
                let result = invocation.invoke_async(&mut connection).await;
                link.reconnect_after(&result, generation);
                result.map_err(|error| StoreError::of(error, timeout))
            }
            Self::Cluster(cluster) => {
                let mut connection = cluster.connection(recheck)?;
                let result = invocation.invoke_async(&mut connection).await;
                result.map_err(|error| StoreError::of(error, timeout))
            }
        }
    }
}

impl Link {
    /// Asks the server, or each primary server of a cluster, for an answer.
    pub(crate) async fn ping(&self, timeout: Duration) -> Result<(), StoreError> {
        let ping = redis::cmd("PING");
        match self {
            Self::One(link) => {
                let (generation, mut connection) = link.connection().await?;
                let result = ping.query_async(&mut connection).await;
                link.reconnect_after(&result, generation);
                result.map_err(|error| StoreError::of(error, timeout))
            }
            Self::Cluster(cluster) => {
                let result = ping.query_async(&mut cluster.connection.clone()).await;
                result.map_err(|error| StoreError::of(error, timeout))
            }
        }
    }
}

/// Finds the server.
#[derive(Clone)]
pub(crate) enum Source {
    Client(Arc<Client>),
    Sentinel(Arc<tokio::sync::Mutex<SentinelClient>>),
}

/// A connection that is opened again when it breaks.
pub(crate) struct Reconnecting {
    source: Source,
    script: Script,
    current: Mutex<(u64, Attempt)>,
}

impl Reconnecting {
    pub(crate) async fn open(source: Source, script: Script) -> Result<Self, StoreError> {
        let first = attempt(source.clone(), script.clone());
        first.clone().await?;
        Ok(Self { source, script, current: Mutex::new((0, first)) })
    }

    /// Returns the connection and its generation. After an attempt that failed, there is another one.
    async fn connection(&self) -> Result<(u64, MultiplexedConnection), StoreError> {
        let (generation, attempt) = {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(current.1.peek(), Some(Err(_))) {
                *current = (current.0 + 1, self.start());
            }
            current.clone()
        };
        Ok((generation, attempt.await?))
    }

    /// Opens another connection if this one is broken, or leads to a server that is not the primary one any more.
    fn reconnect_after<T>(&self, result: &RedisResult<T>, generation: u64) {
        let Err(error) = result else { return };
        if error.is_unrecoverable_error() || error.code() == Some("READONLY") {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if current.0 == generation {
                *current = (generation + 1, self.start());
            }
        }
    }

    /// Starts an attempt. It does not end with the operation that waits for it.
    fn start(&self) -> Attempt {
        let attempt = attempt(self.source.clone(), self.script.clone());
        tokio::spawn(attempt.clone());
        attempt
    }
}

fn attempt(source: Source, script: Script) -> Attempt {
    async move {
        let open = async {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(CONNECT_TIMEOUT))
                // Each operation has its own.
                .set_response_timeout(None);
            let mut connection = match source {
                Source::Client(client) => client.get_multiplexed_async_connection_with_config(&config).await,
                Source::Sentinel(client) => client.lock().await.get_async_connection_with_config(&config).await,
            }
            .map_err(|error| StoreError::of(error, CONNECT_TIMEOUT))?;
            prepare(&mut connection, &script).await?;
            Ok(connection)
        };
        let late = |_| StoreError::new(StoreErrorKind::TimedOut { after: CONNECT_TIMEOUT });
        tokio::time::timeout(CONNECT_TIMEOUT, open).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
    }
    .boxed()
    .shared()
}

/// Checks that the servers keep what counts.
async fn keeps_sessions(connection: &mut impl redis::aio::ConnectionLike) -> Result<(), StoreError> {
    let info: RedisResult<redis::Value> = redis::cmd("INFO").arg("memory").query_async(connection).await;
    check_eviction(&info.map_err(|error| StoreError::of(error, CONNECT_TIMEOUT))?)
}

/// Checks that the servers keep what counts, and loads the script.
pub(crate) async fn prepare(
    connection: &mut impl redis::aio::ConnectionLike,
    script: &Script,
) -> Result<(), StoreError> {
    keeps_sessions(connection).await?;
    match script.load_async(connection).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("ERR") => Err(StoreError::with_source(StoreErrorKind::Unsupported, error)),
        Err(error) => Err(StoreError::of(error, CONNECT_TIMEOUT)),
    }
}

/// Checks that no server removes sessions that count. One that does not say so may.
fn check_eviction(info: &redis::Value) -> Result<(), StoreError> {
    let policies = eviction_policy(info);
    let unsafe_policy = policies.iter().find(|policy| *policy != "noeviction");
    match unsafe_policy.cloned().or_else(|| policies.is_empty().then(|| "unknown".to_owned())) {
        Some(policy) => Err(StoreError::new(StoreErrorKind::Eviction { policy })),
        None => Ok(()),
    }
}

/// Returns the eviction policies in the answers of one or several servers.
fn eviction_policy(info: &redis::Value) -> Vec<String> {
    use redis::Value;
    let in_text = |text: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("maxmemory_policy:"));
        lines.map(|policy| policy.trim().to_owned()).collect()
    };
    match info {
        Value::BulkString(bytes) => in_text(&String::from_utf8_lossy(bytes)),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => in_text(text),
        Value::Array(values) => values.iter().flat_map(eviction_policy).collect(),
        Value::Map(entries) => entries.iter().flat_map(|(_, value)| eviction_policy(value)).collect(),
        _ => Vec::new(),
    }
}

/// Small packets are sent at once, and a server that does not answer any more is noticed.
pub(crate) fn tcp_settings() -> TcpSettings {
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(TcpKeepalive::new().with_time(Duration::from_secs(15)).with_interval(Duration::from_secs(5)));
    #[cfg(any(target_os = "android", target_os = "linux"))]
    let settings = settings.set_user_timeout(Duration::from_secs(5));
    settings
}

/// Reads a URL.
pub(crate) fn connection_info(url: &str) -> Result<redis::ConnectionInfo, StoreError> {
    let info = url.into_connection_info().map_err(|error| StoreError::of(error, CONNECT_TIMEOUT))?;
    Ok(info.set_tcp_settings(tcp_settings()))
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::{StoreErrorKind, check_eviction};

    #[test]
    fn accepts_servers_that_state_to_keep_everything() {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let known = |policy: &str| text(&format!("# Memory\r\nused_memory:1\r\nmaxmemory_policy:{policy}\r\n"));
        let nodes = |policies: [&str; 2]| Value::Map(policies.map(|policy| (text("node"), known(policy))).into());
        for (info, policy) in [
            (known("noeviction"), None),
            (nodes(["noeviction"; 2]), None),
            (known("allkeys-lru"), Some("allkeys-lru")),
            (nodes(["noeviction", "volatile-ttl"]), Some("volatile-ttl")),
            (known(""), Some("")),
            (text("# Memory\r\nused_memory:1\r\n"), Some("unknown")),
            (text(""), Some("unknown")),
            (Value::Nil, Some("unknown")),
        ] {
            let expected = policy.map(|policy| StoreErrorKind::Eviction { policy: policy.to_owned() });
            assert_eq!(check_eviction(&info).err().map(|error| error.kind().clone()), expected, "{info:?}");
        }
    }
}
