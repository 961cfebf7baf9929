import { chosen, live } from "./live.js";
import { panes } from "./split.js";

// Everything side by side: Slack, and the ticket, sheet and workflow of the newest case, or of the one that is chosen.

let as = document.body.dataset.as;
const $ = (id) => document.getElementById(id);
const pane = (name) => document.querySelector(`[data-pane=${name}]`);
const withReader = (path) => path + (path.includes("?") ? "&" : "?") + "as=" + encodeURIComponent(as);
const shows = {}; // what each pane shows
let cases = [], led = "";

// put shows an address in a pane, unless it stands there.
function put(name, path) {
  if (!path || shows[name] === path) return;
  shows[name] = path;
  const box = pane(name), frame = box.querySelector("iframe");
  frame.hidden = false;
  const none = box.querySelector(".none");
  if (none) none.hidden = true;
  frame.src = path;
  box.querySelector("header a").href = path;
}

function look() {
  const chosen = $("case").value;
  const now = cases.find((c) => c.number === chosen) ?? (chosen ? null : cases[0]);
  if (!now) return;
  document.title = `${now.number} · Hikeshi sandbox`;
  $("now").textContent = `${now.number} · ${now.status}`;
  put("ticket", withReader(now.ticket));
  put("sheet", now.sheet && withReader(now.sheet));
  put("workflow", now.workflow);
  if (now.folder) $("folder").href = withReader(now.folder);
  const channel = now.slack && withReader(now.slack);
  if (channel && chosen && chosen !== led) put("slack", channel);
  led = chosen;
}

async function ask() {
  const answer = await fetch(withReader("/cases")).catch(() => null);
  if (!answer?.ok) return;
  cases = await answer.json();
  const list = $("case");
  for (const c of [...cases].reverse()) {
    if (![...list.options].some((o) => o.value === c.number)) list.options[0].after(new Option(`${c.number} ${c.title}`, c.number));
  }
  if (cases.some((c) => c.status !== "To Do")) $("steps").hidden = true; // they have found out
  look();
}

// The frames hear what this page hears, and lead links of each other's kind here.
const frames = new Set();
window.addEventListener("message", (event) => {
  if (event.origin !== location.origin) return;
  if (event.data?.listening) {
    frames.add(event.source);
    event.source.postMessage({ news: {} }, location.origin);
  }
  if (event.data?.open) open(event.data.open);
});

function open(path) {
  const kinds = [[/^\/(jira|browse)\//, "ticket"], [/^\/spreadsheets\//, "sheet"], [/\/namespaces\//, "workflow"], [/^\/slack\//, "slack"]];
  const kind = kinds.find(([pattern]) => pattern.test(path))?.[1];
  path = path.replace(/^\/browse\//, "/jira/");
  if (kind === "workflow" && document.querySelector("#desk").dataset.ui === "true") put(kind, path.startsWith("/temporal/") ? path : "/temporal" + path);
  else if (kind && kind !== "workflow") put(kind, withReader(path));
  else window.open(path, "_blank", "noreferrer");
  if (kind) document.querySelector(`[role=tab][data-shows=${kind}]`)?.click();
}

// reword says what this page itself says in the language of whoever looks now.
async function reword() {
  const answer = await fetch(withReader("/")).catch(() => null);
  if (!answer?.ok) return;
  const theirs = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.documentElement.lang = theirs.documentElement.lang;
  for (const e of document.querySelectorAll("[data-say]")) e.innerHTML = theirs.querySelector(`[data-say=${e.dataset.say}]`)?.innerHTML ?? e.innerHTML;
}

let asking;
live((news) => {
  for (const frame of frames) frame.postMessage({ news }, location.origin);
  if (news.jira || news.all || news.list || !cases.length) {
    clearTimeout(asking);
    asking = setTimeout(ask, 150);
  }
});

$("case").addEventListener("change", () => { for (const name of ["ticket", "sheet", "workflow"]) delete shows[name]; look(); });
$("enough").addEventListener("click", () => { $("steps").hidden = true; });
$("as").addEventListener("change", () => {
  as = document.body.dataset.as = $("as").value;
  chosen(as);
  history.replaceState(null, "", withReader("/"));
  for (const link of document.querySelectorAll('a[href*="as="]')) {
    const to = new URL(link.href);
    to.searchParams.set("as", as);
    link.href = to.href;
  }
  pane("slack").querySelector("iframe").contentWindow.postMessage({ as }, location.origin); // it keeps what each has open
  for (const name of ["ticket", "sheet"]) delete shows[name];
  reword();
  ask();
});
panes();
put("slack", withReader("/slack/C0CSIRTOPS"));
ask();
