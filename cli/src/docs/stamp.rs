//! The date of a page and its links to the source: facts that the caller states.

use clap::Args;
use mcp_scopes_lint::day::Day;

use super::{
    input::Input,
    server::Server,
    source::{SourceLinks, SourceUrl},
};
use crate::{
    options::quoted,
    outcome::Outcome,
    terminal::{complain, fail},
};

#[derive(Clone, Debug, Args)]
pub(super) struct Stamp {
    /// The date to show on the page, as in `2027-02-19`. Default: the day of `SOURCE_DATE_EPOCH`; without it, the page
    /// has no date. `--check` does not compare dates
    #[arg(long, value_name = "DATE", conflicts_with_all = ["markdown", "readme"])]
    date: Option<String>,
    /// Link tools and scopes to their source below this URL, which is that of the repository's files at one revision:
    /// `https://github.com/o/r/blob/v1.2`. With `{path}` and `{line}` it is a pattern for other sites
    #[arg(long, value_name = "URL", conflicts_with_all = ["markdown", "readme"])]
    source_url: Option<SourceUrl>,
}

impl Stamp {
    /// Builds the contents of the page. A page to compare with gives the date, since time alone does not make a page
    /// differ from its source.
    pub(super) fn server(&self, input: &Input, compared: Option<&[u8]>) -> Result<Server, Outcome> {
        let links = self.source_url.as_ref().map(|url| SourceLinks::of(input, url));
        let links = links.unwrap_or_else(|| Ok(SourceLinks::default())).map_err(|(message, help)| {
            complain(&format!("`--source-url`: {message}"), Some(help));
            Outcome::Failed
        })?;
        let date = match (compared, &self.date) {
            (Some(page), _) => date_of(page),
            (None, Some(date)) => Some(Day::parse(date).map_err(|error| fail(&error))?),
            (None, None) => Day::of_source().map_err(|error| fail(&error))?,
        };
        Ok(Server { date: date.map(|date| date.to_string()), ..Server::of(input, links) })
    }

    /// Returns the options as they were given.
    pub(super) fn to_arguments(&self) -> Vec<String> {
        let date = self.date.iter().map(|date| format!("--date {}", quoted(date)));
        let source = self.source_url.iter().map(|url| format!("--source-url {}", quoted(url.as_str())));
        date.chain(source).collect()
    }
}

/// Returns the date of a page.
fn date_of(page: &[u8]) -> Option<Day> {
    let (_, rest) = std::str::from_utf8(page).ok()?.split_once("<time datetime=\"")?;
    Day::parse(rest.split_once('"')?.0).ok()
}
