//! Resolves the level and the options of each rule.

use std::collections::BTreeMap;

use mcp_scopes_grammar::ir::{LintDecl, LintOptionDecl, LintValue, StatedDecl};
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{
    Finding, Level,
    inventory::{Config, Inventory},
    source::Place,
};

use crate::{
    overrides::Overrides,
    rule::{Category, OptionValue, Rule, RuleOption, Setting},
};

/// The levels and options of configuration files, below the overrides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    overrides: Overrides,
    by_name: BTreeMap<String, Setting>,
    options: BTreeMap<&'static str, Vec<(String, OptionValue)>>,
}

impl Levels {
    /// Creates levels with the overrides only.
    pub(crate) fn new(overrides: &Overrides) -> Self {
        Self { overrides: overrides.clone(), ..Self::default() }
    }

    /// Returns the levels of a package. If the files of several tables differ, the strictest level and the first option
    /// count.
    pub(crate) fn of(inventory: &Inventory, overrides: &Overrides, findings: &mut Vec<Finding>) -> Self {
        let mut levels = Self::new(overrides);
        let configs = inventory.tables.iter().filter(|table| table.own).filter_map(|table| table.config.as_ref());
        // A file with an error elsewhere still sets levels.
        for config in configs.chain(&inventory.partial_configs) {
            levels.read(config, findings);
        }
        levels
    }

    /// Adds the `[lint]` section of a file.
    pub(crate) fn read(&mut self, config: &Config, findings: &mut Vec<Finding>) {
        for entry in &config.said.lint {
            let mut refuse = |at: &StatedDecl, (message, help): (String, String)| {
                let place = Place::point(&config.file, at.line, at.column);
                findings.push(Finding::error("lint-config", message).help(help).at(place).about(&*entry.rule.text));
            };
            let (rule, level) = match check(entry) {
                Ok(checked) => checked,
                Err(wrong) => {
                    refuse(&entry.rule, wrong);
                    continue;
                }
            };
            if let Some(setting) = level {
                let level = self.by_name.entry(entry.rule.text.clone()).or_insert(setting);
                *level = setting.max(*level);
            }
            for stated in &entry.options {
                match option(entry, rule, stated) {
                    Ok((rule, choice)) => {
                        let options = self.options.entry(rule).or_default();
                        if !options.iter().any(|(name, _)| *name == stated.name.text) {
                            options.push((stated.name.text.clone(), choice));
                        }
                    }
                    Err(wrong) => refuse(&stated.name, wrong),
                }
            }
        }
    }

    /// Returns the level of a rule. The order of precedence is: an override of the rule or its category, the file's
    /// setting for the rule or its category, the default. An override can turn warnings into errors.
    pub(crate) fn of_rule(&self, rule: &Rule) -> Setting {
        let file = || self.by_name.get(rule.id).or_else(|| self.by_name.get(rule.category.as_str())).copied();
        let setting = self.overrides.of_rule(rule).or_else(file).unwrap_or(rule.level);
        if setting == Setting::Warn && self.overrides.denies_warnings() { Setting::Deny } else { setting }
    }

    /// Returns whether nothing but its default sets the level of a rule.
    pub(crate) fn is_default(&self, rule: &Rule) -> bool {
        let file = || self.by_name.contains_key(rule.id) || self.by_name.contains_key(rule.category.as_str());
        self.overrides.of_rule(rule).is_none() && !file()
    }

    /// Returns the options that are set for a rule.
    pub(crate) fn options_of(&self, rule: &Rule) -> &[(String, OptionValue)] {
        self.options.get(rule.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Turns warnings into errors if an override asks for it, including warnings without a rule.
    pub(crate) fn raise(&self, findings: &mut [Finding]) {
        if self.overrides.denies_warnings() {
            for finding in findings {
                finding.level = Level::Error;
            }
        }
    }
}

/// Returns the level of a rule without any configuration file. `None` if the rule is off.
pub(crate) fn level_of(rule: &Rule, overrides: &Overrides) -> Option<Level> {
    Levels::new(overrides).of_rule(rule).level()
}

type Wrong = (String, String);

fn check(entry: &LintDecl) -> Result<(Option<&'static Rule>, Option<Setting>), Wrong> {
    let name = entry.rule.text.as_str();
    let setting = entry.level.as_ref().and_then(|level| Setting::parse(&level.text));
    if let Some(rule) = crate::find(name) {
        if rule.check.is_fixed() && setting.is_some_and(|setting| setting != Setting::Deny) {
            let message = format!("`{name}` is also a compile error, so its level cannot be changed");
            return Err((message, "remove the line".to_owned()));
        }
        return Ok((Some(rule), setting));
    }
    if Category::ALL.iter().any(|category| category.as_str() == name) {
        return Ok((None, setting));
    }
    Err(unknown(name))
}

/// Returns the error for a name that is neither a rule nor a category.
pub(super) fn unknown(name: &str) -> Wrong {
    let rules = crate::RULES.iter().map(|rule| rule.id);
    let known = rules.chain(Category::ALL.iter().map(|category| category.as_str()));
    let near = known.fold(Nearest::to(name), Nearest::or).found();
    let help =
        near.map_or_else(|| "name a rule or a category of rules".to_owned(), |near| format!("did you mean `{near}`?"));
    (format!("unknown rule or category `{name}`"), help)
}

fn option(
    entry: &LintDecl,
    rule: Option<&'static Rule>,
    stated: &LintOptionDecl,
) -> Result<(&'static str, OptionValue), Wrong> {
    let (name, of) = (stated.name.text.as_str(), entry.rule.text.as_str());
    let Some(rule) = rule else {
        let message = format!("`{of}` is a category, and categories have no options");
        return Err((message, "set the option of a rule".to_owned()));
    };
    let Some(known) = rule.options.iter().find(|option| option.name == name) else {
        let names: Vec<&str> = rule.options.iter().map(|option| option.name).collect();
        let near = names.iter().copied().chain(["level"]).fold(Nearest::to(name), Nearest::or).found();
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "write `level` only".to_owned(),
            None => format!("write `level`, `{}`", names.join("`, `")),
        };
        return Err((format!("the rule `{of}` has no option `{name}`"), help));
    };
    typed(known, &stated.value).map(|choice| (rule.id, choice)).ok_or_else(|| {
        let kind = known.default.kind();
        (format!("`{name}` of `{of}` requires {kind}"), format!("write {kind}: {}", known.docs))
    })
}

/// Returns the value if it has the type of the option's default.
fn typed(option: &RuleOption, value: &LintValue) -> Option<OptionValue> {
    match (&option.default, value) {
        (OptionValue::Int(_), LintValue::Int(number)) => usize::try_from(*number).ok().map(OptionValue::Int),
        (OptionValue::Text(_), LintValue::Text(text)) => Some(OptionValue::Text(text.clone().into())),
        (OptionValue::Texts(_), LintValue::Texts(texts)) => {
            Some(OptionValue::Texts(texts.iter().map(|text| text.clone().into()).collect::<Vec<_>>().into()))
        }
        (OptionValue::Flag(_), LintValue::Flag(flag)) => Some(OptionValue::Flag(*flag)),
        _ => None,
    }
}
