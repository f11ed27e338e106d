"""What can go wrong with an outside provider, in the three ways that matter to a caller.

Unavailable may be tried again, refused may not, and unknown means that the provider may have
acted: only a look-up by our own key tells, so that money is never sent twice.
"""

from __future__ import annotations

from core.kernel.errors import DomainError


class ProviderError(DomainError):
    """Any failure of a provider; `provider` and `operation` name the call that failed."""

    code = "provider_error"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        operation: str = "",
        status: int | None = None,
        reference: str = "",
        provider_code: str = "",
    ) -> None:
        super().__init__(
            message,
            provider=provider,
            operation=operation,
            status=status,
            reference=reference,
            provider_code=provider_code,
        )
        self.provider = provider
        self.operation = operation
        self.status = status
        self.reference = reference
        self.provider_code = provider_code


class ProviderUnavailable(ProviderError):
    """The provider did not act: not reachable, overloaded, or stopped by our circuit breaker."""

    code = "provider_unavailable"
    retryable = True


class ProviderRefused(ProviderError):
    """The provider understood and said no; the same request would be refused again."""

    code = "provider_refused"


class ProviderOutcomeUnknown(ProviderError):
    """The request was sent and no usable answer came: the provider may have acted."""

    code = "provider_outcome_unknown"
