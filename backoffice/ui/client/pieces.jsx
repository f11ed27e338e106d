// Decides how the smallest shapes look in React: status chips and their icons.
// Shared by the table and the screens, so that a state looks the same everywhere.
import { createElement as h } from "react";

const PATHS = {
  check: "M3 8.5l3.2 3.2L13 5",
  clock: "M8 4.2V8l2.6 1.6M8 14A6 6 0 108 2a6 6 0 000 12z",
  alert: "M8 5.2v3.6M8 11.2v.2M8 2.2L14.2 13H1.8z",
  cross: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  dot: "M8 5.5a2.5 2.5 0 110 5 2.5 2.5 0 010-5z",
  arrow: "M3 8h9M8.5 4.5L12 8l-3.5 3.5",
  back: "M13 8H4M7.5 4.5L4 8l3.5 3.5",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  pen: "M3 13l1-3.5L10.5 3 13 5.5 6.5 12z",
  send: "M2.5 8L13.5 3 11 13 7.5 9.5z",
  flag: "M4 14V2.5h8L10 6l2 3.5H4",
};

export function Glyph({ name, size = 14 }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] || PATHS.dot} />
    </svg>
  );
}

export function Chip({ text, tone = "plain", icon = "dot" }) {
  if (!text) return null;
  return (
    <span className={`chip ${tone}`}>
      <Glyph name={icon} />
      {text}
    </span>
  );
}

export function StatusChip({ value }) {
  if (!value || !value.text) return null;
  return h(Chip, value);
}
