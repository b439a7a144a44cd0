//! Hexadecimal digits of 32 bytes.

/// Returns the digits of 32 bytes, in two halves.
pub(crate) fn hex(bytes: &[u8; 32]) -> [[u8; 32]; 2] {
    let mut halves = [[0; 32]; 2];
    let digits = halves.as_flattened_mut().chunks_exact_mut(2);
    for (pair, byte) in digits.zip(bytes) {
        if let [high, low] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte & 15));
        }
    }
    halves
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// Parses 64 lower-case digits.
pub(crate) fn unhex(digits: &[u8]) -> Option<[u8; 32]> {
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (value(*high)? << 4) | value(*low)?;
    }
    Some(bytes)
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
