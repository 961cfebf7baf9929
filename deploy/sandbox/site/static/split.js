// The panes of the desk: their borders move by pointer and by arrow keys; on a telephone one is shown at a time.

const key = "hikeshi.desk";

export function panes() {
  const desk = document.getElementById("desk");
  const sizes = JSON.parse(localStorage.getItem(key) ?? '{"x":50,"y":68}');
  const lay = () => {
    for (const [name, value] of [["left", sizes.x], ["right", 100 - sizes.x], ["up", sizes.y], ["down", 100 - sizes.y]]) desk.style.setProperty(`--${name}`, `${value}fr`);
    localStorage.setItem(key, JSON.stringify(sizes));
  };
  const within = (n) => Math.min(85, Math.max(15, n));
  for (const bar of desk.querySelectorAll(".split")) {
    const axis = bar.classList.contains("v") ? "x" : "y";
    bar.onpointerdown = (event) => {
      bar.setPointerCapture(event.pointerId);
      document.body.classList.add("dragging");
    };
    bar.onpointermove = (event) => {
      if (!bar.hasPointerCapture(event.pointerId)) return;
      const box = desk.getBoundingClientRect();
      sizes[axis] = within(axis === "x" ? (event.clientX - box.left) / box.width * 100 : (event.clientY - box.top) / box.height * 100);
      lay();
    };
    bar.onpointerup = () => document.body.classList.remove("dragging");
    bar.onkeydown = (event) => {
      const step = { ArrowLeft: -4, ArrowUp: -4, ArrowRight: 4, ArrowDown: 4 }[event.key];
      if (step) { sizes[axis] = within(sizes[axis] + step); lay(); event.preventDefault(); }
    };
  }
  lay();
  tabs(desk);
}

function tabs(desk) {
  const list = document.querySelector(".switch");
  for (const pane of desk.querySelectorAll(".pane")) {
    const tab = Object.assign(document.createElement("button"), { type: "button", role: "tab", textContent: pane.getAttribute("aria-label") });
    tab.dataset.shows = pane.dataset.pane;
    tab.setAttribute("aria-selected", pane.classList.contains("shown"));
    tab.onclick = () => {
      for (const other of desk.querySelectorAll(".pane")) other.classList.toggle("shown", other === pane);
      for (const other of list.children) other.setAttribute("aria-selected", other === tab);
    };
    list.append(tab);
  }
}
