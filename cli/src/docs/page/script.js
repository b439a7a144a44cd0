"use strict";
// "What does this token open?" The page shows everything; this script filters it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const [form, result, found, search, token, closed, share] = ["#ask form", "#result", "#found", "#search", "#token", "#closed", "#share"].map((id) => one(id));
  const scopes = all("input[name=scope]").map((box) => ({
    box,
    id: Number(box.value),
    name: box.dataset.name,
    short: one("code", box.parentElement).textContent,
    implies: JSON.parse(box.dataset.implies),
    heads: all(`th[data-scope="${box.value}"]`),
  }));
  const risks = all("input[name=risk]");
  const rows = new Map(all("tr.tool").map((row) => [row.dataset.tool, row]));
  const requirement = (element) => (element.dataset.needs === "public" ? "public" : JSON.parse(element.dataset.needs));
  const named = (needs) => (needs === "public" ? [] : needs.flat().map((id) => scopes[id].name));
  const tools = all("article.entry").map((entry) => {
    const needs = requirement(entry);
    const said = all("h3, summary p, .parameters code", entry).map((part) => part.textContent);
    return { entry, row: rows.get(entry.dataset.tool), needs, risk: entry.dataset.risk, text: [...said, ...named(needs)].join("\n").toLowerCase() };
  });
  // Resources and prompts.
  const contents = all("tr.content").map((row) => {
    const needs = requirement(row);
    const text = [row.textContent, ...named(needs)].join("\n").toLowerCase();
    return { row, needs, risk: row.dataset.risk, text };
  });
  const groups = all("tbody[data-group]").map((group) => {
    const sum = one(".sum", group);
    return { group, rows: all("tr.tool", group), sum, text: sum.textContent };
  });
  // Storage may be unavailable to a page opened from a file, and the hash of an address may be malformed.
  const attempt = (action) => { try { return action(); } catch { return null; } };
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const few = (names) => (names.length > 6 ? count(names.length, "scope") : names.join(", "));
  const checked = (boxes) => boxes.filter((box) => box.checked).map((box) => box.value);

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
  const searched = () => search.value.toLowerCase().split(/\s+/).filter(Boolean);

  function show() {
    const holds = held();
    const asked = scopes.some(({ box }) => box.checked) || unknown().length > 0;
    const words = searched();
    const wanted = new Set(checked(risks));
    const opened = new Map();
    const fits = ({ text, risk }) => words.every((word) => text.includes(word)) && (wanted.size === 0 || wanted.has(risk));
    let shown = 0;
    for (const tool of tools) {
      const { entry, row, needs, risk } = tool;
      const open = opens(needs, holds);
      if (open) opened.set(risk, (opened.get(risk) ?? 0) + 1);
      const visible = fits(tool) && (!asked || open || closed.checked);
      shown += visible;
      for (const element of [entry, row]) {
        element.hidden = !visible;
        element.classList.toggle("shut", asked && !open);
      }
    }
    const readable = contents.filter(({ needs }) => opens(needs, holds));
    let listed = 0;
    for (const content of contents) {
      const open = readable.includes(content);
      const visible = fits(content) && (!asked || open || closed.checked);
      listed += visible;
      content.row.hidden = !visible;
      content.row.classList.toggle("shut", asked && !open);
    }
    for (const { group, rows, sum, text } of groups) {
      const left = rows.filter((row) => !row.hidden).length;
      group.hidden = left === 0;
      sum.textContent = left === rows.length ? text : `${left} shown of ${text}`;
    }
    const through = [];
    for (const { box, id, short, heads } of scopes) {
      const implied = holds.has(id) && !box.checked;
      if (implied) through.push(short);
      box.closest("label").classList.toggle("implied", implied);
      for (const head of heads) head.toggleAttribute("data-held", holds.has(id));
    }
    for (const pill of pills) pill.setAttribute("aria-pressed", String(wanted.has(pill.dataset.risk)));
    say(asked, opened, through, shown, readable.length);
    name(words);
    remember();
    for (const text of all(".nothing")) text.hidden = ("contents" in text.dataset ? listed : shown) > 0;
    if (tools.length) one("#unfold").hidden = shown === 0;
  }

  function say(asked, opened, through, shown, readable) {
    const sum = [...opened.values()].reduce((sum, number) => sum + number, 0);
    const order = risks.map((box) => box.value);
    const by = order.filter((risk) => opened.has(risk)).map((risk) => `${opened.get(risk)} ${risk}`);
    const ticked = few(scopes.filter(({ box }) => box.checked).map(({ short }) => short)) || "no known scope";
    const more = contents.length ? ` It opens ${readable} of ${contents.length} resources and prompts.` : "";
    const reach = `opens ${sum} of ${count(tools.length, "tool")}${sum ? `: ${by.join(", ")}` : ""}.${more}`;
    const also = through.length ? ` It also holds ${few(through)}, implied.` : "";
    const every = asked && !closed.checked ? sum : tools.length;
    const none = unknown().length ? ` Unknown scopes: ${few(unknown())}.` : "";
    const text = asked ? `A token with ${ticked} ${reach}${also}${none}` : `Tick the scopes of a token. Without any scope it ${reach}`;
    const left = shown === every ? text : `${text} ${shown} shown.`;
    result.toggleAttribute("data-asked", asked || shown !== every);
    if (result.textContent !== left) result.textContent = left;
  }

  // Names the scopes that the search finds, with links.
  function name(words) {
    const matches = words.length ? scopes.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))) : [];
    const links = matches.slice(0, 6).flatMap(({ short, box }) => {
      const link = document.createElement("a");
      link.href = `#${box.dataset.anchor}`;
      link.append(document.createElement("code"));
      link.firstChild.textContent = short;
      return [" ", link];
    });
    found.hidden = matches.length === 0;
    found.replaceChildren(matches.length ? `${count(matches.length, "scope")}:` : "", ...links, matches.length > 6 ? " …" : "");
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

  // The answer is in the address, so that it can be shared. Browsers limit how often the address may change.
  let timer;
  function remember() {
    const fields = { scope: [...ticks(), ...unknown()].join(" "), risk: checked(risks).join(" "), q: search.value.trim(), closed: closed.checked ? "1" : "" };
    const text = new URLSearchParams(Object.entries(fields).filter(([, value]) => value)).toString();
    share.hidden = text === "";
    share.href = text ? `?${text}` : location.pathname;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const address = (text ? `?${text}` : location.pathname) + location.hash;
      if (location.search !== (text ? `?${text}` : "")) attempt(() => history.replaceState(null, "", address));
    }, 150);
  }
  function recall() {
    const fields = new URLSearchParams(location.search);
    token.value = fields.get("scope") ?? "";
    search.value = fields.get("q") ?? "";
    closed.checked = fields.get("closed") === "1";
    const wanted = (fields.get("risk") ?? "").split(" ");
    for (const box of risks) box.checked = wanted.includes(box.value);
    paste();
  }

  function again() {
    form.reset();
    show();
  }

  // A link to a tool opens its entry, and resets the filters if they hide it.
  function reveal() {
    const target = location.hash.length > 1 && attempt(() => document.getElementById(decodeURIComponent(location.hash.slice(1))));
    const entry = target && target.closest(".entry, tr.content");
    if (!entry) return;
    if (entry.hidden) again();
    const details = one("details", entry);
    if (details) details.open = true;
    target.scrollIntoView();
  }

  // The numbers of the header choose a risk.
  const pills = form ? all("ul.risks .risk").map((text) => {
    const pill = document.createElement("button");
    pill.type = "button";
    pill.className = text.className;
    pill.dataset.risk = text.dataset.risk;
    pill.title = "Show only tools of these risks";
    pill.append(...text.childNodes);
    pill.addEventListener("click", () => {
      const box = risks.find((box) => box.value === pill.dataset.risk);
      box.checked = !box.checked;
      show();
    });
    text.replaceWith(pill);
    return pill;
  }) : [];

  function unfold() {
    const open = this.textContent === "Open all";
    for (const details of all(".entry details")) details.open = open;
    this.textContent = open ? "Close all" : "Open all";
  }

  // The section at the top of the window is the current one.
  const links = all("nav a").map((link) => ({ link, section: document.getElementById(link.hash.slice(1)) }));
  let current;
  function locate() {
    const end = document.documentElement.scrollHeight - innerHeight - 2;
    const above = links.filter(({ section }) => section.getBoundingClientRect().top <= innerHeight / 4);
    const next = (scrollY > 0 && scrollY >= end ? links : above).at(-1) ?? links[0];
    if (next === current) return;
    current?.link.removeAttribute("aria-current");
    current = next;
    current.link.setAttribute("aria-current", "true");
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
    const scrolls = regions.map((region) => region.scrollWidth > region.clientWidth);
    regions.forEach((region, place) => (scrolls[place] ? region.setAttribute("tabindex", "0") : region.removeAttribute("tabindex")));
  };
  window.addEventListener("resize", () => { stops(); locate(); });
  window.addEventListener("scroll", locate, { passive: true });
  stops();

  // A document may have no tools.
  if (form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", follow);
    // The reset event fires before the fields have their old values, so it is of no use here.
    one("#again").addEventListener("click", again);
    one("#unfold")?.addEventListener("click", unfold);
    window.addEventListener("hashchange", reveal);
    one("#ask").hidden = false;
    // In one column, the controls would be between the reader and the tools.
    one("#controls").open = matchMedia("(min-width: 68rem)").matches;
    recall();
    show();
    reveal();
  }
  locate();
})();
