// Files that are dropped on the page go where they fall: to the thread, or to the channel.

export function dropping(composer, replier) {
  let depth = 0;
  const files = (event) => event.dataTransfer?.types.includes("Files");
  const over = (on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragenter", (event) => { if (files(event)) { depth++; over(true); } });
  document.addEventListener("dragleave", (event) => { if (files(event) && --depth <= 0) over(false); });
  document.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    const to = event.target.closest("#thread") ? replier : composer;
    if (!to.form.hidden) to.share([...event.dataTransfer.files]);
  });
}
