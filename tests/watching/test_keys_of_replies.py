"""The key that signs the hub's replies is changed: in order, after a theft, killed half-way, lied about."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from databases import new_database
from made_once import made_once
from simulation import HandClock

from audit.events.events import RegionJoined, decode
from audit.formats.note import Signer, Verifier
from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.serving_hub import running_hub
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup import call_keys, key_rotation
from gateway.bootstrap.setup.joining import JoinError, confirm, join
from gateway.bootstrap.setup.key_rotation import rotate_call_key, rotate_log_key
from gateway.bootstrap.setup.layout import database_url
from gateway.bootstrap.setup.log_keys import key_file
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, hub_link, open_member
from gateway.bootstrap.setup.trust_hub import TrustError, trust_hub
from gateway.cli import main
from gateway.config import ConfigError, HubConfig, MemberConfig, read_config, write_config
from gateway.http.signatures import Call, Here, Reply, UnsignedError, sign_call, verify_reply
from gateway.hub.enrolment import confirm as confirm_at_hub
from gateway.hub.enrolment import hub_keys, invite
from gateway.hub.reply_keys.key_announcements import announced_keys
from gateway.keys.files import KeyFileError, read_signer
from gateway.member.answer.polling import run_round
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError
from gateway.member.region.hub_reply_keys import HubReplyKeys
from gateway.member.region.monitor import MonitorRules, monitor
from gateway.store.engine.log_lock import LogHeldError, hold_log
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.watching.clocks import Tick
from gateway.watching.keys import CALLS
from gateway.wire.enrolment import Enrolment, FingerprintError, hub_fingerprint
from gateway.wire.hub_reply_keys import KeyStep, ReplyKeys, state

ORIGIN = "log.example/hub"
OVERLAP, NONE = timedelta(days=30), timedelta(0)


@dataclass
class Pair:
    """A hub and the node of KH, which speak real HTTP; each is open only while it runs."""

    hub: Path
    node: Path
    clock: HandClock
    enrolment: Enrolment

    @contextmanager
    def served(self) -> Iterator[str]:
        with open_hub(self.hub, self.clock) as hub:
            server = WebServer(create_hub_app(hub), "127.0.0.1:0")
            server.start()
            try:
                yield server.url
            finally:
                server.close()

    def call(self, rounds: int = 2) -> None:
        """Both run for some calls of the node. Raises LinkError."""
        with self.served() as url, open_member(self.node, self.clock) as node:
            cube_cache = CubeCache(node.dictionary, node.member, node.store)
            with closing(hub_link(self.node, node, url)) as link:
                for _ in range(rounds):
                    run_round(node, cube_cache, link, 0.0)

    def trust(self, typed: str) -> None:
        with self.served() as url:
            self.moved_to(url)
            trust_hub(self.node, typed, self.clock)

    def moved_to(self, url: str) -> None:
        write_config(self.node, replace(read_config(self.node, MemberConfig), hub_url=url))

    def rotate(self, overlap: timedelta = OVERLAP) -> str:
        """Returns the fingerprint of the new key."""
        return hub_fingerprint(ORIGIN, rotate_call_key(self.hub, "yearly", overlap, self.clock).present)

    def announced(self) -> ReplyKeys:
        with open_hub(self.hub, self.clock) as hub:
            return announced_keys(hub)

    def follow(self, announced: ReplyKeys) -> None:
        """Raises LinkError; and then nothing was learned."""
        with open_member(self.node, self.clock) as node:
            calls = HubReplyKeys(node)
            before = calls.valid()
            try:
                calls.follow(announced)
            except LinkError:
                assert calls.valid() == before
                raise

    def alerts(self) -> list[str]:
        with open_member(self.node, self.clock) as node:
            monitor(node, MonitorRules(), None, Tick(self.clock.now(), 0.0), [])
            with node.store.reading() as view:
                return [kept.alert.kind for kept in view.watch.alerts(ended=False)]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    clock = HandClock()

    def make(place: Path) -> Enrolment:
        create_hub(place / "hub", ORIGIN, clock=clock, database=new_database(HUB))
        new = create_member(place / "KH", "KH", "log.example")
        with open_hub(place / "hub", clock) as hub:
            keys = enrol(hub, new.enrolment)
        connect(place / "KH", "KH", "http://127.0.0.1:0", keys, clock, database=new_database(MEMBER))
        return new.enrolment

    enrolment = made_once("keys of replies", tmp_path, make)
    return Pair(tmp_path / "hub", tmp_path / "KH", clock, enrolment)


@dataclass
class OldSignatures(httpx.Auth):
    """A node of before: it knows one key of the hub, asks for none, and learns of none."""

    requires_request_body = True
    requires_response_body = True
    signer: Signer
    hub: Verifier
    clock: HandClock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        call, here = Call(request.method, str(request.url), request.headers), Here(ORIGIN, self.clock.now())
        sign_call(call, request.content, self.signer, here)
        response = yield request
        verify_reply(Reply(response.status_code, response.headers, call), response.content, [self.hub], here)


def call_as_of_old(pair: Pair, node: Path, key: str) -> None:
    """Raises UnsignedError for a reply under another key."""
    auth = OldSignatures(read_signer(node / "keys" / "call.key"), Verifier.parse(key), pair.clock)
    with pair.served() as url, httpx.Client(base_url=url, auth=auth, trust_env=False) as client:
        said = client.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
        assert said.status_code == 200


def test_a_node_learns_the_new_key_in_the_overlap_and_goes_on_without_the_former(pair: Pair) -> None:
    pair.rotate()
    pair.call()
    assert pair.alerts() == ["new-key"]
    pair.clock.move(days=31)
    (pair.hub / "keys" / "call.key").unlink()  # nothing needs a key that has ended

    pair.call()


def test_a_node_that_was_away_is_led_on_by_statements_over_every_change(pair: Pair) -> None:
    for _ in range(2):
        pair.rotate()
        pair.clock.move(days=37)

    pair.call(rounds=1)
    announced = pair.announced()
    assert len(announced.changes) == 2
    with open_member(pair.node, pair.clock) as node:  # from now on the node's own copy of the log says so
        assert [str(v.key) for v in HubReplyKeys(node).valid()] == [announced.call_key]


def test_a_node_of_before_is_answered_under_the_key_that_it_compared(pair: Pair) -> None:
    former = read_config(pair.node, MemberConfig).hub_call_key
    pair.rotate()
    call_as_of_old(pair, pair.node, former)

    later = create_member(pair.node.parent / "LA", "LA", "log.example")
    with open_hub(pair.hub, pair.clock) as hub:
        keys = enrol(hub, later.enrolment)
    call_as_of_old(pair, pair.node.parent / "LA", keys.call_key)

    pair.clock.move(days=31)
    with pytest.raises(UnsignedError):
        call_as_of_old(pair, pair.node, former)


def test_a_stolen_key_signs_nothing_more_and_the_new_one_is_believed_once_compared(pair: Pair) -> None:
    pair.call()
    heard = pair.rotate(NONE)
    with pytest.raises(LinkError, match="may have been stolen") as refused:
        pair.call()
    assert "trust-hub" in refused.value.remedy

    with pytest.raises(FingerprintError):
        pair.trust("11111 22222 33333 44444 55555")
    with pytest.raises(LinkError, match="may have been stolen"):
        pair.call()

    pair.trust(heard)
    pair.call()
    with open_member(pair.node, pair.clock) as node, node.store.reading() as view:
        entries = [decode(node.log.entry(view.log, n)) for n in range(view.log.latest_checkpoint().size)]  # type: ignore[union-attr]
    compared = [event.hub_call_key for event in entries if isinstance(event, RegionJoined)]
    assert compared[1:] == [pair.announced().call_key]


def test_a_theft_ends_every_key_before_it(pair: Pair) -> None:
    """Also one that was replaced in order, and might be the one that was stolen."""
    pair.rotate()
    rotate_log_key(pair.hub, "yearly", OVERLAP, pair.clock)
    pair.call()
    rotate_log_key(pair.hub, "broken into", NONE, pair.clock)
    pair.rotate(NONE)

    with open_hub(pair.hub, pair.clock) as hub, hub.store.reading() as view:
        assert hub.reply_signers.valid(pair.clock.now()) == (hub.reply_signer,)
        assert len(hub.log.checkpoint(view.log).signatures) == 1
    with pytest.raises(LinkError):
        pair.call()


def test_a_new_key_in_order_may_be_compared_as_well(pair: Pair) -> None:
    heard = pair.rotate()
    pair.call()
    pair.trust(heard)
    assert pair.alerts() == []
    pair.call()


def without(step: KeyStep, pair: Pair) -> KeyStep:
    return replace(step, statement=None)


def by_thieves(step: KeyStep, pair: Pair) -> KeyStep:
    """The log's key was stolen as well, so that the entry stands there; the former key was not."""
    new = read_signer(key_file(pair.hub / "keys", CALLS, pair.announced().call_key))
    return replace(step, statement=state(step.entry, Signer.generate(new.key.name), new))


def of_another_entry(step: KeyStep, pair: Pair) -> KeyStep:
    former = read_signer(pair.hub / "keys" / "call.key")
    new = read_signer(key_file(pair.hub / "keys", CALLS, pair.announced().call_key))
    return replace(step, statement=state(b'{"another":"entry"}', former, new))


def unlogged(step: KeyStep, pair: Pair) -> KeyStep:
    """A retired key was found in an old backup: it states whatever is wanted, but the log does not say so."""
    former = read_signer(pair.hub / "keys" / "call.key")
    thief = Signer.generate(former.key.name)
    entry = step.entry.replace(pair.announced().call_key.encode(), str(thief.key).encode())
    return KeyStep(entry, step.receipt, state(entry, former, thief))


@pytest.mark.parametrize("lie", [without, by_thieves, of_another_entry, unlogged])
def test_no_lie_leads_a_node_to_a_key(lie: Callable[[KeyStep, Pair], KeyStep], pair: Pair) -> None:
    pair.rotate()
    pair.clock.move(days=31)
    announced = pair.announced()
    pair.follow(announced)

    with pytest.raises(LinkError) as refused:
        pair.follow(replace(announced, changes=tuple(lie(step, pair) for step in announced.changes)))
    assert "trust-hub" in refused.value.remedy
    with pytest.raises(LinkError, match="does not know"):
        pair.follow(replace(announced, changes=()))
    with pytest.raises(LinkError, match="does not know"):
        pair.follow(replace(announced, call_key=str(Signer.generate("x").key)))


def test_who_answers_with_an_unknown_key_and_tells_nothing_is_not_the_hub(pair: Pair) -> None:
    app = httpx.MockTransport(lambda _: httpx.Response(200, text="[[" * 9))
    with open_member(pair.node, pair.clock) as node, closing(hub_link(pair.node, node)) as link:
        link._client = httpx.Client(transport=app, auth=link._client.auth, base_url="http://hub.invalid")
        with pytest.raises(LinkError, match="not signed by the hub"):
            link.greeted()
    with pytest.raises(TrustError):  # nobody listens
        trust_hub(pair.node, "1", pair.clock)


@pytest.mark.parametrize("step", ["write_statement", "add_key_change"])
def test_killed_at_any_step_it_is_the_old_state_or_the_new(
    step: str, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    former = pair.announced()
    owner = key_rotation.SqlWatch if step == "add_key_change" else key_rotation
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            pair.rotate()

    assert pair.announced() == former
    pair.rotate()
    assert pair.announced() != former
    pair.call()


def test_a_full_disk_leaves_the_former_key(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    former = pair.announced()
    with monkeypatch.context() as patch:
        patch.setattr("gateway.keys.files.os.fsync", full)
        with pytest.raises(KeyFileError, match="No space left"):
            pair.rotate()
    assert pair.announced() == former
    assert not list((pair.hub / "keys").glob("*.new"))


def test_files_that_are_missing_or_another_keys_are_named(pair: Pair) -> None:
    pair.rotate()
    present = key_file(pair.hub / "keys", CALLS, pair.announced().call_key)
    call_keys._statement_file(pair.hub / "keys", pair.announced().call_key).unlink()
    pair.clock.move(days=31)
    with pytest.raises(LinkError, match="does not say so"):  # who was away must compare
        pair.call()

    present.write_text((pair.hub / "keys" / "call.key").read_text("ascii"), "ascii")
    with pytest.raises(KeyFileError, match="another key"):
        pair.announced()
    present.unlink()
    with pytest.raises(KeyFileError, match="is lost"), running_hub(pair.hub, Stop()):
        pass


def test_a_lost_key_of_replies_is_followed_by_a_new_one_that_is_compared(pair: Pair) -> None:
    pair.call()
    (pair.hub / "keys" / "call.key").unlink()
    with pytest.raises(KeyFileError, match="is lost"):
        pair.rotate()
    assert not list((pair.hub / "keys").glob("call-*"))

    heard = pair.rotate(NONE)
    with pytest.raises(LinkError, match="may have been stolen"):
        pair.call()
    pair.trust(heard)
    pair.call()


def test_an_invitation_from_before_the_change_is_followed_by_a_new_one(pair: Pair) -> None:
    """The fingerprints of both sides would differ: it is said at once, and the same directory goes on."""
    clock = HandClock.at_present()  # who joins looks at the system's clock
    pair.clock = clock
    place = pair.node.parent / "LA"
    with open_hub(pair.hub, clock) as hub:
        old = invite(hub, "LA", "http://127.0.0.1:9")
    pair.rotate()
    with pair.served() as url:
        with pytest.raises(JoinError, match="403"):
            join(place, replace(old, hub_url=url))
        with open_hub(pair.hub, clock) as hub:
            joining = join(place, invite(hub, "LA", url))
            confirm_at_hub(hub, "LA", joining.fingerprint)
            assert joining.hub == hub_keys(hub)
    confirm(place, joining.fingerprint)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    return result.exit_code, result.output


def test_the_commands(pair: Pair) -> None:
    url = database_url(pair.hub, read_config(pair.hub, HubConfig))
    with hold_log(url, ORIGIN), pytest.raises(LogHeldError, match="serves"):
        pair.rotate()
    with pytest.raises(ConfigError):
        rotate_call_key(pair.node, "yearly", OVERLAP, pair.clock)

    code, said = run("hub", "rotate-key", "--dir", pair.hub, "--reason", "yearly", "--overlap-days", 7)
    assert (code, "Both are valid until" in said) == (0, True)
    code, said = run("hub", "rotate-key", "--dir", pair.hub, "--reason", "broken into", "--compromised")
    assert (code, "trust-hub" in said) == (0, True)
    code, shown = run("hub", "keys", "--dir", pair.hub)
    fingerprint = shown.splitlines()[-1].partition(":")[2].strip()
    assert fingerprint in said

    with pair.served() as url:
        pair.moved_to(url)
        trusted = run("member", "trust-hub", "--dir", pair.node, "--fingerprint", fingerprint)
    assert (trusted[0], "Start the node again" in trusted[1]) == (0, True)
    pair.clock.time = HandClock.at_present().now()
    pair.call()
