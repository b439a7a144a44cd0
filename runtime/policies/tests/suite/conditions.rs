//! Conditional scopes: which conditions a call matches, against a naive matcher.

use mcp_scopes_model::{
    Condition, Requirement, Risk, Tool,
    tool::{Parameter, Parameters},
};
use mcp_scopes_policies::{Conditions, Problem};

use crate::{naive_matcher::any_matches, random::Random};

const PATH: Parameter<'static> = Parameter { name: "path", required: true };
const MODE: Parameter<'static> = Parameter { name: "mode", required: false };

fn condition<'a>(argument: Option<&'a str>, glob: &'a str) -> Condition<'a> {
    Condition { argument, glob, scopes: &["files:system"], alternatives: 1 }
}

fn tool<'a>(conditions: &'a [Condition<'a>], parameters: Parameters<'a>) -> Tool<'a> {
    Tool { requirement: Requirement::One("files:read"), conditions, parameters, ..Tool::new("read_file", Risk::Medium) }
}

fn compile(conditions: &[Condition<'_>], parameters: Parameters<'_>) -> Result<Conditions, Vec<Problem>> {
    Conditions::compile(&[tool(conditions, parameters)]).map_err(|error| error.problems().to_vec())
}

#[test]
fn matches_like_the_naive_matcher() {
    const GLOBS: [&str; 7] = ["/etc/*", "*", "*.key", "https://Example.com/*", "?/x", "/a b", "etc"];
    const PIECES: [&str; 18] = [
        "/",
        "etc",
        "..",
        ".",
        "%2e",
        "%00",
        "x",
        ".key",
        "https://",
        "EXAMPLE.com",
        "file:",
        "\\",
        " ",
        "a",
        "?",
        "#",
        "\u{2028}",
        "\u{feff}",
    ];
    let mut random = Random::new(7);
    for _ in 0..2_000 {
        let count = 1 + random.below(5);
        let chosen: Vec<(Option<&str>, &str)> =
            (0..count).map(|_| (*random.pick(&[None, Some("path"), Some("mode")]), *random.pick(&GLOBS))).collect();
        let conditions: Vec<_> = chosen.iter().map(|(argument, glob)| condition(*argument, glob)).collect();
        let compiled = compile(&conditions, Parameters::Listed(&[PATH, MODE])).unwrap();
        let mut call = compiled.of("read_file").unwrap().call();
        let (mut of_path, mut of_mode, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..random.below(4) {
            let text: String = (0..random.below(6)).map(|_| *random.pick(&PIECES)).collect();
            match random.below(3) {
                0 => {
                    call.argument("path", &text);
                    of_path.push(text);
                }
                1 => {
                    call.argument("mode", &text);
                    of_mode.push(text);
                }
                _ => {
                    call.other(&text);
                    others.push(text);
                }
            }
        }
        let expected = chosen.iter().enumerate().fold(0, |bits, (number, (argument, glob))| {
            let texts = match argument {
                None => [&*of_path, &of_mode, &others].concat(),
                Some("path") => [&*of_path, &others].concat(),
                Some(_) => [&*of_mode, &others].concat(),
            };
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            bits | u64::from(any_matches(glob, &texts)) << number
        });
        assert_eq!(call.matched(), expected, "{chosen:?} path {of_path:?} mode {of_mode:?} others {others:?}");
    }
}

#[test]
fn allocates_nothing_for_texts_in_normal_form() {
    let conditions = [condition(None, "/etc/*"), condition(Some("path"), "*.key")];
    let compiled = compile(&conditions, Parameters::Listed(&[PATH])).unwrap();
    for text in ["", "a b", "/etc/passwd", "x.y", "a/b/", "https://example.com/a?b#c", "100%", "id.key"] {
        let used = allocation_counter::measure(|| {
            let of_tool = compiled.of("read_file").unwrap();
            let mut call = of_tool.call();
            assert!(of_tool.admits_member("path") && !of_tool.admits_member("file"));
            call.argument("path", text);
            call.other(text);
            std::hint::black_box(call.matched());
        });
        assert_eq!(used.count_total, 0, "{text}");
    }
}

#[test]
fn restricts_members_only_if_a_condition_names_an_argument() {
    let any = compile(&[condition(None, "/etc/*")], Parameters::Unknown).unwrap();
    let of_tool = any.of("read_file").unwrap();
    assert!(!of_tool.restricts_members() && of_tool.admits_member("whatever"));
    assert_eq!(of_tool.parameters().count(), 0);
    let named = compile(&[condition(Some("mode"), "w*")], Parameters::Written("path\n?mode")).unwrap();
    let of_tool = named.of("read_file").unwrap();
    assert!(of_tool.restricts_members() && of_tool.admits_member("path") && !of_tool.admits_member("Path"));
    assert_eq!(of_tool.parameters().collect::<Vec<_>>(), ["path", "mode"]);
    assert!(named.of("other").is_none() && !named.is_empty());
    assert!(compile(&[], Parameters::Unknown).unwrap().is_empty());
}

#[test]
fn reports_conditions_that_cannot_be_compared() {
    let (tool, argument) = ("read_file".to_owned(), "file".to_owned());
    for (conditions, parameters, expected) in [
        (
            vec![condition(Some("file"), "x")],
            Parameters::Listed(&[PATH]),
            Problem::UnknownArgument { tool: tool.clone(), argument: argument.clone() },
        ),
        (
            vec![condition(Some("file"), "x")],
            Parameters::Unknown,
            Problem::UnknownParameters { tool: tool.clone(), argument },
        ),
        (vec![condition(None, "x"); 65], Parameters::Unknown, Problem::TooManyConditions { tool }),
    ] {
        assert_eq!(compile(&conditions, parameters).unwrap_err(), core::slice::from_ref(&expected), "{expected}");
        let text = expected.to_string();
        assert!(text.contains("; "), "what to do: {text}");
    }
    let malformed = compile(&[condition(None, "/etc/[a]")], Parameters::Unknown).unwrap_err();
    assert!(matches!(malformed[..], [Problem::MalformedPattern { .. }]), "{malformed:?}");
}
