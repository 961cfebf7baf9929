// Makes what stands on the page like what the server sent, touching only what differs: focus, selection, scroll positions
// and what is being typed stay. Elements are the same if they have the same id, or the same kind at the same place.

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// fill makes the children of a place those of the HTML.
export function fill(place, html) {
  children(place, parse(html).body);
}

export function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  attributes(from, to);
  if (from.nodeName === "TEXTAREA") return; // what is typed is the person's
  children(from, to);
}

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function children(from, to) {
  const known = new Map();
  for (const child of from.children) if (child.id) known.set(child.id, child);
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = wanted.id ? known.get(wanted.id) : null;
    if (same) {
      if (same === at) at = at.nextSibling;
      else from.insertBefore(same, at);
      morph(same, wanted);
      continue;
    }
    if (!wanted.id && at && !at.id && at.nodeType === wanted.nodeType && at.nodeName === wanted.nodeName) {
      morph(at, wanted);
      at = at.nextSibling;
      continue;
    }
    from.insertBefore(document.importNode(wanted, true), at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
