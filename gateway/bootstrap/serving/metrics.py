"""Metrics for the operator's monitoring (Prometheus), on a separate address for the operator alone.

The metrics describe the process: requests, times, sizes of logs and queues, memory. No metric is about
people, questions or results; about a member, the hub reports only the time since the last call.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.bootstrap.serving.waitress_server import AddressError
from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.member.node.context import Node

Gauges = Callable[[], Iterator[GaugeMetricFamily]]


@contextmanager
def measured(app: Flask, gauges: Gauges, listen: str) -> Iterator[None]:
    """Within the context, count requests to `app` and serve the metrics on `listen` (HOST:PORT).

    Does nothing where `listen` is empty. Raises AddressError.
    """
    if not listen:
        yield
        return
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_GaugeCollector(gauges))
    _count(app, registry)
    host, _, port = listen.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host, registry)
    except (OSError, ValueError, OverflowError) as error:
        raise AddressError(
            f"Cannot serve metrics on {listen} ({type(error).__name__}).",
            remedy="Set 'metrics: HOST:PORT' in safelane.yaml to a free address, or leave it empty.",
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hub_gauges(hub: Hub) -> Gauges:
    """Sizes and ages of the hub's own state."""

    def read_gauges() -> Iterator[GaugeMetricFamily]:
        with hub.store.reading() as view:
            checkpoint = view.log.latest_checkpoint()
            questions = len(view.open_questions())
            presence = view.presence()
            now = hub.clock.now()
        yield _gauge(
            "safelane_log_entries",
            "Entries of the regional log",
            0 if checkpoint is None else checkpoint.size,
        )
        yield _gauge("safelane_open_questions", "Questions that have not been released", questions)
        ages = GaugeMetricFamily(
            "safelane_member_silence_seconds", "Since the member's last call", labels=["member"]
        )
        for seen in presence:
            ages.add_metric([seen.member], (now - seen.last_seen).total_seconds())
        yield ages

    return read_gauges


def node_gauges(node: Node) -> Gauges:
    """Sizes and ages of the node's own state."""

    def read_gauges() -> Iterator[GaugeMetricFamily]:
        with node.store.reading() as view:
            checkpoint = view.log.latest_checkpoint()
            outbox = len(view.outbox())
        yield _gauge(
            "safelane_log_entries", "Entries of its own log", 0 if checkpoint is None else checkpoint.size
        )
        yield _gauge("safelane_outbox", "Answers that the hub has not acknowledged", outbox)

    return read_gauges


class _GaugeCollector(Collector):
    """Reads the database when metrics are requested; a missing database is a gap, not a failure."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            yield from self._gauges()
            yield _gauge("safelane_database_up", "Whether the database answers", 1)
        except SafelaneError:
            yield _gauge("safelane_database_up", "Whether the database answers", 0)


def _count(app: Flask, registry: CollectorRegistry) -> None:
    # By endpoint, never by address: an address may hold a question's number or a person's name.
    labels = ("endpoint", "status")
    requests = Counter("safelane_http_requests", "Requests answered", labels, registry=registry)
    seconds = Histogram("safelane_http_seconds", "Time to answer", ("endpoint",), registry=registry)

    def begin() -> None:
        g.safelane_begin = time.perf_counter()

    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, str(response.status_code)).inc()
        begun = g.get("safelane_begin")
        if begun is not None:
            seconds.labels(endpoint).observe(time.perf_counter() - begun)
        return response

    app.before_request(begin)
    app.after_request(end)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
