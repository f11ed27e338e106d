"""Decides which tables belong to the installation and not to one brand: the written list.
Any other table must carry brand_id under row-level security, and a sweep proves it."""

from __future__ import annotations

# table -> what the application role may do with it
PLATFORM_TABLES: dict[str, str] = {
    "brand": "SELECT, INSERT, UPDATE",
    "staff": "SELECT, INSERT, UPDATE",
    "staff_session": "SELECT, INSERT, UPDATE, DELETE",
    "staff_grant": "SELECT, INSERT, UPDATE, DELETE",
    "role": "SELECT, INSERT, UPDATE",
    "role_permission": "SELECT, INSERT, DELETE",
    "login_attempt": "SELECT, INSERT, DELETE",
    # asked only through functions that answer yes or no
    "fingerprint": "",
}
