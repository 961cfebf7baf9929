import { words } from "./api.js";

// menu opens a list of choices beside a button; choosing calls what belongs to it. Arrow keys walk through it.
export function menu(button, items) {
  const box = shell(button, "menu");
  for (const { label, hint, danger, run } of items) {
    const item = document.createElement("button");
    item.type = "button";
    item.role = "menuitem";
    item.textContent = label;
    if (danger) item.className = "danger";
    if (hint) {
      const more = document.createElement("small");
      more.textContent = hint;
      item.append(more);
    }
    item.onclick = () => { box.done(); run(); };
    box.append(item);
  }
  box.show();
}

// palette opens the reactions that are offered, and a field for another's name.
export function palette(button, run) {
  const box = shell(button, "menu palette");
  box.append(document.getElementById("palette").content.cloneNode(true));
  for (const item of box.querySelectorAll("button")) item.onclick = () => { box.done(); run(item.dataset.name); };
  const form = document.createElement("form");
  form.innerHTML = `<input aria-label=":emoji:" placeholder=":emoji:" size="12">`;
  form.onsubmit = (event) => { event.preventDefault(); box.done(); if (form[0].value.trim()) run(form[0].value.trim()); };
  box.append(form);
  box.show();
}

function shell(button, kind) {
  document.querySelector(".menu")?.done?.();
  const box = document.createElement("div");
  box.className = kind;
  box.role = "menu";
  const away = (event) => { if (!box.contains(event.target)) box.done(false); };
  box.done = (focus = true) => {
    box.remove();
    document.removeEventListener("pointerdown", away, true);
    if (focus) button.focus();
  };
  box.onkeydown = (event) => {
    const list = [...box.querySelectorAll("button, input")];
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && document.activeElement.nodeName !== "INPUT") {
      event.preventDefault();
      list[(list.indexOf(document.activeElement) + step + list.length) % list.length].focus();
    }
    if (event.key === "Escape") { event.stopPropagation(); box.done(); }
  };
  box.show = () => {
    document.body.append(box);
    const at = button.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 8));
    const below = at.bottom + box.offsetHeight + 8 < innerHeight;
    box.style.left = `${left}px`;
    box.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - box.offsetHeight - 4)}px`;
    box.querySelector("button")?.focus();
    document.addEventListener("pointerdown", away, true);
  };
  return box;
}

// confirmed asks, as an app may want it, and as Slack does before it deletes.
export function confirmed({ title, text, yes, no, danger }) {
  return new Promise((answer) => {
    const box = document.createElement("dialog");
    box.className = "modal small";
    const w = words();
    const add = (to, tag, content, set = {}) => to.appendChild(Object.assign(document.createElement(tag), { textContent: content, ...set }));
    const header = add(box, "header", "");
    add(header, "h2", title ?? "");
    add(add(box, "div", "", { className: "inside" }), "p", text);
    const footer = add(box, "footer", "");
    const end = (value) => () => { box.close(); box.remove(); answer(value); };
    add(footer, "button", no ?? w.cancel, { type: "button", onclick: end(false) });
    add(footer, "button", yes ?? w.submit, { type: "button", className: danger ? "danger" : "primary", onclick: end(true) });
    box.oncancel = end(false);
    document.body.append(box);
    box.showModal();
  });
}

// askedFor asks what an element wants asked; without such words the answer is yes.
export async function askedFor({ ask, askTitle, askYes, askNo, askStyle }) {
  return !ask || confirmed({ title: askTitle, text: ask, yes: askYes, no: askNo, danger: askStyle === "danger" });
}
