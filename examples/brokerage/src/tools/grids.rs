//! Grid orders: buying low and selling high within a range.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    parameters::{EntryId, Security},
    records::{Answer, Failure},
    server::Brokerage,
};

/// The arguments of `grid_submit`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrid {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The lowest price
    pub lowest: String,
    /// The highest price
    pub highest: String,
    /// The number of steps between them
    pub steps: u32,
    /// The quantity to buy or sell at each step
    pub quantity: u64,
}

/// The arguments of `grid_replace`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GridChange {
    /// The grid order
    pub id: String,
    /// The new lowest price
    pub lowest: String,
    /// The new highest price
    pub highest: String,
}

/// The arguments of `grid_list`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grids {
    /// A state to filter by: `running`, `suspended`, `cancelled`
    pub status: Option<String>,
}

/// The arguments of `grid_list_by_ids`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// The identifiers of the entries
    pub ids: Vec<String>,
}

/// The arguments of `grid_questionnaire`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether the risks of grid orders are understood
    pub understood: bool,
}

#[mcp_tools(group = grids)]
#[tool_router(router = grids_router, vis = "pub(crate)")]
impl Brokerage {
    /// The price steps of a security for grid orders
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Grid Symbol Info", read_only_hint = true))]
    pub fn grid_symbol_info(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("grid_symbols").with("symbol", &of.symbol).one()
    }

    /// The grid orders of the account
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "List Grid Orders", read_only_hint = true))]
    pub fn grid_list(&self, Parameters(of): Parameters<Grids>) -> Answer {
        self.records.sheet("grids").maybe("status", of.status.as_deref()).list()
    }

    /// Grid orders by their identifiers
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Get Grid Orders By IDs", read_only_hint = true))]
    pub fn grid_list_by_ids(&self, Parameters(of): Parameters<Entries>) -> Answer {
        self.records.sheet("grids").among("id", &of.ids).list()
    }

    /// One grid order
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Grid Order Detail", read_only_hint = true))]
    pub fn grid_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("grids").with("id", &of.id).one()
    }

    /// The trades of a grid order
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Grid Trigger History", read_only_hint = true))]
    pub fn grid_trigger_history(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("grid_trades").with("grid", &of.id).list()
    }

    /// Start a grid order
    #[mcp_tool(
        scope = "trade.write",
        risk = "high",
        sandbox = "deny",
        prerequisites("account.read"),
        policy(requires_approval_after("news_detail", "topic_detail", "topic_replies"), max_calls_per_session = 5)
    )]
    #[tool(annotations(title = "Submit Grid Order", destructive_hint = false))]
    pub fn grid_submit(&self, Parameters(of): Parameters<NewGrid>) -> Answer {
        self.records.sheet("consents").with("to", "grids").one()?;
        let NewGrid { symbol, lowest, highest, steps, quantity } = of;
        self.records.add("grids", json!({"symbol": symbol, "lowest": lowest, "highest": highest, "steps": steps, "quantity": quantity, "status": "running"}))
    }

    /// Change the range of a grid order
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Replace Grid Order", idempotent_hint = true))]
    pub fn grid_replace(&self, Parameters(of): Parameters<GridChange>) -> Answer {
        self.records.change("grids", &of.id, &json!({"lowest": of.lowest, "highest": of.highest}))
    }

    /// End a grid order for good
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Cancel Grid Order", idempotent_hint = true))]
    pub fn grid_cancel(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("grids", &of.id, &json!({"status": "cancelled"}))
    }

    /// Pause a grid order
    #[mcp_tool(scope = "trade.write", risk = "medium")]
    #[tool(annotations(title = "Suspend Grid Order", destructive_hint = false, idempotent_hint = true))]
    pub fn grid_suspend(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("grids", &of.id, &json!({"status": "suspended"}))
    }

    /// Resume a grid order
    #[mcp_tool(scope = "trade.write", risk = "high", sandbox = "deny")]
    #[tool(annotations(title = "Restart Grid Order", destructive_hint = false, idempotent_hint = true))]
    pub fn grid_restart(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("grids", &of.id, &json!({"status": "running"}))
    }

    /// Confirm that the risks of grid orders are understood
    #[mcp_tool(scope = "trade.write", risk = "medium")]
    #[tool(annotations(title = "Grid Strategy Consent", destructive_hint = false, idempotent_hint = true))]
    pub fn grid_questionnaire(&self, Parameters(of): Parameters<Consent>) -> Answer {
        if !of.understood {
            return Err(Failure::refused("grid orders require this confirmation"));
        }
        self.records.add("consents", json!({"to": "grids"}))
    }
}
