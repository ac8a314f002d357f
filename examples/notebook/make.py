#!/usr/bin/env python3
"""Runs attention.ipynb from top to bottom and keeps what it draws.

    python3 examples/notebook/make.py [--check]

With --check the notebook runs, but the file stays as it is. MAPS and IMAGE name other files to load.
"""

import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vit"))
import python  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description="Run the notebook.")
    parser.add_argument("--check", action="store_true", help="leave the file as it is")
    args = parser.parse_args()
    python.enter(HERE / "requirements.txt")

    import nbclient
    import nbformat

    path = HERE / "attention.ipynb"
    notebook = nbformat.read(path, 4)
    try:
        nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(HERE)}}).execute()
    except nbclient.exceptions.CellExecutionError as error:
        python.fail(f"the notebook stopped: {error.ename}: {error.evalue}")
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    if not args.check:
        nbformat.write(notebook, path)
    print(f"the notebook runs: {path.name}")


if __name__ == "__main__":
    main()
