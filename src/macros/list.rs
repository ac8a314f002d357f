//! The list of `#[capture(...)]`.

/// Reads a list into entries, the names left out, `*`, `return` and the options.
///
/// `$fn` is `(off)`, and then that is all, or the function as `__anycapture_body!` takes it. An entry is `(name name last
/// [[dims]] [value] [let])`; see `__anycapture_bind!` for `last`, an identifier of its own for each name.
///
/// Names are matched as `tt` and looked at in a second step: errors would point at this macro if they were `ident`.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_list {
    // Attention::forward => attn
    (@path $fn:tt $name:tt $($path:ident)::+ => $($rest:tt)*) => {
        $crate::__anycapture_list! { @next $fn [$($path)+] [] [] [] [] , $($rest)* }
    };
    // Attention::<T>::forward => attn
    (@path $fn:tt $name:tt $path:ident :: $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "the path of `#[capture(path => names)]` is made of identifiers only: `Attention::forward => q`"
        }
    };
    // attn, q
    (@path $fn:tt $name:tt $($rest:tt)*) => { $crate::__anycapture_list! { @next $fn $name [] [] [] [] , $($rest)* } };

    // nothing but a path or options
    (@next $fn:tt $path:tt [] [] [] [] , $(; $($options:tt)*)?) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "nothing to capture in `", $crate::__anycapture_path!($path), "`: name variables, as in \
                 `#[capture(attention_map)]`, or all of them, `#[capture(*)]`"
            )
        }
    };
    // the end
    (@next (off) $path:tt $entries:tt $not:tt $all:tt $return:tt $(,)? $(; $($options:tt)*)?) => {
        $($crate::__anycapture_options! { (off) [] [] [] [] [] [] [] $($options)* })?
    };
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $(,)? $(; $($options:tt)*)?) => {
        $crate::__anycapture_body! { ($) $fn $path $entries $not $all $return [$($($options)*)?] }
    };
    // q, k, v, out, ..: four plain names at once
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $a:tt , $b:tt , $c:tt , $d:tt , $($rest:tt)*) => {
        $crate::__anycapture_list! { @four ($a $b $c $d) $fn $path $entries $not $all $return $a $b $c $d , $($rest)* }
    };
    (@four ($a:tt $b:tt $c:tt $d:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     $_a:ident $_b:ident $_c:ident $_d:ident $($rest:tt)*) => {
        $crate::__anycapture_list! {
            @next $fn $path [
                $($entries)* ($a $a __anycapture_last [] [] []) ($b $b __anycapture_last_2 [] [] [])
                ($c $c __anycapture_last_3 [] [] []) ($d $d __anycapture_last_4 [] [] [])
            ] $not $all $return $($rest)*
        }
    };
    (@four ($a:tt $b:tt $c:tt $d:tt) $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt
     $_a:tt $_b:tt $_c:tt $_d:tt , $($rest:tt)*) => {
        $crate::__anycapture_list! { @entry ($a ,) $fn $path $entries $not $all $return $a , $b , $c , $d , $($rest)* }
    };
    // one entry, with its first two tokens
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $a:tt $b:tt $($rest:tt)*) => {
        $crate::__anycapture_list! { @entry ($a $b) $fn $path $entries $not $all $return $a $b $($rest)* }
    };
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt , $a:tt) => {
        $crate::__anycapture_list! { @entry ($a) $fn $path $entries $not $all $return $a }
    };
    // a + b
    (@next $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($rest)*), "` can't follow an entry in the `#[capture(...)]` of `",
                $crate::__anycapture_path!($path), "`: ", $crate::__anycapture_list!(@grammar)
            )
        }
    };

    // *: Tensor, *: (Tensor, Matrix<f32>)
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt [] $return:tt * : ($($type:ty),+ $(,)?) $($rest:tt)*) => {
        $crate::__anycapture_list! { @next $fn $path $entries $not [* ($($type,)+)] $return $($rest)* }
    };
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt [] $return:tt * : $type:ty $(, $($rest:tt)*)?) => {
        $crate::__anycapture_list! { @next $fn $path $entries $not [* ($type,)] $return $(, $($rest)*)? }
    };
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt [] $return:tt * : $type:ty; $($rest:tt)*) => {
        $crate::__anycapture_list! { @next $fn $path $entries $not [* ($type,)] $return ; $($rest)* }
    };
    // *
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt [] $return:tt * $($rest:tt)*) => {
        $crate::__anycapture_list! { @next $fn $path $entries $not [* optional] $return $($rest)* }
    };
    // !x
    (@entry ($t:tt $x:tt) $fn:tt $path:tt $entries:tt [$($not:tt)*] $all:tt $return:tt !$_:ident $($rest:tt)*) => {
        $crate::__anycapture_list! { @next $fn $path $entries [$($not)* $x] $all $return $($rest)* }
    };
    // return, return[heads, n]
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt [$($return:tt)+] return $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`return` stands twice in the `#[capture(...)]` of `", $crate::__anycapture_path!($path),
                "`: keep one of them"
            )
        }
    };
    (@entry $two:tt ($name:tt $($fn:tt)*) $path:tt $entries:tt $not:tt $all:tt $_:tt
     return $([$($dims:tt)*])? $(, $($rest:tt)*)?) => {
        $crate::__anycapture_list! {
            @next ($name $($fn)*) $path $entries $not $all [__anycapture_returned ([$name] [$([$($dims)*])?])]
            , $($($rest)*)?
        }
    };
    (@entry $two:tt ($name:tt $($fn:tt)*) $path:tt $entries:tt $not:tt $all:tt $_:tt
     return $([$($dims:tt)*])? ; $($rest:tt)*) => {
        $crate::__anycapture_list! {
            @next ($name $($fn)*) $path $entries $not $all [__anycapture_returned ([$name] [$([$($dims)*])?])]
            ; $($rest)*
        }
    };
    // let x, let x[heads, n], let x = expr
    (@entry ($t:tt $x:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     let $_:ident $([$($dims:tt)*])? $(= $value:expr)? $(, $($rest:tt)*)?) => {
        $crate::__anycapture_list! {
            @next $fn $path [$($entries)* ($x $x __anycapture_last [$([$($dims)*])?] [$($value)?] [let])] $not $all $return
            , $($($rest)*)?
        }
    };
    (@entry ($t:tt $x:tt) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     let $_:ident $([$($dims:tt)*])? $(= $value:expr)? ; $($options:tt)*) => {
        $crate::__anycapture_list! {
            @next $fn $path [$($entries)* ($x $x __anycapture_last [$([$($dims)*])?] [$($value)?] [let])] $not $all $return
            ; $($options)*
        }
    };
    // x, x[heads, n], x = expr, x[heads, n] = expr
    (@entry ($x:tt $($t:tt)?) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     $_:ident $([$($dims:tt)*])? $(= $value:expr)? $(, $($rest:tt)*)?) => {
        $crate::__anycapture_list! {
            @next $fn $path [$($entries)* ($x $x __anycapture_last [$([$($dims)*])?] [$($value)?] [])] $not $all $return
            , $($($rest)*)?
        }
    };
    (@entry ($x:tt $($t:tt)?) $fn:tt $path:tt [$($entries:tt)*] $not:tt $all:tt $return:tt
     $_:ident $([$($dims:tt)*])? $(= $value:expr)? ; $($options:tt)*) => {
        $crate::__anycapture_list! {
            @next $fn $path [$($entries)* ($x $x __anycapture_last [$([$($dims)*])?] [$($value)?] [])] $not $all $return
            ; $($options)*
        }
    };
    // x + 1.0
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $x:ident $($rest:tt)+) => {
        $crate::__anycapture_list! { @next $fn $path [$x] $not $all $return $($rest)+ }
    };
    // 3.0
    (@entry $two:tt $fn:tt $path:tt $entries:tt $not:tt $all:tt $return:tt $($rest:tt)*) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($rest)*), "` does not begin with an entry, in the \
                 `#[capture(...)]` of `", $crate::__anycapture_path!($path), "`: ", $crate::__anycapture_list!(@grammar)
            )
        }
    };
    (@grammar) => {
        "an entry is `name`, `name[heads, tokens]`, `name = expression`, `let name`, `return`, `*`, `*: Type` or `!name`, \
         with commas between entries and `;` before the options"
    };
}

/// The path of a function, for sentences about it.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_path {
    // [Attention forward]
    ([$first:ident $($more:ident)*]) => {
        $crate::__private::concat!(
            $crate::__private::stringify!($first) $(, "::", $crate::__private::stringify!($more))*
        )
    };
}
