//! Open and new orders.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    client::Client,
    parameters::EntryId,
    records::{Answer, Failure, answer},
    server::Brokerage,
};

/// The arguments of `submit_order`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// `buy` or `sell`
    pub side: String,
    /// The quantity
    pub quantity: u64,
    /// The price in a limit order; without one it is a market order
    pub price: Option<String>,
}

/// The arguments of `replace_order`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderChange {
    /// The order
    pub id: String,
    /// The new quantity
    pub quantity: u64,
    /// The new price
    pub price: Option<String>,
}

/// The arguments of `estimate_max_purchase_quantity`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The price to pay
    pub price: f64,
}

/// A selection of orders or executions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// A security to filter by
    pub symbol: Option<String>,
    /// The first day, as in `2026-01-31`
    pub start: Option<String>,
    /// The last day
    pub end: Option<String>,
}

/// A selection of today's orders or executions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Today {
    /// A security to filter by
    pub symbol: Option<String>,
}

#[mcp_tools(group = orders)]
#[tool_router(router = orders_router, vis = "pub(crate)")]
impl Brokerage {
    /// The orders of today
    #[mcp_tool(scope = "trade.read", risk = "medium", grouped_with("order_detail"))]
    #[tool(annotations(title = "Today's Orders", read_only_hint = true, idempotent_hint = true))]
    pub fn today_orders(&self, Parameters(of): Parameters<Today>) -> Answer {
        self.records.sheet("orders").maybe("symbol", of.symbol.as_deref()).with("day", "today").list()
    }

    /// One order
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Order Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn order_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("orders").with("id", &of.id).one()
    }

    /// Today's executions
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Today's Executions", read_only_hint = true, idempotent_hint = true))]
    pub fn today_executions(&self, Parameters(of): Parameters<Today>) -> Answer {
        self.records.sheet("executions").maybe("symbol", of.symbol.as_deref()).with("day", "today").list()
    }

    /// Orders of earlier days
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Historical Orders", read_only_hint = true, idempotent_hint = true))]
    pub fn history_orders(&self, Parameters(of): Parameters<Orders>) -> Answer {
        self.records
            .sheet("orders")
            .maybe("symbol", of.symbol.as_deref())
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// Executions of earlier days
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Historical Executions", read_only_hint = true, idempotent_hint = true))]
    pub fn history_executions(&self, Parameters(of): Parameters<Orders>) -> Answer {
        self.records
            .sheet("executions")
            .maybe("symbol", of.symbol.as_deref())
            .between("date", of.start.as_deref(), of.end.as_deref())
            .list()
    }

    /// The largest quantity that the account's cash can buy
    #[mcp_tool(scope = "trade.read", risk = "medium")]
    #[tool(annotations(title = "Estimate Max Purchase Quantity", read_only_hint = true, idempotent_hint = true))]
    pub fn estimate_max_purchase_quantity(&self, Parameters(of): Parameters<Purchase>) -> Answer {
        let cash: f64 = self.records.sheet("balances").with("currency", "USD").numbers("available").iter().sum();
        if of.price <= 0.0 {
            return Err(Failure::refused("the price must be above zero"));
        }
        answer(&json!({"symbol": of.symbol, "quantity": (cash / of.price).floor()}))
    }

    /// Place an order
    #[mcp_tool(
        scope = "trade.write",
        risk = "high",
        sandbox = simulate(Self::pretend_to_submit),
        guard = client,
        prerequisites("account.read"),
        examples("submit_order EXMP.US buy 10 at 101.50"),
        policy(requires_approval_after("news_detail", "topic_detail", "topic_replies"), max_calls_per_session = 20),
    )]
    #[tool(annotations(title = "Submit Order"))]
    pub fn submit_order(&self, client: Client, Parameters(of): Parameters<NewOrder>) -> Result<String, Failure> {
        let NewOrder { symbol, side, quantity, price } = of;
        self.records.sheet("securities").with("symbol", &symbol).one()?;
        self.records.add("orders", json!({"symbol": symbol, "side": side, "quantity": quantity, "price": price, "day": "today", "status": "new"}))
    }

    /// Change the quantity and price of an open order
    #[mcp_tool(
        scope = "trade.write",
        risk = "high",
        sandbox = simulate(Self::pretend_to_replace),
        guard = client,
        prerequisites("account.read"),
        policy(requires_approval_after("news_detail", "topic_detail", "topic_replies"), max_calls_per_session = 20),
    )]
    #[tool(annotations(title = "Replace Order", idempotent_hint = true))]
    pub fn replace_order(&self, client: Client, Parameters(of): Parameters<OrderChange>) -> Result<String, Failure> {
        self.records.change(
            "orders",
            &of.id,
            &json!({"quantity": of.quantity, "price": of.price, "status": "replaced"}),
        )
    }

    /// Cancel an open order
    #[mcp_tool(
        scope = "trade.write",
        risk = "high",
        sandbox = simulate(Self::pretend_to_cancel),
        guard = client,
        prerequisites("account.read"),
    )]
    #[tool(annotations(title = "Cancel Order", idempotent_hint = true))]
    pub fn cancel_order(&self, client: Client, Parameters(of): Parameters<EntryId>) -> Result<String, Failure> {
        self.records.change("orders", &of.id, &json!({"status": "cancelled"}))
    }
}

/// The substitutes for sandbox callers, which change nothing.
impl Brokerage {
    fn pretend_to_submit(&self, _client: Client, Parameters(of): Parameters<NewOrder>) -> Answer {
        self.records.sheet("securities").with("symbol", &of.symbol).one()?;
        let price = of.price.as_deref().unwrap_or("market");
        answer(
            &json!({"symbol": of.symbol, "side": of.side, "quantity": of.quantity, "price": price, "status": "simulated"}),
        )
    }

    fn pretend_to_replace(&self, _client: Client, Parameters(of): Parameters<OrderChange>) -> Answer {
        self.records.sheet("orders").with("id", &of.id).one()?;
        answer(&json!({"id": of.id, "quantity": of.quantity, "price": of.price, "status": "simulated"}))
    }

    fn pretend_to_cancel(&self, _client: Client, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("orders").with("id", &of.id).one()?;
        answer(&json!({"id": of.id, "status": "simulated"}))
    }
}
