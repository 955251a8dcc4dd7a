"""Storage: what reaches the disk is whole, at every instant at which the process can die."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading

import pytest

from kit import storage
from kit.errors import KitError

OLD, NEW = "old " * 1000, "new " * 1000

# In a process of its own: the n-th call of one system function ends the process like kill -9.
KILL = """
    import os, pathlib, sys
    from kit import storage

    target, function, moment, count = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    original, calls = getattr(os, function), 0

    def deadly(*arguments, **keywords):
        global calls
        calls += 1
        if calls == count and moment == "before":
            os._exit(9)
        result = original(*arguments, **keywords)
        if calls == count and moment == "after":
            os._exit(9)
        return result

    setattr(os, function, deadly)
"""
WRITE_FILE = "storage.write_text(target, 'new ' * 1000)"
WRITE_FOLDER = """
    with storage.atomic_folder(target) as folder:
        (folder / 'a.txt').write_text('new ' * 1000)
        (folder / 'deep').mkdir()
        (folder / 'deep' / 'b.txt').write_text('new ' * 1000)
"""


def run(script, *arguments):
    """The script in a process of its own; its exit status."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)], capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def killed(action, target, function, moment, count):
    return run(KILL + textwrap.indent(textwrap.dedent(action), "    "), target, function, moment, count)


def text_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.txt")}


@pytest.mark.parametrize(
    ("function", "count"), [("fsync", 1), ("fsync", 2), ("chmod", 1), ("replace", 1), ("replace", 2)]
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path, function, moment, count):
    target = tmp_path / "a.txt"
    target.write_text(OLD)
    status = killed(WRITE_FILE, target, function, moment, count)
    step = (function, count, moment)
    renamed = step in {
        ("replace", 1, "after"),
        ("fsync", 2, "before"),
        ("fsync", 2, "after"),
    }
    assert status == (0 if (function, count) == ("replace", 2) else 9)
    assert target.read_text() == (NEW if renamed or status == 0 else OLD)


@pytest.mark.parametrize("there", [True, False], ids=["over an old one", "new"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", [("fsync", 1), ("fsync", 4), ("replace", 1), ("replace", 2), ("fsync", 6)])
def test_a_kill_at_any_step_leaves_the_old_folder_or_the_new_one(tmp_path, step, moment, there):
    target = tmp_path / "model"
    old = {"a.txt": OLD} if there else {}
    if there:
        target.mkdir()
        (target / "a.txt").write_text(OLD)
    killed(WRITE_FOLDER, target, step[0], moment, step[1])
    storage.recover(target)
    found = text_of(target) if target.exists() else {}
    assert found in (old, {"a.txt": NEW, "deep/b.txt": NEW})


def test_a_kill_between_the_two_renames_is_undone_and_the_same_save_then_works(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "a.txt").write_text(OLD)
    assert killed(WRITE_FOLDER, target, "replace", "after", 1) == 9
    assert not target.exists()
    storage.recover(target)
    assert text_of(target) == {"a.txt": OLD}
    assert killed(WRITE_FOLDER, target, "replace", "before", 9) == 0
    assert text_of(target) == {"a.txt": NEW, "deep/b.txt": NEW}


@pytest.mark.parametrize(("action", "name"), [(WRITE_FILE, "a.txt"), (WRITE_FOLDER, "model")])
def test_what_killed_processes_left_is_gone_after_the_next_write(tmp_path, action, name):
    for _ in range(3):
        assert killed(action, tmp_path / name, "replace", "before", 1) == 9
    assert len(list(tmp_path.iterdir())) >= 1
    assert killed(action, tmp_path / name, "replace", "before", 99) == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_a_living_process_is_writing_is_left_alone(tmp_path):
    with storage.atomic_path(tmp_path / "a.txt") as first:
        first.write_text("first")
        storage.write_text(tmp_path / "a.txt", "second")
        assert first.exists()
    assert (tmp_path / "a.txt").read_text() == "first"


def test_files_of_the_user_that_look_alike_are_left_alone(tmp_path):
    for name in (".a.new-notes.txt", ".a.txt", "a.new-1.txt", ".ab.new-1-x.txt"):
        (tmp_path / name).write_text("mine")
    storage.write_text(tmp_path / "a.txt", "x")
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(("action", "name"), [(WRITE_FILE, "a.txt"), (WRITE_FOLDER, "model")])
def test_a_full_disk_is_a_resource_error_and_changes_nothing(tmp_path, action, name):
    target = tmp_path / name
    if name == "model":
        target.mkdir()
        (target / "a.txt").write_text(OLD)
    else:
        target.write_text(OLD)
    script = f"""
    import pathlib, resource, signal, sys
    from kit import storage
    from kit.errors import ResourceError

    target = pathlib.Path(sys.argv[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        {textwrap.indent(textwrap.dedent(action).strip(), " " * 8).strip()}
    except ResourceError as error:
        assert "disk full" in str(error) and str(target) in str(error) and error.exit_code == 5
        sys.exit(7)
    """
    assert run(script, target) == 7
    assert (text_of(target) if name == "model" else target.read_text()) == (
        {"a.txt": OLD} if name == "model" else OLD
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_error_in_the_block_changes_nothing_and_is_the_error_seen(tmp_path):
    storage.write_text(tmp_path / "a.txt", OLD)
    with pytest.raises(ZeroDivisionError), storage.atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_text(NEW)
        1 / 0  # noqa: B018
    with pytest.raises(ZeroDivisionError), storage.atomic_folder(tmp_path / "model") as folder:
        (folder / "a.txt").write_text(NEW)
        1 / 0  # noqa: B018
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == OLD


def test_a_folder_that_cannot_be_made_is_told_by_name(tmp_path):
    (tmp_path / "file").write_text("x")
    for writer in (storage.atomic_path, storage.atomic_folder):
        with (
            pytest.raises(KitError, match="file/below/a.txt: cannot be written"),
            writer(tmp_path / "file" / "below" / "a.txt"),
        ):
            pass
    with pytest.raises(KitError, match="cannot be written"):
        storage.append_journal(tmp_path / "file" / "journal", {})


def test_written_files_have_the_rights_that_the_umask_gives(tmp_path):
    before = os.umask(0o027)
    try:
        storage.write_text(tmp_path / "a.txt", "x")
        with storage.atomic_folder(tmp_path / "model"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o750


def test_a_reader_never_undoes_a_swap_that_is_under_way(tmp_path):
    target = tmp_path / "model"
    stop, faults = threading.Event(), []

    def read():
        while not stop.is_set():
            storage.recover(target)
            try:
                content = (target / "a.txt").read_text()
            except FileNotFoundError:  # between the two renames
                continue
            if len(content) != 4000:
                faults.append(content)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(60):
            with storage.atomic_folder(target) as folder:
                (folder / "a.txt").write_text(f"{number:3d} " * 1000)
    finally:
        stop.set()
        reader.join()
    assert not faults
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_json_comes_back_and_is_readable_by_any_parser(tmp_path):
    value = {"name": "naïve 花", "numbers": [1, 2.5, None, True]}
    storage.write_json(tmp_path / "a.json", value)
    assert storage.read_json(tmp_path / "a.json") == value
    with pytest.raises(ValueError, match="Out of range float"):
        storage.write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert storage.read_json(tmp_path / "a.json") == value


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 200_000], ids=["empty", "cut", "binary", "deep"]
)
def test_json_that_cannot_be_read_is_told_by_its_file(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(KitError, match="a.json: not readable as JSON"):
        storage.read_json(tmp_path / "a.json")


def test_a_missing_json_file_is_told_by_name(tmp_path):
    with pytest.raises(KitError, match="a.json: no such file"):
        storage.read_json(tmp_path / "a.json")


def test_a_journal_cut_at_any_byte_loses_no_whole_record_and_takes_more(tmp_path):
    path = tmp_path / "journal.jsonl"
    for number in range(3):
        storage.append_journal(path, {"event": number, "text": "naïve\n"})
    content = path.read_bytes()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        before = storage.read_journal(path)
        assert before == [{"event": number, "text": "naïve\n"} for number in range(len(before))]
        assert len(before) >= content[:length].count(b"\n")
        storage.append_journal(path, {"event": "next"})
        assert storage.read_journal(path) == [*before, {"event": "next"}]


def test_a_journal_that_is_not_there_is_empty(tmp_path):
    assert storage.read_journal(tmp_path / "journal.jsonl") == []


def test_a_journal_on_a_full_disk_keeps_its_records(tmp_path):
    path = tmp_path / "journal.jsonl"
    storage.append_journal(path, {"event": 1})
    script = """
    import resource, signal, sys
    from kit import storage
    from kit.errors import ResourceError

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
    try:
        storage.append_journal(sys.argv[1], {"event": "x" * 2000})
    except ResourceError:
        sys.exit(7)
    """
    assert run(script, path) == 7
    storage.append_journal(path, {"event": 2})
    assert storage.read_journal(path) == [{"event": 1}, {"event": 2}]


def test_a_record_is_on_the_disk_before_append_returns(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(os.fstat(descriptor).st_size))
    storage.append_journal(tmp_path / "journal.jsonl", {"event": 1})
    assert seen == [len(json.dumps({"event": 1})) + 1]


def test_a_lock_is_refused_with_the_holder_named_and_free_after_its_death(tmp_path):
    script = """
    import sys, time
    from kit import storage

    with storage.lock(sys.argv[1]):
        print("held", flush=True)
        time.sleep(60)
    """
    path = tmp_path / "run" / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), path], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(KitError, match=f"run is in use by process {holder.pid}"), storage.lock(path):
            pass
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    with storage.lock(path):
        assert path.read_text() == str(os.getpid())


def test_the_checksum_is_that_of_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert storage.sha256(tmp_path / "a") == known
