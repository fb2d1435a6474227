"""Accounts in the database, on both kinds: what counts once is taken once, and a name can be forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from audit.formats.commitment import commit
from gateway.accounts.lockout import Tally
from gateway.accounts.model import (
    Account,
    Credentials,
    Identity,
    Invitation,
    Means,
    Offer,
    Passkey,
    RenewalRequest,
    Role,
    Scope,
    Session,
    Token,
)
from gateway.store.accounts.accounts_tables import spent_challenges
from gateway.store.accounts.writing import SqlPeopleNotes, SqlPeopleWriter
from gateway.store.engine.database import Database
from gateway.store.engine.migrate import HUB, migrate
from gateway.store.engine.openings import keep_opening

NOW = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
ANA = Account("ana@x.example", "ARMAC", Role.ANALYST, frozenset({"a", "b"}), NOW, 1)
BEN = Account("ben@x.example", "ARMAC", Role.ANALYST, frozenset(), NOW, 2)
SECRETS = Credentials("$argon2id$...", b"\x00sealed", 7, ("r1", "r2"))
SESSION = Session("s1", ANA.name, Means.PASSPHRASE, "Firefox on Linux", NOW, NOW)
TOKEN = Token("t1", ANA.name, "report", frozenset({Scope.ASK, Scope.READ}), NOW, NOW + timedelta(days=1))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    migrate(made, HUB)
    with made.writing() as connection:
        people = SqlPeopleWriter(connection)
        people.add_account(ANA, because=1)
        people.add_account(BEN, because=2)
        people.set_credentials(ANA.name, SECRETS, because=1)
        people.set_identity(ANA.name, Identity("https://op.example", "17"), because=1)
        people.add_session(SESSION, "hs", because=3)
        people.remember_browser(ANA.name, "hb", NOW, because=3)
        people.add_token(TOKEN, "ht", because=4)
    yield made
    made.close()


def test_what_is_kept_comes_back_as_it_was(database: Database) -> None:
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)

        assert people.account(ANA.name) == ANA
        assert people.accounts() == [ANA, BEN]
        assert people.credentials(ANA.name) == SECRETS
        assert people.account_of(Identity("https://op.example", "17")) == ANA
        assert people.account_of(Identity("https://other.example", "17")) is None
        assert people.session("hs") == (SESSION, ANA)
        assert people.token("ht") == (TOKEN, ANA)
        assert people.knows_browser("hb", ANA.name)
        assert not people.knows_browser("hb", BEN.name)


def test_a_tour_is_remembered_until_the_person_is_erased(database: Database) -> None:
    with database.writing() as connection:
        people, notes = SqlPeopleWriter(connection), SqlPeopleNotes(connection)
        for _ in range(2):
            notes.keep_tour(ANA.name, "hub-analyst", NOW)

        assert people.has_toured(ANA.name, "hub-analyst")
        assert not people.has_toured(ANA.name, "node-auditor")
        assert not people.has_toured(BEN.name, "hub-analyst")
        people.erase_secrets(ANA.name, because=5)
        assert not people.has_toured(ANA.name, "hub-analyst")


def test_codes_and_invitations_are_taken_once(database: Database) -> None:
    invitation = Invitation("i1", Offer("cy@x.example", "ARMAC", Role.AUDITOR), NOW, b"sealed")
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)
        people.add_invitation(invitation, "hi", because=5)

        assert people.invitation("hi") == invitation
        assert [people.take_invitation(invitation, because=6) for _ in range(2)] == [True, False]
        assert [people.take_step(ANA.name, step, because=6) for step in (7, 9, 9, 8, 10)] == [
            False,
            True,
            False,
            False,
            True,
        ]
        assert [people.take_recovery(ANA.name, code, because=6) for code in ("r1", "r1", "r9")] == [
            True,
            False,
            False,
        ]
        assert not people.take_recovery(BEN.name, "r2", because=6)


def test_a_passkey_is_kept_and_its_counter_only_rises(database: Database) -> None:
    key = Passkey("k1", ANA.name, "my laptop", b"\x00id", b"\xa5cose", 0, NOW)
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)
        people.add_passkey(key, "hk", because=5)

        assert people.passkey("hk") == (key, ANA)
        assert people.passkey("other") is None
        assert [people.use_passkey("k1", n, NOW, because=6) for n in (0, 0, 7, 7, 3, 0, 2**32 - 1)] == [
            *(True, True, True),
            *(False, False, False),
            True,
        ]
        assert people.passkeys_of(ANA.name) == [replace(key, counter=2**32 - 1, used=NOW)]
        assert people.passkeys_of(BEN.name) == []
        assert people.remove_passkeys(BEN.name, ["k1"], because=7) == 0
        assert people.remove_passkeys(ANA.name, because=7) == 1


def test_a_challenge_is_spent_once_and_forgotten_after_its_end(database: Database) -> None:
    later = NOW + timedelta(minutes=5)
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)

        assert people.spend_challenge("c1", later, NOW, because=5)
        assert not people.spend_challenge("c1", later, NOW, because=6)
        assert people.spend_challenge("c2", later, later + timedelta(seconds=1), because=7)
        rows = list(connection.execute(select(spent_challenges.c.hash)).scalars())
    assert rows == ["c2"]


def test_a_request_to_renew_is_taken_once(database: Database) -> None:
    first, second = (RenewalRequest(ANA.name, BEN.name, code, NOW) for code in ("h1", "h2"))
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)
        people.ask_renewal(first, because=5)
        people.ask_renewal(second, because=6)

        assert people.renewal_request(ANA.name) == second
        assert people.renewal_requests() == [second]
        assert [people.take_renewal(each, because=7) for each in (first, second, second)] == [
            False,
            True,
            False,
        ]
        assert people.renewal_request(ANA.name) is None


def test_only_own_sessions_and_tokens_end(database: Database) -> None:
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)

        assert people.end_sessions(BEN.name, ["s1"], because=6) == 0
        assert people.revoke_tokens(BEN.name, because=6) == 0
        assert people.end_sessions(ANA.name, [], because=6) == 0
        assert people.end_sessions(ANA.name, ["s1", "other"], because=6) == 1
        assert people.revoke_tokens(ANA.name, because=6) == 1


def test_a_name_is_forgotten_everywhere(database: Database) -> None:
    service = replace(ANA, name="svc@x.example", owner=ANA.name, because=8)
    with database.writing() as connection:
        people = SqlPeopleWriter(connection)
        people.add_account(service, because=8)
        keep_opening(connection, "actor", commit("actor", ANA.name.encode()), 9)
        keep_opening(connection, "subject", commit("subject", ANA.name.encode()), 9)
        keep_opening(connection, "actor", commit("actor", BEN.name.encode()), 10)

        assert people.entries_of(ANA.name) == [(9, "actor"), (9, "subject")]
        assert people.erase_openings(ANA.name, because=11) == {"actor": 1, "subject": 1}
        people.rename(ANA.name, "erased-1", because=11)

        assert people.entries_of(ANA.name) == []
        assert people.entries_of(BEN.name) == [(10, "actor")]
        assert people.account(ANA.name) is None
        assert [s.account for s in people.sessions_of("erased-1")] == ["erased-1"]
        found = people.account("svc@x.example")
        assert found is not None
        assert found.owner == "erased-1"
        people.erase_secrets("erased-1", because=11)
        assert people.session("hs") is None
        assert people.token("ht") is None
        assert people.credentials("erased-1") is None


def test_tallies_are_kept_and_forgotten(database: Database) -> None:
    with database.writing() as connection:
        notes = SqlPeopleNotes(connection)
        notes.set_tally("a", Tally(3, NOW))
        notes.set_tally("b", Tally(1, NOW - timedelta(days=2)))
        notes.set_tally("a", Tally(4, NOW))

        notes.forget_tallies(NOW - timedelta(days=1))

        assert notes.tally("a") == Tally(4, NOW)
        assert notes.tally("b") is None
        notes.set_tally("a", None)
        assert notes.tally("a") is None
