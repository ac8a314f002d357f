//! What the public macros expand to. Not public API.

/// A capture line: `any` for [`capture!`](crate::capture), `optional` for one that passes over what is no
/// plain data or text.
///
/// Takes the line apart, checks it, and hands items and options on in a fixed form.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture {
    // forward, attn, q[heads, 64], norm = x.norm(), row[64] = rows.next()
    ($case:ident $($path:ident)::+,
     $($item:ident $([$($dim:expr),* $(,)?])? $(= $value:expr)?),+ $(,)?) => {
        $crate::__capture_line! {
            $case [$($path)+] [$([$item [$([$($dim)*])?] [$($value)?]])+] [] [] [] []
        }
    };
    // the same; every = 10, index = layer, on = flag, if x > 0.0
    ($case:ident $($path:ident)::+,
     $($item:ident $([$($dim:expr),* $(,)?])? $(= $value:expr)?),+ $(,)?; $($options:tt)*) => {
        $crate::__capture_options! {
            [$case [$($path)+] [$([$item [$([$($dim)*])?] [$($value)?]])+]] [] [] [] [] $($options)*
        }
    };
    // forward
    ($case:ident $($path:ident)::+ $(,)? $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            "nothing to capture: name a variable behind the path, as in `capture!(forward, attention_map)`"
        }
    };
    // forward, a + b
    ($case:ident $($path:ident)::+, $($items:tt)*) => {
        $crate::__private::compile_error! {
            "an item of `capture!` is `name`, `name[dimensions]`, `name = expression` or \
             `name[dimensions] = expression`, with commas between items and `;` before the options"
        }
    };
    // Attention::<T>::forward, attn
    ($case:ident $($line:tt)*) => {
        $crate::__private::compile_error! {
            "`capture!` begins with the path of the key, identifiers only, and a comma: \
             `capture!(forward, attention_map)` or `capture!(Attention::forward, attention_map)`"
        }
    };
}

/// Sorts the options of a line into four slots: `every`, `index`, `on`, `if`.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_options {
    // all sorted
    ([$($line:tt)*] $every:tt $index:tt $on:tt $if:tt) => {
        $crate::__capture_line! { $($line)* $every $index $on $if }
    };
    // every = 0
    ($line:tt $every:tt $index:tt $on:tt $if:tt every = 0 $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`every = 0` captures nothing: `every = 1`, or no `every`, captures every hit"
        }
    };
    // every = 10
    ($line:tt [] $index:tt $on:tt $if:tt every = $every:expr $(, $($rest:tt)*)?) => {
        $crate::__capture_options! { $line [$every] $index $on $if $($($rest)*)? }
    };
    // index = layer
    ($line:tt $every:tt [] $on:tt $if:tt index = $index:expr $(, $($rest:tt)*)?) => {
        $crate::__capture_options! { $line $every [$index] $on $if $($($rest)*)? }
    };
    // on = flag
    ($line:tt $every:tt $index:tt [] $if:tt on = $on:expr $(, $($rest:tt)*)?) => {
        $crate::__capture_options! { $line $every $index [$on] $if $($($rest)*)? }
    };
    // if x > 0.0
    ($line:tt $every:tt $index:tt $on:tt [] if $if:expr $(, $($rest:tt)*)?) => {
        $crate::__capture_options! { $line $every $index $on [$if] $($($rest)*)? }
    };
    // every = 10, every = 20
    ($line:tt [$_:expr] $index:tt $on:tt $if:tt every $($rest:tt)*) => {
        $crate::__private::compile_error! { "the option `every` is given twice: keep one of them" }
    };
    ($line:tt $every:tt [$_:expr] $on:tt $if:tt index $($rest:tt)*) => {
        $crate::__private::compile_error! { "the option `index` is given twice: keep one of them" }
    };
    ($line:tt $every:tt $index:tt [$_:expr] $if:tt on $($rest:tt)*) => {
        $crate::__private::compile_error! { "the option `on` is given twice: keep one of them" }
    };
    ($line:tt $every:tt $index:tt $on:tt [$_:expr] if $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "the option `if` is given twice: join the conditions with `&&`"
        }
    };
    // evry = 10
    ($line:tt $every:tt $index:tt $on:tt $if:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "unknown option `", $crate::__private::stringify!($($rest)*),
                "`: there are `every = N`, `index = expression`, `on = flag` and `if condition`"
            )
        }
    };
}

/// The line itself: the switch, then the condition, then `every`, then the items.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_line {
    // without `on`
    ($case:ident $path:tt $items:tt $every:tt $index:tt [] $if:tt) => {
        $crate::__if_recording! { ($crate::is_active()) {
            $crate::__capture_hit! { $case $path $items $every $index $if }
        } }
    };
    ($case:ident $path:tt $items:tt $every:tt $index:tt [$on:expr] $if:tt) => {
        $crate::__if_recording! { ($on) {
            $crate::__capture_hit! { $case $path $items $every $index $if }
        } }
    };
}

/// Takes the way to a capture if the switch is on.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_recording {
    (($switch:expr) $hit:block) => {
        if $switch $hit
    };
}

/// Has everything type-checked, and no code made of it: `feature_off` guards both.
#[cfg(not(feature = "capture"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_recording {
    (($switch:expr) $hit:block) => {
        if false {
            if $switch $hit
        }
    };
}

/// What happens while recording: `if`, `every`, `index`, then the items.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_hit {
    // if condition
    ($case:ident $path:tt $items:tt $every:tt $index:tt [$if:expr]) => {
        if $if {
            $crate::__capture_hit! { $case $path $items $every $index [] }
        }
    };
    // every = 10
    ($case:ident $path:tt $items:tt [$every:expr] $index:tt []) => {
        match $crate::__private::size($every) {
            every => {
                static __ANYCAPTURE_HITS: $crate::__private::Hits = $crate::__private::Hits::new();
                if __ANYCAPTURE_HITS.nth(every) {
                    $crate::__capture_hit! { $case $path $items [] $index [] }
                }
            }
        }
    };
    // index = layer
    ($case:ident $path:tt $items:tt [] [$index:expr] []) => {
        match $crate::__private::index($index) {
            index => {
                $crate::__capture_hit! { $case $path $items [] index }
            }
        }
    };
    // nothing of these
    ($case:ident $path:tt $items:tt [] [] []) => {
        $crate::__capture_hit! { $case $path $items [] none }
    };
    // the items
    ($case:ident $path:tt [$($item:tt)+] [] $index:ident) => {
        $($crate::__capture_item! { $case $path $item $index })+
    };
}

/// One item: evaluates its value and its dimensions, and hands them to its site.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_item {
    // attn
    ($case:ident $path:tt [$item:ident $dims:tt []] $index:ident) => {
        $crate::__capture_item! { $case $path [$item $dims [$item]] $index }
    };
    // attn = expr
    ($case:ident $path:tt [$item:ident [] [$value:expr]] none) => {
        match &$value {
            value => $crate::__capture_value! { $case $path $item value (&$crate::__private::Note::NONE) }
        }
    };
    ($case:ident $path:tt [$item:ident [] [$value:expr]] $index:ident) => {
        match (&$value, &$crate::__private::Note { shape: $crate::__private::None, $index }) {
            (value, note) => $crate::__capture_value! { $case $path $item value (note) }
        }
    };
    // attn[heads, tokens] = expr
    ($case:ident $path:tt [$item:ident [[$($dim:expr)*]] [$value:expr]] none) => {
        $crate::__capture_item! {
            @shaped $case $path $item [$($dim)*] [$value] $crate::__private::None
        }
    };
    ($case:ident $path:tt [$item:ident [[$($dim:expr)*]] [$value:expr]] $index:ident) => {
        $crate::__capture_item! { @shaped $case $path $item [$($dim)*] [$value] $index }
    };
    (@shaped $case:ident $path:tt $item:ident [$($dim:expr)*] [$value:expr] $index:expr) => {
        match (&$value, &$crate::__private::Note {
            shape: $crate::__private::Some(&[$($crate::__private::size($dim)),*]),
            index: $index,
        }) {
            (value, note) => $crate::__capture_value! { $case $path $item value (note) }
        }
    };
}

/// The site of an item. The names that it puts in scope are not in scope for the user's expressions.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_value {
    ($case:ident [$($path:ident)+] $item:ident $value:ident ($note:expr)) => {{
        use $crate::__private::$case::*;
        static __ANYCAPTURE_SITE: $crate::__private::Site = $crate::__private::Site::new();
        const __ANYCAPTURE_RAW: &$crate::__private::str = $crate::__private::concat!(
            $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
        );
        const __ANYCAPTURE_BYTES: &$crate::__private::Key<{
            $crate::__private::key_length(__ANYCAPTURE_RAW)
        }> = &$crate::__private::Key::new(__ANYCAPTURE_RAW);
        const __ANYCAPTURE_KEY: &$crate::__private::str = __ANYCAPTURE_BYTES.as_str();
        // As many references as there are cases.
        (&&&&&&&&$crate::__private::Probe($value)).__anycapture_record(
            &__ANYCAPTURE_SITE,
            &__ANYCAPTURE_KEY,
            $note,
        );
    }};
}
