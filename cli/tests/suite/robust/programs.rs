//! Damaged programs.

use std::{fs, path::Path};

use super::place::{Place, Run};

/// Returns a wasm module with the section.
fn module(section: &[u8]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0\0".to_vec();
    let mut rest = section.len() + 11;
    while rest > 0x7f {
        module.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    module.push(u8::try_from(rest).unwrap());
    module.extend(b"\x0amcp_scopes");
    module.extend(section);
    module
}

fn assert_rejected(runs: &[Run], file: &str) {
    for run in runs {
        run.assert_rejected();
        assert!(run.said().contains(file), "`{}` does not name the file: {}", run.what, run.said());
    }
    assert!(runs[0].code == 2, "{:?}", runs[0]);
}

#[test]
fn rejects_malformed_programs() {
    let place = Place::new();
    // The test binary is a program without a table.
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    place.write("none", &program);
    assert_rejected(&place.read_as_package("none"), "none");
    place.write("cut", &program[..program.len() / 2]);
    assert_rejected(&place.read_as_package("cut"), "cut");
    place.write("head", &program[..64]);
    assert_rejected(&place.read_as_package("head"), "head");
    for (name, magic) in [
        ("elf", &b"\x7fELF\x02\x01\x01"[..]),
        ("macho", b"\xcf\xfa\xed\xfe"),
        ("fat", b"\xca\xfe\xba\xbe\xff\xff\xff\xff"),
        ("pe", b"MZ\x90\0"),
        ("wasm", b"\0asm\x01\0\0\0"),
    ] {
        // The rest of the header has these values as lengths and offsets.
        for filler in [0, 0x7f, 0xff] {
            place.write(name, [magic, &[filler; 4096][..]].concat());
            assert_rejected(&place.read_as_package(name), name);
        }
        place.large(name, magic);
        assert_rejected(&place.read_as_package(name), name);
    }
}

#[test]
fn rejects_damaged_records() {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("scan/tests/data/every-key.v1");
    let record = fs::read(record).unwrap();
    let place = Place::new();
    place.write("server.wasm", module(&record));
    let run = place.run(&["export", "server.wasm"]);
    run.assert_succeeds();
    for cut in [0, 1, 8, 40, record.len() / 2, record.len() - 1] {
        place.write("cut.wasm", module(&record[..cut]));
        assert_rejected(&place.read_as_package("cut.wasm"), "cut.wasm");
    }
    // Every number in the head of the record, and some of the others.
    for at in (0..64.min(record.len())).chain((64..record.len()).step_by(97)) {
        let mut damaged = record.clone();
        damaged[at] ^= 0xff;
        place.write("bit.wasm", module(&damaged));
        let run = place.run(&["lint", "bit.wasm"]);
        assert!(matches!(run.code, 0..=2), "{run:?}");
    }
}
