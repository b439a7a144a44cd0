//! The matcher against the examples of the grammar, and against a naive one.

use mcp_scopes_model::{Pattern, Policy, Risk, Tool, pattern::glob_syntax};
use mcp_scopes_policies::{Decision, Facts, Rules, Session, Settings};
use serde_json::Value;

use crate::{
    naive_matcher::any_matches,
    random::Random,
    support::{at, call, denied, public, tool},
};

/// Returns whether a call matches a pattern: whether a tool that is blocked after it is blocked.
fn matches(pattern: &str, name: &str, arguments: &Value) -> bool {
    let patterns = [pattern];
    let policy = Policy { blocked_after: &patterns, ..Policy::NONE };
    let mut tools = vec![tool("$blocked", Risk::Low, policy), Tool::new(name, Risk::Low)];
    if let Some(other) = Pattern::parse(pattern).unwrap().own_tool().filter(|other| *other != name) {
        tools.push(Tool::new(other, Risk::Low));
    }
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let mut session = Session::new(&rules);
    let mut decide = |call| rules.decide(&mut session, &[call], &Facts::default(), at(0));
    let made = match name {
        "@resource" => rules.resource(arguments["uri"].as_str().unwrap(), Risk::Low),
        "@prompt" => rules.prompt(arguments["name"].as_str().unwrap(), Risk::Low),
        _ => call(&rules, name, arguments),
    };
    assert_eq!(decide(made), Decision::Allowed);
    decide(call(&rules, "$blocked", &Value::Null)) != Decision::Allowed
}

/// Returns whether `blocked_patterns` with this glob blocks a call.
fn blocks(glob: &str, arguments: &Value) -> bool {
    let globs = [glob];
    let tools = [tool("run", Risk::Low, Policy { blocked_patterns: &globs, ..Policy::NONE })];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let decision = rules.decide(&mut Session::new(&rules), &[call(&rules, "run", arguments)], &Facts::default(), at(0));
    decision != Decision::Allowed && denied(decision) == ("blocked_patterns", None)
}

#[test]
fn matches_every_row_of_the_grammar() {
    let mut rows = 0;
    let table = include_str!("../../../../macros/grammar/patterns.tsv");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [pattern, name, arguments, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let arguments: Value = serde_json::from_str(arguments).unwrap_or_else(|error| panic!("{arguments}: {error}"));
        assert_eq!(matches(pattern, name, &arguments), expected == "yes", "{line}");
        if let Some((_, glob)) = pattern.split_once(':').filter(|(tool, _)| *tool == name && name != "@prompt") {
            assert_eq!(blocks(glob, &arguments), expected == "yes", "{line}");
        }
        rows += 1;
    }
    assert!(rows > 80, "the table was not read: {rows} rows");
}

#[test]
fn matches_like_the_naive_matcher() {
    const PIECES: [&str; 37] = [
        "/",
        "/",
        "/",
        "a",
        "b",
        "etc",
        ".",
        "..",
        "*",
        "?",
        "%2e",
        "%2F",
        "%25",
        "%",
        "%0",
        "\\",
        "\n",
        "\t",
        "\0",
        "é",
        "É",
        "file:",
        "https://",
        "HTTP://",
        ":",
        "//",
        "%c3%a9",
        "%ff",
        "c:",
        "localhost",
        "#",
        " ",
        "%3f",
        "\u{a0}",
        "\u{3000}",
        "\u{feff}",
        "%c2%85",
    ];
    let mut random = Random::new(1);
    let mut globs = 0;
    let mut hits = 0;
    while globs < 3_000 {
        let length = 1 + random.below(6);
        let glob: String = (0..length).map(|_| *random.pick(&PIECES)).collect();
        if glob_syntax(&glob).is_err() {
            continue;
        }
        globs += 1;
        for _ in 0..10 {
            // Half of the texts are made from the glob, since few others match.
            let text: String = if random.below(2) == 0 {
                let length = random.below(8);
                (0..length).map(|_| *random.pick(&PIECES)).collect()
            } else {
                let fill = *random.pick(&["", "a", "/", "a/b", "/../", "%2e%2e/"]);
                glob.replace('*', fill).replace('?', random.pick::<&str>(&["a", "é", "/"]))
            };
            let arguments = serde_json::json!({ "x": text });
            let expected = any_matches(&glob, &[text.as_str()]);
            hits += usize::from(expected);
            assert_eq!(blocks(&glob, &arguments), expected, "{glob:?} {text:?}");
        }
    }
    assert!((5_000..25_000).contains(&hits), "{hits} of 30,000");
}

#[test]
fn matches_in_linear_time() {
    // A matcher that backtracks needs minutes.
    let text = "a".repeat(1 << 20);
    assert!(!blocks("*a*a*a*a*a*a*a*a*a*a*b", &serde_json::json!({ "x": text })));
}

#[test]
fn matches_every_glob_if_the_authority_is_too_long_to_compare() {
    let long = "a".repeat(16 << 10);
    let blocks = |authority: &str| blocks("*.key", &serde_json::json!({ "x": format!("https://{authority}/a") }));
    assert!(blocks(&format!("É{long}")) && blocks(&format!("{long}İ")));
    // Its ASCII letters are converted in place, and other letters in lowercase are not converted.
    for authority in [format!("E{long}"), format!("é{long}"), format!("É{}", &long[..1000])] {
        assert!(!blocks(&authority), "{}", authority.len());
    }
}

#[test]
fn matches_resources_and_prompts() {
    let policy =
        Policy { blocked_after: &["@resource:logs://*", "@resource:mail://In/box", "@prompt:review"], ..Policy::NONE };
    let tools = [public("health_check"), tool("send", Risk::High, policy)];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    for (first, blocks) in [
        (rules.resource("logs://today", Risk::Low), true),
        (rules.resource("LOGS://x/../today", Risk::Low), true),
        (rules.resource("logs://%00", Risk::Low), true),
        (rules.resource("logs://x/y?z#a", Risk::Low), true),
        (rules.resource("mail://in/box?x", Risk::Low), true),
        (rules.resource("MAIL://IN/b%6fx#x", Risk::Low), true),
        (rules.resource("mail://In/./box", Risk::Low), true),
        (rules.resource("mail://in/boxes", Risk::Low), false),
        (rules.resource("files://today", Risk::Low), false),
        (rules.prompt("review", Risk::Low), true),
        (rules.prompt("reviews", Risk::Low), false),
    ] {
        let mut session = Session::new(&rules);
        let text = format!("{first:?}");
        assert!(rules.needs_session(&first));
        assert_eq!(rules.decide(&mut session, &[first], &Facts::default(), at(0)), Decision::Allowed);
        let then = rules.decide(&mut session, &[call(&rules, "send", &Value::Null)], &Facts::default(), at(1));
        assert_eq!(then != Decision::Allowed, blocks, "{text}");
    }
}

#[test]
fn lists_the_patterns_that_a_call_matches() {
    let policy = |patterns| Policy { blocked_after: patterns, ..Policy::NONE };
    let tools = [
        tool("send", Risk::Low, policy(&["read:*.key", "read", "send"])),
        tool("read", Risk::Low, policy(&["read:/etc/*", "read:*.key"])),
    ];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let read = call(&rules, "read", &serde_json::json!({"path": "/home/id.key"}));
    let found: Vec<_> = rules.matched_patterns(&read).collect();
    assert_eq!(found.iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["read:*.key", "read"]);
    // The first bytes of SHA-256 over 1 and the text.
    let names = [[53, 68, 32, 145, 21, 96, 25, 223], [56, 25, 224, 219, 194, 178, 183, 222]];
    assert_eq!(found.iter().map(|(_, name)| *name).collect::<Vec<_>>(), names);
}

#[test]
fn needs_no_more_memory_than_the_argument() {
    // A list of the segments would take eight times as much.
    let text = "a/".repeat(1 << 20) + "/..";
    let arguments = serde_json::json!({ "x": text });
    let globs = ["a/a*"];
    let tools = [tool("run", Risk::Low, Policy { blocked_patterns: &globs, ..Policy::NONE })];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let used = allocation_counter::measure(|| drop(call(&rules, "run", &arguments)));
    assert!(used.bytes_max < 2 * text.len() as u64 + 1000, "{used:?}");
}

#[test]
fn allocates_nothing_for_texts_in_normal_form() {
    let tools = [tool("run", Risk::Low, Policy { blocked_patterns: &["*.key"], ..Policy::NONE })];
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    let number = rules.tool("run").unwrap();
    for text in [
        "",
        "a b",
        "/etc/passwd",
        "x.y",
        "a/b/",
        "note: x",
        "https://example.com/a?b#c",
        "ab://x/y",
        "100%",
        " x ",
        "\u{a0}x\u{feff} ",
    ] {
        let used = allocation_counter::measure(|| rules.call(number).argument("x", text));
        assert_eq!(used.count_total, 0, "{text}");
    }
}

#[test]
fn allocates_once_for_a_tool_that_more_than_192_patterns_name() {
    for (count, allocations) in [(1, 0), (65, 0), (192, 0), (193, 1), (1_000, 1)] {
        let patterns: Vec<String> = (0..count).map(|number| format!("read:*.{number}")).collect();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let send = tool("send", Risk::Low, Policy { blocked_after: &patterns, ..Policy::NONE });
        let rules = Rules::compile(&[Tool::new("read", Risk::Low), send], &Settings::default()).unwrap();
        let read = rules.tool("read").unwrap();
        let used = allocation_counter::measure(|| {
            let mut reader = rules.call(read);
            reader.argument("path", "/home/ada/x.0");
            let _ = reader.finish();
        });
        assert_eq!(used.count_total, allocations, "{count}");
    }
}

#[test]
fn numbers_more_patterns_than_a_word_holds() {
    let patterns: Vec<String> = (0..200).map(|number| format!("read:/folder{number}/*")).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let mut policies: Vec<_> = (0..200).map(|number| (format!("send{number}"), number)).collect();
    policies.push(("other".to_owned(), 0));
    let tools: Vec<_> = policies
        .iter()
        .map(|(name, number)| {
            tool(name, Risk::Low, Policy { blocked_after: &patterns[*number..=*number], ..Policy::NONE })
        })
        .chain([Tool::new("read", Risk::Low)])
        .collect();
    let rules = Rules::compile(&tools, &Settings::default()).unwrap();
    for number in [0, 31, 32, 63, 64, 127, 128, 199] {
        let mut session = Session::new(&rules);
        let read = call(&rules, "read", &serde_json::json!({"path": format!("/folder{number}/x")}));
        assert_eq!(rules.decide(&mut session, &[read], &Facts::default(), at(0)), Decision::Allowed);
        for other in 0..200 {
            let send = call(&rules, &format!("send{other}"), &Value::Null);
            let decision = rules.decide(&mut session, &[send], &Facts::default(), at(1));
            assert_eq!(decision == Decision::Allowed, other != number, "{number} {other}");
        }
    }
}
