// Decides how a page image and the fields read from it point at each other: click a box, get the
// field; choose a field, see its box. Zoom and rotation are the browser's work, never the server's.
import { useEffect, useRef, useState } from "react";

const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3];

export function PageViewer({
  src,
  alt = "",
  boxes = [],
  selected = "",
  page = 1,
  pages = 1,
  words = {},
  onSelect,
  onPage,
}) {
  const [zoom, setZoom] = useState(1);
  const [turn, setTurn] = useState(0);
  const [failed, setFailed] = useState(false);
  const [chosen, setChosen] = useState("");
  const stage = useRef(null);
  const lit = chosen || selected;
  useEffect(() => {
    setFailed(false);
    setTurn(0);
  }, [src]);
  // an input with data-field lights its box up as soon as it has the focus, without the server
  useEffect(() => {
    const follow = (event) => {
      const path = event.target?.closest?.("[data-field]")?.dataset.field;
      if (!path) return;
      setChosen(path);
      const box = boxes.find((b) => b.path === path && b.box);
      if (box && (box.page ?? 1) !== page) onPage?.(box.page ?? 1);
    };
    document.addEventListener("focusin", follow);
    return () => document.removeEventListener("focusin", follow);
  }, [boxes, page, onPage]);
  useEffect(() => {
    if (selected) setChosen(selected);
  }, [selected]);
  useEffect(() => {
    const box = lit && stage.current?.querySelector(`[data-box="${CSS.escape(lit)}"]`);
    if (!box) return;
    // scrolls the stage only: the page with the field must stay where it is
    const frame = stage.current.getBoundingClientRect();
    const at = box.getBoundingClientRect();
    stage.current.scrollBy({
      top: at.top + at.height / 2 - frame.top - frame.height / 2,
      left: at.left + at.width / 2 - frame.left - frame.width / 2,
      behavior: "smooth",
    });
  }, [lit, src]);
  const choose = (path) => {
    setChosen(path);
    document.querySelector(`[data-field="${CSS.escape(path)}"]`)?.focus();
    onSelect?.(path);
  };
  const step = (by) =>
    setZoom((z) => ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(z) + by))]);
  return (
    <div
      className="viewer"
      onKeyDown={(event) => {
        if (event.target.tagName === "INPUT") return;
        if (event.code === "Equal" || event.code === "NumpadAdd") step(1);
        else if (event.code === "Minus" || event.code === "NumpadSubtract") step(-1);
        else if (event.code === "BracketRight" && page < pages) onPage?.(page + 1);
        else if (event.code === "BracketLeft" && page > 1) onPage?.(page - 1);
      }}
    >
      <div className="viewer-bar">
        <button
          type="button"
          className="icon-button"
          aria-label={words.smaller}
          onClick={() => step(-1)}
        >
          −
        </button>
        <span className="nowrap" role="status">
          {Math.round(zoom * 100)} %
        </span>
        <button
          type="button"
          className="icon-button"
          aria-label={words.larger}
          onClick={() => step(1)}
        >
          +
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.turn}
          onClick={() => setTurn((t) => (t + 90) % 360)}
        >
          ↻
        </button>
        <span className="grow" />
        {pages > 1 && (
          <>
            <button
              type="button"
              className="icon-button"
              aria-label={words.previous}
              disabled={page <= 1}
              onClick={() => onPage?.(page - 1)}
            >
              ‹
            </button>
            <span className="nowrap">
              {page} / {pages}
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={words.next}
              disabled={page >= pages}
              onClick={() => onPage?.(page + 1)}
            >
              ›
            </button>
          </>
        )}
      </div>
      <div className="viewer-stage" ref={stage} tabIndex={0}>
        {failed || !src ? (
          <div className="empty">{words.missing}</div>
        ) : (
          <div
            className="viewer-page"
            style={{
              width: `${zoom * 100}%`,
              transform: turn ? `rotate(${turn}deg)` : undefined,
              transformOrigin: "center",
            }}
          >
            <img src={src} alt={alt} onError={() => setFailed(true)} />
            {boxes
              .filter((b) => (b.page ?? 1) === page && b.box)
              .map((b) => (
                <button
                  key={b.path}
                  type="button"
                  data-box={b.path}
                  title={b.label || b.path}
                  aria-label={`${b.label || b.path}: ${b.value ?? ""}`}
                  className={`viewer-box ${b.path === lit ? "on" : ""} ${b.low ? "low" : ""}`}
                  style={{
                    left: `${b.box[0] * 100}%`,
                    top: `${b.box[1] * 100}%`,
                    width: `${(b.box[2] - b.box[0]) * 100}%`,
                    height: `${(b.box[3] - b.box[1]) * 100}%`,
                  }}
                  onClick={() => choose(b.path)}
                />
              ))}
          </div>
        )}
      </div>
    </div>
  );
}
