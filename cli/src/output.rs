//! Output formats of diagnostics. The modules return text; [`target`](crate::target) writes it.
//!
//! | module | holds |
//! |---|---|
//! | `diagnostic` | [`Diagnostic`](diagnostic::Diagnostic): a finding, a change or a failed check |
//! | `diagnostics` | [`Diagnostics`]: those of one run, with its summary |
//! | `human` | text for a terminal, with snippets of the source |
//! | `json` | one JSON object, version 1, with its schemas |
//! | `sarif` | SARIF 2.1.0, for code scanning |
//! | `github` | workflow commands, which GitHub displays as annotations |
//! | `junit` | JUnit XML, for viewers of test results |
//! | `markdown` | a job summary |
//! | `concise` | one line for each diagnostic |
//! | `statistics` | how often each rule reports |
//! | `repository` | paths as the repository names them |
//! | `count` | counts with their nouns |
//! | `links` | hyperlinks of a terminal |
//! | `markup` | escapes text for Markdown |

mod concise;
pub(crate) mod count;
pub(crate) mod diagnostic;
pub(crate) mod diagnostics;
mod github;
pub(crate) mod human;
pub(crate) mod json;
mod junit;
pub(crate) mod links;
mod markdown;
pub(crate) mod markup;
mod repository;
pub(crate) mod sarif;
pub(crate) mod statistics;

use clap::{ValueEnum, builder::PossibleValue};
use diagnostics::Diagnostics;
use links::Links;
use mcp_scopes_model::nearest::Nearest;

/// Every output format, in the order of `--help`.
const FORMATS: &[Format] = &[
    HUMAN,
    Format { name: "concise", help: "One line for each finding or change", render: |run| Ok(concise::render(run)) },
    Format { name: "json", help: "One JSON object, version 1, for programs", render: json::render },
    Format { name: "sarif", help: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format {
        name: "github",
        help: "Workflow commands, which GitHub shows as annotations",
        render: |run| Ok(github::render(run)),
    },
    Format { name: "junit", help: "JUnit XML, for viewers of test results", render: junit::render },
    Format { name: "markdown", help: "A job summary", render: |run| Ok(markdown::render(run)) },
];

/// The default format, and the only one with terminal styles.
const HUMAN: Format =
    Format { name: "human", help: "Text for a terminal", render: |run| Ok(human::render(run, Links::None)) };

/// An output format of diagnostics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    name: &'static str,
    /// Its text in `--help`.
    help: &'static str,
    /// Renders the diagnostics of a run with a trailing line break, or returns why that is not possible.
    pub(crate) render: fn(&Diagnostics<'_>) -> Result<String, String>,
}

impl Format {
    /// Returns whether the text has terminal styles, which are only for a terminal.
    pub(crate) fn is_styled(self) -> bool {
        self == HUMAN
    }
}

/// Returns the name of a format that is near to that text.
pub(crate) fn near_format(name: &str) -> Option<&str> {
    FORMATS.iter().fold(Nearest::to(name), |search, format| search.or(format.name)).found()
}

impl Default for Format {
    fn default() -> Self {
        HUMAN
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}
