//! The idempotency key: the same for every try of one record version, another one for every other version.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What makes a record the same record.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// The natural key: every workspace makes the same idempotency key. It is a name and no secret.
    Natural { contract: &'a str, key: &'a str },
    /// The record's place in its input; the workspace's secret keeps others from guessing.
    Place {
        secret: &'a [u8; 32],
        /// SHA-256 of the whole input.
        input: &'a [u8],
        /// Offset of the record's first byte.
        byte: u64,
        /// SHA-256 of the received bytes.
        raw: &'a [u8],
    },
}

/// The key of one delivery: `rd1_` and 32 characters of `a-z2-7`. `epoch` counts how often a refused version was sent again
/// unchanged, which must not be taken for the first try.
pub fn idempotency_key(
    identity: &Identity<'_>,
    destination: &str,
    operation: &str,
    payload_sha256: &[u8; 32],
    epoch: u32,
) -> String {
    let secret: &[u8] = match identity {
        // Public on purpose: two workspaces must agree without sharing anything.
        Identity::Natural { .. } => b"redrive/natural/1",
        Identity::Place { secret, .. } => *secret,
    };
    // HMAC takes keys of any length, so this cannot fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC accepts a key of any length");
    let mut part = |bytes: &[u8]| {
        mac.update(&(bytes.len() as u64).to_be_bytes());
        mac.update(bytes);
    };
    part(b"idem/1");
    part(destination.as_bytes());
    part(operation.as_bytes());
    match identity {
        Identity::Natural { contract, key } => {
            part(b"natural");
            part(contract.as_bytes());
            part(key.as_bytes());
        }
        Identity::Place {
            input, byte, raw, ..
        } => {
            part(b"place");
            part(input);
            part(&byte.to_be_bytes());
            part(raw);
        }
    }
    part(payload_sha256);
    part(&u64::from(epoch).to_be_bytes());
    let mac = mac.finalize().into_bytes();
    format!("rd1_{}", base32(&mac[..20]))
}

/// RFC 4648, lower case, without padding; 5 bytes are 8 characters.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5);
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(block);
        for n in (0..8).rev() {
            text.push(char::from(ALPHABET[(bits >> (5 * n)) as usize & 31]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NATURAL: Identity<'_> = Identity::Natural {
        contract: "customers",
        key: "CUS-0000017",
    };
    const PLACE: Identity<'_> = Identity::Place {
        secret: &[7; 32],
        input: &[1; 32],
        byte: 4711,
        raw: &[2; 32],
    };

    #[test]
    fn keys_are_what_they_always_were() {
        let key = |identity: &Identity<'_>| idempotency_key(identity, "crm", "insert", &[9; 32], 0);
        assert_eq!(key(&NATURAL), "rd1_5shg6esyxzwnj23uaijlogghs2v7sarj");
        assert_eq!(key(&PLACE), "rd1_ngvtngelh5nq3ye2n4a3dw6oqbtp54ry");
    }

    #[test]
    fn everything_that_makes_a_delivery_another_one_makes_another_key() {
        let base = idempotency_key(&NATURAL, "crm", "insert", &[9; 32], 0);
        let others = [
            idempotency_key(&NATURAL, "erp", "insert", &[9; 32], 0),
            idempotency_key(&NATURAL, "crm", "append", &[9; 32], 0),
            idempotency_key(&NATURAL, "crm", "insert", &[8; 32], 0),
            idempotency_key(&NATURAL, "crm", "insert", &[9; 32], 1),
            idempotency_key(&NATURAL, "crmi", "nsert", &[9; 32], 0),
            idempotency_key(&PLACE, "crm", "insert", &[9; 32], 0),
        ];
        for other in others {
            assert_ne!(other, base);
        }
    }

    #[test]
    fn a_key_has_36_plain_characters() {
        let key = idempotency_key(&PLACE, "crm", "insert", &[9; 32], 3);
        assert_eq!(key.len(), 36);
        assert!(
            key.bytes()
                .all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit())
        );
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        assert_eq!(base32(b"fooba"), "mzxw6ytb");
    }
}
