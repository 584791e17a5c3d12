"""`keras-gan train`: from images, a table, sounds or text to a model."""

import argparse
import contextlib
import dataclasses
from typing import get_args

from tqdm import tqdm

from keras_gan import datasets
from keras_gan.backend import devices
from keras_gan.backend.devices import is_chief
from keras_gan.cli import arguments as kinds
from keras_gan.cli import jobs, resuming
from keras_gan.cli.building import POLICIES
from keras_gan.cli.fitting import fit
from keras_gan.cli.health import findings_in_words
from keras_gan.cli.job import Job
from keras_gan.cli.metric_options import add_metric_options
from keras_gan.cli.report import write_at_end
from keras_gan.cli.settings import DEFAULT_DATA, Network
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.tasks.options import add_task_options
from keras_gan.cli.words import command

SUMMARY = "train a GAN on images, a table, sounds or lines of text"
DESCRIPTION = (
    "Trains a GAN on images, to draw new ones or to translate them, on the "
    "rows of a table, on sounds or on lines of text. The run "
    "is a folder: config.json, model.keras (the newest checkpoint), samples/, "
    "samples.gif, history.csv, health.json (what was found wrong), report.html "
    "(a page about it) and logs/ for TensorBoard. Ctrl-C saves all of it; "
    "--resume continues."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    names = ", ".join(datasets.BUILTIN_NAMES)
    parser.add_argument(
        "data",
        nargs="?",
        metavar="DATA",
        help=f"{names}; a folder of images (sub-folders are classes), a .zip "
        f"of one, an .npz; a table, .csv or .parquet; lines of text, .txt or "
        f".smi; or a folder or .zip of WAV files (default: {DEFAULT_DATA})",
    )
    add_task_options(parser)
    _add_data_options(parser)
    _add_network_options(parser)
    training = parser.add_argument_group("training")
    _add_length_options(training)
    _add_step_options(training)
    add_metric_options(
        parser.add_argument_group("metrics"),
        default=None,
        shown="fid for the built-in digits, else none",
    )
    _add_run_options(parser)


def run(options: argparse.Namespace) -> int:
    """Trains; returns the exit code."""
    devices.join_workers()
    prepare = jobs.begin if options.resume is None else resuming.resume
    with contextlib.ExitStack() as held:
        job = prepare(options, held)
        return 0 if job is None else _train(job, options)


def _train(job: Job, options: argparse.Namespace) -> int:
    is_shown = is_chief() and not options.quiet
    if is_shown:
        print(job.describe(), flush=True)
    limit = StepLimit(job.steps, job.settings.steps, job.rounds, job.budget)
    seconds = fit(
        job,
        limit,
        shows_progress=is_shown,
        checks_health=options.health,
    )
    stopped = limit.interrupted_by
    if stopped:
        kinds.print_error(
            f"stopped at step {limit.steps} of {limit.total_steps}, which is "
            f"saved. Resume with: {command('train', '--resume', job.folder)}",
            "note",
        )
    elif job.budget is not None and is_chief():
        _record_length(job, limit)
    report = None
    if options.report and is_chief():
        report = write_at_end(job.folder)
    if stopped:
        return 128 + stopped
    if is_shown:
        print(_summary(job, limit, seconds, report))
    return 0


def _record_length(job: Job, limit: StepLimit) -> None:
    """Writes how many steps there were in the place of the first plan."""
    config = job.folder.read_config()
    settings = dataclasses.replace(config.settings, steps=limit.steps)
    job.folder.write_config(dataclasses.replace(config, settings=settings))


def _summary(job, limit, seconds, report) -> str:
    samples = job.folder.newest_samples()
    lines = [
        f"Trained {limit.steps - job.steps} steps in "
        f"{tqdm.format_interval(seconds)}.",
        f"  model     {job.folder.model_path}",
        f"  samples   {samples}" * (samples is not None),
        f"  animation {job.folder.animation_path}"
        * job.folder.animation_path.exists(),
        f"  report    {report}" * (report is not None),
        f"  more      {command(*job.task.more(job.folder))}",
    ]
    lines += [f"  health    {found}" for found in findings_in_words(job.folder)]
    return "\n".join(line for line in lines if line)


def _add_data_options(parser):
    group = parser.add_argument_group("images")
    kinds.add_image_options(group)
    kinds.add_split(group)
    kinds.add_num_workers(group)
    group.add_argument(
        "--conditional",
        action=argparse.BooleanOptionalAction,
        help="condition both networks on the class labels (default: no; "
        "text: if all lines have them)",
    )
    group.add_argument(
        "--balance",
        choices=("none", "uniform"),
        help="uniform shows every class equally often, rare ones by repeating "
        "their images (default: none)",
    )
    group.add_argument(
        "--held-out",
        type=kinds.whole_number,
        metavar="N",
        help="do not train a GAN on N of the images, which show whether the "
        "discriminator memorizes the others (default: 0; a split val or test "
        "shows it, too)",
    )


def _add_network_options(parser):
    group = parser.add_argument_group("networks")
    group.add_argument(
        "--network",
        choices=get_args(Network),
        metavar="NAME",
        help="architecture of the networks: dcgan, compact, mlp, r3gan, sngan, "
        "sagan, biggan, stylegan2, progressive, fastgan or ladagan; unet or "
        "resnet to translate, srresnet or rrdb for super-resolution, "
        "gated_unet for inpainting, wavegan for sounds (default: by the task "
        "and the images' size)",
    )
    group.add_argument(
        "--width",
        type=kinds.units,
        metavar="N",
        help="channels of the finest layers, units of an mlp (default: by the "
        "images' size)",
    )
    group.add_argument(
        "--latent-dim",
        type=kinds.units,
        metavar="N",
        help="length of the latent vectors (default: 64; of biggan by the "
        "images' size, of sounds 100, of tables 128)",
    )
    group.add_argument(
        "--freeze-layers",
        type=kinds.whole_number,
        metavar="K",
        help="do not train the first K layers of the discriminator, which few "
        "images after --from would spoil (default: 0)",
    )


def _add_length_options(group):
    length = group.add_mutually_exclusive_group()
    length.add_argument(
        "--epochs",
        type=kinds.positive_number,
        metavar="N",
        help="passes over the images",
    )
    length.add_argument(
        "--steps",
        type=kinds.steps,
        metavar="N",
        help="training steps (default: by the images' size)",
    )
    length.add_argument(
        "--minutes",
        type=kinds.minutes,
        metavar="N",
        help="train for this time in all, with as many steps as it allows "
        "(default: no limit)",
    )
    group.add_argument(
        "--batch-size",
        type=kinds.positive_integer,
        metavar="N",
        help="images per step, over all GPUs and workers (default: by the "
        "network and the images' size)",
    )
    group.add_argument(
        "--seed",
        type=kinds.seed,
        metavar="N",
        help="determines weights, latents and the order of images (default: 0)",
    )


def _add_step_options(group):
    group.add_argument(
        "--loss",
        metavar="NAME",
        help="adversarial loss, with the penalties that belong to it; tasks of "
        "pairs know none, too (default: by the task and the network; "
        "relativistic for mlp, dcgan, compact and r3gan)",
    )
    group.add_argument(
        "--augment",
        metavar="NAME",
        help="augmentation before the discriminator, for small data sets: ada, "
        "diffaugment, color,translation, randaugment, flip (default: none)",
    )
    group.add_argument(
        "--learning-rate",
        type=kinds.rate,
        metavar="RATE",
        help="initial value of a cosine decay (default: by the task, the "
        "network and the images' size)",
    )
    group.add_argument(
        "--precision",
        choices=("auto", *POLICIES),
        help="auto is bfloat16 if the GPU supports it, or if a short "
        "measurement finds it fast on the CPU, else float32; of an mlp "
        "float32 (default: auto)",
    )
    group.add_argument(
        "--jit",
        action=argparse.BooleanOptionalAction,
        help="compile the step with XLA (default: on one GPU)",
    )


def _add_run_options(parser):
    group = parser.add_argument_group("run")
    group.add_argument(
        "--out",
        metavar="DIR",
        help="folder of the run (default: runs/DATA-N, the next free N)",
    )
    group.add_argument(
        "--resume",
        nargs="?",
        const="",
        metavar="RUN",
        help="continue a run, to its end or to more --steps, --epochs or "
        "--minutes (default: the newest in runs/)",
    )
    group.add_argument(
        "--save-every",
        type=kinds.steps,
        metavar="STEPS",
        help="steps between two checkpoints, sample grids and rows of the "
        "history (default: about 1/25 of the run)",
    )
    group.add_argument(
        "--health",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="look for what is wrong with the training of a GAN, and say what "
        "to change (default: yes)",
    )
    group.add_argument(
        "--report",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write report.html, a page about the run, as it ends or is "
        "stopped (default: yes)",
    )
    group.add_argument(
        "--quiet", action="store_true", help="print warnings and errors only"
    )
