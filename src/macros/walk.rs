//! The walk through a body: see the page at the top of `src/macros.rs`.

/// Copies a piece of a block, statement by statement, with `$s` and the attributes seen in front of the next one.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_walk {
    // behind a statement with a long chain of `else if`: the rest is cut again
    ([$c:tt (again $kind:tt) $pieces:tt] [] $($rest:tt)*) => {
        $crate::__anycapture_cut! { [coarse __anycapture_walk $c $kind $pieces] [] $($rest)* }
    };
    // the end
    ([[* $($c:tt)*] $kind:tt $pieces:tt] []) => {};
    ([$c:tt $kind:tt ()] []) => {};
    ([$c:tt $kind:tt [[$($t:tt)*]]] []) => { $crate::__anycapture_lets! { [$c (unit) ()] [] $($t)* } };
    ([$c:tt $kind:tt $pieces:tt] []) => { $crate::__anycapture_ends! { $c $pieces } };
    // let x = value, let mut x = value. The value's first token stands twice: to be matched, and to be copied.
    ($s:tt $at:tt let $x:tt = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $x] [let $x =] $v $v $($rest)* }
    };
    ($s:tt $at:tt let $mut:tt $x:tt = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $mut $x] [let $mut $x =] $v $v $($rest)* }
    };
    ($s:tt $at:tt let $x:tt : $type:ty = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $x] [let $x : $type =] $v $v $($rest)* }
    };
    ($s:tt $at:tt let $mut:tt $x:tt : $type:ty = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $mut $x] [let $mut $x : $type =] $v $v $($rest)* }
    };
    // any other pattern
    ($s:tt $at:tt let $($rest:tt)*) => { $crate::__anycapture_let! { $s $at [] $($rest)* } };
    // ;
    ($s:tt $at:tt ; $($rest:tt)*) => { $crate::__anycapture_walk! { $s [] $($rest)* } };
    // #![allow(unused)] let x = 1;: an arm may have the attribute, a block as a value may not
    ([$c:tt $kind:tt [$($pieces:tt)*]] [] # ! $a:tt $($rest:tt)*) => {
        match () {
            #$a
            () => { $crate::__anycapture_walk! { [$c $kind [$($pieces)*]] [] $($rest)* } }
        }
    };
    // #[allow(unused)] let x = 1;
    ($s:tt [$($at:tt)*] #$a:tt $($rest:tt)*) => { $crate::__anycapture_walk! { $s [$($at)* #$a] $($rest)* } };
    // { .. } { .. }
    ([$c:tt $kind:tt $p:tt] [] { $($a:tt)* } { $($b:tt)* } { $($rest:tt)* } $($more:tt)*) => {
        { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($a)* } }
        { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* } }
        $crate::__anycapture_walk! { [$c $kind $p] [] { $($rest)* } $($more)* }
    };
    // { .. } at the end of a block of type `()`: it saves a step of depth
    ([$c:tt (unit) $p:tt] [] { $($b:tt)* }) => {
        { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* } }
        $crate::__anycapture_ends! { $c $p }
    };
    // { .. }
    ($s:tt $at:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { $s $at [] [] [[[] [] [$($b)*]]] $($rest)* } };
    // if let, while let: the edition of `if` is the user's
    ($s:tt $at:tt $word:tt let $($rest:tt)*) => { $crate::__anycapture_find! { [$s $at [] []] $word [$word] $word let $($rest)* } };
    // if x { .. }, match x { .. }, for x in xs { .. }, while x { .. }
    ($s:tt $at:tt if $($rest:tt)*) => { $crate::__anycapture_find! { [$s $at [] []] if [if] if $($rest)* } };
    ($s:tt $at:tt match $($rest:tt)*) => { $crate::__anycapture_find! { [$s $at [] []] match [match] match $($rest)* } };
    ($s:tt $at:tt for $($rest:tt)*) => { $crate::__anycapture_find! { [$s $at [] []] for [for] for $($rest)* } };
    ($s:tt $at:tt while $($rest:tt)*) => { $crate::__anycapture_find! { [$s $at [] []] while [while] while $($rest)* } };
    // 'outer: loop { .. }, 'outer: { .. }, 'outer: for x in xs { .. }
    ($s:tt $at:tt $label:lifetime : loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_loop! { $s $at [] [$label: loop] { $($b)* } $($rest)* }
    };
    ($s:tt $at:tt $label:lifetime : { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [] [] [[[$label:] [] [$($b)*]]] $($rest)* }
    };
    ($s:tt $at:tt $label:lifetime : $word:ident $($rest:tt)*) => {
        $crate::__anycapture_find! { [$s $at [] []] $word [$label: $word] $word $($rest)* }
    };
    // The first token stands twice, so that it keeps its place.
    ($s:tt $at:tt $word:tt $($rest:tt)*) => { $crate::__anycapture_word! { $s $at $word $word $($rest)* } };
}

/// `return`, `break` and `continue`, with the captures of the block in front if they end it; any other expression.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_jump {
    (@expression $s:tt [$($at:tt)*] $e:expr ; $($rest:tt)*) => {
        $($at)* $e;
        $crate::__anycapture_walk! { $s [] $($rest)* }
    };
    (@expression $s:tt $at:tt $e:expr) => { $crate::__anycapture_tail! { $s $at [$e] } };
    (@expression $s:tt $at:tt $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at [] [] $($rest)* } };
    ([$c:tt $kind:tt $pieces:tt] [$($at:tt)*] $e:expr $(;)?) => {
        $crate::__anycapture_ends! { $c $pieces }
        $($at)* $e;
    };
    ($s:tt $at:tt $($rest:tt)*) => { $crate::__anycapture_jump! { @expression $s $at $($rest)* } };
}

/// The last expression of a block: the captures at the end come first if it gives the block its value.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_tail {
    ([$c:tt (again $kind:tt) $pieces:tt] $at:tt $t:tt) => { $crate::__anycapture_tail! { [$c $kind $pieces] $at $t } };
    ([[$f:tt $path:tt $active:tt $e:tt $o:tt [$r:ident $dims:tt] $all:tt] (fn) $pieces:tt] [] [$($t:tt)*]) => {
        $crate::__anycapture_ends! { [$f $path $active $e $o [] $all] $pieces }
        $crate::__anycapture_return! { $path $active $o $r $dims [$($t)*] [] }
    };
    // of a piece that is not the last of its block: the test `lengths` guards it
    ([$c:tt (unit) ()] [$($at:tt)*] [$($t:tt)*]) => { $($at)* $($t)* };
    // where nothing may be captured at the end
    ([[$f:tt $path:tt $active:tt [] $($c:tt)*] $kind:tt $pieces:tt] [$($at:tt)*] [$($t:tt)*]) => { $($at)* $($t)* };
    ([$c:tt (unit) $pieces:tt] [$($at:tt)*] [$($t:tt)*]) => {
        $($at)* { $($t)* }
        $crate::__anycapture_ends! { $c $pieces }
    };
    ([$c:tt $kind:tt $pieces:tt] [$($at:tt)*] [$($t:tt)*]) => {
        $crate::__anycapture_ends! { $c $pieces }
        $($at)* $($t)*
    };
}

/// `let` and a pattern of several tokens: the pattern, then the type.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_let {
    ($s:tt $at:tt [$($p:tt)*] = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $($p)*] [let $($p)* =] $v $v $($rest)* }
    };
    ($s:tt $at:tt [$($p:tt)*] : $type:ty = $v:tt $($rest:tt)*) => {
        $crate::__anycapture_value! { $s $at [let $($p)*] [let $($p)* : $type =] $v $v $($rest)* }
    };
    // let x; let mut x: f32;
    ($s:tt $at:tt [$($p:tt)*] $(: $type:ty)? ; $($rest:tt)*) => {
        $crate::__anycapture_done! { $s $at [let $($p)* $(: $type)? ;] [later $($p)*] $($rest)* }
    };
    ($s:tt $at:tt [$($p:tt)*] $t:tt $($rest:tt)*) => { $crate::__anycapture_let! { $s $at [$($p)* $t] $($rest)* } };
}

/// The value of a `let`: `$p` is `[kind pattern]`, `$let` all up to the `=`, `$v` the value's first token.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_value {
    // if x { .. }, match x { .. }
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt if $($rest:tt)*) => {
        $crate::__anycapture_find! { [$s $at [[let $($p)*] $let] []] if [$v] if $($rest)* }
    };
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt match $($rest:tt)*) => {
        $crate::__anycapture_find! { [$s $at [[let $($p)*] $let] []] match [match] match $($rest)* }
    };
    // loop { .. }, 'outer: loop { .. }
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_loop! { $s $at [[let $($p)*] $let] [$v] { $($b)* } $($rest)* }
    };
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt $label:lifetime : loop { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_loop! { $s $at [[let $($p)*] $let] [$v: loop] { $($b)* } $($rest)* }
    };
    // unsafe { .. }, 'outer: { .. }
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt unsafe { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [[let $($p)*] $let] [] [[[$v] [] [$($b)*]]] $($rest)* }
    };
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt $label:lifetime : { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [[let $($p)*] $let] [] [[[$v:] [] [$($b)*]]] $($rest)* }
    };
    // { .. }
    ([$c:tt $s:tt $pieces:tt] $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_block! { $c [$s $pieces] $at [[let $($p)*] $let] $v $v $($rest)* }
    };
    // a `let`, `if`, `for` or `match` after it is taken at once: it saves a step of depth
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; let $y:tt = $w:tt $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_value! { [$c $kind $pieces] [] [let $y] [let $y =] $w $w $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; $word:tt let $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_find! { [[$c $kind $pieces] [] [] []] $word [$word] $word let $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; if $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_find! { [[$c $kind $pieces] [] [] []] if [if] if $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; for $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_find! { [[$c $kind $pieces] [] [] []] for [for] for $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; match $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_find! { [[$c $kind $pieces] [] [] []] match [match] match $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$let_:ident $($p:tt)*] [$($let:tt)*] $v:tt $e:expr ; $($rest:tt)*) => {
        $($let)* $e;
        $crate::__anycapture_pattern! { @top let $c $($p)* }
        $crate::__anycapture_walk! { [$c $kind $pieces] [] $($rest)* }
    };
    ($s:tt $at:tt [$kind:ident $($p:tt)*] $let:tt $v:tt $($rest:tt)*) => {
        $crate::__anycapture_copy! { $s $at [[let $($p)*] $let] [] $($rest)* }
    };
}

/// A statement is copied, and what it binds captured.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_done {
    ($s:tt [$($at:tt)*] [$($statement:tt)*] [] $($rest:tt)*) => {
        $($at)* $($statement)*
        $crate::__anycapture_walk! { $s [] $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [] [$($statement:tt)*] [$as:ident $($p:tt)*] $($rest:tt)*) => {
        $($statement)*
        $crate::__anycapture_pattern! { @top $as $c $($p)* }
        $crate::__anycapture_walk! { [$c $kind $pieces] [] $($rest)* }
    };
    ([$c:tt $kind:tt $pieces:tt] [$($at:tt)+] [$($statement:tt)*] [$as:ident $($p:tt)*] $($rest:tt)*) => {
        $($at)* $($statement)*
        $crate::__anycapture_cfg! { [] [$crate::__anycapture_pattern! { @top $as $c $($p)* }] $($at)* }
        $crate::__anycapture_walk! { [$c $kind $pieces] [] $($rest)* }
    };
}

/// `loop { .. }`, where the switch is read again at each pass.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_loop {
    ([[$f:tt $path:tt $active:ident $($c:tt)*] $kind:tt $p:tt] $at:tt $for:tt [$($loop:tt)*] { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! {
            [[$f $path $active $($c)*] $kind $p] $at $for
            [$($loop)* {
                $active = $crate::is_active();
                $crate::__anycapture_cut! { [coarse __anycapture_walk [$f $path $active $($c)*] (unit) []] [] $($b)* }
            }] [] $($rest)*
        }
    };
}

/// Captures each listed `let mut` of a block where it ends: `lets!` finds the `let`s of each piece by their tokens.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_ends {
    // of a piece that is not the last
    ($c:tt ()) => {};
    // without names
    ([$f:tt $path:tt $active:tt [] $($c:tt)*] $pieces:tt) => {};
    ($c:tt [[$($t:tt)*]]) => { $crate::__anycapture_lets! { [$c (unit) ()] [] $($t)* } };
    ($c:tt [$([$($t:tt)*])*]) => { $($crate::__anycapture_cut! { [fine __anycapture_lets $c (unit) ()] [] $($t)* })* };
    // #[cfg(test)] let mut x
    (@attributes $s:tt [$($at:tt)*] # $a:tt $($rest:tt)*) => {
        $crate::__anycapture_ends! { @attributes $s [$($at)* #$a] $($rest)* }
    };
    (@attributes $s:tt $at:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s $at ; $($rest)* } };
    (@attributes $s:tt $at:tt $($rest:tt)*) => { $crate::__anycapture_lets! { $s ; $($rest)* } };
    // if let, while let, if x && let
    (@let $s:tt $at:tt if $($rest:tt)*) => { $crate::__anycapture_lets! { $s ; $($rest)* } };
    (@let $s:tt $at:tt while $($rest:tt)*) => { $crate::__anycapture_lets! { $s ; $($rest)* } };
    (@let $s:tt $at:tt && $($rest:tt)*) => { $crate::__anycapture_lets! { $s ; $($rest)* } };
    // let mut x
    (@let [$c:tt (unit) ()] [] $before:tt mut $x:ident $($rest:tt)*) => {
        $crate::__anycapture_name! { @listed end $x $x $c }
        $crate::__anycapture_lets! { [$c (unit) ()] ; $($rest)* }
    };
    // let (x, mut y)
    (@let [$c:tt (unit) ()] [$($at:tt)*] $before:tt $($rest:tt)*) => {
        $crate::__anycapture_cfg! { [] [$crate::__anycapture_pattern! { @top end $c $($rest)* }] $($at)* }
        $crate::__anycapture_lets! { [$c (unit) ()] ; $($rest)* }
    };
}

/// A value that is returned, captured.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_return {
    ([$($path:tt)*] $active:tt [$($options:tt)*] $returned:ident ($listed:tt $dims:tt) [$($value:tt)*] [$($return:tt)?]) => {
        match $returned.same($($value)*) {
            __anycapture_value => {
                $crate::__anycapture_options! {
                    [any $($path)*] [[return $listed $dims [__anycapture_value]]] [] [] [] [] [@ $active] [] $($options)*
                }
                $($return)? __anycapture_value
            }
        }
    };
}
