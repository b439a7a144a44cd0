//! `conditional_scopes`: what some calls of a tool need in addition.

use indexmap::IndexMap;
use mcp_scopes_model::{Condition, Tool, pattern::glob_syntax};

use crate::{
    ViolationKind,
    error::{EXTENSIONS, ViolationList, below},
    json::Json,
    member::members,
    scopes::OutsideNames,
};

/// Scopes that a call needs in addition to one of the lists of `required_scopes`, if one of its arguments matches a glob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
pub struct ConditionEntry {
    /// The parameter whose argument is compared. Every argument if omitted.
    pub argument: Option<String>,
    /// The glob: `*` matches any run of characters, `?` one character. An argument is compared in several forms, such as with resolved `..`.
    pub glob: Option<String>,
    /// The scopes, all of which the call needs.
    #[cfg_attr(
        feature = "schema",
        schemars(length(min = 1), extend("items" = {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}))
    )]
    pub scopes: Vec<String>,
    /// The lists of `required_scopes` that the scopes are added to, by their places from 0. All lists if omitted.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub alternatives: Vec<u32>,
    /// All other members, in order.
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub other: IndexMap<String, Json>,
}

members!(ConditionEntry { argument, glob, scopes, alternatives });

impl ConditionEntry {
    /// Returns the entries of a tool.
    pub(crate) fn all(tool: &Tool<'_>, names: OutsideNames<'_>) -> Vec<Self> {
        let alternatives = tool.requirement.alternatives();
        tool.conditions.iter().map(|condition| Self::of(condition, alternatives, names)).collect()
    }

    /// Returns the entry of a condition of a tool with that many alternatives.
    fn of(condition: &Condition<'_>, alternatives: usize, names: OutsideNames<'_>) -> Self {
        let places = || (0_u32..64).take(alternatives);
        let belongs = |place: &u32| condition.alternatives >> place & 1 == 1;
        Self {
            argument: condition.argument.map(str::to_owned),
            glob: Some(condition.glob.to_owned()),
            scopes: names.all(condition.scopes.iter().copied()),
            alternatives: if places().all(|place| belongs(&place)) {
                Vec::new()
            } else {
                places().filter(belongs).collect()
            },
            other: IndexMap::new(),
        }
    }

    /// Returns whether the scopes are added to that list of `required_scopes`.
    ///
    /// ```
    /// use mcp_scopes_prm::ConditionEntry;
    /// assert!(ConditionEntry::default().applies_to(1));
    /// assert!(!ConditionEntry { alternatives: vec![0], ..ConditionEntry::default() }.applies_to(1));
    /// ```
    #[must_use]
    pub fn applies_to(&self, alternative: usize) -> bool {
        self.alternatives.is_empty()
            || self.alternatives.iter().any(|place| usize::try_from(*place).is_ok_and(|place| place == alternative))
    }

    /// Removes lists of `required_scopes`, of which `kept` says which remain. Returns whether one remains that the condition belongs to.
    pub(crate) fn keep_alternatives(&mut self, kept: &[bool]) -> bool {
        let mut number = 0;
        let mut left = Vec::new();
        for (place, is_kept) in kept.iter().enumerate() {
            if *is_kept {
                if self.applies_to(place) {
                    left.push(number);
                }
                number += 1;
            }
        }
        let is_needed = !left.is_empty();
        if !self.alternatives.is_empty() {
            self.alternatives = left;
        }
        is_needed
    }

    /// Checks the entry of a tool with that many alternatives.
    pub(crate) fn check(&self, alternatives: usize, at: &str, report: &mut ViolationList) {
        let glob = below(at, "glob");
        match self.glob.as_deref().map(glob_syntax) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                let text = self.glob.as_deref().unwrap_or_default();
                report.add(
                    ViolationKind::PatternSyntax,
                    glob,
                    EXTENSIONS,
                    format!("the pattern `{}` {}", text.escape_debug(), error.reason()),
                    "write a glob of `*`, `?` and plain characters, such as `/etc/*`",
                );
            }
            None if report.has_violation_below(at) => {}
            None => report.add(
                ViolationKind::PatternSyntax,
                at,
                EXTENSIONS,
                "has no `glob`",
                "add the glob that an argument must match, such as `/etc/*`",
            ),
        }
        if self.scopes.is_empty() && !report.has_violation_below(at) {
            report.add(
                ViolationKind::NoScope,
                at,
                EXTENSIONS,
                "has no `scopes`",
                "add the scopes that a matching call needs, or remove the entry",
            );
        }
        let unknown = |place: &u32| usize::try_from(*place).is_ok_and(|place| place >= alternatives);
        if let Some(place) = self.alternatives.iter().find(|place| unknown(place)) {
            report.add(
                ViolationKind::Contradiction,
                below(at, "alternatives"),
                EXTENSIONS,
                format!("`required_scopes` has no list {place}"),
                "write places of lists in `required_scopes`, from 0, or remove the member",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Metadata;

    /// Returns the places of violations below the entry, each with the section of the standard.
    fn violations(condition: &str) -> Vec<(String, &'static str)> {
        let text = format!(
            r#"{{"resource": "https://h", "mcp_extensions": {{"tool_scope_mapping":
                {{"t": {{"required_scopes": [["a"]], "conditional_scopes": [{condition}]}}}}}}}}"#
        );
        let at = "/mcp_extensions/tool_scope_mapping/t/conditional_scopes";
        let error = match Metadata::from_json(&text) {
            Ok(metadata) => {
                assert!(metadata.unknown_members().is_empty());
                return Vec::new();
            }
            Err(error) => error,
        };
        let place = |pointer: &str| pointer.strip_prefix(at).unwrap_or(pointer).to_owned();
        error.violations().iter().map(|violation| (place(&violation.pointer), violation.section)).collect()
    }

    #[test]
    fn checks_each_member() {
        let ours = "mcp_extensions";
        for (place, section, condition) in [
            ("/0", ours, r#"{"scopes": ["b"]}"#),
            ("/0", ours, r#"{"glob": "/etc/*"}"#),
            ("/0", ours, "1"),
            ("/0/glob", ours, r#"{"glob": "/etc/[a]", "scopes": ["b"]}"#),
            ("/0/glob", ours, r#"{"glob": 1, "scopes": ["b"]}"#),
            ("/0/scopes", "RFC 9728 §3.2", r#"{"glob": "/etc/*", "scopes": []}"#),
            ("/0/scopes/0", "RFC 6749 §3.3", r#"{"glob": "/etc/*", "scopes": ["b c"]}"#),
            ("/0/alternatives", ours, r#"{"glob": "/etc/*", "scopes": ["b"], "alternatives": [0, 1]}"#),
            ("/0/alternatives", "RFC 9728 §3.2", r#"{"glob": "/etc/*", "scopes": ["b"], "alternatives": []}"#),
            ("", "RFC 9728 §3.2", ""),
        ] {
            assert_eq!(violations(condition), [(place.to_owned(), section)], "{condition}");
        }
        let valid = r#"{"argument": "path", "glob": "/etc/*", "scopes": ["b"], "alternatives": [0]}"#;
        assert!(violations(valid).is_empty(), "{:?}", violations(valid));
    }

    #[test]
    fn rejects_conditions_of_tools_that_need_no_scope() {
        for opened in ["public", "authenticated"] {
            let tool =
                format!(r#"{{"{opened}": true, "conditional_scopes": [{{"glob": "/etc/*", "scopes": ["b"]}}]}}"#);
            let text =
                format!(r#"{{"resource": "https://h", "mcp_extensions": {{"tool_scope_mapping": {{"t": {tool}}}}}}}"#);
            let error = Metadata::from_json(&text).unwrap_err();
            let [violation] = error.violations() else { panic!("{opened}: {error}") };
            assert_eq!(violation.pointer, "/mcp_extensions/tool_scope_mapping/t/conditional_scopes", "{opened}");
        }
    }
}
