//! A fixture of the rule `oversized-scopes-supported`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do ask ad
#[mcp_tool(risk = "low")]
pub fn ask_ad() {}

/// Do ask ae
#[mcp_tool(risk = "low")]
pub fn ask_ae() {}

/// Do ask af
#[mcp_tool(risk = "low")]
pub fn ask_af() {}

/// Do ask ag
#[mcp_tool(risk = "low")]
pub fn ask_ag() {}

/// Do ask ah
#[mcp_tool(risk = "low")]
pub fn ask_ah() {}

/// Do ask ai
#[mcp_tool(risk = "low")]
pub fn ask_ai() {}

/// Do ask aj
#[mcp_tool(risk = "low")]
pub fn ask_aj() {}

/// Do ask bd
#[mcp_tool(risk = "low")]
pub fn ask_bd() {}

/// Do ask be
#[mcp_tool(risk = "low")]
pub fn ask_be() {}

/// Do ask bf
#[mcp_tool(risk = "low")]
pub fn ask_bf() {}

/// Do ask bg
#[mcp_tool(risk = "low")]
pub fn ask_bg() {}

/// Do ask bh
#[mcp_tool(risk = "low")]
pub fn ask_bh() {}

/// Do ask bi
#[mcp_tool(risk = "low")]
pub fn ask_bi() {}

/// Do ask bj
#[mcp_tool(risk = "low")]
pub fn ask_bj() {}

/// Do ask cd
#[mcp_tool(risk = "low")]
pub fn ask_cd() {}

/// Do ask ce
#[mcp_tool(risk = "low")]
pub fn ask_ce() {}

/// Do ask cf
#[mcp_tool(risk = "low")]
pub fn ask_cf() {}

/// Do ask cg
#[mcp_tool(risk = "low")]
pub fn ask_cg() {}

/// Do ask ch
#[mcp_tool(risk = "low")]
pub fn ask_ch() {}

/// Do ask ci
#[mcp_tool(risk = "low")]
pub fn ask_ci() {}

/// Do ask cj
#[mcp_tool(risk = "low")]
pub fn ask_cj() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [ask_ad, ask_ae, ask_af, ask_ag, ask_ah, ask_ai, ask_aj, ask_bd, ask_be, ask_bf, ask_bg, ask_bh, ask_bi, ask_bj, ask_cd, ask_ce, ask_cf, ask_cg, ask_ch, ask_ci, ask_cj] with "mcp-scopes.toml";
}
