//! The safetensors file, read by the format's own library.

use anycapture::{Value, cache, capture, export};
use safetensors::{Dtype, SafeTensors};

use crate::alone;

fn file() -> Vec<u8> {
    let mut file = Vec::new();
    export(|bytes| file.extend_from_slice(bytes));
    file
}

#[test]
fn the_file_holds_every_plain_value_by_key_and_number() {
    let _alone = alone();
    let flags = [true, false, true];
    let attn = [[0.5_f32, 1.5], [2.5, 3.5]];
    let (text, large) = ("no plain data", vec![1_i64; 10_000]);
    for layer in 0..2_u32 {
        capture!(Attention::forward, attn, flags; index = layer);
        capture!(f, text, large, wide = 1_u128 << 64, empty = [0_u8; 0]);
    }
    let file = file();
    let tensors = SafeTensors::deserialize(&file).expect("a safetensors file");
    assert_eq!(tensors.len(), 10);
    let tensor = |name: &str| tensors.tensor(name).expect(name);
    let attn = tensor("Attention.forward.attn/1");
    assert_eq!((attn.dtype(), attn.shape()), (Dtype::F32, &[2, 2][..]));
    assert_eq!(attn.data(), cache()["Attention.forward.attn"][1].bytes());
    assert_eq!(tensor("Attention.forward.flags/0").dtype(), Dtype::BOOL);
    assert_eq!(tensor("Attention.forward.flags/0").data(), [1, 0, 1]);
    assert_eq!(tensor("f.large/0").data().len(), 80_000);
    assert_eq!(tensor("f.empty/0").shape(), [0]);
    let wide = tensor("f.wide/0");
    assert_eq!((wide.dtype(), wide.shape()), (Dtype::U64, &[2][..]));
    assert_eq!(wide.data()[8], 1);

    let (_, metadata) = SafeTensors::read_metadata(&file).expect("metadata");
    let metadata = metadata.metadata().clone().expect("metadata");
    let sequence = cache()["Attention.forward.attn"][1].sequence();
    let thread = cache()["Attention.forward.attn"].first().map_or(0, Value::thread);
    let expected = format!("{{\"sequence\":{sequence},\"thread\":{thread},\"index\":1}}");
    assert_eq!(metadata["Attention.forward.attn/1"], expected);
}

#[test]
fn an_empty_store_exports_an_empty_file() {
    let _alone = alone();
    let file = file();
    assert_eq!(SafeTensors::deserialize(&file).expect("a safetensors file").len(), 0);
}
