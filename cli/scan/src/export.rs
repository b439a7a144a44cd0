//! Exports the metadata document of a package from its source.

use std::collections::BTreeSet;

use bumpalo::Bump;
use mcp_scopes_grammar::ir::ScopePrefixDecl;
use mcp_scopes_prm::Metadata;

use crate::{
    Error, ErrorKind, Report, Scan,
    document::outline,
    inventory::{Inventory, Table, TableId},
    scan::large_stack,
};

/// A document and the report of the scan that it comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Export {
    /// The document.
    pub metadata: Metadata,
    /// The path of its table.
    pub table: String,
    /// The report of the scan. It has only warnings, since an error prevents the document.
    pub report: Report,
    id: TableId,
}

impl Export {
    /// Returns the table of the document and its inventory. Paths of tables need not be unique, since the library and
    /// the program of a package may have the same name.
    #[must_use]
    pub fn origin(&self) -> Option<(&Inventory, TableId)> {
        Some((self.report.inventories.first()?, self.id))
    }

    /// Returns `[server.scope_prefix]` of the table's file. The scopes of the document begin with `outside`.
    #[must_use]
    pub fn scope_prefix(&self) -> Option<&ScopePrefixDecl> {
        let (inventory, id) = self.origin()?;
        let config = inventory.tables.get(id)?.config.as_ref()?;
        Some(&config.said.scope_prefix)
    }

    /// Returns the document as it is published: indented JSON with a trailing line break.
    #[must_use]
    pub fn json(&self) -> String {
        self.metadata.to_json_pretty()
    }
}

impl Scan {
    /// Exports the metadata document of the package that contains the path. The result is byte for byte the document of
    /// the compiled table.
    ///
    /// # Errors
    /// Returns the errors of [`Scan::run`]. Returns an error if there is no table, or several and none is selected.
    /// Returns an error if findings at error level or RFC 9728 prevent the document; [`Error::report`] then has the
    /// findings.
    ///
    /// ```no_run
    /// let export = mcp_scopes_scan::Scan::new(".").resource("https://files.example.com/mcp").export()?;
    /// print!("{}", export.json());
    /// # Ok::<(), mcp_scopes_scan::Error>(())
    /// ```
    pub fn export(&self) -> Result<Export, Error> {
        self.export_from(self.run()?)
    }

    /// Exports the document of a report.
    ///
    /// # Errors
    /// Returns the errors of [`Scan::export`].
    #[doc(hidden)]
    pub fn export_from(&self, report: Report) -> Result<Export, Error> {
        if report.has_errors() {
            let count = report.count(crate::Level::Error);
            let what = if count == 1 { "1 error keeps" } else { &*format!("{count} errors keep") };
            let message = format!("{what} the document from being made");
            return Err(Error::new(ErrorKind::Findings, message).with(report));
        }
        let Some(inventory) = report.inventories.first() else { return Err(self.nothing(&report)) };
        let table = match self.choose(inventory, &report) {
            Ok(table) => table,
            Err(error) => return Err(error.with(report)),
        };
        let path = inventory.tables.get(table).map(|table| table.path.clone()).unwrap_or_default();
        match self.metadata(inventory, table) {
            Ok(metadata) => Ok(Export { metadata, table: path, report, id: table }),
            Err(error) => Err(error.with(report)),
        }
    }

    fn metadata(&self, inventory: &Inventory, table: TableId) -> Result<Metadata, Error> {
        match self.built(inventory, table, self.loopback) {
            Some(Ok(metadata)) => Ok(metadata),
            Some(Err(error)) => {
                let error = document_error(error);
                // The option is suggested only if the loopback address is the only problem.
                let local = !self.loopback && matches!(self.built(inventory, table, true), Some(Ok(_)));
                let help = "for development on this machine give `--allow-loopback-http`, or \
                            `.allow_loopback_http(true)` in a build script";
                Err(if local { error.help(help) } else { error })
            }
            None => Err(Error::new(ErrorKind::Nothing, "the table cannot be read")),
        }
    }

    fn built(
        &self,
        inventory: &Inventory,
        table: TableId,
        loopback: bool,
    ) -> Option<Result<Metadata, mcp_scopes_prm::Error>> {
        large_stack(|| {
            let arena = Bump::new();
            let outline = outline(&arena, inventory, table)?;
            let mut builder = Metadata::of(&outline);
            if let Some(resource) = &self.resource {
                builder = builder.resource(resource);
            }
            if !self.issuers.is_empty() {
                builder = builder.authorization_servers(&self.issuers);
            }
            if !loopback {
                builder = builder.require_https();
            }
            Some(builder.build())
        })
    }

    fn choose(&self, inventory: &Inventory, report: &Report) -> Result<TableId, Error> {
        let roots: Vec<(TableId, &Table)> = inventory.roots().collect();
        let Some(name) = &self.table else {
            return match roots.as_slice() {
                [(id, _)] => Ok(*id),
                [] => Err(self.nothing(report)),
                several => {
                    let message = format!("package `{}` has several tables: {}", inventory.package, listed(several));
                    let help = "choose one with `--table`, or splice them into one with `..`";
                    Err(Error::new(ErrorKind::Usage, message).help(help))
                }
            };
        };
        let of_package = |(_, table): &(TableId, &Table)| table.own;
        let own: Vec<(TableId, &Table)> = inventory.tables.iter().enumerate().filter(of_package).collect();
        let mut named: Vec<(TableId, &Table)> = own.iter().copied().filter(|(_, table)| is(table, name)).collect();
        // A module that two targets share is found once for each.
        let mut seen = BTreeSet::new();
        named.retain(|(_, table)| seen.insert(&table.place));
        match named.as_slice() {
            [(id, _)] => Ok(*id),
            [] if own.is_empty() => Err(self.nothing(report)),
            [] => {
                let message = format!("package `{}` has no table `{name}`", inventory.package);
                let error = Error::new(ErrorKind::Usage, message);
                Err(error.help(format!("it has {}", listed(&own))))
            }
            several => {
                let message =
                    format!("package `{}` has several tables `{name}`: {}", inventory.package, listed(several));
                let help = "give the path of one, and where two have one path, another name to one of them";
                Err(Error::new(ErrorKind::Usage, message).help(help))
            }
        }
    }

    fn nothing(&self, report: &Report) -> Error {
        let path = self.path.display();
        let message = match report.annotated() {
            0 => format!("no tools in `{path}`: no function carries `#[mcp_tool]`, and there is no `scope_table!`"),
            1 => format!("no table in `{path}`: 1 function carries `#[mcp_tool]`, but there is no `scope_table!`"),
            count => {
                format!("no table in `{path}`: {count} functions carry `#[mcp_tool]`, but there is no `scope_table!`")
            }
        };
        Error::new(ErrorKind::Nothing, message)
            .help("write `scope_table! { pub static TOOLS = [..]; }`; a table behind a feature needs `--features`")
    }
}

/// Returns whether the name refers to that table: its name, its path, or its path as its own crate writes it.
fn is(table: &Table, name: &str) -> bool {
    let inside = |path: &str| table.path.split_once("::").is_some_and(|(_, rest)| rest == path);
    table.name == name || table.path == name || name.strip_prefix("crate::").is_some_and(inside)
}

fn listed(tables: &[(TableId, &Table)]) -> String {
    let of_each = tables.iter().map(|(_, table)| format!("`{}` in `{}`", table.path, table.place.file));
    of_each.collect::<Vec<_>>().join(", ")
}

fn document_error(error: mcp_scopes_prm::Error) -> Error {
    let mut lines = Vec::new();
    for violation in error.violations() {
        let pointer = if violation.pointer.is_empty() { "the document" } else { &violation.pointer };
        lines.push(format!("{pointer}: {} ({})", violation.message, violation.section));
        if !violation.help.is_empty() {
            lines.push(format!("  help: {}", violation.help));
        }
    }
    let message =
        if lines.is_empty() { error.to_string() } else { format!("the document is not valid\n{}", lines.join("\n")) };
    Error::new(ErrorKind::Document, message).because(error)
}
