"""Judges records with a Pydantic model, for redrive.

    python3 validate.py [--strict] models:Customer

reads one JSON record a line from standard input and answers each with one line, {"errors": [...]}, in the same order. The
name after the colon is a model, a dataclass or any other type Pydantic v2 can validate; its module is looked for in the
current folder first. In the contract:

    [validator]
    command = ["python3", "validate.py", "models:Customer"]
"""

import argparse
import importlib
import json
import os
import sys
import traceback


def main():
    parser = argparse.ArgumentParser(description="Judges JSON records, one a line, with a Pydantic model.")
    parser.add_argument("model", metavar="MODULE:NAME", help="such as models:Customer")
    parser.add_argument("--strict", action="store_true", help="convert nothing, not even \"42\" to 42")
    arguments = parser.parse_args()

    # Whatever the model prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    adapter = load(arguments.model)
    strict = True if arguments.strict else None
    for line in sys.stdin.buffer:
        answers.write(b'{"errors":' + judge(adapter, line, strict) + b"}\n")
        # Whoever asks waits for this line.
        answers.flush()


def load(name):
    """The validator of the type with this name; ends the program with 2 where there is none."""
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        stop(f"{name!r} names no model; write it like models:Customer")
    try:
        import pydantic
    except ImportError:
        stop("Pydantic is not installed for " + sys.executable + "; install it with: python3 -m pip install pydantic")
    if not hasattr(pydantic, "TypeAdapter"):
        stop(f"Pydantic {pydantic.VERSION} is too old; version 2 is needed")
    sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        return pydantic.TypeAdapter(found)
    except Exception as error:
        traceback.print_exc()
        stop(f"{name} cannot be loaded: {type(error).__name__}: {error}")


def judge(adapter, line, strict):
    """The errors of one record, as JSON."""
    from pydantic import ValidationError

    try:
        adapter.validate_json(line, strict=strict)
        return b"[]"
    except ValidationError as error:
        try:
            return error.json(include_url=False, include_context=False).encode("utf-8", "replace")
        except Exception:
            # A value that cannot be written as JSON; the place and the message still can.
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            return json.dumps(errors, default=str).encode()
    except Exception as error:
        # The pipeline would stop at this record, too.
        said = f"the model itself stopped with {type(error).__name__}: {error}"
        return json.dumps([{"type": "model_stopped", "loc": [], "msg": said}]).encode()


def stop(message):
    print("validate.py: " + message, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
