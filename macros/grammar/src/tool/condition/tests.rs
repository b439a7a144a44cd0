//! Requirements with conditions: what remains unconditional, and which alternatives each condition belongs to.

use super::super::{RequirementDecl, ToolFacts, read};
use crate::{config, item::FnHead};

/// Shows a requirement: its alternatives, then each condition with its alternatives in braces.
fn shown<L>(tool: &ToolFacts<L>) -> String {
    let RequirementDecl::AnyOf(any) = &tool.requirement else { panic!("no scopes") };
    let texts = |list: &[crate::ir::Located<String, L>]| {
        list.iter().map(|scope| scope.value.clone()).collect::<Vec<_>>().join(" ")
    };
    let mut parts = vec![any.iter().map(|all| texts(all)).collect::<Vec<_>>().join(" | ")];
    parts.extend(tool.conditions.iter().map(|condition| {
        let places: Vec<_> = (0..64).filter(|place| condition.alternatives >> place & 1 == 1).collect();
        let argument = condition.argument.as_ref().map_or("*", |argument| &argument.value);
        format!("{argument}~{} {} {places:?}", condition.glob.value, texts(&condition.scopes))
    }));
    parts.join("; ")
}

fn of_annotation(scope: &str) -> String {
    let head = FnHead::parse("fn f(path: String, mode: String) {}".parse().unwrap()).unwrap();
    let args = format!("risk = \"low\", description = \"\\u{{41}}\", scope = {scope}");
    let (tool, errors) = read(args.parse().unwrap(), &head);
    assert!(errors.is_empty(), "{scope}: {errors:?}");
    shown(&tool.unwrap().facts)
}

#[test]
fn separates_conditions_from_what_every_call_needs() {
    for (scope, expected) in [
        (r#"all("a", when("/etc/*", "b"))"#, "a; *~/etc/* b [0]"),
        (r#"all(when("/etc/*", "b", "c"), "a")"#, "a; *~/etc/* b c [0]"),
        (r#"all("a", when(argument = "path", "/etc/*", "b"))"#, "a; path~/etc/* b [0]"),
        (r#"all(any("a", "b"), when("/etc/*", "c"))"#, "a | b; *~/etc/* c [0, 1]"),
        (r#"any(all("a", when("/etc/*", "c")), "b")"#, "a | b; *~/etc/* c [0]"),
        (r#"any("b", all("a", when("/etc/*", "c")))"#, "b | a; *~/etc/* c [1]"),
        (r#"all("a", when("/etc/*", "b"), when("*.key", "c"))"#, "a; *~/etc/* b [0]; *~*.key c [0]"),
        // The same condition twice is one.
        (r#"all("a", all("b", when("/x", "c")), all("d", when("/x", "c")))"#, "a b d; *~/x c [0]"),
        (r#"any(all("a", when("/x", "c")), all("b", when("/x", "c")))"#, "a | b; *~/x c [0, 1]"),
    ] {
        assert_eq!(of_annotation(scope), expected, "{scope}");
    }
}

#[test]
fn keeps_alternatives_that_some_call_needs() {
    for (scope, expected) in [
        // Without the second alternative, a holder of `a d` would need `b` as well.
        (r#"any(all("a", when("/x", "b")), all("a", "d"))"#, "a | a d; *~/x b [0]"),
        // The first one is never harder to meet.
        (r#"any(all("a", when("/x", "b")), all("a", "d", when("/x", "b")))"#, "a; *~/x b [0]"),
        (r#"any(all("a", "c", when("/x", "b")), all("a", "b"), all("a", "b", "c"))"#, "a c | a b; *~/x b [0]"),
        (r#"any(all("a", when("/x", "b")), all("a", "b"))"#, "a; *~/x b [0]"),
        (r#"any(all("a", when("/x", "b")), all("a", when("/y", "b")))"#, "a | a; *~/x b [0]; *~/y b [1]"),
        (
            r#"any(all("a", when("/x", "b")), all("a", when(argument = "path", "/x", "b")))"#,
            "a | a; *~/x b [0]; path~/x b [1]",
        ),
    ] {
        assert_eq!(of_annotation(scope), expected, "{scope}");
    }
}

#[test]
fn rejects_conditions_that_no_call_has_to_meet() {
    let head = FnHead::parse("fn f(path: String, mode: String) {}".parse().unwrap()).unwrap();
    for (scope, expected) in [
        (r#"any("a", all("a", when("/x", "b")))"#, 1),
        (r#"any(all("a", when("/x", "b")), "a")"#, 1),
        (r#"any(all("a", when("/x", "b")), all("a", "d", when("/x", "b", "c")))"#, 1),
        // Another alternative keeps it, and this one does not.
        (r#"any(all("a", when("/x", "b")), all("c", when("/x", "b")), "a")"#, 1),
        (r#"any(all(any("a", "c"), when("/x", "b")), "a", "c")"#, 1),
        (r#"any("a", all("a", when("/x", "b"), when("/y", "b")))"#, 2),
        (r#"all(any(all("a", when("/x", "b")), "c"), "c")"#, 1),
        // Alternatives that only `all` makes may drop it, if one that is left keeps it.
        (r#"all(any("a", all("b", when("/x", "d"))), any("a", "c"))"#, 0),
        (r#"any(all("a", when("/x", "b")), all("a", when("/x", "b")))"#, 0),
        (r#"any(all("a", when("/x", "b", "c")), all("a", when("/x", "c", "b")))"#, 0),
    ] {
        let args = format!("risk = \"low\", description = \"A\", scope = {scope}");
        let (_, errors) = read(args.parse().unwrap(), &head);
        let ids: Vec<_> = errors.iter().map(|error| error.id).collect();
        assert_eq!(ids, vec!["condition-without-effect"; expected], "{scope}");
    }
}

#[test]
fn reads_the_same_from_a_file() {
    for (scope, expected) in [
        (r#"{ all = ["a", { when = "/etc/*", scopes = ["b"] }] }"#, "a; *~/etc/* b [0]"),
        (r#"{ all = ["a", { scopes = ["b", "c"], argument = "path", when = "/etc/*" }] }"#, "a; path~/etc/* b c [0]"),
        (r#"{ any = ["b", { all = ["a", { when = "/etc/*", scopes = ["c"] }] }] }"#, "b | a; *~/etc/* c [1]"),
    ] {
        let file = format!("[tools.q]\nrisk = \"low\"\nparameters = [\"path\"]\nscope = {scope}\n");
        let config = config::read(&file, "mcp-scopes.toml").unwrap();
        assert_eq!(shown(&config.tools[0]), expected, "{scope}");
    }
}

#[test]
fn bounds_the_number_of_conditions_and_scopes() {
    let head = FnHead::parse("fn f() {}".parse().unwrap()).unwrap();
    let of = |condition: &dyn Fn(usize) -> String, count| {
        let conditions: Vec<_> = (0..count).map(condition).collect();
        let args = format!("risk = \"low\", scope = all(\"a\", {})", conditions.join(", "));
        let (_, errors) = read(args.parse().unwrap(), &head);
        errors.iter().map(|error| error.id).collect::<Vec<_>>()
    };
    let same_scope = |place| format!("when(\"/{place}\", \"b\")");
    assert!(of(&same_scope, 64).is_empty());
    assert_eq!(of(&same_scope, 65), ["requirement-too-large"]);
    let other_scopes = |place| format!("when(\"/{place}\", \"b{place}\")");
    assert!(of(&other_scopes, 63).is_empty());
    assert_eq!(of(&other_scopes, 64), ["requirement-too-large"]);
}
