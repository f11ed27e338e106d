// Decides how the inputs that answer at once behave: rupees in words, a file with its progress,
// a hidden identifier. Numbers are grouped the Indian way; the server still decides what is valid.
import { useEffect, useRef, useState } from "react";
import { Glyph } from "./pieces";
import { Dialog } from "./dialog";

const ONES = [
  "",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
];
const TENS = [
  "",
  "",
  "twenty",
  "thirty",
  "forty",
  "fifty",
  "sixty",
  "seventy",
  "eighty",
  "ninety",
];

const below100 = (n) =>
  n < 20 ? ONES[n] : TENS[Math.floor(n / 10)] + (n % 10 ? `-${ONES[n % 10]}` : "");
const below1000 = (n) =>
  [n >= 100 ? `${ONES[Math.floor(n / 100)]} hundred` : "", n % 100 ? below100(n % 100) : ""]
    .filter(Boolean)
    .join(" ");

export function inWords(rupees) {
  if (rupees === 0) return "zero";
  const crore = Math.floor(rupees / 1e7),
    lakh = Math.floor((rupees % 1e7) / 1e5),
    thousand = Math.floor((rupees % 1e5) / 1e3),
    rest = rupees % 1e3;
  return [
    crore ? `${crore >= 1000 ? inWords(crore) : below1000(crore)} crore` : "",
    lakh ? `${below100(lakh)} lakh` : "",
    thousand ? `${below100(thousand)} thousand` : "",
    rest ? below1000(rest) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

export function grouped(digits) {
  const text = digits.replace(/^0+(?=\d)/, "");
  if (text.length <= 3) return text;
  return text.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ",") + "," + text.slice(-3);
}

export function moneyWords(text) {
  const clean = (text || "").replace(/[₹,\s]/g, "");
  if (!/^\d{1,12}(\.\d{0,2})?$/.test(clean)) return "";
  const [whole, part = ""] = clean.split(".");
  const paise = Number((part + "00").slice(0, 2));
  return `${inWords(Number(whole))} rupees${paise ? ` and ${below100(paise)} paise` : ""}`;
}

export function MoneyInput({ id, name, value = "", describedBy, invalid, placeholder }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    setText(value ?? "");
  }, [value]);
  const box = useRef(null);
  // a form that is cleared after it was accepted resets only what the browser itself holds
  useEffect(() => {
    const form = box.current?.form;
    const clear = () => setText(value ?? "");
    form?.addEventListener("reset", clear);
    return () => form?.removeEventListener("reset", clear);
  }, [value]);
  const tidy = () => {
    const clean = (text || "").replace(/[₹,\s]/g, "");
    if (/^\d+(\.\d{0,2})?$/.test(clean)) {
      const [whole, part] = clean.split(".");
      setText(grouped(whole) + (part ? `.${part}` : ""));
    }
  };
  return (
    <>
      <div className="money-box">
        <span className="sign" aria-hidden="true">
          ₹
        </span>
        <input
          ref={box}
          id={id}
          name={name}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          placeholder={placeholder}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(e) => setText(e.target.value)}
          onBlur={tidy}
        />
      </div>
      <div className="words" aria-live="polite">
        {moneyWords(text)}
      </div>
    </>
  );
}

export function FileDrop({
  endpoint,
  fields = {},
  label,
  hint,
  accept,
  multiple,
  maxBytes = 25 * 1024 * 1024,
  words = {},
  onDone,
}) {
  const [over, setOver] = useState(false);
  const [files, setFiles] = useState([]);
  const picker = useRef(null);
  const update = (key, changes) =>
    setFiles((old) => old.map((f) => (f.key === key ? { ...f, ...changes } : f)));

  const send = (file, password = "", before = null) => {
    const key = before || `${file.name}-${Date.now()}-${Math.random()}`;
    if (file.size > maxBytes) {
      setFiles((old) => [
        ...old,
        {
          key,
          name: file.name,
          share: 0,
          problem: `${words.too_large} ${Math.floor(maxBytes / 1048576)} MB.`,
        },
      ]);
      return;
    }
    const fresh = { key, name: file.name, share: 0, problem: "", done: false, locked: null };
    setFiles((old) => (before ? old.map((f) => (f.key === key ? fresh : f)) : [...old, fresh]));
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    if (password) body.append("password", password);
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", endpoint);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) =>
      event.lengthComputable && update(key, { share: event.loaded / event.total });
    request.onerror = () => update(key, { problem: words.broken });
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = { error: request.responseText };
      }
      if (request.status >= 200 && request.status < 300) {
        update(key, { share: 1, done: true });
        onDone?.(answer);
      } else {
        // a protected PDF is asked for its password right here;
        // it goes with the file and is kept nowhere
        const locked = answer.field === "password" ? file : null;
        update(key, { problem: answer.error || answer.message || words.broken, locked });
      }
    };
    request.send(body);
  };
  const take = (list) => {
    for (const file of multiple ? list : [...list].slice(0, 1)) send(file);
  };

  return (
    <div
      className={`drop ${over ? "over" : ""}`}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        take(e.dataTransfer.files);
      }}
    >
      <strong>{label}</strong>
      {hint ? <span className="muted">{hint}</span> : null}
      <input
        ref={picker}
        type="file"
        className="vh"
        aria-label={label}
        accept={accept}
        multiple={multiple}
        onChange={(e) => {
          take(e.target.files);
          e.target.value = "";
        }}
      />
      <button type="button" className="btn" onClick={() => picker.current?.click()}>
        {words.choose}
      </button>
      {files.map((file) => (
        <div key={file.key} className="file-line stack-s">
          <div className="row spread">
            <span>{file.name}</span>
            <span className={file.problem ? "chip bad" : file.done ? "chip good" : "chip"}>
              {file.problem ? <Glyph name="alert" /> : file.done ? <Glyph name="check" /> : null}
              {file.problem
                ? words.failed
                : file.done
                  ? words.done
                  : `${Math.round(file.share * 100)} %`}
            </span>
          </div>
          {file.problem && file.locked ? (
            <form
              className="row"
              onSubmit={(e) => {
                e.preventDefault();
                e.stopPropagation();
                send(file.locked, new FormData(e.currentTarget).get("pdf_password"), file.key);
              }}
            >
              <label className="grow">
                <span className="muted">{file.problem}</span>
                <input
                  className="input"
                  name="pdf_password"
                  type="password"
                  autoComplete="off"
                  required
                  autoFocus
                />
              </label>
              <button className="btn primary">{words.unlock}</button>
            </form>
          ) : file.problem ? (
            <div role="alert" style={{ color: "var(--bad)" }}>
              {file.problem}
            </div>
          ) : !file.done ? (
            <div
              className="progress"
              role="progressbar"
              aria-valuenow={Math.round(file.share * 100)}
              aria-valuemin={0}
              aria-valuemax={100}
            >
              <span style={{ width: `${file.share * 100}%` }} />
            </div>
          ) : null}
        </div>
      ))}
    </div>
  );
}

export function Masked({
  text,
  shown,
  allowed,
  subject,
  subjectId,
  field,
  words = {},
  onReveal,
}) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const key = `${subject}:${subjectId}:${field}`;
  const clear = shown && shown[key];
  return (
    <span className="masked">
      <span className="mono">{clear || text || "–"}</span>
      {allowed && text && !clear ? (
        <button type="button" className="btn quiet small" onClick={() => setAsking(true)}>
          {words.show}
        </button>
      ) : null}
      {clear ? (
        <span className="muted" role="status">
          {words.hides}
        </span>
      ) : null}
      <Dialog open={asking} onClose={() => setAsking(false)} title={words.title}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            onReveal?.(subject, String(subjectId), field, reason);
            setAsking(false);
            setReason("");
          }}
        >
          <p>{words.lead}</p>
          <div className="field">
            <label htmlFor={`why-${key}`}>{words.reason}</label>
            <input
              id={`why-${key}`}
              className="input"
              required
              minLength={5}
              value={reason}
              onChange={(e) => setReason(e.target.value)}
              autoFocus
            />
          </div>
          <div className="dialog-foot">
            <button type="button" className="btn" onClick={() => setAsking(false)}>
              {words.cancel}
            </button>
            <button className="btn primary">{words.show}</button>
          </div>
        </form>
      </Dialog>
    </span>
  );
}
