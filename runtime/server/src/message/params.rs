//! Headers that mirror arguments: `Mcp-Param-*` (MCP 2026-07-28, "Custom Headers from Tool Parameters").
//!
//! A tool declares them with `x-mcp-header` in its input schema. A declared header is compared with its own argument alone. A
//! header that no argument is declared for says nothing that could be checked: where the declarations are known it is removed
//! from the request.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, HeaderName};
use serde_json::value::RawValue;

use mcp_scopes::ScopeTable;

use super::{
    super::{
        error::Problems,
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
    /// The whole name of the header, in lower case.
    header: String,
    /// The member names that lead to the argument.
    path: Vec<String>,
}

impl ParamHeader {
    /// Returns a header by the end of its name, as `x-mcp-header` states it; `None` if it makes no header name or leads to no argument.
    #[must_use]
    pub fn new(header: &str, path: Vec<String>) -> Option<Self> {
        let name = HeaderName::try_from(format!("{PARAM}{header}")).ok()?;
        (!header.is_empty() && !path.is_empty()).then(|| Self { header: name.as_str().to_owned(), path })
    }
}

/// Tells which arguments of a tool are mirrored, where the server behind the layer knows it.
pub trait DeclaredParams: Send + Sync {
    /// The headers of that tool.
    fn of_tool(&self, tool: &'static str) -> Arc<[ParamHeader]>;
}

/// The declarations of a server: those of its settings, and those that the server behind the layer tells.
pub(crate) struct ParamHeaders {
    stated: Vec<(&'static str, ParamHeader)>,
    told: Option<Arc<dyn DeclaredParams>>,
}

/// The `Mcp-Param-*` headers that a request keeps on its way to the server behind the layer.
#[derive(Clone, Debug, Default)]
pub(crate) enum Kept {
    /// All of them, unread: no declarations are known.
    #[default]
    All,
    /// Those that are declared, by their names.
    Declared(Vec<String>),
}

impl Kept {
    /// Removes all others.
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

    /// Those that this one and the other one keep.
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
    /// The declarations of the settings: tool, end of the header's name, and path.
    pub(crate) fn new(
        stated: &[(String, String, Vec<String>)],
        table: &'static ScopeTable,
        problems: &mut Problems,
    ) -> Self {
        let mut found = Vec::with_capacity(stated.len());
        for (tool, header, path) in stated {
            match (table.tool(tool), ParamHeader::new(header, path.clone())) {
                (Some(known), Some(param)) => found.push((known.tool().name, param)),
                (None, _) => problems.add(
                    "param_header",
                    format!("the table has no tool `{}`", tool.escape_debug()),
                    "write the name of a tool",
                ),
                (Some(_), None) => problems.add(
                    "param_header",
                    format!("`{}` is not the end of a header name, or the path is empty", header.escape_debug()),
                    "write the value of `x-mcp-header` in the input schema, and the member names that lead to the argument",
                ),
            }
        }
        Self { stated: found, told: None }
    }

    /// The same, with what the server behind the layer tells.
    pub(crate) fn told_by(&self, told: Arc<dyn DeclaredParams>) -> Self {
        Self { stated: self.stated.clone(), told: Some(told) }
    }

    /// What a request keeps that calls no tool.
    pub(crate) fn without_call(&self) -> Kept {
        if self.told.is_some() { Kept::Declared(Vec::new()) } else { Kept::All }
    }

    /// Compares the headers with the arguments of a call, each with its own argument. Declared headers are `required` from
    /// 2026-07-28 on. Returns what the request keeps.
    ///
    /// # Errors
    /// A header is missing, is there twice, or differs from its argument.
    pub(crate) fn compare(
        &self,
        head: &Head<'_>,
        tool: &'static str,
        message: &Message<'_>,
        required: bool,
    ) -> Result<Kept, String> {
        let mut declared = self.stated.iter().filter(|(of, _)| *of == tool).map(|(_, param)| param).peekable();
        if !head.params && declared.peek().is_none() {
            // A server that tells its declarations by itself also finds what is missing by itself.
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

    /// The same for all messages of a body that were admitted; each with the tool it calls, if any.
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

/// Whether a header's value is that argument. Numbers are compared as numbers: `42.0` is 42. From 2⁵³ on floating-point
/// numbers are no longer exact, so there only the same spelling is the same number.
fn mirrors(header: &str, argument: &RawValue) -> bool {
    let written = argument.get();
    match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<Cow<'_, str>>(written).is_ok_and(|text| text == header),
        Some(b'{' | b'[') | None => false,
        Some(b't' | b'f') => header == written,
        Some(_) => {
            let exact = |text: &str| text.parse().ok().filter(|number: &f64| number.abs() < 9_007_199_254_740_992.0);
            header == written || exact(header).is_some_and(|number| Some(number) == exact(written))
        }
    }
}
