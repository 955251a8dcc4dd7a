"""The command line as a whole: instant help, short errors, the exit statuses."""

import json
import subprocess
import sys

import pytest

from kit import cli
from kit.errors import ArtifactError, DataError, Fault, KitError, ResourceError, SearchStateError

HEAVY = ("keras", "tensorflow", "jax", "numpy", "pandas", "sklearn", "matplotlib", "PIL", "h5py")


LIGHT = ["--help", "--version", "list models", "list", "train --help", "predict --help", "evaluate --help"]


@pytest.mark.parametrize("words", [words.split() for words in LIGHT], ids=LIGHT)
def test_what_needs_no_model_imports_no_heavy_library(words, tmp_path):
    script = f"""if True:
        import sys
        from kit.cli import main

        status = main({words!r})
        loaded = [name for name in {HEAVY!r} if name in sys.modules]
        sys.exit(f"imported {{loaded}}" if loaded else status)
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_import_kit_imports_no_heavy_library():
    script = f"import sys, kit; sys.exit(str([name for name in {HEAVY!r} if name in sys.modules]))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stderr == "[]\n"


def test_python_m_kit_is_the_same_command(tmp_path):
    command = [sys.executable, "-m", "kit", "list", "modls"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'models'?" in done.stderr


def test_every_file_with_add_to_is_a_command_and_help_names_it(call):
    assert set(cli.commands()) >= {"train", "evaluate", "predict", "list"}
    text = call("--help").out
    assert all(f"\n    {name} " in text for name in cli.commands())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["trian", "digits"],
            "kit: Unknown command 'trian'. Did you mean 'train'? Known: ",
        ),
        (
            ["train", "digits", "--epoch", "3"],
            "Unknown option '--epoch'. Did you mean '--epochs'?",
        ),
        (["train", "digits", "--epoch=3"], "Unknown option '--epoch'. Did you mean '--epochs'?"),
        (["train"], "the following arguments are required: DATA"),
        (["train", "digits", "more"], "Unexpected argument 'more'"),
        (["train", "digits", "--epochs", "0"], "--epochs: '0' is no whole number from 1"),
        (["train", "digits", "--epochs", "many"], "--epochs: 'many' is no whole number from 1"),
        (["train", "digits", "--minutes", "-1"], "--minutes: '-1' is no number above 0"),
        (["train", "digits", "--minutes", "nan"], "--minutes: 'nan' is no number above 0"),
        (["train", "digits", "--on-bad", "skipp"], "Did you mean 'skip'?"),
        (["train", "digits", "--set", "width"], "'width' is not of the form NAME=VALUE"),
        (["train", "digits", "--seed"], "--seed: expected one argument"),
        (["list", "taks"], "Did you mean 'tasks'?"),
        (["evaluate", "m", "digits", "--split", "tset"], "Did you mean 'test'?"),
        (["predict", "m", "x", "--as", "jsn"], "Did you mean 'json'?"),
        ([], "Which command? Known: "),
    ],
    ids=" ".join,
)
def test_a_wrong_word_costs_at_most_four_lines_and_says_what_was_meant(call, words, told):
    done = call(*words)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) <= 4
    assert "Traceback" not in done.err


class _Command:
    """Stands for the module of a command."""

    def __init__(self, action):
        self.action = action

    def add_to(self, commands):
        return commands.add_parser("act")

    def run(self, args):
        return self.action()


@pytest.fixture
def act(call, monkeypatch):
    """Function: a command that does what it is given."""

    def acted(action, *words):
        monkeypatch.setattr(cli, "commands", lambda: {"act": _Command(action)})
        return call("act", *words)

    return acted


def raising(error):
    def action():
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KitError("x"), 2),
        (DataError([Fault("row 1", "NaN")]), 2),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), 2),
        (ArtifactError("checksum", "model.keras", "x"), 3),
        (SearchStateError("x"), 4),
        (ResourceError("x"), 5),
        (MemoryError(), 5),
        (OSError(28, "No space left on device"), 5),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("division by zero"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_end_has_its_exit_status(act, error, status):
    done = act(raising(error))
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith("kit act: ")
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) <= 4


def test_with_json_an_error_is_the_one_object_on_stdout(act):
    done = act(raising(ArtifactError("checksum", "model.keras", "has changed")), "--json")
    assert done.status == 3
    message = "model.keras: has changed. Restore the artifact from a copy, or train it again."
    assert done.json == {"error": {"kind": "ArtifactError", "message": message, "status": 3}}
    assert done.err == f"kit act: {message}\n"


def test_debug_shows_where_an_error_comes_from(act):
    with pytest.raises(ZeroDivisionError):
        act(raising(ZeroDivisionError()), "--debug")


def test_a_fault_of_kit_says_so_and_how_to_learn_more(act):
    assert "--debug" in act(raising(ZeroDivisionError())).err


def test_the_users_words_about_a_warning_are_one_line_without_code(act):
    import warnings

    def warn():
        with warnings.catch_warnings(action="default"):
            warnings.showwarning = cli._show_warning
            warnings.warn("Column 'x' is ignored.", UserWarning, stacklevel=1)

    assert act(warn).err == "warning: Column 'x' is ignored.\n"


def test_a_reader_that_stops_reading_ends_the_command_quietly(tmp_path):
    script = "import sys; from kit.cli import main; sys.exit(main(['list', 'models', '--json']))"
    command = f'{sys.executable} -c "{script}" | true; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_second_call_in_one_process_works_like_the_first(call):
    first, second = call("list", "models", "--json"), call("list", "models", "--json")
    assert first.status == second.status == 0
    assert json.loads(first.out) == json.loads(second.out) == {"models": []}
