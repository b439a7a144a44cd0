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
    /// The owner, as `shareholder` lists it
    pub holder: String,
}

/// The arguments of `broker_holding`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokerHoldings {
    /// The security, as in `DEMO.HK`
    pub symbol: String,
    /// How many at most
    pub count: Option<usize>,
}

/// The arguments of `broker_holding_daily`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokerHolding {
    /// The security, as in `DEMO.HK`
    pub symbol: String,
    /// The broker, as `participants` numbers it
    pub broker: String,
}

#[mcp_tools(group = company)]
#[tool_router(router = company_router, vis = "pub(crate)")]
impl Brokerage {
    /// What a company does, and where
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("executive", "shareholder"))]
    #[tool(annotations(title = "Company Profile", read_only_hint = true, idempotent_hint = true))]
    pub fn company(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("companies").with("symbol", &of.symbol).one()
    }

    /// Who runs a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Executive", read_only_hint = true, idempotent_hint = true))]
    pub fn executive(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("executives").with("symbol", &of.symbol).list()
    }

    /// Who owns a company
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

    /// What one owner bought and sold
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Shareholder Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn shareholder_detail(&self, Parameters(of): Parameters<Shareholder>) -> Answer {
        self.records.sheet("shareholders").with("symbol", &of.symbol).with("holder", &of.holder).one()
    }

    /// Which funds hold a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Fund Holders", read_only_hint = true, idempotent_hint = true))]
    pub fn fund_holder(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("fund_holders").with("symbol", &of.symbol).list()
    }

    /// Which brokers hold how much of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Holding", read_only_hint = true, idempotent_hint = true))]
    pub fn broker_holding(&self, Parameters(of): Parameters<BrokerHoldings>) -> Answer {
        self.records.sheet("broker_holdings").with("symbol", &of.symbol).last(of.count.unwrap_or(10)).list()
    }

    /// What each broker holds, with its changes
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Broker Holding Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn broker_holding_detail(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("broker_holdings").with("symbol", &of.symbol).list()
    }

    /// What one broker held, day by day
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

    /// Whom investors of a company can ask
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Investor Relations", read_only_hint = true, idempotent_hint = true))]
    pub fn invest_relation(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("investor_relations").with("symbol", &of.symbol).one()
    }

    /// How a company says it is doing
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Operating Performance", read_only_hint = true, idempotent_hint = true))]
    pub fn operating(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("operating").with("symbol", &of.symbol).list()
    }

    /// What a company has filed
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

    /// Where the revenue of a company comes from
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Business Segments", read_only_hint = true, idempotent_hint = true))]
    pub fn business_segments(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("segments").with("symbol", &of.symbol).last(2).list()
    }

    /// Where it came from in other years
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Business Segments History", read_only_hint = true, idempotent_hint = true))]
    pub fn business_segments_history(&self, Parameters(of): Parameters<Period>) -> Answer {
        self.records
            .sheet("segments")
            .with("symbol", &of.symbol)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The industries of a market, by how they moved
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
