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
            [__capture_line $case [$($path)+] [$([$item [$([$($dim)*])?] [$($value)?]])+]]
            [] [] [] [] $($options)*
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
    ($case:ident $path:tt [$item:ident [] []] none) => {
        match &$item {
            value => $crate::__capture_value! { $case $path $item value (&$crate::__private::Note::NONE) }
        }
    };
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

// ------------------------------------------------------------------------------------------------
// `captured_fn!`
//
// It copies a function and does not parse it. `__captured_items` cuts the functions apart,
// `__captured_attributes` and `__captured_list` read `#[capture(...)]`, `__captured_body` writes the
// function again, and `__walk` goes through its body one statement a step.
//
// What all steps need travels in one group, the context:
//     [same unlisted [path] [entries] [return's entry] [return type] [options]]
// * `same!` and `unlisted!` are macros local to the function. `macro_rules!` can't compare two
//   identifiers, but a local macro with an arm for each listed name can. It is given the identifier from
//   the body: one written in its own arms would be looked up where the macro stands, before the variable.
// * Among the options is `active`, the switch, read on entry.
// * An entry is `[item x [dims]]`, `[binding x [dims]]` for `let x`, or `[all]` for `*`.
//
// The depth of expansion matters: every step nests in the one before, and 128 is the limit. So a
// statement takes one step, and what can stand beside the rest of the body is a macro call of
// its own. The test `a_hundred_statements` guards it.

/// Cuts the functions apart.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_items {
    () => {};
    // fn forward(&self) -> impl Iterator<Item = f32> { .. }
    ($(#[$($attribute:tt)*])* $vis:vis fn $name:ident ($($params:tt)*) -> impl $($rest:tt)*) => {
        $crate::__captured_tail! {
            [$(#[$($attribute)*])*] [$vis fn] $name [] ($($params)*) [-> impl] [untyped] $($rest)*
        }
    };
    // #[capture(attn)] pub fn forward(&self, x: &[f32]) -> Vec<f32> { .. }
    ($(#[$($attribute:tt)*])* $vis:vis fn $name:ident ($($params:tt)*) $(-> $return:ty)?
     { $($body:tt)* } $($rest:tt)*) => {
        $crate::__captured_attributes! {
            [] [$(#[$($attribute)*])*]
            [$vis fn] $name [] ($($params)*) [$(-> $return)?] [typed $($return)?] { $($body)* }
        }
        $crate::__captured_items! { $($rest)* }
    };
    // any other header
    ($(#[$($attribute:tt)*])* $vis:vis $next:ident $($rest:tt)*) => {
        $crate::__captured_header! { [$(#[$($attribute)*])*] [$vis] $next $($rest)* }
    };
    ($($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` takes functions with a body, and `#[capture(...)]` stands on a function"
        }
    };
}

/// Goes through a header up to the parameters: `[attributes] [header]`, then what is to come.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_header {
    // const, async, unsafe, extern "C", extern, default
    ($attributes:tt [$($header:tt)*] const $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* const] $($rest)* }
    };
    ($attributes:tt [$($header:tt)*] async $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* async] $($rest)* }
    };
    ($attributes:tt [$($header:tt)*] unsafe $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* unsafe] $($rest)* }
    };
    ($attributes:tt [$($header:tt)*] default $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* default] $($rest)* }
    };
    ($attributes:tt [$($header:tt)*] extern $abi:literal $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* extern $abi] $($rest)* }
    };
    ($attributes:tt [$($header:tt)*] extern $($rest:tt)*) => {
        $crate::__captured_header! { $attributes [$($header)* extern] $($rest)* }
    };
    // fn forward(x: f32)
    ($attributes:tt [$($header:tt)*] fn $name:ident ($($params:tt)*) $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes [$($header)* fn] $name [] ($($params)*) [] [typed] $($rest)*
        }
    };
    // fn forward<T: Float, const N: usize>(x: [T; N])
    ($attributes:tt [$($header:tt)*] fn $name:ident < $($rest:tt)*) => {
        $crate::__captured_generics! { $attributes [$($header)* fn] $name [<] [<] $($rest)* }
    };
    ($attributes:tt $header:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` takes functions with a body, and `#[capture(...)]` stands on a function"
        }
    };
}

/// Goes through the generics: one more slot has a `<` for each that is open.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_generics {
    // the last one closes
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] [<] > ($($params:tt)*) $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name [$($generics)* >] ($($params)*) [] [typed] $($rest)*
        }
    };
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] [< <] >> ($($params:tt)*) $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name [$($generics)* >>] ($($params)*) [] [typed] $($rest)*
        }
    };
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] [< $($open:tt)*] > $($rest:tt)*) => {
        $crate::__captured_generics! { $attributes $header $name [$($generics)* >] [$($open)*] $($rest)* }
    };
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] [< < $($open:tt)*] >> $($rest:tt)*) => {
        $crate::__captured_generics! { $attributes $header $name [$($generics)* >>] [$($open)*] $($rest)* }
    };
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] [$($open:tt)*] < $($rest:tt)*) => {
        $crate::__captured_generics! { $attributes $header $name [$($generics)* <] [< $($open)*] $($rest)* }
    };
    ($attributes:tt $header:tt $name:ident [$($generics:tt)*] $open:tt $next:tt $($rest:tt)*) => {
        $crate::__captured_generics! { $attributes $header $name [$($generics)* $next] $open $($rest)* }
    };
}

/// Goes through the return type and the `where` clause, up to the body. The sixth slot has these, the
/// seventh the type as one token, unless it is an `impl Trait`, which can't be named.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_tail {
    // -> impl Fn(f32) -> f32 ...
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [] [typed] -> impl $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name $generics $params [-> impl] [untyped] $($rest)*
        }
    };
    // -> Vec<f32> { .. }
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [] [typed] -> $return:ty
     { $($body:tt)* } $($rest:tt)*) => {
        $crate::__captured_attributes! {
            [] $attributes $header $name $generics $params [-> $return] [typed $return] { $($body)* }
        }
        $crate::__captured_items! { $($rest)* }
    };
    // -> Vec<f32> where ...
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [] [typed] -> $return:ty
     where $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name $generics $params [-> $return where] [typed $return] $($rest)*
        }
    };
    // a block in a type: where [(); { N }]: Sized, Foo<{ N }>: Bar
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [$($tail:tt)*] $return:tt
     { $($block:tt)* } > $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name $generics $params [$($tail)* { $($block)* } >] $return $($rest)*
        }
    };
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [$($tail:tt)*] $return:tt
     { $($block:tt)* } , $($rest:tt)*) => {
        $crate::__captured_tail! {
            $attributes $header $name $generics $params [$($tail)* { $($block)* } ,] $return $($rest)*
        }
    };
    // the body
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt $tail:tt $return:tt
     { $($body:tt)* } $($rest:tt)*) => {
        $crate::__captured_attributes! {
            [] $attributes $header $name $generics $params $tail $return { $($body)* }
        }
        $crate::__captured_items! { $($rest)* }
    };
    // anything before
    ($attributes:tt $header:tt $name:ident $generics:tt $params:tt [$($tail:tt)*] $return:tt
     $next:tt $($rest:tt)+) => {
        $crate::__captured_tail! {
            $attributes $header $name $generics $params [$($tail)* $next] $return $($rest)+
        }
    };
    // fn forward(&self);
    ($attributes:tt $header:tt $name:ident $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` takes functions with a body, and `#[capture(...)]` stands on a function"
        }
    };
}

/// Looks for `#[capture(...)]`: `[attributes seen] [attributes to come]`, then the function.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_attributes {
    // #[capture(attn, q)]
    ($seen:tt [#[capture($($list:tt)*)] $($attributes:tt)*] $($function:tt)*) => {
        $crate::__captured_path! { [$seen [$($attributes)*] $($function)*] $($list)* }
    };
    ($seen:tt [#[capture $($list:tt)*] $($attributes:tt)*] $($function:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` names what to capture: `#[capture(attention_map, q)]`"
        }
    };
    // documentation, five lines at once
    ([$($seen:tt)*] [#[doc = $a:literal] #[doc = $b:literal] #[doc = $c:literal] #[doc = $d:literal]
     #[doc = $e:literal] $($attributes:tt)*] $($function:tt)*) => {
        $crate::__captured_attributes! {
            [$($seen)* #[doc = $a] #[doc = $b] #[doc = $c] #[doc = $d] #[doc = $e]]
            [$($attributes)*] $($function)*
        }
    };
    // any other attribute
    ([$($seen:tt)*] [#[$($attribute:tt)*] $($attributes:tt)*] $($function:tt)*) => {
        $crate::__captured_attributes! {
            [$($seen)* #[$($attribute)*]] [$($attributes)*] $($function)*
        }
    };
    // no `#[capture(...)]`: the function as it is
    ([$($seen:tt)*] [] [$($header:tt)*] $name:ident [$($generics:tt)*] $params:tt [$($tail:tt)*]
     $return:tt $body:tt) => {
        $($seen)* $($header)* $name $($generics)* $params $($tail)* $body
    };
}

/// Reads the path of `#[capture(...)]`, which is the function's name if none is given.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_path {
    // Attention::forward => attn, q
    ($function:tt $($path:ident)::+ => $($list:tt)*) => {
        $crate::__captured_list! { $function [$($path)+] [] [] [] [] $($list)* }
    };
    // attn, q
    ([$seen:tt $attributes:tt $header:tt $name:ident $($function:tt)*] $($list:tt)*) => {
        $crate::__captured_list! {
            [$seen $attributes $header $name $($function)*] [$name] [] [] [] [] $($list)*
        }
    };
}

/// Reads the list: entries, their names, the names that `*` leaves out, and the entry of `return`.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_list {
    // nothing at all
    ($function:tt $path:tt [] [] $not:tt [] $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            "`#[capture]` names what to capture: `#[capture(attention_map, q)]`"
        }
    };
    // the end, and the options
    ($function:tt $path:tt $entries:tt $names:tt $not:tt $returned:tt $(; $($options:tt)*)?) => {
        $crate::__capture_options! {
            [__captured_body ($) $function $path $entries $names $not $returned] [] [] [] []
            $($($options)*)?
        }
    };
    // *
    ($function:tt $path:tt [$($entry:tt)*] [$($name:ident)*] $not:tt $returned:tt
     * $(, $($rest:tt)*)? $(; $($options:tt)*)?) => {
        $crate::__captured_list! {
            $function $path [$($entry)* [all]] [$($name)*] $not $returned
            $($($rest)*)? $(; $($options)*)?
        }
    };
    // !x
    ($function:tt $path:tt $entries:tt $names:tt [$($not:ident)*] $returned:tt
     ! $name:ident $(, $($rest:tt)*)?) => {
        $crate::__captured_list! {
            $function $path $entries $names [$($not)* $name] $returned $($($rest)*)?
        }
    };
    ($function:tt $path:tt $entries:tt $names:tt [$($not:ident)*] $returned:tt
     ! $name:ident; $($options:tt)*) => {
        $crate::__captured_list! {
            $function $path $entries $names [$($not)* $name] $returned ; $($options)*
        }
    };
    // return, return[n]
    ($function:tt $path:tt $entries:tt $names:tt $not:tt []
     return $([$($dim:expr),* $(,)?])? $(, $($rest:tt)*)?) => {
        $crate::__captured_list! {
            $function $path $entries $names $not [[$([$($dim)*])?]] $($($rest)*)?
        }
    };
    ($function:tt $path:tt $entries:tt $names:tt $not:tt []
     return $([$($dim:expr),* $(,)?])?; $($options:tt)*) => {
        $crate::__captured_list! {
            $function $path $entries $names $not [[$([$($dim)*])?]] ; $($options)*
        }
    };
    // let x, let x[n]
    ($function:tt $path:tt [$($entry:tt)*] [$($name:ident)*] $not:tt $returned:tt
     let $next:ident $([$($dim:expr),* $(,)?])? $(, $($rest:tt)*)?) => {
        $crate::__captured_list! {
            $function $path [$($entry)* [binding $next [$([$($dim)*])?]]] [$($name)* $next] $not $returned
            $($($rest)*)?
        }
    };
    ($function:tt $path:tt [$($entry:tt)*] [$($name:ident)*] $not:tt $returned:tt
     let $next:ident $([$($dim:expr),* $(,)?])?; $($options:tt)*) => {
        $crate::__captured_list! {
            $function $path [$($entry)* [binding $next [$([$($dim)*])?]]] [$($name)* $next] $not $returned
            ; $($options)*
        }
    };
    // x, x[n]
    ($function:tt $path:tt [$($entry:tt)*] [$($name:ident)*] $not:tt $returned:tt
     $next:ident $([$($dim:expr),* $(,)?])? $(, $($rest:tt)*)?) => {
        $crate::__captured_list! {
            $function $path [$($entry)* [item $next [$([$($dim)*])?]]] [$($name)* $next] $not $returned
            $($($rest)*)?
        }
    };
    ($function:tt $path:tt [$($entry:tt)*] [$($name:ident)*] $not:tt $returned:tt
     $next:ident $([$($dim:expr),* $(,)?])?; $($options:tt)*) => {
        $crate::__captured_list! {
            $function $path [$($entry)* [item $next [$([$($dim)*])?]]] [$($name)* $next] $not $returned
            ; $($options)*
        }
    };
    ($function:tt $path:tt $entries:tt $names:tt $not:tt $returned:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`#[capture]` can't read `", $crate::__private::stringify!($($rest)*),
                "`: it lists `name`, `name[dimensions]`, `let name`, `return`, `*` and `!name`, \
                 with commas between, and options behind `;`"
            )
        }
    };
}

/// Writes the function again, its body walked.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_body {
    // #![allow(..)] at the start of the body stays on the function
    ($dollar:tt [[$($seen:tt)*] $attributes:tt $header:tt $name:ident $generics:tt $params:tt $tail:tt
     $return:tt { #![$($inner:tt)*] $($body:tt)* }] $($list:tt)*) => {
        $crate::__captured_body! {
            $dollar [[$($seen)* #[$($inner)*]] $attributes $header $name $generics $params $tail $return
            { $($body)* }] $($list)*
        }
    };
    (($dollar:tt) [[$($seen:tt)*] [$($attribute:tt)*] [$($header:tt)*] $function:ident [$($generics:tt)*]
     ($($param:tt)*) [$($tail:tt)*] $return:tt { $($body:tt)* }]
     $path:tt $entries:tt [$($name:ident)*] [$($not:ident)*] $returned:tt
     $every:tt $index:tt $on:tt $if:tt) => {
        $($seen)* $($attribute)* $($header)* $function $($generics)* ($($param)*) $($tail)* {
            const __ANYCAPTURE_PARAMS: &$crate::__private::str = $crate::__private::stringify!($($param)*);
            const __ANYCAPTURE_BODY: &$crate::__private::str = $crate::__private::stringify!($($body)*);
            $(const _: () = $crate::__private::assert!(
                $crate::__private::binds(
                    __ANYCAPTURE_PARAMS, __ANYCAPTURE_BODY, $crate::__private::stringify!($name),
                ),
                $crate::__private::concat!(
                    "`", $crate::__private::stringify!($name), "` is listed in `#[capture]`, but `",
                    $crate::__private::stringify!($function), "` binds no variable of that name"
                ),
            );)*
            #[allow(unused_macros)]
            macro_rules! __anycapture_same {
                $(($name $name { $dollar($dollar capture:tt)* }) => { $dollar($dollar capture)* };)*
                ($dollar bound:tt $dollar listed:tt $dollar capture:tt) => {};
            }
            #[allow(unused_macros)]
            macro_rules! __anycapture_unlisted {
                $(($name $dollar capture:tt) => {};)*
                $(($not $dollar capture:tt) => {};)*
                ($dollar bound:tt { $dollar($dollar capture:tt)* }) => { $dollar($dollar capture)* };
            }
            #[allow(unused_variables)]
            let active = $crate::__captured_switch!($on);
            $crate::__captured_params! {
                [__anycapture_same __anycapture_unlisted $path $entries $returned $return
                 [$every $index [active] $if]]
                $($param)*
            }
            $crate::__walk! {
                [__anycapture_same __anycapture_unlisted $path $entries $returned $return
                 [$every $index [active] $if]]
                function [] $($body)*
            }
        }
    };
}

/// The switch of a function: `on = flag`, or else the one for all.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_switch {
    ([]) => {
        $crate::is_active()
    };
    ([$on:expr]) => {
        $on
    };
}

/// Captures parameters on entry.
#[doc(hidden)]
#[macro_export]
macro_rules! __captured_params {
    ($context:tt) => {};
    // #[cfg(..)] x: f32
    ($context:tt #[$($attribute:tt)*] $($rest:tt)*) => {
        $crate::__captured_params! { $context $($rest)* }
    };
    // &self, &'a mut self, self, mut self, self: Box<Self>
    ($context:tt & $($lifetime:lifetime)? self $(, $($rest:tt)*)?) => {
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    ($context:tt & $($lifetime:lifetime)? mut self $(, $($rest:tt)*)?) => {
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    ($context:tt self $(: $type:ty)? $(, $($rest:tt)*)?) => {
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    ($context:tt mut self $(: $type:ty)? $(, $($rest:tt)*)?) => {
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // x: f32
    ($context:tt $name:ident : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__offer! { $context now $name }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // mut x: f32
    ($context:tt mut $name:ident : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__offer! { $context now $name }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // (q, k): (f32, f32)
    ($context:tt ($($pattern:tt)*) : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__bind! { $context param $($pattern)* }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // [q, k]: [f32; 2]
    ($context:tt [$($pattern:tt)*] : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__bind! { $context param $($pattern)* }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // Pair(q, k): Pair
    ($context:tt $($path:ident)::+ ($($pattern:tt)*) : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__bind! { $context param $($pattern)* }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // Heads { q, k }: Heads
    ($context:tt $($path:ident)::+ {$($pattern:tt)*} : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__bind! { $context param $($pattern)* }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // &x: &f32
    ($context:tt & $pattern:tt : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__bind! { $context param $pattern }
        $crate::__captured_params! { $context $($($rest)*)? }
    };
    // any other pattern
    ($context:tt $pattern:tt $($rest:tt)*) => {
        $crate::__captured_params! { $context $($rest)* }
    };
}

/// Offers every name that a pattern binds. The mode says where: a `param`eter, a `now` bound `let`, a
/// `refutable` pattern, or the `end` of a block, which is for what is `mut`.
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($context:tt $mode:ident) => {};
    // mut x
    ($context:tt now mut $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context mutable $name }
        $crate::__bind! { $context now $($rest)* }
    };
    ($context:tt refutable mut $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context mutable $name }
        $crate::__bind! { $context refutable $($rest)* }
    };
    ($context:tt param mut $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context now $name }
        $crate::__bind! { $context param $($rest)* }
    };
    ($context:tt end mut $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context end $name }
        $crate::__bind! { $context end $($rest)* }
    };
    // ref x, ref mut x, true, false
    ($context:tt $mode:ident ref mut $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident ref $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident true $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident false $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    // (q, k), [q, k], { q, k }
    ($context:tt $mode:ident ($($inner:tt)*) $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($inner)* }
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident [$($inner:tt)*] $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($inner)* }
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident {$($inner:tt)*} $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($inner)* }
        $crate::__bind! { $context $mode $($rest)* }
    };
    // Shape::Flat, Shape::Flat(x): a path
    ($context:tt $mode:ident $path:ident :: $segment:ident $($rest:tt)*) => {
        $crate::__bind! { $context $mode @path $($rest)* }
    };
    ($context:tt $mode:ident @path :: $segment:ident $($rest:tt)*) => {
        $crate::__bind! { $context $mode @path $($rest)* }
    };
    ($context:tt $mode:ident @path $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    // Some(x), Heads { q, k: key }
    ($context:tt $mode:ident $path:ident ($($inner:tt)*) $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($inner)* }
        $crate::__bind! { $context $mode $($rest)* }
    };
    ($context:tt $mode:ident $path:ident {$($inner:tt)*} $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($inner)* }
        $crate::__bind! { $context $mode $($rest)* }
    };
    // the name of a field
    ($context:tt $mode:ident $field:ident : $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
    // what is not `mut` is not captured at the end
    ($context:tt end $name:ident $($rest:tt)*) => {
        $crate::__bind! { $context end $($rest)* }
    };
    // x
    ($context:tt param $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context now $name }
        $crate::__bind! { $context param $($rest)* }
    };
    ($context:tt $mode:ident $name:ident $($rest:tt)*) => {
        $crate::__offer! { $context $mode $name }
        $crate::__bind! { $context $mode $($rest)* }
    };
    // punctuation, literals
    ($context:tt $mode:ident $other:tt $($rest:tt)*) => {
        $crate::__bind! { $context $mode $($rest)* }
    };
}

/// Offers a bound name to every entry.
#[doc(hidden)]
#[macro_export]
macro_rules! __offer {
    ([$same:ident $unlisted:ident $path:tt [$($entry:tt)*] $returned:tt $return:tt $options:tt]
     $mode:ident $name:ident) => {
        $($crate::__offer_to! { $same $unlisted $path $options $mode $name $entry })*
    };
}

/// Captures a bound name if it is the entry's, and the time has come.
#[doc(hidden)]
#[macro_export]
macro_rules! __offer_to {
    // `x` waits for the end of the block if it is `mut`
    ($same:ident $unlisted:ident $path:tt $options:tt mutable $name:ident
     [item $listed:ident $dims:tt]) => {};
    ($same:ident $unlisted:ident $path:tt [$($option:tt)*] $mode:ident $name:ident
     [item $listed:ident $dims:tt]) => {
        $same! { $name $listed {
            $crate::__capture_line! { any $path [[$name $dims []]] $($option)* }
        } }
    };
    // `let x` does not
    ($same:ident $unlisted:ident $path:tt $options:tt end $name:ident
     [binding $listed:ident $dims:tt]) => {};
    ($same:ident $unlisted:ident $path:tt [$($option:tt)*] $mode:ident $name:ident
     [binding $listed:ident $dims:tt]) => {
        $same! { $name $listed {
            $crate::__capture_line! { any $path [[$name $dims []]] $($option)* }
        } }
    };
    // `*`: not in a refutable pattern, where a name may be a constant, such as `None`
    ($same:ident $unlisted:ident $path:tt $options:tt end $name:ident [all]) => {};
    ($same:ident $unlisted:ident $path:tt $options:tt refutable $name:ident [all]) => {};
    ($same:ident $unlisted:ident $path:tt [$($option:tt)*] $mode:ident $name:ident [all]) => {
        $unlisted! { $name {
            $crate::__capture_line! { optional $path [[$name [] []]] $($option)* }
        } }
    };
}

/// What a function returns, captured if `return` is listed. The type is given so that inference and
/// coercion are those of the function; `match` keeps temporaries alive as long as they were.
#[doc(hidden)]
#[macro_export]
macro_rules! __returned {
    // `return` is not listed
    ([$same:ident $unlisted:ident $path:tt $entries:tt [] $($context:tt)*] $($value:tt)*) => {
        $($value)*
    };
    ([$same:ident $unlisted:ident $path:tt $entries:tt [$dims:tt] [$typed:ident $($return:ty)?]
      [$($option:tt)*]] $($value:tt)*) => {
        match $crate::__typed!([$typed $($return)?] $($value)*) {
            returned => {
                $crate::__capture_line! { any $path [[return $dims [returned]]] $($option)* }
                returned
            }
        }
    };
}

/// A value with its type said.
#[doc(hidden)]
#[macro_export]
macro_rules! __typed {
    ([typed $type:ty] $($value:tt)*) => {
        $crate::__private::typed::<$type>($($value)*)
    };
    ([typed] $($value:tt)*) => {
        $crate::__private::typed::<()>($($value)*)
    };
    ([untyped] $($value:tt)*) => {
        $($value)*
    };
}

/// Goes through a block, a statement a step: the context, whose block it is (`function` or `inner`), and
/// what is to be captured at its end. The steps expand to the block's own statements, so that scopes and
/// drop order are those of the block as written.
#[doc(hidden)]
#[macro_export]
macro_rules! __walk {
    // the end of the block
    ($context:tt $block:ident [$({$($end:tt)*})*]) => {
        $($crate::__bind! { $context end $($end)* })*
    };
    ($context:tt $block:ident $ends:tt ; $($rest:tt)*) => {
        $crate::__walk! { $context $block $ends $($rest)* }
    };

    // let x = match y { .. };  a value that is a block is walked
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = if $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [] if $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = if $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [] if $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = match $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [] match $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = match $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [] match $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = loop $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [] loop $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = loop $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [] loop $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = unsafe $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [] unsafe $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = unsafe $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [] unsafe $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = { $($value:tt)* } $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [] { $($value)* } $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = { $($value:tt)* } $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [] { $($value)* } $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let mut $name:ident $(: $type:ty)? = $label:lifetime : $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [mut $name $(: $type)?]) [$label :] $($rest)* }
    };
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = $label:lifetime : $($rest:tt)*) => {
        $crate::__block! { $context (let $block $ends [$name $(: $type)?]) [$label :] $($rest)* }
    };

    // let mut x = y;
    ($context:tt $block:ident [$($end:tt)*] let mut $name:ident $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        let mut $name $(: $type)? = $value;
        $crate::__offer! { $context mutable $name }
        $crate::__walk! { $context $block [$($end)* { mut $name }] $($rest)* }
    };
    // let x = y;
    ($context:tt $block:ident $ends:tt let $name:ident $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        let $name $(: $type)? = $value;
        $crate::__offer! { $context now $name }
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // let mut x;
    ($context:tt $block:ident [$($end:tt)*] let mut $name:ident $(: $type:ty)?; $($rest:tt)*) => {
        let mut $name $(: $type)?;
        $crate::__walk! { $context $block [$($end)* { mut $name }] $($rest)* }
    };
    // let x;
    ($context:tt $block:ident [$($end:tt)*] let $name:ident $(: $type:ty)?; $($rest:tt)*) => {
        let $name $(: $type)?;
        $crate::__walk! { $context $block [$($end)* { mut $name }] $($rest)* }
    };
    // let _ = y;
    ($context:tt $block:ident $ends:tt let _ = $value:expr; $($rest:tt)*) => {
        let _ = $value;
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // let (q, k) = y;
    ($context:tt $block:ident [$($end:tt)*] let ($($pattern:tt)*) $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        let ($($pattern)*) $(: $type)? = $value;
        $crate::__bind! { $context now $($pattern)* }
        $crate::__walk! { $context $block [$($end)* { $($pattern)* }] $($rest)* }
    };
    // let [q, k] = y;
    ($context:tt $block:ident [$($end:tt)*] let [$($pattern:tt)*] $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        let [$($pattern)*] $(: $type)? = $value;
        $crate::__bind! { $context now $($pattern)* }
        $crate::__walk! { $context $block [$($end)* { $($pattern)* }] $($rest)* }
    };
    // let Heads { q, k } = y;
    ($context:tt $block:ident [$($end:tt)*] let $($path:ident)::+ {$($pattern:tt)*} = $value:expr; $($rest:tt)*) => {
        let $($path)::+ {$($pattern)*} = $value;
        $crate::__bind! { $context now $($pattern)* }
        $crate::__walk! { $context $block [$($end)* { $($pattern)* }] $($rest)* }
    };
    // let Pair(q, k) = y;
    ($context:tt $block:ident [$($end:tt)*] let $($path:ident)::+ ($($pattern:tt)*) = $value:expr; $($rest:tt)*) => {
        let $($path)::+ ($($pattern)*) = $value;
        $crate::__bind! { $context now $($pattern)* }
        $crate::__walk! { $context $block [$($end)* { $($pattern)* }] $($rest)* }
    };
    // let Some(x) = y else { return };  and patterns of other forms
    ($context:tt $block:ident $ends:tt let $($rest:tt)*) => {
        $crate::__let! { $context $block $ends [] $($rest)* }
    };

    // return x;
    ($context:tt $block:ident [$({$($end:tt)*})*] return $(;)?) => {
        $($crate::__bind! { $context end $($end)* })*
        return;
    };
    ($context:tt $block:ident [$({$($end:tt)*})*] return $value:expr $(;)?) => {
        $($crate::__bind! { $context end $($end)* })*
        return $crate::__returned! { $context $value };
    };
    ($context:tt $block:ident $ends:tt return $value:expr; $($rest:tt)+) => {
        return $crate::__returned! { $context $value };
        $crate::__walk! { $context $block $ends $($rest)+ }
    };
    // break 'outer x;  continue;
    ($context:tt $block:ident [$({$($end:tt)*})*] break $($rest:tt)*) => {
        $($crate::__bind! { $context end $($end)* })*
        break $($rest)*
    };
    ($context:tt $block:ident [$({$($end:tt)*})*] continue $($rest:tt)*) => {
        $($crate::__bind! { $context end $($end)* })*
        continue $($rest)*
    };

    // if, match, for, while, loop, a block, a label
    ($context:tt $block:ident $ends:tt if $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] if $($rest)* }
    };
    ($context:tt $block:ident $ends:tt match $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] match $($rest)* }
    };
    ($context:tt $block:ident $ends:tt for $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] for $($rest)* }
    };
    ($context:tt $block:ident $ends:tt while $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] while $($rest)* }
    };
    ($context:tt $block:ident $ends:tt loop $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] loop $($rest)* }
    };
    ($context:tt $block:ident $ends:tt { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] { $($inner)* } $($rest)* }
    };
    ($context:tt $block:ident $ends:tt unsafe { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [] unsafe { $($inner)* } $($rest)* }
    };
    ($context:tt $block:ident $ends:tt $label:lifetime : $($rest:tt)*) => {
        $crate::__block! { $context (statement $block $ends) [$label :] $($rest)* }
    };

    // items
    ($context:tt $block:ident $ends:tt fn $($rest:tt)*) => {
        $crate::__item! { $context $block $ends fn $($rest)* }
    };
    ($context:tt $block:ident $ends:tt use $($rest:tt)*) => {
        $crate::__item! { $context $block $ends use $($rest)* }
    };
    ($context:tt $block:ident $ends:tt struct $($rest:tt)*) => {
        $crate::__item! { $context $block $ends struct $($rest)* }
    };
    ($context:tt $block:ident $ends:tt enum $($rest:tt)*) => {
        $crate::__item! { $context $block $ends enum $($rest)* }
    };
    ($context:tt $block:ident $ends:tt impl $($rest:tt)*) => {
        $crate::__item! { $context $block $ends impl $($rest)* }
    };
    ($context:tt $block:ident $ends:tt trait $($rest:tt)*) => {
        $crate::__item! { $context $block $ends trait $($rest)* }
    };
    ($context:tt $block:ident $ends:tt type $($rest:tt)*) => {
        $crate::__item! { $context $block $ends type $($rest)* }
    };
    ($context:tt $block:ident $ends:tt mod $($rest:tt)*) => {
        $crate::__item! { $context $block $ends mod $($rest)* }
    };
    ($context:tt $block:ident $ends:tt extern $($rest:tt)*) => {
        $crate::__item! { $context $block $ends extern $($rest)* }
    };
    ($context:tt $block:ident $ends:tt pub $($rest:tt)*) => {
        $crate::__item! { $context $block $ends pub $($rest)* }
    };
    ($context:tt $block:ident $ends:tt static $name:ident : $($rest:tt)*) => {
        $crate::__item! { $context $block $ends static $name : $($rest)* }
    };
    ($context:tt $block:ident $ends:tt static mut $($rest:tt)*) => {
        $crate::__item! { $context $block $ends static mut $($rest)* }
    };
    ($context:tt $block:ident $ends:tt const $name:ident : $($rest:tt)*) => {
        $crate::__item! { $context $block $ends const $name : $($rest)* }
    };
    ($context:tt $block:ident $ends:tt const _ : $($rest:tt)*) => {
        $crate::__item! { $context $block $ends const _ : $($rest)* }
    };
    ($context:tt $block:ident $ends:tt const fn $($rest:tt)*) => {
        $crate::__item! { $context $block $ends const fn $($rest)* }
    };
    ($context:tt $block:ident $ends:tt const unsafe $($rest:tt)*) => {
        $crate::__item! { $context $block $ends const unsafe $($rest)* }
    };
    ($context:tt $block:ident $ends:tt async fn $($rest:tt)*) => {
        $crate::__item! { $context $block $ends async fn $($rest)* }
    };
    ($context:tt $block:ident $ends:tt unsafe fn $($rest:tt)*) => {
        $crate::__item! { $context $block $ends unsafe fn $($rest)* }
    };
    ($context:tt $block:ident $ends:tt unsafe impl $($rest:tt)*) => {
        $crate::__item! { $context $block $ends unsafe impl $($rest)* }
    };
    ($context:tt $block:ident $ends:tt unsafe extern $($rest:tt)*) => {
        $crate::__item! { $context $block $ends unsafe extern $($rest)* }
    };
    ($context:tt $block:ident $ends:tt macro_rules ! $name:ident $definition:tt $($rest:tt)*) => {
        macro_rules! $name $definition
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // #[allow(..)] let x = y;
    ($context:tt $block:ident $ends:tt #[$($attribute:tt)*] $($rest:tt)*) => {
        $crate::__attributed! { $context $block $ends [#[$($attribute)*]] $($rest)* }
    };

    // vec![0; n].len(), m! { .. }.len(): an expression
    ($context:tt $block:ident $ends:tt $($path:ident)::+ ! { $($inner:tt)* } . $($rest:tt)*) => {
        $crate::__expression! { $context $block $ends $($path)::+ ! { $($inner)* } . $($rest)* }
    };
    ($context:tt $block:ident $ends:tt $($path:ident)::+ ! { $($inner:tt)* } ? $($rest:tt)*) => {
        $crate::__expression! { $context $block $ends $($path)::+ ! { $($inner)* } ? $($rest)* }
    };
    // m! { .. }
    ($context:tt $block:ident [$({$($end:tt)*})*] $($path:ident)::+ ! { $($inner:tt)* }) => {
        $($crate::__bind! { $context end $($end)* })*
        $($path)::+ ! { $($inner)* }
    };
    ($context:tt $block:ident $ends:tt $($path:ident)::+ ! { $($inner:tt)* } $($rest:tt)*) => {
        $($path)::+ ! { $($inner)* }
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // m!(..);  m![..];
    ($context:tt $block:ident $ends:tt $($path:ident)::+ ! ($($inner:tt)*); $($rest:tt)*) => {
        $($path)::+ ! ($($inner)*);
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    ($context:tt $block:ident $ends:tt $($path:ident)::+ ! [$($inner:tt)*]; $($rest:tt)*) => {
        $($path)::+ ! [$($inner)*];
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // x += 1.0;
    ($context:tt $block:ident $ends:tt $value:expr; $($rest:tt)*) => {
        $value;
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // the last expression
    ($context:tt function [$({$($end:tt)*})*] $value:expr) => {
        $($crate::__bind! { $context end $($end)* })*
        $crate::__returned! { $context $value }
    };
    ($context:tt inner [$({$($end:tt)*})*] $value:expr) => {
        $($crate::__bind! { $context end $($end)* })*
        $value
    };
    // what Rust may add: as it is
    ($context:tt $block:ident $ends:tt $($rest:tt)*) => {
        $($rest)*
    };
}

/// A `let` in another form: goes through the pattern up to `=`, then takes the statement whole.
#[doc(hidden)]
#[macro_export]
macro_rules! __let {
    ($context:tt $block:ident $ends:tt [$($pattern:tt)*] = $($rest:tt)*) => {
        $crate::__let! { @statement $context $block $ends [$($pattern)*] let $($pattern)* = $($rest)* }
    };
    (@statement $context:tt $block:ident [$($end:tt)*] [$($pattern:tt)*] $let:stmt; $($rest:tt)*) => {
        $let;
        $crate::__bind! { $context refutable $($pattern)* }
        $crate::__walk! { $context $block [$($end)* { $($pattern)* }] $($rest)* }
    };
    ($context:tt $block:ident $ends:tt [$($pattern:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__let! { $context $block $ends [$($pattern)* $next] $($rest)* }
    };
}

/// An item in a body.
#[doc(hidden)]
#[macro_export]
macro_rules! __item {
    ($context:tt $block:ident $ends:tt $item:item $($rest:tt)*) => {
        $item
        $crate::__walk! { $context $block $ends $($rest)* }
    };
}

/// An expression that begins as something else would.
#[doc(hidden)]
#[macro_export]
macro_rules! __expression {
    ($context:tt $block:ident $ends:tt $value:expr; $($rest:tt)*) => {
        $value;
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    ($context:tt function [$({$($end:tt)*})*] $value:expr) => {
        $($crate::__bind! { $context end $($end)* })*
        $crate::__returned! { $context $value }
    };
    ($context:tt inner [$({$($end:tt)*})*] $value:expr) => {
        $($crate::__bind! { $context end $($end)* })*
        $value
    };
    ($context:tt $block:ident $ends:tt $($rest:tt)*) => {
        $($rest)*
    };
}

/// A statement with attributes: they stay on it.
#[doc(hidden)]
#[macro_export]
macro_rules! __attributed {
    ($context:tt $block:ident $ends:tt [$($seen:tt)*] #[$($attribute:tt)*] $($rest:tt)*) => {
        $crate::__attributed! { $context $block $ends [$($seen)* #[$($attribute)*]] $($rest)* }
    };
    ($context:tt $block:ident [$($end:tt)*] [$($attribute:tt)*]
     let mut $name:ident $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        $($attribute)* let mut $name $(: $type)? = $value;
        $crate::__offer! { $context mutable $name }
        $crate::__walk! { $context $block [$($end)* { mut $name }] $($rest)* }
    };
    ($context:tt $block:ident $ends:tt [$($attribute:tt)*]
     let $name:ident $(: $type:ty)? = $value:expr; $($rest:tt)*) => {
        $($attribute)* let $name $(: $type)? = $value;
        $crate::__offer! { $context now $name }
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    ($context:tt $block:ident $ends:tt [$($attribute:tt)*] let $($rest:tt)*) => {
        $crate::__attributed! { @let $context $block $ends [$($attribute)*] [] $($rest)* }
    };
    (@let $context:tt $block:ident $ends:tt [$($attribute:tt)*] [$($pattern:tt)*] = $($rest:tt)*) => {
        $crate::__let! {
            @statement $context $block $ends [$($pattern)*] $($attribute)* let $($pattern)* = $($rest)*
        }
    };
    (@let $context:tt $block:ident $ends:tt $attributes:tt [$($pattern:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__attributed! { @let $context $block $ends $attributes [$($pattern)* $next] $($rest)* }
    };
    ($context:tt $block:ident $ends:tt [$($attribute:tt)*] $value:expr; $($rest:tt)*) => {
        $($attribute)* $value;
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // #[inline] fn helper() { .. }, and statements that are blocks
    ($context:tt $block:ident $ends:tt [$($attribute:tt)*] $($rest:tt)*) => {
        $($attribute)*
        $crate::__walk! { $context $block $ends $($rest)* }
    };
}

/// Goes through an expression that is made of blocks: the context, what it is part of, what it is so far.
#[doc(hidden)]
#[macro_export]
macro_rules! __block {
    // 'outer: loop
    ($context:tt $part:tt [$($out:tt)*] $label:lifetime : $($rest:tt)*) => {
        $crate::__block! { $context $part [$($out)* $label :] $($rest)* }
    };
    // { .. }  unsafe { .. }  loop { .. }
    ($context:tt $part:tt [$($out:tt)*] { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part value [$($out)* { $crate::__walk! { $context inner [] $($inner)* } }] $($rest)*
        }
    };
    ($context:tt $part:tt [$($out:tt)*] unsafe { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part value
            [$($out)* unsafe { $crate::__walk! { $context inner [] $($inner)* } }] $($rest)*
        }
    };
    ($context:tt $part:tt [$($out:tt)*] loop { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part value
            [$($out)* loop { $crate::__walk! { $context inner [] $($inner)* } }] $($rest)*
        }
    };
    // for x in xs { .. }  while x { .. }  if x { .. }  match x { .. }
    ($context:tt $part:tt [$($out:tt)*] for $($rest:tt)*) => {
        $crate::__for! { $context $part [$($out)*] [] $($rest)* }
    };
    ($context:tt $part:tt [$($out:tt)*] while $($rest:tt)*) => {
        $crate::__condition! { $context $part while [$($out)* while] [] $($rest)* }
    };
    ($context:tt $part:tt [$($out:tt)*] if $($rest:tt)*) => {
        $crate::__condition! { $context $part if [$($out)* if] [] $($rest)* }
    };
    ($context:tt $part:tt [$($out:tt)*] match $($rest:tt)*) => {
        $crate::__scrutinee! { $context $part [$($out)*] [] $($rest)* }
    };
}

/// The pattern of a `for`, up to `in`, and then what is walked over, up to the block.
#[doc(hidden)]
#[macro_export]
macro_rules! __for {
    ($context:tt $part:tt $out:tt [$($pattern:tt)*] in $($rest:tt)*) => {
        $crate::__for! { @over $context $part $out [$($pattern)*] [] $($rest)* }
    };
    (@over $context:tt $part:tt [$($out:tt)*] [$($pattern:tt)*] [$($over:tt)*] { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part unit
            [$($out)* for $($pattern)* in $($over)* {
                $crate::__bind! { $context now $($pattern)* }
                $crate::__walk! { $context inner [{ $($pattern)* }] $($inner)* }
            }] $($rest)*
        }
    };
    // two tokens at once, where the first two are no block
    (@over $context:tt $part:tt $out:tt $pattern:tt [$($over:tt)*] $next:tt { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__for! { @over $context $part $out $pattern [$($over)* $next] { $($inner)* } $($rest)* }
    };
    (@over $context:tt $part:tt $out:tt $pattern:tt [$($over:tt)*] $first:tt $second:tt $($rest:tt)*) => {
        $crate::__for! { @over $context $part $out $pattern [$($over)* $first $second] $($rest)* }
    };
    ($context:tt $part:tt $out:tt [$($pattern:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__for! { $context $part $out [$($pattern)* $next] $($rest)* }
    };
}

/// The condition of an `if` or a `while`, with the patterns in it, up to the block; then what follows.
#[doc(hidden)]
#[macro_export]
macro_rules! __condition {
    // the block
    ($context:tt $part:tt while [$($out:tt)*] [$($pattern:tt)*] { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part unit
            [$($out)* {
                $crate::__bind! { $context refutable $($pattern)* }
                $crate::__walk! { $context inner [{ $($pattern)* }] $($inner)* }
            }] $($rest)*
        }
    };
    ($context:tt $part:tt if [$($out:tt)*] [$($pattern:tt)*] { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__condition! { @else $context $part [$($out)* {
            $crate::__bind! { $context refutable $($pattern)* }
            $crate::__walk! { $context inner [{ $($pattern)* }] $($inner)* }
        }] $($rest)* }
    };
    // else if y { .. }
    (@else $context:tt $part:tt [$($out:tt)*] else if $($rest:tt)*) => {
        $crate::__condition! { $context $part if [$($out)* else if] [] $($rest)* }
    };
    // else { .. }
    (@else $context:tt $part:tt [$($out:tt)*] else { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part value
            [$($out)* else { $crate::__walk! { $context inner [] $($inner)* } }] $($rest)*
        }
    };
    (@else $context:tt $part:tt $out:tt $($rest:tt)*) => {
        $crate::__blocked! { $context $part unit $out $($rest)* }
    };
    // let Some(x) = y: its pattern may have braces
    ($context:tt $part:tt $kind:ident [$($out:tt)*] $patterns:tt let $($rest:tt)*) => {
        $crate::__condition! { @pattern $context $part $kind [$($out)* let] $patterns [] $($rest)* }
    };
    (@pattern $context:tt $part:tt $kind:ident [$($out:tt)*] [$($pattern:tt)*] [$($next:tt)*] = $($rest:tt)*) => {
        $crate::__condition! {
            $context $part $kind [$($out)* $($next)* =] [$($pattern)* ($($next)*)] $($rest)*
        }
    };
    (@pattern $context:tt $part:tt $kind:ident $out:tt $patterns:tt [$($next:tt)*] $token:tt $($rest:tt)*) => {
        $crate::__condition! {
            @pattern $context $part $kind $out $patterns [$($next)* $token] $($rest)*
        }
    };
    ($context:tt $part:tt $kind:ident [$($out:tt)*] $patterns:tt $next:tt $($rest:tt)*) => {
        $crate::__condition! { $context $part $kind [$($out)* $next] $patterns $($rest)* }
    };
}

/// What a `match` looks at, up to its arms.
#[doc(hidden)]
#[macro_export]
macro_rules! __scrutinee {
    ($context:tt $part:tt [$($out:tt)*] [$($value:tt)*] { $($arms:tt)* } $($rest:tt)*) => {
        $crate::__blocked! {
            $context $part value
            [$($out)* $crate::__match! { $context [$($value)*] [] [] $($arms)* }] $($rest)*
        }
    };
    // two tokens at once, where they are no block
    ($context:tt $part:tt $out:tt [$($value:tt)*] $next:tt { $($arms:tt)* } $($rest:tt)*) => {
        $crate::__scrutinee! { $context $part $out [$($value)* $next] { $($arms)* } $($rest)* }
    };
    ($context:tt $part:tt $out:tt [$($value:tt)*] $first:tt $second:tt $($rest:tt)*) => {
        $crate::__scrutinee! { $context $part $out [$($value)* $first $second] $($rest)* }
    };
}

/// The arms of a `match`: what it looks at, the arms so far, the pattern so far.
#[doc(hidden)]
#[macro_export]
macro_rules! __match {
    ($context:tt [$($value:tt)*] [$($arms:tt)*] []) => {
        match $($value)* { $($arms)* }
    };
    // Some(x) if x > 0 => { .. }
    ($context:tt $value:tt [$($arms:tt)*] [$($pattern:tt)*] => { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__match! {
            $context $value
            [$($arms)* $($pattern)* => {
                $crate::__bind! { $context refutable $($pattern)* }
                $crate::__walk! { $context inner [] $($inner)* }
            }]
            [] $($($rest)*)?
        }
    };
    ($context:tt $value:tt [$($arms:tt)*] [$($pattern:tt)*] => { $($inner:tt)* } $($rest:tt)*) => {
        $crate::__match! {
            $context $value
            [$($arms)* $($pattern)* => {
                $crate::__bind! { $context refutable $($pattern)* }
                $crate::__walk! { $context inner [] $($inner)* }
            }]
            [] $($rest)*
        }
    };
    // Some(x) => x,
    ($context:tt $value:tt [$($arms:tt)*] [$($pattern:tt)*] => $arm:expr $(, $($rest:tt)*)?) => {
        $crate::__match! { $context $value [$($arms)* $($pattern)* => $arm,] [] $($($rest)*)? }
    };
    // Some(x) => if x { .. } else { .. } without a comma: the rest as it is
    ($context:tt [$($value:tt)*] [$($arms:tt)*] [$($pattern:tt)*] => $($rest:tt)*) => {
        match $($value)* { $($arms)* $($pattern)* => $($rest)* }
    };
    ($context:tt $value:tt $arms:tt [$($pattern:tt)*] $next:tt $($rest:tt)*) => {
        $crate::__match! { $context $value $arms [$($pattern)* $next] $($rest)* }
    };
}

/// Puts a walked expression where it belongs: a statement, or the value of a `let`. A `unit` one has no
/// value, so that what is captured at the end of the block can follow it.
#[doc(hidden)]
#[macro_export]
macro_rules! __blocked {
    // match x { .. }.abs()
    ($context:tt (statement $block:ident $ends:tt) $kind:ident [$($out:tt)*] . $($rest:tt)*) => {
        $crate::__expression! { $context $block $ends $($out)* . $($rest)* }
    };
    ($context:tt (statement $block:ident $ends:tt) $kind:ident [$($out:tt)*] ? $($rest:tt)*) => {
        $crate::__expression! { $context $block $ends $($out)* ? $($rest)* }
    };
    ($context:tt (statement $block:ident $ends:tt) $kind:ident [$($out:tt)*] ; $($rest:tt)*) => {
        $($out)*;
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // the last expression
    ($context:tt (statement function [$({$($end:tt)*})*]) value [$($out:tt)*]) => {
        $($crate::__bind! { $context end $($end)* })*
        $crate::__returned! { $context $($out)* }
    };
    ($context:tt (statement inner [$({$($end:tt)*})*]) value [$($out:tt)*]) => {
        $($crate::__bind! { $context end $($end)* })*
        $($out)*
    };
    ($context:tt (statement $block:ident $ends:tt) $kind:ident [$($out:tt)*] $($rest:tt)*) => {
        $($out)*
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // let mut x = match y { .. };
    ($context:tt (let $block:ident [$($end:tt)*] [mut $name:ident $(: $type:ty)?]) $kind:ident [$($out:tt)*]
     ; $($rest:tt)*) => {
        let mut $name $(: $type)? = $($out)*;
        $crate::__offer! { $context mutable $name }
        $crate::__walk! { $context $block [$($end)* { mut $name }] $($rest)* }
    };
    ($context:tt (let $block:ident $ends:tt [$name:ident $(: $type:ty)?]) $kind:ident [$($out:tt)*]
     ; $($rest:tt)*) => {
        let $name $(: $type)? = $($out)*;
        $crate::__offer! { $context now $name }
        $crate::__walk! { $context $block $ends $($rest)* }
    };
    // let x = match y { .. }.abs();
    ($context:tt (let $block:ident $ends:tt [$($name:tt)*]) $kind:ident [$($out:tt)*] $($rest:tt)*) => {
        $crate::__let! { @statement $context $block $ends [$($name)*] let $($name)* = $($out)* $($rest)* }
    };
}
