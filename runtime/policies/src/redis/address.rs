//! The URL of a store.

use crate::store_error::{StoreError, StoreErrorKind};

/// Where the servers are. Each text is a URL that the crate `redis` reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// One server.
    Single(String),
    /// Some nodes of a cluster.
    Cluster(Vec<String>),
    /// The sentinels that know the primary server of a service.
    Sentinel {
        sentinels: Vec<String>,
        service: String,
        /// The URL of a server of the service, except for its host.
        server: String,
    },
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("has no scheme"))?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        match (scheme, kind) {
            ("redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix", "") => Ok(Self::Single(url.to_owned())),
            ("redis" | "rediss" | "valkey" | "valkeys", "cluster") => {
                let (user, hosts, path) = split(rest)?;
                if !path.is_empty() {
                    return Err(invalid("has a path, and a cluster has no databases"));
                }
                Ok(Self::Cluster(hosts.map(|host| format!("{scheme}://{user}{host}")).collect()))
            }
            ("redis" | "rediss" | "valkey" | "valkeys", "sentinel") => {
                let (user, hosts, path) = split(rest)?;
                let (service, database) = path.split_once('/').unwrap_or((path, "0"));
                if service.is_empty() {
                    return Err(invalid("does not name the service"));
                }
                let sentinels = hosts.map(|host| {
                    // The port of sentinels.
                    let port = if host.ends_with(']') || !host.contains(':') { ":26379" } else { "" };
                    format!("{scheme}://{host}{port}")
                });
                Ok(Self::Sentinel {
                    sentinels: sentinels.collect(),
                    service: service.to_owned(),
                    server: format!("{scheme}://{user}server/{database}"),
                })
            }
            _ => Err(invalid("has an unknown scheme")),
        }
    }
}

/// Splits what follows the scheme into credentials with their `@`, hosts and path.
fn split(rest: &str) -> Result<(&str, impl Iterator<Item = &str>, &str), StoreError> {
    let at = rest.rfind('@').map_or(0, |at| at + 1);
    let (user, rest) = rest.split_at_checked(at).unwrap_or(("", rest));
    let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
    if hosts.split(',').any(str::is_empty) {
        return Err(invalid("has an empty host"));
    }
    Ok((user, hosts.split(','), path))
}

const fn invalid(reason: &'static str) -> StoreError {
    StoreError::new(StoreErrorKind::InvalidUrl { reason })
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn reads_urls_of_servers_clusters_and_sentinels() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for url in ["redis://127.0.0.1", "rediss://user:word@store.example.com:6380/2", "unix:///run/redis.sock"] {
            assert_eq!(Address::parse(url).ok(), Some(Address::Single(url.to_owned())));
        }
        assert_eq!(
            Address::parse("rediss+cluster://user:p%40ss@one:7000,[::1]:7001").ok(),
            Some(Address::Cluster(texts(&["rediss://user:p%40ss@one:7000", "rediss://user:p%40ss@[::1]:7001"]))),
        );
        assert_eq!(
            Address::parse("redis+sentinel://:word@one,two:5000,[::1]/mcp/3").ok(),
            Some(Address::Sentinel {
                sentinels: texts(&["redis://one:26379", "redis://two:5000", "redis://[::1]:26379"]),
                service: "mcp".to_owned(),
                server: "redis://:word@server/3".to_owned(),
            }),
        );
    }

    #[test]
    fn rejects_other_urls_without_showing_them() {
        for url in [
            "",
            "localhost",
            "http://localhost",
            "redis+ring://:secret@one",
            "redis+cluster://:secret@",
            "redis+cluster://:secret@one,,two",
            "redis+cluster://:secret@one/3",
            "redis+sentinel://:secret@one",
            "redis+sentinel://:secret@one/",
        ] {
            let error = Address::parse(url).map_err(|error| error.to_string());
            assert!(matches!(&error, Err(text) if !text.contains("secret")), "{url}: {error:?}");
        }
    }
}
