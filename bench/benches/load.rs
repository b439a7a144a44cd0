//! Measures the layer under load: requests per second compared with the bare server and with a handwritten middleware,
//! driven by `wrk`; what policies take of it; and memory over a million requests with a million tokens. `cargo bench -p
//! mcp-scopes-bench --bench load [-- requests | policies | tokens [MILLIONS]]`.
#![expect(clippy::expect_used, reason = "a bench may panic")]

mod load {
    pub(crate) mod limited;
    pub(crate) mod middleware;
    pub(crate) mod requests;
    pub(crate) mod servers;
    pub(crate) mod tokens;
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test`: a short run.
        load::tokens::run(0.002);
        load::requests::look();
        return;
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| *argument != "--bench").collect();
    match arguments.as_slice() {
        [] => {
            load::tokens::run(1.0);
            load::requests::run();
            load::requests::run_policies();
        }
        ["requests"] => load::requests::run(),
        ["policies"] => load::requests::run_policies(),
        ["tokens"] => load::tokens::run(1.0),
        ["tokens", millions] => load::tokens::run(millions.parse().expect("a number of millions")),
        _ => {
            eprintln!("usage: load [requests | policies | tokens [MILLIONS]]");
            std::process::exit(2);
        }
    }
}
