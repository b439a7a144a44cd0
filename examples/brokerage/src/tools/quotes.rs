//! Prices, trades and derived values.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    parameters::{Latest, Market, Securities, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `candlesticks`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candlesticks {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The period of a candlestick: `day`, `week`
    pub period: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// The arguments of `history_candlesticks_by_offset`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandlesticksBefore {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The period of a candlestick: `day`, `week`
    pub period: String,
    /// The last day, as in `2026-01-31`
    pub before: String,
    /// The quantity
    pub count: usize,
}

/// The arguments of `history_candlesticks_by_date`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandlesticksBetween {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The period of a candlestick: `day`, `week`
    pub period: String,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// The arguments of `calc_indexes`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indexes {
    /// The securities, as in `EXMP.US`
    pub symbols: Vec<String>,
    /// The figures: `turnover_rate`, `market_value`, `pe`
    pub indexes: Vec<String>,
}

/// The arguments of `rank_list`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The category, as listed by `rank_categories`
    pub category: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

#[mcp_tools(group = quotes)]
#[tool_router(router = quotes_router, vis = "pub(crate)")]
impl Brokerage {
    /// Name, currency and lot size of securities
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Security Static Info", read_only_hint = true, idempotent_hint = true))]
    pub fn static_info(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("securities").among("symbol", &of.symbols).list()
    }

    /// The latest price of securities
    #[mcp_tool(
        scope = "general",
        risk = "minimal",
        sandbox = "allow",
        grouped_with("depth", "trades"),
        examples("quote EXMP.US DEMO.HK")
    )]
    #[tool(annotations(title = "Quote", read_only_hint = true, idempotent_hint = true))]
    pub fn quote(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("quotes").among("symbol", &of.symbols).list()
    }

    /// The order book of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("quote"))]
    #[tool(annotations(title = "Order Book Depth", read_only_hint = true, idempotent_hint = true))]
    pub fn depth(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("depth").with("symbol", &of.symbol).list()
    }

    /// The brokers in the order queue of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Queue", read_only_hint = true, idempotent_hint = true))]
    pub fn brokers(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("broker_queue").with("symbol", &of.symbol).list()
    }

    /// The latest trades of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("quote"))]
    #[tool(annotations(title = "Recent Trades", read_only_hint = true, idempotent_hint = true))]
    pub fn trades(&self, Parameters(of): Parameters<Latest>) -> Answer {
        self.records.sheet("trades").with("symbol", &of.symbol).last(of.count.unwrap_or(10)).list()
    }

    /// The price of a security, minute by minute
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Intraday Line", read_only_hint = true, idempotent_hint = true))]
    pub fn intraday(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("minutes").with("symbol", &of.symbol).list()
    }

    /// The latest candlesticks of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Candlesticks", read_only_hint = true, idempotent_hint = true))]
    pub fn candlesticks(&self, Parameters(of): Parameters<Candlesticks>) -> Answer {
        self.records
            .sheet("candlesticks")
            .with("symbol", &of.symbol)
            .with("period", &of.period)
            .last(of.count.unwrap_or(100))
            .list()
    }

    /// A number of candlesticks up to a day
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Historical Candlesticks by Offset", read_only_hint = true, idempotent_hint = true))]
    pub fn history_candlesticks_by_offset(&self, Parameters(of): Parameters<CandlesticksBefore>) -> Answer {
        self.records
            .sheet("candlesticks")
            .with("symbol", &of.symbol)
            .with("period", &of.period)
            .between("date", None, Some(&of.before))
            .last(of.count)
            .list()
    }

    /// The candlesticks between two days
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Historical Candlesticks by Date", read_only_hint = true, idempotent_hint = true))]
    pub fn history_candlesticks_by_date(&self, Parameters(of): Parameters<CandlesticksBetween>) -> Answer {
        self.records
            .sheet("candlesticks")
            .with("symbol", &of.symbol)
            .with("period", &of.period)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// Today's capital inflow and outflow of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Capital Flow", read_only_hint = true, idempotent_hint = true))]
    pub fn capital_flow(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("capital_flow").with("symbol", &of.symbol).list()
    }

    /// Today's capital distribution by large, medium and small trades
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Capital Distribution", read_only_hint = true, idempotent_hint = true))]
    pub fn capital_distribution(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("capital_distribution").with("symbol", &of.symbol).one()
    }

    /// The traded volume by price
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Trade Statistics", read_only_hint = true, idempotent_hint = true))]
    pub fn trade_stats(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("trade_stats").with("symbol", &of.symbol).list()
    }

    /// Selected figures of securities, such as turnover rate and market value
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Calc Indexes", read_only_hint = true, idempotent_hint = true))]
    pub fn calc_indexes(&self, Parameters(of): Parameters<Indexes>) -> Answer {
        self.records.sheet("figures").among("symbol", &of.symbols).fields(&of.indexes).list()
    }

    /// Unusual price movements in a market
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Market Anomaly", read_only_hint = true, idempotent_hint = true))]
    pub fn anomaly(&self, Parameters(of): Parameters<Market>) -> Answer {
        self.records.sheet("anomalies").with("market", &of.market).list()
    }

    /// The parts of an index or a fund
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(
        title = "Index Constituents / ETF Asset Allocation",
        read_only_hint = true,
        idempotent_hint = true
    ))]
    pub fn constituent(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("constituents").with("symbol", &of.symbol).list()
    }

    /// The largest movements in a market, with their reasons
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Top Movers", read_only_hint = true, idempotent_hint = true))]
    pub fn top_movers(&self, Parameters(of): Parameters<Market>) -> Answer {
        self.records.sheet("top_movers").with("market", &of.market).list()
    }

    /// The categories of rankings
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("rank_list"))]
    #[tool(annotations(title = "Rank Categories", read_only_hint = true, idempotent_hint = true))]
    pub fn rank_categories(&self) -> Answer {
        self.records.sheet("rank_categories").list()
    }

    /// The first securities of a ranking
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Rank List", read_only_hint = true, idempotent_hint = true))]
    pub fn rank_list(&self, Parameters(of): Parameters<Ranking>) -> Answer {
        self.records.sheet("rankings").with("category", &of.category).first(of.count.unwrap_or(20)).list()
    }

    /// The daily premium of mainland over Hong Kong shares
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "A/H Premium", read_only_hint = true, idempotent_hint = true))]
    pub fn ah_premium(&self, Parameters(of): Parameters<Latest>) -> Answer {
        self.records.sheet("ah_premium").with("symbol", &of.symbol).last(of.count.unwrap_or(30)).list()
    }

    /// The intraday premium of mainland over Hong Kong shares
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "A/H Premium (Intraday)", read_only_hint = true, idempotent_hint = true))]
    pub fn ah_premium_intraday(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("ah_premium_minutes").with("symbol", &of.symbol).list()
    }
}
