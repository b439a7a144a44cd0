//! Money and positions of the account.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    parameters::{Count, Dates, EntryId, Period, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `statement_list`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statements {
    /// `daily` or `monthly`
    pub kind: String,
    /// The maximum number of entries
    pub count: Option<usize>,
}

/// The arguments of `cash_flow`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CashFlow {
    /// The first day, as in `2026-01-31`
    pub start: String,
    /// The last day
    pub end: String,
    /// A security to filter by
    pub symbol: Option<String>,
}

/// The arguments of `account_balance`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// A currency to filter by, as in `USD`
    pub currency: Option<String>,
}

#[mcp_tools(group = account)]
#[tool_router(router = account_router, vis = "pub(crate)")]
impl Brokerage {
    /// The cash balances of the account
    #[mcp_tool(scope = "account.read", risk = "medium", grouped_with("stock_positions"))]
    #[tool(annotations(title = "Account Balance", read_only_hint = true, idempotent_hint = true))]
    pub fn account_balance(&self, Parameters(of): Parameters<Balance>) -> Answer {
        self.records.sheet("balances").maybe("currency", of.currency.as_deref()).list()
    }

    /// The securities in the account
    #[mcp_tool(scope = "account.read", risk = "medium", grouped_with("account_balance"))]
    #[tool(annotations(title = "Stock Positions", read_only_hint = true, idempotent_hint = true))]
    pub fn stock_positions(&self) -> Answer {
        self.records.sheet("positions").with("kind", "stock").list()
    }

    /// The funds in the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Fund Positions", read_only_hint = true, idempotent_hint = true))]
    pub fn fund_positions(&self) -> Answer {
        self.records.sheet("positions").with("kind", "fund").list()
    }

    /// The margin ratio of a security
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Margin Ratio", read_only_hint = true, idempotent_hint = true))]
    pub fn margin_ratio(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("margins").with("symbol", &of.symbol).one()
    }

    /// The margin held for short positions
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Short Margin", read_only_hint = true, idempotent_hint = true))]
    pub fn short_margin(&self) -> Answer {
        self.records.sheet("margins").fields(&["symbol", "short"]).list()
    }

    /// The cash flow of the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Cash Flow", read_only_hint = true, idempotent_hint = true))]
    pub fn cash_flow(&self, Parameters(of): Parameters<CashFlow>) -> Answer {
        self.records
            .sheet("cash_flow")
            .maybe("symbol", of.symbol.as_deref())
            .between("date", Some(&of.start), Some(&of.end))
            .list()
    }

    /// Profit and loss of the account
    #[mcp_tool(scope = "account.read", risk = "medium", grouped_with("profit_analysis_detail"))]
    #[tool(annotations(title = "Profit Analysis", read_only_hint = true, idempotent_hint = true))]
    pub fn profit_analysis(&self, Parameters(of): Parameters<Dates>) -> Answer {
        self.records.sheet("profits").between("date", of.start.as_deref(), of.end.as_deref()).list()
    }

    /// Profit and loss of the account for one security
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Profit Analysis Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn profit_analysis_detail(&self, Parameters(of): Parameters<Period>) -> Answer {
        self.records
            .sheet("profits")
            .with("symbol", &of.symbol)
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The realised profit and loss of the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Profit Analysis (Realized, US)", read_only_hint = true, idempotent_hint = true))]
    pub fn profit_analysis_realized(&self, Parameters(of): Parameters<Dates>) -> Answer {
        self.records
            .sheet("profits")
            .with("state", "realised")
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The statements of the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Statement List", read_only_hint = true, idempotent_hint = true))]
    pub fn statement_list(&self, Parameters(of): Parameters<Statements>) -> Answer {
        self.records
            .sheet("statements_of_account")
            .with("kind", &of.kind)
            .last(of.count.unwrap_or(12))
            .fields(&["id", "date"])
            .list()
    }

    /// One statement of the account, in full
    #[mcp_tool(scope = "account.read", risk = "medium", policy(max_calls_per_session = 10))]
    #[tool(annotations(title = "Export Statement", read_only_hint = true, idempotent_hint = true))]
    pub fn statement_export(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("statements_of_account").with("id", &of.id).one()
    }

    /// The linked bank accounts, with their last four digits
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Bank Cards", read_only_hint = true, idempotent_hint = true))]
    pub fn bank_cards(&self) -> Answer {
        self.records.sheet("bank_accounts").list()
    }

    /// Withdrawals from the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Withdrawals", read_only_hint = true, idempotent_hint = true))]
    pub fn withdrawals(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("transfers").with("direction", "out").last(of.count.unwrap_or(20)).list()
    }

    /// Deposits to the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "Deposits", read_only_hint = true, idempotent_hint = true))]
    pub fn deposits(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("transfers").with("direction", "in").last(of.count.unwrap_or(20)).list()
    }
}
