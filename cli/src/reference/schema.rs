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

A TOML editor finds the schema by the first line of mcp-scopes.toml, an address or a file:
  #:schema ./mcp-scopes.schema.json

A lock file names its schema as `$schema`; `mcp-scopes lock` keeps that value.";

/// The requested schema.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The file or report that the schema describes
    #[arg(value_enum)]
    of: Of,
    /// Print the address of the newest version
    #[arg(long)]
    url: bool,
}

/// The files and reports that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Of {
    /// mcp-scopes.toml
    Config,
    /// mcp-scopes.lock.json
    Lock,
    /// The metadata document (RFC 9728) with `mcp_extensions`
    #[value(help = "The metadata document (RFC 9728) with mcp_extensions")]
    Metadata,
    /// The report of `lint --format json`
    #[value(help = "The report of `lint --format json`")]
    Lint,
    /// The report of `diff --format json`
    #[value(help = "The report of `diff --format json` and `check --format json`")]
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
