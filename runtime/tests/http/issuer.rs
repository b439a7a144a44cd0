//! An issuer on this machine, which answers what it is told to and counts how often it is asked.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Status line, headers with a line end behind each, body.
    With(&'static str, String, String),
    /// Nothing: the connection ends.
    Nothing,
    /// Good, but after that time.
    Late(Duration, String),
}

impl Answer {
    pub(crate) fn good(body: impl Into<String>) -> Self {
        Self::With("200 OK", String::new(), body.into())
    }

    pub(crate) fn headed(header: &str, body: impl Into<String>) -> Self {
        Self::With("200 OK", format!("{header}\r\n"), body.into())
    }
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The request line and the headers, each as it came, in lower case up to the colon.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

pub(crate) struct Issuer {
    port: u16,
    answer: Arc<Mutex<Answer>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Issuer {
    pub(crate) fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = Self {
            port: listener.local_addr().unwrap().port(),
            answer: Arc::new(Mutex::new(answer)),
            requests: Arc::default(),
        };
        let (answer, requests) = (Arc::clone(&issuer.answer), Arc::clone(&issuer.requests));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
                // Whoever goes away in the middle is not this thread's concern.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &answer, &requests)));
            }
        });
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/answer", self.port)
    }

    pub(crate) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub(crate) fn last(&self) -> Request {
        self.requests.lock().unwrap().last().cloned().unwrap()
    }
}

fn serve(stream: TcpStream, answer: &Mutex<Answer>, requests: &Mutex<Vec<Request>>) -> std::io::Result<()> {
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
    requests.lock().unwrap().push(request);
    let answer = answer.lock().unwrap().clone();
    let (status, headers, body) = match answer {
        Answer::Nothing => return Ok(()),
        Answer::With(status, headers, body) => (status, headers, body),
        Answer::Late(time, body) => {
            std::thread::sleep(time);
            ("200 OK", String::new(), body)
        }
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}
