// ?ringtrace_debug: a panel in the page's corner with what the tag knows, for whoever puts it on the page.
const host = document.createElement("div");
const panel = document.createElement("pre");
host.style.cssText = "all:initial;position:fixed;right:12px;bottom:12px;z-index:2147483647";
panel.style.cssText =
  "margin:0;padding:12px 14px;max-width:44em;max-height:50vh;overflow:auto;border-radius:8px;white-space:pre-wrap;" +
  "font:12px/1.5 ui-monospace,monospace;color:#e8edf4;background:#141a24ee;box-shadow:0 6px 24px #0006";
// Closed, so that the tag does not look into it.
host.attachShadow({ mode: "closed" }).append(panel);

function lines() {
  const { allowed, visitor, data, numbers, lastError } = window.ringtrace.debug;
  return [
    "ringtrace · " + (allowed ? "visitor " + (visitor || "not known yet") : "waits for consent"),
    ...numbers.map(
      ({ destination, promoNumber, overflow }) =>
        `${destination} → ${promoNumber || "stays"}${overflow ? " (overflow: carries no visitor)" : ""}`,
    ),
    ...(allowed ? Object.entries(data).map(([name, value]) => `${name}: ${value}`) : []),
    ...(lastError ? ["last error: " + lastError] : []),
  ].join("\n");
}

function show() {
  if (panel.textContent !== lines()) panel.textContent = lines();
}

function begin() {
  document.body.append(host);
  show();
  setInterval(show, 500);
}

if (document.body) begin();
else addEventListener("DOMContentLoaded", begin);
