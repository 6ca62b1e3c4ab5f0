//! Compressed inputs, opened in passing. What they are is told by their first bytes.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = b"\x1F\x8B";
const ZSTD: &[u8] = b"\x28\xB5\x2F\xFD";

/// The bytes of an input as they are when nothing is compressed, and whether something was.
pub(super) fn opened(mut bytes: Box<dyn Read + Send>) -> io::Result<(bool, Box<dyn Read + Send>)> {
    let mut magic = Vec::new();
    (&mut bytes)
        .take(ZSTD.len() as u64)
        .read_to_end(&mut magic)?;
    let (is_gzip, is_zstd) = (magic.starts_with(GZIP), magic.starts_with(ZSTD));
    let all = Cursor::new(magic).chain(bytes);
    Ok(if is_gzip {
        // A file may be several that were put together.
        (true, Box::new(MultiGzDecoder::new(all)))
    } else if is_zstd {
        (true, Box::new(zstd::stream::read::Decoder::new(all)?))
    } else {
        (false, Box::new(all))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<(bool, Vec<u8>)> {
        let (is_packed, mut opened) = opened(Box::new(Cursor::new(bytes)))?;
        let mut all = Vec::new();
        opened.read_to_end(&mut all)?;
        Ok((is_packed, all))
    }

    #[test]
    fn what_is_compressed_is_opened_and_all_else_stays() {
        let plain = b"id,name\n1,Ann\n".to_vec();
        let twice = [gzip(&plain), gzip(&plain)].concat();
        let zstd = zstd::encode_all(&plain[..], 1).unwrap();
        assert_eq!(read(plain.clone()).unwrap(), (false, plain.clone()));
        assert_eq!(read(gzip(&plain)).unwrap(), (true, plain.clone()));
        assert_eq!(read(twice).unwrap(), (true, plain.repeat(2)));
        assert_eq!(read(zstd).unwrap(), (true, plain));
        assert_eq!(read(b"a".to_vec()).unwrap(), (false, b"a".to_vec()));
    }

    #[test]
    fn what_was_cut_off_is_an_error() {
        let plain = b"id,name\n".repeat(1000);
        for packed in [gzip(&plain), zstd::encode_all(&plain[..], 1).unwrap()] {
            assert!(read(packed[..packed.len() - 5].to_vec()).is_err());
        }
    }
}
