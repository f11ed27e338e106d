// Decides that a form may tell what is typed while it is typed, so that figures follow the hand.
// It waits until the typing pauses; saving stays the form's own act.
import { useEffect, useRef } from "react";

export function LiveForm({ children, onLive, waitMs = 350 }) {
  const box = useRef(null);
  const timer = useRef(0);
  const tell = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const form = box.current?.querySelector("form");
      if (form) onLive?.(Object.fromEntries(new FormData(form)));
    }, waitMs);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div ref={box} className="live" onInput={tell}>
      {children}
    </div>
  );
}
