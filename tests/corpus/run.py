#!/usr/bin/env python3
"""Wraps the functions of published crates in `captured_fn!` and builds them.

    tests/corpus/run.py                  every crate, three ways: names with the feature on and off, `*` on
    tests/corpus/run.py --sample         the small ones among them, for CI
    tests/corpus/run.py ndarray linfa    these crates only
    tests/corpus/run.py --test ndarray   and runs the crate's own tests, wrapped and not

The sources come from the registry through cargo, with pinned versions, into `target/corpus`. None are kept.

A function is wrapped with names that it binds. If a crate does not build, the functions that the errors point at
are tried with one name after the other, and what the contract does not promise is dropped on the evidence of our
own message: a value that can't be kept, a `let mut` that is moved (then tried as `let name`), a type that is not
known where the value is bound. Every other function that fails counts against us and is listed with its reason.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(ROOT, "target", "corpus")

# name, version, features, in the sample, own tests
CRATES = [
    ("ndarray", "0.16.1", [], True, True),
    ("nalgebra", "0.33.2", [], False, False),
    ("matrixmultiply", "0.3.10", [], True, True),
    ("microfft", "0.6.0", [], True, True),
    ("rustfft", "6.2.0", [], False, True),
    ("statrs", "0.18.0", [], True, True),
    ("linfa", "0.7.1", [], True, True),
    ("linfa-clustering", "0.7.1", [], False, False),
    ("rten-tensor", "0.18.0", [], False, True),
    ("rten", "0.18.0", [], False, False),
    ("tract-data", "0.21.10", [], False, False),
    ("tract-linalg", "0.21.10", [], False, False),
    ("candle-nn", "0.9.1", [], False, False),
    ("candle-core", "0.9.1", [], False, False),
    ("burn-tensor", "0.18.0", [], False, False),
    ("imageproc", "0.25.0", [], False, False),
]

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<doc>///(?!/)[^\n]*|/\*\*(?![*/]).*?\*/)
  | (?P<line>//[^\n]*)
  | (?P<block>/\*)
  | (?P<raw>(?:br|cr|r)(?P<hashes>\#*)"(?:.*?)"(?P=hashes))
  | (?P<string>(?:b|c)?"(?:[^"\\]|\\.)*")
  | (?P<char>b?'(?:[^'\\\n]|\\(?:u\{[^}]*\}|x[0-9a-fA-F]{2}|.))')
  | (?P<lifetime>'(?:r\#)?[A-Za-z_]\w*)
  | (?P<ident>(?:r\#)?[A-Za-z_]\w*)
  | (?P<number>\d[\w]*(?:\.(?!\.|[A-Za-z_])[\w]*)?(?:(?<=[eE])[+-]\d+)?)
  | (?P<joint>->|=>|::|\.\.=|\.\.|&&|\|\||==|!=|<=|>=)
  | (?P<punct>.)
    """,
    re.X | re.S,
)
OPEN, CLOSE = "([{", ")]}"
Token = collections.namedtuple("Token", "kind text start end")


def tokens_of(text):
    out, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        kind = m.lastgroup if m.lastgroup != "hashes" else "raw"
        if kind == "block":
            depth, at = 1, at + 2
            while depth:
                n = re.compile(r"/\*|\*/").search(text, at)
                depth += 1 if n.group() == "/*" else -1
                at = n.end()
            continue
        if kind not in ("space", "line"):
            out.append(Token(kind, m.group(), m.start(), m.end()))
        at = m.end()
    return out


def partners(tokens):
    partner, stack = {}, []
    for i, t in enumerate(tokens):
        if t.kind == "punct" and t.text in OPEN:
            stack.append(i)
        elif t.kind == "punct" and t.text in CLOSE:
            partner[stack.pop()] = i
    return partner


class Function:
    def __init__(self, file, name, start, end, names, returns):
        self.file, self.name, self.start, self.end = file, name, start, end
        self.names, self.returns = names, returns
        self.state = "names"  # or "trying", "settled", "failed"
        self.good, self.bad, self.index, self.reason = [], [], 0, ""
        self.span = (0, 0)

    def entry(self):
        return f"{self.file}: {self.name}"


class Source:
    """The functions of a file, found by their tokens."""

    def __init__(self, file, text):
        self.file, self.text = file, text
        self.t = tokens_of(text)
        self.partner = partners(self.t)
        self.functions = []
        self.items(0, len(self.t))

    def body(self, i, end):
        """The index of the `{` that opens a body, or of the `;`."""
        while i < end:
            text = self.t[i].text
            if self.t[i].kind == "punct" and text in "([":
                i = self.partner[i]
            elif text == "{":
                after = self.partner[i] + 1
                if after < end and self.t[after].text in (">", ","):
                    i = self.partner[i]
                else:
                    return i
            elif text == ";":
                return i
            i += 1
        return end

    def items(self, i, end):
        t = self.t
        while i < end:
            start, attributes = i, []
            while i < end and (t[i].text == "#" or t[i].kind == "doc"):
                if t[i].kind == "doc":
                    i += 1
                elif t[i + 1].text == "!":
                    i = self.partner[i + 2] + 1
                    start = i
                else:
                    attributes.append(self.text[t[i + 1].start : t[self.partner[i + 1]].end])
                    i = self.partner[i + 1] + 1
            if i >= end:
                return
            if t[i].text == "pub":
                i += 1
                if t[i].text == "(":
                    i = self.partner[i] + 1
            words = []
            while i < end and t[i].text in ("const", "async", "unsafe", "default", "extern") or (
                words and words[-1] == "extern" and t[i].kind in ("string", "raw")
            ):
                words.append(t[i].text)
                i += 1
            word = t[i].text if i < end else ""
            skip = any("cfg(test)" in a or a.startswith(("[test", "[bench")) for a in attributes)
            if word == "fn" and t[i + 1].kind == "ident":
                stop = self.body(i + 2, end)
                if stop < end and t[stop].text == "{":
                    close = self.partner[stop]
                    if "const" not in words and not skip:
                        self.function(start, i, stop, close)
                    i = close + 1
                else:
                    i = stop + 1
            elif word in ("mod", "impl", "trait"):
                stop = self.body(i + 1, end)
                if stop < end and t[stop].text == "{":
                    if not skip:
                        self.items(stop + 1, self.partner[stop])
                    i = self.partner[stop] + 1
                else:
                    i = stop + 1
            elif word == "macro_rules":
                i = self.body(i + 1, end) if "{" in [t[i + 3].text] else i + 3
                i = self.partner[i] + 1
            elif word in ("struct", "enum", "union") and words == []:
                stop = self.body(i + 1, end)
                i = self.partner.get(stop, stop) + 1
            else:
                # anything else ends at a `;`, or with braces if it is a macro call or an `extern` block
                while i < end and t[i].text != ";":
                    if i in self.partner:
                        brace = t[i].text == "{"
                        called = brace and t[i - 1].text == "!"
                        i = self.partner[i]
                        if called or (brace and words and words[0] in ("extern", "unsafe") and word == "{"):
                            break
                    i += 1
                i += 1

    def function(self, start, fn, stop, close):
        t = self.t
        # the parameters: the first parentheses that are not within `<>`
        i, depth = fn + 2, 0
        while not (t[i].text == "(" and depth == 0):
            if t[i].text == "<":
                depth += 1
            elif t[i].text == ">":
                depth -= 1
            elif t[i].text in "([{" and i in self.partner:
                i = self.partner[i]
            i += 1
        names = self.parameters(i + 1, self.partner[i])
        j = self.partner[i] + 1
        returns = t[j].text == "->" and t[j + 1].text != "!"
        self.block(stop + 1, close, names)
        seen, unique = set(), []
        for name, mutable in names:
            if name not in seen and not name.startswith("_"):
                unique.append(name)
            seen.add(name)
        self.functions.append(
            Function(self.file, t[fn + 1].text, t[start].start, t[close].end, unique[:8], returns)
        )

    def parameters(self, i, end):
        names, t, first = [], self.t, True
        depth = 0
        while i < end:
            if first and t[i].kind == "ident" and t[i].text == "mut":
                i += 1
            if first and t[i].kind == "ident" and i + 1 < end and t[i + 1].text == ":":
                names.append((t[i].text, False))
            first = False
            if t[i].text == "<":
                depth += 1
            elif t[i].text == ">":
                depth -= 1
            elif t[i].text == "," and depth == 0:
                first = True
            elif i in self.partner:
                i = self.partner[i]
            i += 1
        return [n for n in names if n[0] != "self"]

    def block(self, i, end, names):
        """The names that a walked block binds with `let name` and `let mut name`."""
        t = self.t
        while i < end:
            while i < end and (t[i].text == "#" or t[i].kind == "doc"):
                i = i + 1 if t[i].kind == "doc" else self.partner[i + 1 if t[i + 1].text != "!" else i + 2] + 1
            if i >= end:
                return
            walked = t[i].text in ("if", "for", "while", "loop", "match", "unsafe", "{") or t[i].kind == "lifetime"
            macro = t[i].text == "macro_rules"
            statement = i
            if t[i].text == "let":
                j = i + 1
                mutable = t[j].text == "mut"
                j += mutable
                if t[j].kind == "ident" and t[j + 1].text in ("=", ":"):
                    names.append((t[j].text, mutable))
                while j < end and t[j].text not in ("=", ";"):
                    j = self.partner.get(j, j) + 1
                value = t[j + 1].text if j + 1 < end else ""
                walked = value in ("if", "match", "loop", "unsafe", "{")
                i = j + 1
            elif t[i].text in ("fn", "struct", "enum", "impl", "trait", "mod", "use", "const", "static", "type", "pub"):
                stop = self.body(i + 1, end) if t[i].text not in ("use", "const", "static", "type") else i
                while t[i].text in ("use", "const", "static", "type", "pub") and stop < end and t[stop].text != ";":
                    stop = self.partner.get(stop, stop) + 1
                i = self.partner.get(stop, stop) + 1
                continue
            # to the end of the statement
            while i < end and t[i].text != ";":
                if i in self.partner:
                    if t[i].text == "{" and walked and not macro:
                        head = t[i - 1].text
                        if t[statement].text == "match" or any(
                            t[k].text == "match" for k in range(statement, i) if t[k].kind == "ident"
                        ):
                            self.arms(i + 1, self.partner[i], names)
                        elif head != "!":
                            self.block(i + 1, self.partner[i], names)
                    called = t[i].text == "{" and i >= 1 and t[i - 1].text == "!"
                    i = self.partner[i]
                    nxt = t[i + 1].text if i + 1 < end else ""
                    if t[i].text == "}" and (
                        called or (t[statement].text != "let" and walked)
                    ) and nxt not in ("else", ".", "?", "=", "{", "|"):
                        break
                i += 1
            i += 1

    def arms(self, i, end, names):
        t = self.t
        while i < end:
            if t[i].text == "=>" and i + 1 < end and t[i + 1].text == "{":
                self.block(i + 2, self.partner[i + 1], names)
                i = self.partner[i + 1]
            i = self.partner.get(i, i) + 1


def run(command, cwd, env=None, limit=3600):
    e = dict(os.environ, CARGO_TERM_COLOR="never", CARGO_TARGET_DIR=os.path.join(WORK, "build"), RUSTFLAGS="--cap-lints warn")
    e.update(env or {})
    return subprocess.run(command, cwd=cwd, env=e, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit)


def fetch(crates):
    """Copies the pinned sources to `target/corpus/original`."""
    home = os.path.join(WORK, "fetch")
    for name, version, _, _, _ in crates:
        target = os.path.join(WORK, "original", f"{name}-{version}")
        if os.path.isdir(target):
            continue
        project = os.path.join(home, name)
        os.makedirs(os.path.join(project, "src"), exist_ok=True)
        with open(os.path.join(project, "src", "lib.rs"), "w") as f:
            f.write("")
        with open(os.path.join(project, "Cargo.toml"), "w") as f:
            f.write(f'[package]\nname = "fetch-{name}"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n')
            f.write(f'[dependencies]\n{name} = "={version}"\n')
        done = run(["cargo", "metadata", "--format-version", "1"], project)
        if done.returncode:
            print(f"{name} {version}: can't be fetched\n{done.stderr}", file=sys.stderr)
            continue
        for package in json.loads(done.stdout)["packages"]:
            if package["name"] == name and package["version"] == version:
                shutil.copytree(os.path.dirname(package["manifest_path"]), target)


def prepare(name, version, features, capture):
    """A copy of the crate that depends on ours."""
    original = os.path.join(WORK, "original", f"{name}-{version}")
    copy = os.path.join(WORK, "wrapped", name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy)
    lock = os.path.join(copy, "Cargo.lock")
    if os.path.exists(lock):
        os.remove(lock)
    manifest = os.path.join(copy, "Cargo.toml")
    text = open(manifest).read()
    ours = f'\n[dependencies.anycapture]\npath = "{ROOT}"\nfeatures = [{chr(34) + "capture" + chr(34) if capture else ""}]\n'
    if "[workspace]" not in text:
        ours += "\n[workspace]\n"
    # what only their benches and examples need is not built
    with open(manifest, "w") as f:
        f.write(text + ours)
    return copy


def write(copy, sources, stars):
    for source in sources:
        out, at = [], 0
        length = 0

        def put(piece):
            nonlocal length
            out.append(piece)
            length += len(piece.encode())

        for f in source.functions:
            entries = wanted(f, stars)
            put(source.text[at : f.start])
            begin = length
            if entries:
                put("::anycapture::captured_fn! { #[capture(" + ", ".join(entries) + ")] ")
            put(source.text[f.start : f.end])
            if entries:
                put(" }")
            f.span = (begin, length)
            at = f.end
        put(source.text[at:])
        with open(os.path.join(copy, source.file), "w") as file:
            file.write("".join(out))


def wanted(f, stars):
    if f.state == "failed":
        return []
    if stars:
        return ["*"]
    if f.state == "names":
        return f.names
    if f.state == "trying":
        return [f.names[f.index]] if f.index < len(f.names) else []
    return f.good


CONTRACT = [
    (re.compile(r"can't be captured|cannot be sent between threads"), "a value that can't be kept"),
    (re.compile(r"anycapture::store::\S+` is not satisfied"), "a type that is not known yet"),
    (re.compile(r"does not live long enough|must outlive|may not live long enough|borrowed data escapes|'static|not general enough|lifetime"), "a value with a borrow in it"),
    (re.compile(r"annotations needed"), "a type that is not known yet"),
    (re.compile(r"of (partially )?moved value|of moved|used binding .* (isn't|is possibly)"), "a `let mut` that is moved"),
    (re.compile(r"mutably borrowed|also borrowed as (im)?mutable|because it is borrowed"), "a `let mut` that is borrowed"),
]


def spans_of(span):
    while span:
        yield span
        span = (span.get("expansion") or {}).get("span")


def build(copy, features, sources, tests=False):
    """Errors by function: `{function: [message]}`, and those that belong to none."""
    command = ["cargo", "check", "--lib", "--message-format=json"]
    if features:
        command += ["--features", ",".join(features)]
    done = run(command, copy)
    by_file = {s.file: s for s in sources}
    errors, lost = collections.OrderedDict(), []
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        message = json.loads(line)
        if message.get("reason") != "compiler-message" or message["message"]["level"] != "error":
            continue
        m = message["message"]
        found = None
        for top in sorted(m["spans"], key=lambda s: not s["is_primary"]):
            for span in spans_of(top):
                source = by_file.get(span["file_name"])
                if source is None:
                    continue
                for f in source.functions:
                    if f.span[0] <= span["byte_start"] < f.span[1]:
                        found = f
                if found:
                    break
            if found:
                break
        text = m["message"]
        if found:
            errors.setdefault(found, []).append(text)
        elif m["spans"] or "aborting" not in text and "could not compile" not in text:
            lost.append(m.get("rendered") or text)
    return done.returncode == 0, errors, lost, done.stderr


def reason_of(messages):
    for pattern, reason in CONTRACT:
        if any(pattern.search(m) for m in messages):
            return reason
    return None


def settle(copy, features, sources, stars, say):
    """Rounds of builds until the crate builds. Returns whether it does."""
    for turn in range(60):
        write(copy, sources, stars)
        good, errors, lost, stderr = build(copy, features, sources)
        functions = [f for s in sources for f in s.functions]
        trying = [f for f in functions if f.state == "trying"]
        if not good and not errors:
            say("\n".join(lost[:5]) or stderr[-3000:])
            return False
        say(f"    round {turn}: {len(errors)} functions with errors")
        # A build that stops at an expansion says nothing of the types elsewhere.
        early = any(reason_of(m) is None for m in errors.values())
        for f, messages in errors.items():
            reason = reason_of(messages)
            if stars or f.state == "settled" or not f.names:
                f.state, f.reason = "failed", messages[0]
                say(f"      failed {f.entry()}: {messages[0][:150]}")
            elif f.state == "names":
                if reason is None:
                    f.state, f.reason = "failed", messages[0]
                    say(f"      failed {f.entry()}: {messages[0][:150]}")
                else:
                    f.state, f.index = "trying", 0
            elif f.state == "trying":
                name = f.names[f.index]
                if reason and reason.startswith("a `let mut`") and not name.startswith("let "):
                    f.names[f.index] = "let " + name
                    continue
                f.bad.append((name, reason or messages[0]))
                if reason is None:
                    f.reason = messages[0]
                f.index += 1
        if good:
            for f in trying:
                if f not in errors:
                    f.good.append(f.names[f.index])
                    f.index += 1
        elif not early:
            # Borrow errors come after all type errors of a crate are gone.
            types = any(reason_of(m) in ("a value that can't be kept", "a type that is not known yet") for m in errors.values())
            for f in trying:
                if f not in errors and not types:
                    f.good.append(f.names[f.index])
                    f.index += 1
        for f in trying:
            if f.index >= len(f.names):
                f.state = "settled"
        if good and not any(f.state == "trying" for f in functions):
            return True
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crates", nargs="*")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--ways", default="names,off,star")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    crates = [c for c in CRATES if (c[0] in options.crates if options.crates else (c[3] or not options.sample))]
    fetch(crates)
    say = print if options.verbose else (lambda *_: None)
    total, failures, dropped = collections.Counter(), [], collections.Counter()
    broken = []
    for name, version, features, _, own in crates:
        original = os.path.join(WORK, "original", f"{name}-{version}")
        if not os.path.isdir(original):
            continue
        row = [f"{name} {version}"]
        kept = None
        for way in options.ways.split(","):
            start = time.time()
            copy = prepare(name, version, features, way != "off")
            sources = []
            for folder, _, files in os.walk(os.path.join(copy, "src")):
                for file in sorted(files):
                    path = os.path.join(folder, file)
                    if file.endswith(".rs"):
                        try:
                            sources.append(Source(os.path.relpath(path, copy), open(path).read()))
                        except (KeyError, IndexError) as error:
                            print(f"  {path}: not understood ({error!r})")
            if way == "star":
                chosen = [f for s in sources for f in s.functions]
            else:
                for s in sources:
                    s.functions = [f for f in s.functions if f.names or f.returns]
                    for f in s.functions:
                        if not f.names:
                            f.names = ["return"]
                if way == "off" and kept:
                    for s in sources:
                        for f, k in zip(s.functions, kept[s.file]):
                            f.names = k if k else f.names
                            f.state = "names" if k else "failed"
                chosen = [f for s in sources for f in s.functions if f.state != "failed"]
            built = settle(copy, features, sources, way == "star", say)
            bad = [f for f in chosen if f.state == "failed" or f.reason]
            empty = [f for f in chosen if f.state == "settled" and not f.good and not f.reason]
            chosen = [f for f in chosen if f not in empty]
            if way == "names":
                kept = {s.file: [wanted(f, False) for f in s.functions] for s in sources}
                for f in chosen:
                    for _, why in f.bad:
                        dropped[why if why in [r for _, r in CONTRACT] else "other: " + why[:80]] += 1
            total[way] += len(chosen)
            total[way + " bad"] += len(bad)
            failures += [(name, way, f.entry(), f.reason) for f in bad]
            if not built:
                broken.append((name, way))
            row.append(f"{way} {len(chosen) - len(bad)}/{len(chosen)}" + ("" if built else " NOT BUILT"))
            if empty:
                row.append(f"({len(empty)} more with nothing that can be kept)")
            row.append(f"{time.time() - start:.0f} s")
            if options.test and own and built and way != "off":
                tests = run(["cargo", "test", "--lib", "--quiet"], copy)
                verdict = re.findall(r"test result: (.*?);.*?(\d+ passed).*?(\d+ failed)", tests.stdout)
                row.append("tests " + (", ".join(" ".join(v) for v in verdict) or tests.stderr[-300:]))
        print("  ".join(row), flush=True)
    print()
    for way in options.ways.split(","):
        if total[way]:
            good = total[way] - total[way + " bad"]
            print(f"{way}: {good} of {total[way]} functions ({100 * good / total[way]:.2f} %)")
    for why, count in dropped.most_common():
        print(f"names dropped: {count:5} {why}")
    for crate, way, entry, why in failures:
        print(f"failed: {crate} {way} {entry}: {why[:300]}")
    for crate, way in broken:
        print(f"not built: {crate} {way}")
    sys.exit(bool(failures or broken))


main()
