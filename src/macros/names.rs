//! Whether the names of a list stand in the function, by its text, when it is compiled.
//!
//! Only words are looked at, whatever they are: a name that the walk finds is never refused.

/// Stops the build, with a sentence, if `name` is listed twice, or stands nowhere in the text as a word. `stand` is of [`stand`].
#[track_caller] // an error shows the caller's lines, not these
pub const fn check(name: &str, names: &[&str], stand: &[bool], text: &str) {
    let (mut at, mut count, mut stands) = (0, 0, false);
    while at < names.len() {
        if is(names[at].as_bytes(), name.as_bytes()) {
            (count, stands) = (count + 1, stand[at]);
        }
        at += 1;
    }
    if count > 1 {
        fail(name, "` stands twice in `#[capture]`: keep one of them", "", "", "");
    }
    if stands {
        return;
    }
    let unbound = "` is listed in `#[capture]`, but stands nowhere in the function";
    let (start, end) = nearest(name.as_bytes(), text.as_bytes());
    match core::str::from_utf8(text.as_bytes().split_at(end).0.split_at(start).1) {
        Ok(nearest) if !nearest.is_empty() => fail(name, unbound, ": is it `", nearest, "`?"),
        _ => fail(name, unbound, "", "", ""),
    }
}

/// Whether a name in a pattern that may be refused is a variable, and no constant, variant or static.
pub const fn is_variable(name: &str) -> bool {
    !name.as_bytes()[0].is_ascii_uppercase()
}

/// Which of the names are words of the text.
///
/// For the compiler a byte that is read here is as dear as ten tokens of a macro, and a call of the standard library more. So the
/// text is read once for all names, sixteen bytes at a time, up to where the last of them is found.
pub const fn stand<const N: usize>(names: &[&str], text: &str) -> [bool; N] {
    const ONES: u128 = u128::MAX / 0xff;
    const LOW: u128 = ONES * 0x7f;
    let text = text.as_bytes();
    let (mut stand, mut missing, mut begins, mut nth) = ([false; N], N, [(0, 0); N], 0);
    while nth < N {
        let name = names[nth].as_bytes();
        let second = if name.len() > 1 { name[1] } else { 0 };
        begins[nth] = (name[0] as u128 * ONES, second as u128 * ONES);
        nth += 1;
    }
    let (mut rest, mut at, mut last) = (text, 0, 0);
    while let &[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ref tail @ ..] = rest {
        let here = u128::from_le_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]);
        let before = here << 8 | last;
        nth = 0;
        while nth < N {
            let (first, second) = begins[nth];
            // Zero behind each first letter of the name, if its second, should it have one, stands there.
            let differs =
                if second == 0 { before ^ first } else { (before ^ first) | (here ^ second) };
            let mut zeros = !((differs & LOW) + LOW | differs | LOW);
            while zeros != 0 && !stand[nth] {
                let start = at + zeros.trailing_zeros() as usize / 8;
                if start > 0 && is_word(names[nth].as_bytes(), text, start - 1) {
                    stand[nth] = true;
                    missing -= 1;
                }
                zeros &= zeros - 1;
            }
            nth += 1;
        }
        if missing == 0 {
            return stand;
        }
        (rest, at, last) = (tail, at + 16, p as u128);
    }
    nth = 0;
    while nth < N {
        let mut start = at.saturating_sub(1);
        while start < text.len() && !stand[nth] {
            stand[nth] = is_word(names[nth].as_bytes(), text, start);
            start += 1;
        }
        nth += 1;
    }
    stand
}

/// Whether the name stands at `start`, between what are no letters of words.
const fn is_word(name: &[u8], text: &[u8], start: usize) -> bool {
    if start > 0 && is_letter(text[start - 1]) {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if start + at == text.len() || text[start + at] != name[at] {
            return false;
        }
        at += 1;
    }
    start + at == text.len() || !is_letter(text[start + at])
}

/// Where the word stands that is most like the name, if few letters differ; else where nothing is.
const fn nearest(name: &[u8], text: &[u8]) -> (usize, usize) {
    let (mut best, mut least, mut at) = ((0, 0), 1 + (name.len() + 1) / 3, 0);
    while at < text.len() {
        let end = word(text, at);
        if end > at {
            let distance = distance(text.split_at(end).0.split_at(at).1, name);
            if distance < least {
                (best, least) = ((at, end), distance);
            }
            at = end;
        }
        at += 1;
    }
    best
}

/// The end of the word that begins at `at`.
const fn word(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && is_letter(text[at]) {
        at += 1;
    }
    at
}

/// A letter of a word; `#` as in `r#type`.
const fn is_letter(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'#' | 128..)
}

const fn is(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// How many letters are inserted, removed or replaced between two words; many, if they are long or far from alike.
const fn distance(a: &[u8], b: &[u8]) -> usize {
    const LONGEST: usize = 40;
    if a.len().abs_diff(b.len()) > b.len() || b.len() >= LONGEST {
        return usize::MAX;
    }
    let mut row = [0; LONGEST];
    let mut column = 0;
    while column <= b.len() {
        row[column] = column;
        column += 1;
    }
    let mut at = 0;
    while at < a.len() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        column = 0;
        while column < b.len() {
            let replaced = diagonal + (a[at] != b[column]) as usize;
            diagonal = row[column + 1];
            let (inserted, removed) = (row[column] + 1, diagonal + 1);
            let moved = if inserted < removed { inserted } else { removed };
            row[column + 1] = if replaced < moved { replaced } else { moved };
            column += 1;
        }
        at += 1;
    }
    row[b.len()]
}

/// Panics with "`name" and the rest of the sentence.
#[track_caller]
const fn fail(name: &str, rest: &str, before: &str, nearest: &str, after: &str) {
    let parts = ["`", name, rest, before, nearest, after];
    let mut sentence = [b' '; 512];
    let (mut length, mut part) = (0, 0);
    while part < parts.len() {
        let (bytes, mut at) = (parts[part].as_bytes(), 0);
        while at < bytes.len() && length < sentence.len() {
            sentence[length] = bytes[at];
            length += 1;
            at += 1;
        }
        part += 1;
    }
    match core::str::from_utf8(sentence.split_at(length).0) {
        Ok(sentence) => panic!("{}", sentence),
        Err(_) => {
            panic!("a name in `#[capture]` stands nowhere in the function, or twice in the list")
        }
    }
}
