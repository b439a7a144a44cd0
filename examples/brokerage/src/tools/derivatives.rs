//! Options, warrants and short selling.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    parameters::{Day, Latest, Securities, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `warrant_list`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warrants {
    /// The underlying security, as in `DEMO.HK`
    pub symbol: String,
    /// An issuer to filter by
    pub issuer: Option<String>,
    /// `call` or `put`
    pub kind: Option<String>,
}

#[mcp_tools(group = derivatives)]
#[tool_router(router = derivatives_router, vis = "pub(crate)")]
impl Brokerage {
    /// The latest price of options
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("option_chain_info_by_date"))]
    #[tool(annotations(title = "Option Quote", read_only_hint = true, idempotent_hint = true))]
    pub fn option_quote(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("option_quotes").among("symbol", &of.symbols).list()
    }

    /// The expiry dates of a security's options
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Option Expiry Dates", read_only_hint = true, idempotent_hint = true))]
    pub fn option_chain_expiry_date_list(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("option_chain").with("underlying", &of.symbol).fields(&["date"]).list()
    }

    /// The options of a security that expire on a day
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Option Chain by Date", read_only_hint = true, idempotent_hint = true))]
    pub fn option_chain_info_by_date(&self, Parameters(of): Parameters<Day>) -> Answer {
        self.records.sheet("option_chain").with("underlying", &of.symbol).with("date", &of.date).list()
    }

    /// The volume of calls and puts today
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Option Volume", read_only_hint = true, idempotent_hint = true))]
    pub fn option_volume(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("option_volume").with("symbol", &of.symbol).one()
    }

    /// The daily volume of calls and puts
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Option Volume (Daily)", read_only_hint = true, idempotent_hint = true))]
    pub fn option_volume_daily(&self, Parameters(of): Parameters<Latest>) -> Answer {
        self.records.sheet("option_volume").with("symbol", &of.symbol).last(of.count.unwrap_or(30)).list()
    }

    /// The latest price of warrants
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Warrant Quote", read_only_hint = true, idempotent_hint = true))]
    pub fn warrant_quote(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("warrants").among("symbol", &of.symbols).list()
    }

    /// The issuers of warrants
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Warrant Issuers", read_only_hint = true, idempotent_hint = true))]
    pub fn warrant_issuers(&self) -> Answer {
        self.records.sheet("warrant_issuers").list()
    }

    /// The warrants on a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("warrant_issuers"))]
    #[tool(annotations(title = "Warrant List", read_only_hint = true, idempotent_hint = true))]
    pub fn warrant_list(&self, Parameters(of): Parameters<Warrants>) -> Answer {
        self.records
            .sheet("warrants")
            .with("underlying", &of.symbol)
            .maybe("issuer", of.issuer.as_deref())
            .maybe("kind", of.kind.as_deref())
            .list()
    }

    /// The number of shares sold short
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Short Positions", read_only_hint = true, idempotent_hint = true))]
    pub fn short_positions(&self, Parameters(of): Parameters<Latest>) -> Answer {
        self.records.sheet("short_positions").with("symbol", &of.symbol).last(of.count.unwrap_or(10)).list()
    }

    /// The share of short selling in the trading volume
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Short Trades", read_only_hint = true, idempotent_hint = true))]
    pub fn short_trades(&self, Parameters(of): Parameters<Latest>) -> Answer {
        self.records.sheet("short_trades").with("symbol", &of.symbol).last(of.count.unwrap_or(10)).list()
    }
}
