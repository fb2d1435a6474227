"""Makes a client of the description with openapi-python-client, and reads a release with it."""

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

hub, token, question = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    made = Path(folder) / "made"
    subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            "generate", "--url", f"{hub}/openapi.json", "--output-path", str(made), "--meta", "none",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    sys.path.insert(0, folder)
    client = importlib.import_module("made").AuthenticatedClient(hub, token)
    get_question = importlib.import_module("made.api.questions.get_question")
    asked = get_question.sync(question, client=client)
cells = [[*cell.key.to_dict().values(), cell.value, str(cell.status)] for cell in asked.release.cells]
print(json.dumps({"state": asked.state, "cells": cells}))
