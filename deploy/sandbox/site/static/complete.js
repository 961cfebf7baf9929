import { lists } from "./api.js";

// What can follow what is typed: commands and their verbs, names of people, groups and channels.

const most = 8;

export class Completion {
  constructor(field) {
    this.field = field;
    this.box = Object.assign(document.createElement("ul"), { className: "completion", role: "listbox", hidden: true });
    this.box.id = `completion-${field.form.id}`;
    field.before(this.box);
    field.setAttribute("aria-controls", this.box.id);
    field.addEventListener("input", () => this.look());
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    field.addEventListener("focus", () => { this.known = lists(); });
  }

  // options are those for what stands before the cursor: what each puts there, and what is said of it.
  async options() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const all = await (this.known ??= lists());
    const starts = (list, typed, make) => (list ?? []).filter((x) => x.name.toLowerCase().startsWith(typed.toLowerCase()) ||
      x.real?.toLowerCase().includes(typed.toLowerCase())).map(make);
    let found;
    if ((found = before.match(/^\/\S*$/))) {
      return { from: 0, eager: false, list: all.commands.filter((c) => c.command.startsWith(found[0])).map((c) => ({ put: c.command + " ", label: c.command, hint: c.about })) };
    }
    if ((found = before.match(/^(\/\S+) +(\S*)$/))) {
      const verbs = (all.commands.find((c) => c.command === found[1])?.verbs ?? []).filter((v) => v.startsWith(found[2]));
      return { from: before.length - found[2].length, eager: false, list: verbs.map((v) => ({ put: v + " ", label: `${found[1]} ${v}`, hint: "" })) };
    }
    if ((found = before.match(/(?:^|[\s(])@(\S*)$/))) {
      return { from: before.length - found[1].length - 1, eager: true, list: starts(all.people, found[1], (x) => ({ put: `@${x.name} `, label: `@${x.name}`, hint: x.real })) };
    }
    if ((found = before.match(/(?:^|[\s(])#(\S*)$/))) {
      return { from: before.length - found[1].length - 1, eager: true, list: starts(all.channels, found[1], (x) => ({ put: `#${x.name} `, label: `#${x.name}`, hint: "" })) };
    }
    return null;
  }

  async look() {
    const typed = this.field.value;
    const options = await this.options();
    if (this.field.value !== typed) return; // it is sent, or more is typed: that is looked at for itself
    if (!options?.list.length || document.activeElement !== this.field) return this.close();
    this.found = options;
    this.chosen = options.eager ? 0 : -1;
    this.box.replaceChildren(...options.list.slice(0, most).map((o, i) => {
      const item = Object.assign(document.createElement("li"), { role: "option", id: `${this.box.id}-${i}`, textContent: o.label });
      if (o.hint) item.append(Object.assign(document.createElement("small"), { textContent: o.hint }));
      item.onpointerdown = (event) => { event.preventDefault(); this.take(i); };
      return item;
    }));
    this.box.hidden = false;
    this.mark();
  }

  mark() {
    [...this.box.children].forEach((item, i) => item.setAttribute("aria-selected", i === this.chosen));
    if (this.chosen >= 0) this.field.setAttribute("aria-activedescendant", `${this.box.id}-${this.chosen}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  // key takes a key; true: it was meant for the list.
  key(event) {
    if (this.box.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const n = this.box.children.length;
    if (step) {
      this.chosen = (this.chosen + step + n) % n;
      this.mark();
    } else if (event.key === "Tab" || event.key === "Enter" && this.chosen >= 0) {
      this.take(Math.max(0, this.chosen));
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  take(i) {
    const { from, list } = this.found;
    const { value, selectionStart } = this.field;
    this.field.value = value.slice(0, from) + list[i].put + value.slice(selectionStart);
    this.field.selectionStart = this.field.selectionEnd = from + list[i].put.length;
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    this.box.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}
