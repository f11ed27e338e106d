"""Decides when the audit is sealed: every minute, brand by brand, until nothing is left.
One job does it, so that the chain has one writer."""

from __future__ import annotations

from core.db.audit_chain import BATCH, seal_batch
from jobs.schedule import scheduled
from jobs.task import JobContext


@scheduled("audit.seal", every="minute")
def seal_audit(context: JobContext, slot: str) -> None:
    """Seal the brand's unsealed audit events in batches."""
    del slot
    while True:
        with context.unit_of_work("seal_audit", claim=False) as uow:
            sealed = seal_batch(uow)
            uow.commit()
        if sealed < BATCH:
            return
