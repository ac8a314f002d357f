//! A value as one self-contained record: for a serial line, a log, or any other stream of bytes.
//!
//! A reader finds the next record by its magic bytes, wherever it starts to listen and whatever was
//! lost or added on the way. The check after the header shows early if these bytes were part of
//! something else, so a reader never waits for data that a damaged header announces. The checksum
//! at the end covers the whole record. Skip a damaged record, and search for the next magic.
//!
//! # Format, version 1
//!
//! | bytes | what |
//! | --- | --- |
//! | 3 | magic: `AC 46 01`; 01 is the version |
//! | 1 | element type, see below |
//! | 1 | number of dimensions (0 to 8), plus 16 times the number of indices (0 to 4) |
//! | 1 to 10 | sequence, a varint |
//! | 1 to 5 | thread, a varint |
//! | 1 to 10 | length of the key, a varint |
//! | | dimensions, outermost first, a varint each |
//! | | indices, a varint each: `2 i` for an index `i` from 0 on, else `-2 i - 1` |
//! | | key, UTF-8 |
//! | 2 | check: the lower half of the CRC-32 of the bytes so far |
//! | | elements in row-major order, little-endian; their number is the product of the dimensions, 1 without any |
//! | 4 | CRC-32 of the bytes so far |
//!
//! Numbers of several bytes are little-endian. A varint has seven bits in each byte, the lowest
//! first; in all bytes but the last one, the highest bit is set. The CRC-32 is that of Ethernet and
//! zip: polynomial `EDB88320`, reflected, initial value `FFFFFFFF`, inverted at the end.
//!
//! Element types: 0 to 6 for f32, f64, i8, i16, i32, i64, i128; 8 to 12 for u8, u16, u32, u64, u128;
//! 14 for bool; 15 for text, UTF-8, with its length in bytes as the only dimension. An `isize` or
//! `usize` is written as the integer of its width.
//!
//! A scalar takes 14 bytes besides its key and its element while its sequence is at most 127. A map
//! of `[6, 257, 257]` with `index = (layer, step)` takes 21 bytes then, and 25 with sequences up to
//! 2^35.

use core::cell::Cell;

use super::chunk::{MAX_INDICES, Stamp};
use super::element::{Kind, MAX_RANK};

const MAGIC: [u8; 3] = [0xAC, b'F', 1];
/// The type of a text.
const TEXT: u8 = 15;

/// The longest varint.
const VARINT: usize = 10;
/// The most bytes before the key.
const BEFORE_KEY: usize = MAGIC.len() + 2 + VARINT * (3 + MAX_RANK + MAX_INDICES);

/// A record without the elements.
pub(crate) struct Frame<'a> {
    /// Without `r#`.
    pub key: &'a str,
    /// The type of the elements; `None` for a text.
    pub kind: Option<Kind>,
    /// At most [`MAX_RANK`] dimensions; for a text, its length in bytes.
    pub shape: &'a [usize],
    /// At most [`MAX_INDICES`].
    pub indices: &'a [i64],
    /// Sequence and thread.
    pub stamp: Stamp,
}

/// Writes one record: `sink` gets it in pieces, in order.
///
/// `data` passes the bytes of the elements to its argument, in any number of pieces. Their total
/// must match the shape.
///
/// # Errors
///
/// Returns the first error of `sink`, which is not called again.
pub(crate) fn write<E>(
    frame: &Frame<'_>,
    data: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E>,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let crc = Cell::new(Crc::new());
    let mut put = |bytes: &[u8]| {
        crc.set(crc.get().and(bytes));
        sink(bytes)
    };
    put(frame.before_key().as_slice())?;
    put(frame.key.as_bytes())?;
    let [check @ .., _, _] = crc.get().bytes();
    put(&check)?;
    data(&mut put)?;
    let checksum = crc.get().bytes();
    put(&checksum)
}

impl Frame<'_> {
    #[allow(clippy::cast_possible_truncation)]
    fn before_key(&self) -> Bytes {
        let mut bytes = Bytes { bytes: [0; BEFORE_KEY], len: 0 };
        MAGIC.into_iter().for_each(|byte| bytes.push(byte));
        bytes.push(self.kind.map_or(TEXT, number_of));
        bytes.push(self.shape.len() as u8 | (self.indices.len() as u8) << 4);
        bytes.push_varint(self.stamp.sequence);
        bytes.push_varint(self.stamp.thread.into());
        bytes.push_varint(self.key.len() as u64);
        for &dim in self.shape {
            bytes.push_varint(dim as u64);
        }
        for &index in self.indices {
            bytes.push_varint(((index << 1) ^ (index >> 63)) as u64);
        }
        bytes
    }
}

/// The number of an element type.
fn number_of(kind: Kind) -> u8 {
    let kind = match (kind, usize::BITS) {
        (Kind::Isize, 16) => Kind::I16,
        (Kind::Isize, 32) => Kind::I32,
        (Kind::Isize, _) => Kind::I64,
        (Kind::Usize, 16) => Kind::U16,
        (Kind::Usize, 32) => Kind::U32,
        (Kind::Usize, _) => Kind::U64,
        (kind, _) => kind,
    };
    kind as u8
}

/// A list of bytes on the stack. What doesn't fit is left out; all of a header fits.
struct Bytes {
    bytes: [u8; BEFORE_KEY],
    len: usize,
}

impl Bytes {
    fn push(&mut self, byte: u8) {
        if let Some(to) = self.bytes.get_mut(self.len) {
            *to = byte;
            self.len += 1;
        }
    }

    /// Seven bits in each byte, the lowest first.
    #[allow(clippy::cast_possible_truncation)]
    fn push_varint(&mut self, mut number: u64) {
        while number > 0x7F {
            self.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.push(number as u8);
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// A CRC-32 in progress.
#[derive(Clone, Copy)]
struct Crc(u32);

impl Crc {
    /// Four bits for each step: a sixteenth of the usual table, and four times as fast as without one.
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut number = 0;
        while number < 16 {
            let (mut crc, mut bit) = (number as u32, 0);
            while bit < 4 {
                crc = (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
                bit += 1;
            }
            table[number] = crc;
            number += 1;
        }
        table
    };

    const fn new() -> Crc {
        Crc(!0)
    }

    /// Adds `bytes` to the checksum.
    fn and(self, bytes: &[u8]) -> Crc {
        let step = |crc: u32| (crc >> 4) ^ Crc::TABLE[(crc & 15) as usize];
        Crc(bytes.iter().fold(self.0, |crc, byte| step(step(crc ^ u32::from(*byte)))))
    }

    /// The checksum, lowest byte first.
    fn bytes(self) -> [u8; 4] {
        (!self.0).to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;

    /// A record, decoded.
    #[derive(Clone, Debug, PartialEq)]
    struct Record {
        key: String,
        number: u8,
        shape: Vec<usize>,
        indices: Vec<i64>,
        sequence: u64,
        thread: u32,
        data: Vec<u8>,
    }

    /// Takes bytes from the front of a slice.
    struct Decoder<'a>(&'a [u8]);

    impl<'a> Decoder<'a> {
        fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
            let (bytes, rest) = self.0.split_at_checked(count)?;
            self.0 = rest;
            Some(bytes)
        }

        fn byte(&mut self) -> Option<u8> {
            self.bytes(1).map(|bytes| bytes[0])
        }

        fn varint(&mut self) -> Option<u64> {
            let mut number = 0;
            for shift in (0..64).step_by(7) {
                let byte = self.byte()?;
                number |= u64::from(byte & 0x7F) << shift;
                if byte < 0x80 {
                    return Some(number);
                }
            }
            None
        }
    }

    /// The record at the front of `bytes`, and its length.
    fn decode(bytes: &[u8]) -> Option<(Record, usize)> {
        let mut rest = Decoder(bytes);
        let checked =
            |rest: &Decoder<'_>| Crc::new().and(&bytes[..bytes.len() - rest.0.len()]).bytes();
        if rest.bytes(3)? != MAGIC {
            return None;
        }
        let (number, ranks, sequence) = (rest.byte()?, rest.byte()?, rest.varint()?);
        let (thread, key) = (rest.varint()?.try_into().ok()?, rest.varint()?.try_into().ok()?);
        let shape =
            (0..ranks & 15).map(|_| Some(rest.varint()? as usize)).collect::<Option<Vec<_>>>()?;
        let index = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
        let indices = (0..ranks >> 4).map(|_| rest.varint().map(index)).collect::<Option<_>>()?;
        let key = rest.bytes(key)?;
        let check = checked(&rest);
        if rest.bytes(2)? != &check[..2] {
            return None;
        }
        let size = if number == TEXT { 1 } else { Kind::from_byte(number)?.size() };
        let size = if shape.contains(&0) { 0 } else { shape.iter().product::<usize>() * size };
        let data = rest.bytes(size)?.to_vec();
        let checksum = checked(&rest);
        if rest.bytes(4)? != checksum {
            return None;
        }
        let key = String::from_utf8(key.to_vec()).ok()?;
        let record = Record { key, number, shape, indices, sequence, thread, data };
        Some((record, bytes.len() - rest.0.len()))
    }

    /// The records in `bytes`, with anything in between.
    fn find(mut bytes: &[u8]) -> Vec<Record> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let taken = match decode(bytes) {
                Some((record, length)) => {
                    found.push(record);
                    length
                }
                None => 1,
            };
            bytes = &bytes[taken..];
        }
        found
    }

    fn encode(record: &Record, kind: Option<Kind>) -> Vec<u8> {
        let stamp = Stamp { sequence: record.sequence, thread: record.thread };
        let Record { key, shape, indices, .. } = record;
        let frame = Frame { key, kind, shape, indices, stamp };
        let mut bytes = Vec::new();
        let data =
            |put: &mut dyn FnMut(&[u8]) -> Result<(), ()>| record.data.chunks(7).try_for_each(put);
        let mut sink = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        write(&frame, data, &mut sink).unwrap();
        bytes
    }

    /// A few records with large and small numbers, as encoded.
    fn examples() -> Vec<(Record, Vec<u8>)> {
        let usize_number = if size_of::<usize>() == 8 { 11 } else { 10 };
        let record = |sequence, number, kind: Option<Kind>, shape: &[usize], indices: &[i64]| {
            let size = kind.map_or(1, Kind::size) * shape.iter().product::<usize>();
            let record = Record {
                key: "Attention.forward.größe".to_string(),
                number,
                shape: shape.into(),
                indices: indices.into(),
                sequence,
                thread: (sequence * 77) as u32,
                data: (0..size).map(|byte| byte as u8).collect(),
            };
            let bytes = encode(&record, kind);
            (record, bytes)
        };
        [
            record(0, 0, Some(Kind::F32), &[], &[]),
            record(127, 14, Some(Kind::Bool), &[3, 2], &[-1, 1]),
            record(128, usize_number, Some(Kind::Usize), &[1; 8], &[i64::MIN, i64::MAX, 0, -64]),
            record(u64::MAX / 77, 6, Some(Kind::I128), &[0, usize::MAX], &[]),
            record(1 << 40, 15, None, &[300], &[5]),
        ]
        .into()
    }

    #[test]
    fn a_record_is_as_documented() {
        let record = Record {
            key: "f.x".to_string(),
            number: 3,
            shape: [2].into(),
            indices: [-2].into(),
            sequence: 300,
            thread: 1,
            data: [1, 0, 0xFF, 0xFF].into(),
        };
        let bytes = encode(&record, Some(Kind::I16));
        let header = [0xAC, 0x46, 1, 3, 0x11, 0xAC, 2, 1, 3, 2, 3, b'f', b'.', b'x'];
        assert_eq!(bytes[..14], header);
        assert_eq!(bytes[14..16], Crc::new().and(&header).bytes()[..2]);
        assert_eq!(bytes[16..20], record.data);
        assert_eq!(bytes[20..], Crc::new().and(&bytes[..20]).bytes());
    }

    #[test]
    fn the_checksum_is_the_usual_crc_32() {
        assert_eq!(Crc::new().and(b"123456789").bytes(), 0xCBF4_3926_u32.to_le_bytes());
        assert_eq!(Crc::new().and(b"1234").and(b"56789").bytes(), 0xCBF4_3926_u32.to_le_bytes());
    }

    #[test]
    fn records_come_back_as_they_were() {
        for (record, bytes) in examples() {
            assert_eq!(decode(&bytes), Some((record, bytes.len())));
        }
    }

    #[test]
    fn a_record_takes_at_most_30_bytes_beside_key_and_data() {
        let overhead = |sequence, shape: &[usize], indices: &[i64]| {
            let stamp = Stamp { sequence, thread: 3 };
            let frame = Frame { key: "f.x", kind: Some(Kind::F32), shape, indices, stamp };
            let mut size = 0;
            let mut sink = |piece: &[u8]| {
                size += piece.len();
                Ok::<_, ()>(())
            };
            write(&frame, |_| Ok(()), &mut sink).unwrap();
            size - 3
        };
        assert_eq!(overhead(127, &[], &[]), 14);
        assert_eq!(overhead(127, &[6, 257, 257], &[11, 63]), 21);
        assert_eq!(overhead((1 << 35) - 1, &[6, 257, 257], &[11, 63]), 25);
        assert_eq!(overhead((1 << 35) - 1, &[2, 8, 12, 577, 577], &[11, 8000, 1, 0]), 30);
    }

    #[test]
    fn a_header_of_the_largest_numbers_fits() {
        let shape = [usize::MAX; MAX_RANK];
        let stamp = Stamp { sequence: u64::MAX, thread: u32::MAX };
        let indices = [i64::MIN; MAX_INDICES];
        let frame = Frame { key: "f.x", kind: None, shape: &shape, indices: &indices, stamp };
        let dims = MAX_RANK * (usize::BITS as usize).div_ceil(7);
        let all = MAGIC.len() + 2 + VARINT + 5 + 1 + dims + MAX_INDICES * VARINT;
        assert_eq!(frame.before_key().as_slice().len(), all);
    }

    #[test]
    fn records_are_found_in_noise_and_damage() {
        let examples = examples();
        let noise: Vec<u8> = (0..400_u32)
            .map(|n| (n * n * 7 + n / 3) as u8)
            .chain([0xAC, b'F', 1, 0, 0xAC])
            .collect();
        let mut stream = Vec::new();
        for (_, bytes) in &examples {
            stream.extend_from_slice(&noise);
            stream.extend_from_slice(bytes);
        }
        let all: Vec<_> = examples.iter().map(|(record, _)| record.clone()).collect();
        assert_eq!(find(&stream), all);
        for at in 0..stream.len() {
            let mut flipped = stream.clone();
            flipped[at] ^= 1 << (at % 8);
            let mut cut = stream.clone();
            cut.remove(at);
            for damaged in [flipped, cut] {
                let found = find(&damaged);
                assert!(found.iter().all(|record| all.contains(record)));
                assert!(found.len() >= all.len() - 1);
            }
        }
    }

    #[test]
    fn a_sink_that_fails_is_not_called_again() {
        let stamp = Stamp { sequence: 0, thread: 0 };
        let frame = Frame { key: "f.x", kind: Some(Kind::U8), shape: &[9], indices: &[], stamp };
        for failing in 1..=6 {
            let mut calls = 0;
            let mut sink = |_: &[u8]| {
                calls += 1;
                if calls == failing { Err(calls) } else { Ok(()) }
            };
            let data =
                |put: &mut dyn FnMut(&[u8]) -> Result<(), i32>| [1; 9].chunks(5).try_for_each(put);
            assert_eq!(write(&frame, data, &mut sink), Err(failing));
            assert_eq!(calls, failing);
        }
    }
}
