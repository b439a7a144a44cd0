//! Mutated requests: valid ones with parts removed, duplicated and moved. Two other parsers read each request that reaches the
//! server, and the caller must be allowed to send it as each of them reads it.

use core::{cell::Cell, fmt};

use mcp_scopes_server::ResourceServerBuilder;
use proptest::{
    prelude::{Strategy, any, prop, prop_oneof},
    test_runner::{Config, TestRunner},
};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::server::{Ask, Server};

/// An object as a parser reads it that accepts duplicate members.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

impl Members {
    /// Returns all values of a member in document order.
    fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(of, _)| of == name).map(|(_, value)| value.get()).collect()
    }
}

const SEEDS: [&str; 6] = [
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files","arguments":{"folder":"home"}}}"#,
    r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"run","arguments":{"command":"id"}}}"#,
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"name":"write_file"}}"#,
    r#"{"method":"resources/read","params":{"uri":"file:///etc/passwd"},"jsonrpc":"2.0","id":7}"#,
    r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
    r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"status"}}]"#,
];

const PARTS: [&str; 36] = [
    r#""x":1,"#,
    r#""y":{"name":"run"},"#,
    r#""z":[],"#,
    r#""arguments":{},"#,
    " ",
    "\t",
    "\r\n",
    r#""task":{},"#,
    r#""name":"run","#,
    r#","name":"run""#,
    r#""n\u0061me":"run","#,
    r#""method":"tools/call","#,
    r#""method":"tasks/result","#,
    r#""params":{"name":"run"},"#,
    r#","params":{"name":"run"}"#,
    r#""id":2,"#,
    r#""result":{},"#,
    r#""error":{},"#,
    "\u{feff}",
    "\0",
    "\\u0000",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "/**/",
    "run",
    "tools/call",
    "null",
    "1e999",
    "\u{e9}",
];

/// A change of a request.
#[derive(Clone, Debug)]
enum Edit {
    Insert(usize, usize),
    Remove(usize, usize),
    Double(usize, usize),
    Byte(usize, u8),
    /// Replaces a letter by an escape.
    Escape(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<usize>(), 0..PARTS.len()).prop_map(|(at, part)| Edit::Insert(at, part)),
        (any::<usize>(), 1..24_usize).prop_map(|(at, len)| Edit::Remove(at, len)),
        (any::<usize>(), 1..60_usize).prop_map(|(at, len)| Edit::Double(at, len)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        any::<usize>().prop_map(Edit::Escape),
        any::<usize>().prop_map(Edit::Escape),
    ]
}

/// Returns a position at the start of a value or member, where an insertion is more likely to remain valid JSON.
fn seam(body: &[u8], at: usize) -> usize {
    let seams: Vec<_> =
        (0..=body.len()).filter(|at| at.checked_sub(1).is_some_and(|at| b"{,[".contains(&body[at]))).collect();
    if at.is_multiple_of(5) || seams.is_empty() { at % (body.len() + 1) } else { seams[at % seams.len()] }
}

fn apply(body: &mut Vec<u8>, edit: &Edit) {
    match *edit {
        Edit::Insert(at, part) => drop(body.splice(seam(body, at)..seam(body, at), PARTS[part].bytes())),
        Edit::Remove(at, len) => {
            let at = seam(body, at);
            let end = (at + len).min(body.len());
            body.drain(at..end);
        }
        Edit::Double(at, len) => {
            let at = seam(body, at);
            let piece = body[at..(at + len).min(body.len())].to_vec();
            drop(body.splice(at..at, piece));
        }
        Edit::Byte(at, byte) => {
            let at = at % (body.len() + 1);
            if let Some(place) = body.get_mut(at) {
                *place = byte;
            }
        }
        Edit::Escape(at) => {
            let letters: Vec<_> = (0..body.len()).filter(|at| body[*at].is_ascii_lowercase()).collect();
            if let Some(at) = letters.get(at % letters.len().max(1)).copied() {
                drop(body.splice(at..=at, format!("\\u00{:02x}", body[at]).into_bytes()));
            }
        }
    }
}

/// The tools that the token `reader` opens.
const TOOLS: [&str; 2] = ["status", "list_files"];

/// Returns whether `reader` may send this message, whichever duplicate a parser chooses.
fn may(message: &Members) -> bool {
    let text = |json: &&str| serde_json::from_str::<String>(json).unwrap_or_default();
    let methods: Vec<_> = message.all("method").iter().map(text).collect();
    let params = message.all("params");
    let open = |method: &String| {
        let protocol = ["initialize", "ping", "server/discover", "tools/list", "logging/setLevel", "tools/call"];
        protocol.contains(&method.as_str()) || method.starts_with("notifications/")
    };
    if !methods.iter().all(open) || methods.len() > 1 || params.len() > 1 {
        return false;
    }
    let named = |params: &&str| {
        let names = serde_json::from_str::<Members>(params).map(|params| params.all("name").iter().map(text).collect());
        names.is_ok_and(|names: Vec<_>| !names.is_empty() && names.iter().all(|name| TOOLS.contains(&name.as_str())))
    };
    !methods.iter().any(|method| method == "tools/call") || (params.len() == 1 && params.iter().all(named))
}

fn messages(body: &[u8]) -> Option<Vec<Members>> {
    serde_json::from_slice(body).map(|one| vec![one]).or_else(|_| serde_json::from_slice(body)).ok()
}

#[test]
fn forwards_only_mutated_requests_that_the_caller_may_send() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let servers = [Server::new(), Server::with(ResourceServerBuilder::allow_batches)];
    let (passed, refused) = (Cell::new(0), Cell::new(0));
    let config = Config { failure_persistence: None, ..Config::default() };
    let requests = (0..SEEDS.len(), prop::collection::vec(edit(), 0..4), any::<bool>());
    TestRunner::new(Config { cases: config.cases.max(3000), ..config })
        .run(&requests, |(seed, edits, batches)| {
            let mut body = SEEDS[seed].as_bytes().to_vec();
            for edit in &edits {
                apply(&mut body, edit);
            }
            let ask = Ask::post(body.clone()).token("reader");
            let answer = runtime.block_on(servers[usize::from(batches)].send(ask));
            match answer.seen {
                None => {
                    refused.set(refused.get() + 1);
                    let code = answer.json()["error"]["code"].as_i64();
                    assert!(code.is_some() && (batches || answer.status.as_u16() < 500), "{answer:?}");
                }
                Some(seen) => {
                    passed.set(passed.get() + 1);
                    assert_eq!(seen.body, body);
                    let messages = messages(&body).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&body)));
                    assert!(batches || messages.len() == 1);
                    assert!(messages.iter().all(may), "{}", String::from_utf8_lossy(&body));
                }
            }
            Ok(())
        })
        .unwrap();
    let (passed, refused) = (passed.get(), refused.get());
    println!("{passed} passed, {refused} rejected");
    assert!(passed > 200 && refused > 1000, "{passed} passed, {refused} rejected: the edits cover too little");
}

#[test]
fn oracle_detects_requests_that_the_caller_may_not_send() {
    for (body, holds) in [
        (SEEDS[0], true),
        (SEEDS[1], false),
        (SEEDS[3], false),
        (SEEDS[4], true),
        (r#"{"method":"tools/call","params":{"name":"list_files","n\u0061me":"run"}}"#, false),
        (r#"{"method":"ping","method":"tools/call"}"#, false),
    ] {
        assert_eq!(messages(body.as_bytes()).unwrap().iter().all(may), holds, "{body}");
    }
}
