"""The signed form of a document: the same pages and one more that names the signature.

A real provider embeds a digital signature; the sandbox adds only what a person looks for, so that
the stored file differs from the one that was sent.
"""

from __future__ import annotations

import io
import json

import pypdfium2
import typst

_PAGE = """
#set page(paper: "a4", margin: 3cm)
#set text(size: 11pt)
#let d = json(bytes(sys.inputs.data))
#v(3cm)
#rect(width: 100%, inset: 18pt, radius: 6pt, stroke: 0.8pt + rgb("#0f766e"))[
  #text(size: 15pt, weight: "bold")[Signature certificate (sandbox)]
  #v(8pt)
  #for name in d.names [Signed electronically by *#name* \\ ]
  #v(4pt)
  On #d.at \\
  Reference #d.reference
  #v(8pt)
  #text(size: 9pt)[Made by a test system. This is no signature in law.]
]
"""


PICTURE_SCALE = 2


class UnreadableDocument(ValueError):
    """The file is no PDF, or one that cannot be opened."""


def page_count(document: bytes) -> int:
    """How many pages a PDF has; raises UnreadableDocument."""
    try:
        opened = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument("not a readable PDF") from error
    try:
        return len(opened)
    finally:
        opened.close()


def page_picture(document: bytes, number: int) -> bytes:
    """A page (from 1) as PNG, large enough to read on a phone."""
    opened = pypdfium2.PdfDocument(document)
    try:
        out = io.BytesIO()
        opened[number - 1].render(scale=PICTURE_SCALE).to_pil().save(out, "PNG")
        return out.getvalue()
    finally:
        opened.close()


def with_certificate(document: bytes, names: list[str], reference: str, at: str) -> bytes:
    """Append the certificate page to a PDF."""
    data = json.dumps({"names": names, "at": at, "reference": reference})
    page = typst.compile(_PAGE.encode(), sys_inputs={"data": data})
    assert isinstance(page, bytes)
    whole = pypdfium2.PdfDocument(document)
    extra = pypdfium2.PdfDocument(page)
    try:
        whole.import_pages(extra)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    finally:
        extra.close()
        whole.close()
