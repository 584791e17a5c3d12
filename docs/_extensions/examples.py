"""Shows the `Example:` of a docstring as code in the API reference."""

import re

import griffe


class ExampleBlocks(griffe.Extension):
    """Fences doctests, which Keras' docstring style does not indent."""

    def on_instance(self, *, obj, **kwargs):
        if obj.docstring:
            text = re.sub(
                r"(?m)^Examples?:$", "**Example**", obj.docstring.value
            )
            obj.docstring.value = re.sub(
                r"(?m)^>>> .*(?:\n.+)*", r"```pycon\n\g<0>\n```", text
            )
