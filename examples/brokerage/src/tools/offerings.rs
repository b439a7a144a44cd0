//! Initial public offerings, and the account's subscriptions.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};

use crate::{
    parameters::{Count, Dates, EntryId, Security},
    records::Answer,
    server::Brokerage,
};

#[mcp_tools(group = offerings)]
#[tool_router(router = offerings_router, vis = "pub(crate)")]
impl Brokerage {
    /// Offerings that are open for subscription
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("ipo_detail"))]
    #[tool(annotations(title = "IPO Subscriptions", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_subscriptions(&self) -> Answer {
        self.records.sheet("offerings").with("status", "open").list()
    }

    /// A calendar of offerings
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "IPO Calendar", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_calendar(&self) -> Answer {
        self.records.sheet("offerings").fields(&["symbol", "opens", "closes", "lists"]).list()
    }

    /// Completed offerings
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "IPO Listed", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_listed(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("offerings").with("status", "listed").first(of.count.unwrap_or(20)).list()
    }

    /// Price, lot and prospectus of an offering
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "IPO Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_detail(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("offerings").with("symbol", &of.symbol).one()
    }

    /// The subscriptions of the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "IPO Orders", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_orders(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("offering_orders").first(of.count.unwrap_or(20)).list()
    }

    /// One subscription of the account
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "IPO Order Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_order_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("offering_orders").with("id", &of.id).one()
    }

    /// Profit and loss of the account on offerings
    #[mcp_tool(scope = "account.read", risk = "medium")]
    #[tool(annotations(title = "IPO Profit / Loss", read_only_hint = true, idempotent_hint = true))]
    pub fn ipo_profit_loss(&self, Parameters(of): Parameters<Dates>) -> Answer {
        self.records.sheet("offering_results").between("date", of.start.as_deref(), of.end.as_deref()).list()
    }
}
