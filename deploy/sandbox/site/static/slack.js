import { act, me, page, part, say, trouble, words } from "./api.js";
import { Composer } from "./composer.js";
import { dropping } from "./drop.js";
import * as dialog from "./dialog.js";
import { chosen, framed, live, openBeside } from "./live.js";
import * as memory from "./memory.js";
import { onMessages } from "./messages.js";
import { fill, morph, parse } from "./morph.js";
import { shortcuts } from "./shortcuts.js";

// The workspace: what is open, how one gets from place to place, and how the page stays true.

const $ = (id) => document.getElementById(id);
const mine = () => memory.of(me());
const head = () => $("head")?.dataset ?? {};
const home = () => page.place === "_home";

const composer = new Composer($("composer"), {
  where: () => ({ channel: page.place }), done: () => refresh({ all: true }, true),
  draft: (text) => { mine().drafts[page.place] = text; memory.keep(); },
});
const replier = new Composer($("replier"), {
  where: () => ({ channel: page.place, thread_ts: page.thread }), done: () => refresh({ all: true }),
  draft: (text) => { mine().drafts[page.thread] = text; memory.keep(); },
});

// arrange makes what is around the messages fit what is open.
function arrange() {
  const h = head();
  $("panes").classList.toggle("threaded", Boolean(page.thread));
  const w = words();
  composer.form.hidden = !page.place || home();
  const join = composer.form.querySelector(".join");
  join.hidden = h.usable === "true";
  join.firstElementChild.textContent = h.archived === "true" ? w.isArchived : w.joinHint;
  join.querySelector("button").hidden = h.archived === "true" || h.member === "true";
  composer.form.querySelector(".writing").hidden = h.usable !== "true";
  replier.form.hidden = h.usable !== "true";
  unread();
  for (const ts of mine().dismissed) document.querySelector(`[data-only][data-ts="${ts}"]`)?.remove();
}

// unread marks channels with messages that the person has not seen.
function unread() {
  const m = mine();
  const links = [...document.querySelectorAll("#side a[data-channel]")];
  if (!m.seen) m.seen = Object.fromEntries(links.map((a) => [a.dataset.channel, a.dataset.latest]));
  for (const a of links) {
    if (a.dataset.channel === page.place && document.visibilityState === "visible") m.seen[page.place] = a.dataset.latest;
    a.classList.toggle("unread", !a.closest(".old, .others") && a.dataset.latest > (m.seen[a.dataset.channel] ?? ""));
  }
  memory.keep();
}

const atBottom = (box) => box && box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const toBottom = (box) => { if (box) box.scrollTop = box.scrollHeight; };

// go opens a place: a channel's id, _home or nothing, with a thread or without, as a person.
export async function go({ place = page.place, thread = "", as = me(), anchor = "", all = false, push = true }) {
  const query = new URLSearchParams({ as, ...(thread && { thread }), ...(all && { all: "1" }) });
  const address = `/slack${place && `/${encodeURIComponent(place)}`}?${query}`;
  const response = await fetch(address);
  if (!response.ok) {
    if (place) return go({ place: place !== page.place ? page.place : "", as, push }); // they do not see it, but may see what is open
    return say(words().offline);
  }
  const wanted = parse(await response.text());
  const moved = place !== page.place || as !== me();
  if (moved) { $("messages")?.remove(); $("threadplace").replaceChildren(); }
  wanted.body.querySelector("#dialogplace").replaceChildren(...$("dialogplace").cloneNode(true).childNodes);
  const keep = [...document.querySelectorAll(".completion")];
  for (const box of keep) wanted.querySelector(`#${box.id.replace("completion-", "")} textarea`).before(box.cloneNode(true));
  morph(document.body, wanted.body);
  document.title = wanted.title;
  document.documentElement.lang = wanted.documentElement.lang;
  $("as").value = as;
  Object.assign(page, { as, words: wanted.body.dataset.words });
  began(place, thread);
  if (push) history.pushState(null, "", address);
  if (place === "_home") act("home", {}).then(() => refresh({ mine: true })).catch(trouble);
  if (moved || anchor) show(anchor);
  await dialog.refresh();
  page.ready = "1";
}

// began remembers what is open now, and brings back what was half written there.
function began(place, thread) {
  Object.assign(page, { place: head().id ?? (place === "_home" ? "_home" : ""), thread: $("threadhead") ? thread : "" });
  if (!page.place) $("side").querySelector("a[data-channel]") && document.body.classList.add("drawer");
  else document.body.classList.remove("drawer");
  Object.assign(mine(), { place: page.place, thread: page.thread });
  composer.write(mine().drafts[page.place] ?? "");
  replier.write(mine().drafts[page.thread] ?? "");
  arrange();
  toBottom($("replies"));
}

function show(anchor) {
  const target = anchor && $(anchor);
  if (!target) return toBottom($("messages"));
  target.scrollIntoView({ block: "center" });
  target.classList.add("found");
}

// refresh asks for what the news makes out of date. One round at a time: what comes meanwhile makes a second.
let busy = false, next = null;
export async function refresh(news, down = false) {
  if (busy) { next = { ...next, ...news, channels: [...(next?.channels ?? []), ...(news.channels ?? [])], down: down || next?.down }; return; }
  busy = true;
  try {
    await round(news, down);
  } finally {
    busy = false;
    const more = next;
    next = null;
    if (more) refresh(more, more.down);
  }
}

async function round(news, down) {
  const here = news.all || news.mine || news.list || news.channels?.includes(page.place);
  const { place, thread } = page;
  const as = me();
  const wanted = [
    (news.all || news.list || news.channels?.length) && ["side", "side", { channel: home() ? "home" : place }],
    here && place && !home() && ["channel", "place", { channel: place, ...(new URLSearchParams(location.search).has("all") && { all: "1" }) }],
    here && thread && ["thread", "threadplace", { channel: place, thread }],
    (news.all || news.mine) && home() && ["home", "place", {}],
  ].filter(Boolean);
  const answers = await Promise.all(wanted.map(([what, , query]) => part(what, query)));
  if (as !== me() || place !== page.place || thread !== page.thread) return; // the person has gone elsewhere
  const bottom = atBottom($("messages")), threadBottom = atBottom($("replies")), last = $("messages")?.lastElementChild?.id;
  wanted.forEach(([, where], i) => answers[i] !== null && fill($(where), answers[i]));
  arrange();
  if (bottom || down) toBottom($("messages"));
  else if ($("messages")?.lastElementChild?.id !== last) {
    $("tobottom").hidden = false;
    const answer = $("messages").querySelector(".slot:last-child .message.only :is(.text, .section)");
    if (answer) say(answer.innerText); // to what they have just done, below what they see
  }
  if (threadBottom) toBottom($("replies"));
  if (news.all || news.mine) await dialog.refresh();
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const link = on("a[data-channel], a[data-home], a[data-permalink]");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link) {
    event.preventDefault();
    const [, , place, anchor] = new URL(link.href).pathname.split("/").map(decodeURIComponent);
    go({ place, anchor });
  } else if (on("a[href^='http']")) {
    const { origin, pathname, search, hash } = new URL(on("a").href);
    const place = inside(origin) && pathname.match(/^\/slack\/([^/]+)$/)?.[1];
    if (place) {
      event.preventDefault();
      go({ place: decodeURIComponent(place), anchor: hash.slice(1) });
    } else if (!on("[data-act]") && inside(origin) && openBeside(pathname + search)) event.preventDefault();
  } else if (on("#drawer")) {
    $("drawer").setAttribute("aria-expanded", document.body.classList.toggle("drawer"));
  } else if (document.body.classList.contains("drawer") && page.place && !on("#side, .top, .menu, dialog")) {
    document.body.classList.remove("drawer");
  } else if (on("[data-close-thread]")) {
    go({ thread: "" });
  } else if (on("#tobottom")) {
    toBottom($("messages"));
  } else if (on("[data-earlier]")) {
    go({ thread: page.thread, all: true });
  } else if (on("[data-join]") || on("[data-leave]")) {
    act(on("[data-join]") ? "join" : "leave", { channel: page.place }).then(() => go({ thread: page.thread, push: false })).catch(trouble);
  } else if (on("[data-shortcuts]")) {
    shortcuts(on("[data-shortcuts]"), composer);
  }
});

// inside reports whether an address belongs to one of the sandbox's own ports.
const inside = (origin) => new URL(origin).hostname === location.hostname;

// become goes on as somebody else, where they were.
function become(as) {
  chosen(as);
  const m = memory.of(as);
  return go({ as, place: m.place || page.place, thread: m.thread });
}

$("as").addEventListener("change", () => become($("as").value));
if (framed) {
  document.documentElement.classList.add("framed"); // the page around has a bar of its own
  window.addEventListener("message", (event) => { if (event.origin === location.origin && event.data?.as) become(event.data.as); });
}
document.addEventListener("scroll", (event) => { if (event.target.id === "messages" && atBottom(event.target)) $("tobottom").hidden = true; }, true);
document.addEventListener("visibilitychange", () => unread());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open], .menu") && page.thread && event.target.closest("#thread")) go({ thread: "" });
});
window.addEventListener("popstate", () => {
  const [, , place = ""] = location.pathname.split("/").map(decodeURIComponent);
  const query = new URLSearchParams(location.search);
  go({ place, thread: query.get("thread") ?? "", as: query.get("as") ?? me(), push: false });
});

onMessages({ refresh, go });
dropping(composer, replier);
const start = new URLSearchParams(location.search);
began(head().id ?? (location.pathname.endsWith("/_home") ? "_home" : ""), start.get("thread") ?? "");
if (page.place === "_home") act("home", {}).catch(trouble);
show(location.hash.slice(1));
dialog.draw($("dialog"));
live(refresh, (well) => { $("offline").hidden = well; });
page.ready = "1";
