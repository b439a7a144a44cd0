//! The checksum of a record.

use super::Piece;

/// Computes the checksum. Each step is invertible, so that a change of a single number or piece is always detected.
#[must_use]
#[expect(clippy::manual_rotate, reason = "calls add to the build time")]
pub const fn checksum(numbers: &[u32], texts: &[Piece]) -> u128 {
    let mut sum = numbers.len() as u128;
    let mut numbers = numbers;
    while let &[number, ref rest @ ..] = numbers {
        sum = (sum << 29_u32 | sum >> 99_u32) ^ number as u128;
        numbers = rest;
    }
    let mut texts = texts;
    while let &[piece, ref rest @ ..] = texts {
        // In the byte order of the target, like the numbers.
        sum = (sum << 29_u32 | sum >> 99_u32) ^ u128::from_ne_bytes(piece);
        texts = rest;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_each_change() {
        let numbers = [1, 0, 0, u32::MAX, 7, 0, 3, 9];
        for at in 0..numbers.len() {
            for bit in 0..32 {
                let mut changed = numbers;
                changed[at] ^= 1 << bit;
                assert_ne!(checksum(&changed, &[]), checksum(&numbers, &[]), "{at} {bit}");
            }
        }
        assert_ne!(checksum(&numbers[..7], &[]), checksum(&numbers, &[]));
        let texts = [*b"files:read:all-o", *b"f-it\0\0\0\0\0\0\0\0\0\0\0\0"];
        for bit in 0..256 {
            let mut changed = texts;
            changed[bit / 128][bit % 128 / 8] ^= 1 << (bit % 8);
            assert_ne!(checksum(&numbers, &changed), checksum(&numbers, &texts), "{bit}");
        }
    }
}
