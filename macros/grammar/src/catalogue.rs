//! Every kind of error of the grammar: its id, its label, and its default help.
//!
//! The ids are stable; the lint reports them too. A test proves that each kind is produced.

use crate::diagnostic::{Diagnostic, FileDiagnostic};
use proc_macro2::Span;

/// One kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable id.
    pub id: &'static str,
    /// A short label for the location, as on a caret line.
    pub label: &'static str,
    /// The default help: what to write instead.
    pub help: &'static str,
}

impl Kind {
    /// Returns a diagnostic of this kind at a span.
    #[must_use]
    pub fn at(&self, span: Span, message: String) -> Diagnostic {
        let help = Some(self.help.to_owned());
        Diagnostic { id: self.id, span, message, label: self.label.to_owned(), help }
    }

    /// Returns a diagnostic of this kind at a line and column of a file, both counted from 1.
    #[must_use]
    pub fn in_file(&self, file: &str, (line, column): (u32, u32), message: String) -> FileDiagnostic {
        let (label, help) = (self.label.to_owned(), Some(self.help.to_owned()));
        FileDiagnostic { id: self.id, file: file.to_owned(), line, column, message, label, help }
    }
}

macro_rules! catalogue {
    ($($name:ident: $id:literal, $label:literal, $help:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $label, ".")]
            pub const $name: Kind = Kind { id: $id, label: $label, help: $help };
        )*
        /// Every kind, in the order of this file.
        pub const ALL: &[Kind] = &[$($name),*];
    };
}

catalogue! {
    // `#[mcp_tool(..)]`: keys and values.
    MISSING_RISK: "missing-risk", "no `risk`", "write `risk = \"low\"`, or one of `minimal`, `medium`, `high`, `critical`";
    UNKNOWN_KEY: "unknown-key", "unknown key", "remove it";
    UNKNOWN_VALUE: "unknown-value", "unknown value", "write one of the allowed values";
    DUPLICATE_KEY: "duplicate-key", "duplicate key", "keep one of them";
    MALFORMED_ARGUMENT: "malformed-argument", "expected `key = value`", "write `key = \"value\"`, `key(\"value\", ..)`, or `public`";
    NOT_A_LITERAL: "not-a-literal", "not a literal", "write the value as a literal";
    WRONG_TYPE: "wrong-type", "wrong type", "write a value of the expected type";
    EMPTY_TEXT: "empty-text", "empty text", "write a text, or remove the key";
    EMPTY_LIST: "empty-list", "empty list", "write at least one element, or remove the key";
    REPEATED_VALUE: "repeated-value", "duplicate value", "keep one of them";
    BAD_SCOPE: "bad-scope", "not a scope-token", "write one or more printable ASCII characters without space, `\"` and `\\`, such as `files:read`";
    BAD_TOOL_NAME: "bad-tool-name", "not a tool name", "write 1 to 128 of `A-Z a-z 0-9 _ . -`, such as `list_files`";
    BAD_PATTERN: "bad-pattern", "not a pattern", "write `tool`, `tool:glob` such as `read_file:/etc/*`, `@resource:glob`, `@prompt:name` or `server/tool`; in `blocked_patterns`, the glob only";
    BAD_PATH: "bad-path", "not a path", "write a path without quotes, such as `crate::shell::pretend`";
    SCOPE_AND_PUBLIC: "scope-and-public", "conflicts with another key", "keep one of `scope`, `authenticated` (every valid token opens the tool) and `public` (also without a token)";
    REQUIREMENT_TOO_LARGE: "requirement-too-large", "too many scopes", "split the tool, or declare a scope that implies the others";
    CONDITION_WITHOUT_SCOPE: "condition-without-scope", "no unconditional scope", "write `all(\"files:read\", when(\"/etc/*\", \"files:system\"))`: each alternative needs a scope without a condition";
    CONDITION_WITHOUT_EFFECT: "condition-without-effect", "never required", "remove this `when`, or state it for the other alternative too";
    APPROVAL_BELOW_RISK: "approval-below-risk", "not allowed at this risk", "remove `approval`, or write `approval = \"user\"`";
    ZERO_LIMIT: "zero-limit", "must not be zero", "write a number from 1, or remove the key";
    CONFLICTING_LIMITS: "conflicting-limits", "conflicts with another limit", "keep one of the two";
    IDEMPOTENT_WITHOUT_COOLING: "idempotent-without-cooling", "requires `cooling_period_minutes`", "state `cooling_period_minutes`, or remove `idempotent`";
    POLICY_OF_PUBLIC_TOOL: "policy-of-public-tool", "no caller is known", "require a scope, write `authenticated` in place of `public`, or remove the limit";
    SELF_REFERENCE: "self-reference", "the tool itself", "remove it";
    // `#[mcp_tool(..)]`: the function.
    SIMULATE_WITHOUT_GUARD: "simulate-without-guard", "requires `guard`", "take the caller as an argument, `caller: &Caller`, and write `guard = caller`";
    UNKNOWN_ARGUMENT: "unknown-argument", "unknown argument", "name the argument that holds the caller, as in `guard = caller`";
    GUARD_NEEDS_RESULT: "guard-needs-result", "cannot return a denial", "return `Result<_, E>`, spelled `Result`, where `E` converts from a denial";
    GUARD_IN_CONST: "guard-in-const", "a `const fn`", "remove `const`, or remove `guard`";
    UNREADABLE_PARAMETERS: "unreadable-parameters", "unknown parameters", "list them: `parameters(\"path\", optional(\"depth\"))`, or `parameters()` for none; name what the server passes: `not_a_parameter(argument)`";
    UNREADABLE_TEXT: "unreadable-text", "not a literal", "add the key `description = \"..\"`";
    UNREADABLE_NAME: "unreadable-name", "not a literal", "write the same `name = \"..\"` in `#[mcp_tool]` and in the other attribute";
    CONFLICTING_NAME: "conflicting-name", "different name", "write the same name in both attributes";
    ANNOTATION_BELOW_TOOL: "annotation-below-tool", "wrong order", "move `#[mcp_tool(..)]` up, above `#[tool]`";
    DUPLICATE_ANNOTATION: "duplicate-annotation", "duplicate annotation", "keep one `#[mcp_tool(..)]`";
    NOT_A_FUNCTION: "not-a-function", "not a function", "put `#[mcp_tool(..)]` on the function that implements the tool";
    NO_BODY: "no-body", "no body", "put `#[mcp_tool(..)]` on the function that implements the tool, in an inherent impl or a module";
    UNREADABLE_ITEM: "unreadable-item", "cannot be parsed", "write it so that it compiles without the attribute";
    // `scope_table!`.
    BAD_TABLE: "bad-table", "not a table", "write `pub static TOOLS = [list_files, FileServer::*];`";
    BAD_ENTRY: "bad-entry", "not an entry", "write a function's path, `path::*` for a group, `..path::TABLE` for another table, or `dynamic \"name\" (..)` for a tool without a function";
    // `#[mcp_tools]`.
    NOT_A_GROUP: "not-a-group", "not an impl or a module", "put `#[mcp_tools]` on an inherent impl or an inline module";
    TRAIT_IMPL: "trait-impl", "a trait impl", "move the tools to an inherent impl and call them from the trait's methods";
    FILE_MODULE: "file-module", "a module in another file", "declare a `scope_table!` in that file and splice it: `..module::TOOLS`";
    EMPTY_GROUP: "empty-group", "no annotated function", "annotate its tools with `#[mcp_tool(..)]`, or remove `#[mcp_tools]`";
    UNANNOTATED_TOOL: "unannotated-tool", "served without authorization", "add `#[mcp_tool(risk = \"..\")]` above `#[tool]`";
    // `mcp-scopes.toml`.
    UNREADABLE_CONFIG: "unreadable-config", "cannot be read", "write the path relative to the package's folder, or remove `with`";
    TOML_SYNTAX: "toml-syntax", "syntax error", "correct the file's syntax";
    TOML_LIMIT: "toml-limit", "exceeds a limit", "remove what exceeds the limit";
    UNKNOWN_SECTION: "unknown-section", "unknown section", "write one of `[server]`, `[convention]`, `[scopes]`, `[tools]`, `[resources]`, `[prompts]`, `[flows]`, `[session]`, `[risk]`, `[sandbox]`, `[lint]`, `[diff]`";
    MISSING_SCOPE: "missing-scope", "no `scope`", "write `scope = \"..\"`, `authenticated = true` (every valid token) or `public = true` (also without a token)";
    BAD_URL: "bad-url", "invalid URL", "write an `https://` URL";
    BAD_HEADER: "bad-header", "not a header name", "write a header name, such as `X-Sandbox`";
    BAD_PREFIX: "bad-prefix", "missing separator", "write the exact prefix with its separator, such as `dev-tools:`";
    BAD_SERVER_NAME: "bad-server-name", "not a server name", "write 1 to 128 of `A-Z a-z 0-9 _ . -`, such as `mail`";
    INCOMPLETE_SESSION: "incomplete-session", "requires another key", "write both keys, or neither";
    INCOMPLETE_ACCEPTANCE: "incomplete-acceptance", "incomplete acceptance", "write `kind`, `change`, `tool` or `pointer`, `reason` and `until`";
    BAD_POINTER: "bad-pointer", "not a JSON Pointer", "write the place in the document, such as `/scopes_supported`";
    BAD_DATE: "bad-date", "not a day", "write a day, such as `2027-03-01`";
    CONVENTION_PATTERN: "convention-pattern", "incomplete convention", "write `scope = \"pattern\"` and `pattern = \"*:read\"` together, or neither";
}

#[cfg(test)]
mod tests;
