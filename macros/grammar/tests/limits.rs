//! The limits of TOML texts apply before every parser, on the 2 MiB stack of a server thread.
#![expect(clippy::expect_used, reason = "shared test steps may panic")]

use std::{
    thread,
    time::{Duration, Instant},
};

use mcp_scopes_grammar::{
    config,
    limits::{Limit, MAX_DEPTH, MAX_LEN, check},
};
use mcp_scopes_model::markers::PREFIXES;
use toml::de::DeTable;

/// Runs on a stack of 2 MiB. An overflow aborts the process and with it the test run.
fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(test).expect("a thread");
    thread.join().expect("the thread ends");
}

/// Texts whose values nest `depth` levels deep, each with a different construct.
fn shapes(depth: usize) -> Vec<(&'static str, String)> {
    let dotted = |parts: usize| vec!["a"; parts].join(".");
    let tables = depth.saturating_sub(1) / 2;
    let header = dotted(depth / 4);
    let below_header = dotted(depth - depth / 4 * 2);
    vec![
        ("arrays", format!("a = {}{}", "[".repeat(depth), "]".repeat(depth))),
        ("inline tables", format!("{}a = 1{}", "a = { ".repeat(depth - 1), " }".repeat(depth - 1))),
        ("inline tables in arrays", format!("a = {}{{ a = 1 }}{}", "[".repeat(depth - 2), "]".repeat(depth - 2))),
        ("dotted keys", format!("{} = 1\n", dotted(depth))),
        ("quoted keys", format!("{} = 1\n", vec!["\"a\""; depth].join(" . "))),
        (
            "dotted keys in inline tables",
            format!("{}{} = 1{}", "a.a = { ".repeat(tables), dotted(depth - tables * 2), " }".repeat(tables)),
        ),
        ("headers", format!("[{header}]\n{below_header} = 1\n")),
        ("headers of arrays", format!("[[{header}]]\n{below_header} = 1\n")),
    ]
}

#[test]
fn accepts_the_deepest_text_and_rejects_the_next() {
    on_small_stack(|| {
        for (shape, text) in shapes(MAX_DEPTH) {
            assert_eq!(check(&text), Ok(()), "{shape}: {text}");
            // The parser itself accepts the text, so the limit is ours.
            let parsed = DeTable::parse(&text).unwrap_or_else(|error| panic!("{shape}: {error}"));
            drop(parsed.clone());
            assert!(format!("{parsed:?}").len() > MAX_DEPTH, "{shape}");
            // The configuration has no such keys, which is a different error.
            let ids: Vec<_> = config::read(&text, "f.toml").expect_err(shape).iter().map(|error| error.id).collect();
            assert_eq!(ids, ["unknown-section"], "{shape}");
        }
        for (shape, text) in shapes(MAX_DEPTH + 1) {
            assert_eq!(check(&text).expect_err(shape).limit, Limit::Depth, "{shape}: {text}");
            let errors = config::read(&text, "f.toml").expect_err(shape);
            assert_eq!(errors.iter().map(|error| error.id).collect::<Vec<_>>(), ["toml-limit"], "{shape}");
        }
    });
}

#[test]
fn rejects_deeply_nested_texts() {
    on_small_stack(|| {
        for depth in [1_000, 100_000] {
            for (shape, text) in shapes(depth) {
                assert_eq!(config::read(&text, "f.toml").expect_err(shape)[0].id, "toml-limit", "{shape}");
            }
            for open in ["a = [", "[", "{", "a = { ", "a.", "[a.", "[[a", "= [", "a = [[ {", ".", "]", "}"] {
                let errors = config::read(&open.repeat(depth), "f.toml").expect_err(open);
                assert!(["toml-limit", "toml-syntax"].contains(&errors[0].id), "{open}");
            }
        }
        // 79 tables of 79 parts each are below both limits of the parser, and overflow the stack in `drop`.
        let key = vec!["a"; 79].join(".");
        let text = format!("{}a = 1{}", format!("{key} = {{ ").repeat(79), " }".repeat(79));
        assert_eq!(check(&text).expect_err("too deep").limit, Limit::Depth);
        assert_eq!(config::read(&text, "f.toml").expect_err("too deep")[0].id, "toml-limit");
    });
}

#[test]
fn rejects_reserved_keys_in_every_spelling_and_place() {
    for prefix in PREFIXES {
        let name = format!("{prefix}x");
        let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        let mut keys = vec![format!("\"{name}\""), format!("'{name}'"), format!("\"{escaped}\"")];
        if !name.contains(['$', ':']) {
            keys.push(name.clone());
        }
        for key in keys {
            for (before, after) in [
                ("", " = 1"),
                ("a.", " = 1"),
                ("", ".a = 1"),
                ("[", "]"),
                ("[a . ", "]"),
                ("[[", ".b]]"),
                ("a = { ", " = 1 }"),
                ("a = { b.", ".c = 1 }"),
                ("a = [[{ b = [{ ", " = 1 }] }]]"),
                ("[scopes]\n", " = \"Read\""),
                ("[flows]\n", " = [\"a\"]"),
                ("[lint.unused-scope]\n", " = true"),
            ] {
                let text = format!("{before}{key}{after}\n");
                let exceeded = check(&text).expect_err(&text);
                assert_eq!((exceeded.at, exceeded.limit), (before.len(), Limit::ReservedKey(prefix)), "{text}");
                let errors = config::read(&text, "f.toml").expect_err(&text);
                assert_eq!(errors.iter().map(|error| error.id).collect::<Vec<_>>(), ["toml-limit"], "{text}");
                assert!(errors[0].message.contains("reserved by a parsing library"), "{}", errors[0].message);
                assert_eq!(errors[0].help.as_deref(), Some("rename the key"));
            }
            // Values and comments are not checked.
            assert_eq!(check(&format!("a = '''{key} = 1''' # {key} = 1\n")), Ok(()));
        }
    }
}

#[test]
fn rejects_texts_that_are_too_long() {
    let comment = |len: usize| "#".repeat(len);
    assert!(config::read(&comment(MAX_LEN), "f.toml").is_ok());
    let errors = config::read(&comment(MAX_LEN + 1), "f.toml").expect_err("too long");
    assert_eq!((errors[0].id, errors[0].message.as_str()), ("toml-limit", "the file is larger than 2 MiB"));
}

#[test]
fn uses_memory_and_time_linear_in_the_text() {
    const LEN: usize = 256 << 10;
    let repeated = |piece: &str| piece.repeat(LEN / piece.len());
    let numbered = |write: fn(usize) -> String| {
        let mut text = String::new();
        for number in 0.. {
            text.push_str(&write(number));
            if text.len() > LEN {
                break;
            }
        }
        text
    };
    for (shape, text) in [
        ("keys", numbered(|number| format!("{number:x}=0\n"))),
        ("one key", repeated("a=0\n")),
        ("sections", numbered(|number| format!("[{number:x}]\n"))),
        ("scopes", "[scopes]\n".to_owned() + &numbered(|number| format!("{number:x}=''\n"))),
        ("roles", "[flows]\n".to_owned() + &numbered(|number| format!("{number:x}=[0]\n"))),
        ("elements", format!("[flows]\na=[{}]", numbered(|number| format!("'{number:x}',")))),
        ("one element", format!("[flows]\na=[{}]", repeated("'a',"))),
        ("options", "[lint.x]\n".to_owned() + &numbered(|number| format!("{number:x}=0\n"))),
        ("tables of one header", repeated("[[a]]\n")),
        ("inline tables", format!("a=[{}]", repeated("{},"))),
        ("inline tables with a key", format!("a=[{}]", repeated("{a=0},"))),
        ("arrays", format!("a=[{}]", repeated("[],"))),
        ("numbers", format!("a=[{}]", repeated("0,"))),
        ("commas", format!("a=[{}]", repeated(","))),
        ("open arrays", format!("a={}", repeated("["))),
        ("dots", repeated(".")),
        ("lines", repeated("\n")),
        ("equals", repeated("=")),
        ("quotes", repeated("\"")),
    ] {
        let start = Instant::now();
        let used = allocation_counter::measure(|| drop(config::read(&text, "f.toml")));
        let (ratio, time) = (used.bytes_max / text.len() as u64, start.elapsed());
        println!("{shape}: {ratio} bytes for each of the text, {time:?}");
        assert!(ratio <= 256, "{shape}: {ratio} bytes for each of the text");
        // Quadratic behavior would take minutes.
        assert!(time < Duration::from_secs(30), "{shape}: {time:?}");
    }
}
