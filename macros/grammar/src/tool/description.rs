//! The description, if the key `description` is missing.

use super::sdk::{SdkText, SdkTool, string};
use crate::{attribute::Attr, catalogue::UNREADABLE_TEXT, diagnostic::Diagnostics, ir::Spanned};
use proc_macro2::{Ident, Span};

/// Returns the first paragraph of the doc comment, else the literal of the SDK's attribute, else an empty text.
pub(super) fn derive(
    attributes: &[Attr],
    sdk: Option<&SdkTool>,
    ident: &Ident,
    errors: &mut Diagnostics,
) -> Spanned<String> {
    let docs = summary(attributes);
    let unreadable = match (docs, sdk.map(|sdk| sdk.text(&["description"]))) {
        (Docs::Summary(summary), _) => return summary,
        (_, Some(SdkText::Literal(text))) => {
            return Spanned { value: text.value.trim().to_owned(), place: text.place };
        }
        (Docs::Unreadable(span), _) | (Docs::Absent, Some(SdkText::Unreadable(span))) => Some(span),
        (Docs::Absent, Some(SdkText::Absent) | None) => None,
    };
    if let Some(span) = unreadable {
        let message = "the description is not a literal or is conditional, so it cannot be published".to_owned();
        errors.push(UNREADABLE_TEXT.at(span, message));
    }
    Spanned { value: String::new(), place: ident.span() }
}

enum Docs {
    Absent,
    Summary(Spanned<String>),
    /// The first paragraph contains a text that is not a literal or is conditional.
    Unreadable(Span),
}

fn summary(attributes: &[Attr]) -> Docs {
    let mut words: Vec<String> = Vec::new();
    let mut begin = None;
    for doc in attributes.iter().filter(|attribute| attribute.plain && attribute.name == "doc") {
        // `#[doc(hidden)]` and the like contain no text.
        let Some(value) = &doc.value else { continue };
        let Some(text) = string(value).filter(|_| doc.conditions.is_empty()) else {
            return Docs::Unreadable(doc.span);
        };
        for line in lines(&text.value) {
            if !line.is_empty() {
                begin.get_or_insert(text.place);
                words.push(line);
            } else if let Some(span) = begin {
                return Docs::Summary(Spanned { value: words.join(" "), place: span });
            }
        }
    }
    match begin {
        Some(span) => Docs::Summary(Spanned { value: words.join(" "), place: span }),
        None => Docs::Absent,
    }
}

/// Returns the trimmed lines, without the leading stars of a block comment.
fn lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let starred = lines.len() > 1 && lines.iter().skip(1).all(|line| line.is_empty() || line.starts_with('*'));
    let star = |(place, line): (usize, &&str)| {
        let line = if starred && place > 0 { line.strip_prefix('*').unwrap_or(line).trim() } else { *line };
        line.to_owned()
    };
    if lines.is_empty() { vec![String::new()] } else { lines.iter().enumerate().map(star).collect() }
}
