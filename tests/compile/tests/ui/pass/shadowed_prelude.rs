//! A crate without a prelude, whose types shadow the names of the prelude.
#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, unused_imports, unused_macros)]
#![allow(unreachable_pub, clippy::wildcard_imports, clippy::unused_self, clippy::unnecessary_wraps)]

mod shadows {
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Ok;
    pub struct Err;
    pub struct Vec;
    pub struct String;
    pub struct Box;
    pub struct str;
    pub struct bool;
    pub struct u8;
    pub struct u32;
    pub struct usize;
    pub trait Send {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait Copy {}
    pub trait Into {}
    pub mod core {}
    pub mod std {}
    pub mod mcp_scopes {}
    pub fn drop() {}
    macro_rules! panic {
        () => {};
    }
    macro_rules! env {
        () => {};
    }
    macro_rules! concat {
        () => {};
    }
    macro_rules! include_bytes {
        () => {};
    }
    pub(crate) use {concat, env, include_bytes, panic};
}

use shadows::*;

type Answer<T> = ::core::result::Result<T, ::mcp_scopes::Denied>;

mod alias {
    pub(super) type Result<T> = super::Answer<T>;
}

#[::mcp_scopes::mcp_tool(
    scope = any("files:read", all("files", "admin")),
    risk = "low",
    approval = "auto",
    guard = caller,
    sandbox = simulate(pretend),
    prerequisites("files"),
    grouped_with("stop"),
    policy(max_calls_per_session = 3, blocked_after("derived")),
    parameters("path", optional("depth")),
)]
fn read_file(caller: &::mcp_scopes::Caller, (left, ()): ((), ())) -> alias::Result<()> {
    let _ = caller;
    ::core::result::Result::Ok(left)
}

fn pretend(_: &::mcp_scopes::Caller, _: ((), ())) -> Answer<()> {
    ::core::result::Result::Ok(())
}

#[::mcp_scopes::mcp_tool(risk = "low")]
fn derived(_path: ::std::string::String, _depth: ::core::option::Option<::core::primitive::u32>) {}

struct Server;

#[::mcp_scopes::mcp_tools]
impl Server {
    #[::mcp_scopes::mcp_tool(public, risk = "minimal")]
    fn stop(&self) {}
}

::mcp_scopes::scope_table! {
    static TOOLS = [read_file, derived, Server::*] with "tests/ui/toml/everything.toml";
}

fn main() {
    ::core::assert!(TOOLS.grant("files:read").authorize("read_file").is_ok());
}
