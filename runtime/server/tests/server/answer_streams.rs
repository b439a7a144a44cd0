//! Step 9: lists of tools in streams of events.

use mcp_scopes_server::Discovery;

use crate::server::{Ask, Reply, Server};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"run"},{"name":"list_files"}]}}"#;
/// Replaces all sealed event ids by those of the server behind the layer.
fn unsealed(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_prefix("id: ") {
        Some(id) => {
            let mut parts = id.trim_end().rsplitn(3, '.');
            let (seal, _grant) = (parts.next().unwrap(), parts.next().unwrap());
            assert_eq!(seal.len(), 32, "{line}");
            format!("id: {}\n", parts.next().unwrap())
        }
        None => line.to_owned(),
    });
    lines.collect()
}

const SHOWN: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"list_files"}]}}"#;

async fn stream(text: &str, piece: usize) -> String {
    let pieces: Vec<_> = text.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered));
    let reply = Reply::of("text/event-stream; charset=utf-8", pieces);
    server.replying(reply).send(Ask::new("GET", "/mcp").token("reader")).await.body
}

#[tokio::test]
async fn filters_events_split_at_any_position() {
    let text = format!(
        ": hello\r\n\r\nid: 1\nevent: message\ndata: {{\"method\":\"notifications/message\"}}\n\n\
         retry: 5\ndata:{LIST}\nid: 2\n\nevent: x\rdata: {LIST}\r\r:\n\n"
    );
    let expected = format!(
        ": hello\r\n\r\nid: 1\nevent: message\ndata: {{\"method\":\"notifications/message\"}}\n\n\
         retry: 5\ndata: {SHOWN}\nid: 2\n\nevent: x\ndata: {SHOWN}\n\n:\n\n"
    );
    for piece in (1..40).chain([text.len()]) {
        assert_eq!(unsealed(&stream(&text, piece).await), expected, "{piece}");
    }
}

/// A client drops a byte order mark at the start of a stream: what follows would be data that the filter has not read as data.
#[tokio::test]
async fn keeps_a_byte_order_mark_from_becoming_the_start_of_the_stream() {
    for text in [
        // The id is not sent, since clients ignore it.
        format!("id: a\0\n\u{feff}data: {LIST}\n\n"),
        // The first mark is dropped, since ids are sealed.
        format!("\u{feff}\u{feff}data: {LIST}\nid: 1\n\n"),
    ] {
        for piece in 1..text.len() {
            let out = stream(&text, piece).await;
            assert!(out.starts_with("\n\u{feff}data: "), "{out:?}");
        }
    }
}

#[tokio::test]
async fn joins_data_lines_of_one_event() {
    let text = "data: {\"result\":\ndata: {\"tools\":[\r\ndata: {\"name\":\"run\"},{\"name\":\"list_files\"}]}}\n\n";
    for piece in 1..text.len() {
        let out = stream(text, piece).await;
        assert!(!out.contains("run") && out.contains("list_files"), "{out}");
        assert!(out.lines().all(|line| line.is_empty() || line.starts_with("data: ")), "{out}");
    }
}

#[tokio::test]
async fn reads_crlf_split_across_chunks_as_one_line_end() {
    // As two line ends this would be two events, neither of which contains the list.
    let text = "data: {\"result\":{\"tools\":\r\ndata: [{\"name\":\"run\"}]}}\r\n\r\n";
    for piece in 1..text.len() {
        assert!(!stream(text, piece).await.contains("run"), "{piece}");
    }
}

#[tokio::test]
async fn filters_the_first_line_after_a_byte_order_mark() {
    let out = stream(&format!("\u{feff}data: {LIST}\n\n"), 3).await;
    assert_eq!(out, format!("data: {SHOWN}\n\n"));
}

#[tokio::test]
async fn filters_an_unterminated_last_event() {
    assert_eq!(stream(&format!("data: {LIST}"), 11).await, format!("data: {SHOWN}\n"));
    assert_eq!(stream("data: x", 2).await, "data: x");
}

#[tokio::test]
async fn replaces_malformed_events_by_an_error() {
    for data in [r#"{"result":{"tools":[{"name":"run"}]}"#, r#"{"result":{"tools":{"run":1}}}"#, "\"tools\" run"] {
        let out = unsealed(&stream(&format!("id: 7\ndata: {data}\n\ndata: next\n\n"), 5).await);
        assert!(out.starts_with("id: 7\ndata: {\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32603,"), "{out}");
        assert!(!out.contains("run") && out.ends_with("\n\ndata: next\n\n"), "{out}");
    }
}

#[tokio::test]
async fn ends_the_stream_with_an_error_at_an_event_above_the_limit() {
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered).answer_limit(50));
    let pieces = ["data: short\n\n".to_owned(), format!("data: {LIST}"), "\n\ndata: late\n\n".to_owned()];
    let ask = Ask::new("GET", "/mcp").token("reader");
    let out = server.replying(Reply::of("text/event-stream", pieces)).send(ask).await.body;
    assert!(out.starts_with("data: short\n\n") && out.contains("-32603") && !out.contains("late"), "{out}");
    assert!(!out.contains("run"));
    // Also if the event arrives in one chunk with others.
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered).answer_limit(50));
    let pieces = [format!("data: short\n\ndata: {LIST}\n\ndata: late\n\n")];
    let ask = Ask::new("GET", "/mcp").token("reader");
    let out = server.replying(Reply::of("text/event-stream", pieces)).send(ask).await.body;
    assert!(out.starts_with("data: short\n\n") && out.contains("-32603") && !out.contains("late"), "{out}");
    assert!(!out.contains("run"));
}

#[tokio::test]
async fn filters_streamed_lists_by_the_grant_of_the_caller() {
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered));
    let server = server.replying(Reply::of("text/event-stream", [format!("data: {LIST}\n\n")]));
    for (token, shown) in [("runner", "run"), ("reader", "list_files")] {
        let out = server.send(Ask::new("GET", "/mcp").token(token)).await.body;
        assert!(out.contains(&format!(r#"{{"tools":[{{"name":"{shown}"}}]}}"#)), "{out}");
    }
}
