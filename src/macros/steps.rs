//! Written by `.ci/steps.py`: the macros that look some way ahead, an arm for each distance.

/// Sorts options into six slots: `every`, `index`, `keep`, `room`, `on`, `if`. `$l` is `[case path]`, `$i` the items; of a list
/// with the feature off it is `(off)`, and to read the options is all.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_options {
    ((off) $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt $if:tt) => {  };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt $if:tt) => { $crate::__anycapture_switch! { $l $i $every $index $keep $room $on $if } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt $if:tt every = 0 $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("`every = 0` captures nothing: `every = 1`, or no `every`, captures every hit") } };
    ($l:tt $i:tt [] $index:tt $keep:tt $room:tt $on:tt $if:tt every = $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i [$value] $index $keep $room $on $if $($($rest)*)? } };
    ($l:tt $i:tt $every:tt [] $keep:tt $room:tt $on:tt $if:tt index = $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i $every [$value] $keep $room $on $if $($($rest)*)? } };
    ($l:tt $i:tt $every:tt $index:tt [] $room:tt $on:tt $if:tt keep = $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i $every $index [$value] $room $on $if $($($rest)*)? } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt [] $on:tt $if:tt room = $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i $every $index $keep [$value] $on $if $($($rest)*)? } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [] $if:tt on = $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i $every $index $keep $room [$value] $if $($($rest)*)? } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt [] if $value:expr $(, $($rest:tt)*)?) => { $crate::__anycapture_options! { $l $i $every $index $keep $room $on [$value] $($($rest)*)? } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [@ $_:ident] $if:tt on = $($rest:tt)*) => { $crate::__anycapture_options! { $l $i $every $index $keep $room [] $if on = $($rest)* } };
    ($l:tt $i:tt [$_:expr] $index:tt $keep:tt $room:tt $on:tt $if:tt every $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `every` is given twice: keep one of them") } };
    ($l:tt $i:tt $every:tt [$_:expr] $keep:tt $room:tt $on:tt $if:tt index $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `index` is given twice: keep one of them") } };
    ($l:tt $i:tt $every:tt $index:tt [$_:expr] $room:tt $on:tt $if:tt keep $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `keep` is given twice: keep one of them") } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt [$_:expr] $on:tt $if:tt room $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `room` is given twice: keep one of them") } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt [$_:expr] $if:tt on $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `on` is given twice: keep one of them") } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt [$_:expr] if $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("the option `if` is given twice: join the conditions with `&&`") } };
    ($l:tt $i:tt $every:tt $index:tt $keep:tt $room:tt $on:tt $if:tt $($rest:tt)*) => { $crate::__private::compile_error! { $crate::__private::concat!("unknown option `", $crate::__private::stringify!($($rest)*), "`: there are `every = N`, `index = expression`, `keep = N`, `room = BYTES`, `on = flag` and `if condition`") } };
}

/// Steps over attributes that are not `#[capture]`, up to eight at once.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_attributes {
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $($rest:tt)*] #$_a0:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $h4:tt $a4:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #$_a4:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 $h4 $a4 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $h4:tt $a4:tt $h5:tt $a5:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #$_a4:tt #$_a5:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 $h4 $a4 $h5 $a5 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $h4:tt $a4:tt $h5:tt $a5:tt $h6:tt $a6:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #$_a4:tt #$_a5:tt #$_a6:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 $h4 $a4 $h5 $a5 $h6 $a6 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $h4:tt $a4:tt $h5:tt $a5:tt $h6:tt $a6:tt $h7:tt $a7:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #$_a4:tt #$_a5:tt #$_a6:tt #$_a7:tt #[capture $($_c:tt)*] $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 $h4 $a4 $h5 $a5 $h6 $a6 $h7 $a7 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $h1:tt $a1:tt $h2:tt $a2:tt $h3:tt $a3:tt $h4:tt $a4:tt $h5:tt $a5:tt $h6:tt $a6:tt $h7:tt $a7:tt $($rest:tt)*] #$_a0:tt #$_a1:tt #$_a2:tt #$_a3:tt #$_a4:tt #$_a5:tt #$_a6:tt #$_a7:tt $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 $h1 $a1 $h2 $a2 $h3 $a3 $h4 $a4 $h5 $a5 $h6 $a6 $h7 $a7 ] $list] [$($rest)*] $($rest)* } };
    ($s:tt [[$($seen:tt)*] $list:tt] [$h0:tt $a0:tt $($rest:tt)*] #$_a0:tt $($_:tt)*) => { $crate::__anycapture_functions! { @attributes $s [[$($seen)* $h0 $a0 ] $list] [$($rest)*] $($rest)* } };
}

/// Finds the parameters behind generics.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_generics {
    ($s:tt [$($h:tt)*] > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt > ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 >] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt >> ($($p:tt)*) $($rest:tt)*) => { $crate::__anycapture_head! { @output $s [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 >>] [$($p)*] [] $($rest)* } };
    ($s:tt [$($h:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $($rest:tt)*) => { $crate::__anycapture_generics! { $s [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 ] $($rest)* } };
}

/// Finds the body behind a `where` clause.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_clauses {
    ($s:tt $h:tt $p:tt [$($o:tt)*] { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 $t2 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 $t2 $t3 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 $t2 $t3 $t4 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 $t2 $t3 $t4 $t5 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_head! { @brace $s $h $p [$($o)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 ] { $($b)* } $($rest)* } };
    ($s:tt $h:tt $p:tt [$($o:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $($rest:tt)*) => { $crate::__anycapture_clauses! { $s $h $p [$($o)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 ] $($rest)* } };
}

/// Cuts a block into pieces of some 256 tokens, and these into pieces of some 32, all siblings: so the depth of the
/// expansion grows slowly with the length of a block. A `;` outside of delimiters ends a statement, and so does a `}`
/// before a word that goes on with no expression, a label or an attribute. Something is left behind each cut.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_cut {
    (@near $s:tt $t:tt $all:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 ;]] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 ;]] $($rest)+ } };
    (@near $s:tt [$($t:tt)*] $all:tt { $($_a:tt)* } { $($_b:tt)* } { $($_c:tt)* } { $($_d:tt)* } { $($_e:tt)* } { $($_f:tt)* } { $($_g:tt)* } { $($_h:tt)* } { $($_i:tt)* } { $($_j:tt)* } { $($_k:tt)* } { $($_l:tt)* } $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* { $($_a)* } { $($_b)* } { $($_c)* } { $($_d)* } { $($_e)* } { $($_f)* } { $($_g)* } { $($_h)* } { $($_i)* } { $($_j)* } { $($_k)* } { $($_l)* }] [$($rest)+] $($rest)+ } };
    (@near $s:tt $t:tt $all:tt $t0:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 1 $s $t $all } };
    (@near $s:tt $t:tt [$g:tt $($all:tt)*] { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 2 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $g:tt $($all:tt)*] $u0:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 3 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $g:tt $($all:tt)*] $u0:tt $u1:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 4 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 5 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $t3:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $t3 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 6 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $t3 $t4 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 7 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt $u5:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $t3 $t4 $t5 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 8 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt $u5:tt $u6:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 9 $s $t $all } };
    (@near $s:tt $t:tt [$t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $g:tt $($all:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt $u5:tt $u6:tt $u7:tt { $($_:tt)* } $word:tt $($rest:tt)*) => { $crate::__anycapture_cut! { @behind $word $s [$t $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $g] $word $($rest)* } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 10 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 11 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 12 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 13 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 14 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 15 $s $t $all } };
    (@near $s:tt $t:tt $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt else if $($rest:tt)+) => { $crate::__anycapture_long! { @from 16 $s $t $all } };
    (@near $s:tt [$($t:tt)*] $all:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 ] [$($rest)+] $($rest)+ } };
    (@near [coarse $($s:tt)*] [$($t:tt)*] $all:tt $($rest:tt)*) => { $crate::__anycapture_cut! { [fine $($s)*] [] $($t)* $($rest)* } };
    (@near [$size:ident $next:ident $c:tt $kind:tt ()] [$($t:tt)*] $all:tt $($rest:tt)*) => { $crate::$next! { [$c $kind ()] [] $($t)* $($rest)* } };
    (@near [$size:ident $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$($t:tt)*] $all:tt $($rest:tt)*) => { $crate::$next! { [$c $kind [$($pieces)* [$($t)* $($rest)*]]] [] $($t)* $($rest)* } };
    (@behind else $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ } };
    (@behind as $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ } };
    (@behind in $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ } };
    (@behind ; $s:tt [$($t:tt)+] ; $($rest:tt)+) => { $crate::__anycapture_cut! { $s [[$($t)+ ;]] $($rest)+ } };
    (@behind # $s:tt [[$($t:tt)*] $($u:tt)*] #[cfg $($cfg:tt)*] $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $($u)*] [#[cfg $($cfg)*] $($rest)+] #[cfg $($cfg)*] $($rest)+ } };
    (@behind # $s:tt $t:tt $($rest:tt)+) => { $crate::__anycapture_cut! { $s [$t] $($rest)+ } };
    (@behind $word:ident $s:tt $t:tt $($rest:tt)+) => { $crate::__anycapture_cut! { $s [$t] $($rest)+ } };
    (@behind $label:lifetime $s:tt $t:tt $($rest:tt)+) => { $crate::__anycapture_cut! { $s [$t] $($rest)+ } };
    (@behind $other:tt $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+) => { $crate::__anycapture_cut! { @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ } };
    (@piece coarse $next:ident $c:tt $($t:tt)*) => { $crate::__anycapture_cut! { [fine $next $c (unit) ()] [] $($t)* } };
    (@piece $size:ident $next:ident $c:tt $($t:tt)*) => { $crate::$next! { [$c (unit) ()] [] $($t)* } };
    ([any $($s:tt)*] $($rest:tt)*) => { $crate::__anycapture_cut! { [coarse $($s)*] $($rest)* } };
    ([coarse $next:ident $c:tt $kind:tt ()] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $t32:tt $t33:tt $t34:tt $t35:tt $t36:tt $t37:tt $t38:tt $t39:tt $t40:tt $t41:tt $t42:tt $t43:tt $t44:tt $t45:tt $t46:tt $t47:tt $t48:tt $t49:tt $t50:tt $t51:tt $t52:tt $t53:tt $t54:tt $t55:tt $t56:tt $t57:tt $t58:tt $t59:tt $t60:tt $t61:tt $t62:tt $t63:tt $t64:tt $t65:tt $t66:tt $t67:tt $t68:tt $t69:tt $t70:tt $t71:tt $t72:tt $t73:tt $t74:tt $t75:tt $t76:tt $t77:tt $t78:tt $t79:tt $t80:tt $t81:tt $t82:tt $t83:tt $t84:tt $t85:tt $t86:tt $t87:tt $t88:tt $t89:tt $t90:tt $t91:tt $t92:tt $t93:tt $t94:tt $t95:tt $t96:tt $t97:tt $t98:tt $t99:tt $t100:tt $t101:tt $t102:tt $t103:tt $t104:tt $t105:tt $t106:tt $t107:tt $t108:tt $t109:tt $t110:tt $t111:tt $t112:tt $t113:tt $t114:tt $t115:tt $t116:tt $t117:tt $t118:tt $t119:tt $t120:tt $t121:tt $t122:tt $t123:tt $t124:tt $t125:tt $t126:tt $t127:tt $t128:tt $t129:tt $t130:tt $t131:tt $t132:tt $t133:tt $t134:tt $t135:tt $t136:tt $t137:tt $t138:tt $t139:tt $t140:tt $t141:tt $t142:tt $t143:tt $t144:tt $t145:tt $t146:tt $t147:tt $t148:tt $t149:tt $t150:tt $t151:tt $t152:tt $t153:tt $t154:tt $t155:tt $t156:tt $t157:tt $t158:tt $t159:tt $t160:tt $t161:tt $t162:tt $t163:tt $t164:tt $t165:tt $t166:tt $t167:tt $t168:tt $t169:tt $t170:tt $t171:tt $t172:tt $t173:tt $t174:tt $t175:tt $t176:tt $t177:tt $t178:tt $t179:tt $t180:tt $t181:tt $t182:tt $t183:tt $t184:tt $t185:tt $t186:tt $t187:tt $t188:tt $t189:tt $t190:tt $t191:tt $t192:tt $t193:tt $t194:tt $t195:tt $t196:tt $t197:tt $t198:tt $t199:tt $t200:tt $t201:tt $t202:tt $t203:tt $t204:tt $t205:tt $t206:tt $t207:tt $t208:tt $t209:tt $t210:tt $t211:tt $t212:tt $t213:tt $t214:tt $t215:tt $t216:tt $t217:tt $t218:tt $t219:tt $t220:tt $t221:tt $t222:tt $t223:tt $t224:tt $t225:tt $t226:tt $t227:tt $t228:tt $t229:tt $t230:tt $t231:tt $t232:tt $t233:tt $t234:tt $t235:tt $t236:tt $t237:tt $t238:tt $t239:tt $t240:tt $t241:tt $t242:tt $t243:tt $t244:tt $t245:tt $t246:tt $t247:tt $t248:tt $t249:tt $t250:tt $t251:tt $t252:tt $t253:tt $t254:tt $t255:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece coarse $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [coarse $next $c $kind ()] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 $t32 $t33 $t34 $t35 $t36 $t37 $t38 $t39 $t40 $t41 $t42 $t43 $t44 $t45 $t46 $t47 $t48 $t49 $t50 $t51 $t52 $t53 $t54 $t55 $t56 $t57 $t58 $t59 $t60 $t61 $t62 $t63 $t64 $t65 $t66 $t67 $t68 $t69 $t70 $t71 $t72 $t73 $t74 $t75 $t76 $t77 $t78 $t79 $t80 $t81 $t82 $t83 $t84 $t85 $t86 $t87 $t88 $t89 $t90 $t91 $t92 $t93 $t94 $t95 $t96 $t97 $t98 $t99 $t100 $t101 $t102 $t103 $t104 $t105 $t106 $t107 $t108 $t109 $t110 $t111 $t112 $t113 $t114 $t115 $t116 $t117 $t118 $t119 $t120 $t121 $t122 $t123 $t124 $t125 $t126 $t127 $t128 $t129 $t130 $t131 $t132 $t133 $t134 $t135 $t136 $t137 $t138 $t139 $t140 $t141 $t142 $t143 $t144 $t145 $t146 $t147 $t148 $t149 $t150 $t151 $t152 $t153 $t154 $t155 $t156 $t157 $t158 $t159 $t160 $t161 $t162 $t163 $t164 $t165 $t166 $t167 $t168 $t169 $t170 $t171 $t172 $t173 $t174 $t175 $t176 $t177 $t178 $t179 $t180 $t181 $t182 $t183 $t184 $t185 $t186 $t187 $t188 $t189 $t190 $t191 $t192 $t193 $t194 $t195 $t196 $t197 $t198 $t199 $t200 $t201 $t202 $t203 $t204 $t205 $t206 $t207 $t208 $t209 $t210 $t211 $t212 $t213 $t214 $t215 $t216 $t217 $t218 $t219 $t220 $t221 $t222 $t223 $t224 $t225 $t226 $t227 $t228 $t229 $t230 $t231 $t232 $t233 $t234 $t235 $t236 $t237 $t238 $t239 $t240 $t241 $t242 $t243 $t244 $t245 $t246 $t247 $t248 $t249 $t250 $t251 $t252 $t253 $t254 $t255 ] [$($rest)+] $($rest)+ } };
    ([coarse $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $t32:tt $t33:tt $t34:tt $t35:tt $t36:tt $t37:tt $t38:tt $t39:tt $t40:tt $t41:tt $t42:tt $t43:tt $t44:tt $t45:tt $t46:tt $t47:tt $t48:tt $t49:tt $t50:tt $t51:tt $t52:tt $t53:tt $t54:tt $t55:tt $t56:tt $t57:tt $t58:tt $t59:tt $t60:tt $t61:tt $t62:tt $t63:tt $t64:tt $t65:tt $t66:tt $t67:tt $t68:tt $t69:tt $t70:tt $t71:tt $t72:tt $t73:tt $t74:tt $t75:tt $t76:tt $t77:tt $t78:tt $t79:tt $t80:tt $t81:tt $t82:tt $t83:tt $t84:tt $t85:tt $t86:tt $t87:tt $t88:tt $t89:tt $t90:tt $t91:tt $t92:tt $t93:tt $t94:tt $t95:tt $t96:tt $t97:tt $t98:tt $t99:tt $t100:tt $t101:tt $t102:tt $t103:tt $t104:tt $t105:tt $t106:tt $t107:tt $t108:tt $t109:tt $t110:tt $t111:tt $t112:tt $t113:tt $t114:tt $t115:tt $t116:tt $t117:tt $t118:tt $t119:tt $t120:tt $t121:tt $t122:tt $t123:tt $t124:tt $t125:tt $t126:tt $t127:tt $t128:tt $t129:tt $t130:tt $t131:tt $t132:tt $t133:tt $t134:tt $t135:tt $t136:tt $t137:tt $t138:tt $t139:tt $t140:tt $t141:tt $t142:tt $t143:tt $t144:tt $t145:tt $t146:tt $t147:tt $t148:tt $t149:tt $t150:tt $t151:tt $t152:tt $t153:tt $t154:tt $t155:tt $t156:tt $t157:tt $t158:tt $t159:tt $t160:tt $t161:tt $t162:tt $t163:tt $t164:tt $t165:tt $t166:tt $t167:tt $t168:tt $t169:tt $t170:tt $t171:tt $t172:tt $t173:tt $t174:tt $t175:tt $t176:tt $t177:tt $t178:tt $t179:tt $t180:tt $t181:tt $t182:tt $t183:tt $t184:tt $t185:tt $t186:tt $t187:tt $t188:tt $t189:tt $t190:tt $t191:tt $t192:tt $t193:tt $t194:tt $t195:tt $t196:tt $t197:tt $t198:tt $t199:tt $t200:tt $t201:tt $t202:tt $t203:tt $t204:tt $t205:tt $t206:tt $t207:tt $t208:tt $t209:tt $t210:tt $t211:tt $t212:tt $t213:tt $t214:tt $t215:tt $t216:tt $t217:tt $t218:tt $t219:tt $t220:tt $t221:tt $t222:tt $t223:tt $t224:tt $t225:tt $t226:tt $t227:tt $t228:tt $t229:tt $t230:tt $t231:tt $t232:tt $t233:tt $t234:tt $t235:tt $t236:tt $t237:tt $t238:tt $t239:tt $t240:tt $t241:tt $t242:tt $t243:tt $t244:tt $t245:tt $t246:tt $t247:tt $t248:tt $t249:tt $t250:tt $t251:tt $t252:tt $t253:tt $t254:tt $t255:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece coarse $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [coarse $next $c $kind [$($pieces)* $([$($t)* $($u)*])?]] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 $t32 $t33 $t34 $t35 $t36 $t37 $t38 $t39 $t40 $t41 $t42 $t43 $t44 $t45 $t46 $t47 $t48 $t49 $t50 $t51 $t52 $t53 $t54 $t55 $t56 $t57 $t58 $t59 $t60 $t61 $t62 $t63 $t64 $t65 $t66 $t67 $t68 $t69 $t70 $t71 $t72 $t73 $t74 $t75 $t76 $t77 $t78 $t79 $t80 $t81 $t82 $t83 $t84 $t85 $t86 $t87 $t88 $t89 $t90 $t91 $t92 $t93 $t94 $t95 $t96 $t97 $t98 $t99 $t100 $t101 $t102 $t103 $t104 $t105 $t106 $t107 $t108 $t109 $t110 $t111 $t112 $t113 $t114 $t115 $t116 $t117 $t118 $t119 $t120 $t121 $t122 $t123 $t124 $t125 $t126 $t127 $t128 $t129 $t130 $t131 $t132 $t133 $t134 $t135 $t136 $t137 $t138 $t139 $t140 $t141 $t142 $t143 $t144 $t145 $t146 $t147 $t148 $t149 $t150 $t151 $t152 $t153 $t154 $t155 $t156 $t157 $t158 $t159 $t160 $t161 $t162 $t163 $t164 $t165 $t166 $t167 $t168 $t169 $t170 $t171 $t172 $t173 $t174 $t175 $t176 $t177 $t178 $t179 $t180 $t181 $t182 $t183 $t184 $t185 $t186 $t187 $t188 $t189 $t190 $t191 $t192 $t193 $t194 $t195 $t196 $t197 $t198 $t199 $t200 $t201 $t202 $t203 $t204 $t205 $t206 $t207 $t208 $t209 $t210 $t211 $t212 $t213 $t214 $t215 $t216 $t217 $t218 $t219 $t220 $t221 $t222 $t223 $t224 $t225 $t226 $t227 $t228 $t229 $t230 $t231 $t232 $t233 $t234 $t235 $t236 $t237 $t238 $t239 $t240 $t241 $t242 $t243 $t244 $t245 $t246 $t247 $t248 $t249 $t250 $t251 $t252 $t253 $t254 $t255 ] [$($rest)+] $($rest)+ } };
    ([one $next:ident $c:tt $kind:tt ()] [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece one $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [one $next $c $kind ()] [] [$($rest)+] $($rest)+ } };
    ([one $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece one $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [one $next $c $kind [$($pieces)* $([$($t)* $($u)*])?]] [] [$($rest)+] $($rest)+ } };
    ([chain $next:ident $c:tt $kind:tt ()] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece chain $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [chain $next $c $kind ()] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 ] [$($rest)+] $($rest)+ } };
    ([chain $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece chain $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [chain $next $c $kind [$($pieces)* $([$($t)* $($u)*])?]] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 ] [$($rest)+] $($rest)+ } };
    ([$size:ident $next:ident $c:tt $kind:tt ()] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece $size $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [fine $next $c $kind ()] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 ] [$($rest)+] $($rest)+ } };
    ([$size:ident $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$([[$($t:tt)*] $($u:tt)*])?] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $t13:tt $t14:tt $t15:tt $t16:tt $t17:tt $t18:tt $t19:tt $t20:tt $t21:tt $t22:tt $t23:tt $t24:tt $t25:tt $t26:tt $t27:tt $t28:tt $t29:tt $t30:tt $t31:tt $($rest:tt)+) => { $($crate::__anycapture_cut! { @piece $size $next $c $($t)* $($u)* })? $crate::__anycapture_cut! { @near [fine $next $c $kind [$($pieces)* $([$($t)* $($u)*])?]] [$t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 $t11 $t12 $t13 $t14 $t15 $t16 $t17 $t18 $t19 $t20 $t21 $t22 $t23 $t24 $t25 $t26 $t27 $t28 $t29 $t30 $t31 ] [$($rest)+] $($rest)+ } };
    ([$size:ident $next:ident $c:tt $kind:tt ()] [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)*) => { $($crate::__anycapture_cut! { @piece $size $next $c $($t)* $($u)* })? $crate::$next! { [$c $kind ()] [] $($rest)* } };
    ([$size:ident $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)*) => { $($crate::__anycapture_cut! { @piece $size $next $c $($t)* $($u)* })? $crate::$next! { [$c $kind [$($pieces)* $([$($t)* $($u)*])? [$($rest)*]]] [] $($rest)* } };
}

/// A statement by its first word.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_word {
    // unsafe { .. }, loop { .. } at the end of a block of type `()`: it saves a step of depth
    ([$c:tt (unit) $p:tt] [] unsafe $word:tt { $($b:tt)* }) => {
        $word { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* } }
        $crate::__anycapture_ends! { $c $p }
    };
    ([[$f:tt $path:tt $active:ident $($c:tt)*] (unit) $p:tt] [$($at:tt)*] loop $word:tt { $($b:tt)* }) => {
        $($at)* $word {
            $active = $crate::is_active();
            $crate::__anycapture_cut! { [coarse __anycapture_walk [$f $path $active $($c)*] (unit) []] [] $($b)* }
        }
        $crate::__anycapture_ends! { [$f $path $active $($c)*] $p }
    };
    ($s:tt $at:tt loop $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_loop! { $s $at [] [$word] { $($b)* } $($rest)* }
    };
    ($s:tt $at:tt unsafe $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [] [] [[[$word] [] [$($b)*]]] $($rest)* }
    };
    // return x; with `return` in the list
    ([[$f:tt $path:tt $active:tt $e:tt $o:tt [$r:ident $dims:tt] $all:tt] $kind:tt $p:tt] $at:tt
     return $word:tt $value:expr $(; $($rest:tt)*)?) => {
        $crate::__anycapture_jump! {
            [[$f $path $active $e $o [$r $dims] $all] $kind $p] $at
            $crate::__anycapture_return! { $path $active $o $r $dims [$value] [$word] }
            $(; $($rest)*)?
        }
    };
    ($s:tt $at:tt return $($rest:tt)*) => { $crate::__anycapture_jump! { $s $at $($rest)* } };
    ($s:tt $at:tt break $($rest:tt)*) => { $crate::__anycapture_jump! { $s $at $($rest)* } };
    ($s:tt $at:tt continue $($rest:tt)*) => { $crate::__anycapture_jump! { $s $at $($rest)* } };
    // const { .. }
    ($s:tt $at:tt const $word:tt { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [] [$word { $($b)* }] [] $($rest)* }
    };
    // items
    ($s:tt $at:tt const $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt fn $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt use $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt struct $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt enum $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt type $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt impl $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt trait $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt mod $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt static $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt extern $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt pub $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt unsafe $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $($rest)* } };
    ($s:tt $at:tt async $word:tt fn $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word fn $($rest)* } };
    ($s:tt $at:tt async $word:tt unsafe $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word unsafe $($rest)* } };
    ($s:tt $at:tt union $word:tt $name:ident $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word $name $($rest)* } };
    (@item $s:tt $at:tt $item:item $($rest:tt)*) => { $crate::__anycapture_done! { $s $at [$item] [] $($rest)* } };
    ($s:tt $at:tt macro_rules $word:tt ! $name:ident { $($t:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_done! { $s $at [$word! $name { $($t)* }] [] $($rest)* }
    };
    ($s:tt $at:tt macro_rules $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at [] [] $($rest)* } };
    // x = 1.0; x += 1.0;
    ($s:tt $at:tt $x:ident $y:tt = $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y = $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt += $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y += $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt -= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y -= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt *= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y *= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt /= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y /= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt %= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y %= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt &= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y &= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt |= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y |= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt ^= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y ^= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt <<= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y <<= $e;] $($rest)* } };
    ($s:tt $at:tt $x:ident $y:tt >>= $e:expr ; $($rest:tt)*) => { $crate::__anycapture_word! { @assign $s $at $x [$y >>= $e;] $($rest)* } };
    // (x, y) = (1.0, 2.0);
    ([$c:tt $kind:tt $p:tt] [] ($($x:ident),+ $(,)?) $y:tt = $e:expr ; $($rest:tt)*) => {
        $y = $e;
        $($crate::__anycapture_name! { @listed assign $x $x $c })+
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    (@assign [$c:tt $kind:tt $p:tt] [] $x:ident [$($statement:tt)*] $($rest:tt)*) => {
        $($statement)*
        $crate::__anycapture_name! { @listed assign $x $x $c }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    (@assign [$c:tt $kind:tt $p:tt] [$($at:tt)*] $x:ident [$($statement:tt)*] $($rest:tt)*) => {
        $($at)* $($statement)*
        $crate::__anycapture_cfg! { [] [$crate::__anycapture_name! { @listed assign $x $x $c }] $($at)* }
        $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* }
    };
    // vec! { .. }, core::debug_assert! { .. }, ::std::println! { .. }
    ($s:tt $at:tt $word:ident $a:tt $(:: $b:tt)* ! { $($t:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [] [$a $(:: $b)* ! { $($t)* }] [] $($rest)* }
    };
    ($s:tt $at:tt :: $word:tt $a:tt $(:: $b:tt)* ! { $($t:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_put! { $s $at [] [:: $a $(:: $b)* ! { $($t)* }] [] $($rest)* }
    };
    // x.sin();
    ($s:tt [$($at:tt)*] $word:ident $e:expr ; $($rest:tt)*) => {
        $($at)* $e;
        $crate::__anycapture_walk! { $s [] $($rest)* }
    };
    // *x += 1.0; and a last expression
    ($s:tt $at:tt $word:tt $($rest:tt)*) => { $crate::__anycapture_jump! { @expression $s $at $($rest)* } };
}

/// Finds the next brace in the head of `if`, `while`, `for` or `match`, and has it judged.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_find {
    ($n:tt $kind:ident [$($h:tt)*] $before:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* ] $before { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 ] $t0 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 ] $t1 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 ] $t2 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 $t3 ] $t3 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 $t3 $t4 ] $t4 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 ] $t5 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 ] $t6 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_judge! { @judge $n $kind [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 ] $t7 { $($b)* } $($rest)* } };
    ($n:tt $kind:ident [$($h:tt)*] $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $($rest:tt)*) => { $crate::__anycapture_find! { $n $kind [$($h)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 ] $t8 $($rest)* } };
    ([$s:tt $at:tt $for:tt $parts:tt] ; $h:tt $before:tt $($rest:tt)*) => { $crate::__anycapture_walk! { $s $at $($rest)* } };
    ([$s:tt $at:tt $for:tt $parts:tt] { $($_:tt)* } $h:tt $before:tt $($rest:tt)*) => { $crate::__anycapture_walk! { $s $at $before $($rest)* } };
}

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
    (@$found:ident $n:tt if $h:tt $before:tt { $($b:tt)* } else if $($rest:tt)*) => {
        $crate::__anycapture_chain! { $n $h $before { $($b)* } else if $($rest)* }
    };
    // if x > 0.0 { .. } else { .. }
    (@$found:ident [[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] if [$($h:tt)*] $_:tt { $($b:tt)* } else $else:tt $($rest:tt)*) => {
        $crate::__anycapture_else! {
            $c [$kind $p] $at $for [$($parts)* [[$($h)*] [$crate::__anycapture_conditions! { $c $($h)* }] [$($b)*]]] $else $else $($rest)*
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
    (@$found:ident [[$c:tt (unit) $p:tt] [$($at:tt)*] [] $parts:tt] match $h:tt $_:tt { $($b:tt)* }) => {
        $($at)* $crate::__anycapture_arms! { [$c (unit) $h] [] [] $($b)* }
        $crate::__anycapture_ends! { $c $p }
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

/// An expression of blocks: some tokens, then parts, `[[head] [what comes first in the block] [block]]`, then `; else { .. }` if
/// that one is not walked. `$for` is what it
/// is the value of, `[]` or `[[kind pattern] [let x =]]`. What follows decides whether it is a statement, the last expression
/// of the block, or a part of a larger expression.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_put {
    ([$c:tt $kind:tt $p:tt] $at:tt [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] . $($rest:tt)*) => { $crate::__anycapture_copy! { [$c $kind $p] $at [] [$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?] . $($rest)* } };
    ([$c:tt $kind:tt $p:tt] $at:tt [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] ? $($rest:tt)*) => { $crate::__anycapture_copy! { [$c $kind $p] $at [] [$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?] ? $($rest)* } };
    ([$c:tt $kind:tt $p:tt] [$($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] ; $($rest:tt)*) => { $($at)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?; $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* } };
    ([$c:tt (unit) $p:tt] [$($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?]) => { $($at)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* } })* $($($whole)*)? $crate::__anycapture_ends! { $c $p } };
    ([$c:tt (value) $p:tt] [$($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?]) => { $crate::__anycapture_ends! { $c $p } $($at)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)? };
    ([$c:tt (again $kind:tt) $p:tt] $at:tt [] $raw:tt $parts:tt) => { $crate::__anycapture_put! { [$c $kind $p] $at [] $raw $parts } };
    ([$c:tt $kind:tt $p:tt] $at:tt [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?]) => { $crate::__anycapture_tail! { [$c $kind $p] $at [$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?] } };
    ([$c:tt (value) $p:tt] [#$a:tt $($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] #[cfg $($cfg:tt)*] { $($last:tt)* }) => { $crate::__anycapture_ends! { $c $p } #$a $($at)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)? #[cfg $($cfg)*] { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($last)* } } };
    ([$c:tt (fn) $p:tt] [#$a:tt $($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] #[cfg $($cfg:tt)*] { $($last:tt)* }) => { $crate::__anycapture_ends! { $c $p } #$a $($at)* { $crate::__anycapture_tail! { [$c (fn) ()] [] [$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?] } } #[cfg $($cfg)*] { $crate::__anycapture_tail! { [$c (fn) ()] [] [{ $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($last)* } }] } } };
    ([$c:tt $kind:tt $p:tt] [$($at:tt)*] [] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] $($rest:tt)*) => { $($at)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (unit) []] [] $($b)* } })* $($($whole)*)? $crate::__anycapture_walk! { [$c $kind $p] [] $($rest)* } };
    ([$c:tt $kind:tt $p:tt] $at:tt [$q:tt [$($let:tt)*]] [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] ; $($rest:tt)*) => { $crate::__anycapture_done! { [$c $kind $p] $at [$($let)* $($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?;] $q $($rest)* } };
    ([$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?] $($rest:tt)*) => { $crate::__anycapture_copy! { [$c $kind $p] $at $for [$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } })* $($($whole)*)?] $($rest)* } };
}

/// A block as the value of a `let`.
/// A single expression in which nothing is captured keeps the user's own braces, and their edition.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_block {
    ([$f:tt $path:tt $active:tt $e:tt $o:tt [] $all:tt] [$kind:tt $p:tt] $at:tt $for:tt { return $($value:expr)? $(;)? } $whole:tt $($rest:tt)*) => { $crate::__anycapture_copy! { [[$f $path $active $e $o [] $all] $kind $p] $at $for [] $whole $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { # $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { if $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { match $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { for $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { while $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { loop $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { unsafe $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { return $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { const $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { static $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { async $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { use $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { macro_rules $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $label:lifetime $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { { $($_:tt)* } $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident = $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident += $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident -= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident *= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident /= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident %= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident &= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident |= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident ^= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident <<= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident >>= $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { ($($x:tt)*) = $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $x:ident $(:: $y:tt)* ! { $($m:tt)* } $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { :: $x:ident $(:: $y:tt)* ! { $($m:tt)* } $($_b:tt)* } { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt { $($e:expr $(;)?)? } $whole:tt $($rest:tt)*) => { $crate::__anycapture_copy! { [$c $kind $p] $at $for [] $whole $($rest)* } };
    ($c:tt [$kind:tt $p:tt] $at:tt $for:tt $_:tt { $($b:tt)* } $($rest:tt)*) => { $crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* } };
}

/// Takes the arms of a `match` one after the other, up to four short ones at once: macros can't stand between them.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_arms {
    ([$c:tt $k:tt [$($h:tt)*]] [$($done:tt)*] []) => { $($h)* { $($done)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt => { $($bu:tt)* } $v0:tt => { $($bv:tt)* } $w0:tt => { $($bw:tt)* } $x0:tt => { $($bx:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 => { $crate::__anycapture_pattern! { @top arm $c $u0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 => { $crate::__anycapture_pattern! { @top arm $c $v0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } } $w0 => { $crate::__anycapture_pattern! { @top arm $c $w0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bw)* } } $x0 => { $crate::__anycapture_pattern! { @top arm $c $x0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bx)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt => { $($bu:tt)* } $v0:tt $v1:tt => { $($bv:tt)* } $w0:tt $w1:tt => { $($bw:tt)* } $x0:tt $x1:tt => { $($bx:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } } $w0 $w1 => { $crate::__anycapture_pattern! { @top arm $c $w0 $w1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bw)* } } $x0 $x1 => { $crate::__anycapture_pattern! { @top arm $c $x0 $x1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bx)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt => { $($bv:tt)* } $w0:tt $w1:tt $w2:tt => { $($bw:tt)* } $x0:tt $x1:tt $x2:tt => { $($bx:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } } $w0 $w1 $w2 => { $crate::__anycapture_pattern! { @top arm $c $w0 $w1 $w2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bw)* } } $x0 $x1 $x2 => { $crate::__anycapture_pattern! { @top arm $c $x0 $x1 $x2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bx)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt $u3:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt $v3:tt => { $($bv:tt)* } $w0:tt $w1:tt $w2:tt $w3:tt => { $($bw:tt)* } $x0:tt $x1:tt $x2:tt $x3:tt => { $($bx:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 $u3 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 $u3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 $v3 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 $v3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } } $w0 $w1 $w2 $w3 => { $crate::__anycapture_pattern! { @top arm $c $w0 $w1 $w2 $w3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bw)* } } $x0 $x1 $x2 $x3 => { $crate::__anycapture_pattern! { @top arm $c $x0 $x1 $x2 $x3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bx)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt => { $($bu:tt)* } $v0:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 => { $crate::__anycapture_pattern! { @top arm $c $u0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 => { $crate::__anycapture_pattern! { @top arm $c $v0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt => { $($bu:tt)* } $v0:tt $v1:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 => { $crate::__anycapture_pattern! { @top arm $c $u0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 => { $crate::__anycapture_pattern! { @top arm $c $u0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt $v3:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 => { $crate::__anycapture_pattern! { @top arm $c $u0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 $v3 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 $v3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt => { $($bu:tt)* } $v0:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 => { $crate::__anycapture_pattern! { @top arm $c $v0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt => { $($bu:tt)* } $v0:tt $v1:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt $v3:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 $v3 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 $v3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt => { $($bu:tt)* } $v0:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 => { $crate::__anycapture_pattern! { @top arm $c $v0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt => { $($bu:tt)* } $v0:tt $v1:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt $v3:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 $v3 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 $v3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt $u3:tt => { $($bu:tt)* } $v0:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 $u3 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 $u3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 => { $crate::__anycapture_pattern! { @top arm $c $v0 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt $u3:tt => { $($bu:tt)* } $v0:tt $v1:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 $u3 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 $u3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt $u3:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 $u3 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 $u3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ([$c:tt $k:tt $h:tt] [$($done:tt)*] [] $u0:tt $u1:tt $u2:tt $u3:tt => { $($bu:tt)* } $v0:tt $v1:tt $v2:tt $v3:tt => { $($bv:tt)* } $($rest:tt)*) => { $crate::__anycapture_arms! { [$c $k $h] [$($done)* $u0 $u1 $u2 $u3 => { $crate::__anycapture_pattern! { @top arm $c $u0 $u1 $u2 $u3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bu)* } } $v0 $v1 $v2 $v3 => { $crate::__anycapture_pattern! { @top arm $c $v0 $v1 $v2 $v3 } $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($bv)* } }] [] $($rest)* } };
    ($m:tt $done:tt [] $u0:tt => $eu:tt , $v0:tt => $ev:tt , $w0:tt => $ew:tt , $x0:tt => $ex:tt , $($rest:tt)*) => { $crate::__anycapture_tokens! { $eu $ev $ew $ex $m $done [[$u0 ] [$v0 ] [$w0 ] [$x0 ]] $($rest)* } };
    ($m:tt $done:tt [] $u0:tt $u1:tt => $eu:tt , $v0:tt $v1:tt => $ev:tt , $w0:tt $w1:tt => $ew:tt , $x0:tt $x1:tt => $ex:tt , $($rest:tt)*) => { $crate::__anycapture_tokens! { $eu $ev $ew $ex $m $done [[$u0 $u1 ] [$v0 $v1 ] [$w0 $w1 ] [$x0 $x1 ]] $($rest)* } };
    ($m:tt $done:tt [] $u0:tt $u1:tt $u2:tt => $eu:tt , $v0:tt $v1:tt $v2:tt => $ev:tt , $w0:tt $w1:tt $w2:tt => $ew:tt , $x0:tt $x1:tt $x2:tt => $ex:tt , $($rest:tt)*) => { $crate::__anycapture_tokens! { $eu $ev $ew $ex $m $done [[$u0 $u1 $u2 ] [$v0 $v1 $v2 ] [$w0 $w1 $w2 ] [$x0 $x1 $x2 ]] $($rest)* } };
    ($m:tt $done:tt [] $u0:tt $u1:tt $u2:tt $u3:tt => $eu:tt , $v0:tt $v1:tt $v2:tt $v3:tt => $ev:tt , $w0:tt $w1:tt $w2:tt $w3:tt => $ew:tt , $x0:tt $x1:tt $x2:tt $x3:tt => $ex:tt , $($rest:tt)*) => { $crate::__anycapture_tokens! { $eu $ev $ew $ex $m $done [[$u0 $u1 $u2 $u3 ] [$v0 $v1 $v2 $v3 ] [$w0 $w1 $w2 $w3 ] [$x0 $x1 $x2 $x3 ]] $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt => $v:tt $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 ] $v $v $($rest)* } };
    ($m:tt $done:tt [$($p:tt)*] $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $($rest:tt)*) => { $crate::__anycapture_arms! { $m $done [$($p)* $t0 $t1 $t2 $t3 $t4 $t5 $t6 $t7 $t8 $t9 $t10 ] $($rest)* } };
}

/// Four arms of a `match` with a token each as their value.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_tokens {
    ({ $($b:tt)* } $ev:tt $ew:tt $ex:tt $m:tt $done:tt [[$($pu:tt)*] [$($pv:tt)*] [$($pw:tt)*] [$($px:tt)*]] $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($pu)*] { $($b)* } { $($b)* } , $($pv)* => $ev, $($pw)* => $ew, $($px)* => $ex, $($rest)* } };
    ($eu:tt { $($b:tt)* } $ew:tt $ex:tt $m:tt $done:tt [[$($pu:tt)*] [$($pv:tt)*] [$($pw:tt)*] [$($px:tt)*]] $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($pu)*] $eu $eu , $($pv)* => { $($b)* }, $($pw)* => $ew, $($px)* => $ex, $($rest)* } };
    ($eu:tt $ev:tt { $($b:tt)* } $ex:tt $m:tt $done:tt [[$($pu:tt)*] [$($pv:tt)*] [$($pw:tt)*] [$($px:tt)*]] $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($pu)*] $eu $eu , $($pv)* => $ev, $($pw)* => { $($b)* }, $($px)* => $ex, $($rest)* } };
    ($eu:tt $ev:tt $ew:tt { $($b:tt)* } $m:tt $done:tt [[$($pu:tt)*] [$($pv:tt)*] [$($pw:tt)*] [$($px:tt)*]] $($rest:tt)*) => { $crate::__anycapture_arm! { $m $done [$($pu)*] $eu $eu , $($pv)* => $ev, $($pw)* => $ew, $($px)* => { $($b)* }, $($rest)* } };
    ($eu:tt $ev:tt $ew:tt $ex:tt $m:tt [$($done:tt)*] [[$($pu:tt)*] [$($pv:tt)*] [$($pw:tt)*] [$($px:tt)*]] $($rest:tt)*) => { $crate::__anycapture_arms! { $m [$($done)* $($pu)* => $eu, $($pv)* => $ev, $($pw)* => $ew, $($px)* => $ex,] [] $($rest)* } };
}

/// Finds the next `let` of a piece, with the token in front of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_lets {
    ($s:tt $before:tt) => {  };
    ($s:tt $before:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $before $($rest)* } };
    ($s:tt $before:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t0 $($rest)* } };
    ($s:tt $before:tt $t0:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t1 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t2 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t3 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t4 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t5 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t6 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t7 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t8 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t9 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t10 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt let $x:ident = $($rest:tt)*) => { $crate::__anycapture_lets! { $s = $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt let $($rest:tt)*) => { $crate::__anycapture_ends! { @let $s [] $t11 $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt # $($rest:tt)*) => { $crate::__anycapture_ends! { @attributes $s [] # $($rest)* } };
    ($s:tt $before:tt $t0:tt $t1:tt $t2:tt $t3:tt $t4:tt $t5:tt $t6:tt $t7:tt $t8:tt $t9:tt $t10:tt $t11:tt $t12:tt $($rest:tt)*) => { $crate::__anycapture_lets! { $s $t12 $($rest)* } };
    ($s:tt $before:tt $($rest:tt)*) => {  };
}

/// Copies what no rule knows, up to the next `;`. `$for` is `[]`, or of a `let`: `[pattern [let x =]]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_copy {
    ($s:tt $at:tt [] [$($t:tt)*] ; $($rest:tt)*) => { $crate::__anycapture_done! { $s $at [$($t)* ;] [] $($rest)* } };
    ($s:tt $at:tt [$p:tt [$($let:tt)*]] [$($t:tt)*] ; $($rest:tt)*) => { $crate::__anycapture_done! { $s $at [$($let)* $($t)* ;] $p $($rest)* } };
    ($s:tt $at:tt [] [$($t:tt)*]) => { $crate::__anycapture_tail! { $s $at [$($t)*] } };
    ([$c:tt $kind:tt $pieces:tt] $at:tt [$p:tt $let:tt] [$($t:tt)*] else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { [$c $kind $pieces] $at [$p $let] [$($t)* else { $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($b)* } }] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 ] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 ] else { $($b)* } ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 ] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 ] else { $($b)* } ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 ] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 ] else { $($b)* } ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 $u3 ] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 $u3 ] else { $($b)* } ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 $u3 $u4 ] ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt else { $($b:tt)* } ; $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 $u3 $u4 ] else { $($b)* } ; $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $u0:tt $u1:tt $u2:tt $u3:tt $u4:tt $u5:tt $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $u0 $u1 $u2 $u3 $u4 $u5 ] $($rest)* } };
    ($s:tt $at:tt $for:tt [$($t:tt)*] $($rest:tt)+) => { $crate::__anycapture_copy! { $s $at $for [$($t)* $($rest)+] } };
}
