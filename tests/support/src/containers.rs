//! Builds minimal files of each format with one section.

/// A builder that appends bytes field by field.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn with(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend_from_slice(bytes.as_ref());
        self
    }

    fn u16(self, number: u16) -> Self {
        self.with(number.to_le_bytes())
    }

    fn u32(self, number: usize) -> Self {
        self.with(u32::try_from(number).unwrap().to_le_bytes())
    }

    fn u64(self, number: usize) -> Self {
        self.with((number as u64).to_le_bytes())
    }

    /// Pads with zeros up to a length.
    fn up_to(mut self, len: usize) -> Self {
        assert!(self.0.len() <= len);
        self.0.resize(len, 0);
        self
    }
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// Returns a wasm module with one custom section.
pub fn wasm(section: &[u8]) -> Vec<u8> {
    let name = Bytes::default().with([10]).with("mcp_scopes").0;
    let head = Bytes::default().with(b"\0asm\x01\0\0\0").with([0]).with(leb(name.len() + section.len()));
    head.with(name).with(section).0
}

/// Returns a PE32+ image.
pub fn pe(section: &[u8]) -> Vec<u8> {
    let head = Bytes::default().with("MZ").up_to(0x3c).u32(0x40).with("PE\0\0");
    // Machine, one section, no symbols, the length of the optional header.
    let head = head.u16(0x8664).u16(1).u32(0).u32(0).u32(0).u16(240).u16(0x22);
    let optional = Bytes::default().u16(0x20b).up_to(32).u32(0x1000).u32(0x200).up_to(108).u32(16).up_to(240);
    let table = Bytes::default().with(".mcpscop").u32(section.len()).u32(0x1000).u32(section.len()).u32(0x200);
    head.with(optional.0).with(table.up_to(36).u32(0x4000_0040).0).up_to(0x200).with(section).0
}

/// Returns a 64-bit Mach-O file.
pub fn mach_o(section: &[u8]) -> Vec<u8> {
    let start = 32 + 72 + 80;
    let head = Bytes::default().u32(0xfeed_facf).u32(0x0100_0007).u32(3).u32(2).u32(1).u32(152).u32(0).u32(0);
    let segment = head.u32(0x19).u32(152).with("__DATA").up_to(56).u64(0).u64(section.len()).u64(start);
    let segment = segment.u64(section.len()).u32(3).u32(3).u32(1).u32(0);
    let table = segment.with("__mcp_scopes").up_to(120).with("__DATA").up_to(136).u64(0).u64(section.len());
    table.u32(start).u32(2).up_to(start).with(section).0
}

/// Returns several Mach-O files in one.
pub fn fat(files: &[Vec<u8>]) -> Vec<u8> {
    let big = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let mut start = 0x1000;
    let mut head = Bytes::default().with(big(0xcafe_babe)).with(big(files.len()));
    for file in files {
        head = head.with(big(0x0100_0007)).with(big(3)).with(big(start)).with(big(file.len())).with(big(12));
        start += file.len().next_multiple_of(0x1000);
    }
    let mut start = 0x1000;
    for file in files {
        head = head.up_to(start).with(file);
        start += file.len().next_multiple_of(0x1000);
    }
    head.0
}

/// Returns a 64-bit ELF file.
pub fn elf(section: &[u8]) -> Vec<u8> {
    let names = "\0.note.mcp_scopes\0.shstrtab\0";
    let sections = (64 + section.len() + names.len()).next_multiple_of(8);
    let head = Bytes::default().with(b"\x7fELF\x02\x01\x01").up_to(16).u16(3).u16(62).u32(1).u64(0).u64(0);
    let head = head.u64(sections).u32(0).u16(64).u16(0).u16(0).u16(64).u16(3).u16(2);
    let body = head.with(section).with(names).up_to(sections).up_to(sections + 64);
    let note = body.u32(1).u32(7).u64(2).u64(0).u64(64).u64(section.len()).u64(0).u64(4).u64(0);
    let strings = note.u32(18).u32(3).u64(0).u64(0).u64(64 + section.len()).u64(names.len());
    strings.u64(0).u64(1).u64(0).0
}
