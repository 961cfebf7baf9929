// The doors: what a person does goes to the server, and parts of the page come from it.

export const page = document.body.dataset;
export const words = () => JSON.parse(page.words);
export const me = () => page.as;

// act does something as the person; an error is shown and thrown.
export async function act(deed, body) {
  const response = await fetch(`/slack/_do/${deed}?as=${encodeURIComponent(me())}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  if (answer.error && answer.status === undefined) throw new Error(answer.error);
  if (answer.error) say(`${words().notDone}: ${answer.error}`); // the app did not answer as it should
  return answer;
}

export async function part(what, query = {}) {
  const response = await fetch(`/slack/_part/${what}?${new URLSearchParams({ as: me(), ...query })}`);
  return response.ok ? response.text() : null;
}

export async function lists() {
  return (await fetch(`/slack/_lists/all?as=${encodeURIComponent(me())}`)).json();
}

// say shows a line for some seconds, to readers of the screen too.
let quiet;
export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { place.textContent = ""; }, 6000);
}

export const trouble = (error) => say(`${words().notDone}: ${error.message}`);
