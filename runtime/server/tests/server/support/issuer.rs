//! A loopback issuer that returns the configured answer and counts the requests.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Introspection responses by token.
pub(crate) type Responses = Arc<Mutex<HashMap<String, String>>>;

/// The answer of the issuer.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Status line, headers with a line end after each, body.
    With(&'static str, String, String),
    /// Closes the connection without an answer.
    Nothing,
    /// 200 with this body, after a delay.
    Late(Duration, String),
    /// The introspection response of the token in the request. All other tokens are inactive.
    PerToken(Responses),
    /// The answer for the path of the request. Other paths are not found.
    ByPath(Arc<Mutex<HashMap<String, Self>>>),
    /// Waits until another answer is configured.
    Held,
}

impl Answer {
    pub(crate) fn good(body: impl Into<String>) -> Self {
        Self::With("200 OK", String::new(), body.into())
    }

    /// Returns answers by path, none yet.
    pub(crate) fn by_path() -> Self {
        Self::ByPath(Arc::default())
    }

    pub(crate) fn headed(header: &str, body: impl Into<String>) -> Self {
        Self::With("200 OK", format!("{header}\r\n"), body.into())
    }
}

/// A request as received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The request line and the headers as received, in lower case up to the colon.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Request {
    fn path(&self) -> &str {
        self.head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default()
    }
}

pub(crate) struct Issuer {
    port: u16,
    answer: Arc<Mutex<Answer>>,
    requests: Arc<Mutex<Vec<Request>>>,
    load: Arc<Load>,
}

/// How many requests are unanswered now, and the maximum so far.
#[derive(Debug, Default)]
struct Load {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Issuer {
    pub(crate) fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = Self {
            port: listener.local_addr().unwrap().port(),
            answer: Arc::new(Mutex::new(answer)),
            requests: Arc::default(),
            load: Arc::default(),
        };
        let (answer, requests) = (Arc::clone(&issuer.answer), Arc::clone(&issuer.requests));
        let load = Arc::clone(&issuer.load);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, requests, load) = (Arc::clone(&answer), Arc::clone(&requests), Arc::clone(&load));
                // A client that disconnects is not an error of this thread.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &answer, &requests, &load)));
            }
        });
        issuer
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sets the answer for one path, of an issuer that was created with answers by path.
    pub(crate) fn answers_at(&self, path: &str, answer: Answer) {
        let Answer::ByPath(answers) = &*self.answer.lock().unwrap() else { panic!("no answers by path") };
        answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Returns the paths of all requests.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| request.path().to_owned()).collect()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/answer", self.port)
    }

    pub(crate) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Holds all answers until [`answers`](Self::answers) is called. Returns the previous answer.
    pub(crate) fn hold(&self) -> Answer {
        core::mem::replace(&mut *self.answer.lock().unwrap(), Answer::Held)
    }

    pub(crate) fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Returns how many requests are unanswered.
    pub(crate) fn under_way(&self) -> usize {
        self.load.now.load(Ordering::SeqCst)
    }

    /// Returns the maximum number of requests that were unanswered at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.load.most.load(Ordering::SeqCst)
    }

    pub(crate) fn last(&self) -> Request {
        self.requests.lock().unwrap().last().cloned().unwrap()
    }
}

fn serve(
    stream: TcpStream,
    answer: &Mutex<Answer>,
    requests: &Mutex<Vec<Request>>,
    load: &Load,
) -> std::io::Result<()> {
    let (mut reader, mut stream) = (BufReader::new(stream.try_clone()?), stream);
    let (mut request, mut length) = (Request::default(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
            request.head.push(format!("{}: {}", name.to_ascii_lowercase(), value.trim()));
        } else {
            request.head.push(line.trim().to_owned());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = String::from_utf8(body).unwrap();
    let token =
        request.body.strip_prefix("token=").and_then(|rest| rest.split('&').next()).unwrap_or_default().to_owned();
    let path = request.path().to_owned();
    requests.lock().unwrap().push(request);
    load.most.fetch_max(load.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    let answer = loop {
        match answer.lock().unwrap().clone() {
            Answer::Held => std::thread::sleep(Duration::from_millis(5)),
            Answer::ByPath(answers) => {
                let not_found = || Answer::With("404 Not Found", String::new(), String::new());
                break answers.lock().unwrap().get(&path).cloned().unwrap_or_else(not_found);
            }
            answer => break answer,
        }
    };
    let good = |body: String| Some(("200 OK", String::new(), body));
    let reply = match answer {
        Answer::Nothing | Answer::Held | Answer::ByPath(_) => None,
        Answer::With(status, headers, body) => Some((status, headers, body)),
        Answer::Late(time, body) => {
            std::thread::sleep(time);
            good(body)
        }
        Answer::PerToken(responses) => {
            let response = responses.lock().unwrap().get(&token).cloned();
            good(response.unwrap_or_else(|| r#"{"active":false}"#.to_owned()))
        }
    };
    // Before the answer is sent, because the client may send its next request as soon as it has read the answer.
    load.now.fetch_sub(1, Ordering::SeqCst);
    let Some((status, headers, body)) = reply else { return Ok(()) };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}
