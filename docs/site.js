// What mdBook's pages lack for people who use a keyboard or a screen reader.
"use strict";

(() => {
  // The menu opens by a label of a hidden box, which no key reaches: a button in its place.
  const label = document.getElementById("mdbook-sidebar-toggle");
  const box = document.getElementById("mdbook-sidebar-toggle-anchor");
  if (label && box) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = label.className;
    button.title = label.title;
    button.setAttribute("aria-label", label.title);
    button.setAttribute("aria-controls", "mdbook-sidebar");
    button.append(...label.childNodes);
    label.replaceWith(button);
    button.id = "mdbook-sidebar-toggle";
    const tell = () => button.setAttribute("aria-expanded", String(box.checked));
    button.addEventListener("click", () => box.click());
    box.addEventListener("change", tell);
    tell();
  }
  document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");

  // A heading that says nothing is none.
  for (const heading of document.querySelectorAll("th")) {
    if (heading.textContent.trim() === "") {
      heading.replaceWith(document.createElement("td"));
    }
  }

  // What scrolls must be reachable, or only a mouse shows the end of its lines.
  const reach = () => {
    for (const block of document.querySelectorAll("pre, pre > code, .table-wrapper")) {
      if (block.scrollWidth > block.clientWidth) {
        block.tabIndex = 0;
      } else {
        block.removeAttribute("tabindex");
      }
    }
  };
  reach();
  window.addEventListener("resize", reach);
  document.fonts?.ready.then(reach);
})();
