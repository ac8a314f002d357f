//! What can be captured, and how it comes back.

use std::{
    borrow::Cow,
    cell::RefCell,
    fmt::Debug,
    rc::Rc,
    sync::{Arc, Mutex, RwLock},
};

use anycapture::{Dtype, Element, Value, cache, capture, captured_fn, each, report};

use crate::alone;

#[derive(Clone, Debug, PartialEq)]
struct Tensor {
    data: Vec<f32>,
    name: String,
}

fn tensor() -> Tensor {
    Tensor { data: vec![1.0, 2.0], name: "q".into() }
}

fn value(key: &str) -> Value<'static> {
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
    let shown = anycapture::visit(|value| {
        let mut room = values;
        room.reverse();
        let read = value.read_into(&mut room).expect("its own type").to_vec();
        assert_eq!(read, values[..read.len()]);
        seen += 1;
    });
    assert_eq!((seen, shown.values(), shown.is_complete()), (3, 3, true));
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
    let nested = vec![vec![1, 2], vec![3]];
    let shared = Arc::new(tensor());
    capture!(f, owned, one, two, three, mutable, nested, shared);
    for key in ["owned", "one", "two", "three", "mutable"] {
        assert_eq!(value(&format!("f.{key}")).downcast_ref(), Some(&tensor()), "{key}");
    }
    assert_eq!(value("f.nested").downcast_ref(), Some(&vec![vec![1, 2], vec![3]]));
    assert_eq!(value("f.shared").downcast_ref::<Arc<Tensor>>(), Some(&shared));
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

fn generic_clone<T: Clone + Send + Sync + 'static>(x: T, y: &T, all: &[T]) {
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
fn numbers_in_code_that_is_generic_over_any_type_are_recognised() {
    fn generic<T: Clone + Send + Sync + 'static>(x: T, y: &T, all: Vec<T>, optional: Option<T>) {
        capture!(any, x, y, all, optional);
    }
    let _alone = alone();
    generic(1.5_f32, &2.5, vec![3.5, 4.5], Some(5.5));
    assert_eq!(value("any.x").scalar(), Some(1.5_f32));
    assert_eq!(value("any.y").scalar(), Some(2.5_f32));
    assert_eq!(value("any.all").as_slice(), Some(&[3.5_f32, 4.5][..]));
    assert_eq!(value("any.optional").scalar(), Some(5.5_f32));
}

#[test]
fn slices_in_code_that_is_generic_over_any_type_are_recognised() {
    fn generic<T: Clone + Send + Sync + 'static>(all: &[T], shaped: &[T]) {
        capture!(any, all, shaped[1, 2] = shaped);
    }
    let _alone = alone();
    generic(&[1_i64, 2], &[3, 4]);
    generic(&[true, false], &[true, true]);
    let long = vec![0.5_f64; 10_000];
    generic(&long, &long);
    assert_eq!(cache()["any.all"][0].as_slice(), Some(&[1_i64, 2][..]));
    assert_eq!(cache()["any.all"][1].as_slice(), Some(&[true, false][..]));
    assert_eq!(cache()["any.all"][2].as_slice(), Some(&long[..]));
    assert_eq!(cache()["any.shaped"][0].shape(), [1, 2]);
    assert_eq!(report().key("any.shaped").map(|key| key.mismatched()), Some(1), "of 10000");
}

#[test]
fn lists_of_texts_are_kept_as_owned_ones() {
    let _alone = alone();
    let owned = vec![String::from("the"), String::from("cat")];
    let borrowed: Vec<&str> = owned.iter().map(String::as_str).collect();
    let array = ["the", "cat"];
    let slice = &owned[..];
    let optional = Some(&owned);
    capture!(tokens, owned, borrowed, array, slice, optional);
    for key in ["owned", "borrowed", "array", "slice", "optional"] {
        assert_eq!(value(&format!("tokens.{key}")).downcast_ref(), Some(&owned), "{key}");
    }
}

#[test]
fn what_dereferences_to_plain_data_is_kept_as_that() {
    let _alone = alone();
    let shared: Arc<[f32]> = Arc::new([1.0, 2.0]);
    let counted = Rc::new(vec![3.0_f32]);
    let boxed = Box::new(4.0_f32);
    let borrowed = Cow::Borrowed(&[5.0_f32, 6.0][..]);
    let owned: Cow<'_, [f32]> = Cow::Owned(vec![7.0]);
    let cell = RefCell::new([[8.0_f32; 2]; 3]);
    let guard = cell.borrow();
    let behind = &shared;
    capture!(f, shared, counted, boxed, borrowed, owned, guard, behind);
    for (key, elements, shape) in [
        ("shared", &[1.0_f32, 2.0][..], &[2][..]),
        ("counted", &[3.0], &[1]),
        ("boxed", &[4.0], &[]),
        ("borrowed", &[5.0, 6.0], &[2]),
        ("owned", &[7.0], &[1]),
        ("guard", &[8.0; 6], &[3, 2]),
        ("behind", &[1.0, 2.0], &[2]),
    ] {
        let value = value(&format!("f.{key}"));
        assert_eq!((value.as_slice(), value.shape()), (Some(elements), shape), "{key}");
    }
}

#[test]
fn what_dereferences_is_followed_behind_references_and_guards_and_converted() {
    let _alone = alone();
    let shared: Arc<[f32]> = Arc::new([1.0, 2.0]);
    let one = &shared;
    let two = &one;
    let nested = Rc::new(Arc::new(vec![1.0_f32, 2.0]));
    let mutex = Mutex::new(vec![1.0_f32, 2.0]);
    let locked = mutex.lock().expect("no panic inside");
    let lock = RwLock::new(Arc::new([1.0_f32, 2.0]));
    let read = lock.read().expect("no panic inside");
    let half = [half::f16::ONE, half::f16::from_f32(2.0)];
    let halves = Arc::new(half.to_vec());
    let behind = &halves;
    let cow = Cow::Borrowed(&half[..]);
    let boxed = Box::new(half);
    capture!(f, shared, one, two, nested, locked, read, halves, behind, cow, boxed);
    for key in
        ["shared", "one", "two", "nested", "locked", "read", "halves", "behind", "cow", "boxed"]
    {
        assert_eq!(value(&format!("f.{key}")).as_slice(), Some(&[1.0_f32, 2.0][..]), "{key}");
    }
    let scalar = Rc::new(RefCell::new(half::bf16::ONE));
    let guard = scalar.borrow();
    let text = Arc::new(String::from("text"));
    let cell = RefCell::new(String::from("text"));
    let held = cell.borrow();
    let slice: Rc<str> = "text".into();
    capture!(f, guard, text, held, slice);
    assert_eq!(value("f.guard").scalar(), Some(1.0_f32));
    for key in ["text", "held", "slice"] {
        let key = format!("f.{key}");
        assert_eq!(value(&key).downcast_ref(), Some(&String::from("text")), "{key}");
    }
}

/// A borrowed view of someone else's: not `'static`, yet the numbers are there.
#[test]
fn views_that_borrow_are_numbers() {
    struct View<'a>(&'a [f32]);
    impl std::ops::Deref for View<'_> {
        type Target = [f32];
        fn deref(&self) -> &[f32] {
            self.0
        }
    }
    fn within(mask: Option<&[f32]>, view: &View<'_>, row: Option<&Vec<f32>>) {
        let cow = Cow::Borrowed(view.0);
        capture!(borrowed, mask, view, row, cow);
    }
    let _alone = alone();
    let data = vec![1.0_f32, 2.0, 3.0];
    within(Some(&data[1..]), &View(&data), Some(&data));
    within(None, &View(&data[..1]), None);
    assert_eq!(value("borrowed.mask").as_slice(), Some(&[2.0_f32, 3.0][..]));
    assert_eq!(value("borrowed.view").as_slice(), Some(&data[..]));
    assert_eq!(value("borrowed.row").as_slice(), Some(&data[..]));
    assert_eq!(value("borrowed.cow").as_slice(), Some(&data[..]));
    assert_eq!(cache()["borrowed.mask"].len(), 1);
    assert_eq!(report().key("borrowed.mask").map(|key| key.absent()), Some(1));
}

#[test]
fn half_precision_is_kept_as_f32_exactly() {
    let _alone = alone();
    let all = (0..=u16::MAX).map(half::bf16::from_bits).collect::<Vec<_>>();
    let scores = [half::f16::from_f32(0.1); 3];
    let one = scores[0];
    let rows = Vec::from([[half::bf16::ONE; 2]; 3]);
    let optional = Some(vec![half::f16::ONE]);
    capture!(half, all, scores, one, optional);
    capture!(half, shaped[2, 3] = rows.as_flattened());
    let kept = value("half.all");
    assert_eq!((kept.dtype(), kept.shape()), (Dtype::F32, &[1 << 16][..]));
    let exact = kept.as_slice::<f32>().expect("numbers").iter().zip(&all);
    assert!(exact.clone().all(|(a, b)| a.to_bits() == b.to_f32().to_bits() || b.is_nan()));
    assert!(exact.clone().all(|(a, b)| a.is_nan() == b.is_nan()));
    let tenth = scores[0].to_f32();
    assert_eq!(value("half.scores").as_slice(), Some(&[tenth; 3][..]));
    assert_eq!(value("half.one").scalar(), Some(tenth));
    assert_eq!(value("half.optional").as_slice(), Some(&[1.0_f32][..]));
    assert_eq!(value("half.shaped").shape(), [2, 3]);
}

#[test]
fn numbers_that_are_an_f64_without_loss_are_kept_as_that() {
    #[derive(Clone, Copy)]
    struct Metres(f64);
    impl From<Metres> for f64 {
        fn from(metres: Metres) -> f64 {
            metres.0
        }
    }
    let _alone = alone();
    let (one, many) = (Metres(0.1), vec![Metres(0.2); 3]);
    capture!(unit, one, many);
    assert_eq!(value("unit.one").scalar(), Some(0.1_f64));
    assert_eq!(value("unit.many").as_slice(), Some(&[0.2_f64; 3][..]));
}

#[test]
fn numbers_that_convert_are_followed_behind_references_and_in_options() {
    #[derive(Clone, Copy)]
    struct Metres(f64);
    impl From<Metres> for f64 {
        fn from(metres: Metres) -> f64 {
            metres.0
        }
    }
    let _alone = alone();
    let (half, metres) = (half::bf16::ONE, Metres(0.1));
    let (one, two, three) = (&half, &&half, &&&half);
    let (wide, wider, widest) = (&metres, &&metres, &&&metres);
    let held = Some(half);
    let held_reference: Result<&half::bf16, String> = Ok(&half);
    let behind = &held;
    let held_shared = Some(Arc::new(half));
    let held_wide = Some(metres);
    let held_wide_reference = Some(&metres);
    capture!(f, one, two, three, held, held_reference, behind, held_shared);
    capture!(f, wide, wider, widest, held_wide, held_wide_reference);
    for key in ["one", "two", "three", "held", "held_reference", "behind", "held_shared"] {
        assert_eq!(value(&format!("f.{key}")).scalar(), Some(1.0_f32), "{key}");
    }
    for key in ["wide", "wider", "widest", "held_wide", "held_wide_reference"] {
        assert_eq!(value(&format!("f.{key}")).scalar(), Some(0.1_f64), "{key}");
    }
    let (halves, many) = ([half; 3], vec![metres; 3]);
    let array = Some(halves);
    let slice: Result<&[half::bf16], ()> = Ok(&halves);
    let shared: Option<Arc<[half::bf16]>> = Some(Arc::new(halves));
    let wide = Ok::<_, ()>(many.clone());
    let wide_shared = Some(Rc::new(many));
    let guarded = RwLock::new(Rc::new(halves));
    let (read, behind) = (guarded.read().ok(), shared.as_ref());
    capture!(many, array, slice, shared, read, behind, wide, wide_shared);
    for key in ["array", "slice", "shared", "read", "behind"] {
        assert_eq!(value(&format!("many.{key}")).as_slice(), Some(&[1.0_f32; 3][..]), "{key}");
    }
    for key in ["wide", "wide_shared"] {
        assert_eq!(value(&format!("many.{key}")).as_slice(), Some(&[0.1_f64; 3][..]), "{key}");
    }
}

/// As `ordered_float::OrderedFloat`: it converts, and dereferences, and its level must be one of its own everywhere.
#[test]
fn a_number_that_also_dereferences_is_no_ambiguity() {
    #[derive(Clone, Copy)]
    struct Ordered(f32);
    impl From<Ordered> for f32 {
        fn from(ordered: Ordered) -> f32 {
            ordered.0
        }
    }
    impl std::ops::Deref for Ordered {
        type Target = f32;
        fn deref(&self) -> &f32 {
            &self.0
        }
    }
    let _alone = alone();
    let x = Ordered(0.5);
    let (one, two, three, many) = (&x, &&x, &&&x, [x; 1]);
    let (held, held_one, held_two) = (Some(x), Some(&x), Some(Rc::new(&x)));
    let behind = &held_one;
    capture!(f, x, one, two, three, many, held, held_one, held_two, behind);
    for key in ["x", "one", "two", "three", "many", "held", "held_one", "held_two", "behind"] {
        assert_eq!(value(&format!("f.{key}")).scalar(), Some(0.5_f32), "{key}");
    }
}

#[test]
fn a_bound_that_says_a_number_converts_is_enough_in_generic_code() {
    fn convert<T: Into<f32> + Copy>(one: T, many: &[T], vector: Vec<T>, held: Option<T>) {
        let (behind, shared) = (&one, Arc::new(vector.clone()));
        capture!(into, one, many, vector, held, behind, shared);
    }
    fn convert_wide<T: Into<f64> + Copy>(one: T, many: &[T]) {
        capture!(wide, one, many);
    }
    let _alone = alone();
    convert(half::f16::ONE, &[half::f16::ONE], vec![half::f16::ONE], Some(half::f16::ONE));
    convert_wide(7_u32, &[8]);
    for key in ["one", "held", "behind"] {
        assert_eq!(value(&format!("into.{key}")).scalar(), Some(1.0_f32), "{key}");
    }
    for key in ["many", "vector", "shared"] {
        assert_eq!(value(&format!("into.{key}")).as_slice(), Some(&[1.0_f32][..]), "{key}");
    }
    assert_eq!(value("wide.one").scalar(), Some(7.0_f64));
    assert_eq!(value("wide.many").as_slice(), Some(&[8.0_f64][..]));
}

#[test]
fn a_bound_of_element_is_plain_data_in_every_form() {
    fn element<T: Element>(one: T, many: &[T], rows: Vec<[T; 2]>, held: Option<&[T]>) {
        let shared: Arc<[T]> = many.into();
        capture!(element, one, many, rows, held, shared);
    }
    let _alone = alone();
    element(1_u16, &[1, 2], vec![[1, 2]], Some(&[1, 2]));
    assert_eq!(value("element.one").scalar(), Some(1_u16));
    for key in ["many", "rows", "held", "shared"] {
        assert_eq!(value(&format!("element.{key}")).as_slice(), Some(&[1_u16, 2][..]), "{key}");
    }
    assert_eq!(value("element.rows").shape(), [1, 2]);
}

#[test]
fn options_and_results_are_what_they_hold_and_absence_is_counted() {
    let _alone = alone();
    let results: [Result<f32, String>; 3] = [Ok(0.5), Err("no".into()), Ok(1.5)];
    for result in &results {
        let row = result.as_ref().ok().map(|x| vec![*x; 3]);
        let text = result.as_ref().map(|x| x.to_string());
        let tensor = result.as_ref().ok().map(|_| tensor());
        let shared: Option<Arc<[f32]>> = row.as_ref().map(|row| row[..].into());
        capture!(held, result, row, text, tensor, shared);
    }
    for key in ["result", "row", "text", "tensor", "shared"] {
        let key = format!("held.{key}");
        assert_eq!(cache()[&*key].len(), 2, "{key}");
        assert_eq!(report().key(&key).map(|key| key.absent()), Some(1), "{key}");
    }
    assert_eq!(cache()["held.result"][1].scalar(), Some(1.5_f32));
    assert_eq!(cache()["held.row"][0].as_slice(), Some(&[0.5_f32; 3][..]));
    assert_eq!(value("held.text").downcast_ref(), Some(&String::from("0.5")));
    assert_eq!(value("held.tensor").downcast_ref(), Some(&tensor()));
    assert_eq!(value("held.shared").as_slice(), Some(&[0.5_f32; 3][..]));
}

#[test]
fn options_and_results_are_followed_behind_references() {
    let _alone = alone();
    let data = [1.0_f32, 2.0];
    let slice = &Some(&data[..]);
    let twice = &slice;
    let shared: &Result<Arc<[f32]>, String> = &Ok(Arc::from(&data[..]));
    let pointers = [Arc::new(data)];
    let first = pointers.first();
    let text = &Some("text");
    let texts = Some(["text"; 2]);
    let (owned, one) = (tensor(), Some(tensor()));
    let reference = Some(&owned);
    let behind = &one;
    let both = &reference;
    capture!(f, slice, twice, shared, first, text, texts, behind, both);
    for key in ["slice", "twice", "shared"] {
        assert_eq!(value(&format!("f.{key}")).as_slice(), Some(&data[..]), "{key}");
    }
    assert_eq!(value("f.first").as_slice(), Some(&data[..]));
    assert_eq!(value("f.text").downcast_ref(), Some(&String::from("text")));
    assert_eq!(value("f.texts").downcast_ref(), Some(&vec![String::from("text"); 2]));
    assert_eq!(value("f.behind").downcast_ref(), Some(&tensor()));
    assert_eq!(value("f.both").downcast_ref(), Some(&tensor()));
}

#[test]
fn the_result_of_a_forward_is_the_tensor_in_it() {
    captured_fn! {
        #[capture(return)]
        fn forward(x: f32) -> Result<Tensor, String> {
            if x < 0.0 {
                return Err("negative".into());
            }
            Ok(Tensor { data: vec![x], name: "out".into() })
        }
    }
    let _alone = alone();
    assert!(forward(1.0).is_ok() && forward(-1.0).is_err());
    let kept = &cache()["forward.return"];
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].downcast_ref::<Tensor>().map(|tensor| tensor.data[0]), Some(1.0));
    assert_eq!(report().key("forward.return").map(|key| key.absent()), Some(1));
}

#[test]
fn elements_of_an_iterator_are_kept_in_the_order_and_shape_of_the_line() {
    let _alone = alone();
    let (rows, columns) = (3, 20);
    let data: Vec<f32> = (0..rows * columns).map(|nth| nth as f32).collect();
    let row_major = |nth: usize| data[nth % columns * rows + nth / columns];
    let mut ran = 0;
    // On the stack first, and in a chunk of its own; a length that is not what was announced.
    capture!(f, small = each([1.0_f32, 2.0].iter().map(|x| x * 0.5)));
    capture!(f, m[rows, columns] = each((0..rows * columns).map(row_major)));
    anycapture::deactivate();
    capture!(f, inactive = each((0..3_u8).inspect(|_| ran += 1)));
    anycapture::activate();
    assert_eq!(ran, 0);
    assert_eq!(value("f.small").as_slice(), Some(&[0.5_f32, 1.0][..]));
    assert_eq!(value("f.m").shape(), [rows, columns]);
    let expected: Vec<f32> = (0..rows * columns).map(row_major).collect();
    assert_eq!(value("f.m").as_slice(), Some(&expected[..]));
}

#[test]
fn an_iterator_that_gives_fewer_elements_than_it_says_is_kept_flat_and_counted() {
    struct Liar(usize, usize);
    impl Iterator for Liar {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            self.1 = self.1.checked_sub(1)?;
            Some(7)
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.0, Some(self.0))
        }
    }
    impl ExactSizeIterator for Liar {}
    let _alone = alone();
    capture!(lie, few[2, 3] = each(Liar(6, 4)), many[50, 2] = each(Liar(100, 64)));
    capture!(lie, more[2, 2] = each(Liar(4, 1_000)), none[1] = each(Liar(1, 0)));
    assert_eq!(value("lie.few").as_slice(), Some(&[7_u32; 4][..]));
    assert_eq!(value("lie.few").shape(), [4]);
    assert_eq!(value("lie.many").as_slice(), Some(&[7_u32; 64][..]));
    assert_eq!(value("lie.more").shape(), [2, 2]);
    assert_eq!(value("lie.none").shape(), [0]);
    for (key, mismatched) in [("few", 1), ("many", 1), ("more", 0), ("none", 1)] {
        let counts = report().key(&format!("lie.{key}")).expect("was hit");
        assert_eq!((counts.kept(), counts.mismatched()), (1, mismatched), "{key}");
    }
}

#[test]
fn indices_are_up_to_four_signed_numbers() {
    let _alone = alone();
    let x = 1.0_f32;
    for step in 0..3_usize {
        for (cond, layer) in [(0_u8, 5_i64), (1, -6)] {
            capture!(unet, attn = [x; 2]; index = (step, cond, layer));
        }
    }
    capture!(f, one = x; index = -1);
    capture!(f, four = x; index = (i64::MIN, i64::MAX, 0_u8, -2_i8));
    let cache = cache();
    assert_eq!(cache["unet.attn"][3].indices(), [1, 1, -6]);
    assert_eq!(cache["unet.attn"][3].index(), Some(1));
    let at = cache.at("unet.attn", &[2, 0, 5]).expect("it was captured");
    assert_eq!(at.sequence(), cache["unet.attn"][4].sequence());
    assert!(cache.at("unet.attn", &[2, 0]).is_none() && cache.at("f.none", &[1]).is_none());
    assert_eq!(cache["f.one"][0].indices(), [-1]);
    assert_eq!(cache["f.four"][0].indices(), [i64::MIN, i64::MAX, 0, -2]);
}

/// A decode loop: the map grows by a column a token.
#[test]
fn a_growing_map_is_read_back_by_layer_and_step() {
    let _alone = alone();
    let (layers, heads) = (3_usize, 2);
    for step in 0..20_usize {
        for layer in 0..layers {
            let attn = vec![(layer * 100 + step) as f32; heads * (step + 1)];
            capture!(decode, attn[heads, step + 1]; index = (layer, step));
        }
    }
    let cache = cache();
    assert_eq!(cache["decode.attn"].len(), 60);
    for (layer, step) in [(0, 0), (2, 19), (1, 7)] {
        let value = cache.at("decode.attn", &[layer, step]).expect("it was captured");
        assert_eq!(value.shape(), [heads, step as usize + 1]);
        assert_eq!(value.as_slice::<f32>().expect("floats")[0], (layer * 100 + step) as f32);
    }
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
fn only_kept_values_count_as_mismatched_and_only_plain_data() {
    let _alone = alone();
    anycapture::activate_with(anycapture::Options::new().max_bytes(20_000));
    capture!(f, refused[3] = vec![0_u8; 30_000], tensor[2, 2] = tensor(), text[2] = "text");
    let counts = |key: &str| anycapture::report().key(key).expect("was hit");
    let refused = counts("f.refused");
    assert_eq!((refused.kept(), refused.too_large(), refused.mismatched()), (0, 1, 0));
    let tensor = counts("f.tensor");
    assert_eq!((tensor.kept(), tensor.mismatched(), tensor.shape_ignored()), (1, 0, 1));
    let text = counts("f.text");
    assert_eq!((text.kept(), text.mismatched(), text.shape_ignored()), (1, 0, 1));
    for counts in [tensor, text].map(|counts| counts.to_string()) {
        assert!(counts.contains("shape") && !counts.contains("flat"), "{counts}");
    }
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
