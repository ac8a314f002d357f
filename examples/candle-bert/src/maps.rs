//! The captured attention maps of one sentence.

use anycapture::Cache;

pub const KEY: &str = "BertSelfAttention.forward.attention_probs";

/// Attention maps, `[layers, heads, tokens, tokens]`: what share of its attention a token has for each token.
pub struct Maps {
    pub tokens: Vec<String>,
    pub layers: usize,
    pub heads: usize,
    values: Vec<f32>,
}

/// What is shown of the maps: one head, and in it one link.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub layer: usize,
    pub head: usize,
    pub link: Link,
}

/// A token that attends to another one, and with which share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub share: f32,
}

impl Maps {
    /// Collects the maps of all layers.
    ///
    /// `attention_probs` is bound twice in a layer, before and after a dropout that does nothing here: the newest is taken.
    ///
    /// # Errors
    ///
    /// A sentence, if a layer is missing, of another shape, or not of numbers.
    pub fn collect(
        cache: &Cache,
        tokens: &[String],
        layers: usize,
        heads: usize,
    ) -> Result<Maps, String> {
        let mut values: Vec<f32> = Vec::new();
        for layer in 0..layers {
            let map = i64::try_from(layer).ok().and_then(|index| cache.at(KEY, &[index]));
            let map = map
                .ok_or_else(|| format!("layer {layer} was not captured: {}", cache.explain(KEY)))?;
            match (map.shape(), map.as_slice::<f32>()) {
                (&[1, h, n, m], Some(map)) if h == heads && n == m && n == tokens.len() => {
                    values.extend(map)
                }
                _ => return Err(format!("layer {layer} is no attention of {heads} heads: {map}")),
            }
        }
        if values.iter().any(|share| share.is_nan()) {
            return Err("the attention is not a number (NaN), so there is nothing to draw".into());
        }
        Ok(Maps { tokens: tokens.to_vec(), layers, heads, values })
    }

    /// One map, `[tokens, tokens]`, a row for each token that attends.
    pub fn head(&self, layer: usize, head: usize) -> &[f32] {
        let size = self.tokens.len() * self.tokens.len();
        &self.values[(layer * self.heads + head) * size..][..size]
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Where the token `from` sends its largest share; to another word, if there is one.
    pub fn link(&self, layer: usize, head: usize, from: usize) -> Link {
        let count = self.tokens.len();
        let row = &self.head(layer, head)[from * count..][..count];
        let words = (0..count).filter(|to| *to != from && self.is_word(*to));
        let best = words.max_by(|a, b| row[*a].total_cmp(&row[*b]));
        let to = best.unwrap_or(from);
        Link { from, to, share: row[to] }
    }

    /// The strongest link from a word to another one.
    pub fn strongest(&self, layer: usize, head: usize) -> Link {
        let words = (0..self.tokens.len()).filter(|from| self.is_word(*from));
        let links = words.map(|from| self.link(layer, head, from));
        links
            .max_by(|a, b| a.share.total_cmp(&b.share))
            .unwrap_or_else(|| self.link(layer, head, 0))
    }

    /// The head of a layer with the strongest link.
    pub fn sharpest(&self, layer: usize) -> usize {
        let share = |head: &usize| self.strongest(layer, *head).share;
        (0..self.heads).max_by(|a, b| share(a).total_cmp(&share(b))).unwrap_or(0)
    }

    /// Neither `[CLS]` nor `[SEP]`, punctuation, or the later piece of a word.
    fn is_word(&self, token: usize) -> bool {
        self.tokens[token].starts_with(char::is_alphanumeric)
    }
}
