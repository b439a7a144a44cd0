//! The baseline file: known findings, each with a reason and an expiry date.
//!
//! ```json
//! {
//!   "version": 1,
//!   "fingerprints": "mcp-scopes/v1",
//!   "entries": [
//!     {
//!       "rule": "broad-scope",
//!       "subject": "mcp:admin",
//!       "fingerprint": "8426837a0d805bd793742df163c2e134",
//!       "reason": "split in the next major release",
//!       "expires": "2027-02-19"
//!     }
//!   ]
//! }
//! ```
//!
//! A finding with the rule and the [`fingerprint`](mod@crate::fingerprint) of an entry is suppressed up to and
//! including that day. An entry without a reason, an expired entry and an entry without a finding are findings
//! themselves.
//!
//! | module | holds |
//! |---|---|
//! | `read` | reads the file and reports its errors |
//! | `unseen` | the entries about code that a run could not see |

mod read;
mod unseen;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::{
    Error, Finding, Report, Suppression, SuppressionKind,
    inventory::Config,
    settle,
    source::{Place, Sources},
};
use unseen::Unseen;

use crate::{
    Overrides,
    day::Day,
    find,
    fingerprint::{self, VERSION},
    levels::Levels,
};

/// The reason that an update writes for a new entry. It is reported until a reason replaces it.
pub const PLACEHOLDER: &str = "why may this stay?";
/// The default name of the file.
pub const FILE: &str = "mcp-scopes.baseline.json";

/// The rules about the file itself. The file cannot suppress their findings.
const STALE: &str = "stale-baseline-entry";
const EXPIRED: &str = "expired-baseline-entry";
const REASON: &str = "baseline-reason";

/// A baseline file.
#[derive(Clone, Debug)]
pub struct Baseline {
    file: Arc<str>,
    text: Arc<str>,
    entries: Vec<BaselineEntry>,
    /// The configuration file for documents, whose levels apply too.
    config: Option<Config>,
}

/// One known finding.
#[derive(Clone, Debug)]
struct BaselineEntry {
    rule: String,
    subject: String,
    fingerprint: String,
    reason: String,
    expires: Day,
    /// The places of the entry, its expiry date and its reason.
    place: Place,
    expires_place: Place,
    reason_place: Place,
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or is not a baseline file of this version.
    pub fn read(path: &Path) -> Result<Self, Error> {
        read::file(path)
    }

    /// Adds the levels of a configuration file, such as that of [`Documents::config`](crate::Documents::config).
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Returns the levels of the rules about the file: those of the package beside it, and of the workspace.
    fn levels(&self, report: &Report, overrides: &Overrides) -> Levels {
        let folder = Path::new(&*self.file).parent().unwrap_or(Path::new(""));
        // Their errors are reported with the packages.
        let mut findings = Vec::new();
        let mut levels = match report.inventories.iter().find(|inventory| inventory.folder == folder) {
            Some(inventory) => Levels::of(inventory, overrides, &mut findings),
            None => Levels::at(folder, overrides, &mut Sources::default(), &mut findings),
        };
        if let Some(config) = &self.config {
            levels.read(config, &mut findings);
        }
        levels
    }

    /// Suppresses the known findings of a report. Reports entries without a reason, expired entries and entries without
    /// a finding, unless they are about code that features or the target leave out.
    pub fn apply(&self, report: &mut Report, today: Day, overrides: &Overrides) {
        let mut known: BTreeMap<(&str, &str), &BaselineEntry> = BTreeMap::new();
        for entry in &self.entries {
            known.entry((&entry.rule, &entry.fingerprint)).or_insert(entry);
        }
        let mut used: Vec<&BaselineEntry> = Vec::new();
        for finding in std::mem::take(&mut report.findings) {
            let entry = known.get(&(finding.rule, finding.fingerprint.as_str())).filter(|_| finding.settable);
            used.extend(entry);
            match entry.filter(|entry| today <= entry.expires) {
                Some(entry) => {
                    let why = Suppression {
                        kind: SuppressionKind::Baseline,
                        reason: entry.reason.clone(),
                        until: Some(entry.expires.to_string()),
                    };
                    report.suppressed.push(finding.suppressed(why));
                }
                None => report.findings.push(finding),
            }
        }
        let mut about: Vec<Finding> = Vec::new();
        let unseen = Unseen::of(report);
        for entry in &self.entries {
            if !used.iter().any(|known| std::ptr::eq(*known, entry)) {
                about.extend((!unseen.hides(entry)).then(|| entry.stale()));
            } else if today > entry.expires {
                about.push(entry.expired());
            }
            if entry.reason.trim().is_empty() || entry.reason == PLACEHOLDER {
                about.push(entry.unreasoned());
            }
        }
        let levels = self.levels(report, overrides);
        about.retain_mut(|finding| {
            let level = find(finding.rule).and_then(|rule| levels.of_rule(rule, finding.file()).level());
            level.map(|level| finding.level = level).is_some()
        });
        fingerprint::assign_to(about.iter_mut(), &[]);
        report.findings.extend(about);
        report.sources.keep(&self.file, &self.text);
        settle(&mut report.findings);
        settle(&mut report.suppressed);
    }

    /// Returns the text of a baseline file with every finding of the report, to which no baseline may have been
    /// applied. Entries of `old` keep their reasons, and their dates unless expired. New entries get the given values. An entry of `old`
    /// without a finding is removed if `is_whole`, which states that everything was linted that the file covers, and if it is about no
    /// code that features or the target leave out.
    #[must_use]
    pub fn update(
        old: Option<&Self>,
        report: &Report,
        reason: Option<&str>,
        (today, expires): (Day, Day),
        is_whole: bool,
    ) -> String {
        let all = old;
        let old: BTreeMap<(&str, &str), &BaselineEntry> = old
            .iter()
            .flat_map(|old| &old.entries)
            .map(|entry| ((entry.rule.as_str(), entry.fingerprint.as_str()), entry))
            .collect();
        let findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.settable).collect();
        let known: BTreeSet<(&str, &str)> =
            findings.iter().map(|finding| (finding.rule, finding.fingerprint.as_str())).collect();
        let unseen = Unseen::of(report);
        let others = all.iter().flat_map(|all| &all.entries).filter(|entry| !is_whole || unseen.hides(entry));
        let others = others.filter(|entry| !known.contains(&(entry.rule.as_str(), entry.fingerprint.as_str())));
        let others = others.map(|entry| {
            let key = (entry.rule.clone(), entry.subject.clone(), entry.fingerprint.clone());
            (key, (entry.reason.clone(), entry.expires))
        });
        let entries = findings.into_iter().map(|finding| {
            let kept = old.get(&(finding.rule, finding.fingerprint.as_str()));
            let said =
                kept.map(|entry| entry.reason.as_str()).filter(|said| !said.trim().is_empty() && *said != PLACEHOLDER);
            let reason = said.or(reason).unwrap_or(PLACEHOLDER);
            let expires = kept.map(|entry| entry.expires).filter(|day| today <= *day).unwrap_or(expires);
            let key = (finding.rule.to_owned(), finding.subject.clone(), finding.fingerprint.clone());
            (key, (reason.to_owned(), expires))
        });
        let entries: BTreeMap<_, _> = entries.chain(others).collect();
        let entries = entries.iter().map(|((rule, subject, fingerprint), (reason, expires))| {
            object([
                ("rule", text(rule)),
                ("subject", text(subject)),
                ("fingerprint", text(fingerprint)),
                ("reason", text(reason)),
                ("expires", text(&expires.to_string())),
            ])
        });
        let whole = object([
            ("version", Json::Number(1.into())),
            ("fingerprints", text(VERSION)),
            ("entries", Json::Array(entries.collect())),
        ]);
        whole.pretty() + "\n"
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl BaselineEntry {
    fn stale(&self) -> Finding {
        let message = format!("the entry for `{}` of `{}` matches no finding", self.subject, self.rule);
        let help = "remove the entry, or run with `--update-baseline`; lint everything that the baseline covers";
        Finding::warning(STALE, message).help(help).at(self.place.clone()).about(&*self.fingerprint)
    }

    fn expired(&self) -> Finding {
        let message = format!(
            "the entry for `{}` of `{}` has expired: its last day was {}",
            self.subject, self.rule, self.expires
        );
        let help = "fix the finding, or set a later day if the reason still applies";
        Finding::warning(EXPIRED, message).help(help).at(self.expires_place.clone()).about(&*self.fingerprint)
    }

    fn unreasoned(&self) -> Finding {
        let message = format!("the entry for `{}` of `{}` has no reason", self.subject, self.rule);
        let help = "write the reason in `reason`, or update with `--reason`";
        Finding::warning(REASON, message).help(help).at(self.reason_place.clone()).about(&*self.fingerprint)
    }
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}
