//! `--deny`, `--warn`, `--allow`, in the order on the command line.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use mcp_scopes_lint::{Overrides, Setting};
use mcp_scopes_scan::Error;

/// The level options, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    settings: Vec<(Setting, String)>,
    /// The rules and categories of `--select`. Empty for all.
    selected: Vec<String>,
}

const SELECT: &str = "select";

const FLAGS: [(&str, Setting, &str, &str); 3] = [
    (
        "deny",
        Setting::Deny,
        "RULE|CATEGORY|warnings",
        "Report a rule or a category as errors; `warnings` also turns all other warnings into errors; may be given several times",
    ),
    ("warn", Setting::Warn, "RULE|CATEGORY", "Report a rule or a category as warnings"),
    ("allow", Setting::Allow, "RULE|CATEGORY", "Disable a rule or a category"),
];

impl Levels {
    pub(crate) fn overrides(&self) -> Result<Overrides, Error> {
        let set = |overrides: Overrides, (setting, name): &(Setting, String)| overrides.set(name, *setting);
        let overrides = self.settings.iter().try_fold(Overrides::new(), set)?;
        self.selected.iter().try_fold(overrides, |overrides, name| overrides.select(name))
    }
}

impl Levels {
    /// Returns whether rules are off whose findings a baseline can have.
    pub(crate) fn turns_rules_off(&self) -> bool {
        let is_about_baseline = |name: &str| name.contains("baseline");
        let is_off = |(setting, name): &(Setting, String)| *setting == Setting::Allow && !is_about_baseline(name);
        !self.selected.is_empty() || self.settings.iter().any(is_off)
    }
}

impl FromArgMatches for Levels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut found = Vec::new();
        for (flag, setting, ..) in FLAGS {
            let (Some(places), Some(names)) = (matches.indices_of(flag), matches.get_many::<String>(flag)) else {
                continue;
            };
            found.extend(places.zip(names).map(|(place, name)| (place, setting, name.clone())));
        }
        found.sort_by_key(|(place, ..)| *place);
        let settings = found.into_iter().map(|(_, setting, name)| (setting, name)).collect();
        let selected = matches.get_many::<String>(SELECT).into_iter().flatten().cloned().collect();
        Ok(Self { settings, selected })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Levels {
    fn augment_args(command: Command) -> Command {
        let select = Arg::new(SELECT).long(SELECT).value_name("RULE|CATEGORY").value_delimiter(',');
        let help = "Report only these rules and categories, and errors of the compiler";
        let command = command.arg(select.action(ArgAction::Append).help(help).help_heading("Levels"));
        FLAGS.into_iter().fold(command, |command, (flag, _, value, help)| {
            let arg = Arg::new(flag).long(flag).value_name(value).action(ArgAction::Append).help(help);
            command.arg(arg.help_heading("Levels"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
