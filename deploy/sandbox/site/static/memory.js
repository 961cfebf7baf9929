// What each of the people has open and half written, so that switching between them loses nothing. It lives as long as
// the tab.

const key = "hikeshi.people";
const all = JSON.parse(sessionStorage.getItem(key) ?? "{}");

export function of(person) {
  return (all[person] ??= { place: "", thread: "", drafts: {}, seen: null, dismissed: [] });
}

export function keep() {
  sessionStorage.setItem(key, JSON.stringify(all));
}
