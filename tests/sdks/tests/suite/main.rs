//! One suite for every server behind the layer: on rmcp, rust-mcp-sdk, tower-mcp, and axum alone; with answers in JSON and in
//! events; as of 2025-11-25 and 2026-07-28, where the SDK knows both.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what tests share may stop at what it did not expect, as they may"
)]

mod cases;
mod client;

use mcp_scopes_sdks::servers::{Answers, Make, on_axum, on_rmcp, on_rust_mcp_sdk, on_tower_mcp};

/// Which revision a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    /// 2025-11-25: a handshake, sessions.
    Legacy,
    /// 2026-07-28: each request stands by itself.
    Modern,
}

/// A server, spoken to in one way.
#[derive(Clone, Copy)]
struct Subject {
    make: Make,
    answers: Answers,
    era: Era,
}

/// All cases, for one subject each.
macro_rules! suite {
    ($($name:ident: $make:path, $answers:ident, $era:ident;)*) => {$(
        mod $name {
            use super::*;

            const SUBJECT: Subject = Subject { make: $make, answers: Answers::$answers, era: Era::$era };

            crate::suite! { @cases
                the_list_is_whole_in_baseline
                the_list_is_cut_down_to_its_reader
                without_a_token_it_is_401_with_the_baseline
                a_bad_token_is_401
                a_call_beyond_its_scopes_is_403_with_the_least_step
                the_step_opens_the_call
                a_call_reaches_the_tool_with_its_caller
                a_hidden_tool_is_challenged_or_not_there
                a_sandbox_caller_reaches_what_is_safe_there
                a_header_for_another_tool_is_refused
                the_body_arrives_byte_for_byte_and_the_token_does_not
                the_metadata_is_served
                without_the_layer_no_scoped_tool_runs
            }
        }
    )*};
    (@cases $($case:ident)*) => {$(
        #[tokio::test]
        async fn $case() {
            cases::$case(SUBJECT).await;
        }
    )*};
}
use suite;

suite! {
    rmcp_json: on_rmcp::server, Json, Modern;
    rmcp_events: on_rmcp::server, Events, Modern;
    rmcp_json_legacy: on_rmcp::server, Json, Legacy;
    rmcp_events_legacy: on_rmcp::server, Events, Legacy;
    // Its versions from 2.0 on speak 2026-07-28 alone.
    rust_mcp_sdk_json: on_rust_mcp_sdk::server, Json, Modern;
    rust_mcp_sdk_events: on_rust_mcp_sdk::server, Events, Modern;
    tower_mcp_json: on_tower_mcp::server, Json, Modern;
    tower_mcp_events: on_tower_mcp::server, Events, Modern;
    tower_mcp_json_legacy: on_tower_mcp::server, Json, Legacy;
    tower_mcp_events_legacy: on_tower_mcp::server, Events, Legacy;
    axum_json: on_axum::server, Json, Modern;
    axum_events: on_axum::server, Events, Modern;
    axum_json_legacy: on_axum::server, Json, Legacy;
    axum_events_legacy: on_axum::server, Events, Legacy;
}

/// rust-mcp-sdk 2.0 is left out: it reads bodies line by line, and never answers one that has several.
#[tokio::test]
async fn line_ends_in_a_body_arrive() {
    for make in [on_rmcp::server as Make, on_tower_mcp::server, on_axum::server] {
        cases::body_arrives(Subject { make, answers: Answers::Json, era: Era::Modern }, "\r\n\t\n").await;
    }
}

/// The SDKs that have sessions: rust-mcp-sdk has none from 2.0 on.
#[tokio::test]
async fn a_session_belongs_to_who_began_it() {
    for (make, answers) in [
        (on_rmcp::server as Make, Answers::Events),
        (on_tower_mcp::server, Answers::Json),
        (on_tower_mcp::server, Answers::Events),
        (on_axum::server, Answers::Json),
        (on_axum::server, Answers::Events),
    ] {
        cases::a_session_belongs_to_who_began_it(Subject { make, answers, era: Era::Legacy }).await;
    }
}
