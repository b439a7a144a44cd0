//! pattern-without-domain, own-server-in-pattern

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn read_file() {}

#[mcp_tool(risk = "medium", policy(blocked_after("mail/read_mail")))]
fn send_mail() {}

#[mcp_tool(risk = "medium", policy(blocked_after("files/read_file")))]
fn post_message() {}

scope_table! {
    static ALONE = [read_file, send_mail];
}

scope_table! {
    static IN_DOMAIN = [read_file, send_mail, post_message] with "domain.toml";
}

fn main() {}
