// Tells the NHS components that scripts run, and starts those on the page.
import { initAll } from "../vendor/nhsuk-frontend-10.6.1/nhsuk-frontend.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

// What a radio button opens stands right below it; that it is expanded, a radio button may not say.
const tells = new MutationObserver((told) => told.forEach(({ target }) => quieten(target)));
document.querySelectorAll("input[type=radio][aria-expanded]").forEach((radio) => {
  quieten(radio);
  tells.observe(radio, { attributeFilter: ["aria-expanded"] });
});

function quieten(radio) {
  if (radio.hasAttribute("aria-expanded")) radio.removeAttribute("aria-expanded");
}
