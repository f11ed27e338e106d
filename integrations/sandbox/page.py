"""The sandbox's own page: everything received, and buttons to answer as a provider would.

It lists what the product asked for, newest first, and every button does what the vendor or the
customer would do next; the list refreshes itself while nobody types in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox import outcome, person
from integrations.sandbox.markup import act_button, moment, page, rupees, tag, text
from integrations.sandbox.service import AUTOMATIC, DEFAULT_MODES, MANUAL, WORDS, Sandbox
from integrations.sandbox.store import Record
from integrations.sandbox.vendor import sandbox_of

TABS = (
    ("", "All"),
    ("message", "Messages"),
    ("esign", "E-sign"),
    ("payout", "Payouts"),
    ("payment", "Payments"),
    ("check", "Checks"),
    ("webhooks", "Webhooks"),
    ("calls", "Calls"),
    ("people", "People"),
    ("numbers", "Test numbers"),
    ("settings", "Settings"),
)
GOOD = frozenset({"processed", "paid", "sign_complete", "delivered", "read", "answered"})
BAD = frozenset(
    {
        "failed", "rejected", "reversed", "expired", "cancelled", "refused", "given up",
        "sign_declined", "sign_expired", "sign_failed",
    }
)  # fmt: skip
CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp", "email": "E-mail"}
KINDS = {"payout": "Payout", "payment": "Payment link", "esign": "E-sign", "check": "Check"}
MODE_WORDS = {
    "message": "Messages are delivered",
    "payout": "Payouts are processed",
    "payment": "Payment links are paid",
    "esign": "Documents are signed",
}
PEOPLE_SHOWN = 24
LINK = re.compile(r"https?://[^\s<>\"']+")
FIELDS = {
    "pan": "PAN",
    "name": "Name",
    "date_of_birth": "Date of birth",
    "account": "Account number",
    "ifsc": "IFSC",
}


def _tone(state: str) -> str:
    return "good" if state in GOOD else "bad" if state in BAD else "wait"


def _filters(request: Request) -> dict[str, str]:
    return {
        name: request.query_params.get(name, "")
        for name in ("show", "brand", "search")
        if request.query_params.get(name, "")
    }


def _nav(sandbox: Sandbox, given: Mapping[str, str]) -> str:
    counts = sandbox.store.counts()
    tabs = ""
    for key, words in TABS:
        query = urlencode({**given, "show": key} if key else {**given, "show": ""})
        here = ' aria-current="page"' if given.get("show", "") == key else ""
        count = f" <b>{counts[key]}</b>" if counts.get(key) else ""
        tabs += f'<a href="/?{query}"{here}>{words}{count}</a>'
    brands = "".join(
        f"<option{' selected' if code == given.get('brand') else ''}>{text(code)}</option>"
        for code in sandbox.store.brands()
    )
    return (
        '<header><div class="bar"><h1>Sandbox of the providers</h1>'
        '<span class="tag wait">not for production</span><span class="grow"></span>'
        '<form class="row" method="get" action="/">'
        f'<input type="hidden" name="show" value="{text(given.get("show", ""))}">'
        '<select name="brand" aria-label="Brand" style="width:auto" '
        f'onchange="this.form.submit()"><option value="">All brands</option>{brands}</select>'
        f'<input name="search" aria-label="Search" placeholder="Name, number, reference"'
        f' value="{text(given.get("search", ""))}" style="width:210px"></form></div>'
        f"<nav>{tabs}</nav></header>"
    )


async def home(request: Request) -> Response:
    """The whole page."""
    sandbox = sandbox_of(request)
    given = _filters(request)
    show = given.get("show", "")
    body = {
        "people": _people,
        "numbers": _numbers,
        "settings": _settings,
    }.get(show, lambda _sandbox, _given: "")(sandbox, given)
    feed = "" if body else f'<div id="feed" aria-live="polite">{_feed(sandbox, given)}</div>'
    return HTMLResponse(
        page(
            "Sandbox of the providers",
            f"<main>{body}{feed}</main>",
            nav=_nav(sandbox, given),
            script=not body,
        )
    )


async def feed(request: Request) -> Response:
    """Only the list, for the refresh; 304 when nothing has changed."""
    made = _feed(sandbox_of(request), _filters(request))
    etag = f'"{hashlib.sha256(made.encode()).hexdigest()[:24]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"etag": etag})
    return HTMLResponse(made, headers={"etag": etag})


def _feed(sandbox: Sandbox, given: Mapping[str, str]) -> str:
    show = given.get("show", "")
    if show == "webhooks":
        return _webhooks(sandbox)
    if show == "calls":
        return _calls(sandbox, given)
    found = sandbox.store.records(
        brand=given.get("brand", ""), kind=show, search=given.get("search", "")
    )
    if not found:
        return '<div class="card empty">Nothing has come in yet.</div>'
    return "".join(_card(sandbox, record) for record in found)


def _linked(words: str) -> str:
    out, end = "", 0
    for found in LINK.finditer(words):
        url = found.group().rstrip(".,)")
        out += text(words[end : found.start()])
        out += f'<a href="{text(url)}" target="_blank" rel="noopener">{text(url)}</a>'
        end = found.start() + len(url)
    return out + text(words[end:])


def _card(sandbox: Sandbox, record: Record) -> str:
    kind = CHANNELS.get(record.data.get("channel", ""), KINDS.get(record.kind, record.kind))
    amount = "" if record.amount_paise is None else rupees(record.amount_paise)
    special = record.data.get("outcome", "normal")
    acts = "".join(
        act_button(record.id, action, WORDS[action], first=position == 0)
        for position, action in enumerate(sandbox.actions(record))
    )
    posts = sandbox.store.posts(record.id, limit=8)
    if posts:
        acts += act_button(record.id, "repeat", "Repeat webhook")
        acts += act_button(record.id, "late", "Repeat in 30 s")
    if record.kind == "payment" and record.state == "created":
        acts += _open(f"/pay/{record.id}", "Open as the customer")
    if record.kind == "esign" and record.state.startswith("sign_in"):
        acts += _open(f"/sign/{record.id}", "Open as the customer")
    told = "".join(
        f"<li>{text(post.name)} {tag(post.state, _tone(post.state))} "
        f'<span class="soft">{text(post.last_status)}, {post.tries} tries</span></li>'
        for post in posts
    )
    lines = [f"<li>{moment(at)} {text(words)}</li>" for at, words in record.data.get("history", [])]
    return (
        f'<article class="card"><div class="row"><div class="grow">'
        f"{tag(kind)} {tag(record.state.replace('_', ' '), _tone(record.state))} "
        f"{tag('test number: ' + special, 'wait') if special != 'normal' else ''}"
        f'<p class="say">{_linked(record.title)}</p>{_mail(record)}'
        f'<div class="soft">{text(record.party)} · {text(record.brand)} · {text(record.vendor)}'
        f"{' · ' + text(record.reference) if record.reference else ''} · "
        f"{moment(record.created_at)}</div></div>"
        f'<div class="amount">{amount}</div></div>'
        f'<div class="acts">{acts}</div>'
        f'<details><summary>Details</summary><div class="mono">{text(record.id)}</div>'
        f"<ul>{''.join(lines)}{told}</ul></details></article>"
    )


def _open(address: str, words: str) -> str:
    return f'<a class="button" href="{text(address)}" target="_blank" rel="noopener">{words}</a>'


def _mail(record: Record) -> str:
    if record.data.get("channel") != "email":
        return ""
    files = "".join(
        f'<a class="button" href="/attachments/{text(one["file"])}" target="_blank">'
        f"{text(one['name'])}</a>"
        for one in record.data.get("attachments", [])
    )
    return (
        f'<p class="say">{_linked(record.data.get("text", ""))}</p><div class="acts">{files}</div>'
    )


def _webhooks(sandbox: Sandbox) -> str:
    rows = "".join(
        f"<tr><td>{text(post.brand)}</td><td>{text(post.vendor)}</td><td>{text(post.name)}</td>"
        f"<td>{tag(post.state, _tone(post.state))}</td><td>{text(post.last_status)}</td>"
        f"<td>{post.tries}</td><td class=soft>{moment(post.due_at)}</td>"
        f"<td><details><summary>Body</summary><pre>{text(post.body.decode(errors='replace'))}"
        "</pre></details></td></tr>"
        for post in sandbox.store.posts()
    )
    if not rows:
        return '<div class="card empty">No webhook has been posted yet.</div>'
    return (
        '<div class="card scroll"><table><tr><th>Brand</th><th>Provider</th><th>Event</th>'
        "<th>State</th><th>Answer</th><th>Tries</th><th>Due</th><th></th></tr>"
        f"{rows}</table></div>"
    )


def _calls(sandbox: Sandbox, given: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><td class=soft>{moment(row['at'])}</td><td>{text(row['brand'])}</td>"
        f"<td class=mono>{text(row['method'])} {text(row['path'])}</td>"
        f"<td>{tag(str(row['status']), 'good' if row['status'] < 400 else 'bad')}</td>"
        f"<td><details><summary>Request and answer</summary><pre>{text(row['request'])}</pre>"
        f"<pre>{text(row['answer'])}</pre></details></td></tr>"
        for row in sandbox.store.calls(brand=given.get("brand", ""))
    )
    if not rows:
        return '<div class="card empty">Nobody has called yet.</div>'
    return (
        '<div class="card scroll"><table><tr><th>At</th><th>Brand</th><th>Call</th><th>Answer</th>'
        f"<th></th></tr>{rows}</table></div>"
    )


def _people(sandbox: Sandbox, _given: Mapping[str, str]) -> str:
    registered = "".join(
        f"<tr><td>{text(row['name'])}</td><td class=mono>{text(row['pan'])}</td>"
        f"<td>{text(row['date_of_birth'])}</td><td class=mono>{text(row['account'])}</td>"
        f"<td class=mono>{text(row['ifsc'])}</td><td>{row['score']}</td></tr>"
        for row in sandbox.store.people()
    )
    made = "".join(
        f"<tr><td>{text(one.name)}</td><td class=mono>{one.pan}</td>"
        f"<td>{one.date_of_birth.isoformat()}</td><td class=mono>{one.mobile}</td>"
        f"<td class=mono>{one.account_number}</td><td class=mono>{one.ifsc}</td>"
        f"<td>{one.score}</td></tr>"
        for one in (person.person(number) for number in range(100, 100 + PEOPLE_SHOWN))
    )
    fields = "".join(
        f'<div><label for="{name}">{words}</label>'
        f'<input id="{name}" name="{name}" required'
        f"{' type=date' if name == 'date_of_birth' else ''}></div>"
        for name, words in FIELDS.items()
    )
    return (
        '<div class="card"><h2>Somebody of your own</h2><p class="soft">PAN check, penny drop and '
        "credit bureau will know this person.</p>"
        f'<form method="post" action="/people"><div class="fields">{fields}'
        '<div><label for="score">Score</label><input id="score" name="score" type="number" '
        'min="300" max="900" value="745"></div>'
        '<button class="first">Add</button></div></form>'
        f'<div class="scroll"><table>{registered}</table></div></div>'
        '<div class="card scroll"><h2>Test people</h2><p class="soft">The first few of '
        f"{person.PEOPLE_MAX}; anybody else gets an invented name.</p><table><tr><th>Name</th>"
        "<th>PAN</th><th>Born</th><th>Mobile</th><th>Account</th><th>IFSC</th><th>Score</th></tr>"
        f"{made}</table></div>"
    )


def _numbers(_sandbox: Sandbox, _given: Mapping[str, str]) -> str:
    cards = ""
    for name, (where, table) in outcome.TABLES.items():
        rows = "".join(
            f"<tr><td class=mono>{key}</td><td>{text(found.value)}</td></tr>"
            for key, found in table.items()
        )
        cards += (
            f'<div class="card"><h2>{text(name)}</h2><p class="soft">By {text(where)}; every other '
            f"one is answered in the ordinary way.</p><table>{rows}</table></div>"
        )
    return cards


def _settings(sandbox: Sandbox, _given: Mapping[str, str]) -> str:
    modes = ""
    for kind in DEFAULT_MODES:
        now = sandbox.mode(kind)
        options = "".join(
            f'<option value="{mode}"{" selected" if mode == now else ""}>{words}</option>'
            for mode, words in ((AUTOMATIC, "by themselves"), (MANUAL, "by a button only"))
        )
        modes += (
            f'<div><label for="{kind}">{MODE_WORDS[kind]}</label>'
            f'<select id="{kind}" name="{kind}">{options}</select></div>'
        )
    offset = sandbox.store.setting("clock_offset_s", "0")
    return (
        '<div class="card"><h2>How the sandbox answers</h2><form method="post" action="/modes">'
        f'<div class="fields">{modes}<button class="first">Save</button></div></form></div>'
        '<div class="card"><h2>Clock</h2><p class="soft">Events are dated by the sandbox’s clock: '
        f"{moment(sandbox.store.now())}.</p>"
        '<form method="post" action="/clock"><div class="fields"><div>'
        '<label for="offset_s">Ahead of this machine, in seconds</label>'
        f'<input id="offset_s" name="offset_s" type="number" value="{text(offset)}"></div>'
        '<button class="first">Save</button></div></form></div>'
        '<div class="card"><h2>Begin again</h2><p class="soft">Forget every record, webhook and '
        'call. People and settings stay.</p><form method="post" action="/forget">'
        "<button>Forget everything</button></form></div>"
    )


async def act(request: Request) -> Response:
    """A button on a card, or the same by a program; answers with the new state."""
    async with request.form() as form:
        action = str(form.get("action", ""))
        given = {key: str(value) for key, value in form.items() if key != "action"}
    try:
        record = sandbox_of(request).act(request.path_params["id"], action, by_hand=True, **given)
    except LookupError as error:
        return JSONResponse({"error": str(error)}, status_code=404)
    except ValueError as error:
        return JSONResponse({"error": str(error)}, status_code=409)
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/", status_code=303)
    return JSONResponse({"id": record.id, "state": record.state})


async def set_modes(request: Request) -> Response:
    """Switch kinds between automatic and manual."""
    async with request.form() as form:
        for kind in DEFAULT_MODES:
            if form.get(kind) in (AUTOMATIC, MANUAL):
                sandbox_of(request).store.set_setting(f"mode:{kind}", str(form[kind]))
    return RedirectResponse("/?show=settings", status_code=303)


async def set_clock(request: Request) -> Response:
    """Set how far the sandbox's clock is ahead of this machine's."""
    async with request.form() as form:
        value = str(form.get("offset_s", ""))
    if not re.fullmatch(r"-?[0-9]{1,10}", value):
        return JSONResponse({"error": "offset_s is a number of seconds"}, status_code=422)
    sandbox_of(request).store.set_setting("clock_offset_s", value)
    return RedirectResponse("/?show=settings", status_code=303)


async def add_person(request: Request) -> Response:
    """Register somebody; a form or a program posts the fields of the page."""
    async with request.form() as form:
        values = {name: str(form.get(name, "")).strip() for name in FIELDS}
        score = str(form.get("score", "745"))
    if not all(values.values()) or not score.isdigit():
        return JSONResponse({"error": f"needed: {', '.join(FIELDS)}, score"}, status_code=422)
    sandbox_of(request).store.add_person(
        values["pan"].upper(), values["name"], values["date_of_birth"], values["account"],
        values["ifsc"].upper(), int(score),
    )  # fmt: skip
    return RedirectResponse("/?show=people", status_code=303)


async def forget(request: Request) -> Response:
    """Forget everything received."""
    sandbox_of(request).store.forget()
    return RedirectResponse("/", status_code=303)


async def records(request: Request) -> Response:
    """What the page shows, for programs: `?kind=&brand=&search=`."""
    sandbox = sandbox_of(request)
    asked = request.query_params
    found = sandbox.store.records(
        brand=asked.get("brand", ""), kind=asked.get("kind", ""), search=asked.get("search", "")
    )
    return JSONResponse(
        [
            {
                "id": one.id,
                "brand": one.brand,
                "vendor": one.vendor,
                "kind": one.kind,
                "title": one.title,
                "party": one.party,
                "reference": one.reference,
                "amount_paise": one.amount_paise,
                "state": one.state,
                "data": one.data,
                "actions": list(sandbox.actions(one)),
            }
            for one in found
        ]
    )


async def attachment(request: Request) -> Response:
    """A file that travelled with an e-mail."""
    name = request.path_params["name"]
    path = sandbox_of(request).store.folder / "attachments" / name
    if not re.fullmatch(r"[0-9a-f]{24}", name) or not path.exists():
        return Response(status_code=404)
    is_pdf = path.read_bytes()[:5] == b"%PDF-"
    return FileResponse(path, media_type="application/pdf" if is_pdf else "text/plain")


routes = [
    Route("/", home),
    Route("/feed", feed),
    Route("/act/{id}", act, methods=["POST"]),
    Route("/modes", set_modes, methods=["POST"]),
    Route("/clock", set_clock, methods=["POST"]),
    Route("/people", add_person, methods=["POST"]),
    Route("/forget", forget, methods=["POST"]),
    Route("/records", records),
    Route("/attachments/{name}", attachment),
]
