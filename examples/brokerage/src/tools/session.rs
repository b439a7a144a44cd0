//! The session and general market data.

use std::time::{SystemTime, UNIX_EPOCH};

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    TOOLS,
    parameters::{Market, MarketPeriod},
    records::{Answer, Failure, answer},
    server::Brokerage,
};

/// The arguments of `authenticate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authenticate {
    /// The scopes to request, separated by spaces. Default: the scopes that every client may request
    pub scope: Option<String>,
}

/// The arguments of `macrodata_indicators`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicators {
    /// A country to filter by, as in `US`
    pub country: Option<String>,
}

/// The arguments of `macrodata`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// The indicator, as listed by `macrodata_indicators`
    pub indicator: String,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// The arguments of `finance_calendar`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// A kind to filter by: `earnings`, `dividend`, `split`, `economy`
    pub kind: Option<String>,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

#[mcp_tools(group = session)]
#[tool_router(router = session_router, vis = "pub(crate)")]
impl Brokerage {
    /// Return the address to sign in for more scopes
    #[mcp_tool(scope = "general", risk = "low", sandbox = "allow")]
    #[tool(annotations(title = "Authenticate", destructive_hint = false))]
    pub fn authenticate(&self, Parameters(of): Parameters<Authenticate>) -> Answer {
        let config = TOOLS.outline().config;
        let scopes = of.scope.unwrap_or_else(|| TOOLS.grant("general").scopes().collect::<Vec<_>>().join(" "));
        answer(&json!({"authorization_servers": config.authorization_servers, "scope": scopes}))
    }

    /// Return the time, in seconds since 1970
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Current Time", read_only_hint = true, idempotent_hint = true))]
    pub fn now(&self) -> Answer {
        let since =
            SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Failure::refused("the clock is before 1970"))?;
        answer(&json!({"seconds": since.as_secs()}))
    }

    /// The trading hours of each market
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Trading Sessions", read_only_hint = true, idempotent_hint = true))]
    pub fn trading_session(&self) -> Answer {
        self.records.sheet("trading_sessions").list()
    }

    /// The trading days of a market
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Trading Days", read_only_hint = true, idempotent_hint = true))]
    pub fn trading_days(&self, Parameters(of): Parameters<MarketPeriod>) -> Answer {
        self.records
            .sheet("trading_days")
            .with("market", &of.market)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The status of each market
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Market Status", read_only_hint = true, idempotent_hint = true))]
    pub fn market_status(&self) -> Answer {
        self.records.sheet("market_status").list()
    }

    /// The brokers that take part in a market, by number
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Market Participants", read_only_hint = true, idempotent_hint = true))]
    pub fn participants(&self) -> Answer {
        self.records.sheet("participants").list()
    }

    /// Exchange rates between the currencies of the markets
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Exchange Rate", read_only_hint = true, idempotent_hint = true))]
    pub fn exchange_rate(&self) -> Answer {
        self.records.sheet("exchange_rates").list()
    }

    /// Today's market sentiment, from 0 to 100
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Market Temperature", read_only_hint = true, idempotent_hint = true))]
    pub fn market_temperature(&self, Parameters(of): Parameters<Market>) -> Answer {
        self.records.sheet("market_temperature").with("market", &of.market).last(1).list()
    }

    /// The daily history of market sentiment
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Historical Market Temperature", read_only_hint = true, idempotent_hint = true))]
    pub fn history_market_temperature(&self, Parameters(of): Parameters<MarketPeriod>) -> Answer {
        self.records
            .sheet("market_temperature")
            .with("market", &of.market)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The available economic indicators
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Macro Indicator List", read_only_hint = true, idempotent_hint = true))]
    pub fn macrodata_indicators(&self, Parameters(of): Parameters<Indicators>) -> Answer {
        self.records.sheet("macro_indicators").maybe("country", of.country.as_deref()).list()
    }

    /// The values of an economic indicator
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Macro Indicator Data", read_only_hint = true, idempotent_hint = true))]
    pub fn macrodata(&self, Parameters(of): Parameters<Indicator>) -> Answer {
        self.records
            .sheet("macro_values")
            .with("indicator", &of.indicator)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// A calendar of earnings, dividends, splits and economic data
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Financial Calendar", read_only_hint = true, idempotent_hint = true))]
    pub fn finance_calendar(&self, Parameters(of): Parameters<Calendar>) -> Answer {
        self.records
            .sheet("calendar")
            .maybe("kind", of.kind.as_deref())
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }
}
