//! The reader of programs: damage is an error, never a panic; and neither is a record that says what cannot be.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_build::artefact;

/// The least wasm module with a section of ours; what follows is the section.
const WASM: &[u8] = b"\0asm\x01\0\0\0\0";

fuzz_target!(|bytes: &[u8]| {
    look(bytes);
    // The containers guard their content well, so that few mutations would come to it.
    let Ok(len) = u32::try_from(bytes.len() + 11) else { return };
    let mut module = WASM.to_vec();
    let mut rest = len;
    while rest > 0x7f {
        module.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
        rest >>= 7;
    }
    module.push(u8::try_from(rest).unwrap_or_default());
    module.extend(b"\x0amcp_scopes");
    module.extend(bytes);
    look(&module);
});

fn look(bytes: &[u8]) {
    match artefact::read_bytes("program", bytes) {
        Ok(report) => {
            for tool in report.inventories.iter().flat_map(|inventory| &inventory.tools) {
                assert!(!tool.name.value.is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
