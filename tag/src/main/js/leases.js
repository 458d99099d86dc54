// The visitor's numbers: asked of the server, kept for the next view, renewed while somebody looks.
import { read, write } from "./storage.js";

const MOST_DESTINATIONS = 20;
const RETRY = 15e3;
const GIVE_UP = 1e4;
const GATHER = 10;

/**
 * @param options url (where this site asks), timeout, days
 * @param data the marketing data (marketing.js)
 * @param shown called after numbers changed, with the changed entries; looks through the page again
 */
export function leases(options, data, guard, shown) {
  const entries = new Map();
  const origins = new Map();
  let waiting = new Set();
  let gathering = 0;
  let timer = 0;

  const valid = (entry) => entry.promo && Date.now() < entry.until && Date.now() >= entry.since;

  function visitor() {
    const id =
      read("visitor") || Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
    write("visitor", id, options.days * 864e5);
    return id;
  }

  /** What tells data from other data. The page that is looked at is none: a visitor who looks around keeps the lease. */
  const mark = ({ calling_page, ...values }) =>
    Array.from(JSON.stringify(values)).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 0);

  /** A lease has the data with which it began; other data, another campaign's or more of the page's, are to begin a new one. */
  function isNew(destination, now) {
    const before = (read("told") || {})[destination];
    return before != null && before !== now;
  }

  function remember(asked, now) {
    const told = read("told") || {};
    asked.forEach((destination) => (told[destination] = now));
    write("told", told, options.days * 864e5);
    // Read again, so that another tab's numbers stay.
    const all = read("numbers") || {};
    entries.forEach((entry, destination) => {
      const { promo, since, until, sms } = entry;
      if (valid(entry)) all[destination] = { promo, since, until, sms };
      else delete all[destination];
    });
    write("numbers", all, 864e5);
  }

  /** What stands in the store for it, which another tab may have written. True when there is something that may be shown. */
  function recall(destination, entry) {
    const kept = (read("numbers") || {})[destination];
    if (kept && valid(kept) && !(kept.until <= entry.until)) Object.assign(entry, kept);
    return valid(entry);
  }

  function show(entry, destination, promo) {
    if (entry.shown === promo) return false;
    entry.shown = promo;
    if (promo) origins.set(promo, destination);
    return true;
  }

  /** Of all entries, or those named: tells of the ones for which `test` changed what is to be seen. */
  function change(test, named = entries.keys()) {
    const changed = Array.from(named).filter((destination, i) => test(entries.get(destination), destination, i));
    if (changed.length) shown(changed);
  }

  /** The digits that stand in the place of these; a number not seen before is asked for. `sms`: for texts, which not every number takes. */
  function wanted(digits, sms) {
    const destination = origins.get(digits) || digits;
    let entry = entries.get(destination);
    if (!entry) {
      // A page with more is a list of numbers, not a page with a number.
      if (entries.size >= MOST_DESTINATIONS) return destination;
      entries.set(destination, (entry = { shown: null, due: 0 }));
      if (recall(destination, entry)) {
        show(entry, destination, entry.promo);
        setTimeout(() => guard(() => shown([destination])));
      }
      ask(destination);
    }
    return (!(sms && !entry.sms) && entry.shown) || destination;
  }

  function ask(destination) {
    waiting.add(destination);
    // Numbers found one after the other while the page is read go in one request.
    if (!gathering) gathering = setTimeout(() => guard(send), GATHER);
  }

  function send() {
    const asked = Array.from(waiting);
    waiting = new Set();
    gathering = 0;
    let late = false;
    const values = data.collect();
    const now = mark(values);
    const visitorId = visitor();
    const lapse = () => change((entry, destination) => !valid(entry) && show(entry, destination, null), asked);
    asked.forEach((destination) => {
      const entry = entries.get(destination);
      entry.due = Math.min(Date.now() + RETRY, valid(entry) ? entry.until : Infinity);
    });
    const slow = setTimeout(() => {
      late = true;
      guard(lapse);
    }, options.timeout);
    fetch(options.url, {
      method: "POST",
      // A plain text body needs no preflight.
      headers: { "content-type": "text/plain" },
      credentials: "omit",
      signal: AbortSignal.timeout?.(GIVE_UP),
      body: JSON.stringify({
        requests: asked.map((destination) => ({
          destination: "+1" + destination,
          visitor_id: visitorId,
          marketing_data: values,
          marketing_sources: data.sources,
          new_attribution: isNew(destination, now),
        })),
      }),
    })
      .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
      .then((answer) => {
        change((entry, destination, i) => take(entry, destination, answer.responses[i], late), asked);
        remember(asked, now);
        // Two tabs opened at once each made a visitor; the store kept one, and both are to show that one's numbers.
        if (read("visitor") !== visitorId) again();
      })
      .catch(() => guard(lapse))
      .then(() => {
        clearTimeout(slow);
        guard(schedule);
      });
  }

  /** True when another number is to be seen now. */
  function take(entry, destination, answer, late) {
    if (!answer || answer.error) return !valid(entry) && show(entry, destination, null);
    const number = /^\+1(\d{10})$/.exec(answer.promo_number || "");
    const now = Date.now();
    entry.promo = number?.[1];
    entry.since = now;
    entry.until = now + (answer.guaranteed_for_ms || 0);
    entry.overflow = !!answer.overflow;
    entry.sms = answer.sms;
    // Without either there is no pool for it, and will be none.
    entry.due = now + (answer.renew_after_ms || (number ? 6e4 : Infinity));
    if (!number) return show(entry, destination, null);
    // The overflow number has no guarantee, so it is shown, but not kept for another view.
    return (!late || entry.shown) && show(entry, destination, entry.promo);
  }

  function schedule() {
    clearTimeout(timer);
    const next = Math.min(...Array.from(entries.values(), (entry) => entry.due));
    if (next < Infinity) timer = setTimeout(() => guard(renew), Math.max(0, next - Date.now()));
  }

  /** Asks again for what is due; a hidden page renews nothing. When it is seen `again`, for all but what was renewed just now. */
  function renew(again) {
    if (document.hidden) return;
    const now = Date.now();
    entries.forEach((entry, destination) => entry.due <= now + (again ? 55e3 : 1e3) && ask(destination));
    // The answer, or its absence, sets the timer again.
    if (!gathering) schedule();
  }

  /** A new view of the same document: what came too late for the last one is shown, the rest asked again. */
  function view() {
    const now = mark(data.collect());
    change((entry, destination) => {
      const changed = valid(entry) && show(entry, destination, entry.promo);
      if (isNew(destination, now) || !entry.shown || entry.due <= Date.now()) ask(destination);
      return changed;
    });
  }

  function again() {
    entries.forEach((_, destination) => ask(destination));
  }

  /** Another tab has got other numbers. */
  function synchronise() {
    change((entry, destination) => entry.shown && recall(destination, entry) && show(entry, destination, entry.promo));
  }

  /** The page's own numbers again, and no more requests. */
  function stop() {
    clearTimeout(timer);
    clearTimeout(gathering);
    change((entry, destination) => {
      entry.promo = null;
      entry.due = Infinity;
      return show(entry, destination, null);
    });
    entries.clear();
  }

  const list = () =>
    Array.from(entries, ([destination, entry]) => ({
      destination: "+1" + destination,
      promoNumber: entry.shown ? "+1" + entry.shown : null,
      overflow: !!(entry.shown && entry.overflow),
    }));

  return { wanted, renew, view, again, synchronise, stop, list };
}
