"""What is checked of an artifact before anything in it is used. Needs no Keras.

Every cause has one code, in `ArtifactError.code`; `kit.errors.CODES` explains each of them.
"""

import hashlib
import itertools
import json
import stat
from pathlib import Path

from kit import storage
from kit.artifact import signature, twin
from kit.artifact.network import LARGEST_FILE, check_network
from kit.errors import ArtifactError, unknown

FORMAT = 1  # the number in manifest.json; rises when an older kit could not read the folder
MANIFEST = "manifest.json"
NETWORK = "model.keras"
REQUIRED = ("card.json", "input.json", NETWORK, "task.json")
LARGEST_JSON = 64 * 2**20  # bytes
MOST_MEMBERS = 1000
_UNSEALED = {"format", "name", "golden", "members"}  # before manifests had a SHA-256 of their own
_OUTSIDE = {MANIFEST, signature.FILE}  # files that the manifest cannot describe


def verify(path, sha256=None, key=None):
    """Checks an artifact's manifest, its members and its network.

    Args:
        path: the artifact's folder.
        sha256: what `fingerprint(path)` gave when the artifact was trusted; None to not ask.
        key: file of the public key by which it must be signed; None to not ask.

    Returns:
        The manifest, as a dict.

    Raises:
        ArtifactError: for the first fault found; `code` names the cause, `member` the file.
    """
    path = Path(path)
    manifest = check_members(path, sha256, key)
    check_network(path / NETWORK)
    if twin.MEMBER in manifest["members"]:
        twin.read(path / twin.MEMBER, manifest["members"][twin.MEMBER])
    return manifest


def check_members(path, sha256=None, key=None):
    """Checks an artifact's manifest and its members, and looks into no network.

    Args, Returns, Raises: as `verify`.
    """
    manifest = _read_manifest(path, sha256, key)
    members = _members(manifest)
    _check_files(path, members)
    for name, said in members.items():
        _check_member(path / name, name, said)
    return manifest


def fingerprint(path):
    """SHA-256 of an artifact: of its manifest, which holds that of every member."""
    return storage.sha256(Path(path) / MANIFEST)


def check_pin(file, sha256):
    """Refuses a file that has not this SHA-256; None asks for nothing.

    Raises:
        ArtifactError: code "pin".
    """
    found = None if sha256 is None else storage.sha256(file)
    if found is not None and found != sha256.lower():
        cure = "It is another model: take the one that was trusted."
        raise ArtifactError("pin", file.name, f"has SHA-256 {found}", sha256, cure)


def is_plain(name):
    """Is this a member's name that stays inside the artifact on every system?

    Example:
        >>> is_plain("report/roc.png"), is_plain("../roc.png"), is_plain("C:/roc.png")
        (True, False, False)
    """
    parts = name.split("/")
    inside = len(parts) <= 4 and all(part and part[0] not in ". " for part in parts)
    return inside and name.isprintable() and not set(name) & set("\\:") and len(name.encode()) <= 255


def make_manifest(folder, **facts):
    """The manifest of a folder that is complete but for its manifest."""
    members = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": storage.sha256(folder / name)}
        for name in sorted(_files(folder) - _OUTSIDE)
    }
    return sealed({"format": FORMAT, **facts, "members": members})


def sealed(manifest):
    """A manifest with its own SHA-256, so that a flipped bit in it is found without a pin.

    Example:
        >>> sealed({"format": 1})["sha256"][:8]
        '3f0a9925'
    """
    facts = {name: value for name, value in manifest.items() if name != "sha256"}
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return {**facts, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def read_member(path, name):
    """A JSON member as plain data.

    Raises:
        ArtifactError: code "json".
    """
    try:
        return json.loads((Path(path) / name).read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise ArtifactError("json", name, f"cannot be read ({str(error)[:80]})", "JSON") from None


def _read_manifest(path, sha256, key):
    file = path / MANIFEST
    if not path.is_dir():
        raise ArtifactError("absent", str(path), f"no such artifact.{_near(path)}", cure="")
    if not file.is_file() or file.is_symlink():
        cure = "Name a folder that kit.save() wrote."
        raise ArtifactError("manifest", MANIFEST, f"not found in {path}", cure=cure)
    if file.stat().st_size > LARGEST_JSON:
        raise ArtifactError("manifest", MANIFEST, f"is larger than {LARGEST_JSON >> 20} MB")
    check_pin(file, sha256)
    content = file.read_bytes()
    if key is not None:
        signature.check(path, content, key)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ArtifactError("manifest", MANIFEST, f"cannot be read ({str(error)[:80]})", "JSON") from None


def _members(manifest):
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(version, int) and version > FORMAT:
        cure = "Run: pip install --upgrade keras-kit"
        raise ArtifactError("version", MANIFEST, f"has format {version}", f"at most {FORMAT}", cure)
    members = manifest.get("members") if type(version) is int and version == FORMAT else None
    if (
        not isinstance(members, dict)
        or not 0 < len(members) <= MOST_MEMBERS
        or not all(map(_described, members.values()))
    ):
        raise ArtifactError("manifest", MANIFEST, "does not describe the members", "their bytes and sha256")
    if manifest.keys() != _UNSEALED and manifest.get("sha256") != sealed(manifest)["sha256"]:
        raise ArtifactError("manifest", MANIFEST, "has changed", "what its own SHA-256 says")
    return members


def _described(said):
    return isinstance(said, dict) and type(said.get("bytes")) is int and isinstance(said.get("sha256"), str)


def _check_files(path, members):
    odd = next((name for name in members if not is_plain(name)), None)
    if odd is not None:
        found = f"names the member {odd[:80]!r}"
        raise ArtifactError("name", MANIFEST, found, "a plain name inside of the artifact")
    there = _files(path) - _OUTSIDE
    missing = sorted(({*members} | {*REQUIRED}) - there)
    extra = sorted(there - {*members})
    if missing:
        raise ArtifactError("missing", missing[0], "is not there")
    if extra:
        cure = "Move it out of the artifact."
        raise ArtifactError("extra", extra[0][:80], f"is not in {MANIFEST}", cure=cure)


def _check_member(file, name, said):
    size = file.stat().st_size
    if size != said["bytes"]:
        raise ArtifactError("size", name, f"has {size} bytes", str(said["bytes"])[:40])
    largest = LARGEST_JSON if name.endswith(".json") else LARGEST_FILE
    if size > largest:
        raise ArtifactError("size", name, f"has {size} bytes", f"at most {largest}")
    found = storage.sha256(file)
    if found != said["sha256"]:
        raise ArtifactError("checksum", name, f"has SHA-256 {found[:16]}...", f"{said['sha256'][:16]!r}...")


def _files(folder):
    """Names of all files in a folder, which are files of their own.

    Raises:
        ArtifactError: code "link" for a link, a pipe or a device; "extra" for far too many.
    """
    found = set()
    for item in itertools.islice(folder.rglob("*"), 2 * MOST_MEMBERS + 1):
        name, mode = item.relative_to(folder).as_posix(), item.lstat().st_mode
        if stat.S_ISREG(mode):
            found.add(name)
        elif not stat.S_ISDIR(mode):
            what = "a link" if stat.S_ISLNK(mode) else "a pipe or a device"
            raise ArtifactError("link", name[:80], f"is {what}", "a file of its own", "Copy the file here.")
    if len(found) > 2 * MOST_MEMBERS:
        raise ArtifactError("extra", str(folder)[-80:], f"has over {2 * MOST_MEMBERS} files", cure="")
    return found


def _near(path):
    """Which artifact of the same parent was perhaps meant."""
    parent = path.parent if path.parent.is_dir() else Path()
    names = [item.parent.name for item in parent.glob(f"*/{MANIFEST}")]
    return " " + str(unknown("artifact", path.name, names)).split(". ", 1)[-1] if names else ""
