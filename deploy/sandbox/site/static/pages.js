import { chosen, live } from "./live.js";
import { fill } from "./morph.js";
import { sheet } from "./sheet.js";

// The pages that show: they follow what happens, and the reader is chosen at once.

document.getElementById("as").addEventListener("change", (event) => {
  chosen(event.target.value);
  const at = new URL(location.href);
  at.searchParams.set("as", event.target.value);
  location.href = at.href;
});
if (window.parent !== window) document.querySelector(".top").hidden = true; // the page around has a bar of its own

const about = location.pathname.startsWith("/jira") ? "jira" : location.pathname.startsWith("/pager") ? "pager" : "drive";
let asking = null;
async function again() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
  if (page && !document.querySelector(".grid .editing")) fill(document.getElementById("page"), page.innerHTML);
}
live((news) => {
  if (!news[about] && !news.all) return;
  clearTimeout(asking);
  asking = setTimeout(again, 100);
});
if (document.querySelector(".grid[data-sheet]")) sheet(again);
