//! Screens over the whole market.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    parameters::{Count, EntryId},
    records::{Answer, Failure, answer},
    server::Brokerage,
};

/// The arguments of `screener_search`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The market: `US`, `HK`
    pub market: String,
    /// The figure that must be in the range, as listed by `screener_indicators`
    pub indicator: String,
    /// The least value
    pub least: Option<f64>,
    /// The greatest value
    pub greatest: Option<f64>,
}

/// The arguments of `quant_run`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// `mean(N)` or `change(N)`: over the last N closing prices
    pub script: String,
}

#[mcp_tools(group = screener)]
#[tool_router(router = screener_router, vis = "pub(crate)")]
impl Brokerage {
    /// Recommended screens
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Screener Recommend Strategies", read_only_hint = true, idempotent_hint = true))]
    pub fn screener_recommend_strategies(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("screens").with("owner", "others").first(of.count.unwrap_or(20)).list()
    }

    /// Screens that the account saved
    #[mcp_tool(scope = "general", risk = "low", sandbox = "allow")]
    #[tool(annotations(title = "Screener User Strategies", read_only_hint = true, idempotent_hint = true))]
    pub fn screener_user_strategies(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("screens").with("owner", "own").first(of.count.unwrap_or(20)).list()
    }

    /// One saved screen
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Screener Strategy", read_only_hint = true, idempotent_hint = true))]
    pub fn screener_strategy(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("screens").with("id", &of.id).one()
    }

    /// The securities that pass a screen
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("screener_indicators"))]
    #[tool(annotations(title = "Screener Search", read_only_hint = true, idempotent_hint = true))]
    pub fn screener_search(&self, Parameters(of): Parameters<Screen>) -> Answer {
        self.records.sheet("figures").with("market", &of.market).within(&of.indicator, of.least, of.greatest).list()
    }

    /// The figures that a screen can use
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Screener Indicators", read_only_hint = true, idempotent_hint = true))]
    pub fn screener_indicators(&self) -> Answer {
        self.records.sheet("screen_figures").list()
    }

    /// Run an indicator over the prices of a security
    #[mcp_tool(scope = "general", risk = "low", sandbox = "allow", policy(max_calls_per_session = 50))]
    #[tool(annotations(title = "Quant — Run Indicator Script", read_only_hint = true, idempotent_hint = true))]
    pub fn quant_run(&self, Parameters(of): Parameters<Script>) -> Answer {
        let closes =
            self.records.sheet("candlesticks").with("symbol", &of.symbol).with("period", "day").numbers("close");
        let indicator = Indicator::parse(&of.script)?;
        answer(&json!({"symbol": of.symbol, "value": indicator.over(&closes)?}))
    }
}

/// An indicator.
enum Indicator {
    Mean(usize),
    Change(usize),
}

impl Indicator {
    fn parse(script: &str) -> Result<Self, Failure> {
        let unknown = || Failure::refused("a script is `mean(N)` or `change(N)`, with N from 1");
        let (name, rest) = script.trim().split_once('(').ok_or_else(unknown)?;
        let count = rest.strip_suffix(')').and_then(|count| count.parse().ok()).filter(|count| *count > 0);
        match (name, count) {
            ("mean", Some(count)) => Ok(Self::Mean(count)),
            ("change", Some(count)) => Ok(Self::Change(count)),
            _ => Err(unknown()),
        }
    }

    /// Returns the value over the last prices that exist.
    fn over(&self, prices: &[f64]) -> Result<f64, Failure> {
        let (Self::Mean(count) | Self::Change(count)) = self;
        let last = prices.get(prices.len().saturating_sub(*count)..).unwrap_or_default();
        let (Some(first), Some(end)) = (last.first(), last.last()) else {
            return Err(Failure::Missing("this security has no prices".to_owned()));
        };
        Ok(match self {
            #[expect(clippy::cast_precision_loss, reason = "there are far fewer prices")]
            Self::Mean(_) => last.iter().sum::<f64>() / last.len() as f64,
            Self::Change(_) => end - first,
        })
    }
}
