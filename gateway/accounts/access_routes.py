"""The action, a row of the table of duties, of every address and command; an address without is closed."""

from gateway.accounts.analyst_routes import ANALYST_ROUTES
from gateway.accounts.auditor_routes import AUDITOR_ROUTES
from gateway.accounts.controller_routes import CONTROLLER_ROUTES
from gateway.accounts.duties import Action
from gateway.accounts.operator_routes import OPERATOR_ROUTES

_PX_QUERIES = (
    "GET /api/pxweb/v2/tables/<table_id>/defaultselection",
    "POST /api/pxweb/v2/savedqueries",
    "GET /api/pxweb/v2/savedqueries/<query_id>",
    "GET /api/pxweb/v2/savedqueries/<query_id>/selection",
    "GET /api/pxweb/v2/savedqueries/<query_id>/data",
)
_SDMX = (
    "GET /api/sdmx/v2/structure/<kind>",
    "GET /api/sdmx/v2/structure/<kind>/<agency>",
    "GET /api/sdmx/v2/structure/<kind>/<agency>/<artefact>",
    "GET /api/sdmx/v2/structure/<kind>/<agency>/<artefact>/<version>",
    "GET /api/sdmx/v2/schema/<context>/<agency>/<artefact>/<version>",
    "GET /api/sdmx/v2/availability/<context>/<agency>/<artefact>/<version>",
    "GET /api/sdmx/v2/availability/<context>/<agency>/<artefact>/<version>/<key>",
    "GET /api/sdmx/v2/data/<context>/<agency>/<artefact>/<version>",
    "GET /api/sdmx/v2/data/<context>/<agency>/<artefact>/<version>/<key>",
)

ROUTES: dict[str, Action] = {
    "GET /healthz": Action.SEE_SERVICE,
    "GET /openapi.json": Action.SEE_SERVICE,
    "GET /assets/<path:filename>": Action.SEE_SERVICE,
    "GET /gallery": Action.SEE_SERVICE,
    "GET /api/v1/desk/gallery.json": Action.SEE_SERVICE,
    "GET /log/<path:path>": Action.READ_LOG,
    "GET /": Action.ENTER,
    "GET /language/<code>": Action.ENTER,
    "GET /sign-in": Action.ENTER,
    "POST /sign-in": Action.ENTER,
    "GET /sign-in/passkey/challenge": Action.ENTER,
    "POST /sign-in/passkey": Action.ENTER,
    "POST /sign-in/directory": Action.ENTER,
    "GET /sign-in/directory/return": Action.ENTER,
    "GET /invitation": Action.ENTER,
    "POST /invitation": Action.ENTER,
    "POST /invitation/open": Action.ENTER,
    "POST /invitation/directory": Action.ENTER,
    "GET /account": Action.SEE_OWN_ACCOUNT,
    "GET /api/v1/desk/account.json": Action.SEE_OWN_ACCOUNT,
    "GET /tour": Action.SEE_OWN_ACCOUNT,
    "GET /api/v1/desk/tour.json": Action.SEE_OWN_ACCOUNT,
    "POST /tour": Action.KEEP_OWN_ACCOUNT,
    "GET /account/export": Action.KEEP_OWN_ACCOUNT,
    "GET /account/credentials": Action.KEEP_OWN_ACCOUNT,
    "POST /account/credentials": Action.KEEP_OWN_ACCOUNT,
    "GET /account/passkeys/challenge": Action.KEEP_OWN_ACCOUNT,
    "POST /account/passkeys": Action.KEEP_OWN_ACCOUNT,
    "POST /account/passkeys/remove": Action.KEEP_OWN_ACCOUNT,
    "POST /account/renewal/deny": Action.KEEP_OWN_ACCOUNT,
    "POST /account/sessions/end": Action.KEEP_OWN_ACCOUNT,
    "POST /account/tokens": Action.KEEP_OWN_ACCOUNT,
    "POST /account/tokens/revoke": Action.KEEP_OWN_ACCOUNT,
    "POST /account/addresses": Action.KEEP_OWN_ACCOUNT,
    "POST /kept": Action.KEEP_OWN_ACCOUNT,
    "POST /sign-out": Action.KEEP_OWN_ACCOUNT,
    "GET /glossary": Action.READ_WORDS,
    "GET /api/v1/desk/glossary.json": Action.READ_WORDS,
    "GET /api/v1/catalogue": Action.READ_WORDS,
    "GET /api/v1/catalogue/dcat": Action.READ_WORDS,
    "GET /api/v1/catalogue/codelists": Action.READ_WORDS,
    "GET /api/v1/catalogue/codelists/<level>.csv": Action.READ_WORDS,
    "GET /api/v1/catalogue/codelists/<level>.csv-metadata.json": Action.READ_WORDS,
    "GET /api/v1/members": Action.SEE_MEMBERS,
    "GET /api/v1/questions": Action.ASK,
    "POST /api/v1/questions": Action.ASK,
    "GET /api/v1/questions/<question_id>": Action.ASK,
    "GET /api/v1/addresses": Action.ASK,
    "DELETE /api/v1/addresses/<address_id>": Action.ASK,
    "GET /api/v1/audit/entries": Action.AUDIT,
    "GET /api/v1/audit/explanations/<what>": Action.AUDIT,
    "GET /api/v1/audit/dossiers/<question_id>": Action.AUDIT,
    "GET /api/v1/audit/sample": Action.AUDIT,
    "GET /api/v1/audit/alerts": Action.AUDIT,
    "GET /api/v1/audit/replays/<int:number>": Action.AUDIT,
    "GET /api/v1/audit/log-status": Action.AUDIT,
    **OPERATOR_ROUTES,
    **ANALYST_ROUTES,
    **AUDITOR_ROUTES,
    **CONTROLLER_ROUTES,
    "GET /api/v1/questions/<question_id>/releases/<int:number>": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/data": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/data.<ending>": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/metadata": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/csvw": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/datapackage.json": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/proof": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/<int:number>/sidecar": Action.ASK,
    "POST /api/v1/questions/<question_id>/releases/<int:number>/dhis2": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/newest/refreshing.xlsx": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/newest/data": Action.ASK,
    "GET /api/v1/questions/<question_id>/releases/newest/data.<ending>": Action.ASK,
    "GET /api/pxweb/v2/config": Action.ASK,
    "GET /api/pxweb/v2/tables": Action.ASK,
    "GET /api/pxweb/v2/tables/<table_id>": Action.ASK,
    "GET /api/pxweb/v2/tables/<table_id>/metadata": Action.ASK,
    "GET /api/pxweb/v2/tables/<table_id>/data": Action.ASK,
    "POST /api/pxweb/v2/tables/<table_id>/data": Action.ASK,
    **dict.fromkeys(_PX_QUERIES, Action.ASK),
    **dict.fromkeys(_SDMX, Action.ASK),
    "POST /federation/v2/applications": Action.APPLY,
    "GET /federation/v2/keys": Action.READ_LOG,
    "POST /federation/v1/hello": Action.DELIVER,
    "POST /federation/v2/poll": Action.DELIVER,
    "POST /federation/v2/answers": Action.DELIVER,
    "POST /federation/v2/contributions": Action.DELIVER,
    "POST /federation/v2/bounds": Action.DELIVER,
    "POST /federation/v2/own-log": Action.DELIVER,
    "POST /federation/v2/offers": Action.DELIVER,
}
"""Method and rule, as Flask spells them, of both web applications."""

_TABLES = "/api/pxweb/v2/tables"
_RELEASES = "/api/v1/questions/<question_id>/releases"
READ_BY_ADDRESS: frozenset[str] = frozenset(
    {
        *_SDMX,
        *_PX_QUERIES,
        f"GET {_RELEASES}/<int:number>/data",
        f"GET {_RELEASES}/<int:number>/data.<ending>",
        f"GET {_RELEASES}/<int:number>/metadata",
        f"GET {_RELEASES}/<int:number>/csvw",
        f"GET {_RELEASES}/<int:number>/datapackage.json",
        f"GET {_RELEASES}/<int:number>/proof",
        f"GET {_RELEASES}/newest/refreshing.xlsx",
        f"GET {_RELEASES}/newest/data",
        f"GET {_RELEASES}/newest/data.<ending>",
        "GET /api/pxweb/v2/config",
        f"GET {_TABLES}",
        f"GET {_TABLES}/<table_id>",
        f"GET {_TABLES}/<table_id>/metadata",
        f"GET {_TABLES}/<table_id>/data",
        f"POST {_TABLES}/<table_id>/data",
    }
)
"""What a personal address opens: tables are read there, and nothing is done."""

COMMANDS: dict[str, Action] = {
    "safelane account": Action.MANAGE_ACCOUNTS,
    "safelane access": Action.WORK_ON_FILES,
    "safelane ask": Action.ASK,
    "safelane report": Action.ASK,
    "safelane attack": Action.WORK_ON_FILES,
    "safelane backup": Action.RUN,
    "safelane certificate": Action.PROTECT,
    "safelane demo": Action.WORK_ON_FILES,
    "safelane doctor": Action.RUN,
    "safelane tls": Action.RUN,
    "safelane epoch": Action.REIDENTIFY,
    "safelane extract": Action.EXTRACT,
    "safelane extract keys": Action.WORK_ON_FILES,
    "safelane extract open": Action.WORK_ON_FILES,
    "safelane hub": Action.RUN,
    "safelane hub confirm": Action.ENROL_MEMBERS,
    "safelane hub invite": Action.ENROL_MEMBERS,
    "safelane hub members": Action.ENROL_MEMBERS,
    "safelane hub revoke": Action.ENROL_MEMBERS,
    "safelane keys": Action.RULE,
    "safelane log": Action.AUDIT,
    "safelane member": Action.RUN,
    "safelane member confirm": Action.ENROL_MEMBERS,
    "safelane member cube": Action.PROTECT,
    "safelane member go-on": Action.ENROL_MEMBERS,
    "safelane member join": Action.ENROL_MEMBERS,
    "safelane member load": Action.LOAD,
    "safelane member map": Action.LOAD,
    "safelane member serve": Action.RUN,
    "safelane member trust-hub": Action.ENROL_MEMBERS,
    "safelane policy": Action.RULE,
    "safelane perturb": Action.WORK_ON_FILES,
    "safelane protect": Action.WORK_ON_FILES,
    "safelane pseudonymise": Action.WORK_ON_FILES,
    "safelane redact": Action.WORK_ON_FILES,
    "safelane reidentify": Action.REIDENTIFY,
    "safelane restore": Action.RUN,
    "safelane risk": Action.WORK_ON_FILES,
    "safelane vault": Action.REIDENTIFY,
    "safelane words": Action.WORK_ON_FILES,
}
"""The line for each command; a command that is not named has the line of its longest named beginning.

Nobody signs in at a command: a command runs with the rights of the machine's account. The table says for
people whose duty the command is.
"""


def action_of_route(method: str, rule: str) -> Action | None:
    """Return the line for a request, or None for an address without a line. HEAD is GET without a body."""
    return ROUTES.get(f"{'GET' if method == 'HEAD' else method} {rule}")


def is_read_by_address(method: str, rule: str) -> bool:
    """Return whether a personal address opens an address of the application."""
    return f"{'GET' if method == 'HEAD' else method} {rule}" in READ_BY_ADDRESS


def action_of_command(command: str) -> Action | None:
    """Return the line for a command such as `safelane member map suggest`, or None if there is no line."""
    words = command.split()
    beginnings = (" ".join(words[:n]) for n in range(len(words), 1, -1))
    return next((COMMANDS[b] for b in beginnings if b in COMMANDS), None)
