//! A fixture of the rule `broad-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files")]
pub fn read_file() {}

/// Do wipe disk
#[mcp_tool(risk = "critical", scope = "files")]
pub fn wipe_disk() {}

/// Do ask a
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_a() {}

/// Do ask b
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_b() {}

/// Do ask c
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_c() {}

/// Do ask d
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_d() {}

/// Do ask e
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_e() {}

/// Do ask f
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_f() {}

/// Do ask g
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_g() {}

/// Do ask h
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_h() {}

/// Do ask i
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_i() {}

/// Do ask j
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_j() {}

/// Do ask k
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_k() {}

/// Do ask l
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_l() {}

/// Do ask m
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_m() {}

/// Do ask n
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_n() {}

/// Do ask o
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_o() {}

/// Do ask p
#[mcp_tool(risk = "low", scope = "ask")]
pub fn ask_p() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, wipe_disk, ask_a, ask_b, ask_c, ask_d, ask_e, ask_f, ask_g, ask_h, ask_i, ask_j, ask_k, ask_l, ask_m, ask_n, ask_o, ask_p];
}
