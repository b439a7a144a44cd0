//! The market and the account: sheets of records, in memory. They come from the files in `data`, made up from end to end.

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

/// What a tool comes to: JSON, as text.
pub type Answer = Result<String, Failure>;

type Record = Map<String, Value>;
type Sheets = BTreeMap<String, Vec<Record>>;

/// A value as the answer of a tool.
///
/// # Errors
/// None of a value that is made here.
pub fn answer(value: &Value) -> Answer {
    serde_json::to_string_pretty(value).map_err(|error| Failure::Refused(error.to_string()))
}

/// All sheets, by their names.
#[derive(Debug)]
pub struct Records {
    sheets: Mutex<Sheets>,
}

impl Records {
    /// The market and the account of the demonstration.
    ///
    /// # Errors
    /// If a file is no JSON, or two have a sheet of the same name.
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
        // A sheet is changed in one step, so that it is whole also if somebody stopped in between.
        self.sheets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All records of a sheet, to choose from.
    #[must_use]
    pub fn sheet(&self, name: &str) -> Choice {
        Choice(self.lock().get(name).cloned().unwrap_or_default())
    }

    /// Adds a record, under a new identifier, and answers with it.
    ///
    /// # Errors
    /// If the value is no object.
    pub fn add(&self, sheet: &str, value: Value) -> Answer {
        let Value::Object(mut record) = value else { return Err(Failure::refused("a record is an object")) };
        let mut sheets = self.lock();
        let records = sheets.entry(sheet.to_owned()).or_default();
        let last = records.iter().filter_map(|record| record.get("id")?.as_str()?.parse::<u64>().ok()).max();
        record.insert("id".to_owned(), last.map_or(1, |last| last + 1).to_string().into());
        records.push(record.clone());
        answer(&record.into())
    }

    /// Changes what an object names in a record, and answers with all of it.
    ///
    /// # Errors
    /// If there is no such record.
    pub fn change(&self, sheet: &str, id: &str, change: &Value) -> Answer {
        let mut sheets = self.lock();
        let record = sheets.get_mut(sheet).and_then(|records| records.iter_mut().find(|record| is(record, "id", id)));
        let record = record.ok_or_else(|| Failure::missing(id))?;
        record.extend(change.as_object().cloned().unwrap_or_default());
        answer(&record.clone().into())
    }

    /// Removes a record, and answers with what it was.
    ///
    /// # Errors
    /// If there is no such record.
    pub fn remove(&self, sheet: &str, id: &str) -> Answer {
        let mut sheets = self.lock();
        let records = sheets.get_mut(sheet).ok_or_else(|| Failure::missing(id))?;
        let place = records.iter().position(|record| is(record, "id", id)).ok_or_else(|| Failure::missing(id))?;
        answer(&records.remove(place).into())
    }

    /// The texts of a list in a record.
    ///
    /// # Errors
    /// If there is no such record.
    pub fn texts(&self, sheet: &str, id: &str, field: &str) -> Result<Vec<String>, Failure> {
        let Choice(records) = self.sheet(sheet).with("id", id);
        let record = records.first().ok_or_else(|| Failure::missing(id))?;
        let texts = record.get(field).and_then(Value::as_array).into_iter().flatten();
        Ok(texts.filter_map(|text| text.as_str().map(str::to_owned)).collect())
    }
}

/// Some records of a sheet.
#[derive(Clone, Debug)]
pub struct Choice(Vec<Record>);

impl Choice {
    fn only(mut self, keep: impl FnMut(&Record) -> bool) -> Self {
        self.0.retain(keep);
        self
    }

    /// Those whose field has that value.
    #[must_use]
    pub fn with(self, field: &str, value: &str) -> Self {
        self.only(|record| is(record, field, value))
    }

    /// The same, if there is a value.
    #[must_use]
    pub fn maybe(self, field: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    /// Those whose field has one of the values.
    #[must_use]
    pub fn among(self, field: &str, values: &[String]) -> Self {
        self.only(|record| values.iter().any(|value| is(record, field, value)))
    }

    /// Those whose field is neither before the first nor behind the last.
    #[must_use]
    pub fn between(self, field: &str, first: Option<&str>, last: Option<&str>) -> Self {
        self.only(|record| {
            let value = record.get(field).and_then(Value::as_str).unwrap_or_default();
            first.is_none_or(|first| first <= value) && last.is_none_or(|last| value <= last)
        })
    }

    /// Those whose number lies within both bounds.
    #[must_use]
    pub fn within(self, field: &str, least: Option<f64>, greatest: Option<f64>) -> Self {
        self.only(|record| {
            let value = record.get(field).and_then(Value::as_f64);
            value.is_some_and(|value| least.is_none_or(|l| l <= value) && greatest.is_none_or(|g| value <= g))
        })
    }

    /// Those whose field mentions a text, in capitals or not.
    #[must_use]
    pub fn containing(self, field: &str, text: &str) -> Self {
        let text = text.to_lowercase();
        let mentions = |value: &str| value.to_lowercase().contains(&text);
        self.only(|record| record.get(field).and_then(Value::as_str).is_some_and(mentions))
    }

    /// So many from the front.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.0.truncate(count);
        self
    }

    /// So many from the end, where the latest are.
    #[must_use]
    pub fn last(mut self, count: usize) -> Self {
        self.0.drain(..self.0.len().saturating_sub(count));
        self
    }

    /// Only some fields of each, and what tells them apart.
    #[must_use]
    pub fn fields(mut self, fields: &[impl AsRef<str>]) -> Self {
        let kept = |name: &str| name == "symbol" || fields.iter().any(|field| field.as_ref() == name);
        self.0.iter_mut().for_each(|record| record.retain(|name, _| kept(name)));
        self
    }

    /// The numbers in a field.
    #[must_use]
    pub fn numbers(&self, field: &str) -> Vec<f64> {
        self.0.iter().filter_map(|record| record.get(field)?.as_f64()).collect()
    }

    /// All of them, as an answer.
    ///
    /// # Errors
    /// As [`answer`].
    pub fn list(self) -> Answer {
        answer(&self.0.into_iter().map(Value::Object).collect())
    }

    /// The first of them, as an answer.
    ///
    /// # Errors
    /// If there is none.
    pub fn one(self) -> Answer {
        let first = self.0.into_iter().next();
        answer(&first.ok_or_else(|| Failure::Missing("there is no such entry".to_owned()))?.into())
    }
}

fn is(record: &Record, field: &str, value: &str) -> bool {
    record.get(field).and_then(Value::as_str) == Some(value)
}

/// Why a tool has no result.
#[derive(Debug)]
pub enum Failure {
    /// The function itself refused its caller.
    Denied(Denied),
    /// There is no such thing.
    Missing(String),
    /// It is there, but that cannot be done.
    Refused(String),
}

impl Failure {
    pub(crate) fn refused(why: &str) -> Self {
        Self::Refused(why.to_owned())
    }

    fn missing(id: &str) -> Self {
        Self::Missing(format!("there is no entry `{}`", id.escape_debug()))
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
            // A mistake that a model can mend is a result, not an error of the protocol.
            Self::Missing(why) | Self::Refused(why) => why.into_call_tool_result(),
        }
    }
}
