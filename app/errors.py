"""Errors of the service and the one table error → HTTP status.

ServiceError
├── SettingsError       a TONO_* variable is unknown or malformed
├── DatabaseDownError   the database does not answer
├── NotReadyError       something must be loaded or built first
├── NotFoundError       no such row
├── ForbiddenError      not for who is calling
├── OutdatedError       somebody else changed the row first
└── InputError          a file or value that was given cannot be used

Each message is one clear sentence in English for the command line; `title` is the Japanese one for the screen.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Anything that the service refuses to do, with a sentence for a person."""

    title: ClassVar[str] = "処理できませんでした"

    def __init__(self, message: str, *, detail: str = "") -> None:
        """Keep the English sentence and, where it helps on screen, a Japanese detail."""
        super().__init__(message)
        self.detail = detail


class SettingsError(ServiceError):
    """A TONO_* variable is unknown or malformed."""

    title = "設定に誤りがあります"


class DatabaseDownError(ServiceError):
    """The database does not answer."""

    title = "データベースに接続できません"


class NotReadyError(ServiceError):
    """Something must be loaded or built first."""

    title = "準備ができていません"


class NotFoundError(ServiceError):
    """No such row."""

    title = "見つかりません"


class ForbiddenError(ServiceError):
    """Not for who is calling."""

    title = "このページは開けません"


class OutdatedError(ServiceError):
    """Somebody else changed the row first."""

    title = "ほかの人が先に変えました"


class InputError(ServiceError):
    """A file or value that was given cannot be used."""

    title = "入力に誤りがあります"


STATUS: dict[type[ServiceError], int] = {
    SettingsError: 500,
    DatabaseDownError: 503,
    NotReadyError: 409,
    NotFoundError: 404,
    ForbiddenError: 403,
    OutdatedError: 409,
    InputError: 400,
}
