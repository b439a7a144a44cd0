//! Options of several commands: facts that a document states beyond its source, and the scanned build.

use std::path::{Path, PathBuf};

use clap::Args;
use mcp_scopes_scan::Scan;

use crate::workspace::{self, RootTable};

/// Facts that a document states beyond the source.
#[derive(Clone, Debug, Args)]
pub(crate) struct Table {
    /// The name or path of the table, if the package has several
    #[arg(long = "table", value_name = "NAME")]
    name: Option<String>,
    /// The URL that clients use for the server; replaces the one in mcp-scopes.toml
    #[arg(long, value_name = "URL")]
    resource: Option<String>,
    /// An issuer of tokens; replaces those in mcp-scopes.toml; may be given several times
    #[arg(long, value_name = "URL")]
    authorization_server: Vec<String>,
    /// Accept plain http in these URLs for a loopback host, for development; RFC 9728 requires https
    #[arg(long)]
    pub(crate) allow_loopback_http: bool,
}

impl Table {
    /// Returns the same options for the table of that name.
    pub(crate) fn named(&self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self.clone() }
    }

    /// Returns the same options for a table of a workspace.
    pub(crate) fn of(&self, table: &RootTable) -> Self {
        table.selected().map_or_else(|| self.clone(), |name| self.named(name))
    }

    /// Returns the scan for the document of that table.
    pub(crate) fn scan(&self, scan: Scan) -> Scan {
        let scan = self.name.iter().fold(scan, Scan::table);
        let scan = self.resource.iter().fold(scan, Scan::resource).allow_loopback_http(self.allow_loopback_http);
        self.authorization_server.iter().fold(scan, Scan::authorization_server)
    }

    /// Returns the URL that clients use for the server, if it was given.
    pub(crate) fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Returns the options as they were given.
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let name = self.name.iter().map(|name| format!("--table {}", quoted(name)));
        let resource = self.resource.iter().map(|url| format!("--resource {}", quoted(url)));
        let issuers = self.authorization_server.iter().map(|url| format!("--authorization-server {}", quoted(url)));
        let loopback = self.allow_loopback_http.then(|| "--allow-loopback-http".to_owned());
        name.chain(resource).chain(issuers).chain(loopback).collect()
    }
}

/// Returns a scan for a reader of policies alone: it does not need what a document states about its server.
pub(crate) fn for_policies(scan: Scan) -> Scan {
    scan.resource("https://server.invalid/mcp").authorization_server("https://issuer.invalid")
}

/// The options of the scanned build.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Build")]
pub(crate) struct Build {
    /// The name of the package, which is at or below the path
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,
    /// Features to enable, separated by commas
    #[arg(long, short = 'F', value_name = "FEATURES", value_delimiter = ',')]
    features: Vec<String>,
    /// Enable all features
    #[arg(long)]
    all_features: bool,
    /// Disable the default features
    #[arg(long)]
    no_default_features: bool,
    /// The target of the build, such as `x86_64-pc-windows-msvc`. Default: this machine
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// A condition of the build, in the syntax of rustc's `--cfg`; may be given several times
    #[arg(long, value_name = "CONDITION")]
    cfg: Vec<String>,
}

impl Build {
    /// Returns the folder of the package at or below the path.
    pub(crate) fn folder(&self, path: &Path) -> PathBuf {
        // A package that is missing has no folder. The scan reports it.
        self.named_folder(path).unwrap_or_else(|_| path.to_owned())
    }

    fn named_folder(&self, path: &Path) -> Result<PathBuf, (String, String)> {
        self.package.as_ref().map_or_else(|| Ok(path.to_owned()), |name| workspace::package(path, name))
    }

    /// Returns whether only one package is meant.
    pub(crate) fn names_package(&self) -> bool {
        self.package.is_some()
    }

    /// Returns a scan of that path for this build.
    pub(crate) fn scan(&self, path: &Path) -> Scan {
        // Cargo also accepts spaces between features.
        let features = self.features.iter().flat_map(|part| part.split_whitespace());
        let scan = match self.named_folder(path) {
            Ok(folder) => Scan::new(folder),
            Err((message, help)) => Scan::new(path).failing(message, help),
        };
        let scan =
            scan.features(features).all_features(self.all_features).no_default_features(self.no_default_features);
        let scan = self.target.iter().fold(scan, Scan::target);
        self.cfg.iter().fold(scan, Scan::cfg)
    }

    /// Returns the options as they were given.
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let features = (!self.features.is_empty()).then(|| format!("--features {}", quoted(&self.features.join(","))));
        let all = self.all_features.then(|| "--all-features".to_owned());
        let none = self.no_default_features.then(|| "--no-default-features".to_owned());
        let cfgs = self.cfg.iter().map(|cfg| format!("--cfg {}", quoted(cfg)));
        let target = self.target.iter().map(|target| format!("--target {}", quoted(target)));
        let package = self.package.iter().map(|name| format!("--package {}", quoted(name)));
        package.chain(features).chain(all).chain(none).chain(target).chain(cfgs).collect()
    }
}

/// Quotes a word for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:+@%,=".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
