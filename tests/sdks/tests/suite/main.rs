//! One suite for every server behind the layer: on rmcp, rust-mcp-sdk, tower-mcp, and axum only; with JSON and event
//! responses; for 2025-11-25 and 2026-07-28, as far as the SDK supports them.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "shared test steps may panic")]

mod cases;
mod client;

use mcp_scopes_sdks::servers::{Answers, Make, on_axum, on_rmcp, on_rust_mcp_sdk, on_tower_mcp};

/// The revision of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    /// 2025-11-25: a handshake, sessions.
    Legacy,
    /// 2026-07-28: each request is independent.
    Modern,
}

/// A server with a revision and a response format.
#[derive(Clone, Copy)]
struct Subject {
    make: Make,
    answers: Answers,
    era: Era,
}

/// Runs all cases for one subject each.
macro_rules! suite {
    ($($name:ident: $make:path, $answers:ident, $era:ident;)*) => {$(
        mod $name {
            use super::*;

            const SUBJECT: Subject = Subject { make: $make, answers: Answers::$answers, era: Era::$era };

            crate::suite! { @cases
                lists_all_tools_in_baseline
                filters_the_list_for_its_caller
                returns_401_with_the_baseline_without_a_token
                returns_401_for_a_bad_token
                returns_403_with_the_least_step
                allows_the_call_after_the_step
                passes_the_caller_to_the_tool
                challenges_or_hides_a_hidden_tool
                runs_only_safe_tools_for_a_sandbox_caller
                rejects_a_header_for_another_tool
                forwards_the_body_unchanged_without_the_token
                reads_the_deepest_body_and_rejects_one_level_more
                serves_the_metadata
                denies_scoped_tools_without_the_layer
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
    // Since 2.0, it supports 2026-07-28 only.
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

/// rust-mcp-sdk 2.0 is excluded: it reads bodies line by line and never answers a body with several lines.
#[tokio::test]
async fn accepts_line_ends_in_a_body() {
    for make in [on_rmcp::server as Make, on_tower_mcp::server, on_axum::server] {
        cases::body_arrives(Subject { make, answers: Answers::Json, era: Era::Modern }, "\r\n\t\n").await;
    }
}

/// The SDKs with sessions. rust-mcp-sdk has none since 2.0.
#[tokio::test]
async fn binds_a_session_to_its_creator() {
    for (make, answers) in [
        (on_rmcp::server as Make, Answers::Events),
        (on_tower_mcp::server, Answers::Json),
        (on_tower_mcp::server, Answers::Events),
        (on_axum::server, Answers::Json),
        (on_axum::server, Answers::Events),
    ] {
        cases::binds_a_session_to_its_creator(Subject { make, answers, era: Era::Legacy }).await;
    }
}
