//! The output of the subcommands as JSON, for programs.

use anycapture_tools::{
    Comparison, Difference, Extreme, Hint, KeyComparison, Kind, Number, Recording, Summary, Value,
    Values,
};
use serde_json::{Value as Json, json};

pub(crate) fn recording(recording: &Recording) -> Json {
    let keys = recording.iter().map(|values| {
        let first = values.get(0);
        json!({
            "key": values.key(),
            "calls": values.len(),
            "dtype": first.map(|value| value.dtype().name()),
            "shape": first.map(Value::shape),
            "summary": summary(values.summary()),
        })
    });
    let texts = recording.texts().map(|(key, texts)| json!({ "key": key, "texts": texts }));
    json!({
        "file": recording.name(),
        "version": recording.version(),
        "keys": keys.collect::<Json>(),
        "texts": texts.collect::<Json>(),
        "omitted": recording.omitted(),
        "error": recording.error(),
    })
}

pub(crate) fn values(values: Values<'_>) -> Json {
    let list = values.iter().map(|value| {
        json!({
            "call": value.call(),
            "index": value.indices(),
            "sequence": value.sequence(),
            "thread": value.thread(),
            "dtype": value.dtype().name(),
            "shape": value.shape(),
            "summary": summary(value.summary()),
        })
    });
    json!({ "key": values.key(), "values": list.collect::<Json>() })
}

pub(crate) fn comparison(comparison: &Comparison) -> Json {
    json!({
        "within": comparison.is_within(),
        "tolerance": comparison.tolerance().to_string(),
        "first": comparison.first().map(difference),
        "keys": comparison.iter().map(key).collect::<Json>(),
    })
}

fn key(key: &KeyComparison) -> Json {
    let (ours, reference) = key.counts();
    json!({
        "key": key.key(),
        "calls": { "ours": ours, "reference": reference },
        "elements": key.elements(),
        "outside": key.outside(),
        "absolute": key.absolute().map(extreme),
        "relative": key.relative().map(extreme),
        "first": key.first().map(difference),
        "hint": key.hint().map(hint),
    })
}

fn difference(difference: &Difference) -> Json {
    let (kind, ours, reference) = match difference.kind() {
        Kind::Value { ours, reference, .. } => ("value", number(*ours), number(*reference)),
        Kind::Shape { ours, reference } => ("shape", json!(ours), json!(reference)),
        Kind::Dtype { ours, reference } => ("dtype", json!(ours.name()), json!(reference.name())),
        Kind::Index { ours, reference } => ("index", json!(ours), json!(reference)),
        Kind::Text { ours, reference } => ("text", json!(ours), json!(reference)),
        Kind::Count { ours, reference } => ("count", json!(ours), json!(reference)),
        _ => ("other", Json::Null, Json::Null),
    };
    json!({
        "key": difference.key(),
        "call": difference.call(),
        "index": difference.index(),
        "kind": kind,
        "indices": difference.indices(),
        "ours": ours,
        "reference": reference,
    })
}

fn extreme(extreme: &Extreme) -> Json {
    json!({
        "distance": float(extreme.distance),
        "call": extreme.call,
        "indices": extreme.indices,
    })
}

fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Transposed => "transposed",
        Hint::Reshaped => "reshaped",
        _ => "other",
    }
}

fn summary(summary: Summary) -> Json {
    json!({
        "min": summary.min(),
        "max": summary.max(),
        "mean": summary.mean(),
        "nan": summary.nan(),
        "infinite": summary.infinite(),
    })
}

/// JSON has integers of 64 bits only; a larger one is text.
fn number(number: Number) -> Json {
    match number {
        Number::Float(value) => float(value),
        Number::Integer(value) => i64::try_from(value)
            .map(Json::from)
            .or_else(|_| u64::try_from(value).map(Json::from))
            .unwrap_or_else(|_| value.to_string().into()),
    }
}

/// JSON has neither NaN nor infinities: they are text.
fn float(value: f64) -> Json {
    if value.is_finite() { value.into() } else { value.to_string().into() }
}
