import { act, page, trouble, words } from "./api.js";
import { used } from "./dialog.js";
import * as dialog from "./dialog.js";
import { askedFor, confirmed, menu, palette } from "./menus.js";
import * as memory from "./memory.js";
import { messageShortcuts } from "./shortcuts.js";

// What people do with messages: reply, react, edit, delete, press what an app has put into them, and its shortcuts.

export function onMessages({ refresh, go }) {
  const later = (work) => work.then(() => refresh({ all: true })).catch(trouble);

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const message = on("[data-ts]")?.dataset;
    const element = on("button[data-act], a[data-act]");
    if (element) press(element, event);
    else if (!message) return;
    else if (on("[data-open-thread]")) go({ thread: on("[data-open-thread]").dataset.openThread });
    else if (on("[data-react]")) later(act("react", { channel: message.channel, ts: message.ts, name: on("[data-react]").dataset.react }));
    else if (on("[data-palette]")) palette(on("[data-palette]"), (name) => later(act("react", { channel: message.channel, ts: message.ts, name })));
    else if (on("[data-more]")) more(on("[data-more]"), on("article"), later, go);
    else if (on("[data-dismiss]")) { memory.of(page.as).dismissed.push(message.ts); memory.keep(); on("article").remove(); }
  });

  document.addEventListener("change", (event) => {
    const element = event.target.closest("[data-act]");
    if (element && !element.matches("button, a") && event.target.value !== "") press(element, event);
  });
}

// press tells the app of an element of a message, of its home or of a modal.
async function press(element) {
  const form = element.closest("#dialog");
  const view = form?.dataset.view ?? element.closest("[data-view]")?.dataset.view;
  if (view) return used(view, element, form ?? element.closest("[data-view]"));
  if (!await askedFor(element.dataset)) {
    if (element.matches("select")) element.value = "";
    return;
  }
  const { ts, channel } = element.closest("[data-ts]").dataset;
  const value = element.dataset.value ?? (element.matches(".choices") ? [...element.querySelectorAll(":checked")].map((x) => x.value).join(",") : element.value);
  element.classList.add("busy");
  try {
    await act("interact", { channel, message_ts: ts, action_id: element.dataset.act, block_id: element.dataset.block, value });
  } catch (error) {
    trouble(error);
  }
  element.classList.remove("busy");
  if (element.matches("select.menu")) element.value = "";
  dialog.refresh();
}

function more(button, article, later, go) {
  const { ts, channel, own } = article.dataset;
  const w = words();
  const items = [{ label: w.react, run: () => palette(button, (name) => later(act("react", { channel, ts, name }))) }, { label: w.reply, run: () => go({ thread: article.dataset.thread }) },
    { label: w.copyLink, run: () => navigator.clipboard?.writeText(new URL(`/slack/${channel}/p${ts.replace(".", "")}`, location.href)) }];
  if (own) {
    items.push({ label: w.edit, run: () => edit(article, later) });
    items.push({ label: w.delete, danger: true, run: async () => {
      if (await confirmed({ title: w.delete, text: w.deleteSure, yes: w.delete, danger: true })) later(act("delete", { channel, ts }));
    } });
  }
  messageShortcuts(channel, ts).then((list) => menu(button, [...list, ...items]));
}

// edit puts the text into a field in the message's place.
function edit(article, later) {
  const { ts, channel, raw } = article.dataset;
  const body = article.querySelector(".body");
  const form = document.createElement("form");
  form.className = "editing";
  const field = Object.assign(document.createElement("textarea"), { value: raw, rows: Math.min(8, raw.split("\n").length + 1) });
  field.setAttribute("aria-label", words().edit);
  const button = (text, type, kind = "") => Object.assign(document.createElement("button"), { textContent: text, type, className: kind });
  const cancel = button(words().cancel, "button");
  const end = () => { form.remove(); body.classList.remove("away"); article.querySelector("[data-more]")?.focus(); };
  cancel.onclick = end;
  form.append(field, cancel, button(words().save, "submit", "primary"));
  form.onsubmit = (event) => { event.preventDefault(); end(); later(act("edit", { channel, ts, text: field.value })); };
  field.onkeydown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") { event.stopPropagation(); end(); }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  };
  body.classList.add("away");
  body.after(form);
  field.focus();
}
