//! The table of docs/values.md: values of other crates, with the feature on and off.
#![deny(warnings, unused)]

use anycapture::{activate_with, cache, capture, captured_fn, each, report};
use anycapture::{Array, Dtype, Options, Value, ENABLED};

/// The first value of a key.
fn first(key: &str) -> Value<'static> {
    let cache = cache();
    cache.get(key).unwrap_or_else(|| panic!("{key}: {}", report()))[0].clone()
}

fn assert_floats(key: &str, shape: &[usize], floats: &[f32]) {
    let value = first(key);
    assert_eq!((value.shape(), value.as_slice()), (shape, Some(floats)), "{key}");
}

/// Rows of 3: 0 1 2, 10 11 12.
const ROW_MAJOR: [f32; 6] = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0];

mod nd {
    use super::*;
    use ndarray::{s, Array2, ArrayD, ArrayView2, Axis, Ix2, ShapeBuilder};

    fn matrix() -> Array2<f32> {
        Array2::from_shape_vec((2, 3), ROW_MAJOR.to_vec()).expect("2 x 3")
    }

    #[test]
    fn arrays_are_captured_element_by_element_in_logical_order_whatever_their_layout() {
        let _scope = anycapture::scope();
        let a = matrix();
        let dynamic: ArrayD<f32> = a.clone().into_dyn();
        let mut columns = Array2::zeros((2, 3).f());
        columns.assign(&a);
        let view: ArrayView2<'_, f32> = a.slice(s![.., ..;2]);
        let transposed = a.t();
        capture!(f, a[..a.shape()] = each(a.iter().copied()));
        capture!(f, dynamic[..dynamic.shape()] = each(dynamic.iter().copied()));
        capture!(f, columns[..columns.shape()] = each(columns.iter().copied()));
        capture!(f, view[..view.shape()] = each(view.iter().copied()));
        capture!(f, transposed[..transposed.shape()] = each(transposed.iter().copied()));
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        for key in ["f.a", "f.dynamic", "f.columns"] {
            assert_floats(key, &[2, 3], &ROW_MAJOR);
        }
        assert_floats("f.view", &[2, 2], &[0.0, 2.0, 10.0, 12.0]);
        assert_floats("f.transposed", &[3, 2], &[0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
    }

    #[test]
    fn an_array_in_standard_layout_is_one_copy_and_another_is_counted_as_absent() {
        let _scope = anycapture::scope();
        let a = matrix();
        capture!(f, a[..a.shape()] = a.as_slice());
        let columns = a.t();
        capture!(f, columns[..columns.shape()] = columns.as_slice());
        let row = a.index_axis(Axis(0), 1);
        capture!(f, row = row.as_slice());
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        assert_floats("f.a", &[2, 3], &ROW_MAJOR);
        assert_floats("f.row", &[3], &ROW_MAJOR[3..]);
        assert_eq!(report().key("f.columns").map(|key| key.absent()), Some(1));
    }

    #[test]
    fn a_named_array_is_a_clone_or_numbers_once_its_type_has_a_conversion() {
        captured_fn! {
            #[capture(forward => *: Array2<f32>, return)]
            fn forward(x: &Array2<f32>) -> Result<Array2<f32>, ndarray::ShapeError> {
                let doubled = x * 2.0;
                let dynamic = doubled.clone().into_dyn();
                dynamic.into_dimensionality::<Ix2>()
            }
        }
        let _scope = anycapture::scope();
        let a = matrix();
        capture!(f, clone = a);
        activate_with(
            Options::new()
                .convert(|a: &Array2<f32>| Array::new(a.shape(), a.iter().copied().collect())),
        );
        capture!(f, a);
        let doubled = forward(&a).expect("2 x 3");
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        assert_eq!(first("f.clone").downcast_ref(), Some(&a));
        assert_floats("f.a", &[2, 3], &ROW_MAJOR);
        assert_floats("forward.x", &[2, 3], &ROW_MAJOR);
        assert_floats("forward.doubled", &[2, 3], &ROW_MAJOR.map(|x| x * 2.0));
        assert_floats("forward.return", &[2, 3], doubled.as_slice().expect("as made"));
        assert_eq!(report().key("forward.dynamic").map(|key| key.passed_over()), Some(1));
    }
}

mod linear {
    use super::*;
    use nalgebra::{DMatrix, DVector, Matrix2x3, Vector3};

    #[test]
    fn matrices_are_captured_row_by_row_or_as_their_columns_lie_in_memory() {
        let _scope = anycapture::scope();
        let m = DMatrix::from_row_slice(2, 3, &ROW_MAJOR);
        let fixed = Matrix2x3::from_row_slice(&ROW_MAJOR);
        let (rows, columns) = m.shape();
        capture!(f, m[rows, columns] = each((0..m.len()).map(|n| m[(n / columns, n % columns)])));
        capture!(f, columns[columns, rows] = m.as_slice());
        capture!(f, fixed[2, 3] = each((0..6).map(|n| fixed[(n / 3, n % 3)])));
        capture!(f, row = each(m.row(1).iter().copied()));
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        assert_floats("f.m", &[2, 3], &ROW_MAJOR);
        assert_floats("f.fixed", &[2, 3], &ROW_MAJOR);
        assert_floats("f.columns", &[3, 2], &[0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
        assert_floats("f.row", &[3], &ROW_MAJOR[3..]);
    }

    #[test]
    fn vectors_are_slices() {
        let _scope = anycapture::scope();
        let (v, fixed) = (DVector::from_vec(vec![1.0_f32, 2.0]), Vector3::new(1.0_f32, 2.0, 3.0));
        capture!(f, v = v.as_slice(), fixed = fixed.as_slice(), clone = fixed);
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        assert_floats("f.v", &[2], &[1.0, 2.0]);
        assert_floats("f.fixed", &[3], &[1.0, 2.0, 3.0]);
        assert_eq!(first("f.clone").downcast_ref(), Some(&fixed));
    }

    #[test]
    fn a_matrix_is_numbers_once_its_type_has_a_conversion() {
        let _scope = anycapture::scope();
        activate_with(Options::new().convert(|m: &DMatrix<f32>| {
            Array::new(&[m.nrows(), m.ncols()], m.transpose().as_slice().to_vec())
        }));
        let m = DMatrix::from_row_slice(2, 3, &ROW_MAJOR);
        capture!(f, m);
        if !ENABLED {
            return assert!(cache().is_empty());
        }
        assert_floats("f.m", &[2, 3], &ROW_MAJOR);
    }
}

#[test]
fn half_precision_is_kept_as_f32_in_every_container() {
    use half::{bf16, f16};
    let _scope = anycapture::scope();
    let (f16s, bf16s) = (vec![f16::ONE; 2], [bf16::ONE; 2]);
    let (one, slice, optional) = (f16s[0], &bf16s[..], Some(&f16s));
    let shared: std::sync::Arc<[bf16]> = bf16s.into();
    let small: smallvec::SmallVec<[f16; 4]> = f16s.iter().copied().collect();
    capture!(f, f16s, bf16s, slice, optional, shared, small, one);
    if !ENABLED {
        return assert!(cache().is_empty());
    }
    for key in ["f16s", "bf16s", "slice", "optional", "shared", "small"] {
        assert_floats(&format!("f.{key}"), &[2], &[1.0, 1.0]);
    }
    assert_eq!((first("f.one").dtype(), first("f.one").scalar()), (Dtype::F32, Some(1.0_f32)));
}

#[test]
fn complex_numbers_are_two_lists_or_a_list_of_pairs() {
    use num_complex::Complex32;
    let _scope = anycapture::scope();
    let z = vec![Complex32::new(1.0, -1.0), Complex32::new(2.0, -2.0)];
    capture!(fft, re = each(z.iter().map(|z| z.re)), im = each(z.iter().map(|z| z.im)));
    capture!(fft, clone = z);
    activate_with(Options::new().convert(|z: &Vec<Complex32>| {
        Array::new(&[z.len(), 2], z.iter().flat_map(|z| [z.re, z.im]).collect())
    }));
    capture!(fft, z);
    if !ENABLED {
        return assert!(cache().is_empty());
    }
    assert_floats("fft.re", &[2], &[1.0, 2.0]);
    assert_floats("fft.im", &[2], &[-1.0, -2.0]);
    assert_floats("fft.z", &[2, 2], &[1.0, -1.0, 2.0, -2.0]);
    assert_eq!(first("fft.clone").downcast_ref(), Some(&z));
}

#[test]
fn vectors_of_fixed_capacity_are_what_they_dereference_to() {
    let _scope = anycapture::scope();
    let small: smallvec::SmallVec<[f32; 2]> = smallvec::smallvec![1.0, 2.0, 3.0];
    let array: arrayvec::ArrayVec<f32, 4> = [1.0, 2.0, 3.0].into_iter().collect();
    let heapless: heapless::Vec<f32, 4> = [1.0, 2.0, 3.0].into_iter().collect();
    let rows: heapless::Vec<[f32; 3], 2> = [[1.0, 2.0, 3.0]].into_iter().collect();
    let (behind, optional) = (&heapless, Some(&array));
    capture!(f, small, array, heapless, behind, optional, rows);
    let (text, name) = (
        arrayvec::ArrayString::<8>::from("cat").expect("it fits"),
        heapless::String::<8>::try_from("cat").expect("it fits"),
    );
    capture!(f, text, name);
    if !ENABLED {
        return assert!(cache().is_empty());
    }
    for key in ["small", "array", "heapless", "behind", "optional"] {
        assert_floats(&format!("f.{key}"), &[3], &[1.0, 2.0, 3.0]);
    }
    assert_floats("f.rows", &[1, 3], &[1.0, 2.0, 3.0]);
    for key in ["f.text", "f.name"] {
        assert_eq!(first(key).downcast_ref(), Some(&String::from("cat")), "{key}");
    }
}
