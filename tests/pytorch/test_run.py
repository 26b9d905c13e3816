"""What run.py refuses: python -m unittest discover tests/pytorch"""

import tempfile
import unittest
from pathlib import Path
from textwrap import dedent

import run

# Indented, and its anchors named otherwise, so that this file is not taken for a script itself.
SOUND = """
    import torch
    from claims import claim, comment, refused

    # <shape>
    layer = torch.nn.Linear(3, 4)    # two of them
    layer.weight.shape               # torch.Size([4, 3])
    # </shape>

    @comment("two of them")
    def there_are_two():
        assert len(list(layer.parameters())) == 2

    @claim
    def three_do_not_fit():
        with refused(RuntimeError, "cannot be multiplied"):
            layer(torch.zeros(1, 4))
"""
SOUND = dedent(SOUND).lstrip().replace("</shape>", "ANCHOR_END: shape").replace("<shape>", "ANCHOR: shape")


class Refused(unittest.TestCase):
    def run_with(self, old: str = "", new: str = "") -> list[str]:
        self.assertIn(old, SOUND)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "page.py")
            path.write_text(SOUND.replace(old, new, 1) if old else SOUND)
            return run.of_chapter(path)

    def assert_wrong(self, old: str, new: str, message: str) -> None:
        with self.assertRaises(run.Wrong) as refused:
            self.run_with(old, new)
        self.assertIn(message, str(refused.exception))

    def test_a_sound_script_is_run(self) -> None:
        lines = self.run_with()
        self.assertEqual(lines[0], f"digest {run.digest(SOUND)}")
        self.assertEqual(
            lines[1:],
            [
                "comment\tshape\tlayer = torch.nn.Linear(3, 4)\ttwo of them\tthere_are_two",
                "comment\tshape\tlayer.weight.shape\ttorch.Size([4, 3])\tvalue",
                "claim there_are_two",
                "claim three_do_not_fit",
            ],
        )

    def test_a_wrong_shape(self) -> None:
        message = "page.py:6: `# torch.Size([3, 4])`: the run gave torch.Size([4, 3])"
        self.assert_wrong("[4, 3]", "[3, 4]", message)

    def test_words_without_a_check(self) -> None:
        self.assert_wrong("two of them", "of them", "no shown code has the comment `# two of them`")
        self.assert_wrong("@comment(\"two of them\")", "@claim", "`# two of them`: the run gave Linear(")

    def test_a_claim_that_does_not_hold(self) -> None:
        self.assert_wrong("== 2", "== 3", "there_are_two does not hold")
        self.assert_wrong("zeros(1, 4)", "zeros(1, 3)", "three_do_not_fit does not hold: nothing was refused")
        self.assert_wrong("cannot be multiplied", "too long", "three_do_not_fit does not hold: the error says")

    def test_a_claim_that_asserts_nothing(self) -> None:
        self.assert_wrong("assert len", "len", "there_are_two asserts nothing")

    def test_a_difference_beyond_rounding(self) -> None:
        old = ["# a", "x 1 2 1.0 2.0", "y 1 1 3.0"]
        near = ["# a", "x 1 2 1.0 2.0000000000001", "y 1 1 3.0"]
        far = ["# a", "x 1 2 1.0 2.00000001", "y 1 2 3.0"]
        self.assertEqual(list(run.differences("reference", old, near)), [])
        self.assertEqual(len(list(run.differences("reference", old, far))), 2)
        self.assertEqual(len(list(run.differences("adam", old, near))), 1)


if __name__ == "__main__":
    unittest.main()
