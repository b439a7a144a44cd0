//! The readers of arguments against a naive walk, for random JSON: which strings they find, in which member, and which conditions these match.

use std::fmt::Write as _;

use mcp_scopes_model::{
    Condition, Requirement, Risk, Tool,
    tool::{Parameter, Parameters},
};
use mcp_scopes_policies::{Conditions, ToolConditions};
use serde_json::{Value, value::RawValue};

use super::{Found, LongStrings, Unlisted, compare_other, compare_raw, compare_values, decoded, each_string_of, visit};

/// A small generator of random numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// JSON as it is meant, without a spelling.
#[derive(Clone, Debug)]
enum Meant {
    Text(String),
    Other(&'static str),
    List(Vec<Meant>),
    Members(Vec<(String, Meant)>),
}

const NAMES: [&str; 3] = ["path", "mode", "é\"😀"];
/// No character here has a meaning in paths, so that the naive comparison can be the end of a text.
const LETTERS: [char; 5] = ['a', 'y', 'é', '"', '😀'];

fn text(random: &mut Random) -> String {
    let mut text: String = (0..random.below(4)).map(|_| random.pick(&LETTERS)).collect();
    // Above the size from which on a string with escapes is read in pieces.
    if random.below(8) == 0 {
        text.push_str(&"a".repeat(33 << 10));
    }
    text.push_str(random.pick(&["", ".key", ".keys", "w"]));
    text
}

fn value(random: &mut Random, depth: u32) -> Meant {
    match random.below(if depth == 0 { 5 } else { 8 }) {
        0..4 => Meant::Text(text(random)),
        4 => Meant::Other(random.pick(&["1", "-1.5e3", "0", "true", "false", "null", "18446744073709551615"])),
        5 | 6 => Meant::List((0..random.below(4)).map(|_| value(random, depth - 1)).collect()),
        _ => members(random, depth, &[]),
    }
}

/// Returns an object, in which no name appears twice.
fn members(random: &mut Random, depth: u32, more: &[&'static str]) -> Meant {
    let names = NAMES.iter().chain(more).filter(|_| random.below(3) > 0).map(|name| (*name).to_owned());
    let names: Vec<String> = names.collect();
    Meant::Members(names.into_iter().map(|name| (name, value(random, depth.saturating_sub(1)))).collect())
}

/// Writes a string, with random escapes.
fn write_text(meant: &str, random: &mut Random, out: &mut String) {
    out.push('"');
    // Few escapes in long texts: one is enough.
    let often = if meant.len() > 1000 { 20_000 } else { 3 };
    let mut units = [0; 2];
    for letter in meant.chars() {
        if letter == '"' && random.below(2) == 0 {
            out.push_str("\\\"");
        } else if letter == '"' || random.below(often) == 0 {
            for unit in letter.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}").unwrap();
            }
        } else {
            out.push(letter);
        }
    }
    out.push('"');
}

fn write(meant: &Meant, random: &mut Random, out: &mut String) {
    let space = |random: &mut Random, out: &mut String| out.push_str(random.pick(&["", "", " ", "\n\t"]));
    match meant {
        Meant::Text(text) => write_text(text, random, out),
        Meant::Other(text) => out.push_str(text),
        Meant::List(elements) => {
            out.push('[');
            for (place, element) in elements.iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                space(random, out);
                write(element, random, out);
            }
            out.push(']');
        }
        Meant::Members(members) => {
            out.push('{');
            for (place, (name, member)) in members.iter().enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                space(random, out);
                write_text(name, random, out);
                space(random, out);
                out.push(':');
                space(random, out);
                write(member, random, out);
            }
            out.push('}');
        }
    }
}

/// Returns each string with the innermost member around it, in order.
fn strings<'m>(meant: &'m Meant, name: &'m str, found: &mut Vec<(&'m str, &'m str)>) {
    match meant {
        Meant::Text(text) => found.push((name, text)),
        Meant::Other(_) => {}
        Meant::List(elements) => elements.iter().for_each(|element| strings(element, name, found)),
        Meant::Members(members) => members.iter().for_each(|(name, member)| strings(member, name, found)),
    }
}

const CONDITIONS: [Condition<'static>; 4] = [
    Condition { argument: None, glob: "*.key", scopes: &["b"], alternatives: 1 },
    Condition { argument: Some("path"), glob: "*.key", scopes: &["c"], alternatives: 1 },
    Condition { argument: Some("é\"😀"), glob: "*w", scopes: &["d"], alternatives: 1 },
    Condition { argument: Some("mode"), glob: "a*", scopes: &["e"], alternatives: 1 },
];

fn is_match(glob: &str, text: &str) -> bool {
    match glob.strip_prefix('*') {
        Some(end) => text.ends_with(end),
        None => text.starts_with(glob.trim_end_matches('*')),
    }
}

/// Returns the conditions that match a string in a parameter, or in any of them.
fn matched(strings: &[(&str, &str)], parameter: Option<&str>) -> u64 {
    CONDITIONS.iter().enumerate().fold(0, |bits, (number, condition)| {
        let concerns = condition.argument.is_none() || parameter.is_none() || condition.argument == parameter;
        let matches = strings.iter().any(|(_, text)| is_match(condition.glob, text));
        bits | u64::from(concerns && matches) << number
    })
}

/// Returns the conditions that arguments match; `None` if they are not accepted.
fn expected(meant: &Meant) -> Option<u64> {
    match meant {
        Meant::Other("null") => Some(0),
        Meant::Members(members) => members.iter().try_fold(0, |bits, (name, member)| {
            let mut found = Vec::new();
            strings(member, name, &mut found);
            NAMES.contains(&name.as_str()).then(|| bits | matched(&found, Some(name)))
        }),
        _ => None,
    }
}

fn compile() -> Conditions {
    let parameters = Parameters::Listed(&[
        Parameter { name: NAMES[0], required: true },
        Parameter { name: NAMES[1], required: false },
        Parameter { name: NAMES[2], required: false },
    ]);
    let requirement = Requirement::One("a");
    let tool = Tool { requirement, conditions: &CONDITIONS, parameters, ..Tool::new("read", Risk::Low) };
    Conditions::compile(&[tool]).unwrap()
}

fn check(conditions: &ToolConditions, meant: &Meant, written: &str) {
    let shown = || written.chars().take(400).collect::<String>();
    let raw: &RawValue = serde_json::from_str(written).unwrap();
    let parsed: Value = serde_json::from_str(written).unwrap();

    let mut naive = Vec::new();
    strings(meant, "", &mut naive);
    let mut read: Vec<(String, String)> = Vec::new();
    visit(raw, LongStrings::find(written, 0).unwrap(), &mut |name, found| {
        let text = match found {
            Found::Text(text) => text.to_owned(),
            Found::Long(written) => decoded(written),
        };
        read.push((name.to_owned(), text));
    })
    .unwrap();
    let naive: Vec<(String, String)> = naive.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    assert!(read == naive, "{}", shown());
    // A parsed object has its own order.
    let mut of_value = Vec::new();
    each_string_of("", &parsed, &mut |name: &str, text: &str| of_value.push((name.to_owned(), text.to_owned())));
    let sorted = |mut list: Vec<(String, String)>| {
        list.sort();
        list
    };
    assert!(sorted(of_value) == sorted(naive.clone()), "{}", shown());

    let expected = expected(meant);
    let mut call = conditions.call();
    let compared = compare_raw(raw, conditions, &mut call).map(|()| call.matched());
    assert_eq!(compared.ok(), expected, "{}", shown());
    if let Value::Object(arguments) = &parsed {
        let mut call = conditions.call();
        let compared = compare_values(arguments, conditions, &mut call).map(|()| call.matched());
        assert_eq!(compared, expected.ok_or(Unlisted), "{}", shown());
    }
    let naive: Vec<(&str, &str)> = naive.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut call = conditions.call();
    assert_eq!(compare_other(raw, &mut call), Ok(()));
    assert_eq!(call.matched(), matched(&naive, None), "{}", shown());
}

#[test]
fn the_readers_agree_with_a_naive_walk() {
    let compiled = compile();
    let conditions = compiled.of("read").unwrap();
    let mut random = Random(11);
    let (mut long, mut refused, mut matching) = (0, 0, 0);
    for round in 0..1_000 {
        let more: &[&str] = if random.below(6) == 0 { &["file"] } else { &[] };
        let meant = if round % 5 == 0 { value(&mut random, 4) } else { members(&mut random, 4, more) };
        let mut written = String::new();
        write(&meant, &mut random, &mut written);
        check(conditions, &meant, &written);
        long += usize::from(written.len() > 32 << 10);
        refused += usize::from(expected(&meant).is_none());
        matching += usize::from(expected(&meant).is_some_and(|bits| bits > 0));
    }
    assert!(long > 100 && refused > 100 && matching > 100, "{long} {refused} {matching}");
}

/// Each value of an object counts when long strings are found by number, the object itself too.
#[test]
fn finds_long_strings_at_each_place() {
    let compiled = compile();
    let conditions = compiled.of("read").unwrap();
    let long = "a".repeat(33 << 10);
    for (written, bits) in [
        (format!(r#"{{"path":"{long}\u002ekey"}}"#), 0b0011),
        (format!(r#"{{"path":1,"mode":"\u0061{long}"}}"#), 0b1000),
        (format!(r#"{{"path":[null,{{"x":true}},"y","{long}\u002ekey"],"mode":"{long}\n"}}"#), 0b1011),
        (format!(r#"{{"path":"\u0079{long}","mode":"\u0079{long}.key"}}"#), 0b0001),
        (format!(r#"{{"path":"{long}","mode":"\u0079{long}"}}"#), 0),
    ] {
        let raw: &RawValue = serde_json::from_str(&written).unwrap();
        let mut call = conditions.call();
        assert_eq!(compare_raw(raw, conditions, &mut call), Ok(()));
        assert_eq!(call.matched(), bits, "{}", written.get(..40).unwrap_or_default());
    }
    let raw = format!(r#""{long}\u002ekey""#);
    let raw: &RawValue = serde_json::from_str(&raw).unwrap();
    assert_eq!(compare_raw(raw, conditions, &mut conditions.call()), Err(Unlisted));
    let mut call = conditions.call();
    assert_eq!(compare_other(raw, &mut call), Ok(()));
    // The text begins with `a` and ends with `.key`, and may take the place of any argument.
    assert_eq!(call.matched(), 0b1011);
}

#[test]
fn allocates_nothing_for_short_arguments_in_normal_form() {
    let compiled = compile();
    let conditions = compiled.of("read").unwrap();
    for arguments in [r#"{"path":"/home/ada"}"#, r#"{"path":["/home",1,{"mode":"/etc"}],"mode":"w"}"#, "{}", "null"] {
        let raw: &RawValue = serde_json::from_str(arguments).unwrap();
        let used = allocation_counter::measure(|| {
            let mut call = conditions.call();
            assert_eq!(compare_raw(raw, conditions, &mut call), Ok(()));
            std::hint::black_box(call.matched());
        });
        assert_eq!(used.count_total, 0, "{arguments}");
    }
}
