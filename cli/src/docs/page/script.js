"use strict";
// What does this token open? The page shows everything without this; here it is narrowed down.
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
  const order = ["minimal", "low", "medium", "high", "critical"];
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  // Closed under what scopes imply. A tool of which nothing is said stays closed.
  const held = () => new Set(scopes.filter(({ box }) => box.checked).flatMap(({ id, implies }) => [id, ...implies]));
  const opens = (needs, held) => needs === "public" || needs.some((every) => every.every((scope) => held.has(scope)));

  function show() {
    const holds = held();
    const asked = scopes.some(({ box }) => box.checked);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(risks.filter((box) => box.checked).map((box) => box.value));
    let [opened, shown, worst] = [0, 0, -1];
    for (const { entry, row, needs, risk, text } of tools) {
      const open = opens(needs, holds);
      if (open) {
        opened += 1;
        worst = Math.max(worst, order.indexOf(risk));
      }
      const fits = words.every((word) => text.includes(word)) && (wanted.has(risk) || !order.includes(risk));
      const visible = fits && (!asked || open || closed.checked);
      shown += visible;
      for (const element of [entry, row]) {
        element.hidden = !visible;
        element.classList.toggle("shut", asked && !open);
      }
    }
    for (const group of all("tbody[data-group]")) {
      group.hidden = all("tr.tool", group).every((row) => row.hidden);
    }
    const through = [];
    for (const { box, id, name, heads } of scopes) {
      const implied = holds.has(id) && !box.checked;
      if (implied) through.push(name);
      box.closest("label").classList.toggle("implied", implied);
      for (const head of heads) head.toggleAttribute("data-held", holds.has(id));
    }
    const reach = asked
      ? `This token opens ${opened} of ${count(tools.length, "tool")}${worst < 0 ? "" : `, up to ${order[worst]} risk`}.`
      : `Tick what a token holds. Without any it opens ${opened} of ${count(tools.length, "tool")}.`;
    const also = through.length ? ` It also holds ${through.join(", ")}.` : "";
    const text = `${reach}${also} ${shown} shown.`;
    if (result.textContent !== text) result.textContent = text;
    one("#nothing").hidden = shown > 0;
  }

  // A token that is pasted ticks its scopes; others, which open nothing here, are passed over.
  function paste() {
    const named = new Set(token.value.split(/\s+/));
    for (const { box, name } of scopes) box.checked = named.has(name);
    show();
  }

  // A link to a tool that is filtered out shows it all the same.
  function follow() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.hidden) {
      form.reset();
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
  // A page that was opened as a file may be refused a memory.
  const remember = (action) => { try { return action(); } catch { return null; } };
  button.addEventListener("click", () => {
    const place = themes.findIndex(([value]) => value === button.dataset.value);
    theme(themes[(place + 1) % themes.length][0]);
    remember(() => localStorage.setItem("mcp-scopes-theme", button.dataset.value));
  });
  theme(remember(() => localStorage.getItem("mcp-scopes-theme")) ?? "");
  button.hidden = false;

  // What does not scroll is no stop for the tab key.
  const regions = all("[role=region][tabindex]");
  const stops = () => {
    const scrolls = regions.map((region) => region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight);
    regions.forEach((region, place) => (scrolls[place] ? region.setAttribute("tabindex", "0") : region.removeAttribute("tabindex")));
  };
  window.addEventListener("resize", stops);

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => (event.target === token ? paste() : show()));
  form.addEventListener("reset", () => queueMicrotask(show));
  window.addEventListener("hashchange", follow);
  one("#ask").hidden = false;
  show();
  stops();
  follow();
})();
