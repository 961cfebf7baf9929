import { act, lists, page, trouble } from "./api.js";
import { refresh } from "./dialog.js";
import { menu } from "./menus.js";

// Shortcuts of the app: those of a message, and those of the whole workspace, which stand beside its commands.

const use = (body) => act("shortcut", body).then(refresh).catch(trouble);

export async function messageShortcuts(channel, ts) {
  const all = (await lists()).shortcuts.filter((s) => s.message);
  return all.map((s) => ({ label: s.name, hint: "Hikeshi", run: () => use({ channel, message_ts: ts, callback_id: s.id }) }));
}

export async function shortcuts(button, composer) {
  const all = await lists();
  const items = all.shortcuts.filter((s) => !s.message).map((s) => ({ label: s.name, hint: "Hikeshi", run: () => use({ channel: page.place, callback_id: s.id }) }));
  for (const c of all.commands) {
    items.push({ label: c.command, hint: c.about, run: () => { composer.write(`${c.command} `); composer.field.focus(); composer.completion.look(); } });
  }
  menu(button, items);
}
