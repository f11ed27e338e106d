// Decides how a long list behaves: filter, sort and page live in the address, keys move at once.
// The server is asked only for rows; focus, ticks and key presses never wait for it.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { Chip, Glyph } from "./pieces";
import { Dialog } from "./dialog";

const NUMERIC = new Set(["money", "number", "percent_bps"]);
const SHORT = new Set(["code", "date", "datetime", "status"]);

const shape = (column, value) => {
  if (NUMERIC.has(column.kind)) return "num";
  if (SHORT.has(column.kind)) return "nowrap";
  return value?.sub ? "two" : "";
};
const TYPING_PAUSE_MS = 350;

function Cell({ column, value, href, first }) {
  let shown = value;
  if (value && typeof value === "object") {
    shown =
      value.tone !== undefined ? (
        <Chip {...value} />
      ) : (
        <span>
          {value.text}
          {value.sub ? <div className="muted">{value.sub}</div> : null}
        </span>
      );
  }
  if (first && href)
    return (
      <Link to={href} onClick={(e) => e.stopPropagation()}>
        {shown}
      </Link>
    );
  return (
    <>
      {shown === "" || shown === null || shown === undefined ? (
        <span className="muted">–</span>
      ) : (
        shown
      )}
    </>
  );
}

export function DataTable({ data = {}, words = {}, onExport, onSaveView, onForgetView, onBulk }) {
  const { columns = [], rows = [], filters = [], values = {}, views = [], bulk = [] } = data;
  const navigate = useNavigate();
  const location = useLocation();
  const body = useRef(null);
  const timer = useRef(null);
  const [ticked, setTicked] = useState(() => new Set());
  const [waiting, setWaiting] = useState(false);
  const [saving, setSaving] = useState(false);
  const [typed, setTyped] = useState({});
  const query = useMemo(() => new URLSearchParams(location.search), [location.search]);

  useEffect(() => {
    setWaiting(false);
    setTicked(new Set());
  }, [data.stamp]);
  useEffect(() => {
    setTyped({});
  }, [location.search]);

  const go = useCallback(
    (changes, keepCursor = false) => {
      const next = new URLSearchParams(window.location.search);
      if (!keepCursor) next.delete("cursor");
      for (const [name, value] of Object.entries(changes)) {
        if (value === "" || value === null || value === undefined) next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      setWaiting(true);
      navigate({ pathname: window.location.pathname, search: text ? `?${text}` : "" });
      if (text === window.location.search.replace(/^\?/, "")) setWaiting(false);
    },
    [navigate],
  );

  const sortBy = (column) => {
    const current = data.sort || "";
    go({ sort: current === column.key ? `-${column.key}` : column.key });
  };

  const type = (name, value) => {
    setTyped((old) => ({ ...old, [name]: value }));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go({ [name]: value }), TYPING_PAUSE_MS);
  };

  const tick = (id) =>
    setTicked((old) => {
      const next = new Set(old);
      next.has(id) ? next.delete(id) : next.add(id);
      return next;
    });

  const onRowKey = (event, row) => {
    const line = event.currentTarget;
    if (event.target !== line && event.code !== "KeyJ" && event.code !== "KeyK") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "KeyJ" || event.code === "ArrowDown") {
      line.nextElementSibling?.focus();
      event.preventDefault();
    } else if (event.code === "KeyK" || event.code === "ArrowUp") {
      line.previousElementSibling?.focus();
      event.preventDefault();
    } else if (event.code === "Enter" && row.href) {
      navigate(row.href);
      event.preventDefault();
    } else if (event.code === "KeyX" && bulk.length) {
      tick(row.id);
      event.preventDefault();
    }
  };

  const filtered = filters.some((f) => values[f.name]);
  const unsaved = [...query.keys()].some((key) => key !== "cursor" && key !== "tab");
  const activeView = (view) => {
    const mine = new URLSearchParams(view.query);
    const keys = new Set([...mine.keys(), ...query.keys()].filter((k) => k !== "cursor"));
    return [...keys].every((key) => (mine.get(key) || "") === (query.get(key) || ""));
  };

  return (
    <div className="list" data-list aria-busy={waiting || !data.loaded}>
      {(views.length > 0 || onSaveView) && (
        <div className="list-views" role="group" aria-label={words.views}>
          <Link
            className="view-tab"
            to={location.pathname}
            aria-current={!unsaved ? "true" : undefined}
          >
            {words.all}
          </Link>
          {views.map((view) => (
            <span key={view.id} className="row" style={{ gap: 0 }}>
              <Link
                className="view-tab"
                to={`${location.pathname}?${view.query}`}
                aria-current={activeView(view) ? "true" : undefined}
                title={view.shared}
              >
                {view.name}
              </Link>
              {view.mine && activeView(view) && onForgetView && (
                <button
                  type="button"
                  className="icon-button"
                  style={{ width: 26, height: 26 }}
                  aria-label={`${words.forget} ${view.name}`}
                  onClick={() => onForgetView(view.id)}
                >
                  <Glyph name="cross" size={12} />
                </button>
              )}
            </span>
          ))}
          {onSaveView && unsaved && !views.some(activeView) && (
            <button type="button" className="view-tab" onClick={() => setSaving(true)}>
              + {words.save}
            </button>
          )}
        </div>
      )}
      {(filters.length > 0 || data.exportable || (bulk.length > 0 && ticked.size > 0)) && (
        <form
          className="list-bar"
          role="search"
          onSubmit={(e) => {
            e.preventDefault();
            clearTimeout(timer.current);
            go(typed);
          }}
        >
          {filters.map((filter) => {
            const id = `f-${filter.name}`;
            const value = typed[filter.name] ?? values[filter.name] ?? "";
            return (
              <div className={`field ${filter.kind === "text" ? "q" : ""}`} key={filter.name}>
                <label htmlFor={id}>{filter.label}</label>
                {filter.kind === "select" ? (
                  <select
                    id={id}
                    className="input"
                    value={value}
                    onChange={(e) => go({ [filter.name]: e.target.value })}
                  >
                    <option value="">{words.any}</option>
                    {filter.options.map((o) => (
                      <option key={o[0]} value={o[0]}>
                        {o[1]}
                      </option>
                    ))}
                  </select>
                ) : (
                  <input
                    id={id}
                    className="input"
                    type={filter.kind === "date" ? "date" : "search"}
                    value={value}
                    data-list-search={filter.kind === "text" ? "" : undefined}
                    autoComplete="off"
                    onChange={(e) =>
                      filter.kind === "date"
                        ? go({ [filter.name]: e.target.value })
                        : type(filter.name, e.target.value)
                    }
                  />
                )}
              </div>
            );
          })}
          <div className="grow" />
          {bulk.length > 0 && ticked.size > 0 && (
            <div className="row" role="status">
              <span>
                {ticked.size} {words.ticked}
              </span>
              {bulk.map((act) => (
                <button
                  key={act[0]}
                  type="button"
                  className="btn"
                  onClick={() => onBulk?.(act[0], [...ticked])}
                >
                  {act[1]}
                </button>
              ))}
            </div>
          )}
          {filtered && (
            <button
              type="button"
              className="btn quiet"
              onClick={() => go(Object.fromEntries(filters.map((f) => [f.name, ""])))}
            >
              {words.clear}
            </button>
          )}
          {data.exportable && onExport && (
            <button type="button" className="btn" onClick={() => onExport()}>
              {words.export}
            </button>
          )}
        </form>
      )}
      {data.problem ? (
        <div className="empty" role="alert">
          <strong>{data.problem}</strong>
          <Link className="btn" to={location.pathname}>
            {words.restart}
          </Link>
        </div>
      ) : !data.loaded ? (
        <div className="card-body stack" aria-label={words.loading}>
          {Array.from({ length: 7 }, (_, i) => (
            <div key={i} className="skeleton" style={{ width: `${92 - (i % 4) * 9}%` }} />
          ))}
        </div>
      ) : rows.length === 0 ? (
        <div className="empty">
          <span>{filtered ? words.nothing_found : data.empty}</span>
          {filtered && (
            <button
              type="button"
              className="btn"
              onClick={() => go(Object.fromEntries(filters.map((f) => [f.name, ""])))}
            >
              {words.clear}
            </button>
          )}
        </div>
      ) : (
        <div className="scroll">
          <table
            className={`grid ${columns.length > 3 ? "cards" : ""}`}
            style={{ opacity: waiting ? 0.6 : 1 }}
          >
            <caption className="vh">{data.caption}</caption>
            <thead>
              <tr>
                {bulk.length > 0 && (
                  <th scope="col">
                    <span className="vh">{words.tick}</span>
                  </th>
                )}
                {columns.map((column) => {
                  const down = data.sort === `-${column.key}`,
                    up = data.sort === column.key;
                  return (
                    <th
                      key={column.key}
                      scope="col"
                      className={shape(column)}
                      aria-sort={up ? "ascending" : down ? "descending" : undefined}
                    >
                      {column.sort ? (
                        <button type="button" onClick={() => sortBy(column)}>
                          {column.label}
                          {(up || down) && <Glyph name={up ? "up" : "down"} />}
                        </button>
                      ) : (
                        column.label
                      )}
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody ref={body}>
              {rows.map((row) => (
                <tr
                  key={row.id}
                  tabIndex={0}
                  className={row.tone || ""}
                  data-row={row.href ? "" : undefined}
                  aria-selected={ticked.has(row.id) || undefined}
                  onKeyDown={(event) => onRowKey(event, row)}
                  onClick={(event) => {
                    if (!row.href || event.target.closest("a,button,input,label")) return;
                    if (window.getSelection()?.toString()) return;
                    if (event.ctrlKey || event.metaKey)
                      window.open(row.href, "_blank", "noopener");
                    else navigate(row.href);
                  }}
                >
                  {bulk.length > 0 && (
                    <td className="tickcell" data-label={words.tick}>
                      <input
                        type="checkbox"
                        aria-label={`${words.tick} ${row.id}`}
                        checked={ticked.has(row.id)}
                        onChange={() => tick(row.id)}
                      />
                    </td>
                  )}
                  {columns.map((column, index) => (
                    <td
                      key={column.key}
                      data-label={column.label}
                      className={shape(column, row.cells[column.key])}
                    >
                      <Cell
                        column={column}
                        value={row.cells[column.key]}
                        href={row.href}
                        first={index === 0}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data.loaded && !data.problem && (rows.length > 0 || query.get("cursor")) && (
        <div className="list-foot">
          <span role="status">{data.summary}</span>
          <span className="row">
            {query.get("cursor") && (
              <button type="button" className="btn small" onClick={() => go({})}>
                {words.first}
              </button>
            )}
            <button
              type="button"
              className="btn small"
              disabled={!data.previous}
              onClick={() => go({ cursor: data.previous }, true)}
            >
              {words.previous}
            </button>
            <button
              type="button"
              className="btn small"
              disabled={!data.next}
              onClick={() => go({ cursor: data.next }, true)}
            >
              {words.next}
            </button>
          </span>
        </div>
      )}
      <Dialog open={saving} onClose={() => setSaving(false)} title={words.save}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const kept = new URLSearchParams(window.location.search);
            kept.delete("cursor");
            onSaveView?.({
              name: form.get("name"),
              scope: form.get("scope"),
              query: kept.toString(),
            });
            setSaving(false);
          }}
        >
          <div className="field">
            <label htmlFor="view-name">{words.view_name}</label>
            <input
              id="view-name"
              name="name"
              required
              maxLength={40}
              className="input"
              autoFocus
            />
          </div>
          <div className="field">
            <label htmlFor="view-scope">{words.view_scope}</label>
            <select id="view-scope" name="scope" className="input">
              <option value="private">{words.scope_private}</option>
              <option value="role">{words.scope_role}</option>
              <option value="brand">{words.scope_brand}</option>
            </select>
          </div>
          <div className="dialog-foot">
            <button type="button" className="btn" onClick={() => setSaving(false)}>
              {words.cancel}
            </button>
            <button className="btn primary">{words.save}</button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
