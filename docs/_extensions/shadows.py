"""Shows functions that are called like a file in the API reference."""

from collections.abc import Iterator

import griffe


class FunctionsBeforeFiles(griffe.Extension):
    """Lets a name be what Python takes it for.

    `keras_gan.networks.dcgan` is the function of the file `dcgan.py`. Griffe
    keeps one object for each name and would keep the file.
    """

    def on_package(self, *, pkg, **kwargs):
        moved = {}
        for module in list(modules_of(pkg)):
            for name, origin in shadowed_in(module).items():
                file = module.members.pop(name)
                old = file.path
                file.name = f"_{name}"
                module.set_member(file.name, file)
                module.set_member(name, griffe.Alias(name, origin))
                moved[f"{old}."] = f"{file.path}."
        for module in modules_of(pkg):
            redirect(module, moved)


def modules_of(module: griffe.Module) -> Iterator[griffe.Module]:
    """Yields a module and all within it."""
    yield module
    for member in list(module.members.values()):
        if not member.is_alias and member.is_module:
            yield from modules_of(member)


def shadowed_in(module: griffe.Module) -> dict[str, str]:
    """Returns what a module imports under the name of a file beside it."""
    return {
        name: origin
        for name, origin in module.imports.items()
        if not module.members[name].is_alias
        and origin != f"{module.path}.{name}"
    }


def redirect(module: griffe.Module, moved: dict[str, str]) -> None:
    """Lets what a module imports from files follow them."""

    def new(path: str) -> str:
        for old, now in moved.items():
            if path.startswith(old):
                return now + path.removeprefix(old)
        return path

    module.imports = {name: new(at) for name, at in module.imports.items()}
    aliases = [member for member in module.members.values() if member.is_alias]
    for alias in aliases:
        # Some have been resolved already, to a file.
        if f"{alias.target_path}.".startswith(tuple(moved)):
            path = new(alias.target_path)
            module.set_member(alias.name, griffe.Alias(alias.name, path))
