//! Financial reports, valuations and analyst opinions.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    parameters::{Report, Securities, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `financial_statement`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The company, as in `EXMP.US`
    pub symbol: String,
    /// `income`, `balance` or `cash`
    pub kind: String,
}

#[mcp_tools(group = reports)]
#[tool_router(router = reports_router, vis = "pub(crate)")]
impl Brokerage {
    /// The financial reports of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("financial_statement"))]
    #[tool(annotations(title = "Financial Report", read_only_hint = true, idempotent_hint = true))]
    pub fn financial_report(&self, Parameters(of): Parameters<Report>) -> Answer {
        self.records.sheet("reports").with("symbol", &of.symbol).maybe("report", of.report.as_deref()).list()
    }

    /// The latest financial report of a company
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Latest Financial Report", read_only_hint = true, idempotent_hint = true))]
    pub fn financial_report_latest(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("reports").with("symbol", &of.symbol).last(1).list()
    }

    /// The key figures of a report
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Financial Report Key Metrics (US)", read_only_hint = true, idempotent_hint = true))]
    pub fn financial_report_key_metrics(&self, Parameters(of): Parameters<Report>) -> Answer {
        self.records
            .sheet("reports")
            .with("symbol", &of.symbol)
            .maybe("report", of.report.as_deref())
            .fields(&["report", "revenue", "margin", "eps"])
            .list()
    }

    /// Key figures of a report, with the expected values
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Financial Report Snapshot", read_only_hint = true, idempotent_hint = true))]
    pub fn financial_report_snapshot(&self, Parameters(of): Parameters<Report>) -> Answer {
        self.records
            .sheet("reports")
            .with("symbol", &of.symbol)
            .maybe("report", of.report.as_deref())
            .fields(&["report", "eps", "expected_eps"])
            .list()
    }

    /// Income, balance sheet or cash flow
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Financial Statements", read_only_hint = true, idempotent_hint = true))]
    pub fn financial_statement(&self, Parameters(of): Parameters<Statement>) -> Answer {
        self.records.sheet("statements").with("symbol", &of.symbol).with("kind", &of.kind).list()
    }

    /// The dividends of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("dividend_detail"))]
    #[tool(annotations(title = "Dividend", read_only_hint = true, idempotent_hint = true))]
    pub fn dividend(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("dividends").with("symbol", &of.symbol).list()
    }

    /// Form and date of each dividend
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Dividend Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn dividend_detail(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("dividend_payments").with("symbol", &of.symbol).list()
    }

    /// Earnings forecasts of analysts
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Forecast EPS", read_only_hint = true, idempotent_hint = true))]
    pub fn forecast_eps(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("forecasts").with("symbol", &of.symbol).list()
    }

    /// The consensus of analysts
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Analyst Consensus", read_only_hint = true, idempotent_hint = true))]
    pub fn consensus(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("consensus").with("symbol", &of.symbol).one()
    }

    /// The valuation of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Valuation", read_only_hint = true, idempotent_hint = true))]
    pub fn valuation(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("valuations").with("symbol", &of.symbol).last(1).list()
    }

    /// The valuation history of a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Valuation History", read_only_hint = true, idempotent_hint = true))]
    pub fn valuation_history(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("valuations").with("symbol", &of.symbol).list()
    }

    /// The valuation of a security compared with its industry
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Valuation Rank", read_only_hint = true, idempotent_hint = true))]
    pub fn valuation_rank(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("valuation_ranks").with("symbol", &of.symbol).one()
    }

    /// The valuations of several securities side by side
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Stock Comparison", read_only_hint = true, idempotent_hint = true))]
    pub fn valuation_comparison(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("valuations").among("symbol", &of.symbols).list()
    }

    /// The valuation of the security's industry
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Industry Valuation", read_only_hint = true, idempotent_hint = true))]
    pub fn industry_valuation(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("industry_valuations").with("symbol", &of.symbol).one()
    }

    /// The distribution of valuations in the security's industry
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Industry Valuation Distribution", read_only_hint = true, idempotent_hint = true))]
    pub fn industry_valuation_dist(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("industry_spread").with("symbol", &of.symbol).list()
    }

    /// The ratings of institutions: buy, hold or sell
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("institution_rating_detail"))]
    #[tool(annotations(title = "Institution Rating", read_only_hint = true, idempotent_hint = true))]
    pub fn institution_rating(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("ratings").with("symbol", &of.symbol).one()
    }

    /// The analysts behind the ratings, with dates
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Institution Rating Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn institution_rating_detail(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("rating_details").with("symbol", &of.symbol).list()
    }

    /// The history of ratings
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Institution Rating History", read_only_hint = true, idempotent_hint = true))]
    pub fn institution_rating_history(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("rating_history").with("symbol", &of.symbol).list()
    }

    /// The ratings of a security compared with its industry
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Institution Rating Industry Rank", read_only_hint = true, idempotent_hint = true))]
    pub fn institution_rating_industry_rank(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("rating_ranks").with("symbol", &of.symbol).one()
    }

    /// Research of institutions about a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Institutional Views", read_only_hint = true, idempotent_hint = true))]
    pub fn institutional_views(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("views").with("symbol", &of.symbol).list()
    }
}
