//! The tools, and the parcels.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mcp_scopes::{Caller, Denied, mcp_tool, mcp_tools};
use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of a tool. Its fields are the tool's parameters in the scope table.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

/// No arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The arguments of `track_parcel` and `cancel_parcel`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The number of the parcel
    pub number: u32,
}

/// The arguments of `book_parcel`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// The destination
    pub to: String,
    /// The weight, in grams
    pub grams: u32,
}

/// The maximum weight that the carriers accept, in grams.
const HEAVIEST: u32 = 31_500;

/// The maximum number of parcels.
const MOST: usize = 10_000;

/// The parcel desk. Clones share the parcels.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    parcels: Arc<Mutex<BTreeMap<u32, String>>>,
}

#[mcp_tools]
impl Desk {
    /// Return the names of the carriers that fetch parcels
    #[mcp_tool(public, risk = "minimal", sandbox = "allow")]
    pub fn list_carriers(&self, Parameters(Nothing {}): Parameters<Nothing>) -> Result<String, Failure> {
        Ok("Gull Post\nHarbour Freight".to_owned())
    }

    /// Return the destination of a parcel
    #[mcp_tool(scope = "parcels:read", risk = "low", sandbox = "allow")]
    pub fn track_parcel(&self, Parameters(Number { number }): Parameters<Number>) -> Result<String, Failure> {
        self.parcels().get(&number).map(|to| format!("{number} goes to {to}")).ok_or(Failure::NoParcel(number))
    }

    /// Book the pickup of a parcel
    #[mcp_tool(scope = "parcels:write", risk = "medium", sandbox = simulate(Self::pretend_to_book), guard = caller)]
    pub fn book_parcel(&self, caller: &Caller, Parameters(booking): Parameters<Booking>) -> Result<String, Failure> {
        check(&booking)?;
        let mut parcels = self.parcels();
        let number = parcels.last_key_value().map_or(1, |(number, _)| number.saturating_add(1));
        if parcels.len() >= MOST || parcels.contains_key(&number) {
            return Err(Failure::Full);
        }
        parcels.insert(number, booking.to);
        Ok(format!("booked {number}"))
    }

    /// Cancel a booked parcel
    #[mcp_tool(
        scope = "parcels:cancel",
        risk = "high",
        sandbox = "deny",
        guard = caller,
        prerequisites("parcels:read"),
    )]
    pub fn cancel_parcel(
        &self,
        caller: &Caller,
        Parameters(Number { number }): Parameters<Number>,
    ) -> Result<String, Failure> {
        self.parcels().remove(&number).map(|_| format!("cancelled {number}")).ok_or(Failure::NoParcel(number))
    }
}

impl Desk {
    /// The substitute of `book_parcel` for sandbox callers.
    fn pretend_to_book(&self, _: &Caller, Parameters(booking): Parameters<Booking>) -> Result<String, Failure> {
        check(&booking)?;
        if self.parcels().len() >= MOST { Err(Failure::Full) } else { Ok("would book a parcel".to_owned()) }
    }

    fn parcels(&self) -> MutexGuard<'_, BTreeMap<u32, String>> {
        self.parcels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(booking: &Booking) -> Result<(), Failure> {
    if (1..=HEAVIEST).contains(&booking.grams) { Ok(()) } else { Err(Failure::Weight) }
}

/// The reason why a tool has no result.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The function itself denied the caller.
    Denied(String),
    /// The parcel does not exist.
    NoParcel(u32),
    /// No carrier accepts the weight.
    Weight,
    /// The desk is full.
    Full,
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(why) => f.write_str(why),
            Self::NoParcel(number) => write!(f, "unknown parcel {number}"),
            Self::Weight => write!(f, "a parcel has 1 to {HEAVIEST} grams"),
            Self::Full => write!(f, "there are {MOST} parcels; cancel one first"),
        }
    }
}
