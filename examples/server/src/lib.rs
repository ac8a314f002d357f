//! A server that answers each request with the attention of a Transformer over the words of that request, captured by
//! anycapture while other requests run on the same threads.
//!
//! A request has a scope of its own, [`anycapture::Handle::new`]. Its future is in the scope whenever it is polled
//! ([`in_future`](anycapture::Handle::in_future)), on whichever worker thread that is; a blocking task of the request enters
//! the scope in its closure ([`enter`](anycapture::Handle::enter)).

pub mod model;

use std::sync::Arc;

use anycapture::{Cache, Handle, capture};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, spawn_blocking};

use model::{LAYERS, Model, WIDTH};

/// Words a request. Maps of so many words take 400 KB a request, and exist until it is answered.
pub const MAX_WORDS: usize = 64;
/// Bytes a request.
pub const MAX_BODY: usize = 8 << 10;

/// `POST /attention`.
#[derive(Debug, Deserialize, Serialize)]
pub struct Question {
    pub text: String,
}

/// What was captured while the request was answered.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Answer {
    pub words: Vec<String>,
    /// How many values were captured of each key.
    pub captured: Vec<(String, usize)>,
    /// How many threads captured them.
    pub threads: usize,
    /// In the order of layers, then of heads.
    pub heads: Vec<HeadAnswer>,
    /// Behind each layer: how far the words are from the text's mean, on average.
    pub spread: Vec<f32>,
    /// Why there is nothing, if there is nothing.
    pub note: Option<String>,
}

/// What one head did.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct HeadAnswer {
    pub layer: usize,
    pub head: usize,
    /// Of a row of the map in bits, on average: 0 if each word attends to one word only.
    pub entropy: f32,
    /// The word that attends most to another word than itself, the other word, and how much.
    pub strongest: Option<(usize, usize, f32)>,
}

/// The routes. Requests share the model.
pub fn app(model: Arc<Model>) -> Router {
    Router::new()
        .route("/attention", post(attention))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(model)
}

async fn attention(
    State(model): State<Arc<Model>>,
    Json(Question { text }): Json<Question>,
) -> Result<Json<Answer>, (StatusCode, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || words.len() > MAX_WORDS {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, format!("1 to {MAX_WORDS} words, please")));
    }
    let scope = Handle::new();
    let answer = async {
        encode(&model, &words, &scope).await?;
        Ok(Answer::new(&words, &anycapture::cache()))
    };
    let answer: Result<Answer, JoinError> = scope.in_future(answer).await;
    answer.map(Json).map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// Runs all layers. Each head is a blocking task, as work that takes long should be; behind each layer the future may go
/// on on another thread.
async fn encode(model: &Arc<Model>, words: &[&str], scope: &Handle) -> Result<(), JoinError> {
    let mut hidden: Arc<[f32]> = model.embed(words).into();
    for (number, layer) in model.layers.iter().enumerate() {
        let heads = (0..layer.heads.len()).map(|head| {
            let (model, hidden, scope) = (model.clone(), hidden.clone(), scope.clone());
            spawn_blocking(move || {
                let _entered = scope.enter();
                model.layers[number].heads[head].forward(&hidden)
            })
        });
        // They run from here on, all at once.
        let heads: Vec<_> = heads.collect();
        let mut mixed = Vec::with_capacity(heads.len());
        for head in heads {
            mixed.push(head.await?);
        }
        hidden = layer.mix(&hidden, &mixed).into();
        capture!(Layer::forward, spread = spread(&hidden); index = number);
    }
    Ok(())
}

/// How far the rows are from their mean, on average.
pub fn spread(hidden: &[f32]) -> f32 {
    let n = (hidden.len() / WIDTH) as f32;
    let mut mean = [0.0; WIDTH];
    for row in hidden.chunks_exact(WIDTH) {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / n);
    }
    let distance =
        |row: &[f32]| row.iter().zip(&mean).map(|(x, m)| (x - m).powi(2)).sum::<f32>().sqrt();
    hidden.chunks_exact(WIDTH).map(distance).sum::<f32>() / n
}

impl Answer {
    fn new(words: &[&str], cache: &Cache) -> Answer {
        let maps = cache.get("Head.forward.map").unwrap_or_default();
        let mut heads: Vec<_> = maps.iter().filter_map(HeadAnswer::of_value).collect();
        heads.sort_by_key(|answer| (answer.layer, answer.head));
        let spread =
            (0..LAYERS).filter_map(|layer| cache.at("Layer.forward.spread", &[layer as i64]));
        let mut threads: Vec<u32> = cache.in_order().map(|value| value.thread()).collect();
        threads.sort_unstable();
        threads.dedup();
        Answer {
            words: words.iter().map(|word| word.to_string()).collect(),
            captured: cache.iter().map(|(key, values)| (key.to_string(), values.len())).collect(),
            threads: threads.len(),
            heads,
            spread: spread.filter_map(|value| value.scalar()).collect(),
            note: cache.is_empty().then(|| anycapture::report().to_string()),
        }
    }
}

impl HeadAnswer {
    fn of_value(value: &anycapture::Value<'_>) -> Option<HeadAnswer> {
        let [layer, head] = value.indices() else { return None };
        let (layer, head) = (usize::try_from(*layer).ok()?, usize::try_from(*head).ok()?);
        Some(HeadAnswer::new(layer, head, value.as_slice()?, *value.shape().first()?))
    }

    /// Of a map of shape `[n, n]`.
    pub fn new(layer: usize, head: usize, map: &[f32], n: usize) -> HeadAnswer {
        let bits = |share: &f32| -share * share.max(f32::MIN_POSITIVE).log2();
        let places = (0..n * n).map(|place| (place / n, place % n));
        let others = places.filter(|(from, to)| from != to);
        let strongest = others.max_by(|a, b| map[a.0 * n + a.1].total_cmp(&map[b.0 * n + b.1]));
        HeadAnswer {
            layer,
            head,
            entropy: map.iter().map(bits).sum::<f32>() / n as f32,
            strongest: strongest.map(|(from, to)| (from, to, map[from * n + to])),
        }
    }
}
