"""Commands of README and guides exist, with their options and programs."""

import re

import pytest
from guides import ROOT, commands_of, pages

from keras_gan.cli.command import _parser
from keras_gan.cli.tasks import task_of, task_of_data

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

COMMANDS = [(page, words) for page in pages() for words in commands_of(page)]
# A program of the reader.
NOT_OURS = {"my_training.py"}


def test_options_of_the_command_are_understood():
    parser = _parser()
    count = 0
    for page, (program, *words) in COMMANDS:
        if program != "keras-gan":
            continue
        try:
            options = parser.parse_args(words)
        except SystemExit:
            pytest.fail(f"{page.name}: keras-gan {' '.join(words)}")
        if words[0] == "train" and options.resume is None:
            name = options.task or task_of_data(options.data)
            task_of(name).check_options(options)
        count += 1
    assert count > 80


def test_programs_have_the_options_that_are_given():
    count = 0
    for page, (program, name, *words) in COMMANDS:
        if program != "python" or name == "-m" or name in NOT_OURS:
            continue
        path = ROOT / name
        assert path.exists(), f"{page.name}: {name}"
        # Some leave their options to another module beside them.
        text = "\n".join(one.read_text() for one in beside(path))
        for option in (word for word in words if word.startswith("--")):
            assert f'"{option}"' in text, f"{page.name}: {name} {option}"
        count += 1
    assert count > 40


def beside(path):
    """A program and the programs of its folder that it imports."""
    modules = re.findall(r"(?m)^(?:from|import) (\w+)", path.read_text())
    found = (path.with_name(f"{module}.py") for module in modules)
    return [path, *(one for one in found if one.exists())]
