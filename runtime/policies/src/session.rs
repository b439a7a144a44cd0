//! The state of one caller.

use mcp_scopes_model::Risk;

use crate::{
    name::Kind,
    rules::{Cooling, Place, Rules},
    time::Timestamp,
};

// The words before those that the table determines. Times are seconds; 0 is never.
/// First contact.
const STARTED: usize = 0;
/// The last admitted call, or first contact.
const ACTIVE: usize = 1;
/// Refused calls.
pub(crate) const REFUSED: usize = 2;
/// Admitted calls of high and critical risk.
pub(crate) const HIGH_RISK: usize = 3;
/// When the highest risk reached low, medium, high and critical.
const RISES: usize = 4;
/// The last admitted call that matched a pattern.
pub(crate) const TRIGGER: usize = 8;
/// The last `auth_time` that approved a call.
pub(crate) const APPROVED_BY: usize = 9;
/// The last `auth_time` that was challenged, plus one.
pub(crate) const CHALLENGED: usize = 10;
/// The number of these words.
pub(crate) const HEADER: usize = 11;

/// The state of one caller under one table: a few numbers, whose size depends on the table alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session(Box<[u32]>);

impl Session {
    /// Creates the state of a caller without a call.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self(vec![0; rules.layout.len].into())
    }

    pub(crate) fn words(&self) -> &[u32] {
        &self.0
    }

    pub(crate) fn get(&self, word: usize) -> u32 {
        self.0.get(word).copied().unwrap_or(0)
    }

    pub(crate) fn set(&mut self, word: usize, value: u32) {
        if let Some(place) = self.0.get_mut(word) {
            *place = value;
        }
    }

    pub(crate) fn add(&mut self, word: usize, number: u32) {
        self.set(word, self.get(word).saturating_add(number));
    }

    pub(crate) fn is_latched(&self, rules: &Rules, latch: u32) -> bool {
        self.get(rules.layout.latches + latch as usize / 32) >> (latch % 32) & 1 == 1
    }

    pub(crate) fn set_latch(&mut self, rules: &Rules, latch: u32) {
        let word = rules.layout.latches + latch as usize / 32;
        self.set(word, self.get(word) | 1 << (latch % 32));
    }

    /// Returns first contact, if there was any.
    pub(crate) fn started(&self) -> Option<u32> {
        Some(self.get(STARTED)).filter(|time| *time > 0)
    }

    /// Returns the time of the last call that may have set a latch. A session with latches that an earlier version of this library has stored
    /// may have no trigger.
    pub(crate) fn trigger(&self) -> u32 {
        match self.get(TRIGGER) {
            0 => self.get(ACTIVE),
            trigger => trigger,
        }
    }

    /// Records that the caller was here.
    pub(crate) fn contact(&mut self, now: Timestamp) {
        if self.started().is_none() {
            self.set(STARTED, now.ceil().max(1));
            self.set(ACTIVE, now.ceil());
        }
    }

    /// Records an admitted call.
    pub(crate) fn renew(&mut self, now: Timestamp) {
        self.contact(now);
        self.set(ACTIVE, now.ceil().max(self.get(ACTIVE)));
    }

    /// Returns when the session ends if there is no further call.
    pub(crate) fn end(&self, rules: &Rules) -> u32 {
        let Some(started) = self.started() else { return 0 };
        let limits = &rules.limits;
        started.saturating_add(limits.max).min(self.get(ACTIVE).saturating_add(limits.idle))
    }

    /// Removes everything but the cooling periods, if the session has ended.
    pub(crate) fn end_if_over(&mut self, rules: &Rules, now: Timestamp) {
        if self.started().is_some() && now.floor() >= self.end(rules) {
            let cooling = rules.layout.cooling;
            self.0.iter_mut().take(cooling).for_each(|word| *word = 0);
        }
    }

    /// Returns when nothing of the state counts any more.
    pub(crate) fn expiry(&self, rules: &Rules) -> u32 {
        let layout = &rules.layout;
        let cooling = self.0.get(layout.cooling..layout.arguments).unwrap_or_default();
        cooling.iter().copied().fold(self.end(rules), u32::max)
    }

    /// Returns whether a later decision can depend on the session. Cooling periods do not belong to it.
    fn has_trace(&self, rules: &Rules) -> bool {
        let contact_counts = rules.limits.escalation.is_some() && self.started().is_some();
        let words = self.0.get(ACTIVE + 1..rules.layout.cooling).unwrap_or_default();
        contact_counts || words.iter().any(|word| *word != 0)
    }

    /// Forgets first contact if nothing else happened: a session begins with the first call that has an effect.
    pub(crate) fn begin_with_effect(&mut self, rules: &Rules) {
        if !self.has_trace(rules) {
            self.set(STARTED, 0);
            self.set(ACTIVE, 0);
        }
    }

    /// Returns whether the state is the same for every decision as that of a new caller.
    pub(crate) fn is_blank(&self, rules: &Rules) -> bool {
        let cooling = self.0.get(rules.layout.cooling..).unwrap_or_default();
        !self.has_trace(rules) && cooling.iter().all(|word| *word == 0)
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Returns when the highest risk reached a level.
    fn risen(&self, level: Risk) -> u32 {
        (level as usize).checked_sub(1).map_or(0, |place| self.get(RISES + place))
    }

    /// Returns the highest risk of the admitted calls up to that time. Without any, it is minimal.
    pub(crate) fn highest_risk(&self, until: u32) -> Risk {
        let reached = |level: &Risk| (1..=until).contains(&self.risen(*level));
        Risk::ALL.into_iter().rev().find(reached).unwrap_or(Risk::Minimal)
    }

    /// Returns the highest risk, and when it was reached first.
    pub(crate) fn last_rise(&self) -> (Risk, u32) {
        let highest = self.highest_risk(u32::MAX);
        (highest, self.risen(highest))
    }

    /// Records the risk of an admitted call.
    pub(crate) fn rise_to(&mut self, risk: Risk, now: Timestamp) {
        for place in 0..risk as usize {
            if self.get(RISES + place) == 0 {
                self.set(RISES + place, now.ceil().max(1));
            }
        }
    }

    /// Returns the hash of the arguments of the last call of an idempotent tool; 0 for none.
    pub(crate) fn arguments(&self, word: usize) -> u64 {
        u64::from(self.get(word)) | u64::from(self.get(word + 1)) << 32
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a number")]
    pub(crate) fn set_arguments(&mut self, word: usize, hash: u64) {
        self.set(word, hash as u32);
        self.set(word + 1, (hash >> 32) as u32);
    }

    /// Begins a cooling period.
    pub(crate) fn cool(&mut self, cooling: &Cooling, arguments: u64, now: Timestamp) {
        self.set(cooling.word, now.ceil().saturating_add(cooling.seconds));
        if let Some(word) = cooling.arguments {
            self.set_arguments(word, arguments);
        }
    }
}

/// A session, as an operator sees it. Times are seconds since the UNIX epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionView {
    /// First contact. `None` if the session has ended and only cooling periods are left.
    pub started: Option<u32>,
    /// When it ends without a further call.
    pub ends: Option<u32>,
    /// Refused calls. Counted if the table limits them.
    pub refused_calls: u32,
    /// Calls of high and critical risk. Counted if the table limits them.
    pub high_risk_calls: u32,
    /// The highest risk of the admitted calls. Known if the table blocks rapid escalation.
    pub highest_risk: Risk,
    /// The patterns that admitted calls have matched.
    pub latches: Vec<String>,
    /// The number of calls of each tool with a limit.
    pub calls: Vec<(String, u32)>,
    /// The tools that are cooling, each with the end of its period.
    pub cooling: Vec<(String, u32)>,
    /// The number of latches, counters and periods in a shared store that the table does not know.
    pub unknown: usize,
}

impl Session {
    /// Returns what an operator sees.
    #[must_use]
    pub fn view(&self, rules: &Rules, now: Timestamp) -> SessionView {
        let mut current = self.clone();
        current.end_if_over(rules, now);
        let mut view = SessionView {
            started: current.started(),
            ends: current.started().map(|_| current.end(rules)),
            refused_calls: current.get(REFUSED),
            high_risk_calls: current.get(HIGH_RISK),
            highest_risk: current.highest_risk(u32::MAX),
            latches: Vec::new(),
            calls: Vec::new(),
            cooling: Vec::new(),
            unknown: 0,
        };
        for named in &rules.named {
            let Place { kind, at } = named.place;
            let tool = || rules.row(named.owner).map_or_else(String::new, |row| row.name.to_string());
            match kind {
                Kind::Latch if current.is_latched(rules, named.owner) => {
                    let text = rules.latches.get(named.owner as usize).map(|latch| latch.text.to_string());
                    view.latches.extend(text);
                }
                Kind::Count if current.get(at) > 0 => view.calls.push((tool(), current.get(at))),
                Kind::Cooling if current.get(at) > now.floor() => view.cooling.push((tool(), current.get(at))),
                Kind::Latch | Kind::Count | Kind::Cooling | Kind::Arguments => {}
            }
        }
        view
    }
}
