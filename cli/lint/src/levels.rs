//! Resolves the level and the options of each rule.
//!
//! | module | holds |
//! |---|---|
//! | `file` | the levels of one configuration file |

mod file;

use std::{collections::BTreeMap, path::Path};

use file::{ByName, FileLevels};
use mcp_scopes_grammar::ir::{LintDecl, LintOptionDecl, LintPathDecl, LintValue, StatedDecl};
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{
    Finding, FolderConfigs, Level,
    inventory::{Config, Inventory},
    source::{Place, Sources},
};

use crate::{
    overrides::Overrides,
    rule::{Category, OptionValue, Rule, RuleOption, Setting},
};

/// The levels and options of configuration files, below the overrides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    overrides: Overrides,
    /// Those of the files of the package. If they differ, the strictest level counts.
    files: Vec<FileLevels>,
    /// Those of the file of the workspace, for rules that the package does not set.
    workspace: Option<FileLevels>,
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
        if let Some(workspace) = &inventory.workspace {
            levels.read_workspace(&workspace.config, findings);
        }
        levels
    }

    /// Returns the levels in a folder as a whole, for rules that are about no package: those of the package or of the folder that has
    /// the nearest `Cargo.toml`, and of the workspace.
    pub(crate) fn at(folder: &Path, overrides: &Overrides, sources: &mut Sources, findings: &mut Vec<Finding>) -> Self {
        let mut levels = Self::new(overrides);
        let configs = FolderConfigs::read(folder, sources);
        findings.extend(configs.findings);
        if let Some(own) = &configs.own {
            levels.read(own, findings);
        }
        if let Some(workspace) = &configs.workspace {
            levels.read_workspace(workspace, findings);
        }
        levels
    }

    /// Adds the `[lint]` section of a file.
    pub(crate) fn read(&mut self, config: &Config, findings: &mut Vec<Finding>) {
        let levels = self.levels_in(config, findings);
        self.files.push(levels);
    }

    /// Adds the `[lint]` section of the file of the workspace, after those of the package.
    pub(crate) fn read_workspace(&mut self, config: &Config, findings: &mut Vec<Finding>) {
        self.workspace = Some(self.levels_in(config, findings));
    }

    /// Reads the levels of a file, and adds its options.
    fn levels_in(&mut self, config: &Config, findings: &mut Vec<Finding>) -> FileLevels {
        let mut refuse = |entry: &LintDecl, at: &StatedDecl, (message, help): Wrong| {
            let place = Place::point(&config.file, at.line, at.column);
            findings.push(Finding::error("lint-config", message).help(help).at(place).about(&*entry.rule.text));
        };
        let mut levels = FileLevels::of(&config.file);
        for entry in &config.said.lint {
            let (rule, level) = match check(entry) {
                Ok(checked) => checked,
                Err(wrong) => {
                    refuse(entry, &entry.rule, wrong);
                    continue;
                }
            };
            if let Some(setting) = level {
                levels.everywhere.set(&entry.rule.text, setting);
            }
            for stated in &entry.options {
                match option(entry, rule, stated) {
                    Ok((rule, choice)) => {
                        let options = self.options.entry(rule).or_default();
                        if !options.iter().any(|(name, _)| *name == stated.name.text) {
                            options.push((stated.name.text.clone(), choice));
                        }
                    }
                    Err(wrong) => refuse(entry, &stated.name, wrong),
                }
            }
        }
        for LintPathDecl { paths, levels: stated } in &config.said.lint_paths {
            let mut by_name = ByName::default();
            for entry in stated {
                match check(entry) {
                    Ok((_, Some(setting))) => by_name.set(&entry.rule.text, setting),
                    Ok((_, None)) => {}
                    Err(wrong) => refuse(entry, &entry.rule, wrong),
                }
            }
            levels.by_path.push((paths.iter().map(|path| path.text.clone()).collect(), by_name));
        }
        levels
    }

    /// Returns the level of a rule in a file, or in a package as a whole if `file` is empty. The order of precedence is: an override of
    /// the rule or its category, the setting of the package's files, that of the workspace's file, the default. An override can turn
    /// warnings into errors.
    pub(crate) fn of_rule(&self, rule: &Rule, file: &str) -> Setting {
        let setting = self.overrides.of_rule(rule).or_else(|| self.stated(rule, file)).unwrap_or(rule.level);
        if setting == Setting::Warn && self.overrides.denies_warnings() { Setting::Deny } else { setting }
    }

    /// Returns the level that a configuration file states for a rule in a file.
    fn stated(&self, rule: &Rule, file: &str) -> Option<Setting> {
        let of_package = self.files.iter().filter_map(|levels| levels.of_rule(rule, file)).max();
        of_package.or_else(|| self.workspace.as_ref()?.of_rule(rule, file))
    }

    /// Returns whether a rule is on in some file.
    pub(crate) fn is_on(&self, rule: &Rule) -> bool {
        let in_some_files = || self.files.iter().chain(&self.workspace).flat_map(|levels| levels.in_some_files(rule));
        let is_on = |setting: Setting| setting != Setting::Allow;
        is_on(self.of_rule(rule, "")) || (self.overrides.of_rule(rule).is_none() && in_some_files().any(is_on))
    }

    /// Returns whether nothing but its default sets the level of a rule in a file.
    pub(crate) fn is_default(&self, rule: &Rule, file: &str) -> bool {
        self.overrides.of_rule(rule).is_none() && self.stated(rule, file).is_none()
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
