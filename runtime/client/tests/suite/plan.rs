use mcp_scopes_client::{Plan, ScopeMap, Scopes};
use mcp_scopes_model::Risk;
use mcp_scopes_prm::Metadata;

const DOCUMENT: &str = r#"{
    "resource": "https://notes.example.com/mcp",
    "authorization_servers": ["https://auth.example.com"],
    "mcp_extensions": {
        "tool_scope_mapping": {
            "ping": {"public": true},
            "list_notes": {"required_scopes": [["notes:read"]], "risk_level": "low", "title": "List notes"},
            "read_note": {"required_scopes": [["notes:read"], ["notes:all"]], "risk_level": "low"},
            "write_note": {"required_scopes": [["notes:all"], ["notes:write"]], "risk_level": "medium"},
            "delete_note": {"required_scopes": [["notes:all"]], "risk_level": "critical"},
            "purge": {"required_scopes": [["notes:all"]], "risk_level": "critical"},
            "mystery": {"description": "It is not said what opens it"}
        },
        "scope_hierarchy": {"notes:write": ["notes:read"]},
        "scope_upgrade_flows": {"editor": ["notes:write", "notes:all"]}
    }
}"#;

fn plan(tools: &[&str], held: &str) -> Plan {
    let map = ScopeMap::of(Metadata::from_json(DOCUMENT).unwrap().document());
    Plan::of(&map, tools.iter().copied(), &Scopes::parse(held).unwrap())
}

fn names(tools: &[mcp_scopes_client::plan::OpenedTool]) -> Vec<&str> {
    tools.iter().map(|tool| &*tool.name).collect()
}

#[test]
fn asks_for_the_alternative_that_opens_the_least() {
    // `notes:all` would open `delete_note` and `purge` too.
    let plan = plan(&["write_note"], "");
    assert_eq!((plan.scopes().to_string(), names(plan.needed())), ("notes:write".to_owned(), vec!["write_note"]));
    assert_eq!(names(plan.also_opened()), ["list_notes", "read_note"]);
    assert_eq!(plan.risk(), Some(Risk::Medium));
}

#[test]
fn asks_for_nothing_that_is_held_or_open() {
    let plan = plan(&["ping", "list_notes"], "notes:write");
    assert!(plan.scopes().is_empty() && plan.also_opened().is_empty());
    assert_eq!(names(plan.needed()), ["ping", "list_notes"]);
    assert!(plan.to_string().starts_with("No further scopes are needed."));
}

#[test]
fn names_what_it_cannot_plan() {
    let plan = plan(&["mystery", "unheard_of", "list_notes"], "");
    assert_eq!(plan.unknown(), ["mystery", "unheard_of"]);
    assert_eq!(plan.scopes().to_string(), "notes:read");
}

#[test]
fn shows_the_riskiest_first_and_the_order_of_flows() {
    let plan = plan(&["delete_note", "list_notes"], "");
    assert_eq!(plan.order(), ["notes:all", "notes:read"]);
    let text = plan.to_string();
    assert_eq!(
        text,
        "Scopes: notes:all, notes:read\n\
         Needed:\n- list_notes (risk: low): List notes\n- delete_note (risk: critical)\n\
         Also opened:\n- purge (risk: critical)\n- write_note (risk: medium)\n- read_note (risk: low)"
    );
}

#[test]
fn compares_a_bounded_number_of_alternatives() {
    // A server can write as many as fit into the document.
    let alternatives: Vec<String> = (0..20_000).map(|number| format!("[\"s{number}\"]")).collect();
    let names: Vec<String> = (0..100).map(|number| format!("t{number}")).collect();
    let mut tools = vec![format!("\"many\": {{\"required_scopes\": [{}]}}", alternatives.join(","))];
    tools.extend(names.iter().map(|name| {
        let own: Vec<String> = (0..20).map(|number| format!("[\"{name}.{number}\", \"x\"]")).collect();
        format!("\"{name}\": {{\"required_scopes\": [{}, [\"{name}\"]]}}", own.join(","))
    }));
    let supported: Vec<String> = (0..40_000).map(|number| format!("\"s{number}\"")).collect();
    let document = format!(
        r#"{{"resource": "https://notes.example.com/mcp", "authorization_servers": ["https://auth.example.com"],
            "scopes_supported": [{}], "mcp_extensions": {{"tool_scope_mapping": {{{}}}}}}}"#,
        supported.join(","),
        tools.join(",")
    );
    let map = ScopeMap::of(&mcp_scopes_prm::Draft::read(&document).unwrap().document);
    assert_eq!(map.first(None).unwrap().len(), 40_000);
    let plan = Plan::of(&map, ["many"], &Scopes::NONE);
    assert_eq!(plan.scopes().to_string(), "s0");
    // Also those that are not compared are planned: by the fewest missing scopes.
    let plan = Plan::of(&map, names.iter().map(String::as_str), &Scopes::NONE);
    assert_eq!((plan.needed().len(), plan.scopes().len()), (100, 100));
}

#[test]
fn texts_of_a_server_stay_on_their_line() {
    let document = DOCUMENT.replace("List notes", "A\\nNeeded:\\u202e- harmless");
    let map = ScopeMap::of(Metadata::from_json(document).unwrap().document());
    let text = Plan::of(&map, ["list_notes"], &Scopes::NONE).to_string();
    assert_eq!(text.lines().filter(|line| line.starts_with("Needed:")).count(), 1, "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}

const CONDITIONS: &str = r#"{
    "resource": "https://files.example.com/mcp",
    "authorization_servers": ["https://auth.example.com"],
    "mcp_extensions": {"tool_scope_mapping": {
        "read_file": {
            "required_scopes": [["files:read"], ["files:all"]], "risk_level": "medium",
            "conditional_scopes": [
                {"argument": "path", "glob": "/etc/*", "scopes": ["files:system"], "alternatives": [0]},
                {"argument": "path", "glob": "*.key", "scopes": ["files:keys", "files:system"]}
            ]
        },
        "list_files": {"required_scopes": [["files:read"], ["files:all"]], "risk_level": "low"},
        "mount": {"required_scopes": [["files:system"]], "risk_level": "critical"}
    }}
}"#;

fn with_conditions(tools: &[&str], held: &str) -> Plan {
    let map = ScopeMap::of(Metadata::from_json(CONDITIONS).unwrap().document());
    Plan::of(&map, tools.iter().copied(), &Scopes::parse(held).unwrap())
}

#[test]
fn names_the_scopes_that_some_calls_need() {
    let plan = with_conditions(&["read_file"], "");
    assert_eq!(
        plan.to_string(),
        "Scopes: files:read\n\
         Needed:\n- read_file (risk: medium); some calls need `files:keys files:system`, too\n\
         Also opened:\n- list_files (risk: low)"
    );
    // Also where nothing is asked for. Of the alternatives, the one that lacks the fewest counts.
    for (held, needed) in [
        ("files:read", "files:keys files:system"),
        ("files:read files:system", "files:keys"),
        ("files:all files:read files:keys", "files:system"),
        ("files:read files:system files:keys", ""),
    ] {
        let plan = with_conditions(&["read_file"], held);
        assert!(plan.scopes().is_empty() && plan.further_calls().is_empty());
        assert_eq!(plan.needed()[0].conditional.to_string(), needed, "{held}");
    }
}

#[test]
fn names_the_tools_of_which_further_calls_open() {
    for (held, further) in [
        // Files below `/etc`.
        ("files:read", true),
        // The other alternative has opened them already.
        ("files:all", false),
        ("files:all files:keys", true),
        // It is not open.
        ("", false),
    ] {
        let plan = with_conditions(&["mount"], held);
        let expected = if further { vec!["read_file"] } else { Vec::new() };
        assert_eq!((names(plan.further_calls()), plan.also_opened().len()), (expected, 0), "{held}");
    }
    let plan = with_conditions(&["mount"], "files:read");
    assert_eq!(
        plan.to_string(),
        "Scopes: files:system\n\
         Needed:\n- mount (risk: critical)\n\
         Further calls of:\n- read_file (risk: medium); some calls need `files:keys`, too"
    );
    // A planned tool that is open already, too.
    assert_eq!(names(with_conditions(&["read_file", "mount"], "files:read").further_calls()), ["read_file"]);
}
