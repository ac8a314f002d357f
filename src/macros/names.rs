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
            // A zero after each first letter of the name that its second letter, if there is one, follows.
            let differs =
                if second == 0 { before ^ first } else { (before ^ first) | (here ^ second) };
            let mut zeros = !(((differs & LOW) + LOW) | differs | LOW);
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

#[cfg(test)]
mod tests {
    extern crate std;

    use std::{format, panic::catch_unwind, string::String, vec::Vec};

    use super::{check, distance, fail, is_letter, is_variable, nearest, stand};

    /// The sentence that stops the build, if one does.
    fn refusal<const N: usize>(name: &str, names: &[&str; N], text: &str) -> Option<String> {
        let refused = catch_unwind(|| check(name, names, &stand::<N>(names, text), text)).err()?;
        Some(*refused.downcast::<String>().expect("a sentence"))
    }

    /// What [`distance`] counts, by trying everything.
    fn tried(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let replaced = tried(a_rest, b_rest) + usize::from(x != y);
                replaced.min(tried(a_rest, b) + 1).min(tried(a, b_rest) + 1)
            }
        }
    }

    /// Every text of at most `longest` of the letters.
    fn texts(letters: &[u8], longest: usize) -> Vec<Vec<u8>> {
        let mut all = Vec::from([Vec::new()]);
        let mut begin = 0;
        for _ in 0..longest {
            let end = all.len();
            for (shorter, letter) in (begin..end).flat_map(|n| letters.iter().map(move |l| (n, *l)))
            {
                let longer = [&all[shorter][..], &[letter]].concat();
                all.push(longer);
            }
            begin = end;
        }
        all
    }

    /// Whether the name is a word of the text, by looking at each word.
    fn stands(name: &str, text: &str) -> bool {
        text.as_bytes().split(|byte| !is_letter(*byte)).any(|word| word == name.as_bytes())
    }

    #[test]
    fn a_name_is_found_wherever_it_stands_as_a_word_and_nowhere_else() {
        let text_of = |bytes| String::from_utf8(bytes).expect("ASCII");
        for name in ["a", "ab", "aa", "aba", "r#a", "abcdefghijklmnopqr"] {
            for around in texts(b"a -", 2).into_iter().map(text_of) {
                // In each of the 16 places that are looked at together, and where fewer are left.
                for (before, after) in (0..50).flat_map(|n| [(n, 0), (n, 1), (n, 20), (n, 40)]) {
                    let text = format!("{:->before$}{around}{name}{around}{:after$}", "", "");
                    assert_eq!(
                        stand(&[name], &text),
                        [stands(name, &text)],
                        "{name:?} in {text:?}"
                    );
                }
            }
        }
        for text in texts(b"ab ", 7).into_iter().map(text_of) {
            let names = ["a", "ab", "bab"];
            assert_eq!(stand(&names, &text), names.map(|name| stands(name, &text)), "{text:?}");
        }
    }

    #[test]
    fn names_are_found_beside_each_other_in_any_order() {
        let words = ["x", "xy", "attn", "attention_map_of_head", "q"];
        let text = "fn f(q: Q) { let attn = xy * q; attention_map_of_head(attn, y) }";
        for names in words.iter().flat_map(|a| words.iter().map(move |b| [*a, *b])) {
            for padding in 0..20 {
                let text = format!("{:padding$}{text}", "");
                assert_eq!(
                    stand(&names, &text),
                    names.map(|name| stands(name, &text)),
                    "{names:?}"
                );
            }
        }
    }

    #[test]
    fn words_are_of_letters_digits_and_what_else_a_name_may_have() {
        for byte in 0..=255_u8 {
            let letter = matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'#');
            assert_eq!(is_letter(byte), letter || !byte.is_ascii(), "{byte}");
        }
        for (name, is) in [("x", true), ("_X", true), ("None", false), ("MAX", false)] {
            assert_eq!(is_variable(name), is, "{name}");
        }
    }

    #[test]
    fn the_distance_of_two_words_is_the_fewest_changes_from_one_to_the_other() {
        let words = texts(b"abc", 4);
        for (a, b) in words.iter().flat_map(|a| words.iter().map(move |b| (a, b))) {
            let expected = if a.len() > 2 * b.len() { usize::MAX } else { tried(a, b) };
            assert_eq!(distance(a, b), expected, "{a:?} {b:?}");
        }
        let long = [b'a'; 41];
        assert_eq!(distance(&long[..38], &long[..39]), 1);
        assert_eq!(distance(&long[..38], &long[..40]), usize::MAX, "too long to look");
        assert_eq!(distance(&long, &long), usize::MAX, "too long to look");
    }

    #[test]
    fn the_nearest_name_is_the_first_of_those_with_the_fewest_letters_that_differ() {
        let near = |name: &str, text: &'static str| {
            let (start, end) = nearest(name.as_bytes(), text.as_bytes());
            &text[start..end]
        };
        assert_eq!(near("attn", "let q = 1; let atn = 2; let attm = 3;"), "atn");
        assert_eq!(near("scores", "let socres = score; (scores_)"), "score");
        assert_eq!(near("attn", "attention"), "");
        assert_eq!(near("attn", ""), "");
        // A third of the letters may differ, and one more letter makes the next one.
        assert_eq!(near("a", "b ab"), "");
        assert_eq!(near("ab", "cd ac"), "ac");
        assert_eq!(near("abcd", "abef"), "");
        assert_eq!(near("abcde", "abcfg"), "abcfg");
        assert_eq!(near("abcde", "abfgh"), "");
    }

    #[test]
    fn a_name_that_is_refused_stands_in_the_sentence_beside_the_nearest_one() {
        let names = ["q", "attn", "q", "k"];
        assert_eq!(refusal("attn", &names, "let attn = q + k;"), None);
        assert_eq!(refusal("k", &names, "let attn = q + k;"), None);
        let twice = "`q` stands twice in `#[capture]`: keep one of them";
        assert_eq!(refusal("q", &names, "let attn = q + k;").as_deref(), Some(twice));
        let nowhere = "`attn` is listed in `#[capture]`, but stands nowhere in the function";
        assert_eq!(refusal("attn", &names, "let out = q + k;").as_deref(), Some(nowhere));
        let near = format!("{nowhere}: is it `atn`?");
        assert_eq!(refusal("attn", &names, "let atn = q + k;"), Some(near));
    }

    #[test]
    fn a_sentence_that_is_too_long_is_cut() {
        let long = "x".repeat(600);
        let sentence = catch_unwind(|| fail(&long, "rest", "", "", "")).expect_err("it panics");
        assert_eq!(
            *sentence.downcast::<String>().expect("a sentence"),
            format!("`{}", &long[1..512])
        );
        let cut = catch_unwind(|| fail(&long[..510], "\u{e4}", "", "", "")).expect_err("it panics");
        let cut = cut.downcast::<&str>().expect("a sentence");
        assert!(cut.contains("stands nowhere in the function, or twice"), "{cut}");
    }
}
