//! What can be captured, and how it comes back.

use std::fmt::Debug;

use anycapture::{Dtype, Element, Value, cache, capture};

use crate::alone;

#[derive(Clone, Debug, PartialEq)]
struct Tensor {
    data: Vec<f32>,
    name: String,
}

fn tensor() -> Tensor {
    Tensor { data: vec![1.0, 2.0], name: "q".into() }
}

fn value(key: &str) -> Value {
    cache()[key][0].clone()
}

fn round_trip<E: Element + Debug + PartialEq>(values: [E; 3], dtype: Dtype) {
    let _alone = alone();
    let [one, ..] = values;
    let slice = &values[..];
    capture!(generic, one, slice, values);
    assert_eq!(value("generic.one").scalar::<E>(), Some(one));
    assert_eq!(value("generic.one").shape(), [] as [usize; 0]);
    assert_eq!(value("generic.one").dtype(), dtype);
    assert_eq!(value("generic.slice").as_slice::<E>(), Some(&values[..]));
    assert_eq!(value("generic.values").shape(), [3]);
    assert_eq!(value("generic.values").bytes().len(), size_of_val(&values));
    let mut seen = 0;
    anycapture::visit(|entry| {
        let mut room = values;
        room.reverse();
        let read = entry.read_into(&mut room).expect("its own type").to_vec();
        assert_eq!(read, values[..read.len()]);
        seen += 1;
    });
    assert_eq!(seen, 3);
}

#[test]
fn every_primitive_comes_back_as_itself() {
    round_trip([true, false, true], Dtype::Bool);
    round_trip([1.5_f32, f32::NAN.max(2.0), -0.0], Dtype::F32);
    round_trip([1.5_f64, f64::INFINITY, f64::MIN], Dtype::F64);
    round_trip([i8::MIN, 0, i8::MAX], Dtype::I8);
    round_trip([i16::MIN, 0, i16::MAX], Dtype::I16);
    round_trip([i32::MIN, 0, i32::MAX], Dtype::I32);
    round_trip([i64::MIN, 0, i64::MAX], Dtype::I64);
    round_trip([i128::MIN, 0, i128::MAX], Dtype::I128);
    round_trip([u8::MIN, 1, u8::MAX], Dtype::U8);
    round_trip([u16::MIN, 1, u16::MAX], Dtype::U16);
    round_trip([u32::MIN, 1, u32::MAX], Dtype::U32);
    round_trip([u64::MIN, 1, u64::MAX], Dtype::U64);
    round_trip([u128::MIN, 1, u128::MAX], Dtype::U128);
    round_trip([isize::MIN, 1, isize::MAX], Dtype::I64);
    round_trip([usize::MIN, 1, usize::MAX], Dtype::U64);
}

#[test]
fn arrays_slices_vectors_and_boxes_keep_their_shape() {
    let _alone = alone();
    let array = [[1.0_f32; 4]; 3];
    let vector = vec![1_u8; 5];
    let boxed: Box<[i32]> = vec![1, 2].into();
    let points = vec![[0.0_f64; 3]; 2];
    let slice = &points[..1];
    let mut mutable = [1_u16; 2];
    let borrowed = &mut mutable[..];
    let twice = &&vector;
    let deep = [[[[true; 2]; 1]; 3]; 1];
    capture!(f, array, vector, boxed, points, slice, borrowed, twice, deep);
    assert_eq!(value("f.array").shape(), [3, 4]);
    assert_eq!(value("f.vector").shape(), [5]);
    assert_eq!(value("f.boxed").shape(), [2]);
    assert_eq!(value("f.points").shape(), [2, 3]);
    assert_eq!(value("f.slice").shape(), [1, 3]);
    assert_eq!(value("f.borrowed").as_slice::<u16>(), Some(&[1, 1][..]));
    assert_eq!(value("f.twice").as_slice::<u8>(), Some(&[1; 5][..]));
    assert_eq!(value("f.deep").shape(), [1, 3, 1, 2]);
}

#[test]
fn zero_sized_values_are_kept() {
    let _alone = alone();
    let (empty, nothing): (&[f32], [f32; 0]) = (&[], []);
    let rows = [[0_u8; 0]; 7];
    let endless = [[[0_u8; 0]; usize::MAX]; 2];
    let unit = ();
    capture!(f, empty, nothing, rows, endless, unit);
    assert_eq!(value("f.empty").shape(), [0]);
    assert_eq!(value("f.nothing").as_slice::<f32>(), Some(&[][..]));
    assert_eq!(value("f.rows").shape(), [7, 0]);
    assert_eq!(value("f.endless").shape(), [2, usize::MAX, 0]);
    assert_eq!(value("f.unit").downcast_ref::<()>(), Some(&()));
}

#[test]
fn other_values_are_cloned_and_read_back_by_type() {
    let _alone = alone();
    let owned = tensor();
    let one = &owned;
    let two = &one;
    let three = &two;
    let mut copy = tensor();
    let mutable = &mut copy;
    let optional = Some(3.5_f32);
    let nested = vec![vec![1, 2], vec![3]];
    let shared = std::sync::Arc::new(tensor());
    capture!(f, owned, one, two, three, mutable, optional, nested, shared);
    for key in ["owned", "one", "two", "three", "mutable"] {
        assert_eq!(value(&format!("f.{key}")).downcast_ref(), Some(&tensor()), "{key}");
    }
    assert_eq!(value("f.optional").downcast_ref(), Some(&Some(3.5_f32)));
    assert_eq!(value("f.nested").downcast_ref(), Some(&vec![vec![1, 2], vec![3]]));
    assert_eq!(value("f.shared").downcast_ref::<std::sync::Arc<Tensor>>(), Some(&shared));
    assert_eq!(value("f.owned").dtype(), Dtype::Opaque);
    assert!(value("f.owned").bytes().is_empty());
}

#[test]
fn text_is_kept_as_a_string_and_a_slice_of_values_as_a_vector() {
    let _alone = alone();
    let text = "borrowed";
    let twice = &&text;
    let owned = String::from("owned");
    let tensors = [tensor(), tensor()];
    let slice = &tensors[..];
    let behind = &slice;
    capture!(f, text, twice, owned, slice, behind, tensors);
    assert_eq!(value("f.text").downcast_ref(), Some(&String::from("borrowed")));
    assert_eq!(value("f.twice").downcast_ref(), Some(&String::from("borrowed")));
    assert_eq!(value("f.owned").downcast_ref(), Some(&String::from("owned")));
    assert_eq!(value("f.slice").downcast_ref(), Some(&vec![tensor(), tensor()]));
    assert_eq!(value("f.behind").downcast_ref(), Some(&vec![tensor(), tensor()]));
    assert_eq!(value("f.tensors").downcast_ref(), Some(&tensors));
}

fn generic_clone<T: Clone + Send + 'static>(x: T, y: &T, all: &[T]) {
    capture!(generic, x, y, all);
}

#[test]
fn bounds_in_scope_decide_in_generic_code() {
    let _alone = alone();
    generic_clone(tensor(), &tensor(), &[tensor()]);
    assert_eq!(value("generic.x").downcast_ref(), Some(&tensor()));
    assert_eq!(value("generic.y").downcast_ref(), Some(&tensor()));
    assert_eq!(value("generic.all").downcast_ref(), Some(&vec![tensor()]));
}

#[test]
fn a_wrong_shape_or_rank_is_kept_flat_and_counted() {
    let _alone = alone();
    let xs = [1_u8, 2, 3, 4];
    let deep = [[[[[[[[[7_u8]]]]]]]]];
    capture!(f, wrong[3] = xs, overflow[usize::MAX, 2, 2] = xs, negative[-4] = xs);
    capture!(f, rank[1, 1, 1, 1, 1, 1, 1, 1, 4] = xs, deep, right[2, 2] = xs, scalar[] = xs[0]);
    for key in ["wrong", "overflow", "negative", "rank"] {
        let key = format!("f.{key}");
        assert_eq!(value(&key).shape(), [4], "{key}");
        assert_eq!(anycapture::report().key(&key).map(|k| k.mismatched()), Some(1), "{key}");
    }
    assert_eq!(value("f.deep").shape(), [1]);
    assert_eq!(value("f.right").shape(), [2, 2]);
    assert_eq!(value("f.scalar").scalar::<u8>(), Some(1));
    assert_eq!(anycapture::report().key("f.right").map(|k| k.mismatched()), Some(0));
}

#[test]
fn values_of_changing_type_and_shape_share_a_key() {
    let _alone = alone();
    let at = |n: usize| vec![1.0_f32; n];
    for n in [3, 3, 0, 700, 4096, 1] {
        capture!(f, x = at(n));
    }
    capture!(f, x = 5_u8);
    capture!(f, x = "text");
    capture!(f, x = at(3));
    let cache = cache();
    let lengths: Vec<_> =
        cache["f.x"].iter().map(|v| v.as_slice::<f32>().map(<[_]>::len)).collect();
    let expected = [Some(3), Some(3), Some(0), Some(700), Some(4096), Some(1), None, None, Some(3)];
    assert_eq!(lengths, expected);
    assert_eq!(cache["f.x"][6].scalar::<u8>(), Some(5));
    assert_eq!(cache["f.x"][7].downcast_ref::<String>().map(String::as_str), Some("text"));
}
