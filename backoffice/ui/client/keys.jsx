// Decides what single keys do on every screen, and lists them on request. They match the place of
// the key (event.code), stay off while somebody types, can be switched off, and never move money.
import { useEffect, useState } from "react";
import { Dialog } from "./dialog";

const OFF = "munim-keys-off";

const typing = (node) => !!node?.closest?.("input,textarea,select,[contenteditable=true]");

export function KeyBoard({ words = {} }) {
  const [help, setHelp] = useState(false);
  const [off, setOff] = useState(false);
  const [live, setLive] = useState([]);
  useEffect(() => {
    setOff(localStorage.getItem(OFF) === "1");
  }, []);
  useEffect(() => {
    const onKey = (event) => {
      if (event.isComposing || event.defaultPrevented) return;
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
        document.querySelector("[data-search]")?.focus();
        event.preventDefault();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "?") {
        show();
        event.preventDefault();
        return;
      }
      if (off) return;
      const rows = () => document.querySelectorAll("[data-list] tbody tr");
      if (event.code === "KeyJ" || event.code === "KeyK") {
        if (!event.target.closest?.("[data-list] tbody tr")) {
          rows()[0]?.focus();
          event.preventDefault();
        }
      } else if (event.code === "Slash") {
        const box =
          document.querySelector("[data-list-search]") || document.querySelector("[data-search]");
        box?.focus();
        box?.select?.();
        event.preventDefault();
      } else if (event.code === "KeyN") document.querySelector("[data-next-case]")?.click();
    };
    const show = () => {
      const has = (selector) => !!document.querySelector(selector);
      setLive(
        [
          has("[data-list] tbody tr") && ["j / k", words.rows],
          has("[data-list] tbody tr") && ["Enter", words.open],
          has(".tickcell") && ["x", words.tick],
          ["/", words.search],
          has("[data-next-case]") && ["n", words.next],
          has(".viewer") && ["[ ]", words.pages],
          ["Ctrl K", words.everywhere],
          ["Esc", words.close],
          ["?", words.help],
        ].filter(Boolean),
      );
      setHelp(true);
    };
    const outside = (event) => {
      for (const open of document.querySelectorAll("details.popover[open]"))
        if (!open.contains(event.target)) open.removeAttribute("open");
    };
    const esc = (event) => {
      if (event.key !== "Escape") return;
      for (const open of document.querySelectorAll("details.popover[open]")) {
        open.removeAttribute("open");
        open.querySelector("summary")?.focus();
      }
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", outside);
    document.addEventListener("keydown", esc);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("click", outside);
      document.removeEventListener("keydown", esc);
    };
  }, [off, words]);
  return (
    <Dialog open={help} onClose={() => setHelp(false)} title={words.title}>
      <table className="grid">
        <tbody>
          {live.map(([key, text]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="check">
        <input
          type="checkbox"
          checked={off}
          onChange={(e) => {
            setOff(e.target.checked);
            localStorage.setItem(OFF, e.target.checked ? "1" : "0");
          }}
        />
        <span>{words.off}</span>
      </label>
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={() => setHelp(false)}>
          {words.close}
        </button>
      </div>
    </Dialog>
  );
}
