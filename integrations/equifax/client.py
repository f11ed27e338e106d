"""Credit reports from Equifax.

Every pull is an enquiry on the person's record, so it is sent once: after silence a person decides
whether to ask again, and the report pulled within the last days is used where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.bureau.ports import BureauAnswer, BureauRequest
from core.kernel.provider import ProviderRefused
from integrations.equifax.mapping import PROVIDER, inquiry_body, report
from integrations.http import Effect, ProviderHttp
from integrations.reading import at, mapping, text

PRODUCTION_URL = "https://ists.equifax.co.in"
KEYS = ("customer_id", "user_id", "password", "member_number", "security_code")


class Equifax:
    """One brand's Equifax membership: BureauPull."""

    def __init__(self, http: ProviderHttp, keys: Mapping[str, str]) -> None:
        self._http = http
        self._keys = {key: keys.get(key, "") for key in KEYS}

    def pull(self, request: BureauRequest) -> BureauAnswer:
        """Ask for one person's report; refused here when there is no consent to name."""
        if not request.consent_reference:
            raise ProviderRefused(
                "A credit report needs the customer's consent.",
                provider=PROVIDER,
                operation="report.pull",
                provider_code="no_consent",
            )
        operation = "report.pull"
        reply = self._http.call(
            "POST",
            "/cir360service/cir360report",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            body=inquiry_body(request, self._keys),
        )
        body = mapping(self._http.answer(reply, operation=operation, effect=Effect.ONCE))
        # Equifax refuses with HTTP 200 and an error in the body
        error = body.get("Error") or at(body, "CCRResponse", "Error")
        if error:
            raise self._http.refused(
                reply,
                operation=operation,
                code=text(at(error, "ErrorCode")),
                sentence=text(at(error, "ErrorDesc")),
            )
        try:
            return report(body)
        except ValueError as unreadable:
            raise self._http.unreadable(
                reply, operation=operation, effect=Effect.ONCE
            ) from unreadable
