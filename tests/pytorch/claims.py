"""What the scripts of the chapters say about themselves: their claims."""

from contextlib import contextmanager
from typing import Callable, Iterator

CLAIMS: dict[str, Callable] = {}
COMMENTS: dict[str, str] = {}


def claim(check: Callable) -> Callable:
    """`check` asserts a sentence of the page, which names it: `{{#test adam.py::check}}`."""
    assert check.__name__ not in CLAIMS, f"{check.__name__} is here twice"
    CLAIMS[check.__name__] = check
    return check


def comment(text: str) -> Callable:
    """The function below asserts a comment of the shown code that is no value."""

    def note(check: Callable) -> Callable:
        assert text not in COMMENTS, f"`# {text}` has two checks"
        COMMENTS[text] = check.__name__
        return claim(check)

    return note


@contextmanager
def refused(error: type[Exception], words: str) -> Iterator[None]:
    """What is done inside has to end in this error, and its message to hold these words."""
    try:
        yield
    except error as it:
        assert words in str(it), f"the error says: {it}"
    else:
        raise AssertionError(f"nothing was refused where `{words}` was expected")
