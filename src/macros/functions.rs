//! Takes the functions in a `captured_fn!` apart.

/// One function after the other. It is called by `__anycapture_cut!`, as `__anycapture_walk!` is: hence `$s`.
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_functions {
    () => {
        $crate::__private::compile_error! {
            "`captured_fn!` holds no function: write `#[capture(name)]` and a function into it"
        }
    };
    // one function, with any number of attributes
    (@all [$($all:tt)*] #$a:tt $one:item) => {
        $crate::__anycapture_functions! { @one () [$($all)*] $($all)* }
    };
    // several, cut apart so that any number fits the recursion limit
    (@all [$($all:tt)*] $($_:tt)*) => {
        $crate::__anycapture_cut! { [coarse __anycapture_functions () () ()] [] $($all)* }
    };
    // the end
    ($s:tt []) => {};
    // the tokens stand twice, to be looked at and to be copied with their places
    ($s:tt [] $($all:tt)+) => { $crate::__anycapture_functions! { @one $s [$($all)+] $($all)+ } };
    // #[inline] #[capture(q)] fn forward() { .. }
    (@one $s:tt $all:tt #[capture($($list:tt)+)] $($rest:tt)*) => {
        $crate::__anycapture_functions! { @attributes $s [[] [$($list)+]] [$($rest)*] $($rest)* }
    };
    (@one $s:tt [$($all:tt)*] #[capture $($_c:tt)*] $($_:tt)*) => {
        $crate::__anycapture_functions! { @attributes $s [[] []] [$($all)*] $($all)* }
    };
    (@one $s:tt [$($all:tt)*] # $($_:tt)*) => { $crate::__anycapture_attributes! { $s [[] []] [$($all)*] $($all)* } };
    // let x = 1.0, forward(x), |x| x + 1.0, { .. }: the parser would ask for an item
    (@one $s:tt $all:tt let $($_:tt)*) => { $crate::__anycapture_functions! { @none $all } };
    (@one $s:tt $all:tt $name:ident ($($_:tt)*) $(;)?) => { $crate::__anycapture_functions! { @none $all } };
    (@one $s:tt $all:tt | $($_:tt)*) => { $crate::__anycapture_functions! { @none $all } };
    (@one $s:tt $all:tt { $($_:tt)* }) => { $crate::__anycapture_functions! { @none $all } };
    (@none [$($t:tt)*]) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`", $crate::__private::stringify!($($t)*), "` is no function: `captured_fn!` holds functions, as in \
                 `captured_fn! { #[capture(name)] fn forward() { .. } }`; for a value here, write \
                 `capture!(forward, name)`"
            )
        }
    };
    // without attributes
    (@one $s:tt $all:tt $item:item $($rest:tt)*) => {
        $item
        $crate::__anycapture_functions! { $s [] $($rest)* }
    };

    // #[capture()]
    (@attributes $s:tt $seen:tt $all:tt #[capture $(())?] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "nothing to capture: name variables, as in `#[capture(attention_map)]`, or all of them, `#[capture(*)]`"
        }
    };
    // #[capture(attn)]
    (@attributes $s:tt [$seen:tt []] $all:tt #[capture($($list:tt)+)] $($rest:tt)*) => {
        $crate::__anycapture_functions! { @attributes $s [$seen [$($list)+]] [$($rest)*] $($rest)* }
    };
    // #[capture(attn)] #[capture(q)]
    (@attributes $s:tt [$seen:tt [$($list:tt)+]] $all:tt #[capture $($_:tt)*] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands twice on this function: join the lists, as in `#[capture(q, k)]`"
        }
    };
    // #[capture = attn]
    (@attributes $s:tt $seen:tt $all:tt #[capture $($_:tt)+] $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` takes a list in parentheses, as in `#[capture(attention_map)]`"
        }
    };
    // #[inline]
    (@attributes $s:tt $seen:tt [$($all:tt)*] # $($_:tt)*) => {
        $crate::__anycapture_attributes! { $s $seen [$($all)*] $($all)* }
    };
    // a function without a list
    (@attributes $s:tt [[$($seen:tt)*] []] $all:tt $item:item $($rest:tt)*) => {
        $($seen)* $item
        $crate::__anycapture_functions! { $s [] $($rest)* }
    };
    // with a list
    (@attributes $s:tt [$seen:tt $list:tt] $all:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { $s $seen $list $all $($rest)* }
    };
    (@const) => {
        $crate::__private::compile_error! {
            "a `const fn` can't capture: the switch is not there at compile time. Capture in the function that \
             calls it"
        }
    };
    // #[capture(attn)] struct Attention;
    (@other) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands on something that is not a function: put it on the function whose variables are wanted"
        }
    };
}

/// With the feature off a function passes through as the user's own tokens: only its list is read.
#[cfg(not(feature = "capture"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_function {
    (@pass $s:tt [$($seen:tt)*] [$($list:tt)*] $name:ident $function:item $($rest:tt)*) => {
        $crate::__anycapture_list! { @path (off) [$name] $($list)* }
        $($seen)* $function
        $crate::__anycapture_functions! { $s [] $($rest)* }
    };
    // pub(crate) fn forward, async fn, unsafe fn, extern "C" fn
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis const $($rest:tt)*) => { $crate::__anycapture_functions! { @const } };
    ($s:tt $seen:tt $list:tt [$($all:tt)*] $vis:vis fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @pass $s $seen $list $name $($all)* }
    };
    ($s:tt $seen:tt $list:tt [$($all:tt)*] $vis:vis $q:ident fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @pass $s $seen $list $name $($all)* }
    };
    ($s:tt $seen:tt $list:tt [$($all:tt)*] $vis:vis $q:ident $abi:literal fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @pass $s $seen $list $name $($all)* }
    };
    ($s:tt $seen:tt $list:tt [$($all:tt)*] $vis:vis $q:ident $r:ident fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @pass $s $seen $list $name $($all)* }
    };
    ($s:tt $seen:tt $list:tt [$($all:tt)*] $vis:vis $q:ident $r:ident $abi:literal fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @pass $s $seen $list $name $($all)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $($rest:tt)*) => { $crate::__anycapture_functions! { @other } };
}

/// With the feature on its head is taken apart.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_function {
    (@named $s:tt $seen:tt $list:tt $name:tt [$($head:tt)*] $_:tt ($($p:tt)*) $($rest:tt)*) => {
        $crate::__anycapture_head! { @output [$s $seen $list $name] [$($head)* $name] [$($p)*] [] $($rest)* }
    };
    (@named $s:tt $seen:tt $list:tt $name:tt [$($head:tt)*] $_:tt < $($rest:tt)*) => {
        $crate::__anycapture_generics! { [$s $seen $list $name] [$($head)* $name <] $($rest)* }
    };
    // pub(crate) fn forward, async fn, unsafe fn, extern "C" fn
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis const $($rest:tt)*) => { $crate::__anycapture_functions! { @const } };
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @named $s $seen $list $name [$vis fn] $name $($rest)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis $q:ident fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @named $s $seen $list $name [$vis $q fn] $name $($rest)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis $q:ident $abi:literal fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @named $s $seen $list $name [$vis $q $abi fn] $name $($rest)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis $q:ident $r:ident fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @named $s $seen $list $name [$vis $q $r fn] $name $($rest)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $vis:vis $q:ident $r:ident $abi:literal fn $name:tt $($rest:tt)*) => {
        $crate::__anycapture_function! { @named $s $seen $list $name [$vis $q $r $abi fn] $name $($rest)* }
    };
    ($s:tt $seen:tt $list:tt $all:tt $($rest:tt)*) => { $crate::__anycapture_functions! { @other } };
}

/// The end of a head: `$f` is `[s [attributes] [list] name]`, then come the head, the parameters and what follows.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_head {
    // -> () { .. }, which is as nothing
    (@output $f:tt $h:tt $p:tt [] -> () { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [-> ()] (unit) { $($b)* } $($rest)* }
    };
    // -> ! { .. }, which is no type once it has been a fragment
    (@output $f:tt $h:tt $p:tt [] -> ! { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [-> !] (unit) { $($b)* } $($rest)* }
    };
    (@output $f:tt $h:tt $p:tt [] -> ! where $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [-> ! where] $($rest)* }
    };
    // -> [f32; N] { .. }
    (@output $f:tt $h:tt $p:tt [] -> $type:ty { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [-> $type] (value) { $($b)* } $($rest)* }
    };
    (@output $f:tt $h:tt $p:tt [] -> $type:ty where $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [-> $type where] $($rest)* }
    };
    // { .. }
    (@output $f:tt $h:tt $p:tt [] { $($b:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [] (unit) { $($b)* } $($rest)* }
    };
    (@output $f:tt $h:tt $p:tt [] where $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [where] $($rest)* }
    };
    // without a body
    (@output $f:tt $h:tt $p:tt [] $(-> $type:ty)? ; $($rest:tt)*) => {
        $crate::__private::compile_error! {
            "`#[capture]` stands on a function without a body: put it where the function is implemented"
        }
    };
    // fn forward() $body
    (@output $($_:tt)*) => {
        $crate::__private::compile_error! {
            "`captured_fn!` finds no body in braces: one that a macro has matched as `$body:block` can't be looked \
             into, so match it as `{ $($body:tt)* }`"
        }
    };
    // where Assert<{ N > 0 }>: True: a brace that does not end the head
    (@brace $f:tt $h:tt $p:tt [$($o:tt)*] { $($b:tt)* } > $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [$($o)* { $($b)* } >] $($rest)* }
    };
    (@brace $f:tt $h:tt $p:tt [$($o:tt)*] { $($b:tt)* } >> $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [$($o)* { $($b)* } >>] $($rest)* }
    };
    (@brace $f:tt $h:tt $p:tt [$($o:tt)*] { $($b:tt)* } , $($rest:tt)*) => {
        $crate::__anycapture_clauses! { $f $h $p [$($o)* { $($b)* } ,] $($rest)* }
    };
    (@brace $f:tt $h:tt $p:tt [where $($o:tt)*] $body:tt $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [where $($o)*] (unit) $body $($rest)* }
    };
    (@brace $f:tt $h:tt $p:tt [-> ! $($o:tt)*] $body:tt $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p [-> ! $($o)*] (unit) $body $($rest)* }
    };
    (@brace $f:tt $h:tt $p:tt $o:tt $body:tt $($rest:tt)*) => {
        $crate::__anycapture_head! { @body $f $h $p $o (value) $body $($rest)* }
    };
    // all found
    (@body [$s:tt [$($seen:tt)*] [$($list:tt)*] $name:tt] [$($h:tt)*] [$($p:tt)*] [$($o:tt)*] $kind:tt $body:tt
     $($rest:tt)*) => {
        $crate::__anycapture_list! {
            @path ($name [$($seen)* $($h)* ($($p)*) $($o)*] [$($p)*] $kind $body) [$name] $($list)*
        }
        $crate::__anycapture_functions! { $s [] $($rest)* }
    };
}

/// The frame of a body: what is known once a call, then the parameters, then the block.
///
/// First comes the macro that tells whether a name is listed: an arm for each, as a macro compares
/// identifiers in no other way. It is called with the name twice: once to be matched, once to be captured, for an
/// identifier that stands in the macro itself would mean the variable of that name where the macro is defined. For the
/// same reason the name's entry comes with the call: its own is handed on, the others are skipped.
///
/// It must come from the same expansion as the calls, or those of a function within a function would be ambiguous: the
/// crate `tests/hygiene` guards it.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_body {
    // { #![allow(unused)] .. }
    ($d:tt ($n:tt $h:tt $p:tt $kind:tt { #![$($inner:tt)*] $($b:tt)* } $($frame:tt)*) $($list:tt)*) => {
        $crate::__anycapture_body! { $d ($n $h $p $kind { $($b)* } $($frame)* #![$($inner)*]) $($list)* }
    };
    // return, of a function that returns nothing
    ($d:tt ($n:tt $h:tt $p:tt (unit) $($frame:tt)*) $path:tt $e:tt $not:tt $all:tt [$r:ident $dims:tt] $o:tt) => {
        $crate::__private::compile_error! {
            $crate::__private::concat!(
                "`return` is listed, but `", $crate::__anycapture_path!($path),
                "` returns nothing: take it out of `#[capture(...)]`"
            )
        }
    };
    // #[capture(*)]: no name is looked up
    ($d:tt ($n:tt [$($h:tt)*] $p:tt $kind:tt { $($b:tt)* } $($inner:tt)*) $path:tt [] [] [* $type:tt] [] $options:tt) => {
        $($h)* {
            $($inner)*
            #[allow(unused_mut)]
            let mut __anycapture_active = $crate::is_active();
            $crate::__anycapture_frame! {
                [* $path __anycapture_active [] $options [] [* $type]] $kind $p { $($b)* }
            }
        }
    };
    (($d:tt) ($n:tt [$($h:tt)*] $p:tt $kind:tt { $($b:tt)* } $($inner:tt)*) $path:tt
     [$(($x:tt $listed:tt $last:ident $dims:tt $value:tt $let:tt))*] [$($not:tt)*] [$($star:tt $type:tt)?] $return:tt $options:tt) => {
        $($h)* {
            $($inner)*
            #[allow(unused_macros)]
            macro_rules! __anycapture_listed {
                $(
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt $d s3:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt $d s3:tt $d s4:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt $d s3:tt $d s4:tt $d s5:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt $d s3:tt $d s4:tt $d s5:tt $d s6:tt ($x $d ($d entry:tt)*) $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        $crate::__anycapture_bind! { $d kind $d name $d c $d ($d entry)* }
                    };
                    ($x $d name:ident $d kind:ident $d c:tt
                     [$d f:tt $d path:tt $d active:tt [$d s0:tt $d s1:tt $d s2:tt $d s3:tt $d s4:tt $d s5:tt $d s6:tt $d s7:tt $d ($d more:tt)*] $d ($d rest:tt)*]) => {
                        __anycapture_listed! { $x $d name $d kind $d c [$d f $d path $d active [$d ($d more)*]] }
                    };
                )*
                $(
                    ($not $d ($d _rest:tt)*) => {};
                )*
                ($d _name:ident $d name:ident $d kind:ident $d c:tt $d _c:tt) => {
                    $($crate::__anycapture_bind! { $d kind $d name $d c [$star $type] })?
                };
            }
            $crate::__anycapture_names! { [$($x)*] [$($not)*] $p { $($b)* } }
            #[allow(unused_mut)]
            let mut __anycapture_active = $crate::is_active();
            $(
                #[allow(unused_variables)]
                let $last = $crate::__private::Elsewhere;
            )*
            $crate::__anycapture_frame! {
                @flag [$($star)?]
                [$path __anycapture_active [$(($x $listed $last $dims $value $let))*] $options $return
                 [$($star $type)?]] $kind $p { $($b)* }
            }
        }
    };
}

/// The inside of the frame, with the context `[flag [path] active [entries] [options] [return] [all]]`; the flag is `*`
/// alone, `+` for `*` beside names, or `-` for names.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_frame {
    (@flag [] [$($c:tt)*] $($rest:tt)*) => { $crate::__anycapture_frame! { [- $($c)*] $($rest)* } };
    (@flag $all:tt [$($c:tt)*] $($rest:tt)*) => { $crate::__anycapture_frame! { [+ $($c)*] $($rest)* } };
    ([$f:tt $path:tt $active:ident $e:tt $o:tt [] $all:tt] $kind:tt $p:tt { $($b:tt)* }) => {
        $crate::__anycapture_parameters! { [$f $path $active $e $o [] $all] [] [] $p }
        $crate::__anycapture_cut! { [coarse __anycapture_walk [$f $path $active $e $o [] $all] $kind []] [] $($b)* }
    };
    ([$f:tt $path:tt $active:ident $e:tt $o:tt [$returned:ident $dims:tt] $all:tt] $kind:tt $p:tt { $($b:tt)* }) => {
        // Ties the type of a captured tail to that of the function, which may have no name.
        let $returned = $crate::__private::Returned::new();
        if false {
            return $returned.value();
        }
        $crate::__anycapture_parameters! { [$f $path $active $e $o [$returned $dims] $all] [] [] $p }
        $crate::__anycapture_cut! {
            [coarse __anycapture_walk [$f $path $active $e $o [$returned $dims] $all] (fn) []] [] $($b)*
        }
    };
}

/// Checks that each listed name stands in the function, and once in the list.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_names {
    ([] [] $p:tt $body:tt) => {};
    ([$($x:tt)*] [$($not:tt)*] $p:tt $body:tt) => {
        #[allow(long_running_const_eval)] // the text of a very long function
        const _: () = {
            const __ANYCAPTURE_LIST: &[&$crate::__private::str] =
                &[$($crate::__private::stringify!($x),)* $($crate::__private::stringify!($not)),*];
            const __ANYCAPTURE_TEXT: &$crate::__private::str = $crate::__private::stringify!($p $body);
            const __ANYCAPTURE_STAND: [$crate::__private::bool; __ANYCAPTURE_LIST.len()] =
                $crate::__private::names::stand(__ANYCAPTURE_LIST, __ANYCAPTURE_TEXT);
            $($crate::__anycapture_names! { @one $x })*
            $($crate::__anycapture_names! { @one $not })*
        };
    };
    (@one self) => {
        const _: () = $crate::__private::names::check("self", __ANYCAPTURE_LIST, &__ANYCAPTURE_STAND, __ANYCAPTURE_TEXT);
    };
    // A constant that fails is noted where it is named, so the name in the list is under the user's eyes.
    (@one $x:tt) => {
        const _: () = {
            #[allow(non_upper_case_globals)]
            const $x: () = $crate::__private::names::check(
                $crate::__private::stringify!($x),
                __ANYCAPTURE_LIST,
                &__ANYCAPTURE_STAND,
                __ANYCAPTURE_TEXT,
            );
            $x
        };
    };
}

/// The parameters, captured on entry.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_parameters {
    ($c:tt [] [] []) => {};
    // x: f32, mut x: f32
    ($c:tt [] [] [$x:tt : $type:ty $(, $($rest:tt)*)?]) => {
        $crate::__anycapture_pattern! { @top now $c $x }
        $crate::__anycapture_parameters! { $c [] [] [$($($rest)*)?] }
    };
    ($c:tt [] [] [mut $x:tt : $type:ty $(, $($rest:tt)*)?]) => {
        $crate::__anycapture_pattern! { @top now $c mut $x }
        $crate::__anycapture_parameters! { $c [] [] [$($($rest)*)?] }
    };
    // #[cfg(test)] x: f32
    ($c:tt [$($at:tt)*] [] [#$a:tt $($rest:tt)*]) => {
        $crate::__anycapture_parameters! { $c [$($at)* #$a] [] [$($rest)*] }
    };
    // the end of a parameter
    ($c:tt [$($at:tt)*] [$($pattern:tt)*] [$(: $type:ty)? $(, $($rest:tt)*)?]) => {
        $crate::__anycapture_cfg! { [] [$crate::__anycapture_pattern! { @top now $c $($pattern)* }] $($at)* }
        $crate::__anycapture_parameters! { $c [] [] [$($($rest)*)?] }
    };
    ($c:tt $at:tt [$($pattern:tt)*] [$t:tt $($rest:tt)*]) => {
        $crate::__anycapture_parameters! { $c $at [$($pattern)* $t] [$($rest)*] }
    };
}

/// Puts the `#[cfg(..)]` among the attributes of a statement on a capture of what it binds.
#[cfg(feature = "capture")]
#[doc(hidden)]
#[macro_export]
macro_rules! __anycapture_cfg {
    ([$($cfg:tt)*] [$($statement:tt)*]) => { $($cfg)* $($statement)* };
    ([$($cfg:tt)*] $statement:tt #[cfg $when:tt] $($rest:tt)*) => {
        $crate::__anycapture_cfg! { [$($cfg)* #[cfg $when]] $statement $($rest)* }
    };
    ($cfg:tt $statement:tt #$other:tt $($rest:tt)*) => { $crate::__anycapture_cfg! { $cfg $statement $($rest)* } };
}
