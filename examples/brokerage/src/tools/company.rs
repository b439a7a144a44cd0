//! Companies and their owners.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    parameters::{Market, Period, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `shareholder_detail`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shareholder {
    /// The company, as in `EXMP.US`
    pub symbol: String,
    /// The owner, as listed by `shareholder`
    pub holder: String,
}

/// The arguments of `broker_holding`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokerHoldings {
    /// The security, as in `DEMO.HK`
    pub symbol: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// The arguments of `broker_holding_daily`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokerHolding {
    /// The security, as in `DEMO.HK`
    pub symbol: String,
    /// The broker, by its number in `participants`
    pub broker: String,
}

#[mcp_tools(group = company)]
#[tool_router(router = company_router, vis = "pub(crate)")]
impl Brokerage {
    /// The business of a company, and its location
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("executive", "shareholder"))]
    #[tool(annotations(title = "Company Profile", read_only_hint = true, idempotent_hint = true))]
    pub fn company(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("companies").with("symbol", &of.symbol).one()
    }

    /// The management of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Executive", read_only_hint = true, idempotent_hint = true))]
    pub fn executive(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("executives").with("symbol", &of.symbol).list()
    }

    /// The shareholders of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Shareholders", read_only_hint = true, idempotent_hint = true))]
    pub fn shareholder(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("shareholders").with("symbol", &of.symbol).list()
    }

    /// The twenty largest owners of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Top 20 Shareholders", read_only_hint = true, idempotent_hint = true))]
    pub fn shareholder_top(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("shareholders").with("symbol", &of.symbol).first(20).list()
    }

    /// The trades of one owner
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Shareholder Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn shareholder_detail(&self, Parameters(of): Parameters<Shareholder>) -> Answer {
        self.records.sheet("shareholders").with("symbol", &of.symbol).with("holder", &of.holder).one()
    }

    /// The funds that hold a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Fund Holders", read_only_hint = true, idempotent_hint = true))]
    pub fn fund_holder(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("fund_holders").with("symbol", &of.symbol).list()
    }

    /// The brokers that hold a security, with amounts
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Holding", read_only_hint = true, idempotent_hint = true))]
    pub fn broker_holding(&self, Parameters(of): Parameters<BrokerHoldings>) -> Answer {
        self.records.sheet("broker_holdings").with("symbol", &of.symbol).last(of.count.unwrap_or(10)).list()
    }

    /// The holdings of each broker, with changes
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Holding Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn broker_holding_detail(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("broker_holdings").with("symbol", &of.symbol).list()
    }

    /// The daily holdings of one broker
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Holding (Daily)", read_only_hint = true, idempotent_hint = true))]
    pub fn broker_holding_daily(&self, Parameters(of): Parameters<BrokerHolding>) -> Answer {
        self.records.sheet("broker_holdings").with("symbol", &of.symbol).with("broker", &of.broker).list()
    }

    /// Splits, mergers and other acts of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Corporate Actions", read_only_hint = true, idempotent_hint = true))]
    pub fn corp_action(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("corporate_actions").with("symbol", &of.symbol).list()
    }

    /// The investor relations contact of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Investor Relations", read_only_hint = true, idempotent_hint = true))]
    pub fn invest_relation(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("investor_relations").with("symbol", &of.symbol).one()
    }

    /// Operating figures reported by a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Operating Performance", read_only_hint = true, idempotent_hint = true))]
    pub fn operating(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("operating").with("symbol", &of.symbol).list()
    }

    /// The filings of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Filings", read_only_hint = true, idempotent_hint = true))]
    pub fn filings(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("filings").with("symbol", &of.symbol).list()
    }

    /// The prospectus and the reports of a fund
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "ETF Documents (US)", read_only_hint = true, idempotent_hint = true))]
    pub fn etf_docs(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("fund_documents").with("symbol", &of.symbol).list()
    }

    /// The revenue sources of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Business Segments", read_only_hint = true, idempotent_hint = true))]
    pub fn business_segments(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("segments").with("symbol", &of.symbol).last(2).list()
    }

    /// The revenue sources of a company in earlier years
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Business Segments History", read_only_hint = true, idempotent_hint = true))]
    pub fn business_segments_history(&self, Parameters(of): Parameters<Period>) -> Answer {
        self.records
            .sheet("segments")
            .with("symbol", &of.symbol)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The industries of a market, ranked by movement
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Industry Rank", read_only_hint = true, idempotent_hint = true))]
    pub fn industry_rank(&self, Parameters(of): Parameters<Market>) -> Answer {
        self.records.sheet("industries").with("market", &of.market).list()
    }

    /// Companies of the same industry
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Industry Peers", read_only_hint = true, idempotent_hint = true))]
    pub fn industry_peers(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("peers").with("symbol", &of.symbol).list()
    }
}
