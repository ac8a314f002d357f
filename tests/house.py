#!/usr/bin/env python3
"""Checks how `src/` is laid out, and says what is wrong, a line a fault.

    tests/house.py [FOLDER]

* `src/` holds lib.rs, store.rs, macros.rs and the folders store/ and macros/, and nothing else.
* The comment at the top of store.rs has a table or a list of the files in store/, each line beginning with a name such as
  `ring.rs`. A file uses only files above it. So there is no circle of modules.
* No function is longer than 60 lines, no file longer than 600 lines of code. Tests inside a file do not count.

Uses are found by reading `use` items and paths, and followed through re-exports: `super::Ring` is a use of ring.rs where
store.rs says `pub use ring::Ring`. What can't be seen by reading is a method call, whose type was named somewhere.
"""

import pathlib
import re
import sys

LINES_OF_FUNCTION, LINES_OF_FILE = 60, 600
ENTRIES = {"lib.rs", "store.rs", "macros.rs", "store", "macros"}

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<text>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)|[bc]?"(?:\\.|[^"\\])*"|b?'(?:\\[^\n]+?|[^\\'\n])')
    | (?P<lifetime>'\w+) | (?P<word>(?:r\#)?\w+) | (?P<sign>::|=>|.)""",
    re.VERBOSE | re.DOTALL,
)
PAIRS = {"{": "}", "(": ")", "[": "]"}
ITEMS = {"struct", "enum", "union", "trait", "type", "const", "static", "fn", "macro_rules"}


class Token(str):
    """A word or a sign, and the lines that it stands on."""

    def __new__(cls, text, line, last):
        token = super().__new__(cls, text)
        token.line, token.last = line, last
        return token


def tokens_of(text):
    tokens, line = [], 1
    for found in TOKEN.finditer(text):
        last = line + found.group().count("\n")
        if found.lastgroup != "space":
            # A string is one token that no rule below looks into.
            word = '""' if found.group("text") else found.group().removeprefix("r#")
            tokens.append(Token(word, line, last))
        line = last
    return tokens


def close_of(tokens, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        if tokens[i] in PAIRS:
            depth += 1
        elif tokens[i] in PAIRS.values():
            depth -= 1
            if depth == 0:
                return i
    return len(tokens) - 1


def end_of_item(tokens, at):
    """The place of the `;` or `}` that ends the item, statement or expression at `at`."""
    head = set(tokens[at : at + 4])
    ends = {";"} if head & (ITEMS | {"impl", "mod", "use"}) else {";", ","}
    while at < len(tokens) - 1 and tokens[at] not in ends:
        is_body = tokens[at] == "{" and "use" not in head
        if tokens[at] in PAIRS:
            at = close_of(tokens, at)
        if is_body:
            break
        at += 1
    return at


class Module:
    """A file or an inline module: what it declares, and what it uses."""

    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.children, self.items, self.tests = {}, set(), set()
        self.imports, self.globs = {}, []
        self.uses, self.functions, self.code = [], [], set()

    def path(self):
        return [*self.parent.path(), self.name] if self.parent else []

    def walk(self):
        yield self
        for child in self.children.values():
            yield from child.walk()


def read(module, tokens, file=None):
    """Fills `module` with what stands in `tokens`. Lines of code go to the module of the file."""
    file = file or module
    at, is_test = 0, False
    while at < len(tokens):
        token, then = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        if token == "#" and then == "[":
            end = close_of(tokens, at + 1)
            attribute = tokens[at + 2 : end]
            is_test |= attribute[:3] == ["cfg", "(", "test"] or attribute[:5] == ["cfg", "(", "all", "(", "test"]
            if not is_test:
                file.code.update(range(token.line, tokens[end].line + 1))
            at = end + 1
            continue
        if is_test:
            end = end_of_item(tokens, at)
            if "mod" in tokens[at:end]:
                module.tests.add(tokens[tokens.index("mod", at) + 1])
            at, is_test = end + 1, False
            continue
        file.code.update(range(token.line, token.last + 1))
        if token == "use" and (then in {"::", "{", "*"} or then.isidentifier()):
            end = end_of_item(tokens, at)
            read_use(module, tokens[at + 1 : end], [])
            file.code.update(range(token.line, tokens[end].line + 1))
            at = end + 1
        elif token == "mod" and tokens[at + 2 : at + 3] == ["{"]:
            end = close_of(tokens, at + 2)
            child = module.children.setdefault(str(then), Module(str(then), module))
            read(child, tokens[at + 3 : end], file)
            file.code.update((tokens[at + 2].line, tokens[end].line))
            at = end + 1
        else:
            if token in ITEMS:
                name = tokens[at + 2] if then == "!" and at + 2 < len(tokens) else then
                module.items.add(str(name))
            if token == "fn" and then.isidentifier():
                read_function(file, tokens, at)
            at = read_path(module, tokens, at) if token.isidentifier() and then == "::" else at + 1


def read_function(file, tokens, at):
    start = at
    while at < len(tokens) and tokens[at] not in {"{", ";"}:
        at = close_of(tokens, at) + 1 if tokens[at] in {"(", "["} else at + 1
    if at < len(tokens) and tokens[at] == "{":
        end = tokens[close_of(tokens, at)].line
        file.functions.append((str(tokens[start + 1]), tokens[start].line, end - tokens[start].line + 1))


def read_use(module, tree, before):
    """`a::{b, c as d}`: the names that it brings, each with its path."""
    path, at = list(before), 0
    line = tree[0].line if tree else 0
    while at < len(tree):
        token = tree[at]
        if token == "{":
            end, start = close_of(tree, at), at + 1
            for i in range(at + 1, end + 1):
                inner = tree[start:i]
                if (tree[i] == "," or i == end) and inner.count("{") == inner.count("}"):
                    if inner:
                        read_use(module, inner, path)
                    start = i + 1
            return
        if token == "*":
            module.globs.append(path)
            module.uses.append((path, line, True))
            return
        if token == "as":
            break
        if token != "::":
            path.append(str(token))
        at += 1
    if path[-1] == "self" and len(path) > 1:
        path.pop()
    name = str(tree[at + 1]) if at < len(tree) else path[-1]
    module.imports.setdefault(name, []).append(path)
    module.uses.append((path, line, False))


def read_path(module, tokens, at):
    """Notes the path `a::b::c` that begins at `at`, and gives the place behind it."""
    path, line = [str(tokens[at])], tokens[at].line
    is_start = at == 0 or tokens[at - 1] != "::"
    at += 1
    while at + 1 < len(tokens) and tokens[at] == "::" and tokens[at + 1].isidentifier():
        path.append(str(tokens[at + 1]))
        at += 2
    if is_start:
        module.uses.append((path, line, False))
    return at


def resolve(module, path, seen=()):
    """The modules in which what `path` names is defined, and whether it is an item of theirs or the module itself."""
    if (module, tuple(path)) in seen:
        return set()
    seen = (*seen, (module, tuple(path)))
    is_first = True
    for i, name in enumerate(path):
        if name == "crate":
            while module.parent:
                module = module.parent
        elif name == "super":
            module = module.parent or module
        elif name in module.children:
            module = module.children[name]
        elif name in module.imports:
            found = set()
            for target in module.imports[name]:
                # A name that is imported as itself from outside, `use spin::Mutex`, ends here.
                for home, is_item in resolve(module, target, seen):
                    found |= {(home, True)} if is_item else resolve(home, path[i + 1 :], seen) or {(home, False)}
            return found
        elif name in module.items:
            return {(module, True)}
        elif name != "self":
            for target in module.globs:
                for home, is_item in resolve(module, target, seen):
                    if not is_item and (name in home.items or name in home.imports or name in home.children):
                        return resolve(home, path[i:], seen)
            return set() if is_first else {(module, True)}
        is_first = False
    return {(module, False)}


def load(src):
    """The crate's modules, from its files."""
    crate = Module("crate", None)
    files = {"lib.rs": crate}
    for path in sorted(src.rglob("*.rs"), key=lambda path: (len(path.parts), path)):
        parts = path.relative_to(src).with_suffix("").parts
        module = crate
        for part in parts if parts != ("lib",) else ():
            module = module.children.setdefault(part, Module(part, module))
        files[str(path.relative_to(src))] = module
    for name, module in files.items():
        read(module, tokens_of((src / name).read_text()))
    # Files of tests, `#[cfg(test)] mod tests;`, are no part of the house.
    for module in crate.walk():
        for name in module.tests:
            module.children.pop(name, None)
    kept = set(crate.walk())
    return crate, {name: module for name, module in files.items() if module in kept}


def table(door):
    """The names of files in the comment at the top of store.rs, in order."""
    names = []
    for line in door.splitlines():
        if line.strip() and not line.startswith(("//", "#![")):
            break
        row = re.match(r"//!?\s*(?:\||[-*]|\d+\.)\s*((?:`\w+\.rs`(?:,\s*)?)+)", line)
        names += re.findall(r"`(\w+)\.rs`", row.group(1)) if row else []
    return names


def uses_of(module, store):
    """Which modules of the store, and what outside of it, `module` uses: name to the first line."""
    found = {}
    for inner in module.walk():
        for path, line, is_glob in inner.uses:
            for home, is_item in resolve(inner, path):
                parts = home.path()
                if parts[:1] != ["store"]:
                    name = f"src/{parts[0] if parts else 'lib'}.rs" if is_item else None
                elif len(parts) == 1:
                    name = "src/store.rs" if is_item or is_glob else None
                else:
                    name = parts[1]
                if name and name != module.name:
                    found.setdefault(name, line)
    return found


def circle(uses):
    """A circle among the modules, as a list of names that begins and ends with the same; empty if there is none."""
    done = set()

    def follow(name, way):
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in uses.get(name, ()):
            found = follow(other, [*way, name])
            if found:
                return found
        done.add(name)
        return []

    for name in uses:
        found = follow(name, [])
        if found:
            return found
    return []


def faults(src):
    """What is wrong with the folder `src`, a sentence each."""
    wrong = [f"src/{path.name} has no place in src/" for path in sorted(src.iterdir()) if path.name not in ENTRIES]
    crate, files = load(src)
    for name, module in files.items():
        for function, line, length in module.functions:
            if length > LINES_OF_FUNCTION:
                wrong.append(f"src/{name}:{line}: `{function}` has {length} lines, more than {LINES_OF_FUNCTION}")
        if len(module.code) > LINES_OF_FILE:
            wrong.append(f"src/{name} has {len(module.code)} lines of code, more than {LINES_OF_FILE}")

    store = crate.children.get("store") or Module("store", crate)
    order = table((src / "store.rs").read_text())
    modules = {name: child for name, child in store.children.items() if f"store/{name}.rs" in files}
    wrong += [f"src/store/{name}.rs is not in the table of src/store.rs" for name in modules if name not in order]
    wrong += [f"the table of src/store.rs names {name}.rs, which is not there" for name in order if name not in modules]
    uses = {name: uses_of(child, store) for name, child in modules.items()}
    for name, used in uses.items():
        for other, line in sorted(used.items(), key=lambda use: use[1]):
            if other not in modules:
                wrong.append(f"src/store/{name}.rs:{line}: uses {other}, which uses the files of the store")
            elif name in order and other in order and order.index(other) > order.index(name):
                wrong.append(f"src/store/{name}.rs:{line}: uses {other}.rs, which is below it in the table")
    round_trip = circle(uses)
    if round_trip:
        wrong.append(f"a circle of modules: {' -> '.join(round_trip)}")
    return wrong


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]
    wrong = faults(root / "src")
    for sentence in wrong:
        print(sentence)
    print(f"{len(wrong)} faults" if wrong else "src/ is laid out as src/store.rs says")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
