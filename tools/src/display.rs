//! Recordings as tables.

use std::fmt;

use crate::dtype::Short;
use crate::recording::Recording;
use crate::table;
use crate::value::Values;

/// A line for each key: number of values, type and shape, minimum, maximum, mean, NaN and infinite counts.
impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title =
            ["key", "calls", "type", "shape", "min", "max", "mean", "NaN", "inf"].map(String::from);
        let numbers = self.iter().map(Values::row);
        let texts = self.texts().map(|(key, texts)| {
            let first = texts.first().map_or(String::new(), |text| format!("{text:?}"));
            row(key, &texts.len().to_string(), "text", first)
        });
        let omitted = self.omitted().iter().map(|key| row(key, "", "other", "no numbers".into()));
        let rows = std::iter::once(title).chain(numbers).chain(texts).chain(omitted);
        f.write_str(&table::aligned(rows, &[1, 4, 5, 6, 7, 8]))?;
        self.error().map_or(Ok(()), |error| writeln!(f, "Values are missing: {error}"))
    }
}

fn row(key: &str, calls: &str, kind: &str, note: String) -> [String; 9] {
    let mut row: [String; 9] = Default::default();
    row[..3].clone_from_slice(&[key.into(), calls.into(), kind.into()]);
    row[3] = note;
    row
}

/// A line for each value: call, index, sequence, thread, and the line of the [`Value`](crate::Value).
impl fmt::Display for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = ["call", "index", "sequence", "thread", "value"].map(String::from);
        let rows = self.iter().map(|value| {
            let index = value.indices().iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let sequence = value.sequence().map_or(String::new(), |number| number.to_string());
            let thread = value.thread().map_or(String::new(), |number| number.to_string());
            [value.call().to_string(), index, sequence, thread, value.to_string()]
        });
        f.write_str(&table::aligned(std::iter::once(title).chain(rows), &[0, 1, 2, 3]))
    }
}

impl Values<'_> {
    fn row(self) -> [String; 9] {
        let summary = self.summary();
        let short = |number: Option<f64>| number.map_or(String::new(), |n| Short(n).to_string());
        [
            self.key().into(),
            self.len().to_string(),
            self.common(|values, call| values.get(call).map(|value| value.dtype().to_string())),
            self.common(|values, call| {
                values.get(call).map(|value| format!("{:?}", value.shape()))
            }),
            short(summary.min()),
            short(summary.max()),
            short(summary.mean()),
            summary.nan().to_string(),
            summary.infinite().to_string(),
        ]
    }

    /// The property of the first and the last value, only once if they are equal.
    fn common(self, of: impl Fn(Self, usize) -> Option<String>) -> String {
        let first = of(self, 0).unwrap_or_default();
        let last = of(self, self.len().saturating_sub(1)).unwrap_or_default();
        if first == last { first } else { format!("{first} .. {last}") }
    }
}
