"""Registers the statement tab of a case.

The panel and its state live beside it; the case page only finds this module.
"""

from __future__ import annotations

from backoffice.application.case_tabs import register_tab
from backoffice.bank_statement.statement_panel import statement_panel
from backoffice.bank_statement.statement_state import CaseStatement
from core.access.permission import Permission

register_tab(
    "statement", "Bank statement", Permission.DOCUMENT_READ, statement_panel, CaseStatement.load
)
