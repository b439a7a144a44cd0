//! `mcp-scopes schema`.

use clap::{Args, ValueEnum};

use crate::{
    outcome::Outcome,
    schemas::{self, Schema},
    terminal::print,
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes schema config > mcp-scopes.schema.json
  mcp-scopes schema lock --url

An editor of TOML finds the schema by the first line of mcp-scopes.toml, an address or a file:
  #:schema ./mcp-scopes.schema.json

A lock file names its schema as `$schema`; what stands there stays when it is written anew.";

/// Which schema.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// What the schema is of
    #[arg(value_enum)]
    of: Of,
    /// Print the address where the newest one can be fetched
    #[arg(long)]
    url: bool,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Of {
    /// mcp-scopes.toml
    Config,
    /// mcp-scopes.lock.json
    Lock,
    /// The metadata document (RFC 9728) with `mcp_extensions`
    #[value(help = "The metadata document (RFC 9728) with mcp_extensions")]
    Metadata,
    /// What `lint --format json` prints
    #[value(help = "What `lint --format json` prints")]
    Lint,
    /// What `diff --format json` prints
    #[value(help = "What `diff --format json` and `check --format json` print")]
    Diff,
}

impl Of {
    fn schema(self) -> Schema {
        match self {
            Self::Config => schemas::CONFIG,
            Self::Lock => schemas::LOCK,
            Self::Metadata => schemas::METADATA,
            Self::Lint => schemas::LINT,
            Self::Diff => schemas::DIFF,
        }
    }
}

impl Which {
    pub(crate) fn run(&self) -> Outcome {
        let schema = self.of.schema();
        if self.url { print(&format!("{}\n", schema.url)) } else { print(schema.text) }
    }
}
