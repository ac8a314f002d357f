//! What the public macros expand to. Not public API.

// What is reachable here is hidden: it is named by expansions only.
#![allow(missing_docs)]

use core::marker::PhantomData;

/// A capture line: `any` for [`capture!`](crate::capture), `optional` for one that passes over what is no
/// plain data or text.
///
/// Takes the line apart, checks it, and hands items and options on in a fixed form.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture {
    // forward, t = x.t[2, 3]: the parser would stop at the comma
    ($case:ident $($path:ident)::+, $item:ident = $a:ident $(. $field:tt)* [$i:tt, $($j:tt)*] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "an index takes one value, and a shape stands behind the name: `",
                $crate::__private::stringify!($item), "[",
                $crate::__private::stringify!($i, $($j)*), "] = expression`"
            )
        }
    };
    // forward, attn, q[heads, 64], norm = x.norm(), row[64] = rows.next()
    // and of `captured_fn!`, with the name as it stands in the list: attn @ attn
    ($case:ident $($path:ident)::+,
     $($item:ident $(@ $listed:tt)? $([$($dim:expr),* $(,)?])? $(= $value:expr)?),+ $(,)?) => {
        $crate::__capture_line! {
            $case [$($path)+] [$([$item [$([$($dim)*])?] [$($value)?] [$($listed)?]])+] [] [] [] []
        }
    };
    // attn; on = flag: what `captured_fn!` writes, by a shorter way, for the depth of expansions is limited
    ($case:ident $($path:ident)::+, $item:ident $(@ $listed:tt)?; on = $on:ident $(,)?) => {
        $crate::__capture_line! { $case [$($path)+] [[$item [] [] [$($listed)?]]] [] [] [$on] [] }
    };
    // the same; every = 10, index = layer, on = flag, if x > 0.0
    ($case:ident $($path:ident)::+,
     $($item:ident $(@ $listed:tt)? $([$($dim:expr),* $(,)?])? $(= $value:expr)?),+ $(,)?; $($options:tt)*) => {
        $crate::__capture_options! {
            [__capture_line $case [$($path)+] [$([$item [$([$($dim)*])?] [$($value)?] [$($listed)?]])+]]
            [] [] [] [] $($options)*
        }
    };
    // forward
    ($case:ident $($path:ident)::+ $(,)? $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            "nothing to capture: name a variable behind the path, as in `capture!(forward, attention_map)`"
        }
    };
    // forward, attn @ attn[2; 2]
    ($case:ident $($path:ident)::+, $item:ident @ $listed:tt $([$($dims:tt)*])? $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($item) $(, "[", $crate::__private::stringify!($($dims)*), "]")?,
                "` has a shape that is none: dimensions stand with commas between them, `name[heads, tokens]`"
            )
        }
    };
    // forward, a + b
    ($case:ident $($path:ident)::+, $($items:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($items)*),
                "` does not read as items of `capture!`: write `name`, `name[heads, tokens]`, `name = expression` or \
                 `name[heads, tokens] = expression`, with commas between items and `;` before the options"
            )
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

/// Sorts options into four slots, `every`, `index`, `on`, `if`, and hands them on to the macro that is named
/// first, behind what it was given.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture_options {
    // all sorted
    ([$next:ident $($line:tt)*] $every:tt $index:tt $on:tt $if:tt) => {
        $crate::$next! { $($line)* $every $index $on $if }
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

/// Has everything type-checked, and no code made of it: `tests/machine_code.rs` and `tests/off.rs` guard both.
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
            __anycapture_every => {
                static __ANYCAPTURE_HITS: $crate::__private::Hits = $crate::__private::Hits::new();
                if $crate::__private::Hits::nth(&__ANYCAPTURE_HITS, __anycapture_every) {
                    $crate::__capture_hit! { $case $path $items [] $index [] }
                }
            }
        }
    };
    // index = layer
    ($case:ident $path:tt $items:tt [] [$index:expr] []) => {
        match $crate::__private::indices($index) {
            __anycapture_index => {
                $crate::__capture_hit! { $case $path $items [] __anycapture_index }
            }
        }
    };
    // nothing of these
    ($case:ident $path:tt [$($item:tt)+] [] [] []) => {
        $($crate::__capture_item! { $case $path $item none })+
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
    ($case:ident $path:tt [$item:ident [] [] []] none) => {
        match &$item {
            __anycapture_value => $crate::__value_must_own_what_it_holds! {
                $case $path $item [] __anycapture_value (&$crate::__private::Note::NONE)
            }
        }
    };
    ($case:ident $path:tt [$item:ident [] [] $listed:tt] none) => {
        match $crate::__a_let_mut_that_moves_is_listed_as_let_name! { $item } {
            __anycapture_value => $crate::__value_must_own_what_it_holds! {
                $case $path $item $listed __anycapture_value (&$crate::__private::Note::NONE)
            }
        }
    };
    ($case:ident $path:tt [$item:ident $dims:tt [] []] $index:ident) => {
        $crate::__capture_item! { $case $path [$item $dims [$item] []] $index }
    };
    ($case:ident $path:tt [$item:ident [] [] $listed:tt] $index:ident) => {
        $crate::__capture_item! {
            @noted $case $path $item $listed
            [$crate::__a_let_mut_that_moves_is_listed_as_let_name! { $item }] [$crate::__private::None] $index
        }
    };
    ($case:ident $path:tt [$item:ident [[$($dim:expr)*]] [] $listed:tt] $index:ident) => {
        $crate::__capture_item! {
            @shaped $case $path $item $listed
            [$($dim)*] [$crate::__a_let_mut_that_moves_is_listed_as_let_name! { $item }] $index
        }
    };
    // attn = expr
    ($case:ident $path:tt [$item:ident [] [$value:expr] $listed:tt] none) => {
        match &$value {
            __anycapture_value => $crate::__value_must_own_what_it_holds! {
                $case $path $item $listed __anycapture_value (&$crate::__private::Note::NONE)
            }
        }
    };
    ($case:ident $path:tt [$item:ident [] [$value:expr] $listed:tt] $index:ident) => {
        $crate::__capture_item! {
            @noted $case $path $item $listed [&$value] [$crate::__private::None] $index
        }
    };
    // attn[heads, tokens] = expr
    ($case:ident $path:tt [$item:ident [[$($dim:expr)*]] [$value:expr] $listed:tt] $index:ident) => {
        $crate::__capture_item! { @shaped $case $path $item $listed [$($dim)*] [&$value] $index }
    };
    (@shaped $case:ident $path:tt $item:ident $listed:tt [$($dim:expr)*] $value:tt $index:ident) => {
        $crate::__capture_item! {
            @noted $case $path $item $listed
            $value [$crate::__private::Some(&[$($crate::__private::size($dim)),*])] $index
        }
    };
    (@noted $case:ident $path:tt $item:ident $listed:tt $value:tt $shape:tt none) => {
        $crate::__capture_item! { @noted $case $path $item $listed $value $shape [&[]] }
    };
    (@noted $case:ident $path:tt $item:ident $listed:tt $value:tt $shape:tt $index:ident) => {
        $crate::__capture_item! { @noted $case $path $item $listed $value $shape [$index.as_slice()] }
    };
    (@noted $case:ident $path:tt $item:ident $listed:tt [$($value:tt)*] [$($shape:tt)*] [$($index:tt)*]) => {
        match ($($value)*, &$crate::__private::Note { shape: $($shape)*, indices: $($index)*, keep: 0, room: 0 }) {
            (__anycapture_value, __anycapture_note) => $crate::__value_must_own_what_it_holds! {
                $case $path $item $listed __anycapture_value (__anycapture_note)
            }
        }
    };
}

/// Borrows a listed variable. What rustc says of one that has been moved ends with this name.
#[doc(hidden)]
#[macro_export]
macro_rules! __a_let_mut_that_moves_is_listed_as_let_name {
    ($item:ident) => {
        &$item
    };
}

/// The site of an item. What rustc says of a value that borrows ends with this name.
///
/// The names that it puts in scope are not in scope for the user's expressions.
///
/// `$listed` is the name as it stands in the list of a function: errors about the value point at it, as they point at
/// the argument `$named`, which must be one token of the user's for that.
#[doc(hidden)]
#[macro_export]
macro_rules! __value_must_own_what_it_holds {
    ($case:ident $path:tt $item:ident [] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { @site $case $path $item [] ($crate::__private::Listed) $value $note }
    };
    // what can't be the name of a constant here
    ($case:ident $path:tt $item:ident [self] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__anycapture_value] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__anycapture_note] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__ANYCAPTURE_SITE] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__ANYCAPTURE_RAW] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__ANYCAPTURE_BYTES] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [__ANYCAPTURE_LINE] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! { $case $path $item [] $value $note }
    };
    ($case:ident $path:tt $item:ident [$listed:tt] $value:ident $note:tt) => {
        $crate::__value_must_own_what_it_holds! {
            @site $case $path $item
            [#[allow(non_upper_case_globals)] const $listed: $crate::__private::Listed = $crate::__private::Listed;]
            $listed $value $note
        }
    };
    (@site $case:ident [$($path:ident)+] $item:ident [$($name:tt)*] $listed:tt $value:ident ($note:expr)) => {{
        use $crate::__private::$case::*;
        $($name)*
        static __ANYCAPTURE_SITE: $crate::__private::Callsite = $crate::__private::Callsite::new();
        // As many references as there are cases.
        (&&&&&&&&&&&&&&&&&&&&$crate::__private::Probe($value)).__anycapture_record(
            &__ANYCAPTURE_SITE,
            &$crate::__private::concat!(
                $($crate::__private::stringify!($path), "."),+, $crate::__private::stringify!($item)
            ),
            $note,
            $listed,
        );
    }};
}

// How `captured_fn!` works
// ========================
//
// `__captured_fn!` takes the functions apart, one sibling expansion each. `__fn_head!` copies a head and finds the
// list, the parameters and the body; `__fn_list!` reads the list; `__fn_body!` writes the body's frame.
// `__cut!` cuts a block at a `;` into pieces of some 64 tokens, siblings again, so that the depth of the expansion
// grows by the piece and not by the statement; `__walk!` then copies a piece statement by statement.
// `__head!` finds the block behind `if`, `while`, `for` and `match`, `__arms!` walks the arms of a `match`, and
// `__pattern!` finds the names that a pattern binds; with `*`, `__known!` first looks at the value.
//
// What a macro copies has the places, lints and errors of the user's tokens as long as it is matched as `tt` or as an
// expression, a type or a pattern: an `ident` gets the place of the macro. The braces of walked blocks are the macro's, and
// so is their edition, 2024: temporaries of last expressions and of `if let` go as it says, `let` chains are taken.
//
// Expansions nest by the statement, and rustc allows 128 of them in each other: what costs a step less there is worth a
// rule more. The tests in `depth` and `lengths` guard the limit, and that nothing is lost where a body is cut.
//
// A name that is found is handed to `__anycapture_listed!`, a macro that stands in the function itself, with an arm
// for each listed name: `macro_rules!` can't compare two identifiers, but it can match one literally.
//
// Whatever one macro only hands on to the next is a single token tree:
//
// * `$c`, the context of a function: `[[path] active [(name last [dims] [let])...] [options] [return] [*]]`;
// * `$m`, the mode: `(now)` copies and captures, `(fn {block})` and `(block {block})` do so in the last piece of
//   a block, `(end)` copies nothing, and captures each `let mut` where its block ends;
// * `$at`, the attributes in front of a statement.

/// One function after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_fn {
    () => {
        $crate::__private::compile_error! {
            "`captured_fn!` holds no function: write `#[capture(name)]` and a function into it"
        }
    };
    // let x = 1.0, forward(x), |x| x + 1.0, { .. }: the parser would ask for an item
    (@each $all:tt let $($rest:tt)*) => { $crate::__captured_fn! { @none [let $($rest)*] } };
    (@each $all:tt $name:ident ($($a:tt)*) $(;)?) => { $crate::__captured_fn! { @none [$name($($a)*)] } };
    (@each $all:tt | $($rest:tt)*) => { $crate::__captured_fn! { @none [| $($rest)*] } };
    (@each $all:tt { $($rest:tt)* }) => { $crate::__captured_fn! { @none [{ $($rest)* }] } };
    (@none [$($t:tt)*]) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($t)*), "` is no function: `captured_fn!` holds functions, as in \
                 `captured_fn! { #[capture(name)] fn forward() { .. } }`; for a value here, write \
                 `capture!(forward, name)`"
            )
        }
    };
    (@each []) => {};
    // The parser finds the end of the item; `__fn_head!` takes it apart by its tokens.
    (@each [$($all:tt)*] $item:item $($rest:tt)*) => {
        $crate::__fn_head! { @attributes ($item) [] [] $($all)* }
        $crate::__captured_fn! { @each [$($rest)*] $($rest)* }
    };
    ($($all:tt)*) => {
        $crate::__captured_fn! { @each [$($all)*] $($all)* }
    };
}

/// The head of a function: attributes, qualifiers, generics, parameters, output. What follows the body is left.
#[doc(hidden)]
#[macro_export]
macro_rules! __fn_head {
    // #[capture()]
    (@attributes $item:tt $seen:tt $list:tt #[capture $(())?] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "nothing to capture: name variables, as in `#[capture(attention_map)]`, or all of them, `#[capture(*)]`"
        }
    };
    // #[capture(attn)]
    (@attributes $item:tt $seen:tt [] #[capture($($list:tt)+)] $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item $seen [$($list)+] $($rest)* }
    };
    // #[capture(attn)] #[capture(q)]
    (@attributes $item:tt $seen:tt [$($list:tt)+] #[capture $($_:tt)*] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands twice on this function: join the lists, as in `#[capture(q, k)]`"
        }
    };
    // #[capture = attn]
    (@attributes $item:tt $seen:tt $list:tt #[capture $($_:tt)+] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` takes a list in parentheses, as in `#[capture(attention_map)]`"
        }
    };
    // #[inline] #[capture(attn)], three at a time, for the lines of a doc comment are attributes too
    (@attributes $item:tt [$($seen:tt)*] $list:tt #$a:tt #[capture $($c:tt)*] $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item [$($seen)* #$a] $list #[capture $($c)*] $($rest)* }
    };
    (@attributes $item:tt [$($seen:tt)*] $list:tt #$a:tt #$b:tt #[capture $($c:tt)*] $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item [$($seen)* #$a #$b] $list #[capture $($c)*] $($rest)* }
    };
    (@attributes $item:tt [$($seen:tt)*] $list:tt #$a:tt #$b:tt #$c:tt $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item [$($seen)* #$a #$b #$c] $list $($rest)* }
    };
    (@attributes $item:tt [$($seen:tt)*] $list:tt #$a:tt $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item [$($seen)* #$a] $list $($rest)* }
    };
    // nothing is listed
    (@attributes ($item:item) $seen:tt [] $($rest:tt)*) => {
        $item
    };
    // pub(in path) const async unsafe extern "C" fn forward
    (@attributes $item:tt $seen:tt $list:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt const fn $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "a `const fn` can't capture: the switch is not there at compile time. Capture in the function that \
             calls it"
        }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt const fn $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item $seen $list const fn $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a $b fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt const fn $($rest:tt)*) => {
        $crate::__fn_head! { @attributes $item $seen $list const fn $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt $c:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a $b $c fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt $c:tt $d:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a $b $c $d fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt $c:tt $d:tt $e:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a $b $c $d $e fn] $($rest)* }
    };
    (@attributes $item:tt $seen:tt $list:tt $a:tt $b:tt $c:tt $d:tt $e:tt $f:tt fn $($rest:tt)*) => {
        $crate::__fn_head! { @name $seen $list [$a $b $c $d $e $f fn] $($rest)* }
    };
    // #[capture(attn)] struct Attention;
    (@attributes $item:tt $seen:tt $list:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands on something that is not a function: put it on the function whose variables are wanted"
        }
    };

    // forward(x: &[f32])
    (@name $seen:tt $list:tt [$($head:tt)*] $name:tt ($($parameters:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $name] [$($parameters)*] [] $($rest)* }
    };
    // forward<T: Fn(f32) -> f32>(x: T)
    (@name $seen:tt $list:tt [$($head:tt)*] $name:tt < $($rest:tt)*) => {
        $crate::__fn_head! { @generics $seen $list $name [$($head)* $name <] $($rest)* }
    };
    // The parameters are the first parentheses behind a `>`. Eight tokens a step.
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 $x6 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 $x6 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt > ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 >] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt >> ($($p:tt)*) $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 >>] [$($p)*] [] $($rest)* }
    };
    (@generics $seen:tt $list:tt $name:tt [$($head:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $($rest:tt)*) => {
        $crate::__fn_head! { @generics $seen $list $name [$($head)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8] $($rest)* }
    };

    // -> ! { .. }, which is no type for `__fn_body!` once it has been a fragment
    (@output $seen:tt $list:tt $name:tt $head:tt $parameters:tt [] -> ! { $($body:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @body $seen $list $name $head $parameters [-> !] { $($body)* } $($rest)* }
    };
    (@output $seen:tt $list:tt $name:tt $head:tt $parameters:tt [] -> ! where $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name $head $parameters [-> ! where] $($rest)* }
    };
    // -> [f32; N] { .. }
    (@output $seen:tt $list:tt $name:tt $head:tt $parameters:tt [] -> $type:ty { $($body:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @body $seen $list $name $head $parameters [-> $type] { $($body)* } $($rest)* }
    };
    (@output $seen:tt $list:tt $name:tt $head:tt $parameters:tt [] -> $type:ty where $($rest:tt)*) => {
        $crate::__fn_head! { @output $seen $list $name $head $parameters [-> $type where] $($rest)* }
    };
    // without a body
    (@output $seen:tt $list:tt $name:tt $head:tt $parameters:tt $output:tt $(-> $type:ty)? ; $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands on a function without a body: put it where the function is implemented"
        }
    };
    // where Assert<{ N > 0 }>: True: a brace that does not end the head
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($output:tt)*] { $($b:tt)* } > $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($output)* { $($b)* } >] $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($output:tt)*] { $($b:tt)* } >> $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($output)* { $($b)* } >>] $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($output:tt)*] { $($b:tt)* } , $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($output)* { $($b)* } ,] $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt $output:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @body $s $list $name $head $p $output { $($b)* } $($rest)* }
    };
    // where T: Clone, twelve tokens a step
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $x9:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $x9:tt $x10:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $x9:tt $x10:tt $x11:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11] { $($b)* } $($rest)* }
    };
    (@output $s:tt $list:tt $name:tt $head:tt $p:tt [$($o:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $x9:tt $x10:tt $x11:tt $x12:tt $($rest:tt)*) => {
        $crate::__fn_head! { @output $s $list $name $head $p [$($o)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12] $($rest)* }
    };

    // fn forward() $body
    (@output $($_:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` finds no body in braces: one that a macro has matched as `$body:block` can't be looked \
             into, so match it as `{ $($body:tt)* }`"
        }
    };
    // all found
    (@body [$($seen:tt)*] [$($list:tt)*] $name:tt [$($head:tt)*] [$($p:tt)*] [$($output:tt)*]
     { $($b:tt)* } $($rest:tt)*) => {
        $crate::__fn_list! {
            @path ($name [[$($seen)* $($head)* ($($p)*) $($output)*] [$($p)*] [$($output)*] { $($b)* }]) [$name] $($list)*
        }
    };
}

/// The list: names in order, each with an identifier `last` of its own (see `__bind!`), then the options.
#[doc(hidden)]
#[macro_export]
macro_rules! __fn_list {
    // Attention::forward => attn
    (@path $fn:tt $name:tt $($path:ident)::+ => $($rest:tt)*) => {
        $crate::__fn_list! { @next $fn [$($path)::+] [] [] [] [] , $($rest)* }
    };
    // Attention::<T>::forward => attn
    (@path $fn:tt $name:tt $path:ident :: $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "the path of `#[capture(path => names)]` is made of identifiers only: `Attention::forward => q`"
        }
    };
    (@path $fn:tt $name:tt $($rest:tt)*) => {
        $crate::__fn_list! { @next $fn $name [] [] [] [] , $($rest)* }
    };

    // An entry begins with two tokens in parentheses, as they stand in the list: an `ident` fragment of the same tokens
    // would have errors point at this macro.
    // *
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt [] $return:tt * $($rest:tt)*) => {
        $crate::__fn_list! { @next $fn $path $entries $not [*] $return $($rest)* }
    };
    // !x
    (@entry ($t:tt $x:tt) $fn:tt $path:tt $entries:tt [$($not:tt)*] $all:tt $return:tt !$_:ident $($rest:tt)*) => {
        $crate::__fn_list! { @next $fn $path $entries [$($not)* $x] $all $return $($rest)* }
    };
    // return[heads, n]
    (@entry $two:tt ($name:tt $fn:tt) $path:tt $entries:tt $not:tt $all:tt [] return [$($dims:tt)*] $($rest:tt)*) => {
        $crate::__fn_list! {
            @next ($name $fn) $path $entries $not $all [__anycapture_returned [@$name [$($dims)*]]] $($rest)*
        }
    };
    (@entry $two:tt ($name:tt $fn:tt) $path:tt $entries:tt $not:tt $all:tt [] return $($rest:tt)*) => {
        $crate::__fn_list! {
            @next ($name $fn) $path $entries $not $all [__anycapture_returned [@$name]] $($rest)*
        }
    };
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt [$($return:tt)+] return $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`return` stands twice in the `#[capture(...)]` of `", $crate::__fn_path!($path),
                "`: keep one of them"
            )
        }
    };
    // let x[heads, n]
    (@entry ($t:tt $x:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     let $_:ident [$($d:tt)*] $($rest:tt)*) => {
        $crate::__fn_list! {
            @next $fn $path [$($entries)* ($x __anycapture_last [@$x [$($d)*]] [let])] $not $all $return $($rest)*
        }
    };
    (@entry ($t:tt $x:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt let $_:ident $($rest:tt)*) => {
        $crate::__fn_list! {
            @next $fn $path [$($entries)* ($x __anycapture_last [@$x] [let])] $not $all $return $($rest)*
        }
    };
    // x[heads, n]
    (@entry ($x:tt $($t:tt)?) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     $_:ident [$($d:tt)*] $($rest:tt)*) => {
        $crate::__fn_list! {
            @next $fn $path [$($entries)* ($x __anycapture_last [@$x [$($d)*]] [])] $not $all $return $($rest)*
        }
    };
    (@entry ($x:tt $($t:tt)?) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt $_:ident $($rest:tt)*) => {
        $crate::__fn_list! {
            @next $fn $path [$($entries)* ($x __anycapture_last [@$x] [])] $not $all $return $($rest)*
        }
    };
    // 3.0
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($rest)*), "` does not begin with an entry, in the \
                 `#[capture(...)]` of `", $crate::__fn_path!($path), "`: an entry is `name`, \
                 `name[heads, tokens]`, `let name`, `return`, `*` or `!name`, with commas between entries and `;` before \
                 the options"
            )
        }
    };

    // nothing but a path or options
    (@next $fn:tt $path:tt [] [] [] [] , $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "nothing to capture in `", $crate::__fn_path!($path), "`: name variables, as in \
                 `#[capture(attention_map)]`, or all of them, `#[capture(*)]`"
            )
        }
    };
    (@next ($name:tt $fn:tt) $path:tt $entries:tt $not:tt $all:tt $return:tt $(,)?) => {
        $crate::__fn_body! { ($) $fn $path $entries $not $all $return [] }
    };
    (@next ($name:tt $fn:tt) $path:tt $entries:tt $not:tt $all:tt $return:tt $(,)? ; $($options:tt)*) => {
        $crate::__fn_body! { ($) $fn $path $entries $not $all $return [$($options)*] }
    };
    // three plain names at a step, as they are most of a long list; see `__bind!` for `last`
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $x:tt , $y:tt , $z:tt , $($rest:tt)*) => {
        $crate::__fn_list! { @three ($x $y $z) $fn $path $entries $not $all $return $x $y $z , $($rest)* }
    };
    (@three $t:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt return $y:tt $z:tt $($rest:tt)*) => {
        $crate::__fn_list! { @one $t $fn $path $entries $not $all $return $($rest)* }
    };
    (@three $t:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $x:tt return $z:tt $($rest:tt)*) => {
        $crate::__fn_list! { @one $t $fn $path $entries $not $all $return $($rest)* }
    };
    (@three $t:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $x:tt $y:tt return $($rest:tt)*) => {
        $crate::__fn_list! { @one $t $fn $path $entries $not $all $return $($rest)* }
    };
    (@three ($x:tt $y:tt $z:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     $_x:ident $_y:ident $_z:ident $($rest:tt)*) => {
        $crate::__fn_list! {
            @next $fn $path [
                $($entries)*
                ($x __anycapture_last [@$x] []) ($y __anycapture_last_2 [@$y] []) ($z __anycapture_last_3 [@$z] [])
            ] $not $all $return $($rest)*
        }
    };
    (@three $t:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $_x:tt $_y:tt $_z:tt $($rest:tt)*) => {
        $crate::__fn_list! { @one $t $fn $path $entries $not $all $return $($rest)* }
    };
    (@one ($x:tt $y:tt $z:tt) $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $($rest:tt)*) => {
        $crate::__fn_list! { @entry ($x ,) $fn $path $entries $not $all $return $x , $y , $z $($rest)* }
    };
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $x:tt $y:tt $($rest:tt)*) => {
        $crate::__fn_list! { @entry ($x $y) $fn $path $entries $not $all $return $x $y $($rest)* }
    };
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $x:tt) => {
        $crate::__fn_list! { @entry ($x) $fn $path $entries $not $all $return $x }
    };
    // x = y + 1
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt = $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "the `#[capture(...)]` of `", $crate::__fn_path!($path), "` lists names, and no value as \
                 `= ", $crate::__private::stringify!($($rest)*), "`: bind it by a `let` and list that, or put \
                 `capture!(", $crate::__fn_path!($path), ", name = expression)` into the body"
            )
        }
    };
    // a + b
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($rest)*), "` can't follow an entry in the `#[capture(...)]` of `",
                $crate::__fn_path!($path), "`: an entry is `name`, `name[heads, tokens]`, \
                 `let name`, `return`, `*` or `!name`, with commas between entries and `;` before the options"
            )
        }
    };
}

/// The path of a function, for sentences about it.
#[doc(hidden)]
#[macro_export]
macro_rules! __fn_path {
    ([$first:ident $(:: $more:ident)*]) => {
        $crate::__private::concat!(
            $crate::__private::stringify!($first) $(, "::", $crate::__private::stringify!($more))*
        )
    };
}

/// The frame of a body: what is known once a call, then the parameters, then the block.
///
/// First comes the macro that tells whether a name is listed: an arm for each, as `macro_rules!` compares
/// identifiers in no other way. It is called with the name twice: once to be matched, once to be captured, for an
/// identifier that stands in the macro itself would mean the variable of that name where the macro is defined.
///
/// It must come from the same expansion as the calls, or those of a function within a function would be ambiguous: the
/// crate `tests/hygiene` guards it.
#[doc(hidden)]
#[macro_export]
macro_rules! __fn_body {
    // { #![allow(unused)] .. }
    ($d:tt [[$($head:tt)*] $p:tt $output:tt { #![$($inner:tt)*] $($b:tt)* } $($frame:tt)*] $($list:tt)*) => {
        $crate::__fn_body! { $d [[$($head)*] $p $output { $($b)* } $($frame)* #![$($inner)*]] $($list)* }
    };
    // return, of a function that returns nothing
    ($d:tt [$head:tt $p:tt [$(-> !)? $(where $($where:tt)*)?] $($frame:tt)*]
     $path:tt $e:tt $not:tt $all:tt [$r:ident $s:tt] $o:tt) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`return` is listed, but `", $crate::__fn_path!($path),
                "` returns nothing: take it out of `#[capture(...)]`"
            )
        }
    };
    (($d:tt) [[$($head:tt)*] $p:tt $output:tt { $($b:tt)* } $($inner:tt)*]
     $path:tt [$(($x:tt $last:ident $dims:tt $let:tt))*] [$($not:tt)*] $all:tt
     [$($returned:ident $shape:tt)?] $options:tt) => {
        $($head)* {
            $($inner)*
            #[allow(unused_macros)]
            macro_rules! __anycapture_listed {
                $(
                    // The name's own entry is handed on, the others are skipped, four at a step.
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d path:tt $d active:tt [($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d path:tt $d active:tt [$d s1:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d path:tt $d active:tt [$d s1:tt $d s2:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d path:tt $d active:tt
                      [$d s1:tt $d s2:tt $d s3:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d path:tt $d active:tt
                      [$d s1:tt $d s2:tt $d s3:tt $d s4:tt $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        __anycapture_listed! { $x $d name $d kind $d c [$d path $d active [$d ($d more)*]] }
                    };
                )*
                $(
                    ($not $d ($d _rest:tt)*) => {};
                )*
                ($d _name:ident $d name:ident $d kind:ident $d c:tt $d _c:tt) => {
                    $crate::__bind! { $d kind $d name $d c $all }
                };
            }
            $crate::__check_names! { [$($x)*] [$($not)*] $all $p { $($b)* } }
            let __anycapture_active = $crate::is_active();
            $(
                // Ties the type of a captured tail to that of the function, which may have no name.
                let $returned = $crate::__private::Returned::new();
                if false {
                    return $returned.value();
                }
            )?
            $crate::__parameters! {
                [$path __anycapture_active [$(($x $last $dims $let))*] $options [$($returned $shape)?] $all] [] [] $p
            }
            $crate::__cut! {
                [
                    coarse [$path __anycapture_active [$(($x $last $dims $let))*] $options [$($returned $shape)?] $all]
                    (now) (fn) []
                ] [] $($b)*
            }
        }
    };
}

/// Checks that each listed name is bound, and listed once.
#[doc(hidden)]
#[macro_export]
macro_rules! __check_names {
    ([] [] $all:tt $parameters:tt $body:tt) => {};
    ([$($x:tt)*] [$($not:tt)*] $all:tt $parameters:tt $body:tt) => {
        #[allow(long_running_const_eval)] // the text of a very long function
        const _: () = {
            const __ANYCAPTURE_LIST: &[&$crate::__private::str] =
                &[$($crate::__private::stringify!($x),)* $($crate::__private::stringify!($not)),*];
            const __ANYCAPTURE_PARAMETERS: &$crate::__private::str = $crate::__private::stringify!($parameters);
            const __ANYCAPTURE_BODY: &$crate::__private::str = $crate::__private::stringify!($body);
            const __ANYCAPTURE_BOUND: &[$crate::__private::bool; __ANYCAPTURE_LIST.len()] =
                &$crate::__private::names::bound(__ANYCAPTURE_LIST, __ANYCAPTURE_PARAMETERS, __ANYCAPTURE_BODY);
            $($crate::__check_names! { @one $x })*
            $($crate::__check_names! { @one $not })*
        };
    };
    (@one self) => {
        const _: () = $crate::__check_names! { @call self };
    };
    // A constant that fails is noted where it is named, so the name in the list is under the user's eyes.
    (@one $x:tt) => {
        const _: () = {
            #[allow(non_upper_case_globals)]
            const $x: () = $crate::__check_names! { @call $x };
            $x
        };
    };
    (@call $x:tt) => {
        $crate::__private::names::check(
            $crate::__private::stringify!($x),
            __ANYCAPTURE_LIST,
            __ANYCAPTURE_BOUND,
            __ANYCAPTURE_PARAMETERS,
            __ANYCAPTURE_BODY,
        )
    };
}

/// The parameters, captured on entry.
#[doc(hidden)]
#[macro_export]
macro_rules! __parameters {
    ($c:tt [] [] []) => {};
    // x: f32, mut x: f32
    ($c:tt [] [] [$x:tt : $type:ty $(, $($rest:tt)*)?]) => {
        $crate::__pattern! { @top now $c $x }
        $crate::__parameters! { $c [] [] [$($($rest)*)?] }
    };
    ($c:tt [] [] [mut $x:tt : $type:ty $(, $($rest:tt)*)?]) => {
        $crate::__pattern! { @top now $c mut $x }
        $crate::__parameters! { $c [] [] [$($($rest)*)?] }
    };
    // #[cfg(test)] x: f32
    ($c:tt [$($at:tt)*] [] [#$a:tt $($rest:tt)*]) => {
        $crate::__parameters! { $c [$($at)* #$a] [] [$($rest)*] }
    };
    // the end of a parameter
    ($c:tt [$($at:tt)*] [$($pattern:tt)*] [$(: $type:ty)? $(, $($rest:tt)*)?]) => {
        $crate::__cfg! { [] [$crate::__pattern! { @top now $c $($pattern)* }] $($at)* }
        $crate::__parameters! { $c [] [] [$($($rest)*)?] }
    };
    ($c:tt $at:tt [$($pattern:tt)*] [$t:tt $($rest:tt)*]) => {
        $crate::__parameters! { $c $at [$($pattern)* $t] [$($rest)*] }
    };
}

/// Cuts a block into pieces of some 256 tokens, and these into pieces of some 32 for `__walk!`, all siblings: so
/// depth grows slowly with length. A `;` outside of delimiters always ends a statement, and so does a `}` before a
/// word that goes on with no expression, a label or an attribute.
///
/// A cut leaves something behind it, so that the end of a block is in one piece with what stands before it.
///
/// `$m` is the mode of a piece, `$last` that of the last one; then the pieces so far, for the captures at the end of
/// the block.
#[doc(hidden)]
#[macro_export]
macro_rules! __cut {
    // the captures at the end of a block, if anything may be captured there
    (@ends [$path:tt $active:tt [] $options:tt $return:tt $all:tt] $pieces:tt) => {};
    (@ends $c:tt [$([$($t:tt)*])*]) => {
        $($crate::__cut! { [fine $c (end) (end) []] [] $($t)* })*
    };
    // a place to cut, sixteen tokens ahead for `;` and something, eight for `{ .. }` and a word
    (@near $s:tt [$($t:tt)*] ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 $x4 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 $x5 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 $x4 $x5 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 { $($b)* } else] $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt { $($b:tt)* } $word:tt $($rest:tt)*) => {
        $crate::__cut! { @behind $word $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 { $($b)* }] $word $($rest)* }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $x9:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt $x13:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 $x13 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt $x13:tt $x14:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 $x13 $x14 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt $x13:tt $x14:tt $x15:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 $x13 $x14 $x15 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt $x13:tt $x14:tt $x15:tt $x16:tt ; $($rest:tt)+) => {
        $crate::__cut! { $s [[$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 $x13 $x14 $x15 $x16 ;]] $($rest)+ }
    };
    (@near $s:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt
     $x9:tt $x10:tt $x11:tt $x12:tt $x13:tt $x14:tt $x15:tt $x16:tt $x17:tt $($rest:tt)+) => {
        $crate::__cut! { @near $s [$($t)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8 $x9 $x10 $x11 $x12 $x13 $x14 $x15 $x16 $x17] $($rest)+ }
    };
    // none
    (@near [coarse $c:tt $m:tt $last:tt $pieces:tt] [$($t:tt)*] $($rest:tt)*) => {
        $crate::__cut! { [fine $c $m $last $pieces] [] $($t)* $($rest)* }
    };
    (@near [fine $c:tt $m:tt $last:tt $pieces:tt] [$($t:tt)*] $($rest:tt)*) => {
        $crate::__cut! { @last $c $last $pieces $($t)* $($rest)* }
    };
    // what goes on with the expression that the brace ends, and what only begins a statement
    (@behind as $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { @near $s $t $($rest)+ } };
    (@behind in $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { @near $s $t $($rest)+ } };
    (@behind ; $s:tt [$($t:tt)*] ; $($rest:tt)+) => { $crate::__cut! { $s [[$($t)* ;]] $($rest)+ } };
    (@behind # $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { $s [$t] $($rest)+ } };
    (@behind $word:ident $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { $s [$t] $($rest)+ } };
    (@behind $label:lifetime $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { $s [$t] $($rest)+ } };
    (@behind $other:tt $s:tt $t:tt $($rest:tt)+) => { $crate::__cut! { @near $s $t $($rest)+ } };
    // a piece that is not the last
    (@piece coarse $c:tt $m:tt $($t:tt)*) => {
        $crate::__cut! { [fine $c $m $m []] [] $($t)* }
    };
    (@piece fine $c:tt $m:tt $($t:tt)*) => {
        $crate::__walk! { @statement $c $m [] $($t)* }
    };
    // the last piece
    (@last $c:tt (end) $pieces:tt $($t:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($t)* }
    };
    (@last $c:tt (now) $pieces:tt $($t:tt)*) => {
        $crate::__walk! { @statement $c (now) [] $($t)* }
    };
    (@last $c:tt ($kind:ident) [$($pieces:tt)*] $($t:tt)*) => {
        $crate::__walk! { @statement $c ($kind [$($pieces)* [$($t)*]]) [] $($t)* }
    };
    // a piece that is cut off, then 256 tokens, and then on to a place to cut
    ([coarse $c:tt $m:tt $last:tt [$($pieces:tt)*]] [$([$($t:tt)*])?]
     $a0:tt $a1:tt $a2:tt $a3:tt $a4:tt $a5:tt $a6:tt $a7:tt
     $a8:tt $a9:tt $aa:tt $ab:tt $ac:tt $ad:tt $ae:tt $af:tt
     $b0:tt $b1:tt $b2:tt $b3:tt $b4:tt $b5:tt $b6:tt $b7:tt
     $b8:tt $b9:tt $ba:tt $bb:tt $bc:tt $bd:tt $be:tt $bf:tt
     $c0:tt $c1:tt $c2:tt $c3:tt $c4:tt $c5:tt $c6:tt $c7:tt
     $c8:tt $c9:tt $ca:tt $cb:tt $cc:tt $cd:tt $ce:tt $cf:tt
     $d0:tt $d1:tt $d2:tt $d3:tt $d4:tt $d5:tt $d6:tt $d7:tt
     $d8:tt $d9:tt $da:tt $db:tt $dc:tt $dd:tt $de:tt $df:tt
     $e0:tt $e1:tt $e2:tt $e3:tt $e4:tt $e5:tt $e6:tt $e7:tt
     $e8:tt $e9:tt $ea:tt $eb:tt $ec:tt $ed:tt $ee:tt $ef:tt
     $f0:tt $f1:tt $f2:tt $f3:tt $f4:tt $f5:tt $f6:tt $f7:tt
     $f8:tt $f9:tt $fa:tt $fb:tt $fc:tt $fd:tt $fe:tt $ff:tt
     $g0:tt $g1:tt $g2:tt $g3:tt $g4:tt $g5:tt $g6:tt $g7:tt
     $g8:tt $g9:tt $ga:tt $gb:tt $gc:tt $gd:tt $ge:tt $gf:tt
     $h0:tt $h1:tt $h2:tt $h3:tt $h4:tt $h5:tt $h6:tt $h7:tt
     $h8:tt $h9:tt $ha:tt $hb:tt $hc:tt $hd:tt $he:tt $hf:tt
     $i0:tt $i1:tt $i2:tt $i3:tt $i4:tt $i5:tt $i6:tt $i7:tt
     $i8:tt $i9:tt $ia:tt $ib:tt $ic:tt $id:tt $ie:tt $if:tt
     $j0:tt $j1:tt $j2:tt $j3:tt $j4:tt $j5:tt $j6:tt $j7:tt
     $j8:tt $j9:tt $ja:tt $jb:tt $jc:tt $jd:tt $je:tt $jf:tt
     $k0:tt $k1:tt $k2:tt $k3:tt $k4:tt $k5:tt $k6:tt $k7:tt
     $k8:tt $k9:tt $ka:tt $kb:tt $kc:tt $kd:tt $ke:tt $kf:tt
     $l0:tt $l1:tt $l2:tt $l3:tt $l4:tt $l5:tt $l6:tt $l7:tt
     $l8:tt $l9:tt $la:tt $lb:tt $lc:tt $ld:tt $le:tt $lf:tt
     $m0:tt $m1:tt $m2:tt $m3:tt $m4:tt $m5:tt $m6:tt $m7:tt
     $m8:tt $m9:tt $ma:tt $mb:tt $mc:tt $md:tt $me:tt $mf:tt
     $n0:tt $n1:tt $n2:tt $n3:tt $n4:tt $n5:tt $n6:tt $n7:tt
     $n8:tt $n9:tt $na:tt $nb:tt $nc:tt $nd:tt $ne:tt $nf:tt
     $o0:tt $o1:tt $o2:tt $o3:tt $o4:tt $o5:tt $o6:tt $o7:tt
     $o8:tt $o9:tt $oa:tt $ob:tt $oc:tt $od:tt $oe:tt $of:tt
     $p0:tt $p1:tt $p2:tt $p3:tt $p4:tt $p5:tt $p6:tt $p7:tt
     $p8:tt $p9:tt $pa:tt $pb:tt $pc:tt $pd:tt $pe:tt $pf:tt
     $($rest:tt)+) => {
        $($crate::__cut! { @piece coarse $c $m $($t)* })?
        $crate::__cut! {
            @near [coarse $c $m $last [$($pieces)* $([$($t)*])?]] [
                $a0 $a1 $a2 $a3 $a4 $a5 $a6 $a7 $a8 $a9 $aa $ab $ac $ad $ae $af
                $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $ba $bb $bc $bd $be $bf
                $c0 $c1 $c2 $c3 $c4 $c5 $c6 $c7 $c8 $c9 $ca $cb $cc $cd $ce $cf
                $d0 $d1 $d2 $d3 $d4 $d5 $d6 $d7 $d8 $d9 $da $db $dc $dd $de $df
                $e0 $e1 $e2 $e3 $e4 $e5 $e6 $e7 $e8 $e9 $ea $eb $ec $ed $ee $ef
                $f0 $f1 $f2 $f3 $f4 $f5 $f6 $f7 $f8 $f9 $fa $fb $fc $fd $fe $ff
                $g0 $g1 $g2 $g3 $g4 $g5 $g6 $g7 $g8 $g9 $ga $gb $gc $gd $ge $gf
                $h0 $h1 $h2 $h3 $h4 $h5 $h6 $h7 $h8 $h9 $ha $hb $hc $hd $he $hf
                $i0 $i1 $i2 $i3 $i4 $i5 $i6 $i7 $i8 $i9 $ia $ib $ic $id $ie $if
                $j0 $j1 $j2 $j3 $j4 $j5 $j6 $j7 $j8 $j9 $ja $jb $jc $jd $je $jf
                $k0 $k1 $k2 $k3 $k4 $k5 $k6 $k7 $k8 $k9 $ka $kb $kc $kd $ke $kf
                $l0 $l1 $l2 $l3 $l4 $l5 $l6 $l7 $l8 $l9 $la $lb $lc $ld $le $lf
                $m0 $m1 $m2 $m3 $m4 $m5 $m6 $m7 $m8 $m9 $ma $mb $mc $md $me $mf
                $n0 $n1 $n2 $n3 $n4 $n5 $n6 $n7 $n8 $n9 $na $nb $nc $nd $ne $nf
                $o0 $o1 $o2 $o3 $o4 $o5 $o6 $o7 $o8 $o9 $oa $ob $oc $od $oe $of
                $p0 $p1 $p2 $p3 $p4 $p5 $p6 $p7 $p8 $p9 $pa $pb $pc $pd $pe $pf
            ] $($rest)+
        }
    };
    // the same with 32 tokens
    ([$size:ident $c:tt $m:tt $last:tt [$($pieces:tt)*]] [$([$($t:tt)*])?]
     $a0:tt $a1:tt $a2:tt $a3:tt $a4:tt $a5:tt $a6:tt $a7:tt
     $b0:tt $b1:tt $b2:tt $b3:tt $b4:tt $b5:tt $b6:tt $b7:tt
     $c0:tt $c1:tt $c2:tt $c3:tt $c4:tt $c5:tt $c6:tt $c7:tt
     $d0:tt $d1:tt $d2:tt $d3:tt $d4:tt $d5:tt $d6:tt $d7:tt
     $($rest:tt)+) => {
        $($crate::__cut! { @piece $size $c $m $($t)* })?
        $crate::__cut! {
            @near [fine $c $m $last [$($pieces)* $([$($t)*])?]] [
                $a0 $a1 $a2 $a3 $a4 $a5 $a6 $a7 $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7
                $c0 $c1 $c2 $c3 $c4 $c5 $c6 $c7 $d0 $d1 $d2 $d3 $d4 $d5 $d6 $d7
            ] $($rest)+
        }
    };
    // the same with the last piece
    ([$size:ident $c:tt $m:tt (end) $pieces:tt] [$([$($t:tt)*])?] $($rest:tt)*) => {
        $($crate::__cut! { @piece $size $c $m $($t)* })?
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    ([$size:ident $c:tt $m:tt (now) $pieces:tt] [$([$($t:tt)*])?] $($rest:tt)*) => {
        $($crate::__cut! { @piece $size $c $m $($t)* })?
        $crate::__walk! { @statement $c (now) [] $($rest)* }
    };
    ([$size:ident $c:tt $m:tt ($kind:ident) [$($pieces:tt)*]] [$([$($t:tt)*])?] $($rest:tt)*) => {
        $($crate::__cut! { @piece $size $c $m $($t)* })?
        $crate::__walk! { @statement $c ($kind [$($pieces)* $([$($t)*])? [$($rest)*]]) [] $($rest)* }
    };
}

/// Copies a piece of a block, statement by statement.
#[doc(hidden)]
#[macro_export]
macro_rules! __walk {
    // the end
    (@statement $c:tt ($kind:ident $block:tt) []) => {
        $crate::__cut! { @ends $c $block }
    };
    (@statement $c:tt $m:tt []) => {};
    // let x = value, let mut x = value. What is copied is matched as `tt`: an `ident` would get the place of the macro,
    // and errors and lints with it. First the values with blocks.
    (@statement $c:tt $m:tt [] let $x:tt = if $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] if $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = match $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] match $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = loop $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] loop $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = unsafe $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] unsafe $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] { $($b)* } $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = $label:lifetime $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x =] $label $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = if $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] if $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = match $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] match $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = loop $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] loop $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = unsafe $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] unsafe $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] { $($b)* } $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = $label:lifetime $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x =] $label $($rest)* }
    };
    // An empty vector, of a type that may not be known yet: as if it had no value. The test `inference` guards it.
    (@statement $c:tt $m:tt [] let $x:tt = Vec::new $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $x] [let $x =] Vec::new $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = Vec::with_capacity $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $x] [let $x =] Vec::with_capacity $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = vec![] $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $x] [let $x =] vec![] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = Default::default $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $x] [let $x =] Default::default $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = Vec::new $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $mut $x] [let $mut $x =] Vec::new $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = Vec::with_capacity $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $mut $x] [let $mut $x =] Vec::with_capacity $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = vec![] $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $mut $x] [let $mut $x =] vec![] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = Default::default $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [unset $mut $x] [let $mut $x =] Default::default $($rest)* }
    };
    // With `*`, what is bound depends on the value's tokens, so they stand twice.
    (@statement [$path:tt $active:tt $entries:tt $options:tt $return:tt [*]] $m:tt [] let $x:tt = $($rest:tt)*) => {
        $crate::__walk! {
            @twice [$path $active $entries $options $return [*]] $m [$x] [$($rest)*] $($rest)*
        }
    };
    (@statement [$path:tt $active:tt $entries:tt $options:tt $return:tt [*]] $m:tt [] let $mut:tt $x:tt = $($rest:tt)*) => {
        $crate::__walk! {
            @twice [$path $active $entries $options $return [*]] $m [$mut $x] [$($rest)*] $($rest)*
        }
    };
    // let x; let mut x;
    (@statement $c:tt (end) [] let $x:tt ; $($rest:tt)*) => {
        $crate::__pattern! { @top end $c unset $x }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt ; $($rest:tt)*) => {
        let $x;
        $crate::__pattern! { @top unset $c $x }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@statement $c:tt (end) [] let $mut:tt $x:tt ; $($rest:tt)*) => {
        $crate::__pattern! { @top end $c unset $mut $x }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt ; $($rest:tt)*) => {
        let $mut $x;
        $crate::__pattern! { @top unset $c $mut $x }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    // Any other.
    (@statement $c:tt (end) [] let $x:tt = $e:expr ; $($rest:tt)*) => {
        $crate::__pattern! { @top end $c let $x }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt = $e:expr ; $($rest:tt)*) => {
        let $x = $e;
        $crate::__pattern! { @top let $c $x }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $x:tt : $type:ty = $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $x] [let $x : $type =] $($rest)* }
    };
    (@statement $c:tt (end) [] let $mut:tt $x:tt = $e:expr ; $($rest:tt)*) => {
        $crate::__pattern! { @top end $c let $mut $x }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt = $e:expr ; $($rest:tt)*) => {
        let $mut $x = $e;
        $crate::__pattern! { @top let $c $mut $x }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@statement $c:tt $m:tt [] let $mut:tt $x:tt : $type:ty = $($rest:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $mut $x] [let $mut $x : $type =] $($rest)* }
    };
    // ;
    (@statement $c:tt $m:tt $at:tt ; $($rest:tt)*) => {
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    // #[allow(unused)] let x = 1;
    (@statement $c:tt $m:tt [$($at:tt)*] #[$($a:tt)*] $($rest:tt)*) => {
        $crate::__walk! { @statement $c $m [$($at)* #[$($a)*]] $($rest)* }
    };
    // if x { .. }, while x { .. }, for x in xs { .. }, match x { .. }
    (@statement $c:tt $m:tt $at:tt if $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [] []] if [if] if $($rest)* }
    };
    (@statement $c:tt $m:tt $at:tt while $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [] []] while [while] while $($rest)* }
    };
    (@statement $c:tt $m:tt $at:tt for $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [] []] for [for] for $($rest)* }
    };
    (@statement $c:tt $m:tt $at:tt match $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [] []] match [match] match $($rest)* }
    };
    // ::std::println! { .. }
    (@statement $c:tt $m:tt $at:tt $(:: $a:tt)+ ! { $($t:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @after $c $m $at [] [$(:: $a)+ ! { $($t)* }] $($rest)* }
    };
    // { .. }
    (@statement $c:tt $m:tt $at:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at [] [{ $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    // 'outer: { .. }
    (@statement $c:tt $m:tt $at:tt $label:lifetime : { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at [] [$label: { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    // 'outer: loop { .. }
    (@statement $c:tt $m:tt $at:tt $label:lifetime : loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at [] [$label: loop { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    // 'outer: for
    (@statement $c:tt $m:tt $at:tt $label:lifetime : $word:ident $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [] [$label:]] $word [$word] $word $($rest)* }
    };
    // The first token stands twice: once to be matched, once to be copied, so that it keeps its place.
    (@statement $c:tt $m:tt $at:tt $word:tt $($rest:tt)*) => {
        $crate::__walk! { @word $c $m $at $word $word $($rest)* }
    };

    (@word $c:tt $m:tt $at:tt let $word:tt $($rest:tt)*) => {
        $crate::__walk! { @let $c $m $at [$word] $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt loop $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at [] [$word { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@word $c:tt $m:tt $at:tt unsafe $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at [] [$word { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    // return x; with `return` in the list
    (@word [$path:tt $active:tt $entries:tt $options:tt [$returned:ident $shape:tt] $all:tt] $m:tt $at:tt
     return $word:tt $value:expr $(; $($rest:tt)*)?) => {
        $crate::__walk! {
            @jump [$path $active $entries $options [$returned $shape] $all] $m $at
            $crate::__return! { $path $active $options $returned $shape [$value] [$word] }
            $(; $($rest)*)?
        }
    };
    (@word $c:tt $m:tt $at:tt return $($rest:tt)*) => { $crate::__walk! { @jump $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt break $($rest:tt)*) => { $crate::__walk! { @jump $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt continue $($rest:tt)*) => { $crate::__walk! { @jump $c $m $at $($rest)* } };
    // const { .. }
    (@word $c:tt $m:tt $at:tt const $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @after $c $m $at [] [$word { $($b)* }] $($rest)* }
    };
    // items
    (@word $c:tt $m:tt $at:tt const $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt fn $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt use $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt struct $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt enum $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt type $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt impl $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt trait $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt mod $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt static $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt extern $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt pub $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt unsafe $($rest:tt)*) => { $crate::__walk! { @item $c $m $at $($rest)* } };
    (@word $c:tt $m:tt $at:tt async $word:tt fn $($rest:tt)*) => {
        $crate::__walk! { @item $c $m $at $word fn $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt async $word:tt unsafe $($rest:tt)*) => {
        $crate::__walk! { @item $c $m $at $word unsafe $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt union $word:tt $name:ident $($rest:tt)*) => {
        $crate::__walk! { @item $c $m $at $word $name $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt macro_rules $word:tt ! $name:ident { $($t:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$word! $name { $($t)* }] [] $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt macro_rules $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at [] [] $($rest)* }
    };
    // vec! { .. }, core::debug_assert! { .. }
    (@word $c:tt $m:tt $at:tt $word:ident $a:tt $(:: $b:tt)* ! { $($t:tt)* } $($rest:tt)*) => {
        $crate::__walk! { @after $c $m $at [] [$a $(:: $b)* ! { $($t)* }] $($rest)* }
    };
    // x.sin();
    (@word $c:tt (end) $at:tt $word:ident $e:expr ; $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@word $c:tt $m:tt [$($at:tt)*] $word:ident $e:expr ; $($rest:tt)*) => {
        $($at)* $e;
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@word $c:tt $m:tt $at:tt $word:tt $($rest:tt)*) => {
        $crate::__walk! { @expression $c $m $at $($rest)* }
    };

    (@item $c:tt $m:tt $at:tt $item:item $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$item] [] $($rest)* }
    };

    // return x; as the last statement of a block: its captures come first
    (@jump $c:tt ($kind:ident $block:tt) [$($at:tt)*] $e:expr ;) => {
        $crate::__cut! { @ends $c $block }
        $($at)* $e;
    };
    (@jump $c:tt ($kind:ident $block:tt) $at:tt $e:expr) => {
        $crate::__walk! { @tail $c (block $block) $at [$e] }
    };
    (@jump $c:tt $m:tt $at:tt $($rest:tt)*) => {
        $crate::__walk! { @expression $c $m $at $($rest)* }
    };

    // *x += 1.0;
    (@expression $c:tt $m:tt $at:tt $e:expr ; $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$e;] [] $($rest)* }
    };
    (@expression $c:tt $m:tt $at:tt $e:expr) => {
        $crate::__walk! { @tail $c $m $at [$e] }
    };
    (@expression $c:tt $m:tt $at:tt $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at [] [] $($rest)* }
    };

    // What no rule knows, up to four tokens a step, up to the next `;`. `$for` as in `@after`.
    (@copy $c:tt $m:tt $at:tt [] [$($t:tt)*] ; $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$($t)* ;] [] $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt [$pattern:tt [$($let:tt)*]] [$($t:tt)*] ; $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$($let)* $($t)* ;] $pattern $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt $t:tt) => {
        $crate::__walk! { @tail $c $m $at $t }
    };
    // let Some(x) = y else { .. };
    (@copy $c:tt $m:tt $at:tt [$pattern:tt $let:tt] [$($t:tt)*] else { $($b:tt)* } ; $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [$($t)* else { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] ; $($rest)*
        }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt ; $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1] ; $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt else $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1] else $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt $x2:tt ; $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1 $x2] ; $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt $x2:tt else $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1 $x2] else $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt ; $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1 $x2 $x3] ; $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt else $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1 $x2 $x3] else $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $x1:tt $x2:tt $x3:tt $x4:tt $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $x1 $x2 $x3 $x4] $($rest)* }
    };
    (@copy $c:tt $m:tt $at:tt $for:tt [$($t:tt)*] $($rest:tt)+) => {
        $crate::__walk! { @copy $c $m $at $for [$($t)* $($rest)+] }
    };

    // let Heads { q, k }: Heads = value: the pattern, then the type
    (@let $c:tt $m:tt $at:tt [$word:tt $($p:tt)*] = $($rest:tt)*) => {
        $crate::__walk! { @value $c $m $at [let $($p)*] [$word $($p)* =] $($rest)* }
    };
    (@let $c:tt $m:tt $at:tt [$word:tt $($p:tt)*] : $type:ty = $($rest:tt)*) => {
        $crate::__walk! { @value $c $m $at [let $($p)*] [$word $($p)* : $type =] $($rest)* }
    };
    (@let $c:tt $m:tt $at:tt [$word:tt $($p:tt)*] $(: $type:ty)? ; $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$word $($p)* $(: $type)? ;] [unset $($p)*] $($rest)* }
    };
    (@let $c:tt $m:tt $at:tt [$($p:tt)*] $t:tt $($rest:tt)*) => {
        $crate::__walk! { @let $c $m $at [$($p)* $t] $($rest)* }
    };

    // let x = value, with `*`
    (@twice $c:tt (end) $pattern:tt $all:tt $e:expr ; $($rest:tt)*) => {
        $crate::__known! { [end [let] $c $pattern] $all }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@twice $c:tt $m:tt [$($p:tt)+] $all:tt $e:expr ; $($rest:tt)*) => {
        let $($p)+ = $e;
        $crate::__known! { [let [] $c [$($p)+]] $all }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@twice $c:tt $m:tt [$($p:tt)+] [$($all:tt)*] $($_:tt)*) => {
        $crate::__walk! { @value $c $m [] [let $($p)+] [let $($p)+ =] $($all)* }
    };

    // let x = value
    (@value $c:tt (end) $at:tt $pattern:tt $let:tt $e:expr ; $($rest:tt)*) => {
        $crate::__walk! { @done $c (end) $at [] $pattern $($rest)* }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt if $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [$pattern $let] []] if [if] if $($rest)* }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt match $($rest:tt)*) => {
        $crate::__head! { @find [$c $m $at [$pattern $let] []] match [match] match $($rest)* }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt $label:lifetime : loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [$label: loop { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt $label:lifetime : { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [$label: { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [loop { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt unsafe { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [unsafe { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt [$($let:tt)*] { $($b:tt)* } ; $($rest:tt)*) => {
        $crate::__walk! {
            @done $c $m $at [$($let)* { $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } };] $pattern $($rest)*
        }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at [$pattern $let]
            [{ $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* } }] $($rest)*
        }
    };
    (@value $c:tt $m:tt [] [$kind:ident $($p:tt)*] [$($let:tt)*] $e:expr ; $($rest:tt)*) => {
        $($let)* $e;
        $crate::__pattern! { @top $kind $c $($p)* }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt [$($let:tt)*] $e:expr ; $($rest:tt)*) => {
        $crate::__walk! { @done $c $m $at [$($let)* $e;] $pattern $($rest)* }
    };
    (@value $c:tt $m:tt $at:tt $pattern:tt $let:tt $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at [$pattern $let] [] $($rest)* }
    };

    // An expression of blocks ends here; `$for` is what it is the value of: `[]`, or `[pattern [let x =]]`.
    // match x { .. }.sqrt();
    (@after $c:tt $m:tt $at:tt [] $t:tt . $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at [] $t . $($rest)* }
    };
    (@after $c:tt $m:tt $at:tt [] $t:tt ? $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at [] $t ? $($rest)* }
    };
    (@after $c:tt (block $pieces:tt) [$($at:tt)*] [] [$($t:tt)*]) => {
        $crate::__cut! { @ends $c $pieces }
        $($at)* $($t)*
    };
    (@after $c:tt $m:tt $at:tt [] $t:tt) => {
        $crate::__walk! { @tail $c $m $at $t }
    };
    // a `;` that throws the value away
    (@after $c:tt (end) $at:tt [] $t:tt ; $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@after $c:tt $m:tt [$($at:tt)*] [] [$($t:tt)*] ; $($rest:tt)*) => {
        $($at)* $($t)*;
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@after $c:tt (end) $at:tt [] $t:tt $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@after $c:tt $m:tt [$($at:tt)*] [] [$($t:tt)*] $($rest:tt)*) => {
        $($at)* $($t)*
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@after $c:tt $m:tt $at:tt $for:tt $t:tt $($rest:tt)*) => {
        $crate::__walk! { @copy $c $m $at $for $t $($rest)* }
    };

    // a statement is copied, and what it binds captured
    (@done $c:tt (end) $at:tt $statement:tt [] $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@done $c:tt (end) [] $statement:tt [$($pattern:tt)*] $($rest:tt)*) => {
        $crate::__pattern! { @top end $c $($pattern)* }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@done $c:tt (end) [$($at:tt)+] $statement:tt [$($pattern:tt)*] $($rest:tt)*) => {
        $crate::__cfg! { [] [$crate::__pattern! { @top end $c $($pattern)* }] $($at)+ }
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@done $c:tt $m:tt [$($at:tt)*] [$($statement:tt)*] [] $($rest:tt)*) => {
        $($at)* $($statement)*
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@done $c:tt $m:tt [] [$($statement:tt)*] [$kind:ident $($p:tt)*] $($rest:tt)*) => {
        $($statement)*
        $crate::__pattern! { @top $kind $c $($p)* }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@done $c:tt $m:tt [$($at:tt)+] [$($statement:tt)*] [$kind:ident $($p:tt)*] $($rest:tt)*) => {
        $($at)+ $($statement)*
        $crate::__cfg! { [] [$crate::__pattern! { @top $kind $c $($p)* }] $($at)+ }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };

    // the last expression: the captures at the end come first
    (@tail $c:tt (block $block:tt) [$($at:tt)*] [$($t:tt)*]) => {
        $crate::__cut! { @ends $c $block }
        $($at)* $($t)*
    };
    (@tail [$path:tt $active:tt $entries:tt $options:tt [$returned:ident $shape:tt] $all:tt] (fn $block:tt) [] [$($t:tt)*]) => {
        $crate::__cut! { @ends [$path $active $entries $options [] $all] $block }
        $crate::__return! { $path $active $options $returned $shape [$($t)*] [] }
    };
    (@tail $c:tt (fn $block:tt) $at:tt $t:tt) => {
        $crate::__walk! { @tail $c (block $block) $at $t }
    };
    (@tail $c:tt (end) $at:tt $t:tt) => {};
    // of a piece that is not the last of its block: the test `lengths` guards it
    (@tail $c:tt (now) [$($at:tt)*] [$($t:tt)*]) => {
        $($at)* $($t)*
    };
}

/// Captures what a `let` without a type binds, with `*` in the list: nothing if the type may be known from later lines
/// only, by the last call of its value, for method lookup has to know it here. Four tokens a step, up to the `;`.
#[doc(hidden)]
#[macro_export]
macro_rules! __known {
    // From::from(x)
    ($s:tt [From :: $($_:tt)*]) => { $crate::__known! { @unknown $s } };
    ($s:tt [$($all:tt)*]) => { $crate::__known! { @value $s $($all)* } };
    // [Default::default(); 4], vec![T::zero(); 4]
    (@value $s:tt [$($all:tt)*] ; $($_:tt)*) => { $crate::__known! { @value $s $($all)* ; } };
    (@value $s:tt vec![$($all:tt)*] ; $($_:tt)*) => { $crate::__known! { @value $s $($all)* ; } };
    (@value $s:tt . $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt :: $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt ; $($_:tt)*) => { $crate::__known! { @known $s } };
    (@value $s:tt $x1:tt . $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt :: $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt ; $($_:tt)*) => { $crate::__known! { @known $s } };
    (@value $s:tt $x1:tt $x2:tt . $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt $x2:tt :: $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt $x2:tt ; $($_:tt)*) => { $crate::__known! { @known $s } };
    (@value $s:tt $x1:tt $x2:tt $x3:tt . $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt $x2:tt $x3:tt :: $call:ident () $($rest:tt)*) => { $crate::__known! { @call $s $call $($rest)* } };
    (@value $s:tt $x1:tt $x2:tt $x3:tt ; $($_:tt)*) => { $crate::__known! { @known $s } };
    (@value $s:tt $x1:tt $x2:tt $x3:tt $x4:tt $($rest:tt)*) => { $crate::__known! { @value $s $($rest)* } };
    (@call $s:tt into $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt try_into $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt collect $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt parse $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt sum $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt product $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt default $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt zero $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt one $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt random $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt gen $($_:tt)*) => { $crate::__known! { @unknown $s } };
    (@call $s:tt $call:ident $($rest:tt)*) => { $crate::__known! { @value $s $($rest)* } };
    (@known [$kind:ident [$($let:ident)?] $c:tt [$($p:tt)+]]) => { $crate::__pattern! { @top $kind $c $($let)? $($p)+ } };
    (@unknown [end $let:tt $c:tt [$($p:tt)+]]) => { $crate::__pattern! { @top end $c unset $($p)+ } };
    (@unknown [let $let:tt $c:tt [$($p:tt)+]]) => { $crate::__pattern! { @top unset $c $($p)+ } };
}

/// A value that is returned, captured.
#[doc(hidden)]
#[macro_export]
macro_rules! __return {
    ([$($path:tt)*] $active:tt [$($options:tt)*] $returned:ident [$($shape:tt)*] [$($value:tt)*] [$($return:tt)?]) => {
        match $returned.same($($value)*) {
            __anycapture_value => {
                $crate::__capture! {
                    any $($path)*, return $($shape)* = __anycapture_value; on = $active, $($options)*
                }
                $($return)? __anycapture_value
            }
        }
    };
}

/// The head of `if`, `while`, `for` and `match`, up to its block.
///
/// A brace in a head opens the block, unless it is a pattern's or an operand: it follows an operator, or the head
/// goes on behind it. So the token in front of it is kept beside the head.
#[doc(hidden)]
#[macro_export]
macro_rules! __head {
    // eight tokens a step
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)*] $before { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt $x1:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1] $x1 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt $x1:tt $x2:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2] $x2 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt $x1:tt $x2:tt $x3:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2 $x3] $x3 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt
     $x1:tt $x2:tt $x3:tt $x4:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2 $x3 $x4] $x4 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt
     $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2 $x3 $x4 $x5] $x5 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt
     $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2 $x3 $x4 $x5 $x6] $x6 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt
     $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @judge $s $kind [$($h)* $x1 $x2 $x3 $x4 $x5 $x6 $x7] $x7 { $($b)* } $($rest)* }
    };
    (@find $s:tt $kind:ident [$($h:tt)*] $before:tt
     $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $x6:tt $x7:tt $x8:tt $($rest:tt)*) => {
        $crate::__head! { @find $s $kind [$($h)* $x1 $x2 $x3 $x4 $x5 $x6 $x7 $x8] $x8 $($rest)* }
    };
    // an operand
    (@judge $s:tt $k:ident $h:tt = $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt == $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt != $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt < $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt <= $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt >= $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt && $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt || $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt & $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt | $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt ^ $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt + $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt - $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt * $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt / $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt % $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt ! $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt << $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    // a label's
    (@judge $s:tt $k:ident $h:tt : $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt ..= $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt in $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt else $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt if $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt while $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt match $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt loop $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt unsafe $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt const $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt async $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    (@judge $s:tt $k:ident $h:tt move $($rest:tt)*) => { $crate::__head! { @operand $s $k $h $($rest)* } };
    // if let Heads { q, k } = heads, for Pair { x, y } in pairs
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } = $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } = $($rest)* }
    };
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } in $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } in $($rest)* }
    };
    // if let A { x } | B { x } = pair, or the block and a closure behind it
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } | $($rest:tt)*) => {
        $crate::__head! { @or $h block $s $k $h $before { $($b)* } | $($rest)* }
    };
    // if x > { 3 } { .. }, while match x { .. } { .. }, or the block and a block behind it
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } { $($next:tt)* } $($rest:tt)*) => {
        $crate::__head! { @twice $h $s $k $h $before { $($b)* } { $($next)* } $($rest)* }
    };
    (@judge $s:tt $k:ident $h:tt > { $($b:tt)* } && $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } && $($rest)* }
    };
    (@judge $s:tt $k:ident $h:tt > { $($b:tt)* } || $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } || $($rest)* }
    };
    // for x in if backwards { .. } else { .. } { .. }
    (@judge $s:tt for $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__head! { @operand $s for $h { $($b)* } else $($rest)* }
    };
    (@judge $s:tt while $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__head! { @operand $s while $h { $($b)* } else $($rest)* }
    };
    (@judge $s:tt match $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__head! { @operand $s match $h { $($b)* } else $($rest)* }
    };
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } == $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } == $($rest)* }
    };
    (@judge $s:tt $k:ident $h:tt $before:tt { $($b:tt)* } != $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h { $($b)* } != $($rest)* }
    };
    // whether the head ends within a pattern
    (@or [] pattern $s:tt $k:ident $h:tt $before:tt $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h $($rest)* }
    };
    (@or [] block $($found:tt)*) => { $crate::__head! { @block $($found)* } };
    (@or [let $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__head! { @or [$($h)*] pattern $($found)* } };
    (@or [for $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__head! { @or [$($h)*] pattern $($found)* } };
    (@or [= $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__head! { @or [$($h)*] block $($found)* } };
    (@or [in $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__head! { @or [$($h)*] block $($found)* } };
    (@or [$t:tt $($h:tt)*] $($found:tt)*) => { $crate::__head! { @or [$($h)*] $($found)* } };
    // whether an operand of the head may end with a block
    (@twice [$first:tt] $s:tt $k:ident $h:tt > $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h $($rest)* }
    };
    (@twice [$first:tt] $s:tt $k:ident $h:tt >> $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h $($rest)* }
    };
    (@twice [$first:tt] $($found:tt)*) => { $crate::__head! { @block $($found)* } };
    (@twice [$first:tt match $($_:tt)*] $s:tt $k:ident $h:tt $before:tt $($rest:tt)*) => {
        $crate::__head! { @operand $s $k $h $($rest)* }
    };
    (@twice [$first:tt $t:tt $($h:tt)*] $($found:tt)*) => {
        $crate::__head! { @twice [$t $($h)*] $($found)* }
    };
    (@operand $s:tt $kind:ident [$($h:tt)*] { $($b:tt)* } $($rest:tt)*) => {
        $crate::__head! { @find $s $kind [$($h)* { $($b)* }] {} $($rest)* }
    };
    // the block: `@judge` that has come so far, or `@block`
    (@$found:ident [$c:tt (end) $at:tt [] $t:tt] for $head:tt $_:tt $block:tt $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@$found:ident [$c:tt $m:tt [$($at:tt)*] [] [$($t:tt)*]] for [$word:tt $($head:tt)*] $_:tt
     { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($t)* $word $($head)* {
            $crate::__pattern! { @top now $c $($head)* }
            $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
        }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@$found:ident [$c:tt (end) $at:tt [] $t:tt] while $head:tt $_:tt $block:tt $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@$found:ident [$c:tt $m:tt [$($at:tt)*] [] [$($t:tt)*]] while [$($head:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($t)* $($head)* {
            $crate::__conditions! { $c $($head)* }
            $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
        }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@$found:ident [$c:tt (block $pieces:tt) [$($at:tt)*] [] []] match $head:tt $_:tt { $($b:tt)* }) => {
        $crate::__cut! { @ends $c $pieces }
        $($at)* $crate::__arms! { $c $head [] [$($b)*] $($b)* }
    };
    (@$found:ident [$c:tt $m:tt $at:tt [$pattern:tt [$($let:tt)+]] []] match $head:tt $_:tt { $($b:tt)* } ; $($rest:tt)*) => {
        $crate::__walk! {
            @done $c $m $at [$($let)+ $crate::__arms! { $c $head [] [$($b)*] $($b)* };] $pattern $($rest)*
        }
    };
    (@$found:ident [$c:tt $m:tt $at:tt $for:tt [$($t:tt)*]] match [$($head:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at $for [$($t)* $crate::__arms! { $c [$($head)*] [] [$($b)*] $($b)* }] $($rest)*
        }
    };
    (@$found:ident [$c:tt $m:tt $at:tt $for:tt [$($t:tt)*]] if [$($head:tt)*] $_:tt { $($b:tt)* }
     else if $($rest:tt)*) => {
        $crate::__head! {
            @find [$c $m $at $for [$($t)* $($head)* {
                $crate::__conditions! { $c $($head)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            } else]] if [if] if $($rest)*
        }
    };
    (@$found:ident [$c:tt $m:tt $at:tt [$pattern:tt [$($let:tt)+]] [$($t:tt)*]] if [$($head:tt)*] $_:tt { $($b:tt)* }
     else { $($else:tt)* } ; $($rest:tt)*) => {
        $crate::__walk! {
            @done $c $m $at [$($let)+ $($t)* $($head)* {
                $crate::__conditions! { $c $($head)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            } else {
                $crate::__cut! { [coarse $c (now) (block) []] [] $($else)* }
            };] $pattern $($rest)*
        }
    };
    (@$found:ident [$c:tt $m:tt $at:tt $for:tt [$($t:tt)*]] if [$($head:tt)*] $_:tt { $($b:tt)* }
     else { $($else:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @after $c $m $at $for [$($t)* $($head)* {
                $crate::__conditions! { $c $($head)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            } else {
                $crate::__cut! { [coarse $c (now) (block) []] [] $($else)* }
            }] $($rest)*
        }
    };
    // Without `else`, its value is `()`, so the captures at the end of the block may follow it.
    (@$found:ident [$c:tt (end) $at:tt [] $t:tt] if $head:tt $_:tt $block:tt $($rest:tt)*) => {
        $crate::__walk! { @statement $c (end) [] $($rest)* }
    };
    (@$found:ident [$c:tt $m:tt [$($at:tt)*] [] [$($t:tt)*]] if [$($head:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($t)* $($head)* {
            $crate::__conditions! { $c $($head)* }
            $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
        }
        $crate::__walk! { @statement $c $m [] $($rest)* }
    };
    (@$found:ident [$c:tt $m:tt $at:tt $for:tt [$($t:tt)*]] if [$($head:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__walk! {
            @copy $c $m $at $for [$($t)* $($head)* {
                $crate::__conditions! { $c $($head)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }] $($rest)*
        }
    };
}

/// What the conditions `let pattern = value` of an `if` or a `while` bind.
#[doc(hidden)]
#[macro_export]
macro_rules! __conditions {
    ($c:tt) => {};
    ($c:tt let $($rest:tt)*) => {
        $crate::__pattern! { @top arm $c $($rest)* }
        $crate::__conditions! { $c $($rest)* }
    };
    ($c:tt $x1:tt let $($rest:tt)*) => { $crate::__conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt let $($rest:tt)*) => { $crate::__conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt let $($rest:tt)*) => { $crate::__conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt $x4:tt let $($rest:tt)*) => { $crate::__conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $($rest:tt)*) => { $crate::__conditions! { $c $($rest)* } };
    ($c:tt $($rest:tt)*) => {};
}

/// The arms of a `match`, one after the other: macros can't stand between them.
#[doc(hidden)]
#[macro_export]
macro_rules! __arms {
    // The arms to come stand twice: once for the parser, once for `__pattern!`.
    ($c:tt [$($head:tt)*] [$($arms:tt)*] []) => {
        $($head)* { $($arms)* }
    };
    // { .. }.sqrt(), or with any value that is no block
    (@unwrap $c:tt $head:tt $arms:tt [$($all:tt)*]) => {
        $crate::__arms! { @value $c $head $arms $($all)* }
    };
    (@value $c:tt $head:tt [$($arms:tt)*] $(#$at:tt)* $pattern:pat $(if $guard:expr)? => $value:expr
     $(, $($rest:tt)*)?) => {
        $crate::__arms! {
            $c $head [$($arms)* $(#$at)* $pattern $(if $guard)? => $value,] [$($($rest)*)?] $($($rest)*)?
        }
    };
    // Some(x) if let Ok(y) = x.parse() => ..: the parser takes no such guard for an expression
    (@guard $c:tt $head:tt [$($arms:tt)*] [$($all:tt)*] [$($arm:tt)*] [$($guard:tt)*] => { $($b:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__arms! {
            $c $head [$($arms)* $($arm)* $($guard)* => {
                $crate::__pattern! { @top arm $c $($all)* }
                $crate::__conditions! { $c $($guard)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }] [$($($rest)*)?] $($($rest)*)?
        }
    };
    (@guard $c:tt $head:tt [$($arms:tt)*] [$($all:tt)*] [$($arm:tt)*] [$($guard:tt)*] => { $($b:tt)* } $($rest:tt)*) => {
        $crate::__arms! {
            $c $head [$($arms)* $($arm)* $($guard)* => {
                $crate::__pattern! { @top arm $c $($all)* }
                $crate::__conditions! { $c $($guard)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }] [$($rest)*] $($rest)*
        }
    };
    (@guard $c:tt $head:tt [$($arms:tt)*] $all:tt [$($arm:tt)*] [$($guard:tt)*] => $value:expr $(, $($rest:tt)*)?) => {
        $crate::__arms! { $c $head [$($arms)* $($arm)* $($guard)* => $value,] [$($($rest)*)?] $($($rest)*)? }
    };
    (@guard $c:tt $head:tt $arms:tt $all:tt $arm:tt [$($guard:tt)*] $t:tt $($rest:tt)*) => {
        $crate::__arms! { @guard $c $head $arms $all $arm [$($guard)* $t] $($rest)* }
    };
    ($c:tt $head:tt $arms:tt $all:tt $(#$at:tt)* $pattern:pat if let $($rest:tt)*) => {
        $crate::__arms! { @guard $c $head $arms $all [$(#$at)* $pattern] [if let] $($rest)* }
    };
    // Some(x) if x > 0.0 => { .. }
    ($c:tt $head:tt $arms:tt $all:tt $(#$at:tt)* $pattern:pat $(if $guard:expr)? => { $($b:tt)* } . $($_:tt)*) => {
        $crate::__arms! { @unwrap $c $head $arms $all }
    };
    ($c:tt $head:tt $arms:tt $all:tt $(#$at:tt)* $pattern:pat $(if $guard:expr)? => { $($b:tt)* } ? $($_:tt)*) => {
        $crate::__arms! { @unwrap $c $head $arms $all }
    };
    ($c:tt [$($head:tt)*] [$($arms:tt)*] [$($all:tt)*]
     $(#$at:tt)* $pattern:pat $(if $guard:expr)? => { $($b:tt)* } $(,)?) => {
        $($head)* {
            $($arms)*
            $(#$at)* $pattern $(if $guard)? => {
                $crate::__pattern! { @top arm $c $($all)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }
        }
    };
    ($c:tt $head:tt [$($arms:tt)*] [$($all:tt)*]
     $(#$at:tt)* $pattern:pat $(if $guard:expr)? => { $($b:tt)* } , $($rest:tt)*) => {
        $crate::__arms! {
            $c $head [$($arms)* $(#$at)* $pattern $(if $guard)? => {
                $crate::__pattern! { @top arm $c $($all)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }] [$($rest)*] $($rest)*
        }
    };
    ($c:tt $head:tt [$($arms:tt)*] [$($all:tt)*]
     $(#$at:tt)* $pattern:pat $(if $guard:expr)? => { $($b:tt)* } $($rest:tt)*) => {
        $crate::__arms! {
            $c $head [$($arms)* $(#$at)* $pattern $(if $guard)? => {
                $crate::__pattern! { @top arm $c $($all)* }
                $crate::__cut! { [coarse $c (now) (block) []] [] $($b)* }
            }] [$($rest)*] $($rest)*
        }
    };
    ($c:tt $head:tt [$($arms:tt)*] $all:tt $(#$at:tt)* $pattern:pat $(if $guard:expr)? => $value:expr
     $(, $($rest:tt)*)?) => {
        $crate::__arms! {
            $c $head [$($arms)* $(#$at)* $pattern $(if $guard)? => $value,] [$($($rest)*)?] $($($rest)*)?
        }
    };
    // 1 => for x in xs { .. } 2 => ..
    ($c:tt $head:tt $arms:tt $all:tt $($_:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` can't see where an arm of this `match` ends: put a comma behind an arm that is not a block"
        }
    };
}

/// Hands each name that a pattern binds to `__anycapture_listed!`. The pattern ends at `:`, `=`, `=>`, `in` or `if`.
///
/// `$kind` says what is bound: `let`, `unset` (no value yet), `now` (captured at once, `mut` or not), `arm` (as `now`,
/// where a name may be a constant), `end`.
#[doc(hidden)]
#[macro_export]
macro_rules! __pattern {
    // x, mut x
    (@top let $c:tt mut $x:ident) => { __anycapture_listed! { $x $x mut $c $c } };
    (@top let $c:tt $x:ident) => { __anycapture_listed! { $x $x let $c $c } };
    (@top end $c:tt let mut $x:ident) => { __anycapture_listed! { $x $x end $c $c } };
    (@top end $c:tt let $x:ident) => {};
    // kinds at the end of a block: only what is `mut`, or had no value at its declaration
    (@top end $c:tt let $($rest:tt)*) => { $crate::__pattern! { @first end $c $($rest)* } };
    (@top end $c:tt unset $($rest:tt)*) => { $crate::__pattern! { @first end_unset $c $($rest)* } };
    (@top $kind:ident $c:tt $($rest:tt)*) => { $crate::__pattern! { @first $kind $c $($rest)* } };
    (@first $kind:ident $c:tt #$at:tt $($rest:tt)*) => { $crate::__pattern! { @first $kind $c $($rest)* } };
    (@first $kind:ident $c:tt | $($rest:tt)*) => { $crate::__pattern! { @to $kind $c $($rest)* } };
    (@first $kind:ident $c:tt $($rest:tt)*) => { $crate::__pattern! { @to $kind $c $($rest)* } };
    // ::<T>
    (@generics $in:ident $kind:ident $c:tt > $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c $($rest)* } };
    (@generics $in:ident $kind:ident $c:tt $t:tt $($rest:tt)*) => {
        $crate::__pattern! { @generics $in $kind $c $($rest)* }
    };

    // the end, or other names for the same in an or-pattern
    (@$in:ident $kind:ident $c:tt) => {};
    (@to $kind:ident $c:tt : $($rest:tt)*) => {};
    (@to $kind:ident $c:tt = $($rest:tt)*) => {};
    (@to $kind:ident $c:tt => $($rest:tt)*) => {};
    (@to $kind:ident $c:tt in $($rest:tt)*) => {};
    (@to $kind:ident $c:tt if $($rest:tt)*) => {};
    (@to $kind:ident $c:tt | $($rest:tt)*) => {};
    (@within $kind:ident $c:tt | $($rest:tt)*) => { $crate::__pattern! { @skip $kind $c $($rest)* } };
    (@skip $kind:ident $c:tt , $($rest:tt)*) => { $crate::__pattern! { @within $kind $c $($rest)* } };
    (@skip $kind:ident $c:tt $t:tt $($rest:tt)*) => { $crate::__pattern! { @skip $kind $c $($rest)* } };
    // (q, k), [first, .., last], Heads { q, k }
    (@$in:ident $kind:ident $c:tt ( $($p:tt)* ) $($rest:tt)*) => {
        $crate::__pattern! { @within $kind $c $($p)* }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt [ $($p:tt)* ] $($rest:tt)*) => {
        $crate::__pattern! { @within $kind $c $($p)* }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt { $($p:tt)* } $($rest:tt)*) => {
        $crate::__pattern! { @within $kind $c $($p)* }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    // 1..=N
    (@$in:ident $kind:ident $c:tt ..= $t:tt $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt :: < $($rest:tt)*) => { $crate::__pattern! { @generics $in $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt :: $t:ident $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c $($rest)* } };
    // #[cfg(test)] in a struct pattern
    (@$in:ident $kind:ident $c:tt #$at:tt $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c $($rest)* } };
    // what looks like a name
    (@$in:ident $kind:ident $c:tt mut $x:ident $($rest:tt)*) => {
        $crate::__name! { $kind mut $x $x $c }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt ref mut $x:ident $($rest:tt)*) => {
        $crate::__name! { $kind plain $x $x $c }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt ref $x:ident $($rest:tt)*) => {
        $crate::__name! { $kind plain $x $x $c }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@within $kind:ident $c:tt $field:ident : $($rest:tt)*) => { $crate::__pattern! { @within $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt $path:ident ( $($p:tt)* ) $($rest:tt)*) => {
        $crate::__pattern! { @$in $kind $c ( $($p)* ) $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $path:ident { $($p:tt)* } $($rest:tt)*) => {
        $crate::__pattern! { @$in $kind $c { $($p)* } $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $path:ident :: $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c :: $($rest)* } };
    (@$in:ident $kind:ident $c:tt $path:ident ! $t:tt $($rest:tt)*) => {
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $from:ident ..= $($rest:tt)*) => {
        $crate::__pattern! { @$in $kind $c ..= $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $x:ident $($rest:tt)*) => {
        $crate::__name! { $kind plain $x $x $c }
        $crate::__pattern! { @$in $kind $c $($rest)* }
    };
    // &, a literal, `..`, `_`, `@`, a comma
    (@$in:ident $kind:ident $c:tt $t:tt $($rest:tt)*) => { $crate::__pattern! { @$in $kind $c $($rest)* } };
}

/// One name, bound by a pattern.
#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    // what a pattern names without binding it
    ($kind:ident plain None $($rest:tt)*) => {};
    ($kind:ident plain PhantomData $($rest:tt)*) => {};
    ($kind:ident plain Self $($rest:tt)*) => {};
    ($kind:ident plain true $($rest:tt)*) => {};
    ($kind:ident plain false $($rest:tt)*) => {};

    (let mut $($x:tt)*) => { $crate::__name! { @listed mut $($x)* } };
    (let plain $($x:tt)*) => { $crate::__name! { @listed let $($x)* } };
    (now $mut:ident $($x:tt)*) => { $crate::__name! { @listed let $($x)* } };
    (arm mut $($x:tt)*) => { $crate::__name! { @listed let $($x)* } };
    (arm plain $($x:tt)*) => { $crate::__name! { @listed arm $($x)* } };
    (unset $mut:ident $($x:tt)*) => { $crate::__name! { @listed unset $($x)* } };
    (end plain $($x:tt)*) => {};
    (end mut $($x:tt)*) => { $crate::__name! { @listed end $($x)* } };
    (end_unset $mut:ident $($x:tt)*) => { $crate::__name! { @listed end $($x)* } };
    (@listed $kind:ident $x:ident $name:ident $c:tt) => {
        __anycapture_listed! { $x $name $kind $c $c }
    };
}

/// What happens with a name at a place: `let`, `mut` and `arm` at its binding, `unset` without a value, `end` at the
/// end of its block.
///
/// `last` says whether the variable of this name that is in scope is a `let mut` of this block: not if it was bound
/// again without `mut`. It is a variable of its own for each listed name. The test `shadowed` guards it.
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    // neither listed nor `*`
    ($kind:ident $x:ident $c:tt []) => {};
    // *
    (let $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt] [*]) => {
        $crate::__capture! { optional $($path)*, $x; on = $active, $($options)* }
    };
    (mut $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt] [*]) => {
        $crate::__capture! { optional $($path)*, $x; on = $active, $($options)* }
    };
    // what may be a constant or a variant: by its case, as nothing else tells them apart
    (arm $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt] [*]) => {
        if const { $crate::__private::names::is_variable($crate::__private::stringify!($x)) } {
            $crate::__capture! { optional $($path)*, $x; on = $active, $($options)* }
        }
    };
    ($kind:ident $x:ident $c:tt [*]) => {};
    // x
    (arm $x:ident $c:tt $last:ident $dims:tt $let:tt) => {
        $crate::__bind! { let $x $c $last $dims $let }
    };
    (let $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt]
     $last:ident [$($dims:tt)*] $let:tt) => {
        $crate::__capture! { any $($path)*, $x $($dims)*; on = $active, $($options)* }
        #[allow(unused_variables)]
        let $last = $crate::__private::Shadowed;
    };
    (mut $x:ident $c:tt $last:ident $dims:tt []) => {
        #[allow(unused_variables)]
        let $last = $crate::__private::Last;
    };
    (unset $x:ident $c:tt $last:ident $dims:tt []) => {
        #[allow(unused_variables)]
        let $last = $crate::__private::Last;
    };
    (end $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt]
     $last:ident [$($dims:tt)*] []) => {
        #[allow(unreachable_code)]
        if $last.is_last() {
            $last.go_on();
            $crate::__capture! { any $($path)*, $x $($dims)*; on = $active, $($options)* }
        }
        #[allow(unused_variables)]
        let $last = $crate::__private::Shadowed;
    };
    // let x
    (mut $x:ident [[$($path:tt)*] $active:tt $entries:tt [$($options:tt)*] $return:tt $all:tt]
     $last:ident [$($dims:tt)*] [let]) => {
        $crate::__capture! { any $($path)*, $x $($dims)*; on = $active, $($options)* }
    };
    ($kind:ident $x:ident $c:tt $last:ident $dims:tt [let]) => {};
}

/// Puts the `#[cfg(..)]` among the attributes of a statement on a capture of what it binds.
#[doc(hidden)]
#[macro_export]
macro_rules! __cfg {
    ([$($cfg:tt)*] [$($statement:tt)*]) => {
        $($cfg)* $($statement)*
    };
    ([$($cfg:tt)*] $statement:tt #[cfg $when:tt] $($rest:tt)*) => {
        $crate::__cfg! { [$($cfg)* #[cfg $when]] $statement $($rest)* }
    };
    ($cfg:tt $statement:tt #$other:tt $($rest:tt)*) => {
        $crate::__cfg! { $cfg $statement $($rest)* }
    };
}

/// What a function returns, as a type without a name: a captured tail keeps the type that it is expected to have.
pub struct Returned<T>(PhantomData<fn() -> T>);

impl<T> Clone for Returned<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Returned<T> {}

impl<T> Returned<T> {
    #[allow(clippy::new_without_default)]
    #[inline(always)]
    pub const fn new() -> Self {
        Returned(PhantomData)
    }

    /// Is never called.
    pub fn value(self) -> T {
        unreachable!("a type, and no value")
    }

    #[inline(always)]
    pub fn same(self, value: T) -> T {
        value
    }
}

/// The variable of a name is a `let mut` of this block, to be captured where the block ends.
#[derive(Clone, Copy)]
pub struct Last;

impl Last {
    #[inline(always)]
    pub const fn is_last(self) -> bool {
        true
    }

    #[inline(always)]
    pub const fn go_on(self) {}
}

/// The variable of a name is another one by now.
#[derive(Clone, Copy)]
pub struct Shadowed;

impl Shadowed {
    #[inline(always)]
    pub const fn is_last(self) -> bool {
        false
    }

    /// Does not return, so what stands behind it may use a variable that has been moved.
    pub const fn go_on(self) -> ! {
        unreachable!()
    }
}

/// Whether the listed names are bound, by the text of the function, when it is compiled.
pub mod names {
    /// Which of the names the function binds where `captured_fn!` looks.
    ///
    /// In one pass: the compiler takes some hundred nanoseconds for a byte of the text.
    pub const fn bound<const N: usize>(names: &[&str], parameters: &str, body: &str) -> [bool; N] {
        let outside = scan(parameters.as_bytes(), names, true, [Place::Nowhere; N]);
        let inside = scan(body.as_bytes(), names, false, outside.places);
        let (mut bound, mut at) = ([false; N], 0);
        while at < N {
            bound[at] = matches!(inside.places[at], Place::Bound);
            at += 1;
        }
        bound
    }

    /// Stops the build, with a sentence, if `name` is listed twice, or is not bound where `captured_fn!` looks.
    #[track_caller] // an error shows the caller's lines, not these
    pub const fn check(name: &str, names: &[&str], bound: &[bool], parameters: &str, body: &str) {
        let (mut at, mut count, mut is_bound) = (0, 0, false);
        while at < names.len() {
            let other = names[at].as_bytes();
            if is(other, 0, other.len(), name.as_bytes()) {
                count += 1;
                is_bound = bound[at];
            }
            at += 1;
        }
        if count > 1 {
            fail(name, "` stands twice in `#[capture]`: keep one of them", "", "", "");
        }
        if is_bound {
            return;
        }
        let inside = scan(body.as_bytes(), &[name], false, [Place::Nowhere]);
        let outside = scan(parameters.as_bytes(), &[name], true, [Place::Nowhere]);
        if matches!(inside.places[0], Place::Closure) {
            fail(
                name,
                "` is bound inside a closure, where `captured_fn!` does not look: put `capture!(path, ",
                "",
                name,
                ")` there, behind its binding",
            );
        }
        if matches!(inside.places[0], Place::Unreached) {
            fail(
                name,
                "` is bound where `captured_fn!` does not look, in a macro or a part of an expression: put \
                 `capture!(path, ",
                "",
                name,
                ")` there, behind its binding",
            );
        }
        let nearest = if outside.distance < inside.distance { parameters } else { body };
        let (start, end) =
            if outside.distance < inside.distance { outside.nearest } else { inside.nearest };
        let nearest = nearest.as_bytes().split_at(end).0.split_at(start).1;
        let unbound =
            "` is listed in `#[capture]`, but the function binds no variable of that name";
        match core::str::from_utf8(nearest) {
            Ok(nearest) if !nearest.is_empty() => fail(name, unbound, ": is it `", nearest, "`?"),
            _ => fail(name, unbound, "", "", ""),
        }
    }

    /// Whether a name in a pattern that may be refused is a variable, and no constant or variant.
    pub const fn is_variable(name: &str) -> bool {
        !name.as_bytes()[0].is_ascii_uppercase()
    }

    /// Panics with "`name" and the rest of the sentence.
    #[track_caller]
    const fn fail(name: &str, rest: &str, before: &str, nearest: &str, after: &str) {
        let parts = ["`", name, rest, before, nearest, after];
        let mut sentence = [b' '; 512];
        let (mut length, mut part) = (0, 0);
        while part < parts.len() {
            let (bytes, mut at) = (parts[part].as_bytes(), 0);
            while at < bytes.len() && length < sentence.len() {
                sentence[length] = bytes[at];
                length += 1;
                at += 1;
            }
            part += 1;
        }
        match core::str::from_utf8(sentence.split_at(length).0) {
            Ok(sentence) => panic!("{}", sentence),
            Err(_) => {
                panic!("a name in `#[capture]` is not bound in the function, or stands there twice")
            }
        }
    }

    /// How a name stands in a function.
    #[derive(Clone, Copy)]
    enum Place {
        Nowhere,
        Unreached,
        /// Unreached, and in a closure.
        Closure,
        Bound,
    }

    struct Found<const N: usize> {
        places: [Place; N],
        /// The bound name that is most like the name, if that is the only one: where it stands, and how many letters
        /// differ.
        nearest: (usize, usize),
        distance: usize,
    }

    /// Delimiters that are open.
    #[derive(Clone, Copy)]
    struct Level {
        /// Statements, or the arms of a `match`, that are walked.
        walked: bool,
        arms: bool,
        /// The next word begins a statement, or the value of a `let`.
        begins: bool,
        /// A brace in this statement opens a block that is walked; of a `match`.
        opens: bool,
        matches: bool,
        /// This statement is a `let`.
        binds: bool,
        closure: bool,
        /// Within parentheses, brackets or a macro, where nothing is walked.
        within: bool,
    }

    impl Level {
        /// Of a name that seems to be bound here, where nothing is walked.
        const fn unreached(self) -> Place {
            if self.closure {
                Place::Closure
            } else if self.within || self.arms {
                Place::Unreached
            } else {
                Place::Bound
            }
        }
    }

    const STATEMENT: Level = Level {
        walked: true,
        arms: false,
        begins: true,
        opens: false,
        matches: false,
        binds: false,
        closure: false,
        within: false,
    };
    const EXPRESSION: Level = Level { walked: false, begins: false, ..STATEMENT };
    const DEPTH: usize = 64;

    /// What a token is: its byte, or one of these.
    const OTHER: u8 = 0;
    const ARROW: u8 = 1;
    const WORD: u8 = b'w';
    const LET: u8 = b'l';
    const FOR: u8 = b'f';
    const IN: u8 = b'n';
    /// `mut` and `ref`.
    const MUT: u8 = b'm';
    const MATCH: u8 = b'M';
    /// `if`, `while`, `loop`, `unsafe`.
    const HEAD: u8 = b'h';
    const ELSE: u8 = b'e';
    /// `move` and `return`.
    const VALUE: u8 = b'v';

    /// Goes through the text by its words and delimiters, and sees statements as `__walk!` does. Where it can't
    /// know, a name is taken for bound: to refuse a good list would be worse than to accept a bad one.
    const fn scan<const N: usize>(
        text: &[u8],
        names: &[&str],
        parameters: bool,
        places: [Place; N],
    ) -> Found<N> {
        let mut found = Found { places, nearest: (0, 0), distance: 1 };
        if N == 1 {
            found.distance += (names[0].len() + 1) / 3;
        }
        let starts = starts(names);
        let mut levels = [if parameters { EXPRESSION } else { STATEMENT }; DEPTH];
        let mut depth = 0;
        // Within a pattern, from `let` to `=` and from `for` to `in`; of a statement that is walked.
        let (mut pattern, mut reached) = (parameters, parameters);
        // The name stands in what may be the pattern of an arm.
        let (mut in_arm, mut any_in_arm) = ([false; N], false);
        // The depth at which the parameters of a closure stand, while they do.
        let mut closure = DEPTH;
        let (mut before, mut next) = (OTHER, skip_space(text, 0));
        while next < text.len() {
            let start = next;
            let end = token(text, start);
            let token = kind(text, start, end);
            next = skip_space(text, end);
            let here = levels[depth];
            // Of all names, those that this word may be.
            let name = if token == WORD && starts[(text[start] & 127) as usize] {
                which(text, start, end, names)
            } else {
                names.len()
            };
            if token == b'|' && closure < DEPTH {
                closure = if closure == depth { DEPTH } else { closure };
            } else if token == b'|' && begins_value(before) {
                closure = depth;
            } else if closure < DEPTH && name < N && !matches!(found.places[name], Place::Bound) {
                found.places[name] = Place::Closure;
            }
            match token {
                b'(' | b'[' | b'{' => {
                    let block = token == b'{' && here.walked;
                    let value = before == b'=' && here.binds || before == b':';
                    let arm = here.arms && before == ARROW;
                    let head = here.opens && !pattern;
                    depth += 1;
                    if depth == DEPTH {
                        found.places = [Place::Bound; N];
                        return found;
                    }
                    let inside = here.closure || token == b'{' && before == b'|';
                    let within = here.within || token != b'{' || before == b'!';
                    levels[depth] = if block && (here.begins || value || arm || head)
                        || depth == 1 && !parameters
                    {
                        Level { arms: here.matches && head, closure: inside, within, ..STATEMENT }
                    } else {
                        Level { closure: inside, within, ..EXPRESSION }
                    };
                }
                b')' | b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    let goes_on = next < text.len()
                        && (matches!(text[next], b'.' | b'?')
                            || text[next] == b'e'
                                && kind(text, next, self::token(text, next)) == ELSE);
                    if token == b'}'
                        && levels[depth].walked
                        && !levels[depth].binds
                        && !goes_on
                        && !pattern
                    {
                        let Level { arms, closure, within, .. } = levels[depth];
                        levels[depth] = Level { arms, closure, within, ..STATEMENT };
                    }
                }
                b';' if levels[depth].walked => {
                    let Level { arms, closure, within, .. } = here;
                    levels[depth] = Level { arms, closure, within, ..STATEMENT };
                    pattern = false;
                    (in_arm, any_in_arm) = ([false; N], false);
                }
                b';' => pattern = parameters,
                b',' if here.arms => (in_arm, any_in_arm) = ([false; N], false),
                b'=' => pattern = false,
                ARROW => {
                    let bound = here.walked && next < text.len() && text[next] == b'{';
                    let mut at = 0;
                    while any_in_arm && at < N {
                        if in_arm[at] && bound {
                            found.places[at] = Place::Bound;
                        } else if in_arm[at] && !matches!(found.places[at], Place::Bound) {
                            found.places[at] = here.unreached();
                        }
                        at += 1;
                    }
                    (in_arm, any_in_arm) = ([false; N], false);
                    levels[depth].begins = true;
                }
                WORD | LET | FOR | IN | MUT | MATCH | HEAD | ELSE | VALUE => {
                    let begins = here.begins
                        || here.walked
                            && (before == b'=' && here.binds || before == ELSE || before == b':');
                    levels[depth].begins = false;
                    if token == LET {
                        pattern = true;
                        reached = here.walked && (here.begins || here.opens || here.arms);
                        levels[depth].binds = here.walked && here.begins;
                    } else if token == FOR {
                        pattern = here.begins || before == b':';
                        reached = here.walked;
                        levels[depth].opens = here.walked && pattern;
                    } else if token == IN {
                        pattern = false;
                    } else if pattern && token != MUT {
                        if name < N && reached {
                            found.places[name] = Place::Bound;
                            if all_bound(&found.places) {
                                return found;
                            }
                        } else if name < N && !matches!(found.places[name], Place::Bound) {
                            found.places[name] = here.unreached();
                        } else if name >= N && N == 1 {
                            let distance = distance(text, start, end, names[0].as_bytes());
                            if distance < found.distance {
                                found.distance = distance;
                                found.nearest = (start, end);
                            }
                        }
                    } else if name < N {
                        (in_arm[name], any_in_arm) = (true, true);
                    } else if begins {
                        levels[depth].matches = token == MATCH;
                        levels[depth].opens = token == MATCH || token == HEAD;
                    }
                }
                _ => {}
            }
            before = token;
        }
        found
    }

    /// What stands from `start` to `end`.
    const fn kind(text: &[u8], start: usize, end: usize) -> u8 {
        let first = text[start];
        if CLASSES[first as usize] != LETTER {
            return match end - start {
                1 => first,
                2 if first == b'=' && text[start + 1] == b'>' => ARROW,
                _ => OTHER,
            };
        }
        match (end - start, first) {
            (2, b'i') if text[start + 1] == b'n' => IN,
            (2, b'i') if text[start + 1] == b'f' => HEAD,
            (3, b'l') if is(text, start, end, b"let") => LET,
            (3, b'f') if is(text, start, end, b"for") => FOR,
            (3, b'm') if is(text, start, end, b"mut") => MUT,
            (3, b'r') if is(text, start, end, b"ref") => MUT,
            (4, b'e') if is(text, start, end, b"else") => ELSE,
            (4, b'l') if is(text, start, end, b"loop") => HEAD,
            (4, b'm') if is(text, start, end, b"move") => VALUE,
            (5, b'm') if is(text, start, end, b"match") => MATCH,
            (5, b'w') if is(text, start, end, b"while") => HEAD,
            (6, b'u') if is(text, start, end, b"unsafe") => HEAD,
            (6, b'r') if is(text, start, end, b"return") => VALUE,
            _ if first == b'#' => OTHER,
            _ => WORD,
        }
    }

    /// Whether an expression begins behind this token, so that a `|` there begins a closure.
    const fn begins_value(before: u8) -> bool {
        matches!(before, VALUE | ARROW | b'(' | b'[' | b'{' | b',' | b'=' | b';' | b'&')
    }

    /// The bytes that names begin with, by their low bits.
    const fn starts(names: &[&str]) -> [bool; 128] {
        let (mut starts, mut at) = ([false; 128], 0);
        while at < names.len() {
            starts[(names[at].as_bytes()[0] & 127) as usize] = true;
            at += 1;
        }
        starts
    }

    /// The first of the names that is `text[start..end]`, or their number.
    const fn which(text: &[u8], start: usize, end: usize, names: &[&str]) -> usize {
        let mut at = 0;
        while at < names.len() && !is(text, start, end, names[at].as_bytes()) {
            at += 1;
        }
        at
    }

    const fn all_bound(places: &[Place]) -> bool {
        let mut at = 0;
        while at < places.len() && matches!(places[at], Place::Bound) {
            at += 1;
        }
        at == places.len()
    }

    /// The end of the token that begins at `start`.
    const fn token(text: &[u8], start: usize) -> usize {
        if start >= text.len() {
            return start;
        }
        // Only within a word, as in `r#type`; in front of one it begins an attribute.
        if text[start] == b'#' {
            return start + 1;
        }
        let mut at = start;
        while at < text.len() && CLASSES[text[at] as usize] == LETTER {
            at += 1;
        }
        let quote = if at < text.len() { text[at] } else { 0 };
        // "..", b"..", r"..", r#".."#
        let raw = at > start && (text[at - 1] == b'r' || text[at - 1] == b'#');
        if quote == b'"' && (at == start || at - start < 3 || text[at - 1] == b'#') {
            let mut hashes = 0;
            while at > start && text[at - 1 - hashes] == b'#' {
                hashes += 1;
            }
            at += 1;
            while at < text.len() {
                if text[at] == b'\\' && !raw {
                    at += 1;
                } else if text[at] == b'"' {
                    let mut closing = 0;
                    while closing < hashes
                        && at + 1 + closing < text.len()
                        && text[at + 1 + closing] == b'#'
                    {
                        closing += 1;
                    }
                    if closing == hashes {
                        return at + 1 + hashes;
                    }
                }
                at += 1;
            }
            return text.len();
        }
        if at > start {
            return at;
        }
        // '{', '\'', and not the lifetime 'a
        if quote == b'\'' && at + 2 < text.len() {
            if text[at + 1] == b'\\' {
                at += 3;
                while at < text.len() && text[at] != b'\'' {
                    at += 1;
                }
                return at + 1;
            }
            if text[at + 2] == b'\'' {
                return at + 3;
            }
            return at + 1;
        }
        // `::`, which is not the `:` behind a label; => and ==, <=, >=, !=, which are not a `=`
        let double = at + 1 < text.len()
            && (text[at] == b':' && text[at + 1] == b':'
                || text[at] == b'=' && matches!(text[at + 1], b'=' | b'>')
                || text[at + 1] == b'='
                    && !matches!(
                        text[at],
                        b'=' | b'(' | b'[' | b'{' | b')' | b']' | b'}' | b';' | b',' | b':'
                    ));
        at + 1 + double as usize
    }

    const fn skip_space(text: &[u8], mut at: usize) -> usize {
        while at < text.len() && CLASSES[text[at] as usize] == SPACE {
            at += 1;
        }
        at
    }

    const SPACE: u8 = 1;
    /// Part of a word.
    const LETTER: u8 = 2;
    const CLASSES: &[u8; 256] = &{
        let (mut classes, mut byte) = ([OTHER; 256], 0);
        while byte < 256 {
            if (byte as u8).is_ascii_whitespace() {
                classes[byte] = SPACE;
            } else if (byte as u8).is_ascii_alphanumeric()
                || matches!(byte as u8, b'_' | b'#' | 128..)
            {
                classes[byte] = LETTER;
            }
            byte += 1;
        }
        classes
    };

    /// Whether `text[start..end]` is `word`.
    const fn is(text: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
        if end - start != word.len() {
            return false;
        }
        let mut at = 0;
        while at < word.len() {
            if text[start + at] != word[at] {
                return false;
            }
            at += 1;
        }
        true
    }

    /// How many letters differ between `text[start..end]` and `word`: inserted, removed or replaced.
    const fn distance(text: &[u8], start: usize, end: usize, word: &[u8]) -> usize {
        const LONGEST: usize = 40;
        let (length, limit) = (end - start, 1 + (word.len() + 1) / 3);
        if length.abs_diff(word.len()) >= limit || word.len() >= LONGEST {
            return usize::MAX;
        }
        let mut row = [0; LONGEST];
        let mut column = 0;
        while column <= word.len() {
            row[column] = column;
            column += 1;
        }
        let mut at = 0;
        while at < length {
            let mut diagonal = row[0];
            row[0] = at + 1;
            column = 0;
            while column < word.len() {
                let replaced = diagonal + (text[start + at] != word[column]) as usize;
                diagonal = row[column + 1];
                let (inserted, removed) = (row[column] + 1, diagonal + 1);
                let moved = if inserted < removed { inserted } else { removed };
                row[column + 1] = if replaced < moved { replaced } else { moved };
                column += 1;
            }
            at += 1;
        }
        row[word.len()]
    }
}
