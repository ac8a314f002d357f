#![cfg(feature = "capture")]
#![deny(warnings, unused, clippy::pedantic)]
use anycapture::*;

#[test]
fn quick() {
    let _s = session();
    let attn = [[1.0f32, 2.0], [3.0, 4.5]];
    let v = vec![1u8, 2, 3, 4, 5, 6];
    let text = "hello";
    let strings = [String::from("a"), String::from("b")];
    let slice = &strings[..];
    let r#type = 3usize;
    for layer in 0..3 {
        capture!(Attention::forward, attn, flat[4] = attn, v[2, 3]; index = layer);
    }
    capture!(forward, text, slice, r#type, sum = r#type + 1; every = 2, if r#type > 2);
    let big = vec![0.5f32; 4096];
    for _ in 0..5 {
        capture!(forward, big);
    }
    let wrong = [1, 2, 3];
    capture!(forward, wrong[7]);
    println!("{}", cache());
    println!("{}", report());
    println!("{}", cache().explain("forward.atn"));
    println!("{}", cache().explain("forward.bigg"));
    println!("{}", cache().explain("forward.big"));
    visit(|e| println!("{e}"));
    let mut out = Vec::new();
    export(|b| out.extend_from_slice(b));
    std::fs::write("/tmp/x.safetensors", &out).unwrap();
    println!("{}", take());
    println!("{}", report());
}
