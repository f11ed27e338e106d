"""Decides what the settings screens hold: the brand's look, its products' limits, its messages and
its rules. Each change is a new version or an audited change, and holds from then on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import reflex as rx
from sqlalchemy import select
from sqlmodel import col

from backoffice import ui
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.shell import t
from backoffice.shell.shell_state import ShellState
from core.access.permission import Permission
from core.brand import service as brands
from core.brand.tables import MessageTemplate, Product, ProductVersion
from core.db.unit_of_work import UnitOfWork
from core.decision.configuration import current_rule_set, publish_rules
from core.decision.rule_set import Comparison, Rule, Unit, threshold_text
from core.decision.tables import RuleSet, RuleSetVersion
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import DomainError, Invalid
from core.kernel.money import format_inr, parse_inr
from core.loan.terms import ProductTerms
from core.notification.template import KINDS, SAMPLE_WORDS, check_template, fill

VERSIONS_SHOWN = 20
BRAND_FIELDS = {
    "name": "Name",
    "colour": "Colour",
    "phone": "Phone",
    "email": "E-mail",
    "address": "Address",
    "grievance_officer": "Grievance officer",
    "logo_svg": "Logo",
}


class BrandSettings(SecureState, rx.State):
    """The brand's look and address."""

    READ = Permission.BRAND_CONFIGURE
    saved: dict[str, str] = {}
    version: str = ""
    events: list[dict[str, Any]] = []

    @query(Permission.BRAND_CONFIGURE)
    async def load(self) -> None:
        """Read the brand afresh."""

        def read(uow: UnitOfWork) -> tuple[dict[str, str], int, list[dict[str, Any]]]:
            kept = {name: str(getattr(uow.brand, name)) for name in BRAND_FIELDS}
            events = ui.timeline_rows(uow, subject=("brand", uow.brand_id), limit=20)
            return kept, uow.brand.version, events

        self.saved, version, self.events = await in_query(read)
        self.version = str(version)

    @command(Permission.BRAND_CONFIGURE)
    async def save(self, form: dict[str, Any]) -> Any:
        """Keep the new look; every page shows it at once."""
        typed = {name: str(form.get(name, "")).strip() for name in BRAND_FIELDS}
        version = str(form.get("version", ""))
        asked = brands.ChangeBrand(version=int(version) if version.isdigit() else 0, **typed)
        await in_unit_of_work(lambda uow: brands.change_brand(uow, asked), use_case="change_brand")
        return [ui.toast_done(t("The brand is changed")), BrandSettings.load, ShellState.load]

    async def _theirs(self, form: dict[str, Any]) -> dict[str, tuple[str, str]]:
        del form

        def read(uow: UnitOfWork) -> dict[str, tuple[str, str]]:
            return {
                name: (t(label), str(getattr(uow.brand, name)))
                for name, label in BRAND_FIELDS.items()
            }

        return await in_query(read)


def _percent(text: Any, name: str) -> int:
    """ "12.5" per cent -> 1250 basis points; raises `Invalid` beside the field."""
    typed = str(text).replace("%", "").strip()
    whole, _, part = typed.partition(".")
    if not whole.isdigit() or len(whole) > 4 or (part and not part.isdigit()) or len(part) > 2:
        raise Invalid({name: "Enter a percentage like 24 or 1.5"})
    return int(whole) * 100 + int((part + "00")[:2])


def _percent_text(rate_bps: int) -> str:
    return f"{rate_bps // 100}.{rate_bps % 100:02d}"


def _whole(form: dict[str, Any], name: str) -> int:
    typed = str(form.get(name, "")).strip()
    if not typed.isdigit() or len(typed) > 6:
        raise Invalid({name: "Enter a whole number"})
    return int(typed)


def _amount(form: dict[str, Any], name: str) -> int:
    try:
        return parse_inr(str(form.get(name, "")))
    except Invalid as error:
        raise Invalid({name: error.message}) from None


def _day(form: dict[str, Any], name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(form.get(name, "")))
    except ValueError:
        raise Invalid({name: "Enter the date from which it holds"}) from None


def _plain(amount_paise: int) -> str:
    return format_inr(amount_paise).removeprefix("₹").strip()


def _terms_shown(product: Product, version: ProductVersion) -> dict[str, Any]:
    terms = ProductTerms.from_json(version.terms)
    return {
        "version": str(version.version),
        "from": format_date(version.effective_from),
        "by": version.created_by,
        "amounts": f"{format_inr(terms.min_amount_paise)} – {format_inr(terms.max_amount_paise)}",
        "tenor": f"{terms.min_tenor}–{terms.max_tenor} {terms.tenor_unit}",
        "rate": f"{_percent_text(terms.rate_bps)} % a {terms.rate_period.value}",
        "fee": f"{_percent_text(terms.processing_fee_bps)} %",
        "penal": f"{_percent_text(terms.penal_bps_per_year)} % a year",
        "state": "active" if version.state == "active" else version.state,
        "href": "",
        "name": product.name,
    }


class ProductSettings(SecureState, rx.State):
    """Products with the terms in force, and the form for the next version."""

    READ = Permission.PRODUCT_CONFIGURE
    products: list[dict[str, Any]] = []
    chosen: str = ""
    chosen_name: str = ""
    unit: str = ""
    terms: dict[str, str] = {}
    versions: list[dict[str, Any]] = []
    today: str = ""

    @query(Permission.PRODUCT_CONFIGURE)
    async def load(self) -> None:
        """The list, and the product named in the address."""
        wanted = self._address("product")

        def read(uow: UnitOfWork) -> None:
            rows = uow.session.scalars(select(Product).order_by(col(Product.id))).all()
            shown: list[dict[str, Any]] = []
            for product in rows:
                version = brands.current_product_version(uow, product.id)
                row = _terms_shown(product, version)
                row |= {
                    "id": str(product.id),
                    "href": f"/{uow.brand.code}/settings/products?product={product.id}",
                }
                shown.append(row)
                if str(product.id) == wanted:
                    self._choose(uow, product, version)
            self.products = shown
            self.today = uow.business_date.isoformat()

        self.chosen, self.versions = "", []
        await in_query(read)

    def _choose(self, uow: UnitOfWork, product: Product, version: ProductVersion) -> None:
        terms = ProductTerms.from_json(version.terms)
        self.chosen, self.chosen_name = str(product.id), product.name
        self.unit = terms.tenor_unit
        self.terms = {
            "min_amount": _plain(terms.min_amount_paise),
            "max_amount": _plain(terms.max_amount_paise),
            "min_tenor": str(terms.min_tenor),
            "max_tenor": str(terms.max_tenor),
            "rate": _percent_text(terms.rate_bps),
            "rate_period": terms.rate_period.value,
            "fee": _percent_text(terms.processing_fee_bps),
            "penal": _percent_text(terms.penal_bps_per_year),
            "grace": str(terms.penal_grace_days),
        }
        older = uow.session.scalars(
            select(ProductVersion)
            .where(col(ProductVersion.product_id) == product.id)
            .order_by(col(ProductVersion.version).desc())
            .limit(VERSIONS_SHOWN)
        )
        self.versions = [_terms_shown(product, one) for one in older]

    @command(Permission.PRODUCT_CONFIGURE)
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the next version; loans already sold keep theirs."""
        product_id = self._address_id("product")
        given = {
            "min_amount_paise": _amount(form, "min_amount"),
            "max_amount_paise": _amount(form, "max_amount"),
            "min_tenor": _whole(form, "min_tenor"),
            "max_tenor": _whole(form, "max_tenor"),
            "rate_bps": _percent(form.get("rate"), "rate"),
            "processing_fee_bps": _percent(form.get("fee"), "fee"),
            "penal_bps_per_year": _percent(form.get("penal"), "penal"),
            "penal_grace_days": _whole(form, "grace"),
        }
        effective_from = _day(form, "effective_from")

        def work(uow: UnitOfWork) -> int:
            if effective_from < uow.business_date:
                raise Invalid({"effective_from": "It cannot hold before the business date"})
            present = ProductTerms.from_json(brands.current_product_version(uow, product_id).terms)
            try:
                terms = replace(present, min_rate_bps=None, max_rate_bps=None, **given)
            except Invalid as error:
                raise Invalid(_field_names(error.fields)) from None
            version = brands.add_product_version(uow, product_id, terms.to_json(), effective_from)
            return version.version

        version = await in_unit_of_work(work, use_case="add_product_version")
        return [
            ui.toast_done(t("Version {version} is made", version=version)),
            ProductSettings.load,
        ]


def _field_names(fields: dict[str, str]) -> dict[str, str]:
    renamed = {
        "max_amount_paise": "max_amount",
        "min_amount_paise": "min_amount",
        "principal_paise": "min_amount",
        "rate_bps": "rate",
        "processing_fee_bps": "fee",
        "tenor": "max_tenor",
    }
    return {renamed.get(name, name): sentence for name, sentence in fields.items()}


CHANNELS = (("sms", "SMS"), ("email", "E-mail"), ("whatsapp", "WhatsApp"))


class TemplateSettings(SecureState, rx.State):
    """Messages with their texts, and the editor with its preview."""

    READ = Permission.TEMPLATE_CONFIGURE
    templates: list[dict[str, Any]] = []
    chosen: str = ""
    channel: str = ""
    name: str = ""
    body: str = ""
    subject: str = ""
    words: list[str] = []
    preview: str = ""
    preview_problem: str = ""
    versions: list[dict[str, Any]] = []

    @query(Permission.TEMPLATE_CONFIGURE)
    async def load(self) -> None:
        """The list, and the message named in the address."""
        code, channel = self._address("code"), self._address("channel", "sms")

        def read(uow: UnitOfWork) -> None:
            newest: dict[tuple[str, str], MessageTemplate] = {}
            statement = select(MessageTemplate).where(col(MessageTemplate.active))
            for one in uow.session.scalars(statement.order_by(col(MessageTemplate.version))):
                newest[(one.code, one.channel)] = one
            self.templates = [
                {
                    "name": KINDS[one.code].name if one.code in KINDS else one.code,
                    "channel": dict(CHANNELS).get(one.channel, one.channel),
                    "body": one.body,
                    "version": str(one.version),
                    "href": (
                        f"/{uow.brand.code}/settings/templates"
                        f"?code={one.code}&channel={one.channel}"
                    ),
                }
                for one in sorted(newest.values(), key=lambda o: (o.code, o.channel))
            ]
            found = newest.get((code, channel))
            if found is not None:
                self._choose(uow, found)

        self.chosen, self.versions = "", []
        await in_query(read)

    def _choose(self, uow: UnitOfWork, found: MessageTemplate) -> None:
        kind = KINDS.get(found.code)
        self.chosen, self.channel = found.code, found.channel
        self.name = kind.name if kind else found.code
        self.body, self.subject = found.body, found.subject
        self.words = ["{" + word + "}" for word in kind.words] if kind else []
        self._show(uow, found.body)
        older = uow.session.scalars(
            select(MessageTemplate)
            .where(
                col(MessageTemplate.code) == found.code,
                col(MessageTemplate.channel) == found.channel,
            )
            .order_by(col(MessageTemplate.version).desc())
            .limit(VERSIONS_SHOWN)
        )
        self.versions = [
            {
                "version": str(one.version),
                "made": format_datetime(one.created_at),
                "by": one.created_by,
                "body": one.body,
                "href": "",
            }
            for one in older
        ]

    def _show(self, uow: UnitOfWork, text: str) -> None:
        words = {**SAMPLE_WORDS, "brand": uow.brand.name}
        if uow.brand.phone:
            words["brand_phone"] = uow.brand.phone
        try:
            check_template(self.chosen, text)
            self.preview, self.preview_problem = fill(text, words), ""
        except DomainError as error:
            self.preview, self.preview_problem = "", error.message

    @query(Permission.TEMPLATE_CONFIGURE)
    async def try_out(self, text: str) -> None:
        """Show how the text reads, or which word is not known."""
        await in_query(lambda uow: self._show(uow, text))

    @command(Permission.TEMPLATE_CONFIGURE)
    async def save(self, form: dict[str, Any]) -> Any:
        """Make a new version; what was sent keeps the old one."""
        code, channel = self._address("code"), self._address("channel", "sms")
        body, subject = str(form.get("body", "")), str(form.get("subject", ""))

        def work(uow: UnitOfWork) -> int:
            check_template(code, body)
            if subject:
                check_template(code, subject)
            return brands.change_template(uow, code, channel, body, subject=subject).version

        version = await in_unit_of_work(work, use_case="change_template")
        return [
            ui.toast_done(t("Version {version} is used from now on", version=version)),
            TemplateSettings.load,
        ]


MISSING_WORDS = {
    "pass": t("passes"),
    "refer": t("goes to a person"),
    "fail": t("fails"),
}


class RuleSettings(SecureState, rx.State):
    """The rules in force, their versions, and the form for the next one."""

    READ = Permission.RULE_CONFIGURE
    label: str = ""
    since: str = ""
    rules: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    chosen: str = ""
    rule: dict[str, str] = {}
    today: str = ""

    @query(Permission.RULE_CONFIGURE)
    async def load(self) -> None:
        """The rules in force, and the one named in the address."""
        wanted = self._address("rule")

        def read(uow: UnitOfWork) -> None:
            active = current_rule_set(uow)
            self.today = uow.business_date.isoformat()
            if active is None:
                self.label, self.rules, self.versions = "", [], []
                return
            self.label, self.since = active.label, format_date(active.version.effective_from)
            self.rules = [
                {
                    "code": rule.code,
                    "name": rule.name,
                    "threshold": threshold_text(rule),
                    "miss": t("goes to a person") if rule.soft else t("fails"),
                    "missing": MISSING_WORDS[rule.missing.value],
                    "href": f"/{uow.brand.code}/settings/rules?rule={rule.code}",
                }
                for rule in active.rules
            ]
            found = next((rule for rule in active.rules if rule.code == wanted), None)
            if found is not None:
                self._choose(found)
            rows = uow.session.execute(
                select(RuleSetVersion, RuleSet)
                .join(
                    RuleSet,
                    (col(RuleSet.brand_id) == col(RuleSetVersion.brand_id))
                    & (col(RuleSet.id) == col(RuleSetVersion.rule_set_id)),
                )
                .order_by(col(RuleSetVersion.id).desc())
                .limit(VERSIONS_SHOWN)
            ).all()
            self.versions = [
                {
                    "version": f"{one[1].name}, {one[0].version}",
                    "from": format_date(one[0].effective_from),
                    "by": one[0].created_by,
                    "note": one[0].note,
                    "count": str(len(one[0].rules)),
                    "href": "",
                }
                for one in rows
            ]

        self.chosen = ""
        await in_query(read)

    def _choose(self, rule: Rule) -> None:
        self.chosen = rule.code
        self.rule = {
            "name": rule.name,
            "unit": rule.unit.value,
            "comparison": rule.comparison.value,
            "words": threshold_text(rule),
            "pass_at": _in_unit(rule.unit, rule.pass_at),
            "pass_to": _in_unit(rule.unit, rule.pass_to),
            "refer_at": _in_unit(rule.unit, rule.refer_at),
            "refer_to": _in_unit(rule.unit, rule.refer_to),
        }

    @command(Permission.RULE_CONFIGURE)
    async def save(self, form: dict[str, Any]) -> Any:
        """Publish the next version with this rule's new thresholds."""
        code = self._address("rule")
        effective_from = _day(form, "effective_from")

        def work(uow: UnitOfWork) -> int:
            active = current_rule_set(uow)
            old = next((r for r in active.rules if r.code == code), None) if active else None
            if active is None or old is None:
                raise Invalid({"pass_at": "This rule is no longer in force"})
            if effective_from < uow.business_date:
                raise Invalid({"effective_from": "It cannot hold before the business date"})
            new = replace(
                old,
                pass_at=_from_unit(old.unit, form, "pass_at") or 0,
                pass_to=_from_unit(old.unit, form, "pass_to"),
                refer_at=_from_unit(old.unit, form, "refer_at"),
                refer_to=_from_unit(old.unit, form, "refer_to"),
            )
            rules = [new if rule.code == code else rule for rule in active.rules]
            note = str(form.get("note", "")).strip() or f"{old.name}: {threshold_text(new)}"
            made = publish_rules(
                uow, active.rule_set.code, active.rule_set.name, rules, effective_from, note=note
            )
            return made.version

        version = await in_unit_of_work(work, use_case="publish_rules")
        return [
            ui.toast_done(t("Version {version} is published", version=version)),
            type(self).load,
        ]


def _in_unit(unit: Unit, value: int | None) -> str:
    if value is None:
        return ""
    if unit is Unit.PAISE:
        return _plain(value)
    return _percent_text(value) if unit is Unit.BPS else str(value)


def _from_unit(unit: Unit, form: dict[str, Any], name: str) -> int | None:
    typed = str(form.get(name, "")).strip()
    if not typed:
        return None
    if unit is Unit.PAISE:
        return _amount(form, name)
    if unit is Unit.BPS:
        return _percent(typed, name)
    return _whole(form, name)


RANGE = Comparison.BETWEEN.value
FLAG = Comparison.IS_TRUE.value
