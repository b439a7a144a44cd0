//! `scope_table! { .. }`.

use crate::{diagnostic::Diagnostic, ir::TableDecl};
use proc_macro2::TokenStream;

/// Reads the tokens of one `scope_table!`.
///
/// With errors, the declaration holds what could be read, if at least its name could.
#[must_use]
pub fn read(tokens: TokenStream) -> (Option<TableDecl>, Vec<Diagnostic>) {
    let _ = tokens;
    (None, Vec::new())
}
