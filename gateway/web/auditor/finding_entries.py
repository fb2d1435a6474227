"""The search of the log in words: from the field at the head of every page to the list it was read as."""

from urllib.parse import urlencode

from flask import redirect, request

from gateway.api.services import audited
from gateway.web.auditor import listing
from gateway.web.auditor.search_words import read_words
from gateway.web.auditor.typed_search import LONGEST
from gateway.web.shared.desk import Desk, Model

PATH = "/audit/find"

desk = Desk("audit-find")


@desk.page(PATH, "auditor/entries.html")
def audit_find() -> Model:
    """Leads to the list with the conditions read from `q`, or to the one entry that was named.

    The list logs the search; this address shows nothing and is no reading.
    """
    typed = " ".join(request.args.get("q", "")[:LONGEST].split())
    found = audited().board.latest(audited().kept)
    read = read_words(typed, () if found is None else found.organisations)
    if read.entry is not None:
        return redirect(f"{listing.PATH}/{read.entry}", 303)
    search = {**read.conditions, "q": typed} if typed else {}
    return redirect(f"{listing.PATH}?{urlencode(search)}" if search else listing.PATH, 303)
