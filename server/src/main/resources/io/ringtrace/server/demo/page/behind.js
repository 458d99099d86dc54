// The demonstration's panel: what the tag knows, a call to the number that is seen, and its record as it arrives.
const byId = (id) => document.getElementById(id);
const LOOK_EVERY = 250;
const FIELDS = [
  ["attribution_status", "attribution"],
  ["caller_number", "caller"],
  ["promo_number", "dialed"],
  ["destination_number", "sent to"],
  ["visitor_id", "visitor"],
  ["campaign", "campaign"],
  ["pool", "pool"],
  ["talk_ms", "talked for"],
  ["end_reason", "ended by"],
];

function make(name, text, className) {
  const element = document.createElement(name);
  element.textContent = text ?? "";
  if (className) element.className = className;
  return element;
}

function rows(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [make("dt", name), Object.assign(make("dd", value), { title: value })]));
}

function national(number) {
  return number.replace(/^\+1(...)(...)(....)$/, "($1) $2-$3");
}

let shown = "";
function look() {
  const { visitor, data, numbers } = window.ringtrace?.debug ?? { data: {}, numbers: [] };
  const now = JSON.stringify([visitor, data, numbers]);
  if (now === shown) return;
  shown = now;
  byId("visitor").textContent = visitor ?? "not known yet";
  rows(byId("data"), Object.entries(data));
  byId("numbers").replaceChildren(
    ...numbers.map(({ destination, promoNumber, overflow }) => {
      const row = make("li");
      if (overflow) row.title = "All numbers are lent: this is the overflow number, which carries no visitor.";
      row.append(make("span", national(destination)), make("b", promoNumber ? national(promoNumber) + (overflow ? " *" : "") : "stays"));
      return row;
    }),
  );
}
setInterval(look, LOOK_EVERY);

byId("stranger").addEventListener("click", () => {
  localStorage.clear();
  location.assign("/");
});

/** What became of it so far, in a word. */
function state({ state, record }) {
  if (state === "failed") return "failed";
  if (!record) return "dialing …";
  if (record.end_time) return "ended";
  return record.answer_time ? "talking …" : record.progress_time ? "ringing …" : "began …";
}

function card(call) {
  const { number, record, error } = call;
  const item = make("li", "", call.state === "failed" ? "failed" : record?.end_time ? "ended" : "");
  const head = make("div", "", "head");
  head.append(make("span", national(number)), make("span", state(call), "state"));
  const list = make("dl");
  const text = (field) => (field === "talk_ms" ? (record.talk_ms / 1000).toFixed(1) + " s" : String(record[field]));
  const facts = record ? FIELDS.filter(([field]) => record[field] != null).map(([field, label]) => [label, text(field)]) : [];
  const told = Object.entries(record?.marketing_data ?? {});
  rows(list, [...facts, ...told]);
  list.querySelectorAll(`dd:nth-of-type(n + ${facts.length + 1})`).forEach((value) => value.classList.add("told"));
  item.append(head, list);
  if (error) item.append(make("p", error, "hint"));
  return item;
}

function buttons(disabled) {
  document.querySelectorAll(".dial").forEach((button) => (button.disabled = disabled));
}

async function follow(place) {
  for (;;) {
    const call = await (await fetch("/call")).json();
    const next = card(call);
    place.replaceWith(next);
    place = next;
    if (call.state === "failed" || (call.state === "over" && call.record?.end_time)) return;
    await new Promise((done) => setTimeout(done, LOOK_EVERY));
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".dial");
  if (!button) return;
  // What the visitor reads, not what anybody knows of it.
  const number = "+1" + byId(button.dataset.of).textContent.replace(/\D/g, "").slice(-10);
  const place = card({ number, state: "dialing" });
  document.querySelector("#calls .empty")?.remove();
  byId("calls").prepend(place);
  buttons(true);
  try {
    const answer = await fetch("/call", { method: "POST", body: JSON.stringify({ number }) });
    if (!answer.ok) throw new Error((await answer.json()).error);
    await follow(place);
  } catch (e) {
    byId("calls").firstChild.replaceWith(card({ number, state: "failed", error: e.message }));
  } finally {
    buttons(false);
  }
});
