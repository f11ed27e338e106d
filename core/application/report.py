"""Decides how the lists of cases and of customers leave as files: the columns of their screens,
with identifiers masked as on the screen."""

from __future__ import annotations

from core.access.permission import Permission
from core.application.store import case_list, customer_list
from core.report.catalogue import Report, ReportColumn, register_report

register_report(
    Report(
        "loans",
        "Applications and loans",
        Permission.APPLICATION_LIST,
        (
            ReportColumn("number", "Number"),
            ReportColumn("customer", "Customer"),
            ReportColumn("mobile", "Mobile"),
            ReportColumn("product", "Product"),
            ReportColumn("amount_paise", "Amount", "money"),
            ReportColumn("tenor", "Tenure"),
            ReportColumn("status", "Status", "status"),
            ReportColumn("owner", "With"),
            ReportColumn("age", "Waits"),
            ReportColumn("applied_at", "Applied", "datetime"),
            ReportColumn("loan", "Loan"),
            ReportColumn("outstanding_paise", "Outstanding", "money"),
            ReportColumn("overdue", "Overdue"),
        ),
        case_list,
    )
)
register_report(
    Report(
        "customers",
        "Customers",
        Permission.CUSTOMER_LIST,
        (
            ReportColumn("number", "Number"),
            ReportColumn("name", "Name"),
            ReportColumn("mobile", "Mobile"),
            ReportColumn("pan", "PAN"),
            ReportColumn("city", "City"),
            ReportColumn("employer", "Employer"),
            ReportColumn("salary_paise", "Salary", "money"),
            ReportColumn("applications", "Applications", "number"),
            ReportColumn("registered_at", "Registered", "datetime"),
        ),
        customer_list,
    )
)
