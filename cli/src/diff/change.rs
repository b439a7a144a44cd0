//! The kinds of changes and their verdicts.

use mcp_scopes_lint::fingerprint;

pub(super) use crate::verdict::Security;
use crate::verdict::{Compatibility, Verdict};

macro_rules! kinds {
    ($($kind:ident $id:literal $compatibility:ident, mirror $mirror:ident: $why:literal;)*) => {
        /// The kind of a change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind { $($kind,)* }

        impl Kind {
            /// All kinds.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Returns its stable id.
            pub(crate) fn id(self) -> &'static str {
                match self { $(Self::$kind => $id,)* }
            }

            /// Returns its effect on current users of the server.
            pub(crate) fn compatibility(self) -> Compatibility {
                match self { $(Self::$kind => Compatibility::$compatibility,)* }
            }

            /// Returns its meaning, in one line.
            pub(crate) fn why(self) -> &'static str {
                match self { $(Self::$kind => $why,)* }
            }

            /// Returns the kind of the reverse change.
            #[cfg(test)]
            pub(crate) fn mirror(self) -> Self {
                match self { $(Self::$kind => Self::$mirror,)* }
            }
        }
    };
}

kinds! {
    ResourceChanged "resource-changed" Major, mirror ResourceChanged: "tokens for the old identifier are rejected";
    IssuerAdded "issuer-added" Minor, mirror IssuerRemoved: "its tokens are accepted now";
    IssuerRemoved "issuer-removed" Major, mirror IssuerAdded: "its tokens are rejected now";
    BaselineGrown "baseline-grown" Minor, mirror BaselineShrunk: "clients without a challenge request more scopes";
    BaselineShrunk "baseline-shrunk" Minor, mirror BaselineGrown: "clients without a challenge request fewer scopes";
    BearerMethodAdded "bearer-method-added" Minor, mirror BearerMethodRemoved: "tokens may be sent in more ways";
    BearerMethodRemoved "bearer-method-removed" Major, mirror BearerMethodAdded: "tokens sent this way are rejected";
    BindingDropped "token-binding-dropped" Patch, mirror BindingRequired: "a stolen token works elsewhere";
    BindingRequired "token-binding-required" Major, mirror BindingDropped: "tokens that are not bound are rejected";
    ToolAdded "tool-added" Minor, mirror ToolRemoved: "there is one more tool";
    ToolRemoved "tool-removed" Major, mirror ToolAdded: "calls to it fail";
    ResourceAdded "resource-added" Minor, mirror ResourceRemoved: "there are more resources";
    ResourceRemoved "resource-removed" Major, mirror ResourceAdded: "reads of them fail, or need less";
    PromptAdded "prompt-added" Minor, mirror PromptRemoved: "there is one more prompt";
    PromptRemoved "prompt-removed" Major, mirror PromptAdded: "requests for it fail";
    AccessWidened "access-widened" Patch, mirror AccessNarrowed: "some tokens open it that did not";
    AccessNarrowed "access-narrowed" Major, mirror AccessWidened: "some tokens no longer open it";
    AccessMoved "access-moved" Major, mirror AccessMoved: "other tokens open it than before";
    AccessRewritten "access-rewritten" Patch, mirror AccessRewritten: "the same tokens open it";
    ConditionLoosened "condition-loosened" Patch, mirror ConditionTightened: "calls with some arguments need fewer scopes";
    ConditionTightened "condition-tightened" Major, mirror ConditionLoosened: "calls with some arguments need more scopes";
    ImpliesAdded "implies-added" Patch, mirror ImpliesRemoved: "tokens with the first scope also hold the second";
    ImpliesRemoved "implies-removed" Major, mirror ImpliesAdded: "tokens with the first scope no longer hold the second";
    RiskLowered "risk-lowered" Patch, mirror RiskRaised: "clients and session limits treat it as less harmful";
    RiskRaised "risk-raised" Minor, mirror RiskLowered: "clients and session limits treat it as more harmful";
    ApprovalLoosened "approval-loosened" Patch, mirror ApprovalTightened: "users are asked to approve fewer calls";
    ApprovalTightened "approval-tightened" Minor, mirror ApprovalLoosened: "users are asked to approve more calls";
    SandboxLoosened "sandbox-loosened" Patch, mirror SandboxTightened: "sandbox callers reach more";
    SandboxTightened "sandbox-tightened" Major, mirror SandboxLoosened: "sandbox callers reach less";
    PolicyLoosened "policy-loosened" Patch, mirror PolicyTightened: "calls run that a policy stopped";
    PolicyTightened "policy-tightened" Major, mirror PolicyLoosened: "a policy stops calls that ran";
    ParameterAdded "parameter-added" Minor, mirror ParameterRemoved: "calls can pass one more argument";
    ParameterRemoved "parameter-removed" Major, mirror ParameterAdded: "calls that pass it may be rejected";
    ParameterRequired "parameter-required" Major, mirror ParameterOptional: "calls without it are rejected";
    ParameterOptional "parameter-optional" Minor, mirror ParameterRequired: "calls without it are accepted";
    ParametersKnown "parameters-known" Patch, mirror ParametersUnknown: "they could not be compared";
    ParametersUnknown "parameters-unknown" Patch, mirror ParametersKnown: "they cannot be compared";
    FlowChanged "flow-changed" Minor, mirror FlowChanged: "clients request scopes in another order";
    PlaceChanged "sandbox-place-changed" Minor, mirror PlaceChanged: "sandbox callers go elsewhere";
    ToolReworded "tool-reworded" Patch, mirror ToolReworded: "models read it, and decide by it which tool to call";
    TextChanged "text-changed" Patch, mirror TextChanged: "only people read it";
    MemberChanged "member-changed" Minor, mirror MemberChanged: "its effect is not known";
}

impl Kind {
    /// Returns whether models read what changed.
    fn rewords(self) -> bool {
        use Kind::{
            ParameterAdded, ParameterOptional, ParameterRemoved, ParameterRequired, ParametersKnown, ParametersUnknown,
            ToolReworded,
        };
        let parameters = matches!(self, ParameterAdded | ParameterRemoved | ParameterRequired | ParameterOptional);
        // Otherwise a change could be hidden by two releases, of which one has unknown parameters.
        parameters || matches!(self, ToolReworded | ParametersKnown | ParametersUnknown)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    /// The place in the document, as a JSON Pointer (RFC 6901).
    pub(crate) pointer: String,
    /// The change, in one line.
    pub(crate) message: String,
    pub(crate) security: Security,
    /// The start of a SHA-256 of the change with its old and new values, by which it is accepted. A later, wider change has another one.
    pub(crate) digits: String,
}

/// The version of [`Change::digits`]. The SHA-256 covers it, the kind, the effects, the pointer, the message, and the values that the
/// message does not state, each followed by a zero byte.
const VERSION: &str = "mcp-scopes-change/v1";
/// The number of hexadecimal digits that accept a change.
const DIGITS: usize = 12;

impl Change {
    pub(super) fn new(kind: Kind, security: Security, pointer: String, message: &str, values: &str) -> Self {
        // A name of a third-party document can contain a line break. A CI log reads `::error::` at the start of a line
        // as a command.
        let security = Security { reworded: security.reworded || kind.rewords(), ..security };
        let effects = security.effect_names().join(" ");
        let mut digits = fingerprint::digits(&[VERSION, kind.id(), &effects, &pointer, message, values]);
        digits.truncate(DIGITS);
        let message = message.replace('\n', "\\n").replace('\r', "\\r");
        Self { kind, pointer, message, security, digits }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        Verdict { compatibility: self.kind.compatibility(), security: self.security }
    }
}
