//! Recurring purchase plans.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    parameters::{EntryId, Securities},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `dca_create`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The amount of each purchase
    pub amount: String,
    /// `daily`, `weekly` or `monthly`
    pub every: String,
}

/// The arguments of `dca_update`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// The plan
    pub id: String,
    /// The new amount of each purchase
    pub amount: String,
    /// The new interval: `daily`, `weekly` or `monthly`
    pub every: String,
}

/// The arguments of `dca_list`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    /// A state to filter by: `active`, `paused`, `stopped`
    pub status: Option<String>,
}

#[mcp_tools(group = plans)]
#[tool_router(router = plans_router, vis = "pub(crate)")]
impl Brokerage {
    /// The securities that a plan can buy
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Check DCA Support", read_only_hint = true, idempotent_hint = true))]
    pub fn dca_check(&self, Parameters(of): Parameters<Securities>) -> Answer {
        self.records.sheet("securities").among("symbol", &of.symbols).fields(&["symbol", "plans"]).list()
    }

    /// The plans of the account
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "List DCA Plans", read_only_hint = true, idempotent_hint = true))]
    pub fn dca_list(&self, Parameters(of): Parameters<Plans>) -> Answer {
        self.records.sheet("plans").maybe("status", of.status.as_deref()).list()
    }

    /// The purchases of a plan
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "DCA Execution History", read_only_hint = true, idempotent_hint = true))]
    pub fn dca_history(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("plan_orders").with("plan", &of.id).list()
    }

    /// Cost and profit of the plans
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "DCA Statistics", read_only_hint = true, idempotent_hint = true))]
    pub fn dca_stats(&self, Parameters(of): Parameters<Plans>) -> Answer {
        self.records.sheet("plans").maybe("status", of.status.as_deref()).fields(&["id", "spent", "profit"]).list()
    }

    /// Start a plan
    #[mcp_tool(
        scope = "trade.write",
        risk = "high",
        sandbox = "deny",
        prerequisites("account.read"),
        policy(requires_approval_after("news_detail", "topic_detail", "topic_replies"), max_calls_per_session = 5)
    )]
    #[tool(annotations(title = "Create DCA Plan", destructive_hint = false))]
    pub fn dca_create(&self, Parameters(of): Parameters<NewPlan>) -> Answer {
        self.records.add("plans", json!({"symbol": of.symbol, "amount": of.amount, "every": of.every, "status": "active", "spent": "0", "profit": "0"}))
    }

    /// Change the amount and interval of a plan
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Update DCA Plan", idempotent_hint = true))]
    pub fn dca_update(&self, Parameters(of): Parameters<PlanChange>) -> Answer {
        self.records.change("plans", &of.id, &json!({"amount": of.amount, "every": of.every}))
    }

    /// Pause a plan
    #[mcp_tool(scope = "trade.write", risk = "medium")]
    #[tool(annotations(title = "Pause DCA Plan", destructive_hint = false, idempotent_hint = true))]
    pub fn dca_pause(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("plans", &of.id, &json!({"status": "paused"}))
    }

    /// Resume a plan
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Resume DCA Plan", destructive_hint = false, idempotent_hint = true))]
    pub fn dca_resume(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("plans", &of.id, &json!({"status": "active"}))
    }

    /// End a plan for good
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Stop DCA Plan", idempotent_hint = true))]
    pub fn dca_stop(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("plans", &of.id, &json!({"status": "stopped"}))
    }
}
