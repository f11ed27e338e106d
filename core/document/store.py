"""Every query on documents, readings and values, as plain functions.

Values and their corrections are merged here and nowhere else, so that a screen, a job and an
analysis can never see a different current value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from core.db.tables import JobRun
from core.db.unit_of_work import UnitOfWork
from core.document.tables import Correction, Document, Reading, ReadingValue

#: Rows of one INSERT of values.
VALUES_PER_INSERT = 1000


def documents_of_application(uow: UnitOfWork, application_id: int) -> Sequence[Document]:
    """The case's documents, newest first."""
    return uow.session.scalars(
        select(Document)
        .where(
            col(Document.brand_id) == uow.brand_id,
            col(Document.application_id) == application_id,
        )
        .order_by(col(Document.id).desc())
    ).all()


def documents_of_customer(uow: UnitOfWork, customer_id: int) -> Sequence[Document]:
    """A customer's own uploads, newest first."""
    return uow.session.scalars(
        select(Document)
        .where(col(Document.brand_id) == uow.brand_id, col(Document.customer_id) == customer_id)
        .order_by(col(Document.id).desc())
    ).all()


def same_content(
    uow: UnitOfWork,
    sha256: str,
    *,
    application_id: int | None,
    customer_id: int | None,
    business_id: int | None,
) -> Document | None:
    """An earlier upload of the same bytes for the same subject that was not rejected."""
    query = select(Document).where(
        col(Document.brand_id) == uow.brand_id,
        col(Document.sha256) == sha256,
        col(Document.state) != "rejected",
    )
    if application_id is not None:
        query = query.where(col(Document.application_id) == application_id)
    if customer_id is not None:
        query = query.where(col(Document.customer_id) == customer_id)
    if business_id is not None:
        query = query.where(col(Document.business_id) == business_id)
    return uow.session.scalars(query.order_by(col(Document.id)).limit(1)).first()


def newest_reading(uow: UnitOfWork, document_id: int) -> Reading | None:
    """The reading that counts, or None before the first."""
    return uow.session.scalars(
        select(Reading)
        .where(col(Reading.brand_id) == uow.brand_id, col(Reading.document_id) == document_id)
        .order_by(col(Reading.id).desc())
        .limit(1)
    ).first()


def insert_values(uow: UnitOfWork, reading_id: int, records: Sequence[dict[str, Any]]) -> None:
    """All values of a reading in few statements."""
    rows = [{**record, "brand_id": uow.brand_id, "reading_id": reading_id} for record in records]
    for start in range(0, len(rows), VALUES_PER_INSERT):
        uow.session.execute(insert(ReadingValue), rows[start : start + VALUES_PER_INSERT])


def values_of(uow: UnitOfWork, reading_id: int, prefix: str = "") -> Sequence[ReadingValue]:
    """Values as read, by path; `prefix` narrows to one branch such as `rows/00012/`."""
    query = select(ReadingValue).where(
        col(ReadingValue.brand_id) == uow.brand_id, col(ReadingValue.reading_id) == reading_id
    )
    if prefix:
        query = query.where(
            col(ReadingValue.path) >= prefix, col(ReadingValue.path) < prefix + "\uffff"
        )
    return uow.session.scalars(query.order_by(col(ReadingValue.path))).all()


def value_at(uow: UnitOfWork, reading_id: int, path: str) -> ReadingValue | None:
    """One value as read."""
    return uow.session.scalars(
        select(ReadingValue).where(
            col(ReadingValue.brand_id) == uow.brand_id,
            col(ReadingValue.reading_id) == reading_id,
            col(ReadingValue.path) == path,
        )
    ).first()


def corrections_of(uow: UnitOfWork, reading_id: int) -> Sequence[Correction]:
    """Corrections of a reading, oldest first."""
    return uow.session.scalars(
        select(Correction)
        .where(col(Correction.brand_id) == uow.brand_id, col(Correction.reading_id) == reading_id)
        .order_by(col(Correction.id))
    ).all()


def current_values(uow: UnitOfWork, reading_id: int) -> dict[str, Any]:
    """Path to value, with every correction applied; a value corrected away is None."""
    values: dict[str, Any] = {row.path: row.value for row in values_of(uow, reading_id)}
    for correction in corrections_of(uow, reading_id):
        values[correction.path] = correction.new_value
    return values


def newest_run(uow: UnitOfWork, document_id: int) -> JobRun | None:
    """The newest visible run of a job on this document."""
    return uow.session.scalars(
        select(JobRun)
        .where(
            col(JobRun.brand_id) == uow.brand_id,
            col(JobRun.subject_type) == "document",
            col(JobRun.subject_id) == document_id,
        )
        .order_by(col(JobRun.id).desc())
        .limit(1)
    ).first()
