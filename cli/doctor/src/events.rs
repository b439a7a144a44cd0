//! A stream of events, as it arrives (HTML, "Server-sent events").

use mcp_scopes_prm::json::Json;

/// Finds the response in a stream. Each byte is looked at once, however the stream is cut into pieces.
#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Where the first line begins that has not ended.
    line: usize,
    /// How much was searched for the end of that line.
    searched: usize,
    /// The data of the event that has not ended.
    data: Vec<u8>,
    has_data: bool,
}

impl Events {
    /// Returns the response, once its event is complete. `stream` is everything that has arrived so far.
    pub(crate) fn response(&mut self, stream: &[u8]) -> Option<Json> {
        while let Some(length) = stream.get(self.searched..)?.iter().position(|byte| *byte == b'\n') {
            let line = stream.get(self.line..self.searched + length)?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let line = if self.line == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
            self.searched += length + 1;
            self.line = self.searched;
            if line.is_empty() {
                let data = std::mem::take(&mut self.data);
                self.has_data = false;
                let json = str::from_utf8(&data).ok().and_then(|text| Json::parse(text).ok());
                if let Some(json) = json.filter(is_response) {
                    return Some(json);
                }
            } else if let Some(value) = line.strip_prefix(b"data:") {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
            }
        }
        self.searched = stream.len();
        None
    }
}

/// Returns whether a message is the response to a request, or several. A notification of an error is none.
pub(crate) fn is_response(json: &Json) -> bool {
    if let Json::Array(items) = json {
        return items.iter().any(|item| matches!(item, Json::Object(_)) && is_response(item));
    }
    let has = |name: &str| json.get(name).is_some();
    // Other interfaces have members of these names, too. Servers forget one of the members of JSON-RPC.
    let is_message = has("jsonrpc") || has("id") || json.get("error").is_some_and(|error| error.get("code").is_some());
    !has("method") && is_message && (has("result") || has("error"))
}

#[cfg(test)]
mod tests {
    use super::Events;

    const LOG: &str =
        "data: {\"method\":\"notifications/message\",\"params\":{\"level\":\"error\",\"data\":\"result\"}}\n\n";

    #[test]
    fn finds_the_response_as_soon_as_it_is_complete() {
        let stream = format!(
            "\u{feff}event: message\r\n{LOG}: {}\ndata: {{\"id\":1,\r\ndata:\"result\":{{}}}}\r\n\r\n",
            "a".repeat(100)
        );
        for piece in [1, 2, 7, stream.len()] {
            let mut events = Events::default();
            let mut end = 0;
            let found = loop {
                end = (end + piece).min(stream.len());
                if let Some(found) = events.response(&stream.as_bytes()[..end]) {
                    break found;
                }
                assert!(end < stream.len(), "{piece}");
            };
            assert!(found.get("result").is_some() && end == stream.len(), "{piece}");
        }
    }

    #[test]
    fn finds_nothing_else() {
        for stream in [
            "data: {\"result\":1}\n",
            LOG,
            "data: [[[{\"result\":1}]]]\n\n",
            "data: \u{0}\n\n",
            "event: result\n\n",
            "data: 7\n\n",
        ] {
            assert!(Events::default().response(stream.as_bytes()).is_none(), "{stream}");
        }
        assert!(Events::default().response(b"data: [{\"id\":1,\"result\":{}}]\n\n").is_some());
    }
}
