//! Which requests may be sent, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use mcp_scopes_model::address::Address;
use tokio::time::Instant;

use crate::{
    answer::{Answer, Broken, Silence},
    link::Purpose,
    options::Limits,
    report::Skipped,
};

/// After that many requests in a row without a whole answer, no more are sent to a server.
const MAX_SILENT: usize = 3;
/// Requests a second to another machine.
const DEFAULT_RATE: f64 = 5.0;
/// Longer than any run.
const LONGEST_PAUSE: Duration = Duration::from_secs(86_400);

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not before this time.
    Send(Instant),
    /// A bound is reached, or the server is silent.
    NotSent,
    /// The server has refused several requests in a row for their number.
    Limited,
}

/// What a server answered last.
#[derive(Debug, Default)]
struct Streak {
    silent: usize,
    limited: usize,
}

/// The bounds of a run.
#[derive(Debug)]
pub(crate) struct Bounds {
    limits: Limits,
    /// The origin of the examined server.
    home: String,
    /// The requests that were sent.
    pub(crate) sent: usize,
    /// The requests that end open sessions.
    reserved: usize,
    /// The size of all answers.
    received: usize,
    /// When the first request was sent.
    begin: Option<Instant>,
    next: Instant,
    /// By origin: a document may name an authorization server that is down, which is no reason to stop.
    streaks: BTreeMap<String, Streak>,
    /// The other origins to which requests were not sent, since they gave no answer.
    silent: BTreeSet<String>,
    limited: BTreeSet<String>,
    /// The first bound that was reached.
    stopped: Option<String>,
}

impl Bounds {
    pub(crate) fn new(limits: Limits, home: &str) -> Self {
        Self {
            limits,
            home: origin(home),
            sent: 0,
            reserved: 0,
            received: 0,
            begin: None,
            next: Instant::now(),
            streaks: BTreeMap::new(),
            silent: BTreeSet::new(),
            limited: BTreeSet::new(),
            stopped: None,
        }
    }

    /// Returns whether a request may be sent.
    pub(crate) fn judge(&mut self, purpose: Purpose, url: &str, now: Instant) -> Verdict {
        let origin = origin(url);
        let streak = self.streaks.get(&origin);
        let start = self.next.max(now);
        if streak.is_some_and(|streak| streak.limited >= MAX_SILENT) {
            return Verdict::Limited;
        }
        let is_silent = streak.is_some_and(|streak| streak.silent >= MAX_SILENT);
        if is_silent && origin != self.home {
            self.silent.insert(origin);
            return Verdict::NotSent;
        }
        if purpose == Purpose::End {
            // A bound that ends the run must not leave its sessions open.
            let is_soon = start.saturating_duration_since(now) <= self.limits.timeout;
            let may_end = !is_silent && is_soon && self.sent < self.limits.max_requests;
            return if may_end { Verdict::Send(start) } else { Verdict::NotSent };
        }
        if self.stopped.is_none() {
            self.stopped = self.bound(purpose, is_silent, start);
        }
        if self.stopped.is_some() { Verdict::NotSent } else { Verdict::Send(start) }
    }

    /// Returns the bound that is reached.
    fn bound(&self, purpose: Purpose, is_silent: bool, start: Instant) -> Option<String> {
        let limits = &self.limits;
        // A session that is opened must be ended, too.
        let needed = self.reserved + if purpose == Purpose::Session { 2 } else { 1 };
        if is_silent {
            Some(format!("the server gave no whole answer to {MAX_SILENT} requests in a row"))
        } else if self.sent + needed > limits.max_requests {
            Some(format!("the bound of {} requests was reached; raise it with `--max-requests`", limits.max_requests))
        } else if !self.has_time(start) {
            let seconds = limits.max_time.as_secs_f32();
            Some(format!("the run took {seconds} seconds; raise it with `--max-time`"))
        } else if self.received > limits.max_bytes {
            Some(format!("the answers of the server are larger than {} bytes in all", limits.max_bytes))
        } else {
            None
        }
    }

    /// Returns whether a request can be sent at a time.
    fn has_time(&self, start: Instant) -> bool {
        self.begin.is_none_or(|begin| start.saturating_duration_since(begin) < self.limits.max_time)
    }

    /// Notes that a request is sent.
    pub(crate) fn begin(&mut self, purpose: Purpose, is_near: bool, now: Instant) {
        self.sent += 1;
        self.begin.get_or_insert(now);
        if purpose == Purpose::End {
            self.reserved = self.reserved.saturating_sub(1);
        }
        if let Some(pause) = pause(self.limits.rate, is_near) {
            self.next = now + pause;
        }
    }

    /// Notes what came back.
    pub(crate) fn end(&mut self, purpose: Purpose, url: &str, result: &Result<Answer, Silence>) {
        self.received += result.as_ref().map_or(0, Answer::size);
        let streak = self.streaks.entry(origin(url)).or_default();
        let is_slow = match result {
            Ok(answer) => answer.broken == Some(Broken::Slow),
            Err(silence) => *silence == Silence::Slow,
        };
        match result {
            // A tool may be slow, and limit its calls.
            _ if purpose == Purpose::Tool && (is_slow || matches!(result, Err(Silence::Limited))) => {}
            Err(Silence::Unreachable(_)) if purpose == Purpose::First => {}
            Ok(answer) if answer.broken.is_none() => *streak = Streak::default(),
            Err(Silence::Limited) => streak.limited += 1,
            _ => streak.silent += 1,
        }
        if matches!(result, Err(Silence::Limited)) {
            self.limited.insert(origin(url));
        }
    }

    /// Returns when to send a request again that a server refused for their number; `None` if that is too late.
    pub(crate) fn again(&self, wait: Duration, now: Instant) -> Option<Instant> {
        // A longer wait would take the time of other requests.
        let start = now.checked_add(wait).filter(|_| wait <= self.limits.timeout)?;
        self.has_time(start).then_some(start)
    }

    /// Sends nothing more, and says why.
    pub(crate) fn stop(&mut self, why: String) {
        self.stopped.get_or_insert(why);
    }

    /// Keeps a request to end a session.
    pub(crate) fn reserve(&mut self) {
        self.reserved += 1;
    }

    /// Returns what was not sent, and why.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        let skipped = |what: String, why: String| Skipped { what, why };
        let name = |origin: &String| if *origin == self.home { "the server".to_owned() } else { format!("`{origin}`") };
        let limited = self.limited.iter().map(|origin| {
            let why = format!("{} limits requests; lower `--rate`, or raise the limit", name(origin));
            skipped("some requests".to_owned(), why)
        });
        let silent = self.silent.iter().map(|origin| {
            let why = format!("it gave no whole answer to {MAX_SILENT} requests in a row");
            skipped(format!("further requests to `{origin}`"), why)
        });
        let stopped = self.stopped.iter().map(|why| skipped("the rest of the requests".to_owned(), why.clone()));
        limited.chain(silent).chain(stopped).collect()
    }
}

/// Returns the scheme, host and port of an address.
fn origin(url: &str) -> String {
    Address::parse(url).map_or_else(|_| url.to_owned(), |address| address.origin.to_ascii_lowercase())
}

/// Returns the time between two requests.
fn pause(rate: Option<f64>, is_near: bool) -> Option<Duration> {
    let rate = rate.or((!is_near).then_some(DEFAULT_RATE)).filter(|rate| *rate > 0.0)?;
    Some(Duration::try_from_secs_f64(1.0 / rate).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Bounds, Verdict, pause};
    use crate::{
        answer::{Answer, Broken, Silence},
        link::Purpose,
        options::Limits,
    };

    const HOME: &str = "https://h/mcp";

    fn whole() -> Answer {
        Answer::new(200, Vec::new(), Vec::new(), None)
    }

    /// Sends requests to a server, and returns how many were sent.
    fn sent(bounds: &mut Bounds, purpose: Purpose, url: &str, results: &[Result<Answer, Silence>]) -> usize {
        let now = Instant::now();
        let count = bounds.sent;
        for result in results {
            if let Verdict::Send(_) = bounds.judge(purpose, url, now) {
                bounds.begin(purpose, true, now);
                bounds.end(purpose, url, result);
            }
        }
        bounds.sent - count
    }

    #[test]
    fn sends_at_a_rate() {
        let millis = |rate, is_near| pause(rate, is_near).map(|pause| pause.as_millis());
        assert_eq!(millis(None, false), Some(200));
        assert_eq!(millis(None, true), None);
        assert_eq!(millis(Some(50.0), true), Some(20));
        assert_eq!(millis(Some(0.001), false), Some(1_000_000));
        assert_eq!(millis(Some(1e-300), false), Some(86_400_000));
        let mut bounds = Bounds::new(Limits { rate: Some(2.0), ..Limits::default() }, HOME);
        let now = Instant::now();
        bounds.begin(Purpose::Other, true, now);
        let next = now + Duration::from_millis(500);
        assert_eq!(bounds.judge(Purpose::Other, HOME, now), Verdict::Send(next));
        let later = now + Duration::from_secs(3);
        assert_eq!(bounds.judge(Purpose::Other, HOME, later), Verdict::Send(later));
    }

    /// It would wait for a request that is not sent.
    #[test]
    fn does_not_wait_beyond_the_end_of_the_run() {
        let mut bounds = Bounds::new(Limits { rate: Some(0.001), ..Limits::default() }, HOME);
        let now = Instant::now();
        bounds.begin(Purpose::Other, true, now);
        assert_eq!(bounds.judge(Purpose::Other, HOME, now), Verdict::NotSent);
        assert!(bounds.skipped().iter().any(|skipped| skipped.why.contains("`--max-time`")));
        assert_eq!(bounds.again(Duration::from_secs(1), now), Some(now + Duration::from_secs(1)));
        assert_eq!(bounds.again(Duration::from_secs(900), now), None);
        assert_eq!(bounds.again(Duration::MAX, now), None);
    }

    #[test]
    fn stops_for_a_silent_server_and_not_for_a_silent_issuer() {
        let mut bounds = Bounds::new(Limits::default(), HOME);
        let silence = vec![Err(Silence::Slow); 5];
        assert_eq!(sent(&mut bounds, Purpose::Other, "https://issuer/a", &silence), 3);
        assert_eq!(sent(&mut bounds, Purpose::Other, HOME, &[Ok(whole())]), 1);
        assert_eq!(bounds.skipped().len(), 1);
        assert_eq!(sent(&mut bounds, Purpose::Other, "HTTPS://H/x", &silence), 3);
        assert_eq!(sent(&mut bounds, Purpose::Other, HOME, &[Ok(whole())]), 0);
        assert_eq!(sent(&mut bounds, Purpose::End, HOME, &[Ok(whole())]), 0);
    }

    #[test]
    fn counts_no_slow_tool() {
        let mut bounds = Bounds::new(Limits::default(), HOME);
        let late = Ok(Answer::new(200, Vec::new(), Vec::new(), Some(Broken::Slow)));
        let slow = [Err(Silence::Slow), late, Err(Silence::Limited), Err(Silence::Slow), Err(Silence::Slow)];
        assert_eq!(sent(&mut bounds, Purpose::Tool, HOME, &slow), 5);
        let down = vec![Err(Silence::Unreachable(String::new())); 5];
        assert_eq!(sent(&mut bounds, Purpose::Tool, HOME, &down), 3);
    }

    #[test]
    fn sends_no_more_to_a_server_that_limits_requests() {
        let mut bounds = Bounds::new(Limits::default(), HOME);
        assert_eq!(sent(&mut bounds, Purpose::Other, HOME, &vec![Err(Silence::Limited); 5]), 3);
        assert_eq!(bounds.judge(Purpose::Other, HOME, Instant::now()), Verdict::Limited);
        assert_eq!(bounds.skipped().len(), 1);
    }

    #[test]
    fn keeps_requests_to_end_sessions() {
        let mut bounds = Bounds::new(Limits { max_requests: 5, ..Limits::default() }, HOME);
        assert_eq!(sent(&mut bounds, Purpose::Session, HOME, &[Ok(whole())]), 1);
        bounds.reserve();
        assert_eq!(sent(&mut bounds, Purpose::Other, HOME, &[Ok(whole()), Ok(whole()), Ok(whole()), Ok(whole())]), 3);
        assert_eq!(sent(&mut bounds, Purpose::End, HOME, &[Ok(whole()), Ok(whole())]), 1);
        assert_eq!(bounds.sent, 5);
        // There would be no request left to end it.
        let mut bounds = Bounds::new(Limits { max_requests: 1, ..Limits::default() }, HOME);
        assert_eq!(sent(&mut bounds, Purpose::Session, HOME, &[Ok(whole())]), 0);
    }
}
