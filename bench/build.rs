//! Generates the benchmarked servers: annotated functions and a scope table each, as a user would write them.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::{env, fmt::Write as _, fs, path::Path};

/// The numbers of tools and scopes.
const SERVERS: [(usize, usize); 3] = [(10, 10), (100, 60), (1000, 200)];
const RESOURCES: [&str; 8] = ["files", "orders", "users", "repositories", "invoices", "calendar", "messages", "builds"];
const ACTIONS: [&str; 5] = ["read", "write", "delete", "share", "admin"];
const VERBS: [&str; 6] = ["list", "get", "update", "remove", "search", "export"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    let mut source = String::new();
    for (tools, scopes) in SERVERS {
        server(&mut source, tools, scopes);
    }
    fs::write(Path::new(&out).join("servers.rs"), source).expect("the folder is writable");
}

fn server(source: &mut String, tools: usize, scopes: usize) {
    let scope = |number: usize| {
        let (resource, action) = (RESOURCES[number % 8], ACTIONS[number / 8 % 5]);
        if number < 40 { format!("{resource}:{action}") } else { format!("{resource}-{}:{action}", number / 40) }
    };
    // The same sequence in every build, so that runs are comparable.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits fit") % below
    };
    writeln!(source, "/// A server of {tools} tools and {scopes} scopes.\npub mod server_{tools} {{")
        .expect("a string");
    let mut names = Vec::new();
    for tool in 0..tools {
        let name = format!("{}_{}_{tool}", VERBS[random(6)], RESOURCES[random(8)]);
        let mut needs = vec![tool % scopes];
        for _ in 0..random(3) {
            needs.push(random(scopes));
        }
        needs.sort_unstable();
        needs.dedup();
        let list: Vec<String> = needs.iter().map(|number| format!("{:?}", scope(*number))).collect();
        let requirement = if list.len() == 1 { list[0].clone() } else { format!("all({})", list.join(", ")) };
        writeln!(source, "#[::mcp_scopes::mcp_tool(scope = {requirement}, risk = \"low\", description = \"-\")]\npub(crate) fn {name}() {{}}")
            .expect("a string");
        names.push(name);
    }
    writeln!(source, "::mcp_scopes::scope_table! {{ /// The table.\n pub static TOOLS = [{}]; }}", names.join(", "))
        .expect("a string");
    // The check inside a tool's own function, whose handle is a constant.
    writeln!(source, "/// A check by constant handle for some of the tools, with the tool's number.")
        .expect("a string");
    writeln!(source, "pub static CHECKS: &[super::Check] = &[").expect("a string");
    for (number, name) in names.iter().enumerate().step_by(tools / 8) {
        writeln!(
            source,
            "({number}, |grants| {{ const TOOL: ::mcp_scopes::ToolHandle = TOOLS.handle({name:?}); \
             grants.iter().filter(|grant| grant.authorize_tool(TOOL).is_ok()).count() }}),"
        )
        .expect("a string");
    }
    writeln!(source, "];\n}}").expect("a string");
}
