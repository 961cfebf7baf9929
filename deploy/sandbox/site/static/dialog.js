import { act, part, trouble } from "./api.js";
import { askedFor } from "./menus.js";
import { parse } from "./morph.js";

// The modal that stands before the person. It is drawn again only when the app or Slack has changed it: what is being typed
// stays.

const place = document.getElementById("dialogplace");
const current = () => document.getElementById("dialog");
let asked = 0;

export async function refresh() {
  const turn = ++asked;
  const html = await part("dialog");
  if (turn === asked && html !== null) draw(parse(html).getElementById("dialog"));
}

export function draw(wanted) {
  const now = current();
  if (now && wanted && now.open && now.dataset.view === wanted.dataset.view && now.dataset.stamp === wanted.dataset.stamp) return;
  now?.close();
  place.replaceChildren();
  if (!wanted) return;
  const box = place.appendChild(document.importNode(wanted, true));
  const form = box.querySelector("form");
  box.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  for (const button of box.querySelectorAll("[data-close-dialog]")) button.onclick = close;
  box.showModal();
  (box.querySelector("[aria-invalid]") ?? box.querySelector(".wrong input") ?? box.querySelector(".inside input, .inside textarea, .inside select") ?? box.querySelector("footer button"))?.focus();
}

// values are what stands in the fields, by block and action.
export function values(form) {
  const all = {};
  for (const group of form.querySelectorAll(".choices")) all[group.dataset.name] = [];
  for (const field of form.querySelectorAll("[name*='/']")) {
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) (all[field.name] ??= []).push(field.value);
    } else {
      all[field.name] = field.value;
    }
  }
  return all;
}

async function during(work) {
  const box = current();
  box?.classList.add("busy");
  try {
    await work();
  } catch (error) {
    trouble(error);
  }
  box?.classList.remove("busy");
  await refresh();
}

const submit = () => during(() => act("interact", { view_id: current().dataset.view, values: values(current()) }));
const close = () => during(() => act("interact", { view_id: current().dataset.view, close: true }));

// used tells the app of an element of a view that was pressed or chosen.
export async function used(view, element, root) {
  if (!await askedFor(element.dataset)) return;
  const all = root ? values(root) : {};
  const body = { view_id: view, action_id: element.dataset.act, block_id: element.dataset.block, values: all };
  const name = `${element.dataset.block}/${element.dataset.act}`;
  if (element.matches("button, a, select.menu")) body.value = element.dataset.value ?? element.value;
  else body.value = [all[name] ?? element.value].flat().join(",");
  if (element.closest(".input")) body.write = true;
  await during(() => act("interact", body));
  if (element.matches("select.menu")) element.value = "";
}
