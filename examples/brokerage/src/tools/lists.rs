//! Watchlists, shared lists and price alerts.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    parameters::{Count, EntryId, Market},
    records::{Answer, Failure},
    server::Brokerage,
};

/// The arguments of `create_watchlist_group`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// The name
    pub name: String,
    /// The securities in it
    pub symbols: Option<Vec<String>>,
}

/// The arguments of `update_watchlist_group`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// The group
    pub id: String,
    /// The new name
    pub name: String,
    /// The new securities in it
    pub symbols: Vec<String>,
}

/// The arguments of `sharelist_create`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSharelist {
    /// The name
    pub name: String,
    /// The purpose
    pub description: Option<String>,
}

/// The securities of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharelistItems {
    /// The list
    pub id: String,
    /// The securities
    pub symbols: Vec<String>,
}

/// The arguments of `alert_add`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlert {
    /// The security, as in `EXMP.US`
    pub symbol: String,
    /// The price of the alert
    pub price: String,
    /// The direction: `above` or `below` the price
    pub direction: String,
}

#[mcp_tools(group = lists)]
#[tool_router(router = lists_router, vis = "pub(crate)")]
impl Brokerage {
    /// The groups of the watchlist
    #[mcp_tool(scope = "watchlist", risk = "low", sandbox = "allow", grouped_with("create_watchlist_group"))]
    #[tool(annotations(title = "Watchlist", read_only_hint = true, idempotent_hint = true))]
    pub fn watchlist(&self) -> Answer {
        self.records.sheet("watchlist").list()
    }

    /// Add a group to the watchlist
    #[mcp_tool(scope = "watchlist", risk = "low")]
    #[tool(annotations(title = "Create Watchlist Group", destructive_hint = false))]
    pub fn create_watchlist_group(&self, Parameters(of): Parameters<NewGroup>) -> Answer {
        self.records.add("watchlist", json!({"name": of.name, "symbols": of.symbols.unwrap_or_default()}))
    }

    /// Rename a group and replace its contents
    #[mcp_tool(scope = "watchlist", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Update Watchlist Group", idempotent_hint = true))]
    pub fn update_watchlist_group(&self, Parameters(of): Parameters<GroupChange>) -> Answer {
        self.records.change("watchlist", &of.id, &json!({"name": of.name, "symbols": of.symbols}))
    }

    /// Remove a group and its contents
    // mcp-scopes: allow(risky-name) a group is a few names, which can be written down again
    #[mcp_tool(scope = "watchlist", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Delete Watchlist Group", idempotent_hint = true))]
    pub fn delete_watchlist_group(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.remove("watchlist", &of.id)
    }

    /// The securities of a market, to choose from
    #[mcp_tool(scope = "watchlist", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Security List", read_only_hint = true, idempotent_hint = true))]
    pub fn security_list(&self, Parameters(of): Parameters<Market>) -> Answer {
        self.records.sheet("securities").with("market", &of.market).fields(&["symbol", "name"]).list()
    }

    /// The shared lists of the account
    #[mcp_tool(scope = "general", risk = "low", sandbox = "allow")]
    #[tool(annotations(title = "List Sharelists", read_only_hint = true, idempotent_hint = true))]
    pub fn sharelist_list(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("sharelists").with("owner", "own").first(of.count.unwrap_or(20)).list()
    }

    /// Popular shared lists
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Popular Sharelists", read_only_hint = true, idempotent_hint = true))]
    pub fn sharelist_popular(&self, Parameters(of): Parameters<Count>) -> Answer {
        self.records.sheet("sharelists").with("owner", "others").first(of.count.unwrap_or(20)).list()
    }

    /// One shared list
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Sharelist Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn sharelist_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("sharelists").with("id", &of.id).one()
    }

    /// Make a shared list
    #[mcp_tool(scope = "general", risk = "low")]
    #[tool(annotations(title = "Create Sharelist", destructive_hint = false))]
    pub fn sharelist_create(&self, Parameters(of): Parameters<NewSharelist>) -> Answer {
        self.records
            .add("sharelists", json!({"owner": "own", "name": of.name, "description": of.description, "symbols": []}))
    }

    /// Remove a shared list
    // mcp-scopes: allow(risky-name) a list is a few names, which can be written down again
    #[mcp_tool(scope = "general", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Delete Sharelist", idempotent_hint = true))]
    pub fn sharelist_delete(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.remove("sharelists", &of.id)
    }

    /// Add securities to a shared list
    #[mcp_tool(scope = "general", risk = "low")]
    #[tool(annotations(title = "Add to Sharelist", destructive_hint = false))]
    pub fn sharelist_add(&self, Parameters(of): Parameters<SharelistItems>) -> Answer {
        let mut symbols = self.records.texts("sharelists", &of.id, "symbols")?;
        symbols.extend(of.symbols);
        self.records.change("sharelists", &of.id, &json!({"symbols": symbols}))
    }

    /// Remove securities from a shared list
    #[mcp_tool(scope = "general", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Remove from Sharelist", idempotent_hint = true))]
    pub fn sharelist_remove(&self, Parameters(of): Parameters<SharelistItems>) -> Answer {
        let mut symbols = self.records.texts("sharelists", &of.id, "symbols")?;
        symbols.retain(|symbol| !of.symbols.contains(symbol));
        self.records.change("sharelists", &of.id, &json!({"symbols": symbols}))
    }

    /// Reorder the securities of a shared list
    #[mcp_tool(scope = "general", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Sort Sharelist", idempotent_hint = true))]
    pub fn sharelist_sort(&self, Parameters(of): Parameters<SharelistItems>) -> Answer {
        let (mut old, mut new) = (self.records.texts("sharelists", &of.id, "symbols")?, of.symbols.clone());
        old.sort_unstable();
        new.sort_unstable();
        if old != new {
            return Err(Failure::refused("the securities are not those of the list"));
        }
        self.records.change("sharelists", &of.id, &json!({"symbols": of.symbols}))
    }

    /// The price alerts of the account
    #[mcp_tool(scope = "general", risk = "low", sandbox = "allow", grouped_with("alert_add"))]
    #[tool(annotations(title = "List Price Alerts", read_only_hint = true, idempotent_hint = true))]
    pub fn alert_list(&self) -> Answer {
        self.records.sheet("alerts").list()
    }

    /// Add an alert for a price that rises above or falls below a value
    #[mcp_tool(scope = "general", risk = "low")]
    #[tool(annotations(title = "Add Price Alert", destructive_hint = false))]
    pub fn alert_add(&self, Parameters(of): Parameters<NewAlert>) -> Answer {
        self.records
            .add("alerts", json!({"symbol": of.symbol, "price": of.price, "direction": of.direction, "enabled": true}))
    }

    /// Remove a price alert
    // mcp-scopes: allow(risky-name) an alert can be set again
    #[mcp_tool(scope = "general", risk = "medium", approval = "user")]
    #[tool(annotations(title = "Delete Price Alert", idempotent_hint = true))]
    pub fn alert_delete(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.remove("alerts", &of.id)
    }

    /// Turn a price alert on
    #[mcp_tool(scope = "general", risk = "low")]
    #[tool(annotations(title = "Enable Price Alert", destructive_hint = false, idempotent_hint = true))]
    pub fn alert_enable(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("alerts", &of.id, &json!({"enabled": true}))
    }

    /// Turn a price alert off
    #[mcp_tool(scope = "general", risk = "low")]
    #[tool(annotations(title = "Disable Price Alert", destructive_hint = false, idempotent_hint = true))]
    pub fn alert_disable(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.change("alerts", &of.id, &json!({"enabled": false}))
    }
}
