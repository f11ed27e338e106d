"""Screens of invoices: the staff's list and desk, and the business's own pages."""
