//! A brokerage on rmcp: over 160 tools, five scopes, policies and a sandbox for paper trading.
//!
//! | module | holds |
//! |---|---|
//! | [`tools`] | the tools, one file for each topic |
//! | [`parameters`] | arguments that several tools take |
//! | [`server`] | [`Brokerage`], and its implementation of rmcp's handler |
//! | [`client`] | [`Client`](client::Client): the caller |
//! | [`limits`] | [`Limits`](limits::Limits): the policies that this server enforces |
//! | [`records`] | [`Records`](records::Records): the market and the account, in memory |

pub mod client;
pub mod limits;
pub mod parameters;
pub mod records;
pub mod server;
pub mod tools;

use mcp_scopes::scope_table;

use self::server::Brokerage;

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [
        Brokerage::session::*,
        Brokerage::quotes::*,
        Brokerage::derivatives::*,
        Brokerage::company::*,
        Brokerage::reports::*,
        Brokerage::offerings::*,
        Brokerage::community::*,
        Brokerage::lists::*,
        Brokerage::screener::*,
        Brokerage::account::*,
        Brokerage::orders::*,
        Brokerage::plans::*,
        Brokerage::grids::*,
    ] with "mcp-scopes.toml";
}
