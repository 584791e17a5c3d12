"""`main`: parses the arguments, runs a command, reports errors."""

import contextlib
import errno
import os
import pathlib
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import keras_gan
from keras_gan.backend.startup import (
    EXIT_INTERRUPTED,
    interruptible,
    load_pipeline,
)
from keras_gan.cli import (
    classify,
    edit,
    evaluate,
    export,
    generate,
    interpolate,
    project,
    report,
    study,
    style,
    train,
    translate,
)
from keras_gan.cli.arguments import (
    EXIT_USER_ERROR,
    PROGRAM,
    HelpFormatter,
    Parser,
    print_error,
)
from keras_gan.cli.augment import command as augment
from keras_gan.utils import clock
from keras_gan.utils.files import mount_point

_COMMANDS = {
    "train": train,
    "generate": generate,
    "translate": translate,
    "classify": classify,
    "evaluate": evaluate,
    "augment": augment,
    "study": study,
    "style": style,
    "export": export,
    "interpolate": interpolate,
    "project": project,
    "edit": edit,
    "report": report,
}
_PACKAGE = pathlib.Path(keras_gan.__file__).parent


def main(argv: list[str] | None = None) -> int:
    """Runs the `keras-gan` command.

    Args:
        argv: Arguments without the name of the program; by default those of
            the process.

    Returns:
        Exit code: 0, 2 for a user error, 130 when interrupted.

    Example:

    >>> keras_gan.cli.main(["--version"])
    keras-gan 0...
    0
    """
    with _open_streams(), _escaping(sys.stdout), _escaping(sys.stderr):
        try:
            options = _parser().parse_args(argv)
            # The arguments of the process are all that it does.
            begun = clock.start_of_process if argv is None else clock.seconds
            options.started = begun()
            options.seconds_to_start = clock.seconds() - options.started
        except SystemExit as stop:  # How argparse ends, also after --help.
            return int(stop.code or 0)
        load_pipeline()
        with warnings.catch_warnings(), interruptible() as interrupts:
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            return _run(options, interrupts)


@contextlib.contextmanager
def _open_streams() -> Iterator[None]:
    """Gives streams to a process that was started with closed ones.

    Otherwise files that it opens would take their numbers, and whatever writes
    there without asking Python would write into these files.
    """
    names = {"stdin": "r", "stdout": "w", "stderr": "w"}
    with contextlib.ExitStack() as stack:
        for name, mode in names.items():
            if getattr(sys, name) is None:
                stack.callback(setattr, sys, name, None)
                stream = stack.enter_context(open(os.devnull, mode))
                setattr(sys, name, stream)
        yield


@contextlib.contextmanager
def _escaping(stream: Any) -> Iterator[None]:
    """Escapes characters that a stream cannot encode, in names of files."""
    before = getattr(stream, "errors", None)
    if before is None or not hasattr(stream, "reconfigure"):
        yield
        return
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # It is closed.
            stream.reconfigure(errors=before)


def _run(options, interrupts: list[int]) -> int:
    try:
        code = options.run(options)
        sys.stdout.flush()  # A full disk is an error here, not at exit.
        return code
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:  # `keras-gan ... | head`
        _report_lost_reader()
        return EXIT_USER_ERROR
    except Exception as error:
        if interrupts:  # What it became on the way.
            return _stopped()
        message = _user_message(error)
        if message is None:
            raise
        print_error(message)
        return EXIT_USER_ERROR


def _stopped() -> int:
    print_error("stopped; what was saved before is untouched", "note")
    return EXIT_INTERRUPTED


def _report_lost_reader() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        print_error(
            "stopped, because nothing reads the output any more; what was "
            "saved before is untouched. Send it to a file instead",
            "note",
        )
    except BrokenPipeError:  # `keras-gan ... 2>&1 | head`
        os.dup2(nowhere, 2)


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description="Trains generative adversarial networks, draws, "
        "translates and classifies images with them and measures these.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"{PROGRAM} {keras_gan.__version__}",
    )
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=Parser
    )
    for name, module in _COMMANDS.items():
        command = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.DESCRIPTION,
            formatter_class=HelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _user_message(error: Exception) -> str | None:
    """The message for a user error; `None` for a bug."""
    if isinstance(error, OSError):
        return _system_message(error)
    full = os.strerror(errno.ENOSPC)
    if full in str(error):  # Of TensorFlow's writers.
        path = re.sub(r"^{{.*}} ", "", str(error).split(";")[0])
        return _system_message(OSError(errno.ENOSPC, full, path))
    if isinstance(error, MemoryError) or "ResourceExhausted" in (
        type(error).__name__
    ):
        return (
            "There is not enough memory. Choose a smaller --batch-size, "
            "--num-images, --width or --image-size."
        )
    if "Unable to initialize backend" in str(error):  # Of JAX_PLATFORMS.
        return f"JAX cannot use the devices that it should: {error}"
    # A package that only some need may be missing.
    expected = (FloatingPointError, ImportError, ValueError)
    # Errors raised by our own checks are meant for the user; the same types
    # from another package are bugs, and need their traceback.
    if isinstance(error, expected) and _raised_in_package(error):
        return str(error)
    return None


def _system_message(error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.filename is None:
        return reason
    path = os.fsdecode(error.filename)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return f"{reason}: {path}"
    disk = f"disk `{mount_point(path)}`"
    if reason != os.strerror(error.errno):  # Our own words, with a cure.
        return f"{reason}: {path}, on the {disk}"
    return (
        f"{reason}: {path}. The {disk} is full: free some space, or choose a "
        "place on another one"
    )


def _raised_in_package(error: Exception) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and pathlib.Path(frames[-1].filename).is_relative_to(
        _PACKAGE
    )


def _show_warning(message, category, *place, **more) -> None:
    del category, place, more  # The place in the source does not help users.
    print_error(str(message), "warning")
