(() => {
  const by = (id) => document.getElementById(id);
  const groups = [...document.querySelectorAll("details.group")];
  const calls = [...document.querySelectorAll("tbody.call")];
  const show = () => {
    const text = by("find").value.trim().toLowerCase();
    const which = by("which").value;
    let found = 0;
    for (const call of calls) {
      const fits = call.dataset.name.toLowerCase().includes(text);
      call.hidden = !fits || (which && !call.dataset.kinds.split(" ").includes(which));
      found += call.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("tbody.call:not([hidden])");
      group.open ||= text || which ? !group.hidden : false;
    }
    by("found").textContent = found === calls.length ? "" : `${found} of ${calls.length} calls`;
  };
  by("find").addEventListener("input", show);
  by("which").addEventListener("change", show);
  by("controls").addEventListener("submit", (event) => event.preventDefault());
  by("fold").addEventListener("click", () => {
    const open = groups.some((group) => group.open);
    for (const group of groups) group.open = !open;
    by("fold").textContent = open ? "Unfold all" : "Fold all";
  });
  addEventListener("beforeprint", () => groups.forEach((group) => (group.open = true)));
  if (matchMedia("(max-width: 760px)").matches) {
    for (const group of groups) group.open = !!group.querySelector("td.fail");
    by("fold").textContent = groups.some((group) => group.open) ? "Fold all" : "Unfold all";
  }
  by("controls").hidden = false;
})();
