#!/usr/bin/env python3
"""Writes src/macros/steps.rs and chain_steps.rs: the macros that look for a token some way ahead, and those for chains of `else if`.

`macro_rules!` has no loop and no "up to": to take several tokens in one expansion, an arm is needed for each
distance. The rule of each macro is written once, here.

    .ci/steps.py           writes the files
    .ci/steps.py --check   fails if the files are not what this script writes
"""

import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/macros"


def bound(k, letter="t"):
    """The matcher of k tokens."""
    return "".join(f"${letter}{i}:tt " for i in range(k))


def used(k, letter="t"):
    """The same tokens, written out."""
    return "".join(f"${letter}{i} " for i in range(k))


def macro(name, doc, arms):
    docs = "\n".join(f"/// {line}" for line in doc)
    body = "\n".join(f"    {left} => {{ {right} }};" for left, right in arms)
    return f"{docs}\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! {name} {{\n{body}\n}}\n"


def filled(name, doc, text, **tables):
    """A macro by its text, where each `@TABLE@` stands for arms."""
    for table, arms in tables.items():
        text = text.replace(f"@{table}@", "\n".join(arms))
    docs = "\n".join(f"/// {line}".rstrip() for line in doc)
    return f"{docs}\n#[cfg(feature = \"capture\")]\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! {name} {{\n{text.strip(chr(10))}\n}}\n"


def cut():
    """$s is [size next context kind [pieces]]; see the page of `src/macros.rs`."""
    c = "$crate::__anycapture_cut!"
    s = "[$size:ident $next:ident $c:tt $kind:tt [$($pieces:tt)*]]"
    arms = []
    # Near: the next place to cut. The tokens stand twice, so that a brace that is looked into is handed on as it was. Those
    # that have been seen are one token tree, for each arm looks at it anew: `[[seen] more]` is a piece.
    for k in range(17):
        arms.append((f"(@near $s:tt $t:tt $all:tt {bound(k)}; $($rest:tt)+)", f"{c} {{ $s [[$t {used(k)};]] $($rest)+ }}"))
    # Twelve blocks hold no place to cut.
    names = "abcdefghijkl"
    arms.append(("(@near $s:tt [$($t:tt)*] $all:tt " + " ".join(f"{{ $($_{n}:tt)* }}" for n in names) + " $($rest:tt)+)",
                 f"{c} {{ @near $s [$($t)* " + " ".join(f"{{ $($_{n})* }}" for n in names) + "] [$($rest)+] $($rest)+ }"))
    for k in range(16):
        arms.append((f"(@near $s:tt $t:tt $all:tt {bound(k + 1)}else if $($rest:tt)+)", f"$crate::__anycapture_long! {{ @from {k + 1} $s $t $all }}"))
        if k < 9:
            arms.append((f"(@near $s:tt $t:tt [{bound(k)}$g:tt $($all:tt)*] {bound(k, 'u')}{{ $($_:tt)* }} $word:tt $($rest:tt)*)",
                         f"{c} {{ @behind $word $s [$t {used(k)}$g] $word $($rest)* }}"))
    k = 17
    arms.append((f"(@near $s:tt [$($t:tt)*] $all:tt {bound(k)}$($rest:tt)+)",
                 f"{c} {{ @near $s [$($t)* {used(k)}] [$($rest)+] $($rest)+ }}"))
    arms.append(("(@near [coarse $($s:tt)*] [$($t:tt)*] $all:tt $($rest:tt)*)", f"{c} {{ [fine $($s)*] [] $($t)* $($rest)* }}"))
    arms.append(("(@near [$size:ident $next:ident $c:tt $kind:tt ()] [$($t:tt)*] $all:tt $($rest:tt)*)",
                 "$crate::$next! { [$c $kind ()] [] $($t)* $($rest)* }"))
    arms.append(("(@near [$size:ident $next:ident $c:tt $kind:tt [$($pieces:tt)*]] [$($t:tt)*] $all:tt $($rest:tt)*)",
                 "$crate::$next! { [$c $kind [$($pieces)* [$($t)* $($rest)*]]] [] $($t)* $($rest)* }"))
    # Behind a brace: what goes on with the expression that it ends, and what only begins a statement.
    for word in ["else", "as", "in"]:
        arms.append((f"(@behind {word} $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+)", f"{c} {{ @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ }}"))
    arms.append(("(@behind ; $s:tt [$($t:tt)+] ; $($rest:tt)+)", f"{c} {{ $s [[$($t)+ ;]] $($rest)+ }}"))
    # A block under a `cfg` may be the last expression, if the next one is left out.
    arms.append(("(@behind # $s:tt [[$($t:tt)*] $($u:tt)*] #[cfg $($cfg:tt)*] $($rest:tt)+)",
                 f"{c} {{ @near $s [$($t)* $($u)*] [#[cfg $($cfg)*] $($rest)+] #[cfg $($cfg)*] $($rest)+ }}"))
    for word in ["#", "$word:ident", "$label:lifetime"]:
        arms.append((f"(@behind {word} $s:tt $t:tt $($rest:tt)+)", f"{c} {{ $s [$t] $($rest)+ }}"))
    arms.append(("(@behind $other:tt $s:tt [[$($t:tt)*] $($u:tt)*] $($rest:tt)+)", f"{c} {{ @near $s [$($t)* $($u)*] [$($rest)+] $($rest)+ }}"))
    # A piece that is not the last.
    arms.append(("(@piece coarse $next:ident $c:tt $($t:tt)*)", f"{c} {{ [fine $next $c (unit) ()] [] $($t)* }}"))
    arms.append(("(@piece $size:ident $next:ident $c:tt $($t:tt)*)", "$crate::$next! { [$c (unit) ()] [] $($t)* }"))
    arms.append(("([any $($s:tt)*] $($rest:tt)*)", f"{c} {{ [coarse $($s)*] $($rest)* }}"))
    # A piece of a piece: nothing is kept of it.
    short = "[$size:ident $next:ident $c:tt $kind:tt ()]"
    for size, n, to in [("coarse", 256, "coarse"), ("one", 0, "one"), ("chain", 32, "chain"), ("$size:ident", 32, "fine")]:
        who = size.split(":")[0]
        for pieces, kept in [("()", "()"), ("[$($pieces:tt)*]", "[$($pieces)* $([$($t)* $($u)*])?]")]:
            arms.append((f"([{size} $next:ident $c:tt $kind:tt {pieces}] [$([[$($t:tt)*] $($u:tt)*])?] {bound(n)}$($rest:tt)+)",
                         f"$({c} {{ @piece {who} $next $c $($t)* $($u)* }})? {c} {{ @near [{to} $next $c $kind {kept}] [{used(n)}] [$($rest)+] $($rest)+ }}"))
    # The last piece.
    arms.append((f"({short} [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)*)",
                 f"$({c} {{ @piece $size $next $c $($t)* $($u)* }})? $crate::$next! {{ [$c $kind ()] [] $($rest)* }}"))
    arms.append((f"({s} [$([[$($t:tt)*] $($u:tt)*])?] $($rest:tt)*)",
                 f"$({c} {{ @piece $size $next $c $($t)* $($u)* }})? $crate::$next! {{ [$c $kind [$($pieces)* $([$($t)* $($u)*])? [$($rest)*]]] [] $($rest)* }}"))
    return macro("__anycapture_cut", [
        "Cuts a block into pieces of some 256 tokens, and these into pieces of some 32, all siblings: so the depth of the",
        "expansion grows slowly with the length of a block. A `;` outside of delimiters ends a statement, and so does a `}`",
        "before a word that goes on with no expression, a label or an attribute. Something is left behind each cut.",
    ], arms)


def long():
    """A long chain of `else if`, where `cut!` comes to one."""
    l, c = "$crate::__anycapture_long!", "$crate::__anycapture_cut!"
    # @chain: the links up to a long one, $s of `cut!`, the piece so far, the rest, and the rest again, to be looked into.
    twelve = " ".join(map(str, range(1, 13)))
    arms = [(f"(@from {k} $s:tt [$($t:tt)*] [{bound(k)}$($all:tt)+])",
             f"{l} {{ @chain [{twelve}] $s [$($t)* {used(k)}] [$($all)+] $($all)+ }}") for k in range(1, 17)]
    arms += [("(@chain [] [any $($s:tt)*] $($rest:tt)*)", f"{l} {{ @chain [{twelve}] [any $($s)*] $($rest)* }}")]
    # From where the piece begins, in pieces of 32 tokens, then of a statement, up to the one with the chain.
    for more, size, less in [("[]", "coarse", "chain"), ("[]", "fine", "one"), ("$more:tt", "chain", "one")]:
        arms.append((f"(@chain {more} [{size} $($s:tt)*] [$($t:tt)*] [$($all:tt)+] $($_:tt)+)", f"{c} {{ [{less} $($s)*] [] $($t)* $($all)+ }}"))
    for pieces, kept in [("()", "()"), ("[$($pieces:tt)*]", "[$($pieces)* [$($t)*]]")]:
        arms.append((f"(@chain $more:tt [one __anycapture_walk $c:tt $kind:tt {pieces}] [$($t:tt)*] [$($all:tt)+] $($_:tt)+)",
                     f"{l} {{ @one [$c (again $kind) {kept}] [] $($t)* $($all)+ }}"))
    arms.append(("(@chain $more:tt [one $($s:tt)*] $($rest:tt)+)", f"{l} {{ @chain $more [any $($s)*] $($rest)+ }}"))
    near = f"{c} {{ @near $s $t [$($all)+] $($all)+ }}"
    for k in range(1, 41):
        for names in ["uvw", "u"] if k < 13 else ["u"]:
            links = " ".join(f"else if {bound(k, name)}{{ $($_{name}:tt)* }}" for name in names)
            seen = len(names) * (k + 3)
            arms.append((f"(@chain [$_m:tt $($more:tt)*] $s:tt [$($t:tt)*] [{bound(seen)}$($all:tt)+] {links} else if $($rest:tt)+)",
                         f"{l} {{ @chain [$($more)*] $s [$($t)* {used(seen)}] [$($all)+] else if $($rest)+ }}"))
        arms.append((f"(@chain $more:tt $s:tt $t:tt [$($all:tt)+] else if {bound(k)}{{ $($_:tt)* }} $($rest:tt)*)", near))
    arms.append(("(@chain $more:tt $s:tt $t:tt [$($all:tt)+] $($rest:tt)+)", near))
    # @one: the statement with the chain, and all behind it.
    arms.append(("(@one $s:tt [$($at:tt)*] #$a:tt $($rest:tt)+)", f"{l} {{ @one $s [$($at)* #$a] $($rest)+ }}"))
    arms.append(("(@one $s:tt $at:tt if $($rest:tt)+)", "$crate::__anycapture_find! { [$s $at [] []] if [if] if $($rest)+ }"))
    arms.append(("(@one $s:tt $at:tt let $($rest:tt)+)", "$crate::__anycapture_let! { $s $at [] $($rest)+ }"))
    for word in ["for", "while", "match", "$label:lifetime"]:
        copied = "$($at)* " + word.split(":")[0]
        arms.append((f"(@one [$c:tt (again $kind:tt) $p:tt] [$($at:tt)*] {word} $($rest:tt)+)",
                     f"{c} {{ @near [any __anycapture_walk $c $kind $p] [] [{copied} $($rest)+] {copied} $($rest)+ }}"))
    arms.append(("(@one $s:tt $at:tt $word:tt $($rest:tt)+)", "$crate::__anycapture_word! { $s $at $word $word $($rest)+ }"))
    return macro("__anycapture_long", [
        "Where `cut!` comes to an `else if`: if more follow than twelve steps take, the chain is long, and holds no place to cut. Its",
        "statement is found in smaller and smaller pieces, and walked with all that is behind it, which `walk!` then has cut again.",
    ], arms)


def find():
    """The next brace of a head, with the token in front of it."""
    f = "$crate::__anycapture_find!"
    arms = []
    for k in range(9):
        last = f"$t{k - 1}" if k else "$before"
        arms.append((f"($n:tt $kind:ident [$($h:tt)*] $before:tt {bound(k)}{{ $($b:tt)* }} $($rest:tt)*)",
                     f"$crate::__anycapture_judge! {{ @judge $n $kind [$($h)* {used(k)}] {last} {{ $($b)* }} $($rest)* }}"))
    arms.append((f"($n:tt $kind:ident [$($h:tt)*] $before:tt {bound(9)}$($rest:tt)*)",
                 f"{f} {{ $n $kind [$($h)* {used(9)}] $t8 $($rest)* }}"))
    # `;` or a block, and a `let`, where `if let` could stand
    arms.append(("([$s:tt $at:tt $for:tt $parts:tt] ; $h:tt $before:tt $($rest:tt)*)", "$crate::__anycapture_walk! { $s $at $($rest)* }"))
    arms.append(("([$s:tt $at:tt $for:tt $parts:tt] { $($_:tt)* } $h:tt $before:tt $($rest:tt)*)",
                 "$crate::__anycapture_walk! { $s $at $before $($rest)* }"))
    return macro("__anycapture_find", ["Finds the next brace in the head of `if`, `while`, `for` or `match`, and has it judged."], arms)


def chain():
    """Behind the first brace of a link: it is the block if `else if` follows. For each number of tokens up to the next brace, in
    this order, so that no link is taken for a part of the one before."""
    arms = []

    def part(head, block):
        return f"[[{head}] [$crate::__anycapture_conditions! {{ $c {head}}}] [$($b{block})*]]"

    for i in range(1, 41):
        several = ([(i,) * (12 if i < 7 else 6)] if i < 13 else []) + ([(i, j) for j in range(1, 13)] if i < 13 else []) + [(i,)]
        for ks in several:
            names = "uvwxyzabcdef"[:len(ks)]
            links = " ".join(f"else if {bound(k, n)}{{ $($b{n}:tt)* }}" for k, n in zip(ks, names))
            parts = [part("$($h)* ", "")] + [part("else if " + used(k, n), n) for k, n in zip(ks[:-1], names)]
            last = f"[else if {used(ks[-1], names[-1])}] ${names[-1]}{ks[-1] - 1} {{ $($b{names[-1]})* }}"
            more = "else if " if len(ks) > 2 else ""
            arms.append((f"([[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] [$($h:tt)*] $before:tt {{ $($b:tt)* }} {links} {more}$($rest:tt)*)",
                         f"$crate::__anycapture_chain! {{ [[$c $kind $p] $at $for [$($parts)* {' '.join(parts)}]] {last} {more}$($rest)* }}"))
    arms.append(("([[$c:tt $kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]] [$($h:tt)*] $before:tt { $($b:tt)* } else if $($rest:tt)*)",
                 f"$crate::__anycapture_find! {{ [[$c $kind $p] $at $for [$($parts)* {part('$($h)* ', '')}]] if [else if] if $($rest)* }}"))
    arms.append(("($n:tt $h:tt $($rest:tt)*)", "$crate::__anycapture_judge! { @judge $n if $h $($rest)* }"))
    return macro("__anycapture_chain", [
        "Takes the links of a chain of `else if`, two of up to twelve tokens at once, and more of one length. `$n` is that of",
        "`judge!`; then come the head of a link, its last token, and a brace."], arms)


# What stands in front of an operand in braces, and not of a block.
BEFORE_OPERANDS = """= == != < <= >= && || & | ^ + - * / % ! << : ..= in else if while match loop unsafe const async move"""


def judge():
    """What a brace in a head is, by the token in front of it and what stands behind it."""
    return filled("__anycapture_judge", [
        "A brace in a head opens the block, unless it is a pattern's or an operand: it follows an operator, or the head",
        'goes on behind it. `$n` is `[s at for parts]`, then come the kind, the head, and the token in front of the brace.',
    ], r"""
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
@OPERANDS@
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
""", OPERANDS=[f"    (@judge $n:tt $k:ident $h:tt {token} $($rest:tt)*) => {{ $crate::__anycapture_judge! {{ @operand $n $k $h $($rest)* }} }};"
                for token in BEFORE_OPERANDS.split()])


def arms():
    """The arms of a match up to `=>`; what stands in front of a block is pattern, guard and a comma before them."""
    a = "$crate::__anycapture_arms!"
    out = [("([$c:tt $k:tt [$($h:tt)*]] [$($done:tt)*] [])", "$($h)* { $($done)* }")]
    head = "[$c:tt $k:tt $h:tt]"
    body = "{ $crate::__anycapture_pattern! { @top arm $c %s} $crate::__anycapture_cut! { [coarse __anycapture_walk $c $k []] [] $($b%s)* } }"
    # four short arms with blocks, and two
    for ks in [(k,) * 4 for k in range(1, 5)] + [(i, j) for i in range(1, 5) for j in range(1, 5)]:
        names = "uvwx"[:len(ks)]
        left = f"({head} [$($done:tt)*] [] " + " ".join(f"{bound(k, n)}=> {{ $($b{n}:tt)* }}" for k, n in zip(ks, names))
        right = " ".join(f"{used(k, n)}=> {body % (used(k, n), n)}" for k, n in zip(ks, names))
        out.append((left + " $($rest:tt)*)", f"{a} {{ [$c $k $h] [$($done)* {right}] [] $($rest)* }}"))
    # four short arms with a token each; no `literal`, for rustc takes every `-` for one's beginning
    for k in range(1, 5):
        left = "($m:tt $done:tt [] " + " ".join(f"{bound(k, n)}=> $e{n}:tt ," for n in "uvwx")
        right = " ".join(f"[{used(k, n)}]" for n in "uvwx")
        out.append((left + " $($rest:tt)*)", "$crate::__anycapture_tokens! { $eu $ev $ew $ex $m $done [" + right + "] $($rest)* }"))
    for k in range(11):
        out.append((f"($m:tt $done:tt [$($p:tt)*] {bound(k)}=> $v:tt $($rest:tt)*)",
                    f"$crate::__anycapture_arm! {{ $m $done [$($p)* {used(k)}] $v $v $($rest)* }}"))
    out.append((f"($m:tt $done:tt [$($p:tt)*] {bound(11)}$($rest:tt)*)",
                f"{a} {{ $m $done [$($p)* {used(11)}] $($rest)* }}"))
    return macro("__anycapture_arms", [
        "Takes the arms of a `match` one after the other, up to four short ones at once: macros can't stand between them."], out)


def tokens():
    """The values of four arms, a token each: copied, unless one is a block."""
    values = ["$eu:tt", "$ev:tt", "$ew:tt", "$ex:tt"]
    patterns = " ".join(f"[$($p{n}:tt)*]" for n in "uvwx")
    out = []
    for at in range(4):
        given = " ".join(values[:at] + ["{ $($b:tt)* }"] + values[at + 1:])
        value = [f"$e{n}" for n in "uvwx"]
        value[at] = "{ $($b)* }"
        more = " ".join(f"$($p{n})* => {v}," for n, v in list(zip("uvwx", value))[1:])
        out.append((f"({given} $m:tt $done:tt [{patterns}] $($rest:tt)*)",
                    f"$crate::__anycapture_arm! {{ $m $done [$($pu)*] {value[0]} {value[0]} , {more} $($rest)* }}"))
    copied = " ".join(f"$($p{n})* => $e{n}," for n in "uvwx")
    out.append((f"({' '.join(values)} $m:tt [$($done:tt)*] [{patterns}] $($rest:tt)*)",
                f"$crate::__anycapture_arms! {{ $m [$($done)* {copied}] [] $($rest)* }}"))
    return macro("__anycapture_tokens", ["Four arms of a `match` with a token each as their value."], out)


def lets():
    """The `let` of a statement that may bind a `let mut`, among the tokens of a piece, and the attributes in front of it."""
    l, e = "$crate::__anycapture_lets!", "$crate::__anycapture_ends!"
    arms = [("($s:tt $before:tt)", "")]
    for k in range(13):
        last = f"$t{k - 1}" if k else "$before"
        arms.append((f"($s:tt $before:tt {bound(k)}let $x:ident = $($rest:tt)*)", f"{l} {{ $s = $($rest)* }}"))
        arms.append((f"($s:tt $before:tt {bound(k)}let $($rest:tt)*)", f"{e} {{ @let $s [] {last} $($rest)* }}"))
        arms.append((f"($s:tt $before:tt {bound(k)}# $($rest:tt)*)", f"{e} {{ @attributes $s [] # $($rest)* }}"))
    arms.append((f"($s:tt $before:tt {bound(13)}$($rest:tt)*)", f"{l} {{ $s $t12 $($rest)* }}"))
    arms.append(("($s:tt $before:tt $($rest:tt)*)", ""))
    return macro("__anycapture_lets", ["Finds the next `let` of a piece, with the token in front of it."], arms)


def copy():
    """What no rule knows: up to `;`, or to the `else` of a `let`."""
    c = "$crate::__anycapture_copy!"
    arms = [("($s:tt $at:tt [] [$($t:tt)*] ; $($rest:tt)*)", "$crate::__anycapture_done! { $s $at [$($t)* ;] [] $($rest)* }"),
            ("($s:tt $at:tt [$p:tt [$($let:tt)*]] [$($t:tt)*] ; $($rest:tt)*)",
             "$crate::__anycapture_done! { $s $at [$($let)* $($t)* ;] $p $($rest)* }"),
            ("($s:tt $at:tt [] [$($t:tt)*])", "$crate::__anycapture_tail! { $s $at [$($t)*] }"),
            ("([$c:tt $kind:tt $pieces:tt] $at:tt [$p:tt $let:tt] [$($t:tt)*] else { $($b:tt)* } ; $($rest:tt)*)",
             f"{c} {{ [$c $kind $pieces] $at [$p $let] [$($t)* else {{ $crate::__anycapture_cut! {{ [coarse __anycapture_walk $c (value) []] [] $($b)* }} }}] ; $($rest)* }}")]
    for k in range(1, 6):
        arms.append((f"($s:tt $at:tt $for:tt [$($t:tt)*] {bound(k, 'u')}; $($rest:tt)*)", f"{c} {{ $s $at $for [$($t)* {used(k, 'u')}] ; $($rest)* }}"))
        arms.append((f"($s:tt $at:tt $for:tt [$($t:tt)*] {bound(k, 'u')}else {{ $($b:tt)* }} ; $($rest:tt)*)",
                     f"{c} {{ $s $at $for [$($t)* {used(k, 'u')}] else {{ $($b)* }} ; $($rest)* }}"))
    arms.append((f"($s:tt $at:tt $for:tt [$($t:tt)*] {bound(6, 'u')}$($rest:tt)*)", f"{c} {{ $s $at $for [$($t)* {used(6, 'u')}] $($rest)* }}"))
    arms.append(("($s:tt $at:tt $for:tt [$($t:tt)*] $($rest:tt)+)", f"{c} {{ $s $at $for [$($t)* $($rest)+] }}"))
    return macro("__anycapture_copy", ["Copies what no rule knows, up to the next `;`. `$for` is `[]`, or of a `let`: `[pattern [let x =]]`."], arms)


def attributes():
    """#[capture ..] among attributes, eight a step. They stand twice: to be looked at, and to be copied with their places."""
    a = "$crate::__anycapture_functions!"
    arms = []

    def arm(k, capture=""):
        copied = "".join(f"$h{i}:tt $a{i}:tt " for i in range(k))
        seen = "".join(f"#$_a{i}:tt " for i in range(k))
        put = "".join(f"$h{i} $a{i} " for i in range(k))
        arms.append((f"($s:tt [[$($seen:tt)*] $list:tt] [{copied}$($rest:tt)*] {seen}{capture}$($_:tt)*)",
                     f"{a} {{ @attributes $s [[$($seen)* {put}] $list] [$($rest)*] $($rest)* }}"))

    for k in range(1, 9):
        arm(k, "#[capture $($_c:tt)*] ")
    arm(8)
    arm(1)
    return macro("__anycapture_attributes", ["Steps over attributes that are not `#[capture]`, up to eight at once."], arms)


def generics():
    """The parameters are the first parentheses behind a `>`."""
    g, o = "$crate::__anycapture_generics!", "$crate::__anycapture_head!"
    arms = []
    for k in range(8):
        for end in [">", ">>"]:
            arms.append((f"($s:tt [$($h:tt)*] {bound(k)}{end} ($($p:tt)*) $($rest:tt)*)",
                         f"{o} {{ @output $s [$($h)* {used(k)}{end}] [$($p)*] [] $($rest)* }}"))
    arms.append((f"($s:tt [$($h:tt)*] {bound(7)}$($rest:tt)*)", f"{g} {{ $s [$($h)* {used(7)}] $($rest)* }}"))
    return macro("__anycapture_generics", ["Finds the parameters behind generics."], arms)


def clauses():
    """The body behind a where clause; a brace may be a const argument."""
    w, o = "$crate::__anycapture_clauses!", "$crate::__anycapture_head!"
    arms = []
    for k in range(8):
        arms.append((f"($s:tt $h:tt $p:tt [$($o:tt)*] {bound(k)}{{ $($b:tt)* }} $($rest:tt)*)",
                     f"{o} {{ @brace $s $h $p [$($o)* {used(k)}] {{ $($b)* }} $($rest)* }}"))
    arms.append((f"($s:tt $h:tt $p:tt [$($o:tt)*] {bound(8)}$($rest:tt)*)", f"{w} {{ $s $h $p [$($o)* {used(8)}] $($rest)* }}"))
    return macro("__anycapture_clauses", ["Finds the body behind a `where` clause."], arms)


def put():
    """An expression of blocks, and what follows it."""
    s, go = "[$c:tt $kind:tt $p:tt]", "[$c $kind $p]"
    parts = "[$($raw:tt)*] [$([[$($h:tt)*] [$($pre:tt)*] [$($b:tt)*]])* $(; $($whole:tt)*)?]"

    def text(kind):
        return ("$($raw)* $($($h)* { $($pre)* $crate::__anycapture_cut! { "
                f"[coarse __anycapture_walk $c ({kind}) []] [] $($b)* }} }})* $($($whole)*)?")

    copy, walk = "$crate::__anycapture_copy!", "$crate::__anycapture_walk!"
    ends, value, unit = "$crate::__anycapture_ends! { $c $p }", text("value"), text("unit")
    last = "{ $crate::__anycapture_cut! { [coarse __anycapture_walk $c (value) []] [] $($last)* } }"
    fn = lambda value: f"$crate::__anycapture_tail! {{ [$c (fn) ()] [] [{value}] }}"
    return macro("__anycapture_put", [
        "An expression of blocks: some tokens, then parts, `[[head] [what comes first in the block] [block]]`, then `; else { .. }` if",
        "that one is not walked. `$for` is what it",
        "is the value of, `[]` or `[[kind pattern] [let x =]]`. What follows decides whether it is a statement, the last expression",
        "of the block, or a part of a larger expression.",
    ], [
        # match x { .. }.sqrt(), unsafe { .. }?
        (f"({s} $at:tt [] {parts} . $($rest:tt)*)", f"{copy} {{ {go} $at [] [{value}] . $($rest)* }}"),
        (f"({s} $at:tt [] {parts} ? $($rest:tt)*)", f"{copy} {{ {go} $at [] [{value}] ? $($rest)* }}"),
        # a `;` that throws the value away
        (f"({s} [$($at:tt)*] [] {parts} ; $($rest:tt)*)", f"$($at)* {value}; {walk} {{ {go} [] $($rest)* }}"),
        # the last expression
        (f"([$c:tt (unit) $p:tt] [$($at:tt)*] [] {parts})", f"$($at)* {unit} {ends}"),
        (f"([$c:tt (value) $p:tt] [$($at:tt)*] [] {parts})", f"{ends} $($at)* {value}"),
        (f"([$c:tt (again $kind:tt) $p:tt] $at:tt [] $raw:tt $parts:tt)", "$crate::__anycapture_put! { [$c $kind $p] $at [] $raw $parts }"),
        (f"({s} $at:tt [] {parts})", f"$crate::__anycapture_tail! {{ {go} $at [{value}] }}"),
        # #[cfg(..)] { .. } #[cfg(not(..))] { .. } at the end: the last expression is the one that is left
        (f"([$c:tt (value) $p:tt] [#$a:tt $($at:tt)*] [] {parts} #[cfg $($cfg:tt)*] {{ $($last:tt)* }})",
         f"{ends} #$a $($at)* {value} #[cfg $($cfg)*] {last}"),
        (f"([$c:tt (fn) $p:tt] [#$a:tt $($at:tt)*] [] {parts} #[cfg $($cfg:tt)*] {{ $($last:tt)* }})",
         f"{ends} #$a $($at)* {{ {fn(value)} }} #[cfg $($cfg)*] {{ {fn(last)} }}"),
        # a statement
        (f"({s} [$($at:tt)*] [] {parts} $($rest:tt)*)", f"$($at)* {unit} {walk} {{ {go} [] $($rest)* }}"),
        # let x = match y { .. }; and let x = match y { .. } + 1;
        (f"({s} $at:tt [$q:tt [$($let:tt)*]] {parts} ; $($rest:tt)*)",
         f"$crate::__anycapture_done! {{ {go} $at [$($let)* {value};] $q $($rest)* }}"),
        (f"({s} $at:tt $for:tt {parts} $($rest:tt)*)", f"{copy} {{ {go} $at $for [{value}] $($rest)* }}"),
    ])


# What begins an item.
ITEMS = """const fn use struct enum type impl trait mod static extern pub unsafe"""
# What assigns to a variable.
ASSIGNMENTS = """= += -= *= /= %= &= |= ^= <<= >>="""


def word():
    """The statements that a word begins, a table of items and one of assignments among them."""
    w = "$crate::__anycapture_word!"
    return filled("__anycapture_word", ['A statement by its first word.'], r"""
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
@ITEMS@
    ($s:tt $at:tt async $word:tt fn $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word fn $($rest)* } };
    ($s:tt $at:tt async $word:tt unsafe $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word unsafe $($rest)* } };
    ($s:tt $at:tt union $word:tt $name:ident $($rest:tt)*) => { $crate::__anycapture_word! { @item $s $at $word $name $($rest)* } };
    (@item $s:tt $at:tt $item:item $($rest:tt)*) => { $crate::__anycapture_done! { $s $at [$item] [] $($rest)* } };
    ($s:tt $at:tt macro_rules $word:tt ! $name:ident { $($t:tt)* } $($rest:tt)*) => {
        $crate::__anycapture_done! { $s $at [$word! $name { $($t)* }] [] $($rest)* }
    };
    ($s:tt $at:tt macro_rules $($rest:tt)*) => { $crate::__anycapture_copy! { $s $at [] [] $($rest)* } };
    // x = 1.0; x += 1.0;
@ASSIGNMENTS@
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
""", ITEMS=[f"    ($s:tt $at:tt {item} $($rest:tt)*) => {{ {w} {{ @item $s $at $($rest)* }} }};" for item in ITEMS.split()],
        ASSIGNMENTS=[f"    ($s:tt $at:tt $x:ident $y:tt {op} $e:expr ; $($rest:tt)*) => {{ {w} {{ @assign $s $at $x [$y {op} $e;] $($rest)* }} }};"
                     for op in ASSIGNMENTS.split()])


# What is walked or captured in a block, and items, where `expr` would be an error.
NOT_WHOLE = """# if match for while loop unsafe return const static async use macro_rules $label:lifetime"""


def blocks(name, doc, state, whole, walked):
    """A macro for the next block: it is there twice, to be looked into and to be copied. Whether it holds a single expression."""
    arms = [(f"([$f:tt $path:tt $active:tt $e:tt $o:tt [] $all:tt]{state} {{ return $($value:expr)? $(;)? }} $whole:tt $($rest:tt)*)",
             whole.replace("$c ", "[$f $path $active $e $o [] $all] "))]
    words = [*NOT_WHOLE.split(), "{ $($_:tt)* }"] + [f"$x:ident {op}" for op in ASSIGNMENTS.split()] + ["($($x:tt)*) ="]
    # m! { .. } [a, b]: two statements, and no index
    words += [f"{start}$x:ident $(:: $y:tt)* ! {{ $($m:tt)* }}" for start in ["", ":: "]]
    arms += [(f"($c:tt{state} {{ {word} $($_b:tt)* }} {{ $($b:tt)* }} $($rest:tt)*)", walked) for word in words]
    arms += [(f"($c:tt{state} {{ $($e:expr $(;)?)? }} $whole:tt $($rest:tt)*)", whole),
             (f"($c:tt{state} $_:tt {{ $($b:tt)* }} $($rest:tt)*)", walked)]
    return macro(name, [*doc, "A single expression in which nothing is captured keeps the user's own braces, and their edition."], arms)


def otherwise():
    return blocks("__anycapture_else", ["The last `else` of a chain."], " [$kind:tt $p:tt] $at:tt $for:tt [$($parts:tt)*]",
                  "$crate::__anycapture_put! { [$c $kind $p] $at $for [] [$($parts)* ; else $whole] $($rest)* }",
                  "$crate::__anycapture_put! { [$c $kind $p] $at $for [] [$($parts)* [[else] [] [$($b)*]]] $($rest)* }")


def block():
    return blocks("__anycapture_block", ["A block as the value of a `let`."], " [$kind:tt $p:tt] $at:tt $for:tt",
                  "$crate::__anycapture_copy! { [$c $kind $p] $at $for [] $whole $($rest)* }",
                  "$crate::__anycapture_put! { [$c $kind $p] $at $for [] [[[] [] [$($b)*]]] $($rest)* }")


def options():
    """Options in any order, sorted into a slot each."""
    slots = ["every", "index", "keep", "room", "on", "if"]
    error = "$crate::__private::compile_error! { $crate::__private::concat!(%s) }"
    text = lambda *parts: error % ", ".join(parts)
    all_ = " ".join(f"${slot}:tt" for slot in slots)
    given = " ".join(f"${slot}" for slot in slots)
    o = "$crate::__anycapture_options!"
    arms = [
        (f"((off) $i:tt {all_})", ""),
        (f"($l:tt $i:tt {all_})", f"$crate::__anycapture_switch! {{ $l $i {given} }}"),
        (f"($l:tt $i:tt {all_} every = 0 $($rest:tt)*)",
         text('"`every = 0` captures nothing: `every = 1`, or no `every`, captures every hit"')),
    ]
    for slot in slots:
        equals = "" if slot == "if" else "= "
        free = all_.replace(f"${slot}:tt", "[]")
        arms.append((f"($l:tt $i:tt {free} {slot} {equals}$value:expr $(, $($rest:tt)*)?)",
                     f"{o} {{ $l $i {' '.join('[$value]' if s == slot else '$' + s for s in slots)} $($($rest)*)? }}"))
    # In a list the flag of the function is there already: one that is given takes its place.
    arms.append((f"($l:tt $i:tt {all_.replace('$on:tt', '[@ $_:ident]')} on = $($rest:tt)*)",
                 f"{o} {{ $l $i {given.replace('$on', '[]')} on = $($rest)* }}"))
    for slot in slots:
        taken = all_.replace(f"${slot}:tt", "[$_:expr]")
        way_out = "join the conditions with `&&`" if slot == "if" else "keep one of them"
        arms.append((f"($l:tt $i:tt {taken} {slot} $($rest:tt)*)", text(f'"the option `{slot}` is given twice: {way_out}"')))
    arms.append((f"($l:tt $i:tt {all_} $($rest:tt)*)", text(
        '"unknown option `"', "$crate::__private::stringify!($($rest)*)",
        '"`: there are `every = N`, `index = expression`, `keep = N`, `room = BYTES`, `on = flag` and `if condition`"')))
    return macro("__anycapture_options", [
        "Sorts options into six slots: `every`, `index`, `keep`, `room`, `on`, `if`. `$l` is `[case path]`, `$i` the items; of a list",
        "with the feature off it is `(off)`, and to read the options is all.",
    ], arms)


def written():
    return {"steps.rs": [
        "//! Written by `.ci/steps.py`: the macros that look some way ahead, an arm for each distance.\n",
        options(), attributes(), generics(), clauses(), cut(), word(), find(), judge(), put(), block(), arms(), tokens(), lets(), copy(),
    ], "chain_steps.rs": [
        "//! Written by `.ci/steps.py`: chains of `else if`, an arm for each number of tokens in a condition.\n", long(), chain(), otherwise(),
    ]}


if __name__ == "__main__":
    for name, macros in written().items():
        if "--check" not in sys.argv:
            (TARGET / name).write_text("\n".join(macros))
        elif (TARGET / name).read_text() != "\n".join(macros):
            sys.exit(f"src/macros/{name} is not what .ci/steps.py writes: run .ci/steps.py")
