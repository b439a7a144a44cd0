//! Processing a token does not allocate. The allocations are counted for the current thread.

use std::{
    fmt::{self, Write},
    hint::black_box,
};

use mcp_scopes::{__private::v1, Caller, Challenge, Denied, Environment, ToolHandle, mcp_tool, scope_table};

/// Returns the number of allocations in the closure.
fn allocations<T>(of: impl FnOnce() -> T) -> u64 {
    let counted = allocation_counter::measure(|| {
        black_box(of());
    });
    counted.count_total
}

#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}
#[mcp_tool(scope = any(all("files:read", "files:write"), "admin", all("ops", "files:write")), risk = "high", sandbox = "allow")]
fn write_file() {}
#[mcp_tool(scope = "a:scope:whose:name:is:longer:than:thirty:two:bytes:by:far", risk = "low")]
fn long_scope() {}
#[mcp_tool(public, risk = "minimal")]
fn hello() {}
#[mcp_tool(risk = "low", sandbox = simulate(pretend), guard = caller)]
fn guarded(caller: &Caller) -> Result<u32, Denied> {
    _ = caller;
    Ok(1)
}
#[mcp_tool(risk = "low", guard = caller)]
fn admitted(caller: &Caller) -> Result<u32, Denied> {
    _ = caller;
    Ok(1)
}

#[expect(clippy::unnecessary_wraps, reason = "a substitute returns what its tool returns")]
fn pretend(_caller: &Caller) -> Result<u32, Denied> {
    Ok(2)
}

#[mcp_tool(scope = any(all("files:read", when("/etc/*", "files:write")), "admin"), risk = "low")]
fn conditional() {}

scope_table! { static TOOLS = [conditional, read_file, write_file, long_scope, hello, guarded, admitted]; }

const CONDITIONAL: ToolHandle = TOOLS.handle("conditional");
const WRITE_FILE: ToolHandle = TOOLS.handle("write_file");

/// Tokens of every kind: empty, known, unknown, long and unusual ones.
const TOKENS: [&str; 8] = [
    "",
    "files:read",
    "openid  profile\tfiles:read files:reads files",
    "a:scope:whose:name:is:longer:than:thirty:two:bytes:by:far admin guarded",
    "a:scope:whose:name:is:longer:than:thirty:TWO:bytes:by:far",
    "ops files:write",
    "ünïcödé \u{0} \r\n files:write",
    "guarded admitted hello read_file",
];

/// A fixed-size text buffer.
struct Line {
    bytes: [u8; 1024],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[test]
fn counts_allocations() {
    assert_eq!(allocations(|| Box::new(1)), 1);
    assert!(allocations(|| "text".repeat(3)) > 0);
    assert_eq!(allocations(|| 1), 0);
}

#[test]
fn creates_grants_without_allocating() {
    for token in TOKENS {
        assert_eq!(allocations(|| TOOLS.grant(token)), 0, "{token}");
        assert_eq!(allocations(|| TOOLS.grant_scp(token.split_whitespace())), 0, "{token}");
        let grant = TOOLS.grant(token);
        assert_eq!(allocations(|| TOKENS.iter().filter(|scope| grant.holds(scope)).count()), 0, "{token}");
        assert_eq!(allocations(|| grant.scopes().map(str::len).sum::<usize>()), 0, "{token}");
    }
    assert_eq!(allocations(|| TOOLS.anonymous()), 0);
}

#[test]
fn authorizes_without_allocating() {
    let names = [
        "read_file",
        "conditional",
        "write_file",
        "long_scope",
        "hello",
        "guarded",
        "unknown",
        "",
        "a name of more than 24 bytes",
    ];
    for grant in TOKENS.map(|token| TOOLS.grant(token)).into_iter().chain([TOOLS.anonymous()]) {
        for name in names {
            assert_eq!(allocations(|| grant.authorize(name).is_ok()), 0, "{name}");
            assert_eq!(allocations(|| TOOLS.tool(name)), 0, "{name}");
        }
        assert_eq!(allocations(|| grant.authorize_tool(WRITE_FILE).is_ok()), 0);
        let caller = Caller::new(grant, Environment::Live);
        for matched in [0, 1] {
            let decide = || v1::authorize_matched(&caller, CONDITIONAL, matched);
            assert_eq!(allocations(|| decide().is_ok()), 0);
            assert_eq!(allocations(|| decide().err().map(|denied| denied.missing().chain(denied.step()).count())), 0);
        }
        assert_eq!(allocations(|| grant.visible().map(|tool| tool.name.len()).sum::<usize>()), 0);
        assert_eq!(allocations(|| grant.visible().size_hint()), 0);
    }
}

#[test]
fn denies_without_allocating() {
    let grants = TOKENS.map(|token| TOOLS.grant(token)).into_iter().chain([TOOLS.anonymous()]);
    let denials = grants.flat_map(|grant| {
        ["write_file", "conditional", "long_scope", "unknown"]
            .into_iter()
            .filter_map(move |tool| grant.authorize(tool).err())
    });
    let denials: Vec<Denied> = denials.collect();
    assert!(denials.len() > 10);
    for denied in &denials {
        assert_eq!(allocations(|| denied.missing().chain(denied.step()).count()), 0);
        let mut line = Line { bytes: [0; 1024], len: 0 };
        let written = allocations(|| {
            let challenge = Challenge::of(denied)
                .resource_metadata("https://example.com/\"quoted\"")
                .realm("a \\ realm")
                .description("why=\"this\"\r\n");
            write!(line, "{challenge} {} {denied}", challenge.status()).unwrap();
        });
        assert_eq!(written, 0);
        assert!(line.bytes.starts_with(b"Bearer "));
    }
}

#[test]
fn guards_without_allocating() {
    for environment in [Environment::Live, Environment::Sandbox] {
        for token in TOKENS {
            let caller = Caller::new(TOOLS.grant(token), environment);
            assert_eq!(allocations(|| Caller::new(TOOLS.grant(token), environment)), 0);
            assert_eq!(allocations(|| caller.authorize("write_file").is_ok()), 0);
            assert_eq!(allocations(|| guarded(&caller).is_ok()), 0);
            assert_eq!(allocations(|| admitted(&caller).is_ok()), 0);
        }
    }
    assert_eq!(allocations(|| Caller::anonymous(&TOOLS)), 0);
}
