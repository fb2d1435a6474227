"""Example policies that ship with the package, each with its questions (`NAME.questions.yaml`)."""
