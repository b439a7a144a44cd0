//! For any input, the grammar returns well-formed diagnostics. It neither panics nor loops.

use mcp_scopes_grammar::{catalogue, config, diagnostic::Diagnostic, group, item::FnHead, table, tool};
use proc_macro2::{Group, TokenStream, TokenTree};

const ARGUMENTS: &str = r#"
    name = "execute", scope = all("system:execute", any("oncall", "admin")), public, risk = "high",
    sandbox = simulate(crate::pretend::<u8>), guard = caller, approval = "auto", title = "Run", description = "Run",
    prerequisites("health:check", "files:list"), grouped_with("list_files"), examples("execute uptime"),
    parameters("command", optional("directory")), crate = ::scopes,
    policy(blocked_after("read_file:/etc/*"), cooling_period_minutes = 5, idempotent, requires_human_review = true),
"#;
const ITEM: &str = r#"
    /// Run
    #[cfg_attr(a, cfg(b))] #[tool(name = "run", description = "x")] pub(crate) async unsafe extern "C"
    fn run<'a, T: Into<u8>>(&self, caller: &Caller, Parameters(a): Parameters<A<T>>, mut b: Option<u8>) -> Result<(), E>
    where T: 'a { body }
"#;
const TABLE: &str = r#"
    crate = ::scopes; /// All
    #[cfg(unix)] pub(crate) static TOOLS =
        [a, shell::*, <S<u8>>::admin::*, S::<u8>::*, ..other::TOOLS, #[cfg(x)] crate::b::c,] with "mcp-scopes.toml";
"#;
const GROUP: &str = r#"
    #[tool_router] impl<T> Server<T> where T: for<'a> Fn(&'a u8) {
        const A: u8 = { 1 }; type B = u8; make! { x }
        #[mcp_tool(risk = "low")] #[tool] pub(crate) async fn a(&self) -> M<{ 1 }> {}
        #[tool] fn b() {} #[cfg_attr(x, mcp_tool(risk = "low"))] fn c();
    }
"#;
const FILE: &str = "[server]\nresource = \"https://a.example/\"\nbaseline = [\"a\"]\n[convention]\nscope = \"pattern\"\n\
                    pattern = \"*\"\n[scopes]\n\"é\" = { implies = [\"a\"] }\n[session]\nmax_high_risk_calls = 5\ndomain = \"a\"\nserver = \"b\"\n[risk.low]\nacr_values = [\"a\"]\n[lint]\nx = \"deny\"\n";

#[test]
fn diagnoses_any_arguments() {
    for args in variants(ARGUMENTS) {
        for item in [ITEM, "fn f() {}"] {
            check(&tool::read(args.clone(), &head(item)).1);
        }
    }
}

#[test]
fn diagnoses_any_item() {
    for item in variants(ITEM) {
        match FnHead::parse(item) {
            Ok(head) => check(&tool::read(tokens("risk = \"low\", guard = caller"), &head).1),
            Err(diagnostic) => check(&[diagnostic]),
        }
    }
}

#[test]
fn diagnoses_any_table() {
    for text in variants(TABLE) {
        check(&table::read(text).1);
    }
}

#[test]
fn diagnoses_any_group() {
    for item in variants(GROUP) {
        check(&group::read(tokens("group = admin"), item).1);
    }
    for args in variants("group = admin, crate = ::scopes") {
        check(&group::read(args, tokens(GROUP)).1);
    }
}

#[test]
fn diagnoses_any_file() {
    let characters: Vec<char> = FILE.chars().collect();
    for place in 0..characters.len() {
        for insert in ["", "\"", "[", "\u{0}", "é"] {
            let front: String = characters.iter().take(place).collect();
            let back: String = characters.iter().skip(place + 1).collect();
            let Err(errors) = config::read(&format!("{front}{insert}{back}"), "f.toml") else { continue };
            assert!(!errors.is_empty());
            for error in errors {
                assert!(error.line > 0 && error.column > 0, "{error}");
                check_words(&error.message, error.help.as_deref(), error.id);
            }
        }
    }
}

fn head(item: &str) -> FnHead {
    FnHead::parse(tokens(item)).unwrap_or_else(|error| unreachable!("{error}"))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// Returns the tokens with each one removed, doubled, swapped with the next, and replaced by others, at every depth,
/// and with everything after each one removed.
fn variants(text: &str) -> Vec<TokenStream> {
    of_list(&tokens(text).into_iter().collect::<Vec<_>>())
}

fn of_list(list: &[TokenTree]) -> Vec<TokenStream> {
    let mut variants = Vec::new();
    let replacements: Vec<TokenTree> = tokens(", = x \"y\" 0 :: () [*] {}").into_iter().collect();
    for place in 0..list.len() {
        let (front, back) = list.split_at(place);
        let Some((token, rest)) = back.split_first() else { continue };
        let mut add = |middle: Vec<TokenTree>, rest: &[TokenTree]| {
            variants.push(front.iter().cloned().chain(middle).chain(rest.iter().cloned()).collect());
        };
        add(Vec::new(), &[]);
        add(Vec::new(), rest);
        add(vec![token.clone(), token.clone()], rest);
        if let Some((next, rest)) = rest.split_first() {
            add(vec![next.clone(), token.clone()], rest);
        }
        for replacement in &replacements {
            add(vec![replacement.clone()], rest);
        }
        if let TokenTree::Group(group) = token {
            for inner in of_list(&group.stream().into_iter().collect::<Vec<_>>()) {
                add(vec![Group::new(group.delimiter(), inner).into()], rest);
            }
        }
    }
    variants
}

fn check(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        check_words(&diagnostic.message, diagnostic.help.as_deref(), diagnostic.id);
    }
}

/// A message states the error, in lower case and without a full stop, and has a help.
fn check_words(message: &str, help: Option<&str>, id: &str) {
    assert!(catalogue::ALL.iter().any(|kind| kind.id == id), "{id}");
    assert!(help.is_some_and(|help| !help.is_empty()), "{message}");
    for text in [message, help.unwrap_or_default()] {
        assert!(!text.ends_with('.') || text.ends_with(".."), "{text}");
        assert!(!text.contains('\n') && !text.contains("  "), "{text}");
        let first = text.chars().next();
        assert!(first.is_some_and(|first| !first.is_uppercase()), "{text}");
    }
}
