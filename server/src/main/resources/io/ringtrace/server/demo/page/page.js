// The business's own script: one page whose views change without loading, and an offer that comes late. It knows nothing of Ringtrace.
const main = document.querySelector("main");
const views = { "/implants": "implants", "/offices": "offices" };

function show() {
  const name = views[location.pathname] ?? "home";
  main.replaceChildren(document.getElementById(name).content.cloneNode(true));
  document.querySelectorAll("nav a").forEach((link) => link.classList.toggle("here", link.pathname === location.pathname));
  if (name === "home") setTimeout(offer, 900);
}

function offer() {
  const place = document.getElementById("late");
  if (!place) return;
  const slots = document.createElement("p");
  slots.className = "slots";
  slots.textContent = "Two appointments are left today: 866-555-0190.";
  place.replaceChildren(slots);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link) return;
  event.preventDefault();
  history.pushState({}, "", link.pathname);
  show();
});
addEventListener("popstate", show);
show();
