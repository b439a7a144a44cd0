//! News and discussions.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{handler::server::wrapper::Parameters, tool, tool_router};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    parameters::{EntryId, Search, Security},
    records::Answer,
    server::Brokerage,
};

/// The arguments of `topic_create`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopic {
    /// The title, in one line
    pub title: String,
    /// The text
    pub text: String,
    /// The security that it is about
    pub symbol: Option<String>,
}

/// The arguments of `topic_create_reply`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReply {
    /// The topic to answer
    pub id: String,
    /// The answer
    pub text: String,
}

#[mcp_tools(group = community)]
#[tool_router(router = community_router, vis = "pub(crate)")]
impl Brokerage {
    /// The news about a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow", grouped_with("news_detail"))]
    #[tool(annotations(title = "News", read_only_hint = true, idempotent_hint = true))]
    pub fn news(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("news").with("symbol", &of.symbol).fields(&["id", "title", "date"]).list()
    }

    /// A news article in full
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "News Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn news_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("news").with("id", &of.id).one()
    }

    /// News that mention a text
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "News Search", read_only_hint = true, idempotent_hint = true))]
    pub fn news_search(&self, Parameters(of): Parameters<Search>) -> Answer {
        self.records.sheet("news").containing("title", &of.text).first(of.count.unwrap_or(20)).list()
    }

    /// Discussions about a security
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Topic List", read_only_hint = true, idempotent_hint = true))]
    pub fn topic(&self, Parameters(of): Parameters<Security>) -> Answer {
        self.records.sheet("topics").with("symbol", &of.symbol).fields(&["id", "title"]).list()
    }

    /// One topic, in full
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Topic Detail", read_only_hint = true, idempotent_hint = true))]
    pub fn topic_detail(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("topics").with("id", &of.id).one()
    }

    /// The answers to a topic
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Topic Replies", read_only_hint = true, idempotent_hint = true))]
    pub fn topic_replies(&self, Parameters(of): Parameters<EntryId>) -> Answer {
        self.records.sheet("replies").with("topic", &of.id).list()
    }

    /// Topics that mention a text
    #[mcp_tool(scope = "general", risk = "minimal", sandbox = "allow")]
    #[tool(annotations(title = "Topic Search", read_only_hint = true, idempotent_hint = true))]
    pub fn topic_search(&self, Parameters(of): Parameters<Search>) -> Answer {
        self.records.sheet("topics").containing("title", &of.text).first(of.count.unwrap_or(20)).list()
    }

    /// Publish a topic in the name of the account
    #[mcp_tool(
        scope = "general",
        risk = "medium",
        policy(
            blocked_after("account_balance", "stock_positions", "cash_flow", "statement_export", "bank_cards"),
            max_calls_per_session = 10,
        )
    )]
    #[tool(annotations(title = "Create Topic", destructive_hint = false))]
    pub fn topic_create(&self, Parameters(of): Parameters<NewTopic>) -> Answer {
        self.records.add("topics", json!({"title": of.title, "text": of.text, "symbol": of.symbol}))
    }

    /// Publish an answer in the name of the account
    #[mcp_tool(
        scope = "general",
        risk = "medium",
        policy(
            blocked_after("account_balance", "stock_positions", "cash_flow", "statement_export", "bank_cards"),
            max_calls_per_session = 10,
        )
    )]
    #[tool(annotations(title = "Create Topic Reply", destructive_hint = false))]
    pub fn topic_create_reply(&self, Parameters(of): Parameters<NewReply>) -> Answer {
        self.records.sheet("topics").with("id", &of.id).one()?;
        self.records.add("replies", json!({"topic": of.id, "text": of.text}))
    }
}
