//! Tests of the resource server, one module per rule, in the order in which the rules apply.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use support::{issuer, key_sets, proofs, server, tokens};

mod answer_lists;
mod answer_streams;
mod audit;
mod clocks;
mod described_lists;
mod faults;
mod hostile;
mod issuers;
mod policies;
mod public_names;
mod reasons;
mod replays;
mod settings;
mod sockets;
mod step_1_documents_and_origins;
mod step_2_tokens;
mod step_3_environments;
mod step_4_bodies;
mod step_4_headers;
mod step_4_names;
mod step_4_params;
mod step_5_authenticated;
mod step_5_calls;
mod step_5_conditional_challenges;
mod step_5_conditions;
mod step_5_contents;
mod step_5_dynamic;
mod step_5_methods;
mod step_6_sessions;
mod step_7_policies;
mod step_8_forwarding;
mod stream_ends;
mod token_api_keys;
mod token_cache;
mod token_depth;
mod token_discovery;
mod token_dpop;
mod token_introspection;
mod token_jwks;
mod token_jwt;
mod token_keys;
mod token_providers;
mod token_router;
mod token_scope_prefix;
mod token_secrets;
mod token_tenants;
mod traces;
mod with_axum;
mod with_rmcp;
mod with_rmcp_capabilities;
mod with_rmcp_contents;
mod with_rmcp_guarded;
