//! Ids that the same content always gets.

use sha1::{Digest, Sha1};

/// The namespace of our UUIDs: a random one.
const SPACE: [u8; 16] =
    [0x3d, 0x5c, 0x0a, 0x4e, 0x91, 0x27, 0x4f, 0x6b, 0x8e, 0x43, 0xb0, 0x19, 0x6d, 0x72, 0xc5, 0xf8];

/// Makes a UUID of version 5 from a name among those of its kind (RFC 9562, section 5.5).
pub(super) fn uuid(kind: &str, name: &str) -> String {
    let hash = Sha1::new().chain_update(SPACE).chain_update(kind).chain_update("\0").chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = data_encoding::HEXLOWER.encode(&bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_of_version_5_and_of_its_name() {
        let (one, other) = (uuid("risk", "a"), uuid("risk", "b"));
        assert_eq!(one, uuid("risk", "a"));
        assert_ne!(one, other);
        assert_ne!(one, uuid("item", "a"));
        assert_eq!((one.len(), &one[14..15]), (36, "5"), "{one}");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"), "{one}");
    }
}
