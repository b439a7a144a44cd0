//! Rejected input: each case with the ids of its diagnostics, in order, and the source text at each location.

use super::ALL;
use crate::{config, diagnostic::Diagnostic, group, item::FnHead, table, tool};
use proc_macro2::TokenStream;
use std::collections::BTreeSet;

type Expected = &'static [(&'static str, &'static str)];

/// Arguments of `#[mcp_tool(..)]` on `fn f() {}`.
#[rustfmt::skip]
const ARGUMENTS: &[(&str, Expected)] = &[
    ("", &[("missing-risk", "f")]),
    ("risk = \"hihg\"", &[("unknown-value", "\"hihg\"")]),
    ("risk = \"Low\"", &[("unknown-value", "\"Low\"")]),
    ("risk = low", &[("not-a-literal", "low")]),
    ("risk = 3", &[("wrong-type", "3")]),
    ("risk = b\"low\"", &[("wrong-type", "b\"low\"")]),
    ("risk = true", &[("wrong-type", "true")]),
    ("risk = \"low\"suffix", &[("wrong-type", "\"low\"suffix")]),
    ("risk = concat!(\"l\", \"ow\")", &[("not-a-literal", "concat")]),
    ("risk = -1", &[("not-a-literal", "-")]),
    ("risk(\"low\")", &[("malformed-argument", "risk")]),
    ("risk", &[("malformed-argument", "risk")]),
    ("rsik = \"low\"", &[("unknown-key", "rsik")]),
    ("risk = \"low\", scpoe = \"a\", nmae = \"b\"", &[("unknown-key", "scpoe"), ("unknown-key", "nmae")]),
    ("risk = \"low\", risk = \"high\"", &[("duplicate-key", "risk")]),
    ("risk = \"low\", \"files:read\"", &[("malformed-argument", "\"files:read\"")]),
    ("risk = \"low\",, public", &[("malformed-argument", ",")]),
    ("risk = \"low\", a::b = \"c\"", &[("malformed-argument", "a")]),
    ("risk = \"low\", name =", &[("malformed-argument", "name")]),
    ("risk = \"low\" public", &[("malformed-argument", "public")]),
    ("risk = \"low\", name = \"list files\"", &[("bad-tool-name", "\"list files\"")]),
    ("risk = \"low\", name = \"\"", &[("bad-tool-name", "\"\"")]),
    ("risk = \"low\", name = \"__serde_saphyr_private_spanned\"", &[("bad-tool-name", "\"__serde_saphyr_private_spanned\"")]),
    ("risk = \"low\", scope = \"$__toml_private_datetime\"", &[("bad-scope", "\"$__toml_private_datetime\"")]),
    ("risk = \"low\", public, scope = \"a\"", &[("scope-and-public", "public")]),
    ("risk = \"low\", scope = \"a\", authenticated", &[("scope-and-public", "authenticated")]),
    ("risk = \"low\", authenticated, public", &[("scope-and-public", "public")]),
    ("risk = \"low\", public = true", &[("malformed-argument", "public")]),
    ("risk = \"low\", scope = \"\"", &[("bad-scope", "\"\"")]),
    ("risk = \"low\", scope = \"a b\"", &[("bad-scope", "\"a b\"")]),
    ("risk = \"low\", scope = \"é\"", &[("bad-scope", "\"é\"")]),
    ("risk = \"low\", scope(\"a\")", &[("malformed-argument", "scope")]),
    ("risk = \"low\", scope = READ", &[("not-a-literal", "READ")]),
    ("risk = \"low\", scope = all", &[("not-a-literal", "all")]),
    ("risk = \"low\", scope = all()", &[("empty-list", "all")]),
    ("risk = \"low\", scope = any()", &[("empty-list", "any")]),
    ("risk = \"low\", scope = one(\"a\")", &[("unknown-value", "one")]),
    ("risk = \"low\", scope = any(\"a\", \"a\")", &[("repeated-value", "\"a\"")]),
    ("risk = \"low\", scope = any(\"a b\", all(\"c\", \"\\\"\"))", &[("bad-scope", "\"a b\""), ("bad-scope", "\"\\\"\"")]),
    ("risk = \"low\", scope = all(all(all(all(all(all(all(all(all(\"a\")))))))))", &[("requirement-too-large", "all")]),
    (
        "risk = \"low\", scope = all(any(\"a\", \"b\"), any(\"c\", \"d\"), any(\"e\", \"f\"), any(\"g\", \"h\"), \
         any(\"i\", \"j\"), any(\"k\", \"l\"), any(\"m\", \"n\"))",
        &[("requirement-too-large", "all")],
    ),
    ("risk = \"low\", sandbox = \"alow\"", &[("unknown-value", "\"alow\"")]),
    ("risk = \"low\", sandbox = \"simulate\"", &[("unknown-value", "\"simulate\"")]),
    ("risk = \"low\", sandbox = allow", &[("unknown-value", "allow")]),
    ("risk = \"low\", sandbox = simulat(x)", &[("unknown-value", "simulat")]),
    ("risk = \"low\", sandbox = simulate()", &[("bad-path", "()")]),
    ("risk = \"low\", sandbox = simulate(\"x\")", &[("bad-path", "(\"x\")")]),
    ("risk = \"low\", sandbox = simulate(x)", &[("simulate-without-guard", "simulate")]),
    ("risk = \"low\", guard = \"caller\"", &[("wrong-type", "\"caller\"")]),
    ("risk = \"low\", guard = caller", &[("unknown-argument", "caller"), ("guard-needs-result", "f")]),
    ("risk = \"low\", approval = \"user \"", &[("unknown-value", "\"user \"")]),
    ("risk = \"medium\", approval = \"auto\"", &[("approval-below-risk", "\"auto\"")]),
    ("risk = \"low\", description = \" \"", &[("empty-text", "\" \"")]),
    ("risk = \"low\", description = 1", &[("wrong-type", "1")]),
    ("risk = \"low\", prerequisites = \"a\"", &[("malformed-argument", "prerequisites")]),
    ("risk = \"low\", prerequisites()", &[("empty-list", "prerequisites")]),
    ("risk = \"low\", prerequisites(\"a b\")", &[("bad-scope", "\"a b\"")]),
    ("risk = \"low\", prerequisites(\"a\", \"a\")", &[("repeated-value", "\"a\"")]),
    ("risk = \"low\", grouped_with(\"a b\")", &[("bad-tool-name", "\"a b\"")]),
    ("risk = \"low\", grouped_with(\"f\")", &[("self-reference", "\"f\"")]),
    ("risk = \"low\", examples(\"\")", &[("empty-text", "\"\"")]),
    ("risk = \"low\", parameters(\"a\", optional(\"a\"))", &[("repeated-value", "\"a\"")]),
    ("risk = \"low\", parameters(maybe(\"a\"))", &[("unknown-value", "maybe")]),
    ("risk = \"low\", parameters(optional(\"a\", \"b\"))", &[("malformed-argument", "optional")]),
    ("risk = \"low\", crate = \"scopes\"", &[("bad-path", "\"scopes\"")]),
    ("risk = \"low\", policy", &[("malformed-argument", "policy")]),
    ("risk = \"low\", policy()", &[("empty-list", "policy")]),
    ("risk = \"low\", policy(max_calls = 3)", &[("unknown-key", "max_calls")]),
    ("risk = \"low\", policy(max_calls_per_session = 0)", &[("zero-limit", "0")]),
    ("risk = \"low\", policy(cooling_period_minutes = 0, max_file_size_mb = 0x0)", &[("zero-limit", "0"), ("zero-limit", "0x0")]),
    ("risk = \"low\", policy(max_calls_per_session = 4294967296)", &[("wrong-type", "4294967296")]),
    ("risk = \"low\", policy(max_calls_per_session = 3u8)", &[("wrong-type", "3u8")]),
    ("risk = \"low\", policy(max_calls_per_session = \"3\")", &[("wrong-type", "\"3\"")]),
    ("risk = \"low\", policy(blocked_after())", &[("empty-list", "blocked_after")]),
    ("risk = \"low\", policy(blocked_after(\"a:\", \"b//\"))", &[("bad-pattern", "\"a:\""), ("bad-pattern", "\"b//\"")]),
    ("risk = \"low\", policy(blocked_patterns(\"/etc/../x\"))", &[("bad-pattern", "\"/etc/../x\"")]),
    (
        "risk = \"low\", policy(blocked_after(\"a:/x\"), requires_approval_after(\"a:/x\"))",
        &[("conflicting-limits", "\"a:/x\"")],
    ),
    (
        "risk = \"low\", policy(blocked_after(\"a\"), requires_approval_after(\"a:/x\", \"b\"))",
        &[("conflicting-limits", "\"a:/x\"")],
    ),
    (
        "risk = \"low\", approval = \"auto\", policy(requires_human_review)",
        &[("conflicting-limits", "requires_human_review")],
    ),
    ("risk = \"low\", policy(requires_human_review = 1)", &[("malformed-argument", "requires_human_review")]),
    (
        "rsik = \"low\", scope = \"a b\", policy(max_file_size_mb = 0), sandbox = \"no\"",
        &[
            ("unknown-key", "rsik"),
            ("bad-scope", "\"a b\""),
            ("zero-limit", "0"),
            ("unknown-value", "\"no\""),
        ],
    ),
];

/// `(arguments, item)`, as an attribute macro sees them.
#[rustfmt::skip]
const ITEMS: &[(&str, &str, Expected)] = &[
    ("risk = \"low\"", "struct Tool;", &[("not-a-function", "struct")]),
    ("risk = \"low\"", "#[derive(Debug)] pub enum Tool {}", &[("not-a-function", "enum")]),
    ("risk = \"low\"", "impl Server {}", &[("not-a-function", "impl")]),
    ("risk = \"low\"", "mod shell {}", &[("not-a-function", "mod")]),
    ("risk = \"low\"", "pub(crate) const X: fn() = f;", &[("not-a-function", "const")]),
    ("risk = \"low\"", "use a::b;", &[("not-a-function", "use")]),
    ("risk = \"low\"", "fn f(&self);", &[("no-body", "f")]),
    ("risk = \"low\"", "fn f(a, b) {}", &[("unreadable-item", ",")]),
    ("risk = \"low\"", "#[mcp_tool(risk = \"high\")] fn f() {}", &[("duplicate-annotation", "mcp_tool")]),
    ("risk = \"low\", guard = caler", "fn f(caller: &Caller) -> Result<(), E> {}", &[("unknown-argument", "caler")]),
    ("risk = \"low\", guard = caller", "fn f(caller: &Caller) -> String {}", &[("guard-needs-result", "String")]),
    ("risk = \"low\", guard = caller", "fn f(caller: &Caller) -> CallToolResult {}", &[("guard-needs-result", "CallToolResult")]),
    ("risk = \"low\", guard = caller", "const fn f(caller: &Caller) -> Result<(), E> {}", &[("guard-in-const", "const")]),
    ("risk = \"low\"", "fn f(Point { x, y }: Point) {}", &[("unreadable-parameters", "Point { x, y }")]),
    ("risk = \"low\"", "fn f(_: u8) {}", &[("unreadable-parameters", "_")]),
    ("risk = \"low\"", "fn f(Parameters(a): Parameters<A>, b: u8) {}", &[("unreadable-parameters", "b")]),
    ("risk = \"low\"", "fn f(a: Parameters<A>, b: Parameters<B>) {}", &[("unreadable-parameters", "B")]),
    ("risk = \"low\"", "fn f<T: X>(Parameters(a): Parameters<Vec<T>>) {}", &[("unreadable-parameters", "Vec<T>")]),
    ("risk = \"low\"", "fn f(Parameters(a): Parameters<Self>) {}", &[("unreadable-parameters", "Self")]),
    ("risk = \"low\"", "fn f<'a>(a: Parameters<A<'a>>) {}", &[("unreadable-parameters", "A<'a>")]),
    ("risk = \"low\"", "fn f(a: Parameters) {}", &[("unreadable-parameters", "a")]),
    ("risk = \"low\"", "fn f(a: Parameters<A, B>) {}", &[("unreadable-parameters", "a")]),
    ("risk = \"low\"", "fn f(a: Option<Parameters<A>>) {}", &[("unreadable-parameters", "a")]),
    ("risk = \"low\"", "fn f(a: JsonObject) {}", &[("unreadable-parameters", "a")]),
    ("risk = \"low\"", "fn f(#[cfg(unix)] a: u8) {}", &[("unreadable-parameters", "a")]),
    ("risk = \"low\"", "unsafe extern \"C\" fn f(a: u8, ...) {}", &[("unreadable-parameters", "...")]),
    ("risk = \"low\"", "fn f(P(a): P<A>) {}", &[("unreadable-parameters", "P(a)")]),
    ("risk = \"low\"", "#[tool] fn f(Point { x }: Point<u8>) {}", &[("unreadable-parameters", "Point { x }")]),
    ("risk = \"low\"", "#[tool] fn f(P(a): P<Self>) {}", &[("unreadable-parameters", "P(a)")]),
    ("risk = \"low\"", "#[tool] fn f(P(a): P) {}", &[("unreadable-parameters", "P(a)")]),
    ("risk = \"low\", not_a_parameter(b)", "fn f(a: u8) {}", &[("unknown-argument", "b")]),
    ("risk = \"low\", not_a_parameter(\"a\")", "fn f(a: u8) {}", &[("wrong-type", "\"a\"")]),
    ("risk = \"low\", not_a_parameter(a, a)", "fn f(a: u8) {}", &[("repeated-value", "a")]),
    ("risk = \"low\", not_a_parameter()", "fn f(a: u8) {}", &[("empty-list", "not_a_parameter")]),
    ("risk = \"low\", not_a_parameter = a", "fn f(a: u8) {}", &[("malformed-argument", "not_a_parameter")]),
    ("risk = \"low\"", "#[doc = include_str!(\"f.md\")] fn f() {}", &[("unreadable-text", "doc")]),
    ("risk = \"low\"", "#[cfg_attr(x, doc = \"F\")] fn f() {}", &[("unreadable-text", "doc")]),
    ("risk = \"low\"", "#[tool(description = concat!(\"a\"))] fn f() {}", &[("unreadable-text", "tool")]),
    ("risk = \"low\"", "#[tool(title = TITLE)] fn f() {}", &[("unreadable-text", "tool")]),
    ("risk = \"low\"", "#[tool(annotations(title = TITLE))] fn f() {}", &[("unreadable-text", "tool")]),
    ("risk = \"low\"", "#[cfg_attr(x, tool(title = \"F\"))] fn f() {}", &[("unreadable-text", "tool")]),
    ("risk = \"low\", title = \" \"", "fn f() {}", &[("empty-text", "\" \"")]),
    ("risk = \"low\", title = 1", "fn f() {}", &[("wrong-type", "1")]),
    ("risk = \"low\"", "#[cfg_attr(x, rmcp::tool(name = \"g\"))] fn f() {}", &[("unreadable-name", "rmcp")]),
    ("risk = \"low\"", "#[tool(name = NAME)] fn f() {}", &[("unreadable-name", "tool")]),
    ("risk = \"low\", name = \"g\"", "#[tool] fn f() {}", &[("conflicting-name", "\"g\"")]),
    ("risk = \"low\", name = \"g\"", "#[tool(name = \"h\")] fn f() {}", &[("conflicting-name", "\"g\"")]),
    ("risk = \"low\"", "#[tool] fn r#type() {}", &[("bad-tool-name", "r#type")]),
    (
        "risk = \"low\"",
        "fn f(&self) -> ::std::pin::Pin<Box<dyn ::std::future::Future<Output = ()> + Send + '_>> { Box::pin(async move {}) }",
        &[("annotation-below-tool", "f")],
    ),
];

/// An item as a source scan sees it.
const SCANNED: &[(&str, Expected)] = &[
    ("#[tool] #[mcp_tool(risk = \"low\")] async fn f() {}", &[("annotation-below-tool", "tool")]),
    ("#[mcp_tool(risk = \"low\")] #[mcp_tool(risk = \"low\")] fn f() {}", &[("duplicate-annotation", "mcp_tool")]),
    ("#[mcp_tool] fn f() {}", &[("missing-risk", "f")]),
];

#[rustfmt::skip]
const TABLES: &[(&str, Expected)] = &[
    ("", &[("bad-table", "")]),
    ("[a, b]", &[("bad-table", "[")]),
    ("pub const T = [];", &[("bad-table", "const")]),
    ("static mut T = [];", &[("bad-table", "mut")]),
    ("static T: ScopeTable = [];", &[("bad-table", ":")]),
    ("static T [];", &[("bad-table", "[")]),
    ("static T = a;", &[("bad-table", "a")]),
    ("static T = []", &[("bad-table", "")]),
    ("static T = [] from \"x\";", &[("bad-table", "from")]),
    ("static T = [] \"x\";", &[("bad-table", "\"x\"")]),
    ("static T = [] with FILE;", &[("not-a-literal", "FILE")]),
    ("static T = [] with \"\";", &[("empty-text", "\"\"")]),
    ("static T = [] with \"/etc/x.toml\";", &[("bad-table", "\"/etc/x.toml\"")]),
    ("static T = [] with;", &[("not-a-literal", ";"), ("bad-table", "")]),
    ("static T = []; static U = [];", &[("bad-table", "static")]),
    ("crate = \"x\"; static T = [];", &[("bad-path", "\"x\"")]),
    ("crate = x static T = []", &[("bad-table", "crate")]),
    ("static T = [*];", &[("bad-entry", "*")]),
    ("static T = [a::*::b];", &[("bad-entry", ":")]),
    ("static T = [..];", &[("bad-entry", ".")]),
    ("static T = [..a::*];", &[("bad-entry", ".")]),
    ("static T = [..<A>];", &[("bad-entry", ".")]),
    ("static T = [\"a\"];", &[("bad-entry", "\"a\"")]),
    ("static T = [a()];", &[("bad-entry", "(")]),
    ("static T = [a b];", &[("bad-entry", "b")]),
    ("static T = [a::<u8>];", &[("bad-entry", "a")]),
    ("static T = [Server<u8>::*];", &[("bad-entry", "<")]),
    ("static T = [<Server>];", &[("bad-entry", "<")]),
    ("static T = [a, , b];", &[("bad-entry", ",")]),
    ("static T = [super];", &[("bad-entry", "super")]),
    ("static T = [#[doc(hidden)] a];", &[("bad-entry", "doc")]),
    ("static T = [1, a, \"b\", ..c::T];", &[("bad-entry", "1"), ("bad-entry", "\"b\"")]),
    ("static T = [dynamic q (risk = \"low\")];", &[("bad-entry", "q")]),
    ("static T = [dynamic 1 (risk = \"low\")];", &[("bad-entry", "1")]),
    ("static T = [dynamic \"q\"];", &[("bad-entry", "dynamic")]),
    ("static T = [dynamic \"q\", a];", &[("bad-entry", "dynamic")]),
    ("static T = [dynamic \"q\" {}];", &[("bad-entry", "{}")]),
    ("static T = [dynamic \"q\" = 1];", &[("bad-entry", "=")]),
    ("static T = [dynamic (risk = \"low\")];", &[("bad-entry", "(risk = \"low\")")]),
    ("static T = [dynamic \"q\" () a];", &[("missing-risk", "\"q\""), ("bad-entry", "a")]),
    ("static T = [dynamic \"q q\" (risk = \"low\")];", &[("bad-tool-name", "\"q q\"")]),
    ("static T = [dynamic \"q\" ()];", &[("missing-risk", "\"q\"")]),
    ("static T = [dynamic \"q\" (rsik = \"low\", guard = caller)];", &[("unknown-key", "rsik"), ("unknown-key", "guard")]),
    ("static T = [dynamic \"q\" (risk = \"low\", name = \"r\")];", &[("unknown-key", "name")]),
    ("static T = [dynamic \"q\" (risk = \"low\", sandbox = simulate(f))];", &[("simulate-without-guard", "simulate")]),
    ("static T = [dynamic \"q\" (risk = \"low\", sandbox = \"simulate\")];", &[("simulate-without-guard", "\"simulate\"")]),
    ("static T = [dynamic \"q\" (risk = \"low\", sandbox = \"alow\")];", &[("unknown-value", "\"alow\"")]),
    ("static T = [dynamic \"q\" (risk = \"low\", scope = \"a\", public)];", &[("scope-and-public", "public")]),
    ("static T = [dynamic \"q\" (risk = \"high\", scope = \"a b\", approval = \"auto\")];", &[("bad-scope", "\"a b\""), ("approval-below-risk", "\"auto\"")]),
    ("static T = [dynamic \"q\" (risk = \"low\", grouped_with(\"q\"))];", &[("self-reference", "\"q\"")]),
];

/// `(arguments, item)`.
#[rustfmt::skip]
const GROUPS: &[(&str, &str, Expected)] = &[
    ("", "struct S;", &[("not-a-group", "struct")]),
    ("", "fn f() {}", &[("not-a-group", "fn")]),
    ("", "impl Trait for Server { #[mcp_tool(risk = \"low\")] fn f() {} }", &[("trait-impl", "for")]),
    ("", "impl<T> Trait for <T as X>::Y {}", &[("trait-impl", "for")]),
    ("", "mod shell;", &[("file-module", "mod")]),
    ("", "impl Server { fn f() {} }", &[("empty-group", "impl")]),
    ("", "mod shell { mod inner { #[mcp_tool(risk = \"low\")] fn f() {} } }", &[("empty-group", "mod")]),
    ("", "impl Server { #[tool] fn f() {} }", &[("unannotated-tool", "tool")]),
    (
        "",
        "impl S { #[mcp_tool(risk = \"low\")] fn f() {} #[rmcp::tool(name = \"g\")] async fn g(&self) {} }",
        &[("unannotated-tool", "rmcp")],
    ),
    ("", "impl S { #[tool] #[mcp_tool(risk = \"low\")] fn f() {} }", &[("annotation-below-tool", "tool")]),
    // The annotation of an `async fn` reports the wrong order itself.
    ("", "impl S { #[tool] #[mcp_tool(risk = \"low\")] async fn f() {} }", &[]),
    ("group = \"admin\"", "impl S { #[mcp_tool()] fn f() {} }", &[("wrong-type", "\"admin\"")]),
    ("group = Admin", "impl S { #[mcp_tool()] fn f() {} }", &[("wrong-type", "Admin")]),
    ("gruop = admin", "impl S { #[mcp_tool()] fn f() {} }", &[("unknown-key", "gruop")]),
];

/// The text of a file, with the ids of its diagnostics and their locations, `line:column`.
#[rustfmt::skip]
const FILES: &[(&str, Expected)] = &[
    ("[server", &[("toml-syntax", "1:8")]),
    ("[server]\nnamespace = \"a:\"\nnamespace = \"b:\"\n", &[("toml-syntax", "3:1")]),
    ("[scopes]\n\"$__toml_private_datetime\" = \"Now\"\n", &[("toml-limit", "2:1")]),
    ("[lint]\nbroad-scope = { except = [{ '__serde_saphyr_private_spanned' = 1 }] }\n", &[("toml-limit", "2:29")]),
    ("[sever]\n", &[("unknown-section", "1:2")]),
    ("resource = \"https://a\"\n", &[("unknown-section", "1:1")]),
    ("server = 3\n", &[("wrong-type", "1:10")]),
    ("[server]\nresuorce = \"https://a\"\n", &[("unknown-key", "2:1")]),
    ("[server]\nresource = \"http://a.example\"\n", &[("bad-url", "2:12")]),
    ("[server]\nresource = 3\nbaseline = \"a\"\n", &[("wrong-type", "2:12"), ("wrong-type", "3:12")]),
    ("[server]\nresource_name = \"\"\n", &[("empty-text", "2:17")]),
    ("[server]\nauthorization_servers = []\nbaseline = []\n", &[("empty-list", "2:25"), ("empty-list", "3:12")]),
    ("[server]\nauthorization_servers = [\"https://a\", \"https://b/?x\", \"https://a\", 1]\n", &[("bad-url", "2:39"), ("repeated-value", "2:55"), ("wrong-type", "2:68")]),
    ("[server]\nnamespace = \"dev\"\n", &[("bad-prefix", "2:13")]),
    ("[server.scope_prefix]\noutside = \"api://app\"\n", &[("bad-prefix", "2:11")]),
    ("[server.scope_prefix]\ninside = \"a b/\"\n", &[("bad-scope", "2:10")]),
    ("[server.scope_prefix]\nouter = \"a/\"\n", &[("unknown-key", "2:1")]),
    ("[server]\nscope_prefix = \"a/\"\n", &[("wrong-type", "2:16")]),
    ("[server]\nnamespace = \"é:\"\n", &[("bad-scope", "2:13")]),
    ("[server]\nbaseline = [\"é\", \"a b\"]\n", &[("bad-scope", "2:13"), ("bad-scope", "2:18")]),
    ("[convention]\nscope = \"resource-action\"\n", &[("unknown-value", "2:9")]),
    ("[convention]\nscope = \"pattern\"\n", &[("convention-pattern", "2:1")]),
    ("[convention]\nscope = \"dotted\"\npattern = \"*\"\n", &[("convention-pattern", "3:1")]),
    ("[convention]\npattern = \"a b\"\n", &[("convention-pattern", "2:1"), ("bad-pattern", "2:11")]),
    ("[scopes]\n\"a b\" = \"A\"\n\"a\" = { describtion = \"A\" }\n", &[("bad-scope", "2:1"), ("unknown-key", "3:9")]),
    ("[scopes]\nfiles.read = \"A\"\n", &[("unknown-key", "2:7")]),
    ("[scopes]\na = 3\nb = \"\"\nc = { implies = [\"a\", \"a\"] }\n", &[("wrong-type", "2:5"), ("empty-text", "3:5"), ("repeated-value", "4:23")]),
    ("[tools]\nq = 3\n", &[("wrong-type", "2:5")]),
    ("[tools.\"q q\"]\nrisk = \"low\"\n", &[("bad-tool-name", "1:8")]),
    ("[tools.q]\n", &[("missing-risk", "1:8")]),
    ("[tools.q]\nrsik = \"low\"\n", &[("unknown-key", "2:1")]),
    ("[tools.q]\nrisk = \"low\"\nguard = \"caller\"\nname = \"r\"\n", &[("unknown-key", "3:1"), ("unknown-key", "4:1")]),
    ("[tools.db.query]\nrisk = \"low\"\n", &[("unknown-key", "1:11")]),
    ("[tools.q]\nrisk = 1\nscope = [\"a\"]\npublic = \"yes\"\n", &[("wrong-type", "2:8"), ("wrong-type", "3:9"), ("wrong-type", "4:10")]),
    ("[tools.q]\nrisk = \"lo\"\nscope = \"a b\"\n", &[("unknown-value", "2:8"), ("bad-scope", "3:9")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { any = [\"a b\", { al = [] }, 1] }\n", &[("bad-scope", "3:18"), ("unknown-value", "3:27"), ("wrong-type", "3:38")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { any = [] }\n", &[("empty-list", "3:11")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { any = \"a\" }\n", &[("wrong-type", "3:17")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { any = [\"a\"], all = [\"b\"] }\n", &[("malformed-argument", "3:9")]),
    ("[tools.q]\nrisk = \"low\"\nscope = {}\n", &[("malformed-argument", "3:9")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { all = [\"a\", \"a\"] }\n", &[("repeated-value", "3:23")]),
    ("[tools.q]\nrisk = \"low\"\nscope = { all = [{ all = [{ all = [{ all = [{ all = [{ all = [{ all = [{ all = [{ all = [\"a\"] }] }] }] }] }] }] }] }] }\n", &[("requirement-too-large", "3:83")]),
    ("[tools.q]\nrisk = \"low\"\nscope = \"a\"\nauthenticated = true\npublic = false\n", &[("scope-and-public", "4:1")]),
    ("[tools.q]\nrisk = \"high\"\napproval = \"auto\"\nsandbox = \"simulate\"\n", &[("approval-below-risk", "3:12"), ("simulate-without-guard", "4:11")]),
    ("[tools.q]\nrisk = \"low\"\nprerequisites = [\"a b\"]\ngrouped_with = [\"q\", \"b b\"]\nexamples = []\n", &[("bad-scope", "3:18"), ("self-reference", "4:17"), ("bad-tool-name", "4:22"), ("empty-list", "5:12")]),
    ("[tools.q]\nrisk = \"low\"\nparameters = \"a\"\n", &[("wrong-type", "3:14")]),
    ("[tools.q]\nrisk = \"low\"\nparameters = [\"a\", { optional = \"a\" }, { maybe = \"b\" }, 1, \"\"]\n", &[("repeated-value", "3:33"), ("unknown-key", "3:42"), ("wrong-type", "3:57"), ("empty-text", "3:60")]),
    ("[tools.q]\nrisk = \"low\"\n[tools.q.policy]\n", &[("empty-list", "3:10")]),
    ("[tools.q]\nrisk = \"low\"\npolicy = { blocked_after = [\"a b\"], blocked_patterns = [\"!x\"], max_cals_per_session = 1, max_file_size_mb = 0 }\n", &[("bad-pattern", "3:29"), ("bad-pattern", "3:57"), ("unknown-key", "3:64"), ("zero-limit", "3:109")]),
    ("[tools.q]\nrisk = \"low\"\napproval = \"auto\"\npolicy = { requires_human_review = true }\n", &[("conflicting-limits", "4:12")]),
    ("[tools.q]\nrisk = \"low\"\npolicy = { blocked_after = [\"a\"], requires_approval_after = [\"a:b\"] }\n", &[("conflicting-limits", "3:62")]),
    ("[resources]\n\"logs://*\" = 3\n", &[("wrong-type", "2:14")]),
    ("[resources.\"logs://*\"]\n", &[("missing-scope", "1:12"), ("missing-risk", "1:12")]),
    ("[resources.\"logs://*\"]\nrisk = \"lo\"\nscope = \"a b\"\n", &[("unknown-value", "2:8"), ("bad-scope", "3:9")]),
    ("[resources.\"logs://*\"]\nrisk = \"low\"\nscpoe = \"a\"\n", &[("missing-scope", "1:12"), ("unknown-key", "3:1")]),
    ("[resources.\"logs://*\"]\nrisk = \"low\"\nscope = \"a\"\npublic = true\n", &[("scope-and-public", "4:1")]),
    ("[resources.\"logs://*\"]\nrisk = \"low\"\npublic = false\n", &[("missing-scope", "1:12")]),
    ("[resources.\"/etc/*\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[resources.\"file:/etc/*\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[resources.\"file://h/etc/*\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[resources.\"file:///a/../b\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[resources.\"logs://[a]\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[resources.\"a\\nb{c}\"]\nrisk = \"low\"\nscope = \"a\"\n", &[("bad-pattern", "1:12")]),
    ("[prompts.review]\n", &[("missing-scope", "1:10")]),
    ("[prompts.\" \"]\nscope = \"a\"\n", &[("empty-text", "1:10")]),
    ("[prompts.review]\nscope = { any = [] }\nrisk = 3\n", &[("empty-list", "2:11"), ("wrong-type", "3:8")]),
    ("[flows]\ndev = []\n", &[("empty-list", "2:7")]),
    ("[session]\nmax_high_risk_calls = 0\nrequire_reauth_after_minutes = 1.5\nblock_rapid_escalation = \"yes\"\n", &[("zero-limit", "2:23"), ("wrong-type", "3:32"), ("wrong-type", "4:26")]),
    ("[session]\nmax_high_risk_calls = -1\n", &[("wrong-type", "2:23")]),
    ("[sandbox]\nheader = \"X Sandbox\"\n", &[("bad-header", "2:10")]),
    ("[sandbox]\nheader = \"Authorization\"\n", &[("bad-header", "2:10")]),
    ("[sandbox]\nheadr = \"X-Sandbox\"\n", &[("unknown-key", "2:1")]),
    ("[lint]\nrisky-name = \"error\"\n", &[("unknown-value", "2:14")]),
    ("[diff]\naccepts = []\n", &[("unknown-key", "2:1")]),
    ("[diff]\naccept = \"tool-added\"\n", &[("wrong-type", "2:10")]),
    ("[[diff.accept]]\n", &[("incomplete-acceptance", "1:1"), ("incomplete-acceptance", "1:1"), ("incomplete-acceptance", "1:1"), ("incomplete-acceptance", "1:1"), ("incomplete-acceptance", "1:1")]),
    ("[[diff.accept]]\nkind = \"tool-added\"\nchange = \"1f0c9a77f1b2\"\ntool = \"a\"\npointer = \"/a\"\nreason = \"b\"\nuntil = 2027-03-01\n", &[("incomplete-acceptance", "1:1")]),
    ("[[diff.accept]]\nkind = \"tool-added\"\nchange = \"1f0c9a77f1b2\"\npointer = \"a\"\nreason = \" \"\nuntil = 2027-03-01T10:00:00\n", &[("bad-pointer", "4:11"), ("empty-text", "5:10"), ("bad-date", "6:9")]),
    ("[[diff.accept]]\nkind = \"tool-added\"\nchange = \"1f0c9a77f1b2\"\ntool = \"a\"\nraeson = \"b\"\nuntil = \"2027-02-30\"\n", &[("incomplete-acceptance", "1:1"), ("unknown-key", "5:1"), ("bad-date", "6:9")]),
];

/// Kinds that the grammar does not produce. The macros open the file that a table names, and have their own tests.
const ELSEWHERE: [&str; 1] = ["unreadable-config"];

#[test]
fn reports_each_error_at_its_location() {
    let mut wrong = Vec::new();
    let mut compare = |input: &str, found: Vec<(&'static str, String)>, expected: Expected| {
        let expected: Vec<_> = expected.iter().map(|(id, place)| (*id, (*place).to_owned())).collect();
        if found != expected {
            wrong.push(format!("{input}\n  found {found:?}\n  expected {expected:?}"));
        }
    };
    for (args, expected) in ARGUMENTS {
        compare(args, of_tool(args, "fn f() {}"), expected);
    }
    for (args, item, expected) in ITEMS {
        compare(item, of_tool(args, item), expected);
    }
    for (item, expected) in SCANNED {
        compare(item, of_scan(item), expected);
    }
    for (text, expected) in TABLES {
        compare(text, places(&table::read(tokens(text)).1), expected);
    }
    for (args, item, expected) in GROUPS {
        compare(item, places(&group::read(tokens(args), tokens(item)).1), expected);
    }
    for (text, expected) in FILES {
        compare(text, of_file(text), expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn produces_every_kind() {
    let produced: BTreeSet<&str> = ARGUMENTS
        .iter()
        .map(|(_, expected)| *expected)
        .chain(ITEMS.iter().chain(GROUPS).map(|(_, _, expected)| *expected))
        .chain([SCANNED, TABLES, FILES].concat().into_iter().map(|(_, expected)| expected))
        .flatten()
        .map(|(id, _)| *id)
        .collect();
    let known: BTreeSet<&str> = ALL.iter().map(|kind| kind.id).collect();
    let known_here: BTreeSet<&str> = known.iter().copied().filter(|id| !ELSEWHERE.contains(id)).collect();
    assert_eq!(produced, known_here);
    assert_eq!(known.len(), ALL.len(), "duplicate id");
}

#[test]
fn labels_and_helps_follow_the_style() {
    for kind in ALL {
        assert!(kind.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.id);
        for text in [kind.label, kind.help] {
            assert!(!text.is_empty() && !text.ends_with(['.', '!']), "{}: {text}", kind.id);
        }
    }
}

#[test]
fn suggests_the_nearest_word() {
    for (args, help) in [
        ("rsik = \"low\", risk = \"low\"", "write `risk`"),
        ("risk = \"Low\"", "write `risk = \"low\"`"),
        ("risk = \"low\", sandbox = \"simulat\"", "write `sandbox = simulate(path)`"),
        ("risk = \"low\", policy(coling_period_minutes = 1)", "write `cooling_period_minutes`"),
        ("risk = \"low\", scope = al(\"a\")", "write `all(..)`"),
    ] {
        let head = FnHead::parse(tokens("fn f() {}")).unwrap();
        let (_, errors) = tool::read(tokens(args), &head);
        assert_eq!(errors[0].help.as_deref(), Some(help), "{args}");
    }
    for (file, help) in [
        ("[sever]\n", "write `[server]`"),
        ("[tools.db.query]\nrisk = \"low\"\n", "quote a name that contains a dot: `[tools.\"db.query\"]`"),
        ("[tools.q]\nrisk = \"low\"\nscope = { al = [\"a\"] }\n", "write `{ all = [..] }`"),
    ] {
        let errors = config::read(file, "mcp-scopes.toml").unwrap_err();
        assert!(errors.iter().any(|error| error.help.as_deref() == Some(help)), "{file}: {errors:?}");
    }
    let errors = config::read("[sever]\n", "mcp-scopes.toml").unwrap_err();
    assert!(errors[0].to_string().starts_with("mcp-scopes.toml:1:2: unknown section or key"));
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn of_tool(args: &str, item: &str) -> Vec<(&'static str, String)> {
    match FnHead::parse(tokens(item)) {
        Ok(head) => places(&tool::read(tokens(args), &head).1),
        Err(diagnostic) => places(&[diagnostic]),
    }
}

fn of_scan(item: &str) -> Vec<(&'static str, String)> {
    let item: syn::ItemFn = syn::parse_str(item).unwrap();
    let heads = FnHead::of(&item.attrs, &item.vis, &item.sig);
    heads.into_iter().flat_map(|(args, head)| places(&tool::read(args, &head).1)).collect()
}

fn of_file(text: &str) -> Vec<(&'static str, String)> {
    let errors = config::read(text, "mcp-scopes.toml").err().unwrap_or_default();
    errors.iter().map(|error| (error.id, format!("{}:{}", error.line, error.column))).collect()
}

fn places(diagnostics: &[Diagnostic]) -> Vec<(&'static str, String)> {
    let place = |diagnostic: &Diagnostic| (diagnostic.id, diagnostic.span.source_text().unwrap_or_default());
    diagnostics.iter().map(place).collect()
}
