//! The binary form of a table, for the link section of a program.
//!
//! Const evaluation pays for steps, and most of all for calls. One function therefore writes a whole record, sixteen
//! bytes at a time, into arrays whose sizes another function has computed. Both functions are generated from one
//! description, `describe!`.
//!
#![doc = include_str!("record.md")]
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get_mut`; the arrays were counted for this")]
#![expect(
    clippy::cast_possible_truncation,
    reason = "a table is far below 4 GiB, and the checksum detects a truncated number"
)]

mod checksum;

pub use self::checksum::checksum;

use crate::{
    Numbers, Outline,
    outline::Entry,
    record_parts::{contents, limit, optional, texts},
    tool::describe_tool,
};

/// The version of the format.
pub const VERSION: u32 = 4;
/// The owner of a note, with padding.
pub const OWNER: [u8; 12] = *b"mcp-scopes\0\0";
/// The length of the owner, including its zero byte.
pub const OWNER_LEN: u32 = 11;
/// The section's name in ELF, Mach-O, PE and wasm files.
pub const SECTIONS: [&str; 4] = [".note.mcp_scopes", "__mcp_scopes", ".mcpscop", "mcp_scopes"];

/// A framed record, as it is in the section. `N` and `C` are those of [`Size`].
#[derive(Clone, Copy, Debug)]
#[repr(C, align(4))]
pub struct Note<const N: usize, const C: usize> {
    owner_len: u32,
    record_len: u32,
    version: u32,
    owner: [u8; 12],
    checksum: [u32; 4],
    numbers_len: u32,
    numbers: [u32; N],
    pieces: [Piece; C],
}

/// A piece of a text, or its end padded with zero bytes. Larger pieces would be faster to write but larger.
pub type Piece = [u8; 16];

/// The input of a record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r, 'a> {
    /// The table.
    pub outline: &'r Outline<'a>,
    /// Its numbers.
    pub numbers: &'r Numbers<'a>,
    /// The entries of its list.
    pub entries: &'r [Entry<'a>],
}

/// The size of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Numbers.
    pub numbers: usize,
    /// Pieces of texts.
    pub pieces: usize,
}

/// The contents of a record, in order: numbers by `$number!`, texts by `$text!`.
macro_rules! describe {
    ($record:expr, $number:ident, $text:ident) => {
        let Record { outline, numbers: numbered, entries } = $record;
        let config = outline.config;
        $text!(outline.path);
        let mut list = *entries;
        while let [entry, rest @ ..] = list {
            if let Entry::Table(table) = entry {
                $number!(1);
                $text!(table.path);
            }
            list = rest;
        }
        $number!(0);
        $text!(config.file);
        optional!($number, $text, config.resource);
        optional!($number, $text, config.resource_name);
        optional!($number, $text, config.resource_documentation);
        texts!($number, $text, config.authorization_servers);
        $text!(config.namespace);
        $text!(config.scope_prefix.outside);
        $text!(config.scope_prefix.inside);
        match config.baseline {
            Some(baseline) => {
                $number!(1);
                texts!($number, $text, baseline, text);
            }
            None => {
                $number!(0);
            }
        }
        $number!(config.flows.len());
        let mut flows = config.flows;
        while let [flow, rest @ ..] = flows {
            $text!(flow.role);
            texts!($number, $text, flow.scopes, text);
            flows = rest;
        }
        limit!($number, config.session.max_high_risk_calls);
        limit!($number, config.session.require_reauth_after_minutes);
        $number!(config.session.block_rapid_escalation);
        limit!($number, config.session.idle_minutes);
        limit!($number, config.session.max_minutes);
        limit!($number, config.session.max_refused_calls);
        limit!($number, config.session.escalation_seconds);
        optional!($number, $text, config.session.domain);
        optional!($number, $text, config.session.server);
        $number!(config.risks.len());
        let mut risks = config.risks;
        while let [rule, rest @ ..] = risks {
            $number!(rule.risk);
            limit!($number, rule.max_auth_age_minutes);
            texts!($number, $text, rule.acr_values);
            risks = rest;
        }
        match &config.sandbox {
            Some(sandbox) => {
                $number!(1);
                optional!($number, $text, sandbox.header);
                optional!($number, $text, sandbox.resource);
                texts!($number, $text, sandbox.authorization_servers);
            }
            None => {
                $number!(0);
            }
        }
        $number!(config.scopes.is_some());
        $number!(outline.declared.len());
        let mut declared = outline.declared;
        while let [scope, rest @ ..] = declared {
            $text!(scope.name.text);
            $text!(scope.description);
            texts!($number, $text, scope.implies, text);
            declared = rest;
        }
        // Each scope once. Tools refer to it by number.
        $number!(numbered.required);
        let mut scope = 0;
        while scope < numbered.required {
            $text!(numbered.scopes.name(scope));
            scope += 1;
        }
        $number!(outline.tools.len());
        let mut tools = outline.tools;
        let mut place = 0;
        while let [listed, rest @ ..] = tools {
            describe_tool!(listed, config.namespace, numbered.uses, place, $number, $text);
            tools = rest;
        }
        contents!($number, $text, config.resources);
        contents!($number, $text, config.prompts);
    };
}

impl Size {
    /// Computes the size of a record.
    #[must_use]
    #[expect(clippy::manual_div_ceil, reason = "calls add to the build time")]
    pub const fn of(record: &Record<'_, '_>) -> Self {
        let (mut numbers, mut pieces) = (0, 0);
        macro_rules! number {
            ($number:expr) => {
                if false {
                    let _ = $number;
                }
                numbers += 1;
            };
        }
        macro_rules! text {
            ($text:expr) => {
                let text: &str = $text;
                // Const evaluation takes twice as long for `str::len`, and for any other call.
                pieces += (size_of_val(text) + 15) / 16;
                numbers += 1;
            };
        }
        describe!(record, number, text);
        Self { numbers, pieces }
    }
}

impl<const N: usize, const C: usize> Note<N, C> {
    /// Builds the note of a record.
    #[must_use]
    pub const fn new(record: &Record<'_, '_>) -> Self {
        let (mut numbers, mut pieces) = ([0; N], [[0; 16]; C]);
        let (mut number, mut piece) = (0, 0);
        macro_rules! number {
            ($number:expr) => {
                numbers[number] = $number as u32;
                number += 1;
            };
        }
        macro_rules! text {
            ($text:expr) => {
                let text: &str = $text;
                number!(size_of_val(text));
                let mut rest = text.as_bytes();
                while let &[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ref tail @ ..] = rest {
                    pieces[piece] = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
                    piece += 1;
                    rest = tail;
                }
                if !matches!(rest, []) {
                    pieces[piece] = last(rest);
                    piece += 1;
                }
            };
        }
        describe!(record, number, text);
        let checksum = checksum(&numbers, &pieces);
        Self {
            owner_len: OWNER_LEN,
            record_len: (size_of::<[u32; 5]>() + size_of::<[u32; N]>() + size_of::<[Piece; C]>()) as u32,
            version: VERSION,
            owner: OWNER,
            checksum: [checksum as u32, (checksum >> 32) as u32, (checksum >> 64) as u32, (checksum >> 96) as u32],
            numbers_len: N as u32,
            numbers,
            pieces,
        }
    }
}

/// Reads the last bytes of a text, fewer than a piece.
#[expect(clippy::many_single_char_names, reason = "bytes in a row")]
const fn last(bytes: &[u8]) -> Piece {
    match *bytes {
        [a] => [a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b] => [a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c] => [a, b, c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d] => [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e] => [a, b, c, d, e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f] => [a, b, c, d, e, f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g] => [a, b, c, d, e, f, g, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h] => [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i] => [a, b, c, d, e, f, g, h, i, 0, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i, j] => [a, b, c, d, e, f, g, h, i, j, 0, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i, j, k] => [a, b, c, d, e, f, g, h, i, j, k, 0, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i, j, k, l] => [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i, j, k, l, m] => [a, b, c, d, e, f, g, h, i, j, k, l, m, 0, 0, 0],
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n] => [a, b, c, d, e, f, g, h, i, j, k, l, m, n, 0, 0],
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] => [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, 0],
        _ => [0; 16],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Requirement, Risk, Tool, outline::Listed, tool::Parameters};

    const fn size(tools: &[Listed<'_>]) -> Size {
        let outline = Outline { path: "a::TOOLS", config: &Config::NONE, tools, declared: &[] };
        Size::of(&Record { outline: &outline, numbers: &Numbers::of(&outline), entries: &[] })
    }

    /// Less than 100 bytes in addition to the text, for a tool of three scopes whose texts all need maximum padding.
    #[test]
    fn adds_less_than_100_bytes_per_tool() {
        let texts = ["read_part", "Reads it.", "directory", "resource:", "resource-", "resource."];
        let [name, description, parameters, one, other, third] = texts;
        let tool = Tool {
            description,
            parameters: Parameters::Written(parameters),
            requirement: Requirement::Three([one, other, third]),
            ..Tool::new(name, Risk::Low)
        };
        let listed = Listed { tool: &tool, namespace: "", own_scope: name, entry: 0 };
        let (empty, full) = (size(&[]), size(&[listed]));
        let bytes = 4 * (full.numbers - empty.numbers) + 16 * (full.pieces - empty.pieces);
        let text: usize = texts.iter().map(|text| text.len()).sum();
        assert!(bytes - text < 100, "{}", bytes - text);
    }
}
