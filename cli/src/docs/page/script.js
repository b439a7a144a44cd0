"use strict";
// "What does this token open?" The page shows everything; this script filters it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const [form, result, search, token, closed] = ["#ask form", "#result", "#search", "#token", "#closed"].map(one);
  const scopes = all("input[name=scope]").map((box) => ({
    box,
    id: Number(box.value),
    name: box.dataset.name,
    implies: JSON.parse(box.dataset.implies),
    heads: all(`th[data-scope="${box.value}"]`),
  }));
  const risks = all("input[name=risk]");
  const rows = new Map(all("tr.tool").map((row) => [row.dataset.tool, row]));
  const tools = all("article.entry").map((entry) => ({
    entry,
    row: rows.get(entry.id),
    needs: entry.dataset.needs === "public" ? "public" : JSON.parse(entry.dataset.needs),
    risk: entry.dataset.risk,
    text: entry.querySelector("h3").textContent.toLowerCase() + "\n" + (entry.querySelector(":scope > p")?.textContent.toLowerCase() ?? ""),
  }));
  const groups = all("tbody[data-group]").map((group) => {
    const sum = group.querySelector(".sum");
    return { group, rows: all("tr.tool", group), sum, text: sum.textContent };
  });
  const order = ["critical", "high", "medium", "low", "minimal"];
  // Storage may be unavailable to a page opened from a file, and the hash of an address may be malformed.
  const attempt = (action) => { try { return action(); } catch { return null; } };
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  // The ticked scopes and all that they imply. A tool without a stated requirement stays closed.
  function held() {
    const held = new Set();
    const next = scopes.filter(({ box }) => box.checked).map(({ id }) => id);
    while (next.length > 0) {
      const id = next.pop();
      if (!held.has(id)) next.push(...scopes[id].implies);
      held.add(id);
    }
    return held;
  }
  const opens = (needs, held) => needs === "public" || needs.some((every) => every.every((scope) => held.has(scope)));

  function show() {
    const holds = held();
    const asked = scopes.some(({ box }) => box.checked) || unknown().length > 0;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(risks.filter((box) => box.checked).map((box) => box.value));
    const opened = new Map();
    let shown = 0;
    for (const { entry, row, needs, risk, text } of tools) {
      const open = opens(needs, holds);
      if (open) opened.set(risk, (opened.get(risk) ?? 0) + 1);
      const fits = words.every((word) => text.includes(word)) && (wanted.has(risk) || !order.includes(risk));
      const visible = fits && (!asked || open || closed.checked);
      shown += visible;
      for (const element of [entry, row]) {
        element.hidden = !visible;
        element.classList.toggle("shut", asked && !open);
      }
    }
    for (const { group, rows, sum, text } of groups) {
      const left = rows.filter((row) => !row.hidden).length;
      group.hidden = left === 0;
      sum.textContent = left === rows.length ? text : `${left} shown of ${text}`;
    }
    const through = [];
    for (const { box, id, name, heads } of scopes) {
      const implied = holds.has(id) && !box.checked;
      if (implied) through.push(name);
      box.closest("label").classList.toggle("implied", implied);
      for (const head of heads) head.toggleAttribute("data-held", holds.has(id));
    }
    say(asked, opened, through, shown);
    one("#nothing").hidden = shown > 0;
  }

  function say(asked, opened, through, shown) {
    const names = (names) => (names.length > 6 ? count(names.length, "scope") : names.join(", "));
    const sum = [...opened.values()].reduce((sum, number) => sum + number, 0);
    const by = [...order, "not stated"].filter((risk) => opened.has(risk)).map((risk) => `${opened.get(risk)} ${risk}`);
    const ticked = names(ticks()) || "no known scope";
    const reach = `opens ${sum} of ${count(tools.length, "tool")}${sum ? `: ${by.join(", ")}` : ""}.`;
    const also = through.length ? ` It also holds ${names(through)}, implied.` : "";
    const all = asked && !closed.checked ? sum : tools.length;
    const none = unknown().length ? ` Unknown scopes: ${names(unknown())}.` : "";
    const text = asked ? `A token with ${ticked} ${reach}${also}${none}` : `Tick the scopes of a token. Without any scope it ${reach}`;
    const left = shown === all ? text : `${text} ${shown} shown.`;
    result.toggleAttribute("data-asked", asked || shown !== all);
    if (result.textContent !== left) result.textContent = left;
  }

  const ticks = () => scopes.filter(({ box }) => box.checked).map(({ name }) => name);
  const pasted = () => token.value.split(/\s+/).filter(Boolean);
  // Unknown scopes open nothing, and the status names them.
  const unknown = () => pasted().filter((named) => !scopes.some(({ name }) => name === named));

  // A pasted token ticks its scopes; ticked scopes are a token to copy.
  function paste() {
    const named = new Set(pasted());
    for (const { box, name } of scopes) box.checked = named.has(name);
  }
  function follow(event) {
    if (event.target === token) paste();
    if (event.target.name === "scope") token.value = [...ticks(), ...unknown()].join(" ");
    show();
  }

  function again() {
    form.reset();
    show();
  }

  // A link to a tool that is filtered out resets the filters.
  function reveal() {
    const target = location.hash.length > 1 && attempt(() => document.getElementById(decodeURIComponent(location.hash.slice(1))));
    if (target && target.hidden) {
      again();
      target.scrollIntoView();
    }
  }

  const themes = [["", "automatic"], ["light", "light"], ["dark", "dark"]];
  const button = one("#theme");
  function theme(next) {
    const [value, word] = themes.find(([value]) => value === next) ?? themes[0];
    document.documentElement.dataset.theme = value;
    button.textContent = `Theme: ${word}`;
    button.dataset.value = value;
  }
  button.addEventListener("click", () => {
    const place = themes.findIndex(([value]) => value === button.dataset.value);
    theme(themes[(place + 1) % themes.length][0]);
    attempt(() => localStorage.setItem("mcp-scopes-theme", button.dataset.value));
  });
  theme(attempt(() => localStorage.getItem("mcp-scopes-theme")) ?? "");
  button.hidden = false;

  // A region that does not scroll needs no tab stop.
  const regions = all("[role=region][tabindex]");
  const stops = () => {
    const scrolls = regions.map((region) => region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight);
    regions.forEach((region, place) => (scrolls[place] ? region.setAttribute("tabindex", "0") : region.removeAttribute("tabindex")));
  };
  window.addEventListener("resize", stops);
  stops();

  // A document may have no tools.
  if (!form) return;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", follow);
  // The reset event fires before the fields have their old values, so it is of no use here.
  one("#again").addEventListener("click", again);
  window.addEventListener("hashchange", reveal);
  one("#ask").hidden = false;
  show();
  reveal();
})();
