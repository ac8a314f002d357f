//! Maps the names of tensors to keys.

use std::collections::BTreeMap;

use crate::header::Tensor;
use crate::recording::{Key, Tensors};

/// Groups `key`, `key/0`, `key/1`, ... and `key#sequence`, `key#index`, `key#thread` by key.
pub(crate) fn group(tensors: BTreeMap<String, Tensor>) -> Result<BTreeMap<String, Key>, String> {
    let mut keys = BTreeMap::new();
    let mut lists: BTreeMap<String, Vec<(u64, Tensor)>> = BTreeMap::new();
    let mut notes = Vec::new();
    for (name, tensor) in tensors {
        if split_note(&name).is_some() {
            notes.push((name, tensor));
        } else if let Some((key, number)) = split_number(&name) {
            lists.entry(key.into()).or_default().push((number, tensor));
        } else {
            let key = stacked(&name, tensor)?;
            keys.insert(name, key);
        }
    }
    add_lists(&mut keys, lists)?;
    add_notes(&mut keys, notes)?;
    Ok(keys)
}

fn add_lists(
    keys: &mut BTreeMap<String, Key>,
    lists: BTreeMap<String, Vec<(u64, Tensor)>>,
) -> Result<(), String> {
    for (key, mut list) in lists {
        if keys.contains_key(&key) {
            return Err(format!("it holds both a tensor `{key}` and `{key}/{}`", list[0].0));
        }
        list.sort_by_key(|(number, _)| *number);
        let tensors = Tensors::List(list.into_iter().map(|(_, tensor)| tensor).collect());
        keys.insert(key, Key { tensors, notes: None });
    }
    Ok(())
}

fn add_notes(keys: &mut BTreeMap<String, Key>, notes: Vec<(String, Tensor)>) -> Result<(), String> {
    for (name, tensor) in notes {
        let Some((key, kind)) = split_note(&name) else { continue };
        if let Some(entry) = keys.get_mut(key) {
            attach(entry, kind, &name, tensor)?;
        } else {
            // Not one of these: a tensor with its own name.
            let key = stacked(&name, tensor)?;
            keys.insert(name, key);
        }
    }
    Ok(())
}

fn stacked(name: &str, tensor: Tensor) -> Result<Key, String> {
    const MOST: usize = 1 << 20;
    let empty = tensor.range.is_empty();
    let tensors = Tensors::Stacked(tensor);
    let count = tensors.len();
    // They take no space in a file, so a damaged one could have any number of them.
    if empty && count > MOST {
        return Err(format!(
            "the tensor `{name}` holds {count} values, none of which has an element"
        ));
    }
    Ok(Key { tensors, notes: None })
}

#[derive(Clone, Copy)]
enum Note {
    Sequence,
    Index,
    Thread,
}

/// Splits `key#index`.
fn split_note(name: &str) -> Option<(&str, Note)> {
    let (key, kind) = name.rsplit_once('#')?;
    let kind = match kind {
        "sequence" => Note::Sequence,
        "index" => Note::Index,
        "thread" => Note::Thread,
        _ => return None,
    };
    Some((key, kind))
}

/// Splits `key/12`.
fn split_number(name: &str) -> Option<(&str, u64)> {
    let (key, number) = name.rsplit_once('/')?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if plain && !key.is_empty() { Some((key, number.parse().ok()?)) } else { None }
}

fn attach(key: &mut Key, kind: Note, name: &str, tensor: Tensor) -> Result<(), String> {
    let values = key.tensors.len();
    if !tensor.dtype.is_integer() {
        return Err(format!("the tensor `{name}` holds {}, not integers", tensor.dtype));
    }
    let rows = tensor.shape.first().copied().unwrap_or(0);
    if rows != values {
        return Err(format!(
            "the tensor `{name}` is for {rows} values, of which there are {values}"
        ));
    }
    let notes = key.notes.get_or_insert_default();
    let (slot, most_axes) = match kind {
        Note::Sequence => (&mut notes.sequence, 1),
        Note::Index => (&mut notes.index, 2),
        Note::Thread => (&mut notes.thread, 1),
    };
    if tensor.shape.len() > most_axes {
        return Err(format!(
            "the tensor `{name}` has the shape {:?}, which is no note's",
            tensor.shape
        ));
    }
    *slot = Some(tensor);
    Ok(())
}
