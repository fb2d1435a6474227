"""A relay on loopback that keeps every byte which passes in either direction."""

import socket
import threading
from contextlib import suppress


class Recorder:
    """Listens on a port of its own and passes everything on to `target`, a port of this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._kept: list[bytes] = []
        self._open: list[socket.socket] = [self._server]
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def heard(self) -> bytes:
        """Everything that passed so far."""
        with self._lock:
            return b"".join(self._kept)

    def close(self) -> None:
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for it
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = self._server.accept()
                hub = socket.create_connection(("127.0.0.1", self._target))
                self._open += (caller, hub)
                for one, other in ((caller, hub), (hub, caller)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                with self._lock:
                    self._kept.append(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
