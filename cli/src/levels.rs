//! `--deny`, `--warn`, `--allow`, in the order on the command line.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use mcp_scopes_lint::{Overrides, Setting};
use mcp_scopes_scan::Error;

/// The level options, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels(Vec<(Setting, String)>);

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
        self.0.iter().try_fold(Overrides::new(), |overrides, (setting, name)| overrides.set(name, *setting))
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
        Ok(Self(found.into_iter().map(|(_, setting, name)| (setting, name)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Levels {
    fn augment_args(command: Command) -> Command {
        FLAGS.into_iter().fold(command, |command, (flag, _, value, help)| {
            let arg = Arg::new(flag).long(flag).value_name(value).action(ArgAction::Append).help(help);
            command.arg(arg.help_heading("Levels"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
