"""Runs the Python of the book, and writes what it gave.

    python tests/pytorch/run.py               # all scripts
    python tests/pytorch/run.py adam sgd      # some
    python tests/pytorch/run.py --check       # writes nothing: do the files agree with a run?

README.md says what a script looks like, and what the files hold.
"""

import ast
import contextlib
import io
import sys
import tokenize
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import numpy
import torch

import claims
import names
import reference

HERE = Path(__file__).parent
CHAPTERS = HERE.parents[1] / "chapters"
# Two roundings of one sum, over the norm of its matrix; README.md says where it is largest.
TOLERANCE = 1e-12


class Wrong(Exception):
    """A script that does not hold what it says."""


@dataclass
class Comment:
    """A comment of the shown code, with the code before it on its line."""

    line: int
    anchor: str
    code: str
    text: str


def digest(text: str) -> str:
    """FNV-1a, by which the book sees that a script has changed since it ran."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def shown_comments(text: str) -> list[Comment]:
    lines, found, anchors = text.splitlines(), [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        said = token.string.removeprefix("#").strip()
        (line, column) = token.start
        if said.startswith("ANCHOR: "):
            anchors.append(said.removeprefix("ANCHOR: "))
        elif said.startswith("ANCHOR_END: "):
            anchors.remove(said.removeprefix("ANCHOR_END: "))
        else:
            code = lines[line - 1][:column].strip()
            found += [Comment(line, anchor, code, said) for anchor in anchors]
    return found


class Watch(ast.NodeTransformer):
    """Hands the value of each statement that ends on one of these lines to `_note`."""

    def __init__(self, lines: set[int]) -> None:
        self.lines = lines

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        if node.end_lineno in self.lines:
            node.value = self.noted(node.end_lineno, node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if node.end_lineno in self.lines:
            node.value = self.noted(node.end_lineno, node.value)
        return node

    @staticmethod
    def noted(line: int, value: ast.expr) -> ast.Call:
        return ast.Call(ast.Name("_note", ast.Load()), [ast.Constant(line), value], [])


def asserting(tree: ast.Module) -> set[str]:
    """The functions that can fail."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    is_check = lambda node: isinstance(node, ast.Assert) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refused"
    )
    return {function.name for function in functions if any(map(is_check, ast.walk(function)))}


def of_chapter(path: Path) -> list[str]:
    """Runs a script, its shown code first and then its claims."""
    text = path.read_text(encoding="utf-8")
    comments = shown_comments(text)
    values: dict[int, str] = {}

    def note(line: int, value: object) -> object:
        values[line] = repr(value)
        return value

    claims.CLAIMS.clear()
    claims.COMMENTS.clear()
    tree = ast.parse(text, path.name)
    can_fail = asserting(tree)
    tree = ast.fix_missing_locations(Watch({it.line for it in comments}).visit(tree))
    module = types.ModuleType(path.stem)
    module.__dict__.update(_note=note, __file__=str(path))
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(tree, str(path), "exec"), module.__dict__)

    said = {comment.text for comment in comments}
    for text_of_claim in claims.COMMENTS.keys() - said:
        raise Wrong(f"{path.name}: no shown code has the comment `# {text_of_claim}`")
    lines = [f"digest {digest(text)}"]
    for it in comments:
        how = claims.COMMENTS.get(it.text)
        if how is None and values.get(it.line) != it.text:
            gave = values.get(it.line, "no value, and no function is its @comment")
            raise Wrong(f"{path.name}:{it.line}: `# {it.text}`: the run gave {gave}")
        lines.append("\t".join(["comment", it.anchor, it.code, it.text, how or "value"]))
    for name, check in claims.CLAIMS.items():
        if name not in can_fail:
            raise Wrong(f"{path.name}: {name} asserts nothing")
        torch.manual_seed(0)
        try:
            check()
        except AssertionError as error:
            line = error.__traceback__.tb_next.tb_lineno
            raise Wrong(f"{path.name}:{line}: {name} does not hold: {error}") from error
        lines.append(f"claim {name}")
    return lines


def scripts() -> dict[str, Callable[[], list[str]]]:
    """What makes each file: of the chapters, the reference values, and the names."""
    made = {"reference": reference.run, "names": names.run}
    for path in sorted(HERE.glob("*.py")):
        if (CHAPTERS / f"{path.stem}.md").is_file():
            made[path.stem] = lambda path=path: of_chapter(path)
    return made


def numbers(line: str) -> tuple[str, list[float]]:
    """The words of a line of reference values that are no numbers, and the numbers."""
    words = line.split(" ")
    return " ".join(words[:3]), [float(word) for word in words[3:]]


def differences(name: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Where two files differ but for the versions, and, in reference values, rounding."""
    if len(old) != len(new):
        yield f"{name}.txt has {len(old)} lines, and the run made {len(new)}"
    for number, (before, after) in enumerate(zip(old, new), start=2):
        if before == after:
            continue
        if name == "reference" and not before.startswith("#"):
            (kept, was), (made, now) = numbers(before), numbers(after)
            size = max(torch.tensor(was).norm().item(), 1e-300)
            distance = (torch.tensor(was, dtype=torch.float64) - torch.tensor(now, dtype=torch.float64)).norm()
            if kept == made and distance <= TOLERANCE * size:
                continue
        yield f"{name}.txt:{number}: `{before[:120]}`, and the run gave `{after[:120]}`"


def main(arguments: list[str]) -> int:
    is_check = "--check" in arguments
    wanted = [argument for argument in arguments if argument != "--check"]
    made = scripts()
    unknown = [name for name in wanted if name not in made]
    if unknown:
        print(f"no script {', '.join(unknown)}; there are: {', '.join(made)}")
        return 1
    torch.set_num_threads(1)
    versions = f"# torch {torch.__version__}, numpy {numpy.__version__}"
    wrong = []
    for name in wanted or made:
        path = HERE / f"{name}.txt"
        try:
            lines = made[name]()
        except Wrong as error:
            wrong.append(str(error))
            continue
        if is_check:
            old = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [""]
            if name == "names" and old[0] != versions:
                print(f"names.txt has `{old[0]}`, and here is `{versions}`: not compared")
            else:
                wrong += differences(name, old[1:], lines)
        else:
            path.write_text("\n".join([versions, *lines]) + "\n", encoding="utf-8")
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{len(wanted or made)} scripts ran, and their files agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
