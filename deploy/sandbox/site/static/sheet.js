// A sheet's grid: arrow keys walk, Enter or a double click edits, a row's number puts rows in.

export function sheet(again) {
  const grid = () => document.querySelector(".grid[data-sheet]");
  const at = (cell) => ({ row: cell.parentNode.rowIndex, column: cell.cellIndex - 1 });
  const cellAt = (row, column) => grid().rows[row]?.cells[column + 1];
  const trouble = document.getElementById("sheettrouble");

  async function change(what) {
    const { sheet: id, tab, title } = grid().dataset;
    const answer = await fetch(`/spreadsheets/d/${encodeURIComponent(id)}/cells?as=${encodeURIComponent(document.body.dataset.as)}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ tab: Number(tab), title, ...what }),
    }).then((r) => r.json()).catch((error) => ({ error: error.message }));
    trouble.textContent = answer.error ?? "";
    trouble.hidden = !answer.error;
    await again();
  }

  function edit(cell, first) {
    const { row, column } = at(cell), text = cell.textContent;
    const field = document.createElement("textarea");
    field.value = first ?? text;
    field.setAttribute("aria-label", cell.getAttribute("aria-label"));
    cell.classList.add("editing");
    cell.replaceChildren(field);
    field.focus();
    let over = false, lines = false;
    const end = async (keep, step) => {
      if (over) return;
      over = true;
      cell.classList.remove("editing");
      cell.textContent = keep ? field.value : text;
      if (keep && field.value !== text) await change({ row, column, text: field.value });
      if (step !== undefined) (cellAt(row + step, column) ?? cellAt(row, column))?.focus();
    };
    field.onblur = () => end(true);
    field.onkeydown = (event) => {
      event.stopPropagation();
      lines = event.shiftKey;
      if (event.isComposing) return;
      if (event.key === "Escape") end(false, 0);
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); end(true, 1); }
    };
    field.onbeforeinput = (event) => { if (event.inputType === "insertLineBreak" && !lines) event.preventDefault(); }; // Enter ends it
  }

  document.addEventListener("dblclick", (event) => { const cell = event.target.closest(".grid td"); if (cell && !cell.classList.contains("editing")) edit(cell); });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-insert]");
    if (row) change({ insert: true, row: row.closest("tr").rowIndex + 1 });
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".grid td");
    if (!cell || event.target !== cell) return;
    const { row, column } = at(cell);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) { event.preventDefault(); const next = cellAt(row + step[0], column + step[1]); if (next?.nodeName === "TD") next.focus(); }
    else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(cell); }
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) edit(cell, ""); // the key writes into the field
  });
}
