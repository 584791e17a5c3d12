"""A run to continue, from its folder."""

import argparse
import contextlib
import dataclasses
import math
from typing import Any

from keras_gan.backend.devices import is_chief
from keras_gan.cli.job import Job
from keras_gan.cli.jobs import on_devices
from keras_gan.cli.planning import budget_of, is_over
from keras_gan.cli.run_folder import Done, RunConfig, RunFolder, newest_run
from keras_gan.cli.settings import Settings, differences, steps_asked
from keras_gan.cli.tasks import task_of
from keras_gan.cli.words import command, minutes_in_words


def resume(
    options: argparse.Namespace, held: contextlib.ExitStack
) -> Job | None:
    """Prepares a run to resume; `None` if it is finished.

    Args:
        options: Arguments of the command line.
        held: Keeps other processes out of the folder, until it is closed.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If options or images differ from those of the run, its
            checkpoint is missing, or the minutes asked for are too few.
    """
    folder = _folder_to_resume(options)
    config = folder.read_config()
    if is_chief():
        held.enter_context(folder.held())
        config = folder.read_config()  # Nobody else can change it now.
    _check_checkpoint(folder)
    settings, done = config.settings, folder.done()
    _check_options(options, settings, folder)
    task = task_of(settings.task)
    source = task.open(_as_options(options, settings))
    _check_images(config, source, folder)
    task.check_resumed(config, source, folder)
    before, settings = (
        settings,
        _extended(options, config, done, folder, task.length_of_pass(source)),
    )
    config = dataclasses.replace(config, settings=settings)
    budget = None
    if settings.minutes is not None:
        budget = budget_of(settings, done.budget, options)
    if done.steps >= settings.steps if budget is None else is_over(budget):
        model = None
        if settings.minutes != before.minutes:
            _check_more_minutes(folder, settings, done)
        _print_finished(folder, done.steps, settings, options)
    else:
        model = on_devices(settings, lambda: _continued(folder, config, source))
    length, length_before = (s.minutes or s.steps for s in (settings, before))
    if is_chief() and length != length_before:
        folder.write_config(config)
    if model is None:
        return None
    return Job(folder, settings, source, model, done.steps, done.rounds, budget)


def _extended(
    options,
    config: RunConfig,
    done: Done,
    folder: RunFolder,
    length_of_pass: int,
) -> Settings:
    """The settings of a run, with the length that is asked for now."""
    settings = config.settings
    steps = steps_asked(options, length_of_pass, settings.batch_size)
    minutes = options.minutes
    if settings.minutes is None:
        _check_length(folder, f"{settings.steps} steps", "--minutes", minutes)
        if steps is None:
            return settings
        _check_not_done(folder, done.steps, steps, "steps")
        return dataclasses.replace(settings, steps=steps)
    length = f"{settings.minutes:g} minutes"
    _check_length(folder, length, "--steps or --epochs", steps)
    used = 0.0
    if done.budget is not None:
        used = done.budget.seconds / 60
        planned = done.budget.planned_steps or settings.steps
        settings = dataclasses.replace(settings, steps=planned)
    if minutes is None:
        return settings
    _check_not_done(folder, _rounded_up(used), minutes, "minutes")
    # A first plan: the budget makes it better.
    steps = math.ceil(settings.steps * minutes / settings.minutes)
    return dataclasses.replace(settings, minutes=minutes, steps=steps)


def _rounded_up(minutes: float) -> float:
    return math.ceil(minutes * 100) / 100


def _check_more_minutes(
    folder: RunFolder, settings: Settings, done: Done
) -> None:
    """Refuses a new time that is none for training, but for the time used."""
    used = _rounded_up(done.budget.seconds / 60) if done.budget else 0.0
    asked = settings.minutes or 0.0
    if asked > used:
        raise ValueError(
            "`--minutes` must leave time for training. Received: "
            f"{minutes_in_words(asked)} in all, of which `{folder}` has used "
            f"{used:g}, and to start and compile takes the rest. Ask for "
            f"{used:g} to end it here, or for more."
        )


def _check_checkpoint(folder: RunFolder) -> None:
    """Refuses a run whose checkpoint was lost: it would begin anew."""
    records = (folder.history_path, folder.newest_samples())
    left = [str(path) for path in records if path and path.exists()]
    if left and not folder.model_path.exists():
        raise ValueError(
            f"`--resume` needs the checkpoint of the run, {folder.model_path}. "
            f"Received: {' and '.join(left)} without it. Restore it from a "
            "copy, or start a new run in another folder."
        )


def _check_length(folder: RunFolder, length: str, option: str, given) -> None:
    if given is not None:
        raise ValueError(
            f"`{folder}` was started to train for {length}, which `--resume` "
            f"can change to another number of {length.split()[-1]}. Received: "
            f"{option}. Leave that out, or start a new run without --resume."
        )


def _as_options(options, settings: Settings) -> argparse.Namespace:
    """The options of the command line, as if the run began with them."""
    given = vars(options) | dataclasses.asdict(settings)
    if settings.task != "gan":
        given["image_size"] = settings.resized_to
    return argparse.Namespace(**given)


def _continued(folder: RunFolder, config: RunConfig, source: Any) -> Any:
    """The model of the checkpoint, or a new one where there is none yet."""
    settings = config.settings
    task = task_of(settings.task)
    if not folder.model_path.exists():
        return task.build(settings, source)
    return task.load(folder.model_path, settings, source)


def _folder_to_resume(options) -> RunFolder:
    named = options.resume or options.out
    if options.resume and options.out and options.resume != options.out:
        raise ValueError(
            "`--resume` continues in the folder of the run. Received: "
            f"--resume {options.resume} and --out {options.out}. Leave --out "
            "out, or copy the folder first."
        )
    return RunFolder(named) if named else newest_run()


def _check_options(options, settings: Settings, folder: RunFolder) -> None:
    found = differences(options, settings)
    if found:
        raise ValueError(
            f"`--resume` keeps the settings of the run. `{folder}` has "
            f"{', '.join(found)}. Leave these options out, or start a new run "
            "without --resume."
        )


def _check_images(config: RunConfig, source: Any, folder: RunFolder) -> None:
    task = task_of(config.settings.task)
    names = ("num_images", "image_shape", "num_classes")
    then, now = (
        {name: getattr(one, name) for name in names}
        for one in (config.dataset, source.info)
    )
    if then == now and config.images_sha256 is not None:
        then["sha256"] = config.images_sha256[:16]
        now["sha256"] = task.fingerprint(source)[:16]
    if then != now:
        raise ValueError(
            f"The {task.unit} of `{folder}` have changed since it was started: "
            f"it had {then}. Received: {now}. Restore them, or start a new run."
        )


def _check_not_done(
    folder: RunFolder, done: float, asked: float, units: str
) -> None:
    if asked < done:
        raise ValueError(
            f"`{folder}` has done {done:.15g} {units}, which cannot be taken "
            f"back. Received: --{units} {asked:.15g}. Ask for {done:.15g} to "
            "end it here, or for more."
        )


def _print_finished(
    folder: RunFolder, steps: int, settings: Settings, options
) -> None:
    more, done = ["--steps", 2 * steps], f"all {steps} steps are done"
    if settings.minutes is not None:
        done = f"{steps} steps in {minutes_in_words(settings.minutes)}"
        more = ["--minutes", f"{2 * settings.minutes:g}"]
    if is_chief() and not options.quiet:
        print(
            f"`{folder}` is finished: {done}. For more: "
            + command("train", "--resume", folder, *more)
        )
