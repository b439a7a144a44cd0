//! The market and the account: sheets of records, in memory. The files in `data` contain invented records.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mcp_scopes::Denied;
use rmcp::{ErrorData, handler::server::tool::IntoCallToolResult, model::CallToolResponse};
use serde_json::{Map, Value};

use crate::server::refusal;

const FILES: [&str; 4] = [
    include_str!("../data/market.json"),
    include_str!("../data/research.json"),
    include_str!("../data/community.json"),
    include_str!("../data/account.json"),
];

/// The result of a tool: JSON, as text.
pub type Answer = Result<String, Failure>;

type Record = Map<String, Value>;
type Sheets = BTreeMap<String, Vec<Record>>;

/// Returns a value as the result of a tool.
///
/// # Errors
/// Values of this crate never cause an error.
pub fn answer(value: &Value) -> Answer {
    serde_json::to_string_pretty(value).map_err(|error| Failure::Refused(error.to_string()))
}

/// All sheets, by their names.
#[derive(Debug)]
pub struct Records {
    sheets: Mutex<Sheets>,
}

impl Records {
    /// Loads the market and the account of the demonstration.
    ///
    /// # Errors
    /// Returns an error if a file is not JSON, or if two files have a sheet of the same name.
    pub fn demonstration() -> Result<Self, String> {
        let mut sheets = Sheets::new();
        for text in FILES {
            let file: Sheets = serde_json::from_str(text).map_err(|error| error.to_string())?;
            for (name, records) in file {
                if sheets.insert(name.clone(), records).is_some() {
                    return Err(format!("there are two sheets `{name}`"));
                }
            }
        }
        Ok(Self { sheets: Mutex::new(sheets) })
    }

    fn lock(&self) -> MutexGuard<'_, Sheets> {
        // A sheet is replaced in one step, so it is consistent even after a panic.
        self.sheets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns all records of a sheet, for filtering.
    #[must_use]
    pub fn sheet(&self, name: &str) -> Choice {
        Choice(self.lock().get(name).cloned().unwrap_or_default())
    }

    /// Adds a record under a new identifier, and returns it.
    ///
    /// # Errors
    /// Returns an error if the value is not an object.
    pub fn add(&self, sheet: &str, value: Value) -> Answer {
        let Value::Object(mut record) = value else { return Err(Failure::refused("a record is an object")) };
        let mut sheets = self.lock();
        let records = sheets.entry(sheet.to_owned()).or_default();
        let last = records.iter().filter_map(|record| record.get("id")?.as_str()?.parse::<u64>().ok()).max();
        record.insert("id".to_owned(), last.map_or(1, |last| last + 1).to_string().into());
        records.push(record.clone());
        answer(&record.into())
    }

    /// Updates a record with the members of an object, and returns the record.
    ///
    /// # Errors
    /// Returns an error if there is no such record.
    pub fn change(&self, sheet: &str, id: &str, change: &Value) -> Answer {
        let mut sheets = self.lock();
        let record = sheets.get_mut(sheet).and_then(|records| records.iter_mut().find(|record| is(record, "id", id)));
        let record = record.ok_or_else(|| Failure::missing(id))?;
        record.extend(change.as_object().cloned().unwrap_or_default());
        answer(&record.clone().into())
    }

    /// Removes a record, and returns it.
    ///
    /// # Errors
    /// Returns an error if there is no such record.
    pub fn remove(&self, sheet: &str, id: &str) -> Answer {
        let mut sheets = self.lock();
        let records = sheets.get_mut(sheet).ok_or_else(|| Failure::missing(id))?;
        let place = records.iter().position(|record| is(record, "id", id)).ok_or_else(|| Failure::missing(id))?;
        answer(&records.remove(place).into())
    }

    /// Returns the texts of a list in a record.
    ///
    /// # Errors
    /// Returns an error if there is no such record.
    pub fn texts(&self, sheet: &str, id: &str, field: &str) -> Result<Vec<String>, Failure> {
        let Choice(records) = self.sheet(sheet).with("id", id);
        let record = records.first().ok_or_else(|| Failure::missing(id))?;
        let texts = record.get(field).and_then(Value::as_array).into_iter().flatten();
        Ok(texts.filter_map(|text| text.as_str().map(str::to_owned)).collect())
    }
}

/// A selection of records of a sheet.
#[derive(Clone, Debug)]
pub struct Choice(Vec<Record>);

impl Choice {
    fn only(mut self, keep: impl FnMut(&Record) -> bool) -> Self {
        self.0.retain(keep);
        self
    }

    /// Keeps the records whose field has that value.
    #[must_use]
    pub fn with(self, field: &str, value: &str) -> Self {
        self.only(|record| is(record, field, value))
    }

    /// Like `with`, if there is a value.
    #[must_use]
    pub fn maybe(self, field: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    /// Keeps the records whose field has one of the values.
    #[must_use]
    pub fn among(self, field: &str, values: &[String]) -> Self {
        self.only(|record| values.iter().any(|value| is(record, field, value)))
    }

    /// Keeps the records whose field lies between the two values, inclusive.
    #[must_use]
    pub fn between(self, field: &str, first: Option<&str>, last: Option<&str>) -> Self {
        self.only(|record| {
            let value = record.get(field).and_then(Value::as_str).unwrap_or_default();
            first.is_none_or(|first| first <= value) && last.is_none_or(|last| value <= last)
        })
    }

    /// Keeps the records whose number lies within both bounds.
    #[must_use]
    pub fn within(self, field: &str, least: Option<f64>, greatest: Option<f64>) -> Self {
        self.only(|record| {
            let value = record.get(field).and_then(Value::as_f64);
            value.is_some_and(|value| least.is_none_or(|l| l <= value) && greatest.is_none_or(|g| value <= g))
        })
    }

    /// Keeps the records whose field contains a text, ignoring case.
    #[must_use]
    pub fn containing(self, field: &str, text: &str) -> Self {
        let text = text.to_lowercase();
        let mentions = |value: &str| value.to_lowercase().contains(&text);
        self.only(|record| record.get(field).and_then(Value::as_str).is_some_and(mentions))
    }

    /// Keeps that many records from the beginning.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.0.truncate(count);
        self
    }

    /// Keeps that many records from the end, which has the latest ones.
    #[must_use]
    pub fn last(mut self, count: usize) -> Self {
        self.0.drain(..self.0.len().saturating_sub(count));
        self
    }

    /// Keeps only some fields of each record, and its identifiers.
    #[must_use]
    pub fn fields(mut self, fields: &[impl AsRef<str>]) -> Self {
        let kept = |name: &str| name == "symbol" || fields.iter().any(|field| field.as_ref() == name);
        self.0.iter_mut().for_each(|record| record.retain(|name, _| kept(name)));
        self
    }

    /// Returns the numbers in a field.
    #[must_use]
    pub fn numbers(&self, field: &str) -> Vec<f64> {
        self.0.iter().filter_map(|record| record.get(field)?.as_f64()).collect()
    }

    /// Returns all records as a result.
    ///
    /// # Errors
    /// See [`answer`].
    pub fn list(self) -> Answer {
        answer(&self.0.into_iter().map(Value::Object).collect())
    }

    /// Returns the first record as a result.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub fn one(self) -> Answer {
        let first = self.0.into_iter().next();
        answer(&first.ok_or_else(|| Failure::Missing("no matching entry".to_owned()))?.into())
    }
}

fn is(record: &Record, field: &str, value: &str) -> bool {
    record.get(field).and_then(Value::as_str) == Some(value)
}

/// The reason why a tool has no result.
#[derive(Debug)]
pub enum Failure {
    /// The function itself denied the caller.
    Denied(Denied),
    /// The entry does not exist.
    Missing(String),
    /// The entry exists, but does not allow the operation.
    Refused(String),
}

impl Failure {
    pub(crate) fn refused(why: &str) -> Self {
        Self::Refused(why.to_owned())
    }

    fn missing(id: &str) -> Self {
        Self::Missing(format!("unknown entry `{}`", id.escape_debug()))
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl IntoCallToolResult for Failure {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        match self {
            Self::Denied(denied) => Err(refusal(&denied)),
            // An error that a model can correct is a result, not a protocol error.
            Self::Missing(why) | Self::Refused(why) => why.into_call_tool_result(),
        }
    }
}
