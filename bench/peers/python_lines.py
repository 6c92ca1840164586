"""How many lines are Python, each by itself.

    python python_lines.py FILE

FILE has a line of code a line, gzipped, or is a JSON list of them. A line parses if Python's ast takes it without its indentation: as it is
(bare), and with a body, `pass`, where it ends in a colon (with body). Ends with one JSON line of both shares.
"""

import ast
import gzip
import json
import sys
import warnings


def parses(code):
    try:
        return len(ast.parse(code).body) > 0
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # NULs, and brackets without end
        return False


def main():
    [path] = sys.argv[1:]
    warnings.simplefilter("ignore")  # such as `1 is 1`, which parses
    if path.endswith(".gz"):
        with gzip.open(path, "rb") as file:
            lines = file.read().decode("utf8").removesuffix("\n").split("\n")
    else:
        with open(path, encoding="utf8") as file:
            lines = json.load(file)
    lines = [line.strip() for line in lines]
    bare = sum(parses(line) for line in lines) / len(lines)
    with_body = sum(parses(line + " pass" if line.endswith(":") else line) for line in lines) / len(lines)
    print(json.dumps({"lines": len(lines), "bare": bare, "withBody": with_body}))


if __name__ == "__main__":
    main()
