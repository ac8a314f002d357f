//! A Vision Transformer (arXiv:2010.11929) in plain Rust, to be read.
//!
//! It needs neither `std` nor a heap: weights and working memory are borrowed, and every size
//! follows from the weights. The same file runs the small digit model, DINOv2 ViT-S/14, and on a
//! microcontroller.
//!
//! Matrices are row-major, one row a token. Shapes in the comments use these letters:
//! `T` tokens (the patches and CLS), `W` width, `H` heads, `S` = `W / H` the size of a head,
//! `M` hidden width of the MLP.

/// A Vision Transformer and its weights.
#[derive(Clone, Copy)]
pub struct Vit<'a> {
    /// Colour channels of the image.
    pub channels: usize,
    /// From the pixels of a patch, `channels * side * side`, to `W`.
    pub patch: Linear<'a>,
    /// The extra token that collects what the classifier reads: `[W]`.
    pub cls: &'a [f32],
    /// What is added to every token, CLS first: `[T, W]`.
    pub position: &'a [f32],
    pub blocks: &'a [Block<'a>],
    pub norm: LayerNorm<'a>,
    /// From the CLS token to a score a class, where the model has one: `W` to classes.
    pub head: Option<Linear<'a>>,
}

/// One pre-norm layer.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    pub norm1: LayerNorm<'a>,
    pub attention: Attention<'a>,
    /// Layer scale (arXiv:2103.17239), where the model has one: `[W]`.
    pub scale1: Option<&'a [f32]>,
    pub norm2: LayerNorm<'a>,
    pub mlp: Mlp<'a>,
    pub scale2: Option<&'a [f32]>,
}

/// Multi-head self-attention.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    /// The number of this layer, from 0.
    pub layer: usize,
    pub heads: usize,
    /// `W` to `3 * W`: queries, keys, values, each with head `h` in columns `h * S..(h + 1) * S`.
    pub qkv: Linear<'a>,
    pub proj: Linear<'a>,
}

/// Two linear layers around a GELU.
#[derive(Clone, Copy)]
pub struct Mlp<'a> {
    pub fc1: Linear<'a>,
    pub fc2: Linear<'a>,
}

/// `y = x . weight + bias`, with `weight` `[inputs, outputs]` and `bias` `[outputs]`.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
}

/// Layer normalisation (arXiv:1607.06450), with `weight` and `bias` `[W]`.
#[derive(Clone, Copy)]
pub struct LayerNorm<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
    pub epsilon: f32,
}

impl Vit<'_> {
    pub fn width(&self) -> usize {
        self.cls.len()
    }

    pub fn tokens(&self) -> usize {
        self.position.len() / self.width()
    }

    /// Patches along one side of the image.
    pub fn grid(&self) -> usize {
        root(self.tokens() - 1)
    }

    /// Pixels along one side of a patch.
    pub fn patch_side(&self) -> usize {
        root(self.patch.inputs() / self.channels)
    }

    /// Pixels along one side of the image.
    pub fn image_side(&self) -> usize {
        self.grid() * self.patch_side()
    }

    /// How many `f32` of working memory [`Vit::forward`] needs.
    pub fn workspace_len(&self) -> usize {
        let tokens = self.tokens();
        let largest = |f: fn(&Block) -> usize| self.blocks.iter().map(f).max().unwrap_or(0);
        let map = largest(|block| block.attention.heads) * tokens * tokens;
        tokens * (3 * self.width() + self.wide()) + map
    }

    /// Columns of the widest thing between two layers: patches, qkv, or the MLP's hidden layer.
    fn wide(&self) -> usize {
        let hidden = self.blocks.iter().map(|block| block.mlp.fc1.outputs());
        hidden.fold(self.patch.inputs().max(3 * self.width()), usize::max)
    }

    /// What the model makes of an image `[channels, side, side]`: `[T, W]`, CLS in row 0.
    ///
    /// # Panics
    ///
    /// When `image` or `workspace` is too short.
    pub fn forward<'w>(
        &self,
        image: &[f32],
        workspace: &'w mut [f32],
        matmul: &dyn MatMul,
    ) -> &'w [f32] {
        let size = self.tokens() * self.width();
        let (x, rest) = workspace.split_at_mut(size);
        let (normed, rest) = rest.split_at_mut(size);
        let (mixed, rest) = rest.split_at_mut(size);
        let (wide, map) = rest.split_at_mut(self.tokens() * self.wide());
        let mut scratch = Scratch { normed, mixed, wide, map };

        self.embed(image, x, scratch.wide, matmul);
        for block in self.blocks {
            block.forward(x, &mut scratch, matmul);
        }
        self.norm.forward(x, scratch.normed);
        x.copy_from_slice(scratch.normed);
        x
    }

    /// A score for each class, from the features that [`Vit::forward`] gave.
    pub fn classify(&self, features: &[f32], scores: &mut [f32], matmul: &dyn MatMul) {
        if let Some(head) = self.head {
            head.forward(&features[..self.width()], scores, matmul);
        }
    }

    /// Equation 1 of the paper: patches to tokens, CLS in front, plus position. `x`: `[T, W]`.
    ///
    /// A convolution whose stride is its size sees every pixel once, so it is one matrix product.
    fn embed(&self, image: &[f32], x: &mut [f32], wide: &mut [f32], matmul: &dyn MatMul) {
        let patches = &mut wide[..(self.tokens() - 1) * self.patch.inputs()];
        self.cut(image, patches);
        let (cls, tokens) = x.split_at_mut(self.width());
        cls.copy_from_slice(self.cls);
        self.patch.forward(patches, tokens, matmul);
        add(x, self.position);
    }

    /// Cuts an image into patches, row by row: `[T - 1, channels * side * side]`.
    fn cut(&self, image: &[f32], patches: &mut [f32]) {
        let (grid, side, length) = (self.grid(), self.patch_side(), self.image_side());
        for (number, patch) in patches.chunks_exact_mut(self.patch.inputs()).enumerate() {
            let (top, left) = (number / grid * side, number % grid * side);
            for (line, pixels) in patch.chunks_exact_mut(side).enumerate() {
                let (channel, y) = (line / side, top + line % side);
                let start = (channel * length + y) * length + left;
                pixels.copy_from_slice(&image[start..start + side]);
            }
        }
    }
}

/// Working memory that the layers share.
pub struct Scratch<'w> {
    /// `[T, W]`
    normed: &'w mut [f32],
    /// `[T, W]`
    mixed: &'w mut [f32],
    /// `[T, 3 * W]` or `[T, M]`, whichever is larger.
    wide: &'w mut [f32],
    /// `[H, T, T]`
    map: &'w mut [f32],
}

impl Block<'_> {
    /// Equations 2 and 3 of the paper: each half adds to the stream `x` (`[T, W]`) what it found.
    fn forward(&self, x: &mut [f32], scratch: &mut Scratch, matmul: &dyn MatMul) {
        self.norm1.forward(x, scratch.normed);
        self.attention.forward(scratch, matmul);
        add_scaled(x, scratch.normed, self.scale1);

        self.norm2.forward(x, scratch.normed);
        self.mlp.forward(scratch.normed, scratch.wide, matmul);
        add_scaled(x, scratch.normed, self.scale2);
    }
}

impl Attention<'_> {
    anycapture::captured_fn! {
        /// Appendix A of the paper: `softmax(q . k^T / sqrt(S)) . v` in every head, then a linear
        /// layer over all of them. Reads and replaces `scratch.normed`, `[T, W]`.
        #[capture(Attention::forward => attention_map[heads, tokens, tokens]; index = self.layer)]
        fn forward(&self, scratch: &mut Scratch, matmul: &dyn MatMul) {
            let heads = self.heads;
            let tokens = scratch.normed.len() / self.proj.outputs();

            let qkv = &mut scratch.wide[..tokens * self.qkv.outputs()];
            self.qkv.forward(scratch.normed, qkv, matmul);
            let qkv = Matrix::new(qkv, tokens, self.qkv.outputs());

            let room = &mut scratch.map[..heads * tokens * tokens];
            let attention_map = self.attend(qkv, room, matmul);
            self.mix(qkv, attention_map, scratch.mixed, matmul);
            self.proj.forward(scratch.mixed, scratch.normed, matmul);
        }
    }

    /// How much each token (row) looks at each other (column): `[H, T, T]`, every row sums to 1.
    fn attend<'m>(&self, qkv: Matrix, map: &'m mut [f32], matmul: &dyn MatMul) -> &'m [f32] {
        let tokens = qkv.rows;
        let scale = 1.0 / libm::sqrtf(self.head_size() as f32);
        for (head, map) in map.chunks_exact_mut(tokens * tokens).enumerate() {
            let query = self.part(qkv, 0, head);
            let key = self.part(qkv, 1, head);
            matmul.multiply(query, key.transposed(), MatrixMut::new(map, tokens, tokens));
            for row in map.chunks_exact_mut(tokens) {
                row.iter_mut().for_each(|score| *score *= scale);
                softmax(row);
            }
        }
        map
    }

    /// Every head's values, weighed by its map, side by side: `[T, W]`.
    fn mix(&self, qkv: Matrix, map: &[f32], mixed: &mut [f32], matmul: &dyn MatMul) {
        let (tokens, size) = (qkv.rows, self.head_size());
        for (head, map) in map.chunks_exact(tokens * tokens).enumerate() {
            let value = self.part(qkv, 2, head);
            let out = MatrixMut::new(mixed, tokens, self.heads * size).columns(head * size, size);
            matmul.multiply(Matrix::new(map, tokens, tokens), value, out);
        }
    }

    fn head_size(&self) -> usize {
        self.proj.outputs() / self.heads
    }

    /// The queries (0), keys (1) or values (2) of one head: `[T, S]`.
    fn part<'q>(&self, qkv: Matrix<'q>, which: usize, head: usize) -> Matrix<'q> {
        let size = self.head_size();
        qkv.columns((which * self.heads + head) * size, size)
    }
}

impl Mlp<'_> {
    /// Replaces `x`, `[T, W]`; `hidden` has room for `[T, M]`.
    fn forward(&self, x: &mut [f32], hidden: &mut [f32], matmul: &dyn MatMul) {
        let tokens = x.len() / self.fc2.outputs();
        let hidden = &mut hidden[..tokens * self.fc1.outputs()];
        self.fc1.forward(x, hidden, matmul);
        hidden.iter_mut().for_each(|value| *value = gelu(*value));
        self.fc2.forward(hidden, x, matmul);
    }
}

impl Linear<'_> {
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    pub fn inputs(&self) -> usize {
        self.weight.len() / self.outputs()
    }

    /// `x`: `[rows, inputs]`, `y`: `[rows, outputs]`.
    fn forward(&self, x: &[f32], y: &mut [f32], matmul: &dyn MatMul) {
        let rows = x.len() / self.inputs();
        let weight = Matrix::new(self.weight, self.inputs(), self.outputs());
        let x = Matrix::new(x, rows, self.inputs());
        matmul.multiply(x, weight, MatrixMut::new(y, rows, self.outputs()));
        y.chunks_exact_mut(self.outputs()).for_each(|row| add(row, self.bias));
    }
}

impl LayerNorm<'_> {
    /// Every row to mean 0 and deviation 1, then scaled and shifted. `x` and `y`: `[T, W]`.
    fn forward(&self, x: &[f32], y: &mut [f32]) {
        let width = self.weight.len();
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let mean = x.iter().sum::<f32>() / width as f32;
            let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
            let scale = 1.0 / libm::sqrtf(variance + self.epsilon);
            for (i, y) in y.iter_mut().enumerate() {
                *y = (x[i] - mean) * scale * self.weight[i] + self.bias[i];
            }
        }
    }
}

/// The exact GELU (arXiv:1606.08415): `x` times the share of a normal distribution below `x`.
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * core::f32::consts::FRAC_1_SQRT_2))
}

/// Scores to shares that sum to 1. The largest is taken off first, so that `exp` can't overflow.
pub fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|v| *v = libm::expf(*v - largest));
    let total: f32 = row.iter().sum();
    row.iter_mut().for_each(|v| *v /= total);
}

/// The side of a square of `area`.
fn root(area: usize) -> usize {
    libm::sqrtf(area as f32) as usize
}

fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// `x += y * scale`, the scale (`[W]`) the same in every row.
fn add_scaled(x: &mut [f32], y: &[f32], scale: Option<&[f32]>) {
    let Some(scale) = scale else { return add(x, y) };
    let scale = scale.iter().cycle();
    x.iter_mut().zip(y).zip(scale).for_each(|((x, y), scale)| *x += y * scale);
}

/// A matrix product: [`Plain`] is enough for small models, a program may bring a faster one.
pub trait MatMul {
    /// `out = a . b`
    fn multiply(&self, a: Matrix, b: Matrix, out: MatrixMut);
}

/// A view of a matrix: the whole, some of its columns, or its transpose.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

/// A matrix to be written, or some of its columns.
pub struct MatrixMut<'a> {
    pub data: &'a mut [f32],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
}

impl<'a> Matrix<'a> {
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Matrix { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// `count` columns from `first` on. Only of a matrix that is not transposed.
    pub fn columns(self, first: usize, count: usize) -> Self {
        Matrix { data: &self.data[first..], columns: count, ..self }
    }

    pub fn transposed(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

impl<'a> MatrixMut<'a> {
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        MatrixMut { data, rows, columns, row_stride: columns }
    }

    /// `count` columns from `first` on.
    pub fn columns(self, first: usize, count: usize) -> Self {
        MatrixMut { data: &mut self.data[first..], columns: count, ..self }
    }
}

/// The product as the textbook has it, in an order that walks memory forward.
pub struct Plain;

impl MatMul for Plain {
    fn multiply(&self, a: Matrix, b: Matrix, out: MatrixMut) {
        for row in 0..out.rows {
            let sums = &mut out.data[row * out.row_stride..][..out.columns];
            sums.fill(0.0);
            for k in 0..a.columns {
                let factor = a.data[row * a.row_stride + k * a.column_stride];
                let values = b.data[k * b.row_stride..].iter();
                // Told that the values are neighbours, the compiler makes vector code of it.
                match b.column_stride {
                    1 => sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += factor * v),
                    n => sums
                        .iter_mut()
                        .zip(values.step_by(n))
                        .for_each(|(sum, v)| *sum += factor * v),
                }
            }
        }
    }
}
