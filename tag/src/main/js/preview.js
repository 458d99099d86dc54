// ?ringtrace_preview=9999999999: shows which numbers would be swapped, by this number in their place. Nothing is asked, stored or sent.
import { page } from "./page.js";

const digits = /[?&]ringtrace_preview=(\d{10})/.exec(location.search)[1];
const found = new Set();
const exclude = document.currentScript?.dataset.exclude;
const look = page(
  exclude,
  (original, sms) => {
    if (sms) return original;
    if (original !== digits && !found.has(original)) {
      found.add(original);
      console.info("ringtrace preview: +1" + original + " would be swapped");
    }
    return digits;
  },
  (work) => work(),
);
look.watch(document);
