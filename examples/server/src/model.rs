//! A small Transformer over the words of a text. Nothing was trained: a word's embedding is made of its letters, and queries
//! and keys share one random projection, so that words attend to words that are spelt alike.

use anycapture::captured_fn;

/// Numbers a word.
pub const WIDTH: usize = 64;
pub const HEADS: usize = 4;
pub const HEAD_WIDTH: usize = WIDTH / HEADS;
pub const LAYERS: usize = 6;
/// How much a residual adds.
const STEP: f32 = 0.5;

/// See the module. Every model is the same one.
pub struct Model {
    /// One row for each pair of neighbouring letters, by a hash of the pair.
    pairs: Vec<f32>,
    pub layers: Vec<Layer>,
}

/// Attention, and a matrix that mixes what the heads give.
pub struct Layer {
    pub heads: [Head; HEADS],
    output: Vec<f32>,
}

/// One head of one layer.
pub struct Head {
    pub layer: usize,
    pub head: usize,
    /// Queries and keys.
    project: Vec<f32>,
    value: Vec<f32>,
}

const PAIRS: usize = 512;

impl Model {
    pub fn new() -> Model {
        let mut random = Random(1);
        let pairs = random.matrix(PAIRS, WIDTH);
        let layers = (0..LAYERS).map(|layer| Layer::new(layer, &mut random)).collect();
        Model { pairs, layers }
    }

    /// The words' embeddings, `[n, WIDTH]`.
    pub fn embed(&self, words: &[&str]) -> Vec<f32> {
        let mut hidden = vec![0.0; words.len() * WIDTH];
        for (row, word) in hidden.chunks_exact_mut(WIDTH).zip(words) {
            let letters: Vec<char> = format!(" {word} ").chars().collect();
            for pair in letters.windows(2) {
                let hash =
                    (pair[0] as usize).wrapping_mul(31).wrapping_add(pair[1] as usize) % PAIRS;
                add(row, &self.pairs[hash * WIDTH..][..WIDTH], 1.0);
            }
        }
        normalize(&mut hidden);
        hidden
    }
}

impl Default for Model {
    fn default() -> Model {
        Model::new()
    }
}

impl Layer {
    fn new(layer: usize, random: &mut Random) -> Layer {
        let heads = std::array::from_fn(|head| Head {
            layer,
            head,
            project: random.matrix(WIDTH, HEAD_WIDTH),
            value: random.matrix(WIDTH, HEAD_WIDTH),
        });
        Layer { heads, output: random.matrix(WIDTH, WIDTH) }
    }

    /// What the layer gives, `[n, WIDTH]`, of what came in and what each head gave.
    pub fn mix(&self, hidden: &[f32], heads: &[Vec<f32>]) -> Vec<f32> {
        let n = hidden.len() / WIDTH;
        let mut joined = vec![0.0; hidden.len()];
        for (head, mixed) in heads.iter().enumerate() {
            for (row, part) in joined.chunks_exact_mut(WIDTH).zip(mixed.chunks_exact(HEAD_WIDTH)) {
                row[head * HEAD_WIDTH..][..HEAD_WIDTH].copy_from_slice(part);
            }
        }
        let mut out = hidden.to_vec();
        add(&mut out, &product(&joined, &self.output, n, WIDTH, WIDTH), STEP);
        normalize(&mut out);
        out
    }
}

impl Head {
    /// How much each word attends to each, `[n, n]`; rows add up to 1.
    pub fn attention(&self, hidden: &[f32]) -> Vec<f32> {
        let n = hidden.len() / WIDTH;
        let projected = product(hidden, &self.project, n, WIDTH, HEAD_WIDTH);
        let mut map = Vec::with_capacity(n * n);
        for query in projected.chunks_exact(HEAD_WIDTH) {
            let scores = projected.chunks_exact(HEAD_WIDTH).map(|key| dot(query, key));
            let row: Vec<f32> =
                scores.map(|score| (score / (HEAD_WIDTH as f32).sqrt()).exp()).collect();
            let sum: f32 = row.iter().sum();
            map.extend(row.iter().map(|x| x / sum));
        }
        map
    }

    captured_fn! {
        /// What the head gives, `[n, HEAD_WIDTH]`.
        #[capture(Head::forward => map[n, n]; index = (self.layer, self.head))]
        pub fn forward(&self, hidden: &[f32]) -> Vec<f32> {
            let n = hidden.len() / WIDTH;
            let map = self.attention(hidden);
            let values = product(hidden, &self.value, n, WIDTH, HEAD_WIDTH);
            product(&map, &values, n, n, HEAD_WIDTH)
        }
    }
}

/// `[n, k]` times `[k, m]`.
fn product(a: &[f32], b: &[f32], n: usize, k: usize, m: usize) -> Vec<f32> {
    let mut out = vec![0.0; n * m];
    for (row, a) in out.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
        for (x, b) in a.iter().zip(b.chunks_exact(m)) {
            add(row, b, *x);
        }
    }
    out
}

fn add(to: &mut [f32], row: &[f32], scale: f32) {
    for (to, x) in to.iter_mut().zip(row) {
        *to += scale * x;
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Every row gets the length of a row of ones.
fn normalize(rows: &mut [f32]) {
    for row in rows.chunks_exact_mut(WIDTH) {
        let scale = (WIDTH as f32 / dot(row, row).max(1e-6)).sqrt();
        row.iter_mut().for_each(|x| *x *= scale);
    }
}

/// xorshift64*: the same weights on every machine.
struct Random(u64);

impl Random {
    /// Between -1 and 1.
    fn number(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32;
        high / (1_u64 << 23) as f32 - 1.0
    }

    /// `[rows, columns]`; a product with it keeps lengths about as they are.
    fn matrix(&mut self, rows: usize, columns: usize) -> Vec<f32> {
        let scale = (3.0 / rows.min(WIDTH) as f32).sqrt();
        (0..rows * columns).map(|_| scale * self.number()).collect()
    }
}
