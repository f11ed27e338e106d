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
  const stage = useRef(null);
  useEffect(() => {
    setFailed(false);
    setTurn(0);
  }, [src]);
  useEffect(() => {
    if (!selected || !stage.current) return;
    stage.current
      .querySelector(`[data-box="${CSS.escape(selected)}"]`)
      ?.scrollIntoView({ block: "center", inline: "center", behavior: "smooth" });
  }, [selected]);
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
                  className={`viewer-box ${b.path === selected ? "on" : ""} ${b.low ? "low" : ""}`}
                  style={{
                    left: `${b.box[0] * 100}%`,
                    top: `${b.box[1] * 100}%`,
                    width: `${(b.box[2] - b.box[0]) * 100}%`,
                    height: `${(b.box[3] - b.box[1]) * 100}%`,
                  }}
                  onClick={() => onSelect?.(b.path)}
                />
              ))}
          </div>
        )}
      </div>
    </div>
  );
}
