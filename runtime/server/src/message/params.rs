//! Headers that mirror arguments: `Mcp-Param-*` (MCP 2026-07-28, "Custom Headers from Tool Parameters").
//!
//! A tool declares them with `x-mcp-header` in its input schema. A declared header is compared only with its own argument. A
//! header without a declared argument cannot be checked: if the declarations are known, it is removed from the request.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, HeaderName};
use serde_json::value::RawValue;

use mcp_scopes::ScopeTable;

use super::{
    super::{
        error::{ProblemKind, ProblemList},
        head::{Head, PARAM},
        json,
    },
    Message,
    agreement::named,
    sentinel,
};

/// A header that mirrors an argument of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamHeader {
    /// The full name of the header, in lower case.
    header: String,
    /// The path of member names to the argument.
    path: Vec<String>,
}

impl ParamHeader {
    /// Creates a header from the end of its name, as `x-mcp-header` states it. `None` if the header name is invalid or the
    /// path is empty.
    #[must_use]
    pub fn new(header: &str, path: Vec<String>) -> Option<Self> {
        let name = HeaderName::try_from(format!("{PARAM}{header}")).ok()?;
        (!header.is_empty() && !path.is_empty()).then(|| Self { header: name.as_str().to_owned(), path })
    }
}

/// Declares which arguments of a tool are mirrored, if the server behind the layer knows it.
pub trait DeclaredParams: Send + Sync {
    /// Returns the headers of a tool.
    fn of_tool(&self, tool: &'static str) -> Arc<[ParamHeader]>;
}

/// The declarations of a server: from the settings, and from the server behind the layer.
pub(crate) struct ParamHeaders {
    stated: Vec<(&'static str, ParamHeader)>,
    told: Option<Arc<dyn DeclaredParams>>,
}

/// The `Mcp-Param-*` headers that are forwarded to the server behind the layer.
#[derive(Clone, Debug, Default)]
pub(crate) enum Kept {
    /// All of them, unread, because no declarations are known.
    #[default]
    All,
    /// The declared ones, by name.
    Declared(Vec<String>),
}

impl Kept {
    /// Removes all other headers.
    pub(crate) fn retain_in(&self, headers: &mut HeaderMap) {
        let Self::Declared(declared) = self else { return };
        let removed: Vec<HeaderName> = headers
            .keys()
            .filter(|name| name.as_str().starts_with(PARAM) && !declared.iter().any(|kept| kept == name.as_str()))
            .cloned()
            .collect();
        for name in removed {
            headers.remove(name);
        }
    }

    /// Returns the headers that both keep.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, kept) | (kept, Self::All) => kept,
            (Self::Declared(mut one), Self::Declared(other)) => {
                one.retain(|name| other.contains(name));
                Self::Declared(one)
            }
        }
    }
}

impl ParamHeaders {
    /// Creates the declarations of the settings: tool, end of the header's name, and path.
    pub(crate) fn new(
        stated: &[(String, String, Vec<String>)],
        table: &'static ScopeTable,
        problems: &mut ProblemList,
    ) -> Self {
        let mut found = Vec::with_capacity(stated.len());
        for (tool, header, path) in stated {
            match (table.tool(tool), ParamHeader::new(header, path.clone())) {
                (Some(known), Some(param)) => found.push((known.tool().name, param)),
                (None, _) => problems.add(
                    "param_header",
                    ProblemKind::Unknown,
                    format!("the table has no tool `{}`", tool.escape_debug()),
                    "write the name of a tool",
                ),
                (Some(_), None) => problems.add(
                    "param_header",
                    ProblemKind::Malformed,
                    format!("`{}` is not the end of a header name, or the path is empty", header.escape_debug()),
                    "write the value of `x-mcp-header` in the input schema, and the member names that lead to the argument",
                ),
            }
        }
        Self { stated: found, told: None }
    }

    /// Adds the declarations of the server behind the layer.
    pub(crate) fn told_by(&self, told: Arc<dyn DeclaredParams>) -> Self {
        Self { stated: self.stated.clone(), told: Some(told) }
    }

    /// Returns the headers that a request without a tool call keeps.
    pub(crate) fn without_call(&self) -> Kept {
        if self.told.is_some() { Kept::Declared(Vec::new()) } else { Kept::All }
    }

    /// Compares the headers of a call, each with its own argument. Declared headers are `required` from 2026-07-28 on. Returns
    /// the headers that the request keeps.
    ///
    /// # Errors
    /// A header is missing, occurs twice, or differs from its argument.
    pub(crate) fn compare(
        &self,
        head: &Head<'_>,
        tool: &'static str,
        message: &Message<'_>,
        required: bool,
    ) -> Result<Kept, String> {
        let mut declared = self.stated.iter().filter(|(of, _)| *of == tool).map(|(_, param)| param).peekable();
        if !head.params && declared.peek().is_none() {
            // A server that provides its own declarations also detects missing headers.
            return Ok(self.without_call());
        }
        let told = self.told.as_ref().map(|told| told.of_tool(tool));
        let known = told.is_some() || declared.peek().is_some();
        let mut names = Vec::new();
        for param in declared.chain(told.iter().flat_map(|told| told.iter())) {
            param.compare(head.all, message.params.arguments, required)?;
            names.push(param.header.clone());
        }
        Ok(if known { Kept::Declared(names) } else { Kept::All })
    }

    /// Does the same for all admitted messages of a body, each with the tool that it calls, if any.
    pub(crate) fn compare_all<'m, 'b: 'm>(
        &self,
        head: &Head<'_>,
        calls: impl Iterator<Item = (Option<&'static str>, &'m Message<'b>, bool)>,
    ) -> Result<Kept, (&'m Message<'b>, String)> {
        let mut kept: Option<Kept> = None;
        for (tool, message, required) in calls {
            let of_call = match tool {
                Some(tool) => self.compare(head, tool, message, required).map_err(|wrong| (message, wrong))?,
                None => self.without_call(),
            };
            kept = Some(match kept {
                None => of_call,
                Some(kept) => kept.and(of_call),
            });
        }
        Ok(kept.unwrap_or_else(|| self.without_call()))
    }
}

impl ParamHeader {
    fn compare(&self, headers: &HeaderMap, arguments: Option<&RawValue>, required: bool) -> Result<(), String> {
        let argument = arguments.and_then(|arguments| json::find(arguments, &self.path));
        let argument = argument.filter(|argument| argument.get() != "null");
        match (named(headers, &self.header)?, argument) {
            (None, None) => Ok(()),
            (None, Some(_)) if !required => Ok(()),
            (None, Some(_)) => Err(format!("the header `{}` is missing", self.header)),
            (Some(header), Some(argument)) if mirrors(&decoded(header, &self.header)?, argument) => Ok(()),
            (Some(_), _) => Err(format!("the header `{}` differs from its argument", self.header)),
        }
    }
}

fn decoded<'h>(value: &'h str, name: &str) -> Result<Cow<'h, str>, String> {
    sentinel::decode(value).ok_or_else(|| format!("the header `{name}` is marked as base64 but is not base64 of UTF-8"))
}

/// Returns whether a header's value equals the argument. Numbers are compared as numbers: `42.0` is 42. From 2⁵³ on
/// floating-point numbers are no longer exact, so there only the same spelling is equal.
fn mirrors(header: &str, argument: &RawValue) -> bool {
    let written = argument.get();
    match written.as_bytes().first() {
        // Piece by piece, since the argument may be as long as the body.
        Some(b'"') => json::Written::of(argument).is_some_and(|text| text.is(header)),
        Some(b'{' | b'[') | None => false,
        Some(b't' | b'f') => header == written,
        Some(_) => {
            let exact = |text: &str| text.parse().ok().filter(|number: &f64| number.abs() < 9_007_199_254_740_992.0);
            header == written || exact(header).is_some_and(|number| Some(number) == exact(written))
        }
    }
}
