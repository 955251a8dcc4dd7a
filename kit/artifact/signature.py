"""Who made an artifact: its manifest signed by Ed25519, in a file beside it. Needs the extra keras-kit[sign].

The manifest holds the SHA-256 of every member, so its signature covers them all. Whoever has the
public key knows that the owner of the private one signed just these files.
Source: Bernstein et al. 2012, High-speed high-security signatures; RFC 8032.
"""

import string
from pathlib import Path

from kit import storage
from kit.errors import ArtifactError, KitError, missing_extra

FILE = "manifest.sig"  # 128 hexadecimal digits
_MANIFEST = "manifest.json"
_PRIVATE = 0o600  # for nobody but its owner


def make_keys(path):
    """Writes a new pair of keys: `path`, which signs and is to be kept secret, and `path`.pub.

    Args:
        path: file of the private key.

    Returns:
        The `Path` of the public key.

    Raises:
        KitError: if there is a file already, or the extra is not installed.

    Example:
        >>> make_keys(folder / "lab.key").name
        'lab.key.pub'
    """
    _, ed25519, serial = _library()
    path = Path(path)
    public = path.with_name(path.name + ".pub")
    there = next((file for file in (path, public) if file.exists()), None)
    if there:
        raise KitError(f"{there} exists, and what it has signed is known by it. Choose another name.")
    key = ed25519.Ed25519PrivateKey.generate()
    form = serial.PrivateFormat.PKCS8, serial.NoEncryption()
    storage.write_bytes(path, key.private_bytes(serial.Encoding.PEM, *form), mode=_PRIVATE)
    form = serial.Encoding.PEM, serial.PublicFormat.SubjectPublicKeyInfo
    storage.write_bytes(public, key.public_key().public_bytes(*form))
    return public


def sign(path, key):
    """Signs a saved model.

    Args:
        path: the artifact's folder, which is checked first.
        key: file of the private key.

    Returns:
        The `Path` of the signature, manifest.sig.

    Raises:
        ArtifactError: if the artifact is damaged.
        KitError: if the key cannot be read, or the extra is not installed.
    """
    from kit.artifact.verify import verify

    _, ed25519, serial = _library()
    private = _key(key, lambda content: serial.load_pem_private_key(content, None))
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise KitError(f"{key}: no private Ed25519 key. Make one: kit sign ARTIFACT --new-key {key}.new")
    path = Path(path)
    storage.recover(path)
    verify(path)
    signed = private.sign((path / _MANIFEST).read_bytes())
    storage.write_text(path / FILE, signed.hex() + "\n")
    return path / FILE


def check(path, manifest, key):
    """Refuses an artifact that the owner of a key has not signed.

    Args:
        path: the artifact's folder.
        manifest: the bytes of its manifest.
        key: file of the public key.

    Raises:
        ArtifactError: code "signature".
        KitError: if the key cannot be read, or the extra is not installed.
    """
    invalid, ed25519, serial = _library()
    public = _key(key, serial.load_pem_public_key)
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise KitError(f"{key}: no public Ed25519 key. Ask the maker of the model for theirs.")
    try:
        public.verify(_read(path / FILE), manifest)
    except invalid:
        found = f"is not of the key {key}, or the manifest has changed since"
        raise ArtifactError("signature", FILE, found, cure=_CURE) from None


_CURE = "Ask the maker of the model for a signed copy, or leave out the key if you trust it."


def _read(file):
    if not file.is_file() or file.is_symlink():
        raise ArtifactError("signature", FILE, "is not there", "a signature", _CURE)
    text = file.read_bytes()[:200].decode("ascii", "replace").strip()
    if len(text) != 128 or set(text) - set(string.hexdigits):
        raise ArtifactError("signature", FILE, "cannot be read", "128 hexadecimal digits", _CURE)
    return bytes.fromhex(text)


def _key(file, read):
    try:
        return read(Path(file).read_bytes())
    except OSError as error:
        raise KitError(f"{file}: {error.strerror or error}.") from None
    except (ValueError, TypeError) as error:
        raise KitError(f"{file}: no key that can be read ({str(error)[:80]}). Expected a PEM file.") from None


def _library():
    """(InvalidSignature, the module of keys, the module of their files)."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise missing_extra("cryptography", "sign") from None
    return InvalidSignature, ed25519, serialization
