//! Reports of changes.
//!
//! | module | holds |
//! |---|---|
//! | `rows` | [`Report`]: changes with their levels and places |
//! | `human` | for a terminal or a log |
//! | `json` | one JSON object, version 1, with its schema |
//! | `github` | workflow commands, which GitHub displays as annotations |
//! | `junit` | JUnit XML, for viewers of test results |
//! | `markdown` | a table for a pull request or a job summary |
//! | `markdown` | a table for a pull request or a job's page |

mod github;
mod human;
mod json;
mod junit;
mod markdown;
pub(super) mod rows;
mod sarif;

pub(crate) use rows::Report;

use crate::output::{human::Links, target::Format};

impl Report {
    /// Renders the report in a format. The human format has terminal styles.
    pub(crate) fn render(&self, format: Format, links: Links) -> Result<String, String> {
        match format {
            Format::Human => Ok(human::render(self, links)),
            Format::Json => json::render(self).map_err(|error| error.to_string()),
            Format::Sarif => sarif::render(self).map_err(|error| error.to_string()),
            Format::Github => Ok(github::render(self)),
            Format::Junit => junit::render(self).map_err(|error| error.to_string()),
            Format::Markdown => Ok(markdown::render(self)),
        }
    }
}
