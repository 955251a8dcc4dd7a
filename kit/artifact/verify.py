"""What is checked of an artifact before anything in it is used. Needs no Keras.

Every cause has one code, in `ArtifactError.code`:

    absent    there is no such folder        json      a JSON file cannot be read
    manifest  manifest.json is not right     zip       model.keras is no archive of Keras
    version   written by a newer kit         config    its configuration is damaged or too large
    pin       not the artifact asked for     class     its configuration names a class not known
    name      a member's name is not plain   shape     it declares more than it holds
    link      a member is a link             weights   its weights are not plain numbers
    missing   a member is not there          nan       a weight is not finite
    extra     a file that is no member       network   Keras cannot build it
    size      a member's size has changed    width     task and outputs differ in number
    checksum  a member has changed           golden    it predicts other numbers than when saved
    onnx      model.onnx is no graph of plain arithmetic, or cannot be run
"""

import json
from pathlib import Path

from kit import storage
from kit.artifact import twin
from kit.artifact.network import check_network
from kit.errors import ArtifactError, unknown

FORMAT = 1  # the number in manifest.json; rises when an older kit could not read the folder
MANIFEST = "manifest.json"
REQUIRED = ("card.json", "input.json", "model.keras", "task.json")
LARGEST_JSON = 64 * 2**20  # bytes
MOST_MEMBERS = 1000
_RESTORE = "Restore the artifact from a copy, or train it again."


def verify(path, sha256=None):
    """Checks an artifact's manifest, its members and its network.

    Args:
        path: the artifact's folder.
        sha256: what `fingerprint(path)` gave when the artifact was trusted; None to not ask.

    Returns:
        The manifest, as a dict.

    Raises:
        ArtifactError: for the first fault found; `code` names the cause, `member` the file.
    """
    path = Path(path)
    manifest = check_members(path, sha256)
    check_network(path / "model.keras")
    if twin.MEMBER in manifest["members"]:
        twin.read(path / twin.MEMBER, manifest["members"][twin.MEMBER])
    return manifest


def check_members(path, sha256=None):
    """Checks an artifact's manifest and its members, and looks into no network.

    Args, Returns, Raises: as `verify`.
    """
    manifest = _read_manifest(path, sha256)
    members = _members(manifest)
    _check_files(path, members)
    for name, said in members.items():
        _check_member(path / name, name, said)
    return manifest


def fingerprint(path):
    """SHA-256 of an artifact: of its manifest, which holds that of every member."""
    return storage.sha256(Path(path) / MANIFEST)


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
        for name in sorted(_files(folder))
    }
    return {"format": FORMAT, **facts, "members": members}


def read_member(path, name):
    """A JSON member as plain data.

    Raises:
        ArtifactError: code "json".
    """
    try:
        return json.loads((Path(path) / name).read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise ArtifactError("json", name, f"cannot be read ({str(error)[:80]}). {_RESTORE}") from None


def _read_manifest(path, sha256):
    file = path / MANIFEST
    if not path.is_dir():
        raise ArtifactError("absent", str(path), f"no such artifact.{_near(path)}")
    if not file.is_file() or file.is_symlink():
        raise ArtifactError(
            "manifest", MANIFEST, f"not found in {path}. Is it a folder that kit.save() wrote?"
        )
    if file.stat().st_size > LARGEST_JSON:
        raise ArtifactError("manifest", MANIFEST, f"is larger than {LARGEST_JSON >> 20} MB. {_RESTORE}")
    if sha256 is not None and fingerprint(path) != sha256.lower():
        raise ArtifactError(
            "pin", MANIFEST, f"has SHA-256 {fingerprint(path)}; expected {sha256}. It is another model."
        )
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ArtifactError("manifest", MANIFEST, f"is not JSON ({str(error)[:80]}). {_RESTORE}") from None


def _members(manifest):
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(version, int) and version > FORMAT:
        found = f"has format {version}; this kit reads up to {FORMAT}"
        raise ArtifactError("version", MANIFEST, f"{found}. Run: pip install --upgrade keras-kit")
    members = manifest.get("members") if version == FORMAT else None
    if (
        not isinstance(members, dict)
        or not 0 < len(members) <= MOST_MEMBERS
        or not all(map(_described, members.values()))
    ):
        raise ArtifactError("manifest", MANIFEST, f"does not describe the members. {_RESTORE}")
    return members


def _described(said):
    return isinstance(said, dict) and type(said.get("bytes")) is int and isinstance(said.get("sha256"), str)


def _check_files(path, members):
    for name in members:
        if not is_plain(name):
            raise ArtifactError(
                "name", MANIFEST, f"names the member {name[:80]!r}, which is no plain name. {_RESTORE}"
            )
    links = [str(item.relative_to(path)) for item in path.rglob("*") if item.is_symlink()]
    if links:
        raise ArtifactError(
            "link", links[0], "is a link; members are files of their own. Copy the file here."
        )
    there = _files(path) - {MANIFEST}
    missing = sorted(({*members} | {*REQUIRED}) - there)
    extra = sorted(there - {*members})
    if missing:
        raise ArtifactError("missing", missing[0], f"is not there. {_RESTORE}")
    if extra:
        raise ArtifactError("extra", extra[0][:80], f"is not in {MANIFEST}. Move it out of the artifact.")


def _check_member(file, name, said):
    size = file.stat().st_size
    if size != said["bytes"]:
        raise ArtifactError("size", name, f"has {size} bytes; expected {said['bytes']}. {_RESTORE}")
    if name.endswith(".json") and size > LARGEST_JSON:
        raise ArtifactError("size", name, f"is larger than {LARGEST_JSON >> 20} MB. {_RESTORE}")
    found = storage.sha256(file)
    if found != said["sha256"]:
        raise ArtifactError(
            "checksum", name, f"has SHA-256 {found[:16]}...; expected {said['sha256'][:16]}.... {_RESTORE}"
        )


def _files(folder):
    return {item.relative_to(folder).as_posix() for item in folder.rglob("*") if not item.is_dir()}


def _near(path):
    """Which artifact of the same parent was perhaps meant."""
    parent = path.parent if path.parent.is_dir() else Path()
    names = [item.parent.name for item in parent.glob(f"*/{MANIFEST}")]
    return " " + str(unknown("artifact", path.name, names)).split(". ", 1)[-1] if names else ""
