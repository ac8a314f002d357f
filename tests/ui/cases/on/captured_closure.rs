// What a closure holds is known after method lookup only.

use anycapture::captured_fn;

captured_fn! {
    #[capture(next)]
    pub fn count(n: &mut u32) -> u32 {
        let next = || {
            *n += 1;
            *n
        };
        let mut call = next;
        call() + call()
    }
}

captured_fn! {
    #[capture(return)]
    pub fn counter<'a>(n: &'a mut u32) -> impl Iterator<Item = u32> + 'a {
        std::iter::repeat(()).map(move |()| {
            *n += 1;
            *n
        })
    }
}

fn main() {}
