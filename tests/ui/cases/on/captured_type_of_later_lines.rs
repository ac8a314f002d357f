use anycapture::captured_fn;

captured_fn! {
    #[capture(names)]
    pub fn names<I: Into<String>>(all: Vec<I>) -> Vec<String> {
        let names = all.into_iter().map(Into::into).collect();
        names
    }
}

captured_fn! {
    #[capture(*)]
    pub fn first<T: Copy>(all: &[T], rows: &[usize]) -> Option<T> {
        let first = rows.iter().map(|row| all[*row]).next();
        let mut found = None;
        found = first.or(found);
        found
    }
}

fn main() {}
