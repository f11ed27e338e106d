"""Decides how people log in and out: plain HTML forms, an httpOnly cookie, nothing of it in a
socket. Staff give e-mail and password, customers and businesses a one-time code sent to their
mobile."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backoffice.security.access import SESSION_COOKIE
from backoffice.security.database import in_thread
from backoffice.security.http import address_of, device_of
from backoffice.shell.catalogue import t
from core.access.actor import Actor, ActorKind
from core.access.otp import request_otp, verify_otp
from core.access.session import (
    ABSOLUTE_TIMEOUT,
    NewSession,
    load_actor,
    log_in_staff,
    log_out,
    open_party_session,
    open_staff_session,
    platform_session,
    staff_brands,
    switch_brand,
)
from core.access.tables import Role, Staff, StaffGrant
from core.brand.tables import Brand
from core.db.settings import database_settings
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.kernel.errors import DomainError

log = logging.getLogger("munim.login")
LOGIN_PURPOSE: Final = "login"
NAME_OF_PARTY: Final = {"my": ActorKind.CUSTOMER, "business": ActorKind.BUSINESS}
PARTY_PATH: Final = {ActorKind.CUSTOMER: "my", ActorKind.BUSINESS: "business"}
FLASH_COOKIE: Final = "munim_flash"
FLASH_SECONDS: Final = 600

# how a mobile number that proved itself becomes a party: (uow, mobile) -> (id, name)
PartyFinder = Callable[[UnitOfWork, str], tuple[int, str]]
_party_finders: dict[ActorKind, PartyFinder] = {}


def party_login(kind: str, finder: PartyFinder) -> None:
    """A feature tells how its people are found or registered by a proven mobile number."""
    _party_finders[ActorKind(kind)] = finder


def demo_people_offered() -> bool:
    """Whether the login page may offer the demo people; never in production."""
    return os.environ.get("MUNIM_DEMO", "") == "1" and not database_settings().production


def _now() -> datetime:
    return datetime.now(UTC)


def _is_https(request: Request) -> bool:
    return (request.headers.get("x-forwarded-proto") or request.url.scheme) == "https"


def _safe_next(path: str) -> str:
    """Only an address inside this product; anything else becomes the start page."""
    good = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if good and "\n" not in path else ""


def _flash(target: str, **words: str) -> Response:
    """Go to a page with words for it in a short-lived cookie: personal data is in no address."""
    answer = RedirectResponse(target, 303)
    packed = base64.urlsafe_b64encode(json.dumps(words).encode()).decode()
    answer.set_cookie(
        FLASH_COOKIE, packed, max_age=FLASH_SECONDS, httponly=True, samesite="lax", path="/"
    )
    return answer


def _flashed(request: Request) -> dict[str, str]:
    try:
        words = json.loads(base64.urlsafe_b64decode(request.cookies.get(FLASH_COOKIE, "")))
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in words.items()} if isinstance(words, dict) else {}


def _with_session(request: Request, made: NewSession, target: str) -> Response:
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        SESSION_COOKIE,
        made.cookie_value,
        max_age=int(ABSOLUTE_TIMEOUT.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
        path="/",
    )
    # a new client token: no state shared with the login before
    answer.headers["clear-site-data"] = '"storage"'
    answer.delete_cookie(FLASH_COOKIE, path="/")
    return answer


def _document(title: str, body: str, *, brand: Brand | None = None) -> HTMLResponse:
    colour = brand.colour if brand else "#0f766e"
    page = f"""<!doctype html><html lang="en-IN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)} · Munim</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/munim.css">
<script src="/theme.js"></script>
<style>:root{{--brand:{escape(colour)}}}</style></head>
<body><main class="gate"><div class="gate-card">{body}</div></main></body></html>"""
    return HTMLResponse(page, headers={"cache-control": "no-store"})


def _mark(name: str, note: str) -> str:
    return (
        '<div class="row"><span class="avatar" style="background:var(--accent);'
        f'color:var(--accent-ink)">{escape(name[:1])}</span>'
        f'<div><div class="strong">{escape(name)}</div>'
        f'<div class="muted">{escape(note)}</div></div></div>'
    )


def _problem(text: str) -> str:
    if not text:
        return ""
    return (
        '<div class="problem" role="alert" tabindex="-1" autofocus>'
        f"<h2>{escape(t('There is a problem'))}</h2><p>{escape(text)}</p></div>"
    )


def _input(name: str, label: str, value: str = "", **extra: str) -> str:
    attributes = " ".join(
        f'{key.replace("_", "-")}="{escape(text, quote=True)}"' for key, text in extra.items()
    )
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>'
        f'<input class="input" id="{name}" name="{name}" value="{escape(value, quote=True)}" '
        f"required {attributes}></div>"
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'


def _demo_people() -> list[tuple[int, str, str, str]]:
    """(staff id, name, role, brand) of the demo people."""
    with platform_session() as session:
        rows = session.execute(
            select(Staff.id, Staff.name, Role.name, Brand.name, Brand.id, Role.position)  # pyright: ignore
            .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
            .join(Role, col(Role.id) == col(StaffGrant.role_id))
            .join(Brand, col(Brand.id) == col(StaffGrant.granted_brand))
            .where(col(Staff.demo), col(Staff.active))
            .order_by(col(Brand.id), col(Role.position), col(Staff.id))
        ).all()
        supers = session.execute(
            select(Staff.id, Staff.name).where(  # pyright: ignore
                col(Staff.demo), col(Staff.active), col(Staff.super_admin)
            )
        ).all()
    granted = {row[0] for row in rows}
    first = [(one[0], one[1], t("Super admin"), "") for one in supers if one[0] not in granted]
    return first + [(r[0], r[1], r[2], r[3]) for r in rows]


async def staff_login_page(request: Request) -> Response:
    """The page on which staff log in; with demo data on it offers the demo people by role."""
    words = _flashed(request)
    problem, email = words.get("problem", ""), words.get("email", "")
    target = _safe_next(request.query_params.get("next", ""))
    people = ""
    if demo_people_offered():
        shown: dict[str, list[str]] = {}
        for staff_id, name, role, brand in await in_thread(_demo_people):
            shown.setdefault(brand or t("Every brand"), []).append(
                f'<button name="staff" value="{staff_id}"><span>{escape(role)}</span>'
                f'<span class="muted">{escape(name)}</span></button>'
            )
        groups = "".join(
            f'<h3>{escape(brand)}</h3><div class="people">{"".join(buttons)}</div>'
            for brand, buttons in shown.items()
        )
        people = (
            '<form class="card" method="post" action="/auth/demo">'
            f"<h2>{escape(t('Demo people'))}</h2>"
            f'<p class="muted">{escape(t("One click logs you in as this person."))}</p>'
            f"{groups}</form>"
        )
    body = (
        _mark("Munim", t("Back office"))
        + '<form class="card" method="post" action="/auth/login">'
        + f"<h1>{escape(t('Log in'))}</h1>"
        + _problem(problem)
        + _input("email", t("E-mail"), email, type="email", autocomplete="username")
        + _input("password", t("Password"), type="password", autocomplete="current-password")
        + _hidden("next", target)
        + f'<button class="btn primary wide">{escape(t("Log in"))}</button></form>'
        + people
    )
    return _document(t("Log in"), body)


async def staff_login(request: Request) -> Response:
    """POST: e-mail and password to a session."""
    form = await request.form()
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    target = _safe_next(str(form.get("next", "")))
    try:
        made = await in_thread(
            lambda: log_in_staff(
                email, password, address=address_of(request), device=device_of(request), now=_now()
            )
        )
    except DomainError as error:
        return _flash("/login", problem=error.message, email=email)
    return _with_session(request, made, _home(made.actor, target))


def _home(actor: Actor, target: str) -> str:
    if target and target.split("/")[1].split("?")[0] == actor.brand_code:
        return target
    return f"/{actor.brand_code}"


async def demo_login(request: Request) -> Response:
    """POST: become a demo person; refused unless demo data is on and this is not production."""
    if not demo_people_offered():
        return Response("Not found", 404)
    form = await request.form()
    wanted = str(form.get("staff", ""))

    def work() -> NewSession | None:
        with platform_session() as session:
            staff = session.get(Staff, int(wanted)) if wanted.isdigit() else None
            if staff is None or not staff.demo or not staff.active:
                return None
        return open_staff_session(
            staff.id, address=address_of(request), device=device_of(request), now=_now()
        )

    made = await in_thread(work)
    if made is None:
        return _flash("/login", problem=t("This demo person is gone"))
    return _with_session(request, made, _home(made.actor, ""))


async def logout(request: Request) -> Response:
    """POST: end the session and forget everything the browser kept."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    target = "/login"
    if cookie:

        def work() -> Actor | None:
            actor = load_actor(cookie, now=_now())
            log_out(cookie, now=_now())
            return actor

        actor = await in_thread(work)
        if actor is not None and actor.kind in PARTY_PATH:
            target = f"/{PARTY_PATH[actor.kind]}/{actor.brand_code}/login"
    answer = RedirectResponse(target, 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    answer.headers["clear-site-data"] = '"storage"'
    return answer


async def change_brand(request: Request) -> Response:
    """POST: work in another brand from now on."""
    form = await request.form()
    wanted = str(form.get("brand", ""))
    target = _safe_next(str(form.get("next", "")))
    cookie = request.cookies.get(SESSION_COOKIE, "")
    try:
        actor = await in_thread(lambda: switch_brand(cookie, wanted, now=_now()))
    except DomainError as error:
        return _flash("/login", problem=error.message)
    answer = RedirectResponse(_home(actor, target), 303)
    answer.headers["clear-site-data"] = '"storage"'
    return answer


async def other_brand_page(request: Request) -> Response:
    """Shown when an address names a brand in which the person does not work right now."""
    wanted = request.query_params.get("brand", "")
    cookie = request.cookies.get(SESSION_COOKIE, "")

    def work() -> tuple[Actor | None, list[Any], Brand | None]:
        actor = load_actor(cookie, now=_now()) if cookie else None
        with platform_session() as session:
            brand = session.scalar(select(Brand).where(col(Brand.code) == wanted))
            brands = (
                staff_brands(session, actor.id)
                if actor is not None and actor.kind is ActorKind.STAFF and actor.id
                else []
            )
        return actor, list(brands), brand

    actor, brands, brand = await in_thread(work)
    if actor is None:
        return RedirectResponse("/login", 303)
    back = f'<a class="btn" href="/{escape(actor.brand_code)}">{escape(t("Back to my work"))}</a>'
    if brand is None or brand.code not in {one.code for one in brands}:
        body = (
            '<div class="card">'
            f"<h1>{escape(t('You have no role there'))}</h1>"
            f"<p>{escape(t('This address belongs to a brand in which you do not work.'))}</p>"
            f"{back}</div>"
        )
        return _document(t("Another brand"), body)
    body = (
        '<form class="card" method="post" action="/auth/switch-brand">'
        f"<h1>{escape(t('Work in {brand}?', brand=brand.name))}</h1>"
        f"<p>{escape(t('This address belongs to another brand than the one you work in now.'))}</p>"
        f"{_hidden('brand', brand.code)}"
        f'<button class="btn primary">{escape(t("Switch to {brand}", brand=brand.name))}</button>'
        f"{back}</form>"
    )
    return _document(t("Another brand"), body, brand=brand)


def _find_brand(code: str) -> Brand | None:
    with platform_session() as session:
        return session.scalar(
            select(Brand).where(col(Brand.code) == code, col(Brand.active), col(Brand.id) > 0)
        )


async def party_login_page(request: Request) -> Response:
    """The page on which customers and businesses log in or register with their mobile number."""
    place, code = request.url.path.split("/")[1], request.path_params["brand"]
    brand = await in_thread(lambda: _find_brand(code))
    if brand is None:
        return _document(
            t("Not found"), f'<div class="card"><h1>{escape(t("Not found"))}</h1></div>'
        )
    words = _flashed(request)
    mobile, problem = words.get("mobile", ""), words.get("problem", "")
    note = t("For businesses") if place == "business" else t("Your loan account")
    hidden = _hidden("place", place) + _hidden("brand", code)
    if request.query_params.get("step") == "code" and mobile:
        form = (
            '<form class="card self" style="min-height:0" method="post" action="/auth/otp/verify">'
            f"<h1>{escape(t('Enter the code'))}</h1>"
            f"<p>{escape(t('We sent a code of six digits to {mobile}.', mobile=mobile))}</p>"
            + _problem(problem)
            + _input(
                "code",
                t("Code"),
                inputmode="numeric",
                autocomplete="one-time-code",
                maxlength="6",
                pattern="[0-9]{6}",
                autofocus="autofocus",
            )
            + hidden
            + _hidden("mobile", mobile)
            + f'<button class="btn primary wide">{escape(t("Continue"))}</button></form>'
            '<form method="post" action="/auth/otp/request" class="row">'
            + hidden
            + _hidden("mobile", mobile)
            + f'<button class="btn quiet">{escape(t("Send a new code"))}</button>'
            f'<a class="btn quiet" href="/{place}/{escape(code)}/login">'
            f"{escape(t('Other number'))}</a></form>"
        )
    else:
        form = (
            '<form class="card self" style="min-height:0" method="post" action="/auth/otp/request">'
            f"<h1>{escape(t('Log in or register'))}</h1>"
            f"<p>{escape(t('We send a code to your mobile number.'))}</p>"
            + _problem(problem)
            + _input(
                "mobile",
                t("Mobile number"),
                mobile,
                inputmode="tel",
                autocomplete="tel-national",
                placeholder="98765 43210",
                autofocus="autofocus",
            )
            + hidden
            + f'<button class="btn primary wide">{escape(t("Send the code"))}</button></form>'
        )
    return _document(t("Log in"), _mark(brand.name, note) + form, brand=brand)


async def otp_request(request: Request) -> Response:
    """POST: send a one-time code to a mobile number."""
    form = await request.form()
    place, code = str(form.get("place", "")), str(form.get("brand", ""))
    mobile = str(form.get("mobile", ""))
    brand = await in_thread(lambda: _find_brand(code))
    if place not in NAME_OF_PARTY or brand is None:
        return Response("Not found", 404)

    def work() -> None:
        actor = Actor.anonymous(brand.id, address=address_of(request), device=device_of(request))
        with unit_of_work(actor, "request_otp", now=_now()) as uow:
            request_otp(uow, mobile, LOGIN_PURPOSE)
            uow.commit()

    try:
        await in_thread(work)
    except DomainError as error:
        return _flash(f"/{place}/{code}/login", mobile=mobile, problem=error.message)
    return _flash(f"/{place}/{code}/login?step=code", mobile=mobile)


async def otp_verify(request: Request) -> Response:
    """POST: a right code opens a session, and registers who is new."""
    form = await request.form()
    place, code = str(form.get("place", "")), str(form.get("brand", ""))
    mobile, digits = str(form.get("mobile", "")), str(form.get("code", ""))
    brand = await in_thread(lambda: _find_brand(code))
    kind = NAME_OF_PARTY.get(place)
    finder = _party_finders.get(kind) if kind else None
    if brand is None or kind is None or finder is None:
        return Response("Not found", 404)

    def work() -> NewSession | str:
        actor = Actor.anonymous(brand.id, address=address_of(request), device=device_of(request))
        with unit_of_work(actor, "verify_otp", now=_now()) as uow:
            right = verify_otp(uow, mobile, digits, LOGIN_PURPOSE)
            party = finder(uow, mobile) if right else None
            # also a wrong try is committed, so that it counts
            uow.commit()
        if party is None:
            return t("This code is not right, or it has run out. Ask for a new one.")
        return open_party_session(
            brand.id,
            str(kind),
            party[0],
            party[1],
            address=address_of(request),
            device=device_of(request),
            now=_now(),
        )

    try:
        made = await in_thread(work)
    except DomainError as error:
        made = error.message
    if isinstance(made, str):
        return _flash(f"/{place}/{code}/login?step=code", mobile=mobile, problem=made)
    return _with_session(request, made, f"/{place}/{code}")


def login_routes() -> Sequence[Route]:
    """Everything about logging in and out, as plain HTTP."""
    return [
        Route("/login", staff_login_page, methods=["GET"]),
        Route("/auth/login", staff_login, methods=["POST"]),
        Route("/auth/demo", demo_login, methods=["POST"]),
        Route("/auth/logout", logout, methods=["POST"]),
        Route("/auth/switch-brand", change_brand, methods=["POST"]),
        Route("/auth/other-brand", other_brand_page, methods=["GET"]),
        Route("/my/{brand}/login", party_login_page, methods=["GET"]),
        Route("/business/{brand}/login", party_login_page, methods=["GET"]),
        Route("/auth/otp/request", otp_request, methods=["POST"]),
        Route("/auth/otp/verify", otp_verify, methods=["POST"]),
        Route("/", start_page, methods=["GET"]),
    ]


async def start_page(request: Request) -> Response:
    """The bare address: to one's work, or to the login."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    actor = await in_thread(lambda: load_actor(cookie, now=_now())) if cookie else None
    if actor is None:
        return RedirectResponse("/login", 303)
    place = PARTY_PATH.get(actor.kind)
    return RedirectResponse(
        f"/{place}/{actor.brand_code}" if place else f"/{actor.brand_code}", 303
    )
