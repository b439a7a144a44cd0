//! Every kind of error the grammar knows: its id, its label, and what to write instead.
//!
//! The ids are stable; the lint reports them too. A test proves that each is produced.

use crate::diagnostic::{Diagnostic, FileDiagnostic};
use proc_macro2::Span;

/// One kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable id.
    pub id: &'static str,
    /// What stands at the place, in a few words.
    pub label: &'static str,
    /// What to write instead, unless the place says it better.
    pub help: &'static str,
}

impl Kind {
    /// A diagnostic of this kind.
    #[must_use]
    pub fn at(&self, span: Span, message: String) -> Diagnostic {
        let help = Some(self.help.to_owned());
        Diagnostic { id: self.id, span, message, label: self.label.to_owned(), help }
    }

    /// A diagnostic of this kind in a file of its own, at a line and column from 1.
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
    MISSING_RISK: "missing-risk", "states no risk", "write `risk = \"low\"`, or one of `minimal`, `medium`, `high`, `critical`";
}
