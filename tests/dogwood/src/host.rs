//! One caller: the history, and the decision on all calls of a body.
//!
//! Dogwood decides on one event, and cannot take back what it has recorded. So each call of a body is asked about on behalf of a new principal,
//! whose history is a copy of the caller's, with the other calls of the body added.

use crate::{
    interpreter::{Dogwood, Facts, arrival, refused, request, responses},
    rules::{Rule, Verdict},
};

/// What happened at a time, in seconds.
#[derive(Clone, Debug)]
enum Past<'t> {
    Arrival,
    Admitted(Facts<'t>),
    Refused,
}

/// The history of one caller.
#[derive(Clone, Debug, Default)]
pub struct Caller<'t> {
    history: Vec<(i64, Past<'t>)>,
}

impl<'t> Caller<'t> {
    /// Decides on all calls of a body, and records what follows. `questions` numbers the principals.
    ///
    /// # Errors
    /// The interpreter could not decide.
    pub fn decide(
        &mut self,
        dogwood: &mut Dogwood,
        questions: &mut u64,
        calls: &[Facts<'t>],
        now: i64,
    ) -> Result<Verdict, String> {
        self.history.push((now, Past::Arrival));
        let rules: Vec<Vec<Rule>> = (0..calls.len())
            .map(|place| {
                *questions += 1;
                self.ask(dogwood, &format!("question {questions}"), calls, place, now)
            })
            .collect::<Result<_, _>>()?;
        let verdict = Verdict::from_rules(&rules);
        match verdict {
            Verdict::Allowed => self.history.extend(calls.iter().map(|call| (now, Past::Admitted(call.clone())))),
            Verdict::Denied(_) => self.history.push((now, Past::Refused)),
            Verdict::ApprovalNeeded { .. } => {}
        }
        Ok(verdict)
    }

    /// Returns the rules that forbid a call if all other calls of its body have been admitted just before.
    fn ask(
        &self,
        dogwood: &mut Dogwood,
        principal: &str,
        calls: &[Facts<'t>],
        place: usize,
        now: i64,
    ) -> Result<Vec<Rule>, String> {
        for (time, past) in &self.history {
            match past {
                Past::Arrival => dogwood.record(&arrival(principal, *time))?,
                Past::Refused => dogwood.record(&refused(principal, *time))?,
                Past::Admitted(call) => admit(dogwood, principal, call, *time)?,
            }
        }
        for (_, call) in calls.iter().enumerate().filter(|(other, _)| *other != place) {
            admit(dogwood, principal, call, now)?;
        }
        calls.get(place).map_or_else(|| Ok(Vec::new()), |call| dogwood.ask(&request(principal, call, now)))
    }
}

fn admit(dogwood: &mut Dogwood, principal: &str, call: &Facts<'_>, time: i64) -> Result<(), String> {
    responses(principal, call, time).iter().try_for_each(|event| dogwood.record(event))
}
