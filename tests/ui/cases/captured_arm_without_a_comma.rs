use anycapture::captured_fn;

captured_fn! {
    #[capture(sum)]
    fn sums(n: u32) -> u32 {
        let mut sum = 0;
        match n {
            0 => for i in 0..3 { sum += i; }
            _ => sum += n,
        }
        sum
    }
}

fn main() {
    sums(1);
}
