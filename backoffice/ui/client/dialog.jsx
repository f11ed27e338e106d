// Decides how the product interrupts: the browser's own modal dialog, Esc closes, focus returns.
// Confirming names the effect; a conflict shows mine and theirs and never drops what was typed.
import { useEffect, useRef, useState } from "react";

export function Dialog({ open, onClose, title, wide, children }) {
  const ref = useRef(null);
  const back = useRef(null);
  useEffect(() => {
    const node = ref.current;
    if (!node) return;
    if (open && !node.open) {
      back.current = document.activeElement;
      node.showModal();
    }
    if (!open && node.open) {
      node.close();
      back.current?.focus?.();
    }
  }, [open]);
  return (
    <dialog
      ref={ref}
      className={`dialog ${wide ? "wide" : ""}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose?.();
      }}
    >
      {open ? (
        <div className="dialog-body">
          {title ? <h2>{title}</h2> : null}
          {children}
        </div>
      ) : null}
    </dialog>
  );
}

export function StateDialog({ open, title, wide, onClose, children }) {
  return (
    <Dialog open={!!open} onClose={() => onClose?.()} title={title} wide={wide}>
      {children}
    </Dialog>
  );
}

export function Confirm({
  text,
  title,
  effect,
  button,
  cancel = "Cancel",
  kind = "plain",
  danger,
  reason,
  small,
  disabled,
  onConfirm,
}) {
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const sure = () => {
    setOpen(false);
    onConfirm?.(why);
    setWhy("");
  };
  return (
    <>
      <button
        type="button"
        className={`btn ${kind} ${small ? "small" : ""}`}
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        {text}
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={title || text}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            sure();
          }}
        >
          {effect ? <p>{effect}</p> : null}
          {reason ? (
            <div className="field">
              <label htmlFor="confirm-reason">{reason}</label>
              <textarea
                id="confirm-reason"
                className="input"
                required
                minLength={3}
                value={why}
                onChange={(e) => setWhy(e.target.value)}
                autoFocus
              />
            </div>
          ) : null}
          <div className="dialog-foot">
            <button
              type="button"
              className="btn"
              onClick={() => setOpen(false)}
              autoFocus={!reason}
            >
              {cancel}
            </button>
            <button className={`btn ${danger ? "danger solid" : "primary"}`}>
              {button || text}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  );
}

export function ConflictDialog({ conflict = {}, words = {}, onClose }) {
  const fields = conflict.fields || [];
  const [picked, setPicked] = useState({});
  useEffect(() => {
    setPicked(Object.fromEntries(fields.filter((f) => !f.money).map((f) => [f.name, "mine"])));
  }, [conflict]);
  const open = !!conflict.by;
  const complete = fields.every((f) => picked[f.name]);
  const apply = () => {
    const form = document.querySelector(`form[data-form="${conflict.form}"]`);
    const set = (name, value) => {
      const input = form?.elements?.namedItem(name);
      if (!input) return;
      const proto =
        input.tagName === "SELECT"
          ? HTMLSelectElement
          : input.tagName === "TEXTAREA"
            ? HTMLTextAreaElement
            : HTMLInputElement;
      Object.getOwnPropertyDescriptor(proto.prototype, "value").set.call(input, value);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    for (const field of fields)
      if (picked[field.name] === "theirs") set(field.name, field.theirs);
    set("version", conflict.version);
    onClose?.();
  };
  return (
    <Dialog open={open} onClose={() => onClose?.()} title={words.title} wide>
      <p>
        {words.lead} <strong>{conflict.by}</strong>
        {conflict.at ? `, ${conflict.at}` : ""}. {words.kept}
      </p>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th>{words.field}</th>
              <th>{words.mine}</th>
              <th>{words.theirs}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field.name}>
                <th scope="row">{field.label}</th>
                {["mine", "theirs"].map((side) => (
                  <td key={side}>
                    <label className="check">
                      <input
                        type="radio"
                        name={`c-${field.name}`}
                        checked={picked[field.name] === side}
                        onChange={() => setPicked((old) => ({ ...old, [field.name]: side }))}
                      />
                      <span>{field[side] || "–"}</span>
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fields.some((f) => f.money) && <p className="muted">{words.money}</p>}
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={() => onClose?.()}>
          {words.later}
        </button>
        <button type="button" className="btn primary" disabled={!complete} onClick={apply}>
          {words.apply}
        </button>
      </div>
    </Dialog>
  );
}
