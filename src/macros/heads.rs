//! The heads of `if`, `while`, `for` and `match`, and the arms.

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

/// What follows the `=>` of an arm; its first token stands twice, to be matched and to be copied.
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
    // x + 1.0, and the pattern of the next arm, for a step of depth less; `arms!` takes four at once of arms with a token each
    ($m:tt [$($done:tt)*] [$($p:tt)*] $v:tt $e:expr , $q:tt => $w:tt , $($rest:tt)*) => {
        $crate::__anycapture_arms! { $m [$($done)* $($p)* => $e,] [] $q => $w , $($rest)* }
    };
    ($m:tt [$($done:tt)*] [$($p:tt)*] $v:tt $e:expr , $q:tt => $w:tt $($rest:tt)*) => {
        $crate::__anycapture_arm! { $m [$($done)* $($p)* => $e,] [$q] $w $w $($rest)* }
    };
    ($m:tt [$($done:tt)*] [$($p:tt)*] $v:tt $e:expr , #$a:tt $q:tt => $w:tt $($rest:tt)*) => {
        $crate::__anycapture_arm! { $m [$($done)* $($p)* => $e,] [#$a $q] $w $w $($rest)* }
    };
    // x + 1.0, and the next arm
    ($m:tt [$($done:tt)*] [$($p:tt)*] $v:tt $e:expr $(, $($rest:tt)*)?) => {
        $crate::__anycapture_arms! { $m [$($done)* $($p)* => $e,] [] $($($rest)*)? }
    };
    ($m:tt $done:tt $p:tt $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { @expression $m $done $p $($rest)* } };
}
