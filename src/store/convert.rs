//! Conversions of users' types to plain data.
//!
//! A conversion is shared, so that a capture can run it without holding a lock, while another thread replaces it. It is looked up
//! by type, only for values that are not plain data: plain data pay nothing for conversions.

use alloc::{string::String, vec::Vec};
use core::fmt::{self, Display};

use super::element::{Buffer, Buffered, Element};
use super::note::{DimList, dims};

/// Numbers with a shape, the result of a conversion: see [`Options::convert`](crate::Options::convert).
///
/// The store takes over a large `Vec` as it is, without a second copy.
///
/// # Examples
///
/// ```
/// use anycapture::Array;
///
/// let row_major = Array::new(&[2, 3], vec![1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// assert_eq!(row_major.shape(), [2, 3]);
/// ```
pub struct Array {
    pub(crate) shape: DimList,
    pub(crate) buffer: Buffer,
}

impl Array {
    /// An array of `values` in row-major order, with the dimensions `shape`, outermost first.
    ///
    /// If the product of the dimensions is not the number of elements, the values are kept flat and the mismatch is counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::Array;
    ///
    /// let map = Array::new(&[2, 3], vec![0.5_f32; 6]);
    /// assert_eq!(map.shape(), [2, 3]);
    /// ```
    pub fn new<E: Element>(shape: &[usize], values: Vec<E>) -> Array {
        let mut buffer = <E as Buffered>::buffer();
        if let Some(data) = E::of_mut(&mut buffer) {
            *data = values;
        }
        Array { shape: dims(shape), buffer }
    }

    /// The dimensions as given, outermost first, but at most the first 9.
    pub fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({} {:?})", self.buffer.kind().dtype(), self.shape())
    }
}

/// The result of a conversion: an [`Array`], or a `Result` of one whose error implements `Display`.
///
/// The trait is sealed.
///
/// # Examples
///
/// ```
/// use anycapture::{Array, Options, capture};
///
/// #[derive(Clone)]
/// struct Quantised { scale: f32, data: Vec<i8> }
///
/// let options = Options::new().convert(|q: &Quantised| -> Result<Array, &'static str> {
///     if q.scale == 0.0 {
///         return Err("the scale is zero");
///     }
///     let numbers: Vec<f32> = q.data.iter().map(|&x| f32::from(x) * q.scale).collect();
///     Ok(Array::new(&[q.data.len()], numbers))
/// });
/// anycapture::activate_with(options);
/// let (good, bad) = (Quantised { scale: 0.5, data: vec![2, 4] }, Quantised { scale: 0.0, data: vec![] });
/// capture!(forward, good, bad);
/// # if !anycapture::ENABLED { return }
/// assert_eq!(anycapture::cache()["forward.good"][0].as_slice::<f32>(), Some(&[1.0, 2.0][..]));
/// assert!(anycapture::report().to_string().contains("the scale is zero"));
/// ```
pub trait Converted: sealed::Sealed {
    /// The numbers, or a message.
    #[doc(hidden)]
    fn into_array(self) -> Result<Array, String>;
}

mod sealed {
    use super::Array;

    pub trait Sealed {}

    impl Sealed for Array {}
    impl<E> Sealed for Result<Array, E> {}
}

impl Converted for Array {
    fn into_array(self) -> Result<Array, String> {
        Ok(self)
    }
}

impl<E: Display> Converted for Result<Array, E> {
    fn into_array(self) -> Result<Array, String> {
        self.map_err(|error| try_format(format_args!("{error}")).unwrap_or_default())
    }
}

/// `format!`, but fails instead of aborting when there is no memory.
pub(crate) fn try_format(text: fmt::Arguments<'_>) -> Result<String, fmt::Error> {
    struct Fallible(String);

    impl fmt::Write for Fallible {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.try_reserve(text.len()).map_err(|_| fmt::Error)?;
            self.0.push_str(text);
            Ok(())
        }
    }

    let mut to = Fallible(String::new());
    fmt::write(&mut to, text)?;
    Ok(to.0)
}

#[cfg(feature = "capture")]
pub(crate) use with_capture::{Conversion, Conversions};

#[cfg(feature = "capture")]
mod with_capture {
    use alloc::{boxed::Box, string::String, vec::Vec};
    use core::any::{Any, TypeId};

    use super::super::share::{Pool, Pooled, Shared, Unique, try_box};
    use super::{Array, Converted};

    /// A conversion of one type.
    pub(crate) struct Conversion {
        of: TypeId,
        run: Box<dyn Run>,
    }

    impl Pooled for Conversion {
        fn pool() -> &'static Pool<Conversion> {
            static POOL: Pool<Conversion> = Pool::new();
            &POOL
        }
    }

    /// A conversion, with its type erased.
    trait Run: Send + Sync {
        /// `None` if `value` is of another type.
        fn run(&self, value: &dyn Any) -> Option<Result<Array, String>>;
    }

    /// The user's closure, and the type of its argument. In an array of one, for [`try_box`].
    struct Function<T, F>(F, core::marker::PhantomData<fn(&T)>);

    impl<T: 'static, C: Converted, F: Fn(&T) -> C + Send + Sync> Run for [Function<T, F>; 1] {
        fn run(&self, value: &dyn Any) -> Option<Result<Array, String>> {
            Some((self[0].0)(value.downcast_ref()?).into_array())
        }
    }

    impl Conversion {
        /// The numbers of `value`, or the error message of the conversion; `None` if `value` is of another type.
        pub(crate) fn run(&self, value: &dyn Any) -> Option<Result<Array, String>> {
            self.run.run(value)
        }
    }

    /// Conversions, at most one for each type.
    #[derive(Default)]
    pub(crate) struct Conversions(Vec<Shared<Conversion>>);

    impl Conversions {
        /// An empty list.
        pub(crate) const fn new() -> Conversions {
            Conversions(Vec::new())
        }

        /// Adds a conversion, in place of an earlier one of the same type. Does nothing if there is no memory.
        pub(crate) fn add<T: 'static, C: Converted>(
            &mut self,
            convert: impl Fn(&T) -> C + Send + Sync + 'static,
        ) {
            let Ok(run) = try_box(Function(convert, core::marker::PhantomData)) else { return };
            let conversion = Conversion { of: TypeId::of::<T>(), run };
            if let Ok(conversion) = Unique::new(conversion) {
                self.set(&mut conversion.share());
            }
        }

        /// Sets the conversion of a type, and leaves the earlier one in `conversion`.
        fn set(&mut self, conversion: &mut Shared<Conversion>) {
            match self.0.iter_mut().find(|other| other.of == conversion.of) {
                Some(other) => core::mem::swap(other, conversion),
                None => {
                    if self.0.try_reserve(1).is_ok() {
                        self.0.push(conversion.clone());
                    }
                }
            }
        }

        /// Adds these to `earlier`, and keeps the replaced ones, to be dropped when no lock is held.
        pub(crate) fn merge_into(&mut self, earlier: &mut Conversions) {
            for conversion in &mut self.0 {
                earlier.set(conversion);
            }
        }

        /// The conversion of this type.
        pub(crate) fn get(&self, of: TypeId) -> Option<Shared<Conversion>> {
            self.0.iter().find(|conversion| conversion.of == of).cloned()
        }
    }
}

/// Without recording, nothing is converted.
#[cfg(not(feature = "capture"))]
#[derive(Default)]
pub(crate) struct Conversions;

#[cfg(not(feature = "capture"))]
impl Conversions {
    pub(crate) fn add<T: 'static, C: Converted>(
        &mut self,
        _: impl Fn(&T) -> C + Send + Sync + 'static,
    ) {
    }
}
