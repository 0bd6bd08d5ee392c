"""The study key, and what is derived from it: surrogate participant ids and dummy arms.

Belongs here: keyed hashes and the one place where a secret key is made. Does not belong here: who may see a record
id. Losing a secret key makes every later release use other participant ids: it lies in `record/`, which is not safe
to delete.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress

from orchestration.settings import StudyPaths, UnusableSettings

# Public on purpose: the example study has no participants, and everybody's release of it must have the same ids.
DEMO_KEYS = {"ketmbrp_syn": b"trialhouse public demo key: no participant stands behind ketmbrp_syn"}
KEY_BYTES = 32


def study_key(study: str, paths: StudyPaths) -> bytes:
    """The key of a study; a secret one is made on first use, readable by its owner only.

    Raises:
        UnusableSettings: the key file is damaged.
    """
    if study in DEMO_KEYS:
        return DEMO_KEYS[study]
    file = paths.record / "study.key"
    if not file.exists():
        with suppress(FileExistsError):
            _create(file)
    return _read(file)


def participant_id(key: bytes, record_id: str) -> str:
    """The surrogate id of a record: 16 hex digits."""
    return _keyed(key, record_id)[:16]


def dummy_arm(key: bytes, participant: str) -> str:
    """A or B, unrelated to the arm: lets by-arm code run while the trial is blinded."""
    return "AB"[int(_keyed(key, f"dummy arm of {participant}")[-8:], 16) % 2]


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def _create(file: os.PathLike[str]) -> None:
    """Write a new key under a name of its own, then link it into place: nobody ever reads half a key."""
    draft = f"{os.fspath(file)}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    finally:
        os.unlink(draft)


def _read(file: os.PathLike[str]) -> bytes:
    with open(file, encoding="ascii") as lines:
        text = lines.read().strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UnusableSettings(f"{os.fspath(file)} is not a study key; put it back from a backup")
    return key
