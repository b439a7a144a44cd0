//! The facts of one tool, and the keys that state them.
//!
//! This is the one parsed form: the macros expand it, the scan lists it, the reader of programs returns it, and the lint
//! checks it. They differ in what a location is: a span, or a place in a file.

use super::{
    ConditionDecl, description, left_out, lists, policy, requirement,
    sdk::{self, SdkText},
    settings,
};
use crate::{args::Arg, attribute::Attr, catalogue::UNREADABLE_TEXT, diagnostic::Diagnostics, ir::Located};
use mcp_scopes_model::{Approval, Risk, SandboxMode};
use proc_macro2::{Ident, Span, TokenStream};

pub use policy::PolicyDecl;
use policy::PolicyPlaces;
pub use requirement::RequirementDecl;

/// The keys of `#[mcp_tool(..)]`.
pub const KEYS: [&str; 17] = [
    "name",
    "title",
    "scope",
    "public",
    "authenticated",
    "risk",
    "sandbox",
    "guard",
    "approval",
    "description",
    "prerequisites",
    "grouped_with",
    "examples",
    "parameters",
    "not_a_parameter",
    "policy",
    "crate",
];

/// The facts of one tool. `L` is the location of a value.
#[derive(Clone, Debug)]
pub struct ToolFacts<L> {
    /// The name on the wire: the key `name`, else the SDK attribute's literal, else the function's name.
    pub name: Located<String, L>,
    /// The title for people: the key `title`, else the SDK attribute's `title`, else its `annotations(title)`.
    pub title: Option<Located<String, L>>,
    /// The description: the key `description`, else the doc comment, else the SDK attribute's literal. May be empty.
    pub description: Located<String, L>,
    /// The scopes that open the tool.
    pub requirement: RequirementDecl<L>,
    /// The scopes that some calls need in addition, by their arguments.
    pub conditions: Vec<ConditionDecl<L>>,
    /// The risk of a call. `None` if it is missing or unknown, which is an error in source.
    pub risk: Option<Located<Risk, L>>,
    /// The stated approval.
    pub approval: Option<Located<Approval, L>>,
    /// The behavior in the sandbox. `None` is denied there.
    pub sandbox: Option<Located<SandboxMode, L>>,
    /// The parameters of a call: the key `parameters`, else the signature. `None` if they are the fields of a type that
    /// has not been looked up, or if they are unknown.
    pub parameters: Option<Vec<ParameterDecl>>,
    /// Scopes that a caller should hold first.
    pub prerequisites: Vec<Located<String, L>>,
    /// Tools that are requested together with this one.
    pub grouped_with: Vec<Located<String, L>>,
    /// Example calls.
    pub examples: Vec<Located<String, L>>,
    /// The limits on calls of this tool.
    pub policy: PolicyDecl<L>,
}

/// One parameter of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterDecl {
    /// Its name on the wire.
    pub name: String,
    /// Whether a call without it is rejected.
    pub required: bool,
}

impl<L> ToolFacts<L> {
    /// Creates the facts of a tool that states only its name and its description.
    #[must_use]
    pub const fn new(name: Located<String, L>, description: Located<String, L>) -> Self {
        Self {
            name,
            title: None,
            description,
            requirement: RequirementDecl::ToolName,
            conditions: Vec::new(),
            risk: None,
            approval: None,
            sandbox: None,
            parameters: None,
            prerequisites: Vec::new(),
            grouped_with: Vec::new(),
            examples: Vec::new(),
            policy: PolicyDecl::NONE,
        }
    }

    /// Replaces each location.
    #[must_use]
    pub fn map_places<M>(self, map: &mut dyn FnMut(L) -> M) -> ToolFacts<M> {
        let mut all = |list: Vec<Located<String, L>>| -> Vec<Located<String, M>> {
            list.into_iter().map(|text| text.map_place(map)).collect()
        };
        ToolFacts {
            prerequisites: all(self.prerequisites),
            grouped_with: all(self.grouped_with),
            examples: all(self.examples),
            name: self.name.map_place(map),
            title: self.title.map(|title| title.map_place(map)),
            description: self.description.map_place(map),
            requirement: self.requirement.map_places(map),
            conditions: self.conditions.into_iter().map(|condition| condition.map_places(map)).collect(),
            risk: self.risk.map(|risk| risk.map_place(map)),
            approval: self.approval.map(|approval| approval.map_place(map)),
            sandbox: self.sandbox.map(|mode| mode.map_place(map)),
            parameters: self.parameters,
            policy: self.policy.map_places(map),
        }
    }

    /// Returns the arguments that conditions name although the tool has no such parameter. Empty if its parameters are not known.
    pub fn unlisted_arguments(&self) -> impl Iterator<Item = &Located<String, L>> {
        let named = self.conditions.iter().filter_map(|condition| condition.argument.as_ref());
        let lists =
            |parameters: &[ParameterDecl], name: &str| parameters.iter().any(|parameter| parameter.name == name);
        named.filter(move |argument| self.parameters.as_ref().is_some_and(|known| !lists(known, &argument.value)))
    }

    /// Returns the lists of texts, each with the field of the model's `Tool` that holds it.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Located<String, L>]); 3] {
        [("prerequisites", &self.prerequisites), ("grouped_with", &self.grouped_with), ("examples", &self.examples)]
    }

    /// Returns the risk, or the strictest one if it is missing.
    #[must_use]
    pub fn risk_or_strictest(&self) -> Risk {
        self.risk.as_ref().map_or(Risk::Critical, |risk| risk.value)
    }

    /// Returns every scope that the requirement and the conditions name. A tool without a stated scope has none, since its own scope
    /// depends on the table.
    pub fn named_scopes(&self) -> impl Iterator<Item = &Located<String, L>> {
        self.requirement.named_scopes().chain(self.conditions.iter().flat_map(|condition| &condition.scopes))
    }
}

/// The keys that an annotation states, and the facts that they state.
pub(super) struct Reading {
    pub(super) facts: ToolFacts<Span>,
    /// The keys, each with its span.
    keys: Vec<(String, Span)>,
    /// Whether the tool has no function.
    is_dynamic: bool,
    pub(super) policy_places: PolicyPlaces<Span>,
    /// The substitute of `sandbox = simulate(path)`, as tokens.
    pub(super) substitute: Option<TokenStream>,
    pub(super) guard: super::guard::GuardKey,
    /// The arguments that `not_a_parameter` names.
    pub(super) not_a_parameter: Vec<Ident>,
    pub(super) krate: Option<TokenStream>,
}

impl Reading {
    /// Begins with the facts that apply without any key.
    pub(super) fn of(name: Located<String, Span>) -> Self {
        let description = Located { value: String::new(), place: name.place };
        Self {
            facts: ToolFacts::new(name, description),
            keys: Vec::new(),
            is_dynamic: false,
            policy_places: PolicyPlaces::default(),
            substitute: None,
            guard: super::guard::GuardKey::default(),
            not_a_parameter: Vec::new(),
            krate: None,
        }
    }

    /// Like [`Reading::of`], for a tool without a function.
    pub(super) fn of_dynamic(name: Located<String, Span>) -> Self {
        Self { is_dynamic: true, ..Self::of(name) }
    }

    /// Returns the span of a key, if the annotation states it.
    pub(super) fn key(&self, key: &str) -> Option<Span> {
        self.keys.iter().find(|(stated, _)| stated == key).map(|(_, span)| *span)
    }

    /// Reads one key.
    pub(super) fn read(&mut self, arg: &Arg, errors: &mut Diagnostics) {
        let facts = &mut self.facts;
        match arg.key.as_str() {
            "name" => replace(&mut facts.name, settings::name(arg, errors)),
            "title" => facts.title = settings::text(arg, errors),
            "scope" => {
                if let Some((requirement, conditions)) = requirement::read(arg, errors) {
                    (facts.requirement, facts.conditions) = (requirement, conditions);
                }
            }
            "public" => {
                let public = arg.flag(false, errors).map(|_| RequirementDecl::Public(arg.span));
                replace(&mut facts.requirement, public);
            }
            "authenticated" => {
                let authenticated = arg.flag(false, errors).map(|_| RequirementDecl::Authenticated(arg.span));
                replace(&mut facts.requirement, authenticated);
            }
            "risk" => facts.risk = settings::risk(arg, errors),
            "sandbox" => {
                let stated = if self.is_dynamic {
                    settings::dynamic_sandbox(arg, errors).map(|mode| (mode, None))
                } else {
                    settings::sandbox(arg, errors)
                };
                (facts.sandbox, self.substitute) = stated.map_or((None, None), |(mode, path)| (Some(mode), path));
            }
            "guard" => self.guard.read(arg, errors),
            "approval" => facts.approval = settings::approval(arg, errors),
            "description" => replace(&mut facts.description, settings::text(arg, errors)),
            "prerequisites" => facts.prerequisites = lists::scopes(arg, errors),
            "grouped_with" => facts.grouped_with = lists::tools(arg, errors),
            "examples" => facts.examples = lists::texts(arg, errors),
            "parameters" => facts.parameters = Some(lists::parameters(arg, errors)),
            "not_a_parameter" => self.not_a_parameter = left_out::read(arg, errors),
            "policy" => (facts.policy, self.policy_places) = policy::read(arg, errors),
            "crate" => self.krate = settings::krate(arg, errors),
            _ => {}
        }
        self.keys.push((arg.key.clone(), arg.span));
    }
}

impl Reading {
    /// Adds the texts that are stated elsewhere on the function, where their keys are missing.
    ///
    /// Returns whether there is an SDK's attribute.
    pub(super) fn add_defaults(&mut self, attributes: &[Attr], ident: &Ident, errors: &mut Diagnostics) -> bool {
        let sdk = sdk::read(attributes, ident);
        let is_sdk_tool = sdk.is_some();
        let named = self.key("name").is_some();
        sdk::settle_name(sdk.as_ref(), named, &mut self.facts.name, errors);
        if self.key("description").is_none() {
            self.facts.description = description::derive(attributes, sdk.as_ref(), ident, errors);
        }
        if self.key("title").is_none() {
            let titles = [["title"].as_slice(), &["annotations", "title"]];
            let stated = sdk.into_iter().flat_map(|sdk| titles.map(|path| sdk.text(path)));
            self.facts.title = match stated.into_iter().find(|text| !matches!(text, SdkText::Absent)) {
                Some(SdkText::Literal(title)) => Some(Located { value: title.value.trim().to_owned(), ..title })
                    .filter(|title| !title.value.is_empty()),
                Some(SdkText::Unreadable(span)) => {
                    let message = "the title is not a literal or is conditional, so it cannot be published".to_owned();
                    errors.push(UNREADABLE_TEXT.at(span, message).help("add the key `title = \"..\"`"));
                    None
                }
                Some(SdkText::Absent) | None => None,
            };
        }
        is_sdk_tool
    }
}

/// Keeps the value that applies without the key if the stated one could not be read.
fn replace<T>(value: &mut T, stated: Option<T>) {
    if let Some(stated) = stated {
        *value = stated;
    }
}
