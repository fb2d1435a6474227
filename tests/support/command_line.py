"""`safelane` as its users type it, but in this process: a process of its own imports all that it needs anew.

Where it matters that a command is a process, such as a server, a kill or a page's `make demo`, it is one.
"""

from click.testing import CliRunner, Result

from gateway.cli import main


def safelane(*arguments: object) -> Result:
    """What a command ends with and prints, on either stream."""
    done = CliRunner().invoke(main, list(map(str, arguments)))
    # Whatever else is raised a user would see as a traceback.
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done
