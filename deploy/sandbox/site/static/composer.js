import { act, say, words } from "./api.js";
import { Completion } from "./complete.js";

const biggest = 20 << 20;

// Composer is where a person writes: Enter sends, Shift and Enter begins a line. where says what is written into: a
// channel, and a thread's ts.
export class Composer {
  constructor(form, { where, draft, done }) {
    Object.assign(this, { form, where, draft, done, field: form.querySelector("textarea") });
    this.completion = new Completion(this.field);
    this.field.addEventListener("input", () => { this.draft(this.field.value); this.grow(); });
    this.field.addEventListener("keydown", (event) => {
      this.taken = !event.isComposing && (this.completion.key(event) || event.key === "Enter" && !event.shiftKey && (this.send(), true));
      if (this.taken) event.preventDefault(); // Enter that chooses among Japanese words is not for us
    });
    this.field.addEventListener("beforeinput", (event) => { if (this.taken && event.inputType === "insertLineBreak") event.preventDefault(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    const files = form.querySelector("input[type=file]");
    files.addEventListener("change", () => { this.share([...files.files]); files.value = ""; });
    this.field.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) { event.preventDefault(); this.share([...event.clipboardData.files]); }
    });
  }

  write(text) {
    this.field.value = text;
    this.object("");
    this.grow();
  }

  grow() {
    this.field.rows = Math.min(8, Math.max(1, this.field.value.split("\n").length));
  }

  object(text) {
    const place = this.form.querySelector(".trouble");
    place.textContent = text;
    place.hidden = !text;
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.completion.close();
    const where = this.where();
    this.write("");
    this.draft("");
    try {
      const command = !where.thread_ts && text.match(/^(\/\S+)\s*([\s\S]*)$/);
      if (command) await act("command", { ...where, command: command[1], text: command[2] });
      else await act("message", { ...where, text, reply_broadcast: this.form.also?.checked ?? false });
      if (this.form.also) this.form.also.checked = false;
      this.done();
    } catch (error) {
      if (!this.field.value) { this.write(text); this.draft(text); }
      this.object(`${words().notDone}: ${error.message}`);
    }
  }

  // share uploads files, with what is written as their words.
  async share(list) {
    const where = this.where();
    for (const [i, file] of list.entries()) {
      if (file.size > biggest) { say(words().tooBig); continue; }
      try {
        await act("file", { ...where, name: file.name, base64: await base64(file), text: i === 0 ? this.field.value : "" });
        if (i === 0) { this.write(""); this.draft(""); }
      } catch (error) {
        this.object(`${words().notDone}: ${error.message}`);
      }
    }
    this.done();
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
