/* What makes pages better where scripts run; none of it is needed. */
"use strict";

(function () {
  const offline = document.getElementById("offline");
  const show = (away) => { if (offline) offline.hidden = !away; };

  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => show(false));
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));

  /* A form is sent once, also when somebody clicks twice on a slow line. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
  });

  /* Where a link vanished with what it changed, the keyboard goes on at the part that it names: at once, since a
     person may have gone on by the time that the page has settled. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const link = event.detail.requestConfig && event.detail.requestConfig.elt;
    const next = link && link.dataset && link.dataset.then && document.getElementById(link.dataset.then);
    if (next) next.focus({ preventScroll: true });
  });

  /* What was typed and not taken is said beside it. */
  document.addEventListener("htmx:responseError", (event) => {
    const said = event.detail.target && event.detail.target.querySelector("[data-unsent]");
    if (said) said.hidden = false;
  });

  /* Fields marked with data-submits send their form by themselves once they change. */
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submits]");
    if (field && field.form) field.form.requestSubmit();
  });
})();
