//! The heads of `if`, `while`, `for` and `match`, and the arms.

/// A brace in a head opens the block, unless it is a pattern's or an operand: it follows an operator, or the head
/// goes on behind it. `$n` is `[s at for parts]`, then come the kind, the head, and the token in front of the brace.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_judge {
    (@value [$c:tt $kind:tt $p:tt] $at:tt $for:tt $h:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! {
            [$c $kind $p] $at $for [$crate::__anycapture_arms! { [$c (value) $h] [] [] $($b)* }] [] $($rest)*
        }
    };
    // whether the head ends within a pattern
    (@or [] pattern $n:tt $k:ident $h:tt $before:tt $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h $($rest)* }
    };
    (@or [] block $($found:tt)*) => { $crate::__anycapture_judge! { @block $($found)* } };
    (@or [let $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__anycapture_judge! { @or [$($h)*] pattern $($found)* } };
    (@or [for $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__anycapture_judge! { @or [$($h)*] pattern $($found)* } };
    (@or [= $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__anycapture_judge! { @or [$($h)*] block $($found)* } };
    (@or [in $($h:tt)*] $in:ident $($found:tt)*) => { $crate::__anycapture_judge! { @or [$($h)*] block $($found)* } };
    (@or [$t:tt $($h:tt)*] $($found:tt)*) => { $crate::__anycapture_judge! { @or [$($h)*] $($found)* } };
    // whether an operand of the head may end with a block
    (@twice [$first:tt] $n:tt $k:ident $h:tt > $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h $($rest)* }
    };
    (@twice [$first:tt] $n:tt $k:ident $h:tt >> $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h $($rest)* }
    };
    (@twice [$first:tt] $($found:tt)*) => { $crate::__anycapture_judge! { @block $($found)* } };
    (@twice [$first:tt match $($_:tt)*] $n:tt $k:ident $h:tt $before:tt $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h $($rest)* }
    };
    (@twice [$first:tt $t:tt $($h:tt)*] $($found:tt)*) => {
        $crate::__anycapture_judge! { @twice [$t $($h)*] $($found)* }
    };
    (@operand $n:tt $kind:ident [$($h:tt)*] { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_find! { $n $kind [$($h)* { $($b)* }] {} $($rest)* }
    };
    // an operand
    (@judge $n:tt $k:ident $h:tt = $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt == $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt != $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt < $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt <= $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt >= $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt && $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt || $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt & $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt | $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt ^ $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt + $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt - $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt * $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt / $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt % $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt ! $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt << $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt : $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt ..= $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt in $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt else $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt if $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt while $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt match $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt loop $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt unsafe $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt const $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt async $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    (@judge $n:tt $k:ident $h:tt move $($rest:tt)*) => { $crate::__anycapture_judge! { @operand $n $k $h $($rest)* } };
    // if let Heads { q, k } = heads, for Pair { x, y } in pairs
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } = $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } = $($rest)* }
    };
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } in $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } in $($rest)* }
    };
    // if let A { x } | B { x } = pair, or the block and a closure behind it
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } | $($rest:tt)*) => {
        $crate::__anycapture_judge! { @or $h block $n $k $h $before { $($b)* } | $($rest)* }
    };
    // if x > { 3 } { .. }, while match x { .. } { .. }, or the block and a block behind it
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } { $($next:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_judge! { @twice $h $n $k $h $before { $($b)* } { $($next)* } $($rest)* }
    };
    (@judge $n:tt $k:ident $h:tt > { $($b:tt)* } && $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } && $($rest)* }
    };
    (@judge $n:tt $k:ident $h:tt > { $($b:tt)* } || $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } || $($rest)* }
    };
    // for x in if backwards { .. } else { .. } { .. }
    (@judge $n:tt for $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n for $h { $($b)* } else $($rest)* }
    };
    (@judge $n:tt while $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n while $h { $($b)* } else $($rest)* }
    };
    (@judge $n:tt match $h:tt $before:tt { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n match $h { $($b)* } else $($rest)* }
    };
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } == $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } == $($rest)* }
    };
    (@judge $n:tt $k:ident $h:tt $before:tt { $($b:tt)* } != $($rest:tt)*) => {
        $crate::__anycapture_judge! { @operand $n $k $h { $($b)* } != $($rest)* }
    };

    // the block: `@judge` that has come so far, or `@block`
    // for x in xs { .. }
    (@$found:ident [[$c:tt $kind:tt $p:tt] [$($at:tt)*] $for:tt $parts:tt] for [$($h:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($h)* {
            $crate::__anycapture_conditions! { $c $($h)* }
            $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* }
        }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    // while let Some(x) = stack.pop() { .. }
    (@$found:ident [[[$f:tt $path:tt $active:ident $($c:tt)*] $kind:tt $p:tt] [$($at:tt)*] $for:tt $parts:tt]
     while [$($label:lifetime :)? while let $($h:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($label:)? while let $($h)* {
            $active = $crate::is_active();
            $crate::__anycapture_conditions! { [$f $path $active $($c)*] let $($h)* }
            $crate::__anycapture_cut! { [coarse __anycapture_walk [$f $path $active $($c)*] (unit) []] [] $($b)* }
        }
        $crate::__anycapture_walk! { [[$f $path $active $($c)*] $kind $p] [] $($rest)* }
    };
    // while x > 0.0 { .. }
    (@$found:ident [[$c:tt $kind:tt $p:tt] [$($at:tt)*] $for:tt $parts:tt] while [$($h:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($h)* {
            $crate::__anycapture_conditions! { $c $($h)* }
            $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* }
        }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    // if x > 0.0 { .. } else if
    (@$found:ident [[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] if [$($h:tt)*] $_:tt { $($b:tt)* } else if $($rest:tt)*) => {
        $crate::__anycapture_find! {
            [[$c $kind $p] $at $for [
                $($parts)* [[$($h)*] [$crate::__anycapture_conditions! { $c $($h)* }] [$($b)*]]
            ]] if [else if] if $($rest)*
        }
    };
    // if x > 0.0 { .. } else { .. }
    (@$found:ident [[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] if [$($h:tt)*] $_:tt { $($b:tt)* } else { $($e:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! {
            [$c $kind $p] $at $for [] [
                $($parts)* [[$($h)*] [$crate::__anycapture_conditions! { $c $($h)* }] [$($b)*]] [[else] [] [$($e)*]]
            ] $($rest)*
        }
    };
    // if x > 0.0 { .. }
    (@$found:ident [[$c:tt $kind:tt $p:tt] [$($at:tt)*] [] []] if [$($h:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $($h)* {
            $crate::__anycapture_conditions! { $c $($h)* }
            $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* }
        }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    (@$found:ident [[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] if [$($h:tt)*] $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! {
            [$c $kind $p] $at $for [] [
                $($parts)* [[$($h)*] [$crate::__anycapture_conditions! { $c $($h)* }] [$($b)*]]
            ] $($rest)*
        }
    };
    // match x { .. }: of the type `()` where it is a statement
    (@$found:ident [[$c:tt (unit) $p:tt] $at:tt [] $parts:tt] match $h:tt $_:tt { $($b:tt)* }) => {
        $crate::__anycapture_put! { [$c (unit) $p] $at [] [$crate::__anycapture_arms! { [$c (unit) $h] [] [] $($b)* }] [] }
    };
    (@$found:ident [$s:tt $at:tt $for:tt $parts:tt] match $h:tt $_:tt { $($b:tt)* }) => {
        $crate::__anycapture_judge! { @value $s $at $for $h { $($b)* } }
    };
    (@$found:ident [$s:tt $at:tt [] $parts:tt] match $h:tt $_:tt { $($b:tt)* } ; $($rest:tt)*) => {
        $crate::__anycapture_judge! { @value $s $at [] $h { $($b)* } ; $($rest)* }
    };
    (@$found:ident [$s:tt $at:tt [] $parts:tt] match $h:tt $_:tt { $($b:tt)* } . $($rest:tt)*) => {
        $crate::__anycapture_judge! { @value $s $at [] $h { $($b)* } . $($rest)* }
    };
    (@$found:ident [$s:tt $at:tt [] $parts:tt] match $h:tt $_:tt { $($b:tt)* } ? $($rest:tt)*) => {
        $crate::__anycapture_judge! { @value $s $at [] $h { $($b)* } ? $($rest)* }
    };
    (@$found:ident [[$c:tt $kind:tt $p:tt] [$($at:tt)*] [] $parts:tt] match $h:tt $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $($at)* $crate::__anycapture_arms! { [$c (unit) $h] [] [] $($b)* }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    (@$found:ident [$s:tt $at:tt $for:tt $parts:tt] match $h:tt $_:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_judge! { @value $s $at $for $h { $($b)* } $($rest)* }
    };
}

/// What the conditions `let pattern = value` of an `if` or a `while` bind, and the pattern of a `for`.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_conditions {
    ($c:tt $(if)? $(else if)?) => {};
    ($c:tt for $x:ident in $($rest:tt)*) => { $crate::__anycapture_name! { @listed let $x $x $c } };
    ($c:tt for $($rest:tt)*) => { $crate::__anycapture_pattern! { @top now $c $($rest)* } };
    ($c:tt $label:lifetime : $($rest:tt)*) => { $crate::__anycapture_conditions! { $c $($rest)* } };
    ($c:tt let $($rest:tt)*) => {
        $crate::__anycapture_pattern! { @top arm $c $($rest)* }
        $crate::__anycapture_conditions! { $c $($rest)* }
    };
    ($c:tt $x1:tt let $($rest:tt)*) => { $crate::__anycapture_conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt let $($rest:tt)*) => { $crate::__anycapture_conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt let $($rest:tt)*) => { $crate::__anycapture_conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt $x4:tt let $($rest:tt)*) => { $crate::__anycapture_conditions! { $c let $($rest)* } };
    ($c:tt $x1:tt $x2:tt $x3:tt $x4:tt $x5:tt $($rest:tt)*) => { $crate::__anycapture_conditions! { $c $($rest)* } };
    ($c:tt $($rest:tt)*) => {};
}

/// What stands behind the `=>` of an arm; its first token stands twice, to be matched and to be copied.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_arm {
    // x + 1.0, and the next arm
    (@expression $m:tt [$($done:tt)*] [$($p:tt)*] $e:expr $(, $($rest:tt)*)?) => {
        $crate::__anycapture_arms! { $m [$($done)* $($p)* => $e,] [] $($($rest)*)? }
    };
    // unsafe { .. } 4 => ..: blocks need no comma
    (@expression $m:tt [$($done:tt)*] [$($p:tt)*] $($rest:tt)*) => {
        $crate::__anycapture_arm! { @bare $m [$($done)* $($p)* =>] $($rest)* }
    };
    (@bare $m:tt [$($done:tt)*] { $($b:tt)* } else $($rest:tt)*) => {
        $crate::__anycapture_arm! { @bare $m [$($done)* { $($b)* } else] $($rest)* }
    };
    (@bare $m:tt [$($done:tt)*] { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_arms! { $m [$($done)* { $($b)* }] [] $($rest)* }
    };
    (@bare $m:tt [$($done:tt)*] $t:tt $($rest:tt)*) => {
        $crate::__anycapture_arm! { @bare $m [$($done)* $t] $($rest)* }
    };
    // { .. }.sqrt(), { .. }?
    ($m:tt $done:tt $p:tt $v:tt { $($b:tt)* } . $($rest:tt)*) => {
        $crate::__anycapture_arm! { @expression $m $done $p $v . $($rest)* }
    };
    ($m:tt $done:tt $p:tt $v:tt { $($b:tt)* } ? $($rest:tt)*) => {
        $crate::__anycapture_arm! { @expression $m $done $p $v ? $($rest)* }
    };
    // Some(x) if x > 0.0 => { .. }
    ($m:tt $done:tt $p:tt $v:tt { $($b:tt)* } , $($rest:tt)*) => {
        $crate::__anycapture_arm! { $m $done $p $v { $($b)* } $($rest)* }
    };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [$($p:tt)*] $v:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_arms! {
            [$c $k $h] [$($done)* $($p)* => {
                $crate::__anycapture_pattern! { @top arm $c $($p)* }
                $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($b)* }
            }] [] $($rest)*
        }
    };
    ($m:tt $done:tt $p:tt $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { @expression $m $done $p $($rest)* } };
}
