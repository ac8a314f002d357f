//! A fast matrix product for the engine, by the `matrixmultiply` crate.

use crate::engine::{MatMul, Matrix, MatrixMut};

pub struct Fast;

impl MatMul for Fast {
    fn multiply(&self, a: Matrix, b: Matrix, out: MatrixMut) {
        let (rows, inner, columns) = (out.rows, a.columns, out.columns);
        assert!(
            (a.rows, b.rows, b.columns) == (rows, inner, columns),
            "shapes of a matrix product"
        );
        assert!(last(&a) < a.data.len() && last(&b) < b.data.len(), "a matrix within its data");
        let last = (rows - 1) * out.row_stride + columns - 1;
        assert!(last < out.data.len() && columns <= out.row_stride, "an output within its data");
        let stride = |n: usize| n as isize;
        // SAFETY: the asserts keep every element of the three matrices inside its slice; rows of
        // `out` don't overlap; `a` and `b` are only read, and `out` is borrowed by nobody else.
        unsafe {
            matrixmultiply::sgemm(
                rows,
                inner,
                columns,
                1.0,
                a.data.as_ptr(),
                stride(a.row_stride),
                stride(a.column_stride),
                b.data.as_ptr(),
                stride(b.row_stride),
                stride(b.column_stride),
                0.0,
                out.data.as_mut_ptr(),
                stride(out.row_stride),
                1,
            );
        }
    }
}

/// Where the last element lies.
fn last(m: &Matrix) -> usize {
    (m.rows - 1) * m.row_stride + (m.columns - 1) * m.column_stride
}
