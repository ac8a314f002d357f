//! What a pattern binds, and what becomes of a name.

/// Hands each name that a pattern binds to `__anycapture_name!`. The pattern ends at `:`, `=`, `=>`, `in` or `if`.
///
/// `$kind` says what is bound: `let`, `later` (no value yet), `now` (captured at once, `mut` or not), `arm` (as `now`, where a name
/// may be a constant), `end` (where the block ends).
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_pattern {
    // x, mut x
    (@top let [* $path:tt $active:tt $e:tt $o:tt $r:tt $all:tt] $x:ident) => {
        $crate::__anycapture_bind! { let $x [* $path $active $e $o $r $all] $all }
    };
    (@top let $c:tt $x:ident) => { __anycapture_listed! { $x $x let $c $c } };
    (@top let $c:tt mut $x:ident) => { $crate::__anycapture_name! { @listed mut $x $x $c } };
    (@top $kind:ident $c:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @first $kind $c $($rest)* } };
    // | A(x) | B(x), and what `__anycapture_arms!` leaves in front: the comma of the last arm, or the end of its value
    (@first $kind:ident $c:tt | $($rest:tt)*) => { $crate::__anycapture_pattern! { @to $kind $c $($rest)* } };
    (@first $kind:ident $c:tt . $($rest:tt)*) => { $crate::__anycapture_pattern! { @after $kind $c $($rest)* } };
    (@first $kind:ident $c:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @to $kind $c $($rest)* } };
    (@after $kind:ident $c:tt , $($rest:tt)*) => { $crate::__anycapture_pattern! { @to $kind $c $($rest)* } };
    (@after $kind:ident $c:tt $t:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @after $kind $c $($rest)* } };
    // ::<T>
    (@generics $in:ident $kind:ident $c:tt > $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c $($rest)* } };
    (@generics $in:ident $kind:ident $c:tt $t:tt $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @generics $in $kind $c $($rest)* }
    };

    // the end, or other names for the same in an or-pattern
    (@$in:ident $kind:ident $c:tt) => {};
    (@to $kind:ident $c:tt : $($rest:tt)*) => {};
    (@to $kind:ident $c:tt = $($rest:tt)*) => {};
    (@to $kind:ident $c:tt ; $($rest:tt)*) => {};
    (@to $kind:ident $c:tt => $($rest:tt)*) => {};
    (@to $kind:ident $c:tt in $($rest:tt)*) => {};
    (@to $kind:ident $c:tt if $($rest:tt)*) => { $crate::__anycapture_conditions! { $c $($rest)* } };
    (@to $kind:ident $c:tt | $($rest:tt)*) => {};
    (@within $kind:ident $c:tt | $($rest:tt)*) => { $crate::__anycapture_pattern! { @skip $kind $c $($rest)* } };
    (@skip $kind:ident $c:tt , $($rest:tt)*) => { $crate::__anycapture_pattern! { @within $kind $c $($rest)* } };
    (@skip $kind:ident $c:tt $t:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @skip $kind $c $($rest)* } };
    // (q, k), [first, .., last], Heads { q, k }
    (@$in:ident $kind:ident $c:tt ( $($p:tt)* ) $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @within $kind $c $($p)* }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt [ $($p:tt)* ] $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @within $kind $c $($p)* }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt { $($p:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @within $kind $c $($p)* }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    // 1..=N
    (@$in:ident $kind:ident $c:tt ..= $t:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt :: < $($rest:tt)*) => { $crate::__anycapture_pattern! { @generics $in $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt :: $t:ident $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c $($rest)* } };
    // #[cfg(test)] in a struct pattern
    (@$in:ident $kind:ident $c:tt #$at:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c $($rest)* } };
    // what looks like a name
    (@$in:ident $kind:ident $c:tt mut $x:ident $($rest:tt)*) => {
        $crate::__anycapture_name! { $kind mut $x $x $c }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt ref mut $x:ident $($rest:tt)*) => {
        $crate::__anycapture_name! { $kind plain $x $x $c }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt ref $x:ident $($rest:tt)*) => {
        $crate::__anycapture_name! { $kind plain $x $x $c }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@within $kind:ident $c:tt $field:ident : $($rest:tt)*) => { $crate::__anycapture_pattern! { @within $kind $c $($rest)* } };
    (@$in:ident $kind:ident $c:tt $path:ident ( $($p:tt)* ) $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @$in $kind $c ( $($p)* ) $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $path:ident { $($p:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @$in $kind $c { $($p)* } $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $path:ident :: $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c :: $($rest)* } };
    (@$in:ident $kind:ident $c:tt $path:ident ! $t:tt $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $from:ident ..= $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @$in $kind $c ..= $($rest)* }
    };
    (@$in:ident $kind:ident $c:tt $x:ident $($rest:tt)*) => {
        $crate::__anycapture_name! { $kind plain $x $x $c }
        $crate::__anycapture_pattern! { @$in $kind $c $($rest)* }
    };
    // &, a literal, `..`, `_`, `@`, a comma
    (@$in:ident $kind:ident $c:tt $t:tt $($rest:tt)*) => { $crate::__anycapture_pattern! { @$in $kind $c $($rest)* } };
}

/// One name, bound by a pattern.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_name {
    // With `*` alone no name is looked up.
    (@listed $kind:ident $x:ident $name:ident [* $path:tt $active:tt $e:tt $o:tt $r:tt $all:tt]) => {
        $crate::__anycapture_bind! { $kind $name [* $path $active $e $o $r $all] $all }
    };
    (@listed $kind:ident $x:ident $name:ident $c:tt) => { __anycapture_listed! { $x $name $kind $c $c } };
    // what a pattern names without binding it
    ($kind:ident plain None $($rest:tt)*) => {};
    ($kind:ident plain PhantomData $($rest:tt)*) => {};
    ($kind:ident plain Self $($rest:tt)*) => {};
    ($kind:ident plain true $($rest:tt)*) => {};
    ($kind:ident plain false $($rest:tt)*) => {};

    (let mut $($x:tt)*) => { $crate::__anycapture_name! { @listed mut $($x)* } };
    (let plain $($x:tt)*) => { $crate::__anycapture_name! { @listed let $($x)* } };
    (now $mut:ident $($x:tt)*) => { $crate::__anycapture_name! { @listed let $($x)* } };
    (arm mut $($x:tt)*) => { $crate::__anycapture_name! { @listed let $($x)* } };
    (arm plain $($x:tt)*) => { $crate::__anycapture_name! { @listed arm $($x)* } };
    (later $mut:ident $($x:tt)*) => { $crate::__anycapture_name! { @listed later $($x)* } };
    (end mut $($x:tt)*) => { $crate::__anycapture_name! { @listed end $($x)* } };
    (end plain $($x:tt)*) => {};
}

/// What happens with a name at a place: `let`, `mut` and `arm` at its binding, `later` without a value, `assign` after an
/// assignment, `end` at the end of its block. Behind the context stands `[]` if the name is neither listed nor `*`, `[*]`,
/// or the rest of its entry.
///
/// `last` says what the variable of this name that is in scope is: a `let mut` of this block, to be captured where the block
/// ends; one without a value yet, captured after each assignment; or neither. It is a variable of its own for each
/// listed name, of one of three types, so that nothing of it is left when the function runs. The test `shadowed` guards it.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_bind {
    // neither listed nor `*`
    ($kind:ident $x:ident $c:tt []) => {};
    // *, without options: written at once
    (let $x:ident [$f:tt [$($path:tt)*] $active:tt $e:tt [] $r:tt $all:tt] [* $type:tt]) => {
        if $active && $crate::is_active() {
            $crate::__anycapture_value_must_own_what_it_holds! {
                [$type $($path)*] $x [] [&$x] ($crate::__private::None)
            }
        }
    };
    // *
    (let $x:ident $c:tt [* $type:tt]) => { $crate::__anycapture_captured! { [* $type] $c $x [] [] [] } };
    (mut $x:ident $c:tt [* $type:tt]) => { $crate::__anycapture_bind! { let $x $c [* $type] } };
    // what may be a constant, a variant or a static: by its case, as nothing else tells them apart
    (arm $x:ident $c:tt [* $type:tt]) => {
        if const { $crate::__private::names::is_variable($crate::__private::stringify!($x)) } {
            $crate::__anycapture_bind! { let $x $c [* $type] }
        }
    };
    (assign $x:ident $c:tt [* $type:tt]) => { $crate::__anycapture_bind! { arm $x $c [* $type] } };
    ($kind:ident $x:ident $c:tt [* $type:tt]) => {};
    // x
    (arm $x:ident $c:tt $($entry:tt)*) => { $crate::__anycapture_bind! { let $x $c $($entry)* } };
    (let $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt $let:tt) => {
        $crate::__anycapture_captured! { [] $c $x [$listed] $dims $value }
        #[allow(unused_variables)]
        let $last = $crate::__private::Elsewhere;
    };
    // let x, of a `let mut`
    (mut $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt [let]) => {
        $crate::__anycapture_bind! { let $x $c $listed $last $dims $value [let] }
    };
    (mut $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt []) => {
        #[allow(unused_variables)]
        let $last = $crate::__private::OfThisBlock;
    };
    (later $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt $let:tt) => {
        #[allow(unused_variables)]
        let $last = $crate::__private::Unassigned;
    };
    (assign $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt $let:tt) => {
        if $last.is_unassigned() {
            $crate::__anycapture_captured! { [] $c $x [$listed] $dims $value }
        }
    };
    (end $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt [let]) => {};
    (end $x:ident $c:tt $listed:tt $last:ident $dims:tt $value:tt []) => {
        #[allow(unreachable_code)]
        if $last.is_of_this_block() {
            $last.go_on();
            $crate::__anycapture_captured! { [] $c $x [$listed] $dims $value }
        }
        #[allow(unused_variables)]
        let $last = $crate::__private::Elsewhere;
    };
}

/// A capture in the body of a function: by `*` or by name, `$all` or `[]`; the context; the name, `[as it is listed]`, and its
/// `[[dims]] [value]`.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_captured {
    // a name, without shape and options
    ([] [$f:tt [$($path:tt)*] $active:tt $e:tt [] $r:tt $all:tt] $x:ident $listed:tt [] []) => {
        if $active && $crate::is_active() {
            match $crate::__anycapture_let_mut_that_moves_is_listed_as_let_name! { $x } {
                __anycapture_value => $crate::__anycapture_value_must_own_what_it_holds! {
                    [any $($path)*] $x $listed [__anycapture_value] ($crate::__private::None)
                }
            }
        }
    };
    ([* $type:tt] [$f:tt [$($path:tt)*] $active:tt $e:tt [$($o:tt)*] $r:tt $all:tt] $x:ident $listed:tt $dims:tt $value:tt) => {
        $crate::__anycapture_options! { [$type $($path)*] [[$x [] [] []]] [] [] [] [] [@ $active] [] $($o)* }
    };
    ([] [$f:tt [$($path:tt)*] $active:tt $e:tt [$($o:tt)*] $r:tt $all:tt] $x:ident $listed:tt $dims:tt $value:tt) => {
        $crate::__anycapture_options! { [any $($path)*] [[$x $listed $dims $value]] [] [] [] [] [@ $active] [] $($o)* }
    };
}
