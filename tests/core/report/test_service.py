"""Decides who gets a file of a list: whoever may see it and may export, alone and for a day."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.actor import Actor
from core.db.unit_of_work import unit_of_work
from core.kernel.errors import Conflict, Forbidden, NotFound
from core.report.service import RequestExport, finish_export, open_export, request_export

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)


def _requested(actor: Actor) -> int:
    with unit_of_work(actor, "request_export", now=NOW) as uow:
        run = request_export(uow, RequestExport("audit", {"who": "asha"}, "at", True))
        uow.commit()
    return run.id


def _finished(brand_id: int, run_id: int) -> None:
    with unit_of_work(Actor.system(brand_id, "export"), "finish", now=NOW) as uow:
        finish_export(uow, run_id, rows=3, file_name="audit.csv", blob_key="b1/aa/bb", size_bytes=9)
        uow.commit()


def test_an_admin_asks_for_the_audit_list_as_it_is_filtered(brand, staff):
    from core.report.tables import ExportRun

    admin = staff("admin")
    run_id = _requested(admin)
    with unit_of_work(admin, "look") as uow:
        run = uow.get(ExportRun, run_id)
        asked = (run.state, run.filters, run.sort, run.descending, run.requested_by)
    assert asked == ("queued", {"who": "asha"}, "at", True, admin.id)


def test_whoever_may_see_a_list_but_not_export_is_refused(staff):
    with pytest.raises(Forbidden):
        _requested(staff("loan_executive"))


def test_whoever_may_export_but_not_see_the_list_is_refused(staff):
    with pytest.raises(Forbidden):
        _requested(staff("collection_head"))


def test_an_unknown_list_is_not_found(staff):
    with unit_of_work(staff("admin"), "x") as uow, pytest.raises(NotFound):
        request_export(uow, RequestExport("no-such-list"))


def test_only_the_person_who_asked_may_download(brand, staff):
    admin, other = staff("admin"), staff("admin")
    run_id = _requested(admin)
    _finished(brand.id, run_id)
    with unit_of_work(other, "download", now=NOW) as uow, pytest.raises(Forbidden):
        open_export(uow, run_id)
    with unit_of_work(admin, "download", now=NOW) as uow:
        assert open_export(uow, run_id).file_name == "audit.csv"


def test_a_file_that_is_not_ready_is_said_so(staff):
    admin = staff("admin")
    run_id = _requested(admin)
    with unit_of_work(admin, "download", now=NOW) as uow, pytest.raises(Conflict):
        open_export(uow, run_id)


def test_a_file_is_kept_for_a_day(brand, staff):
    admin = staff("admin")
    run_id = _requested(admin)
    _finished(brand.id, run_id)
    late = NOW + dt.timedelta(days=1)
    with unit_of_work(admin, "download", now=late) as uow, pytest.raises(NotFound):
        open_export(uow, run_id)


def test_another_brands_file_is_not_found(brand, new_brand, staff):
    run_id = _requested(staff("admin"))
    _finished(brand.id, run_id)
    stranger = staff("admin", brand=new_brand())
    with unit_of_work(stranger, "download", now=NOW) as uow, pytest.raises(NotFound):
        open_export(uow, run_id)
