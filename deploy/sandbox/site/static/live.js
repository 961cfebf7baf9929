// What the pages hear of the sandbox's changes: from the server, or, in a frame, from the page around it, because a browser
// opens few connections to one address.

export const framed = window.parent !== window;

export function live(hear, state = () => {}) {
  if (framed) {
    window.addEventListener("message", (event) => {
      if (event.origin === location.origin && event.source === window.parent && event.data?.news) hear(event.data.news);
    });
    window.parent.postMessage({ listening: true }, location.origin);
    return;
  }
  const source = new EventSource("/live");
  let lost = false;
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (lost) news.all = true; // who was away has missed something
    lost = false;
    state(true);
    hear(news);
  };
  source.onerror = () => {
    lost = true;
    state(false);
  };
}

// chosen notes who looks, for addresses that do not say it: links to the sandbox in what the product writes.
export function chosen(as) {
  document.cookie = `as=${encodeURIComponent(as)}; path=/; SameSite=Lax`;
}

// open leads a link to another page of the sandbox to the pane that shows such things, if there is one.
export function openBeside(href) {
  if (!framed) return false;
  window.parent.postMessage({ open: href }, location.origin);
  return true;
}
