//! A capture line: its grammar, its options, its items, and the one macro that writes the code.

/// Takes a line of [`capture!`](crate::capture) apart, and hands items and options on in a fixed form.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_line {
    // forward, t = x.t[2, 3]: the parser would stop at the comma
    ($($path:ident)::+, $item:ident = $a:ident $(. $field:tt)* [$i:tt, $($j:tt)*] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "an index takes one value, and a shape stands after the name: `",
                $crate::__private::stringify!($item), "[",
                $crate::__private::stringify!($i, $($j)*), "] = expression`"
            )
        }
    };
    // forward, attn, q[heads, 64], k[..dims], norm = x.norm(), row[64] = rows.next()
    ($($path:ident)::+, $($item:ident $([$($dims:tt)*])? $(= $value:expr)?),+ $(,)?) => {
        $crate::__anycapture_switch! {
            [any $($path)+] [$([$item [] [$([$($dims)*])?] [$($value)?]])+] [] [] [] [] [] []
        }
    };
    // the same; every = 10, index = (layer, step), keep = 4, room = 256, on = flag, if x > 0.0
    ($($path:ident)::+, $($item:ident $([$($dims:tt)*])? $(= $value:expr)?),+ $(,)?; $($options:tt)*) => {
        $crate::__anycapture_options! {
            [any $($path)+] [$([$item [] [$([$($dims)*])?] [$($value)?]])+] [] [] [] [] [] [] $($options)*
        }
    };
    // forward
    ($($path:ident)::+ $(,)? $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            "nothing to capture: name a variable after the path, as in `capture!(forward, attention_map)`"
        }
    };
    // forward, a + b
    ($($path:ident)::+, $($items:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($items)*),
                "` does not read as items of `capture!`: write `name`, `name[heads, tokens]`, `name = expression` or \
                 `name[heads, tokens] = expression`, with commas between items and `;` before the options"
            )
        }
    };
    // Attention::<T>::forward, attn
    ($($line:tt)*) => {
        $crate::__private::compile_error! {
            "`capture!` begins with the path of the key, identifiers only, and a comma: \
             `capture!(forward, attention_map)` or `capture!(Attention::forward, attention_map)`"
        }
    };
}

/// The switch. `ENABLED` is a constant: with the feature off everything is type-checked, and no code is made of it, which
/// `tests/machine_code.rs` and `tests/off.rs` guard.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_switch {
    // without `on`
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [] $if:tt) => {
        if $crate::ENABLED && $crate::is_active() {
            $crate::__anycapture_hit! { $l $i $every $index $keep $room $if }
        }
    };
    // on = flag, or the flag of a function
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [$(@)? $on:expr] $if:tt) => {
        if $crate::ENABLED && $on {
            if $crate::is_active() {
                $crate::__anycapture_hit! { $l $i $every $index $keep $room $if }
            }
        }
    };
}

/// What happens while recording: `if`, `every`, then `index`, `keep` and `room`, once for all items.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_hit {
    // if condition
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [$if:expr]) => {
        if $if {
            $crate::__anycapture_hit! { $l $i $every $index $keep $room [] }
        }
    };
    // every = 10
    ($l:tt $i:tt [$every:expr] $index:tt $keep:tt $room:tt []) => {
        match $crate::__private::size($every) {
            __anycapture_every => {
                static __ANYCAPTURE_HITS: $crate::__private::Hits = $crate::__private::Hits::new();
                if $crate::__private::Hits::nth(&__ANYCAPTURE_HITS, __anycapture_every) {
                    $crate::__anycapture_hit! { $l $i [] $index $keep $room [] }
                }
            }
        }
    };
    // nothing of these
    ($l:tt [$($item:tt)+] [] [] [] [] []) => {
        $($crate::__anycapture_item! { $l $item ($crate::__private::None) })+
    };
    // index = layer, keep = 4, room = 256
    ($l:tt [$($item:tt)+] [] [$($index:expr)?] [$($keep:expr)?] [$($room:expr)?] []) => {
        match &($crate::__private::Note {
            $(indices: $crate::__private::indices($index).as_slice(),)?
            $(keep: $crate::__private::size($keep),)?
            $(room: $crate::__private::size($room),)?
            ..$crate::__private::Note::NONE
        }) {
            __anycapture_note => {
                $($crate::__anycapture_item! { $l $item ($crate::__private::Some(__anycapture_note)) })+
            }
        }
    };
}

/// One item: its value, its dimensions, its record. An item is `[name [listed] [[dims]] [value]]`; `listed` is the name as
/// it stands in the list of a function.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_item {
    // attn
    ($l:tt [$item:ident [] [] []] $note:expr) => {
        $crate::__anycapture_value_must_own_what_it_holds! { $l $item [] [&$item] $note }
    };
    // attn, in the list of a function
    ($l:tt [$item:ident $listed:tt $dims:tt []] $note:expr) => {
        $crate::__anycapture_item! {
            @$dims $l $item $listed $note, $crate::__anycapture_let_mut_that_moves_is_listed_as_let_name! { $item }
        }
    };
    // attn = expr
    ($l:tt [$item:ident $listed:tt $dims:tt [$value:expr]] $note:expr) => {
        $crate::__anycapture_item! { @$dims $l $item $listed $note, &$value }
    };
    // no dimensions
    (@[] $l:tt $item:ident $listed:tt $note:expr, $value:expr) => {
        match $value {
            __anycapture_value => $crate::__anycapture_value_must_own_what_it_holds! {
                $l $item $listed [__anycapture_value] $note
            }
        }
    };
    // [..dims]
    (@[[.. $dims:expr]] $l:tt $item:ident $listed:tt $note:expr, $value:expr) => {
        $crate::__anycapture_item! {
            @shaped [$crate::__private::dims(&$dims).as_slice()] $l $item $listed $note, $value
        }
    };
    // [heads, tokens]
    (@[[$($dim:expr),* $(,)?]] $l:tt $item:ident $listed:tt $note:expr, $value:expr) => {
        $crate::__anycapture_item! { @shaped [&[$($crate::__private::size($dim)),*]] $l $item $listed $note, $value }
    };
    (@shaped [$shape:expr] $l:tt $item:ident $listed:tt $note:expr, $value:expr) => {
        match (
            $value,
            &$crate::__private::shaped($shape, $note),
        ) {
            (__anycapture_value, __anycapture_note) => $crate::__anycapture_value_must_own_what_it_holds! {
                $l $item $listed [__anycapture_value] ($crate::__private::Some(__anycapture_note))
            }
        }
    };
    // [2; 2]
    (@[[$($dims:tt)*]] $l:tt $item:ident $listed:tt $note:expr, $value:expr) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($item), "[", $crate::__private::stringify!($($dims)*),
                "]` has a shape that is none: dimensions stand with commas between them, `name[heads, tokens]`, or are \
                 a slice, `name[..dims]`"
            )
        }
    };
}

/// Borrows a listed variable. What rustc says of one that has been moved ends with this name.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_let_mut_that_moves_is_listed_as_let_name {
    ($item:ident) => {
        &$item
    };
}

/// The code of a capture: the only place that names the store. What rustc says of a value that borrows ends with this name.
///
/// `$l` is `[case path]`: `any`, or with `*` in a list `optional`, which passes over what it can't keep, or the types `(T, U,)`. With
/// `*` the type may not be known yet: `store/star.rs` explains the zeros. What this puts in scope is no name of a variable: the value
/// may be `&attn`, but no expression of the user's.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_value_must_own_what_it_holds {
    // capture!(forward, attn)
    ([any $($path:ident)+] $item:ident [] [$value:expr] $note:expr) => {{
        use $crate::__private::any::*;
        static __ANYCAPTURE_SITE: $crate::__private::Callsite = $crate::__private::Callsite::NEW;
        $crate::__private::Probe::new($value).__anycapture_record(
            &__ANYCAPTURE_SITE,
            &$crate::__private::concat!(
                $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
            ),
            $note,
            $crate::__private::Listed,
        );
    }};
    // #[capture(*)]
    ([optional $($path:ident)+] $item:ident [] [$value:expr] $note:expr) => {{
        static __ANYCAPTURE_SITE: $crate::__private::Callsite = $crate::__private::Callsite::NEW;
        $crate::__private::choose(
            $crate::__private::ToPlain::new($value),
            &__ANYCAPTURE_SITE,
            &$crate::__private::concat!(
                $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
            ),
            $note,
            (0, (0, (0, (0, (0, ()))))),
        );
    }};
    // what can't be the name of a constant here
    ($l:tt $item:ident [self] [$value:expr] $note:expr) => {
        $crate::__anycapture_value_must_own_what_it_holds! { $l $item [] [$value] $note }
    };
    ($l:tt $item:ident [__anycapture_value] [$value:expr] $note:expr) => {
        $crate::__anycapture_value_must_own_what_it_holds! { $l $item [] [$value] $note }
    };
    ($l:tt $item:ident [__anycapture_note] [$value:expr] $note:expr) => {
        $crate::__anycapture_value_must_own_what_it_holds! { $l $item [] [$value] $note }
    };
    // #[capture(attn)]: errors about the value point at the name in the list, as at any argument that is one token of the user's
    ([any $($path:ident)+] $item:ident [$listed:tt] [$value:expr] $note:expr) => {{
        use $crate::__private::any::*;
        #[allow(non_upper_case_globals)]
        const $listed: $crate::__private::Listed = $crate::__private::Listed;
        static __ANYCAPTURE_SITE: $crate::__private::Callsite = $crate::__private::Callsite::NEW;
        $crate::__private::Probe::new($value).__anycapture_record(
            &__ANYCAPTURE_SITE,
            &$crate::__private::concat!(
                $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
            ),
            $note,
            $listed,
        );
    }};
    // #[capture(*: Tensor)]
    ([($($type:ty,)+) $($path:ident)+] $item:ident [] [$value:expr] $note:expr) => {{
        static __ANYCAPTURE_SITE: $crate::__private::Callsite = $crate::__private::Callsite::NEW;
        $crate::__private::choose(
            $crate::__private::Typed::<0, _, ($($type,)+)>::new($value),
            &__ANYCAPTURE_SITE,
            &$crate::__private::concat!(
                $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
            ),
            $note,
            (0, (0, (0, (0, (0, (0, (0, (0, (0, ()))))))))),
        );
    }};
}
