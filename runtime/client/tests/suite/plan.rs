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
