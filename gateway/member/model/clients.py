"""People who were assisted, year by year: a table beside a snapshot's casualties, in part the same people.

A row is one person in one year of service. Whoever was assisted in two years has two rows, so that rows are
never added up over years. Nothing ties a row to an accident but the pseudonym of the person, which never
leaves the country.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from gateway.errors import SafelaneError
from gateway.member.model.column import Column, frozen
from gateway.member.model.received_services import ReceivedServices

MAGIC = b"safelane clients 1\n"
_LENGTH, _DIGEST = 8, 32
_CONSENTS = ("N", "NAT", "AGG", "REC")
"""From the least to the most."""


class ClientsError(SafelaneError):
    """Stored clients that are damaged."""


@dataclass(frozen=True, eq=False)
class Clients:
    """Rows by year and then by pseudonym. Build with `Clients.of`.

    `year`: the year of service. `person`: the pseudonym that the person has in the snapshot, too. `columns`
    holds, by base dimension of clients, codes of its finest level; a dimension that the register does not
    have is missing. `received`: what each row received; None where that is not known.
    """

    year: NDArray[np.int64]
    person: NDArray[np.bytes_] = field(repr=False)
    consent: Column
    columns: Mapping[str, Column]
    received: ReceivedServices | None = None

    @classmethod
    def of(
        cls,
        year: NDArray[np.int64],
        person: NDArray[np.bytes_],
        consent: Column,
        columns: Mapping[str, Column],
        received: ReceivedServices | None = None,
    ) -> "Clients":
        """Freeze rows, and put the rows into their own order.

        Raises ValueError when columns differ in length, or a person has two rows in one year.
        """
        coded = [consent.indices, *(column.indices for column in columns.values())]
        beside = () if received is None else (received,)
        if any(len(part) != len(year) for part in (person, *coded, *beside)):
            raise ValueError("columns of clients differ in length")
        order = np.lexsort((person, year))
        made = cls(year, person, consent, dict(sorted(columns.items())), received).taken(order)
        again = (made.year[1:] == made.year[:-1]) & (made.person[1:] == made.person[:-1])
        if again.any():
            raise ValueError("a client has two rows in one year")
        return made

    def __len__(self) -> int:
        return len(self.year)

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which anybody was assisted, ascending."""
        return tuple(np.unique(self.year).tolist())

    def of_year(self, year: int) -> "Clients":
        """The clients of one year."""
        return self.taken(self.year == year)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Clients":
        """Only the given rows, in the given order."""
        return Clients(
            frozen(self.year[rows]),
            frozen(self.person[rows]),
            self.consent.taken(rows),
            MappingProxyType({name: column.taken(rows) for name, column in self.columns.items()}),
            None if self.received is None else self.received.taken(rows),
        )

    def with_consents(self, lowered: Mapping[str, str]) -> "Clients":
        """The clients with the consent of some people (by pseudonym) lowered to what each still agrees to.

        Nobody's consent is raised: the less generous of register and person counts.
        """
        if not lowered:
            return self
        codes = [
            min(code, lowered.get(person.decode("ascii"), code), key=_CONSENTS.index)
            for person, code in zip(self.person.tolist(), self.consent.values(), strict=True)
        ]
        return replace(self, consent=Column.of(codes))

    def added(self, more: "Clients") -> "Clients":
        """With the clients of a file that was added: a person in a year is as the file says.

        Only dimensions of both remain: where one file has none of a dimension, it is not collected. So it is
        with services.
        """
        there = set(zip(more.year.tolist(), more.person.tolist(), strict=True))
        stays = [pair not in there for pair in zip(self.year.tolist(), self.person.tolist(), strict=True)]
        former = self.taken(np.array(stays, dtype=np.bool_))
        received = None
        if former.received is not None and more.received is not None:
            received = former.received.followed_by(more.received)
        return Clients.of(
            np.concatenate([former.year, more.year]),
            np.concatenate([former.person, more.person]),
            _joined(former.consent, more.consent),
            {n: _joined(former.columns[n], c) for n, c in more.columns.items() if n in former.columns},
            received,
        )

    def to_bytes(self) -> bytes:
        """The encoding for the member's own store, with a SHA-256 of all bytes before at its end."""
        header = {
            "columns": {name: list(column.codes) for name, column in self.columns.items()},
            "consent": list(self.consent.codes),
            "rows": len(self),
            "width": self.person.dtype.itemsize,
            **({} if self.received is None else {"received": self.received.head}),
        }
        text = canonical_json(header)
        coded = (self.consent, *self.columns.values())
        body = b"".join((
            MAGIC,
            len(text).to_bytes(_LENGTH, "big"),
            text,
            self.year.astype("<i4").tobytes(),
            self.person.tobytes(),
            *(column.indices.astype("<u2").tobytes() for column in coded),
            b"" if self.received is None else self.received.to_bytes(),
        ))  # fmt: skip
        return body + hashlib.sha256(body).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Clients":
        """Read what `to_bytes` wrote. Raises ClientsError for any other bytes."""
        try:
            found = cls._read(data)
        except (AuditError, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
            raise _damaged() from None
        if found.to_bytes() != data:
            raise _damaged()
        return found

    @classmethod
    def _read(cls, data: bytes) -> "Clients":
        if not data.startswith(MAGIC) or hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
            raise _damaged()
        at = len(MAGIC) + _LENGTH
        end = at + int.from_bytes(data[len(MAGIC) : at], "big")
        header: dict[str, Any] = load_canonical_object(data[at:end], "clients")
        rows, width = header["rows"], max(header["width"], 1)
        year = np.frombuffer(data, "<i4", rows, end).astype(np.int64)
        end += 4 * rows
        person = np.frombuffer(data, f"S{width}", rows, end)
        end += width * rows
        columns = []
        for codes in (header["consent"], *header["columns"].values()):
            indices = np.frombuffer(data, "<u2", rows, end).astype(np.uint16)
            if rows and int(indices.max()) >= len(codes):
                raise _damaged()
            columns.append(Column(tuple(codes), frozen(indices)))
            end += 2 * rows
        head = header.get("received")
        received = None if head is None else ReceivedServices.read(head, data[end:-_DIGEST], rows)
        named = dict(zip(header["columns"], columns[1:], strict=True))
        return cls.of(year, person, columns[0], named, received)


def _joined(one: Column, other: Column) -> Column:
    return Column.of([*one.values(), *other.values()])


def _damaged() -> ClientsError:
    return ClientsError("These are no stored clients.", remedy="Load the source again.")
