#!/usr/bin/env python3
"""Wraps the functions of published crates in `captured_fn!`, builds them and runs their tests. See README.md.

    tests/corpus/run.py                    every crate
    tests/corpus/run.py --sample           a fixed part of the small ones, for CI
    tests/corpus/run.py ndarray linfa      these crates only
    tests/corpus/run.py --ways star        one way only: names, off or star
    tests/corpus/run.py --no-tests         without the crates' own tests
"""

import argparse
import collections
import hashlib
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

# `features` beside the default ones; `sample`: every how manieth function is in the sample; `tests`: how their own
# tests are run, None where these need a long build.
Crate = collections.namedtuple("Crate", "name version features sample tests", defaults=([], 0, ["--lib"]))
NDARRAY_TESTS = "array append assign azip broadcast clone dimension indices iterators ixdyn s stacking views windows zst"
CRATES = [
    Crate("microfft", "0.6.0", ["size-32768"], sample=1, tests=["--tests"]),
    Crate("matrixmultiply", "0.3.10", sample=1, tests=["--lib", "--test", "sgemm"]),
    Crate("ndarray", "0.16.1", sample=3, tests=["--lib"] + [w for t in NDARRAY_TESTS.split() for w in ("--test", t)]),
    Crate("statrs", "0.18.0"),
    Crate("linfa", "0.7.1", tests=None),
    Crate("rustfft", "6.2.0", tests=None),
    Crate("nalgebra", "0.33.2", tests=None),
    Crate("rten-tensor", "0.18.0", tests=None),
    Crate("kurbo", "0.11.3"),
    Crate("num-bigint", "0.4.8"),
    Crate("tiny-skia-path", "0.11.4"),
    Crate("ttf-parser", "0.25.1"),
    Crate("smartcore", "0.4.10"),
    Crate("regex-automata", "0.4.19"),
    Crate("peroxide", "0.40.2"),
    Crate("parry2d", "0.17.6"),
    Crate("lyon_geom", "1.0.20"),
    Crate("micromath", "2.1.0"),
    Crate("euclid", "0.22.14"),
]

# What the contract does not promise, by the words in which we or rustc say so: then a name is dropped.
UNKEPT = [
    (r"can't be captured|cannot be (sent|shared) between threads", "neither plain data nor `Clone + Send + 'static`"),
    (r"its type is known from later lines only", "a type that only later lines tell"),
    (r"live long enough|must outlive|borrowed data escapes|'static|not general enough|lifetime", "a borrow inside"),
]
# The same for a `let mut`, where the contract's way out is `let name`.
MOVED = r"value (used|borrowed) here after|of (partially )?moved value|(borrowed|used) after move|use of moved"
BORROWED = r"mutably borrowed|also borrowed as (im)?mutable|because it is borrowed"

# What a capture itself calls: while tests record, these do not capture, or they would call themselves without end.
CALLED = {"deref", "clone", "as_ref", "into", "from"}


class Function:
    def __init__(self, file, name, start, end, statements, returns, cfg, names):
        self.file, self.name, self.start, self.end = file, name, int(start), int(end)
        self.statements, self.cfg = int(statements), cfg
        names = [n for n in names.split(",") if n][:12]
        self.mutable = {n[4:] for n in names if n.startswith("mut ")}
        self.names = [n[4:] if n.startswith("mut ") else n for n in names] + ["return"] * (returns == "returns")
        self.dropped, self.reason, self.failed = [], "", False
        # how many of the names are tried, while it can't be told which one an error is about
        self.trial = None

    def __str__(self):
        return f"{self.file}: {self.name}"

    def key(self):
        return (self.file, self.start)


def run(command, cwd, flags="", limit=3600):
    env = dict(os.environ, CARGO_TERM_COLOR="never", CARGO_TARGET_DIR=os.path.join(WORK, "build"))
    env["RUSTFLAGS"] = "--cap-lints warn " + flags
    env.pop("CARGO_BUILD_TARGET", None)
    return subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit)


def fetch(crate):
    """The pinned sources, by cargo, in `target/corpus/original`."""
    target = os.path.join(WORK, "original", f"{crate.name}-{crate.version}")
    if not os.path.isdir(target):
        project = os.path.join(WORK, "fetch", crate.name)
        os.makedirs(os.path.join(project, "src"), exist_ok=True)
        open(os.path.join(project, "src", "lib.rs"), "w").close()
        with open(os.path.join(project, "Cargo.toml"), "w") as f:
            f.write(f'[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n')
            f.write(f'[dependencies]\n{crate.name} = "={crate.version}"\n')
        done = run(["cargo", "metadata", "--format-version", "1"], project)
        if done.returncode:
            sys.exit(f"{crate.name} {crate.version} can't be fetched:\n{done.stderr}")
        for package in json.loads(done.stdout)["packages"]:
            if package["name"] == crate.name and package["version"] == crate.version:
                shutil.copytree(os.path.dirname(package["manifest_path"]), target)
    return target


def prepare(crate, capture):
    """A copy of the crate that depends on ours."""
    copy = os.path.join(WORK, "wrapped", crate.name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(fetch(crate), copy)
    lock = os.path.join(copy, "Cargo.lock")
    if os.path.exists(lock):
        os.remove(lock)
    with open(os.path.join(copy, "Cargo.toml"), "a") as f:
        f.write(f'\n[dependencies.anycapture]\npath = "{ROOT}"\nfeatures = [{chr(34) + "capture" + chr(34) if capture else ""}]\n')
        f.write("\n[workspace]\n")
    return copy


def functions_of(copy):
    """The functions of the crate, by file."""
    files = []
    for folder, _, names in os.walk(os.path.join(copy, "src")):
        files += [os.path.relpath(os.path.join(folder, n), copy) for n in sorted(names) if n.endswith(".rs")]
    program = os.path.join(WORK, "functions", "release", "functions")
    done = subprocess.run([program] + sorted(files), cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in done.stderr.splitlines():
        print(f"  not parsed: {line}")
    by_file = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        f = Function(*line.split("\t"))
        by_file[f.file].append(f)
    return by_file


def write(crate, copy, by_file, attribute):
    """Writes the files, each function with what `attribute(f)` puts around it."""
    original = fetch(crate)
    for file, functions in by_file.items():
        with open(os.path.join(original, file), "rb") as f:
            text = f.read()
        out, at, length = [], 0, 0
        for f in functions:
            before, after = attribute(f)
            pieces = [text[at : f.start], before.encode(), text[f.start : f.end], after.encode()]
            begin = length + len(pieces[0])
            length += sum(map(len, pieces))
            f.span = (begin, length)
            out += pieces
            at = f.end
        out.append(text[at:])
        with open(os.path.join(copy, file), "wb") as f:
            f.write(b"".join(out))


def listing(entries):
    if not entries:
        return "", ""
    return f"::anycapture::captured_fn! {{ #[capture({', '.join(entries)})] ", " }"


def chain(span):
    while span:
        yield span
        span = (span.get("expansion") or {}).get("span")


class Error:
    """What rustc said: the message, the function that it means, and which entry of the function's list."""

    def __init__(self, message, by_file):
        self.text = message["message"]
        self.rendered = message.get("rendered") or self.text
        self.early = not message.get("code") and "live long enough" not in self.text
        self.function, self.returned, self.words = None, False, []
        for top in sorted(message["spans"], key=lambda s: not s["is_primary"]):
            for span in chain(top):
                self.returned |= (span.get("expansion") or {}).get("macro_decl_name", "").endswith("__return!")
                for f in by_file.get(span["file_name"], []):
                    if self.function is None and f.span[0] <= span["byte_start"] < f.span[1]:
                        self.function = f
            # what they underline: a name, `mut name`, `&mut name`
            text = "".join(t["text"][t["highlight_start"] - 1 : t["highlight_end"] - 1] for t in top["text"])
            self.words += re.findall(r"^&?\s*(?:mut )?((?:r#)?\w+)$", text) + re.findall(r"`(\w+)`", top["label"] or "")
        self.words = re.findall(r"`(\w+)`", self.text) + self.words

    def name(self):
        """The entry of the function's list that it is about, if that can be told."""
        entries = {e.removeprefix("let "): e for e in self.function.now}
        if self.returned:
            return "return" if "return" in entries else None
        return next((entries[w] for w in self.words if w in entries), None)


def check(crate, copy, by_file):
    """Builds the library: whether it does, errors that belong to a function, and others."""
    command = ["cargo", "check", "--lib", "--message-format=json"]
    if crate.features:
        command += ["--features", ",".join(crate.features)]
    done = run(command, copy)
    errors, others, warnings = [], [], collections.Counter()
    for line in done.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") != "compiler-message" or crate.name not in message["package_id"]:
            continue
        level = message["message"]["level"]
        if level == "warning" and message["message"]["code"]:
            warnings[message["message"]["code"]["code"]] += 1
        if level == "error":
            error = Error(message["message"], by_file)
            if error.function:
                errors.append(error)
            elif message["message"]["spans"]:
                others.append(error.rendered)
    # What could not be expanded is missing for the others.
    if any(e.early for e in errors):
        errors = [e for e in errors if e.early]
    return done.returncode == 0, errors, others or [done.stderr[-2000:]], warnings


def reached(crate, copy, by_file):
    """Leaves the functions that are compiled: those that complain when they are given an empty list."""
    write(crate, copy, by_file, lambda f: (f.cfg + " ::anycapture::captured_fn! { #[capture()] ", " }"))
    _, errors, _, _ = check(crate, copy, by_file)
    seen = {e.function.key() for e in errors if "nothing to capture" in e.text}
    for file in by_file:
        by_file[file] = [f for f in by_file[file] if f.key() in seen]


def unkept(error):
    for pattern, reason in UNKEPT:
        if re.search(pattern, error.text) or "E0277" not in error.rendered and re.search(pattern, error.rendered):
            return reason
    return None


def fail(f, error, say):
    f.failed, f.reason = True, error.text
    f.rendered = "\n".join(error.rendered.splitlines()[:40])
    say(f"      failed {f}: {error.text[:200]}")


def judge(f, errors, say):
    """What becomes of a function with errors while names are dropped."""
    # Others may follow from these: after an error, rustc no longer tells the types of integers.
    known = [e for e in errors if unkept(e) or re.search(MOVED + "|" + BORROWED, e.text + "\n" + e.rendered)]
    if not known:
        fail(f, errors[0], say)
    for error in known:
        reason = unkept(error)
        borrowed = re.search(MOVED + "|" + BORROWED, error.text + "\n" + error.rendered)
        name = error.name()
        if name is None and f.trial is None:
            f.trial = 0
        elif name is None:
            name = f.now[-1]
        if name not in f.names:
            # one at a time from now on, or changed for another of these errors
            continue
        if borrowed and name != "return" and not name.startswith("let "):
            # captured at the block's end: a `let mut`, or a `let` that gets its value later
            f.names[f.names.index(name)] = "let " + name
        elif reason:
            f.names.remove(name)
            f.dropped.append(reason)
        else:
            fail(f, error, say)
            return


def settle(crate, copy, by_file, way, say):
    """Builds, until it builds, without what fails. Returns the last build's warnings, or None."""
    for turn in range(60):
        for functions in by_file.values():
            for f in functions:
                f.now = [] if f.failed else ["*"] if way == "star" else list(f.names)
                if f.trial is not None:
                    f.now = f.now[: f.trial + 1]
        write(crate, copy, by_file, lambda f: listing(f.now))
        good, errors, others, warnings = check(crate, copy, by_file)
        grouped = collections.OrderedDict()
        for e in errors:
            grouped.setdefault(e.function, []).append(e)
        say(f"    {way}, build {turn}: {len(grouped)} functions with errors")
        trying = [f for functions in by_file.values() for f in functions if f.trial is not None]
        if good and not trying:
            return warnings
        for f in trying:
            if f not in grouped and not any(e.early for e in errors):
                f.trial = f.trial + 1 if f.trial + 1 < len(f.names) else None
        if good:
            continue
        if not errors:
            print("\n".join(others[:5]))
            return None
        for f, list_of in grouped.items():
            if not f.now:
                # not wrapped, so the error is the consequence of another
                continue
            if way == "names":
                judge(f, list_of, say)
            else:
                fail(f, list_of[0], say)
    return None


def tests(crate, copy, record):
    """The results of the crate's own tests."""
    command = ["cargo", "test", "--no-fail-fast"] + crate.tests
    if crate.features:
        command += ["--features", ",".join(crate.features)]
    if record:
        command += ["--", "--test-threads=1"]
    done = run(command, copy)
    results = collections.Counter(
        m for m in re.findall(r"^test (.+?) \.\.\. (ok|FAILED|ignored)", done.stdout, re.M) if "aaa_anycapture" not in m[0]
    )
    return results if re.search("^test result", done.stdout, re.M) else done.stderr[-1500:]


ACTIVATE = "\n#[cfg(test)] mod aaa_anycapture { #[test] fn activate() { ::anycapture::activate(); } }\n"


def chosen(crate, f, sample):
    if not sample:
        return True
    digest = hashlib.sha256(f"{crate.name} {f}".encode()).digest()
    return crate.sample and digest[0] % crate.sample == 0


def corpus(crate, options, say):
    """One crate: a row of figures."""
    row = {"crate": f"{crate.name} {crate.version}", "failures": []}
    lists = {}
    for way in options.ways:
        start = time.time()
        copy = prepare(crate, way != "off")
        by_file = functions_of(copy)
        if way == options.ways[0]:
            reached(crate, copy, by_file)
            compiled = {f.key() for functions in by_file.values() for f in functions}
        for file in by_file:
            by_file[file] = [f for f in by_file[file] if f.key() in compiled and chosen(crate, f, options.sample)]
        functions = [f for file in by_file.values() for f in file]
        if way == "off":
            for f in functions:
                f.names = lists.get(f.key(), f.names)
        named = [f for f in functions if f.names or way == "star"]
        warnings = settle(crate, copy, by_file, way, say)
        bad = [f for f in named if f.failed]
        empty = [f for f in named if not f.failed and way != "star" and not f.names]
        if way == "names":
            lists = {f.key(): f.names for f in named if not f.failed}
            lists.update({f.key(): [] for f in bad})
            row["empty"] = len(empty)
            row["kept"] = sum(len(f.names) for f in named if not f.failed)
            row["dropped"] = collections.Counter(r for f in named if not f.failed for r in f.dropped)
        row["functions"] = len(functions)
        row[way] = [len(named) - len(empty) - len(bad), len(named) - len(empty)]
        row["failures"] += [(way, str(f), f.statements, f.reason, getattr(f, "rendered", "")) for f in bad]
        row[way + " built"] = warnings is not None
        if warnings is not None:
            row[way + " warnings"] = warnings
            if crate.tests and options.tests and way != "off":
                row[way + " tests"] = compare(crate, copy, by_file, say)
        row[way + " seconds"] = round(time.time() - start)
    return row


def compare(crate, copy, by_file, say):
    """Runs their tests as published, and wrapped: while recording is inactive, and, of the library, active."""
    start = time.time()
    plain = os.path.join(WORK, "plain", f"{crate.name}-{crate.version}.json")
    if not os.path.exists(plain):
        wrapped = {file: open(os.path.join(copy, file), "rb").read() for file in by_file}
        write(crate, copy, by_file, lambda f: ("", ""))
        results = tests(crate, copy, False)
        for file, text in wrapped.items():
            with open(os.path.join(copy, file), "wb") as f:
                f.write(text)
        os.makedirs(os.path.dirname(plain), exist_ok=True)
        if not isinstance(results, str):
            with open(plain, "w") as f:
                json.dump([[*k, n] for k, n in sorted(results.items())], f)
    else:
        results = collections.Counter({(name, verdict): n for name, verdict, n in json.load(open(plain))})
    if isinstance(results, str):
        return f"not built: {results}"
    wrapped = tests(crate, copy, False)
    write(crate, copy, by_file, lambda f: ("", "") if f.name in CALLED else listing(f.now))
    with open(os.path.join(copy, "src", "lib.rs"), "a") as f:
        f.write(ACTIVATE)
    active = tests(crate._replace(tests=["--lib"]), copy, True)
    say(f"    tests took {time.time() - start:.0f} s")
    changed = []
    for kind, found in (("inactive", wrapped), ("recording", active)):
        if isinstance(found, str):
            changed.append(f"{kind}: not built: {found}")
            continue
        for test, verdict in sorted(found - results):
            changed.append(f"{kind}: {test} {verdict}")
        if kind == "inactive":
            changed += [f"{kind}: {t} was {v}" for t, v in sorted(results - found)]
    return {"run": sum(results.values()), "recording": 0 if isinstance(active, str) else sum(active.values()), "changed": changed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crates", nargs="*")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--ways", default="names,off,star", type=lambda s: s.split(","))
    parser.add_argument("--no-tests", dest="tests", action="store_false")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    say = (lambda *a: print(*a, flush=True)) if options.verbose else (lambda *_: None)
    build = ["cargo", "build", "--quiet", "--release", "--manifest-path", os.path.join(HERE, "functions", "Cargo.toml")]
    subprocess.run(build, check=True, env=dict(os.environ, CARGO_TARGET_DIR=os.path.join(WORK, "functions")))

    crates = [c for c in CRATES if (c.name in options.crates if options.crates else (c.sample or not options.sample))]
    rows = []
    for crate in crates:
        row = corpus(crate, options, say)
        rows.append(row)
        print(line_of(row, options.ways), flush=True)
        os.makedirs(os.path.join(WORK, "results"), exist_ok=True)
        with open(os.path.join(WORK, "results", f"{crate.name}{'-sample' * options.sample}.json"), "w") as f:
            json.dump(row, f, indent=1)
    sys.exit(summary(rows, options.ways))


def line_of(row, ways):
    cells = [row["crate"], f"{row['functions']} functions"]
    for way in ways:
        cells.append(f"{way} {row[way][0]}/{row[way][1]}" + ("" if row[way + " built"] else " NOT BUILT"))
        result = row.get(way + " tests")
        if isinstance(result, dict):
            cells.append(f"tests {result['run']}, recording {result['recording']}, changed {len(result['changed'])}")
        elif result:
            cells.append("tests not built")
        cells.append(f"{row[way + ' seconds']} s")
    return ", ".join(cells)


def summary(rows, ways):
    """Prints the totals and what failed. Returns 1 where the goals are missed."""
    print()
    missed = False
    goals = {"names": 0.99, "off": 1.0, "star": 0.998}
    for way in ways:
        good, total = (sum(row[way][i] for row in rows) for i in (0, 1))
        share = good / total if total else 1
        missed |= share < goals[way] or not all(row[way + " built"] for row in rows)
        print(f"{way}: {good} of {total} functions compile ({100 * share:.2f} %)")
    if "names" in ways:
        dropped = sum((collections.Counter(row["dropped"]) for row in rows), collections.Counter())
        print(f"names captured: {sum(row['kept'] for row in rows)}")
        for reason, count in dropped.most_common():
            print(f"names dropped: {count}, {reason}")
        print(f"functions without a name that can be kept: {sum(row['empty'] for row in rows)}")
    for row in rows:
        for way, function, statements, reason, _ in row["failures"]:
            print(f"failed: {row['crate']} {way} {function} ({statements} statements): {reason[:200]}")
        for way in ways:
            result = row.get(way + " tests")
            for change in result["changed"] if isinstance(result, dict) else [result] if result else []:
                missed = True
                print(f"test changed: {row['crate']} {way} {change}")
    return int(missed)


if __name__ == "__main__":
    main()
