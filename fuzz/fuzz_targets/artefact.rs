//! The reader of programs. Damage, and a record with contradictory contents, is an error and never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_model::record::{OWNER, OWNER_LEN, Piece, VERSION, checksum};
use mcp_scopes_scan::artefact;

/// The start of a minimal wasm module. The section with the record follows.
const WASM: &[u8] = b"\0asm\x01\0\0\0\0";

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Few mutations would pass the checks of container and checksum, so the other inputs are wrapped in valid ones.
    check(&module(bytes));
    if let Some(note) = note(bytes) {
        check(&module(&note));
    }
});

/// Returns a program with that section.
fn module(section: &[u8]) -> Vec<u8> {
    let mut module = WASM.to_vec();
    let mut rest = section.len() + 11;
    while rest > 0x7f {
        module.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
        rest >>= 7;
    }
    module.push(u8::try_from(rest).unwrap_or_default());
    module.extend(b"\x0amcp_scopes");
    module.extend(section);
    module
}

/// Returns a note with a valid frame and checksum. The first byte is the count of numbers, which have two bytes each; the
/// rest is text.
fn note(bytes: &[u8]) -> Option<Vec<u8>> {
    let (count, rest) = bytes.split_first()?;
    let (numbers, texts) = rest.split_at_checked(2 * usize::from(*count))?;
    let (numbers, _) = numbers.as_chunks();
    let numbers = numbers.iter().map(|number| match u16::from_le_bytes(*number) {
        u16::MAX => u32::MAX,
        number => u32::from(number),
    });
    let numbers: Vec<u32> = numbers.collect();
    let mut texts = texts.to_vec();
    texts.resize(texts.len().next_multiple_of(size_of::<Piece>()), 0);
    let (pieces, _) = texts.as_chunks();
    let len = u32::try_from(20 + 4 * numbers.len() + texts.len()).ok()?;
    let mut note: Vec<u8> = [OWNER_LEN, len, VERSION].into_iter().flat_map(u32::to_le_bytes).collect();
    note.extend(OWNER);
    note.extend(checksum(&numbers, pieces).to_le_bytes());
    note.extend(u32::from(*count).to_le_bytes());
    note.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
    note.extend(texts);
    Some(note)
}

fn check(bytes: &[u8]) {
    match artefact::read_bytes("program", bytes) {
        Ok(report) => {
            for tool in report.inventories.iter().flat_map(|inventory| &inventory.tools) {
                assert!(!tool.name.value.is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
