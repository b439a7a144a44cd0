//! The places in a message, which the visitor tells apart.

use super::similar::{CAPABILITIES, VERSION};

/// A position in a message.
///
/// It is a value and not a type, because `serde_json` would be compiled once for each type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The message.
    Message,
    /// Its `id`.
    Id,
    /// Its parameters.
    Params,
    /// A value that is kept as sent.
    Raw(Raw),
    /// The object that a completion is about.
    Reference,
    /// The object that a subscription is about.
    Notifications,
    /// The list of resources in it.
    Uris,
    /// One of them.
    SubscribedUri,
    /// The `_meta` of the parameters.
    Meta,
    /// A string that is kept.
    Text(Text),
    /// `result`, of a response.
    Result,
    /// `error`, of a response.
    Error,
    /// Anything else.
    Other,
}

/// Which value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Arguments,
    InputResponses,
    RequestState,
    ClientCapabilities,
}

/// Which string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    JsonRpc,
    Method,
    Name,
    Uri,
    Task,
    Version,
    TraceParent,
    ReferenceType,
    ReferenceName,
    ReferenceUri,
}

impl Place {
    /// Returns the place of a member's value.
    pub(super) fn member(self, key: &str) -> Self {
        match (self, key) {
            (Self::Message, "jsonrpc") => Self::Text(Text::JsonRpc),
            (Self::Message, "id") => Self::Id,
            (Self::Message, "method") => Self::Text(Text::Method),
            (Self::Message, "params") => Self::Params,
            (Self::Message, "result") => Self::Result,
            (Self::Message, "error") => Self::Error,
            (Self::Params, "name") => Self::Text(Text::Name),
            (Self::Params, "uri") => Self::Text(Text::Uri),
            (Self::Params, "taskId") => Self::Text(Text::Task),
            (Self::Params, "arguments") => Self::Raw(Raw::Arguments),
            (Self::Params, "inputResponses") => Self::Raw(Raw::InputResponses),
            (Self::Params, "requestState") => Self::Raw(Raw::RequestState),
            (Self::Params, "ref") => Self::Reference,
            (Self::Params, "notifications") => Self::Notifications,
            (Self::Params, "_meta") => Self::Meta,
            (Self::Meta, VERSION) => Self::Text(Text::Version),
            (Self::Meta, CAPABILITIES) => Self::Raw(Raw::ClientCapabilities),
            (Self::Meta, "traceparent") => Self::Text(Text::TraceParent),
            (Self::Reference, "type") => Self::Text(Text::ReferenceType),
            (Self::Reference, "name") => Self::Text(Text::ReferenceName),
            (Self::Reference, "uri") => Self::Text(Text::ReferenceUri),
            (Self::Notifications, "resourceSubscriptions") => Self::Uris,
            _ => Self::Other,
        }
    }

    /// Returns whether a member that is not kept is known here. An unknown one may name what no entry decides about, such as tasks
    /// with their results.
    pub(super) fn ignores(self, key: &str) -> bool {
        match self {
            Self::Reference => key == "title",
            Self::Notifications => {
                matches!(key, "toolsListChanged" | "promptsListChanged" | "resourcesListChanged")
            }
            _ => true,
        }
    }

    /// Returns whether it is part of the object that a completion is about.
    pub(super) fn is_in_reference(self) -> bool {
        matches!(self, Self::Reference | Self::Text(Text::ReferenceType | Text::ReferenceName | Text::ReferenceUri))
    }

    /// Returns whether it is part of the object that a subscription is about.
    pub(super) fn is_in_notifications(self) -> bool {
        matches!(self, Self::Notifications | Self::Uris | Self::SubscribedUri)
    }
}
