//! The arguments that several tools take.

use schemars::JsonSchema;
use serde::Deserialize;

/// One security.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Its symbol, as in `EXMP.US`
    pub symbol: String,
}

/// Several securities.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Securities {
    /// Their symbols, as in `EXMP.US`
    pub symbols: Vec<String>,
}

/// The latest entries of one security.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latest {
    /// Its symbol, as in `EXMP.US`
    pub symbol: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// The entries of one security in a range of days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its symbol, as in `EXMP.US`
    pub symbol: String,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// One security on one day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// Its symbol, as in `EXMP.US`
    pub symbol: String,
    /// The day, as in `2026-01-31`
    pub date: String,
}

/// One market.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// `US` or `HK`
    pub market: String,
}

/// One market in a range of days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketPeriod {
    /// `US` or `HK`
    pub market: String,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// A range of days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// One entry of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryId {
    /// Its identifier, as in the list
    pub id: String,
}

/// Entries that mention a text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The text
    pub text: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// The first entries of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// One report of a company, or all of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The company's symbol, as in `EXMP.US`
    pub symbol: String,
    /// The report, as in `2025-Q4`
    pub report: Option<String>,
}
