//! Filters and describes one JSON text that may contain a list of tools, resources or prompts.

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use memchr::memmem::Finder;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use mcp_scopes::{__private::v1, Caller};

use super::{
    super::{
        contents::{Contents, Named},
        json,
        message::{self, MessageFault},
    },
    describe::Descriptions,
};

/// A list of tools that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A response. A duplicate member is an error, as for all types here.
#[derive(Deserialize)]
struct Answer<'t> {
    #[serde(borrow)]
    result: Option<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List<'t> {
    #[serde(borrow)]
    tools: Option<&'t RawValue>,
    #[serde(borrow)]
    cache_scope: Option<&'t RawValue>,
    #[serde(borrow)]
    resources: Option<&'t RawValue>,
    #[serde(borrow)]
    resource_templates: Option<&'t RawValue>,
    #[serde(borrow)]
    prompts: Option<&'t RawValue>,
    ttl_ms: Option<IgnoredAny>,
    result_type: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ListedTool<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
}

/// An element of a list of resources, templates or prompts. Each has one of the members.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedContent<'t> {
    #[serde(borrow)]
    uri: Option<Cow<'t, str>>,
    #[serde(borrow)]
    uri_template: Option<Cow<'t, str>>,
    #[serde(borrow)]
    name: Option<Cow<'t, str>>,
}

/// A replacement for a part of the text.
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

impl Edit {
    /// Inserts members at the start of an object, which is a part of the text.
    pub(super) fn insert_into(text: &str, object: &RawValue, members: String) -> Result<Self, Unreadable> {
        let start = place(text, object)?.saturating_add(1);
        Ok(Self { start, end: start, text: members })
    }
}

/// What happens to lists, and to results that must not be cached for others.
#[derive(Clone, Debug)]
pub(crate) struct ListRules {
    /// The caller for which lists are filtered; `None` if they are not.
    pub(crate) filter: Option<Caller>,
    /// Whether every result is for one caller, and so must not be cached for others.
    pub(crate) is_private: bool,
    /// What opens resources and prompts. Without entries, their lists are not filtered.
    pub(crate) contents: Contents,
    /// What is added to the entries.
    pub(crate) descriptions: Option<Arc<Descriptions>>,
}

impl ListRules {
    /// Returns the text without the tools that the caller cannot call, and with the descriptions of the others; `None` if it can be
    /// sent unchanged. Order, unknown members and the cursor of the next page stay as they are.
    ///
    /// # Errors
    /// The text cannot be read, and so cannot be filtered. A list that is only described is sent unchanged then.
    pub(crate) fn rewritten(&self, bytes: &[u8]) -> Result<Option<String>, Unreadable> {
        if !self.may_apply_to(bytes) {
            return Ok(None);
        }
        let must_apply = self.filter.is_some() || self.is_private;
        rewritten(bytes, self).or_else(|error| if must_apply { Err(error) } else { Ok(None) })
    }
}

impl ListRules {
    /// Returns whether a text may contain a list that these rules change.
    pub(super) fn may_apply_to(&self, bytes: &[u8]) -> bool {
        may_hold_list(bytes)
            || (self.filters_contents() && CONTENTS.iter().any(|name| name.find(bytes).is_some()))
            || (self.is_private && RESULT.find(bytes).is_some())
    }

    fn filters_contents(&self) -> bool {
        self.filter.is_some() && self.contents.is_stated()
    }
}

fn rewritten(bytes: &[u8], rules: &ListRules) -> Result<Option<String>, Unreadable> {
    let text = core::str::from_utf8(bytes).map_err(|_| Unreadable)?;
    if holds_marker(text) {
        return Err(Unreadable);
    }
    let mut edits = Vec::new();
    match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes() {
        [b'{', ..] => answer(text, text, rules, &mut edits)?,
        [b'[', ..] => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Unreadable)?;
            for element in elements.iter().filter(|element| is_object(element)) {
                answer(text, element.get(), rules, &mut edits)?;
            }
        }
        _ => {
            let _: IgnoredAny = serde_json::from_str(text).map_err(|_| Unreadable)?;
        }
    }
    Ok(if edits.is_empty() { None } else { Some(apply(text, &edits)?) })
}

/// Returns whether the text may contain a member `tools`, in any spelling: in JSON only `\u` escapes spell letters
/// (RFC 8259 §7). One search over the bytes saves parsing most responses. A zero byte means an encoding other than UTF-8, which
/// some parsers accept as well; JSON in UTF-8 contains none.
pub(super) fn may_hold_list(bytes: &[u8]) -> bool {
    TOOLS.find(bytes).is_some()
        || ESCAPE.find(bytes).is_some()
        || memchr::memchr(0, bytes).is_some()
        || MARKER.find(bytes).is_some()
}

/// The end of the member name.
static TOOLS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("tools\""));
/// The ends of the member names of lists of resources, templates and prompts.
static CONTENTS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["resources\"", "resourceTemplates\"", "prompts\""].map(Finder::new));
/// The end of the member name of every result.
static RESULT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("result\""));
/// The start of an escaped ASCII character.
static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\\u00"));
/// The common part of the member names that `serde_json` reserves.
static MARKER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("serde_json::private::"));

/// Returns whether a member name has a private meaning for a crate of the serde family. A client built on such a crate would
/// find a list in the response that this filter does not see.
fn holds_marker(text: &str) -> bool {
    let plain = MARKER.find(text.as_bytes()).is_some();
    if !plain && ESCAPE.find(text.as_bytes()).is_none() {
        return false;
    }
    match message::check(text) {
        Ok(()) => false,
        // Another fault may hide a marker.
        Err(fault) => plain || fault == MessageFault::Json(json::Fault::Reserved),
    }
}

pub(super) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Collects the changes to one response, which is a part of the text.
fn answer(text: &str, answer: &str, rules: &ListRules, edits: &mut Vec<Edit>) -> Result<(), Unreadable> {
    let answer: Answer<'_> = serde_json::from_str(answer).map_err(|_| Unreadable)?;
    let Some(result) = answer.result.filter(|result| is_object(result)) else { return Ok(()) };
    let list: List<'_> = serde_json::from_str(result.get()).map_err(|_| Unreadable)?;
    let before = edits.len();
    let are_contents_listed = rules.filters_contents() && contents(text, &list, rules, edits)?;
    let reads_tools = rules.filter.is_some() || rules.descriptions.is_some();
    if let Some(tools) = list.tools.filter(|_| reads_tools) {
        self::tools(text, tools, rules, edits)?;
    }
    let is_filtered = rules.filter.is_some() && (list.tools.is_some() || are_contents_listed);
    // MCP 2026-07-28, "Caching": a response that depends on the caller must not be cached for another one.
    match list.cache_scope {
        _ if !is_filtered && !rules.is_private => {}
        Some(scope) if scope.get() != "\"private\"" => edits.push(replace(text, scope, "\"private\"".to_owned())?),
        None if list.ttl_ms.is_some() || list.result_type.is_some() => {
            edits.push(Edit::insert_into(text, result, "\"cacheScope\":\"private\",".to_owned())?);
        }
        _ => {}
    }
    edits.get_mut(before..).unwrap_or_default().sort_by_key(|edit| edit.start);
    Ok(())
}

/// Collects the changes to lists of resources, templates and prompts. Returns whether there is such a list.
fn contents(text: &str, list: &List<'_>, rules: &ListRules, edits: &mut Vec<Edit>) -> Result<bool, Unreadable> {
    type Read = for<'t> fn(ListedContent<'t>) -> Option<Named<'t>>;
    let lists: [(_, _, Read); 3] = [
        (list.resources, rules.contents.has_resources(), |entry| entry.uri.map(Named::Resource)),
        (list.resource_templates, rules.contents.has_resources(), |entry| entry.uri_template.map(Named::Template)),
        (list.prompts, rules.contents.has_prompts(), |entry| entry.name.map(Named::Prompt)),
    ];
    let mut is_listed = false;
    for (list, is_filtered, named) in lists {
        let (Some(list), true, Some(caller)) = (list, is_filtered, rules.filter) else { continue };
        is_listed = true;
        let entries: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(|_| Unreadable)?;
        let mut kept = Vec::with_capacity(entries.len());
        for entry in &entries {
            if !is_object(entry) {
                return Err(Unreadable);
            }
            let listed: ListedContent<'_> = serde_json::from_str(entry.get()).map_err(|_| Unreadable)?;
            if rules.contents.shows(&caller, &named(listed).ok_or(Unreadable)?) {
                kept.push(entry.get());
            }
        }
        if kept.len() < entries.len() {
            edits.push(replace(text, list, format!("[{}]", kept.join(",")))?);
        }
    }
    Ok(is_listed)
}

/// Collects the changes to a list of tools.
fn tools(text: &str, tools: &RawValue, rules: &ListRules, edits: &mut Vec<Edit>) -> Result<(), Unreadable> {
    let entries: Vec<&RawValue> = serde_json::from_str(tools.get()).map_err(|_| Unreadable)?;
    let mut kept = Vec::with_capacity(entries.len());
    // A tool that is listed again is not described again: the answer grows by what the table states at most.
    let mut described_tools = HashSet::new();
    for entry in &entries {
        if !is_object(entry) {
            return Err(Unreadable);
        }
        let ListedTool { name } = serde_json::from_str(entry.get()).map_err(|_| Unreadable)?;
        if rules.filter.is_some_and(|caller| !v1::caller_reaches(&caller, &name)) {
            continue;
        }
        let described = match &rules.descriptions {
            Some(descriptions) if !described_tools.contains(&name) => descriptions.described(entry.get(), &name)?,
            _ => None,
        };
        kept.push(described.map_or(Cow::Borrowed(entry.get()), |text| {
            described_tools.insert(name);
            Cow::Owned(text)
        }));
    }
    if kept.len() < entries.len() || !described_tools.is_empty() {
        edits.push(replace(text, tools, format!("[{}]", kept.join(",")))?);
    }
    Ok(())
}

pub(super) fn replace(text: &str, raw: &RawValue, with: String) -> Result<Edit, Unreadable> {
    let start = place(text, raw)?;
    Ok(Edit { start, end: start.saturating_add(raw.get().len()), text: with })
}

/// Returns the position of a part in the text. Raw values are borrowed from the text.
fn place(text: &str, raw: &RawValue) -> Result<usize, Unreadable> {
    let at = raw.get().as_ptr().addr().checked_sub(text.as_ptr().addr()).ok_or(Unreadable)?;
    let part = text.get(at..).and_then(|rest| rest.get(..raw.get().len()));
    if part.is_some_and(|part| core::ptr::eq(part, raw.get())) { Ok(at) } else { Err(Unreadable) }
}

pub(super) fn apply(text: &str, edits: &[Edit]) -> Result<String, Unreadable> {
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.start).ok_or(Unreadable)?);
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(text.get(at..).ok_or(Unreadable)?);
    Ok(out)
}
