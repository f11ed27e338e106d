"""Decides that a case shows its way to its money as a tab, the same as the queue's own page.
One panel and one state, so the two can never tell different stories."""

from __future__ import annotations

from backoffice.application.case_tabs import register_tab
from backoffice.payment.disbursal_state import DisbursalCase
from backoffice.payment.disbursals_page import disbursal_panel
from core.access.permission import Permission

register_tab(
    "disbursal", "Disbursal", Permission.DISBURSAL_LIST, disbursal_panel, DisbursalCase.load
)
