// Phone numbers of the North American plan in text: which characters are one, and the same text with other digits in it.

// Between the groups: a dash or a dot with or without spaces, or spaces alone (\s holds the no-break ones too). Several spaces are source
// code's indentation between elements.
const GAP = "(?:\\s{0,3}[-.\\u2010-\\u2013]\\s{0,3}|\\s{1,9})";
const AREA = "[2-9][0-8]\\d";
const LINE = "[2-9]\\d\\d" + GAP + "\\d{4}";
const PATTERN = new RegExp(
  `(?:\\+?1${GAP}?)?(?:\\(\\s?${AREA}\\s?\\)${GAP}?|${AREA}${GAP})${LINE}|\\+1${AREA}[2-9]\\d{6}`,
  "g",
);
// A piece of a longer number, a price, an id or an address has digits, letters or signs at its edges.
const BEFORE = /[\w/%=+]$|[#$€£¥]\s?$|\d[-.,\u2010-\u2013]\s?$/;
const AFTER = /^(?:[\w%]|[-.,/:\u2010-\u2013]\d|\s?[€£¥])/;
const DASHED = /[-.()+\u2010-\u2013]/;
const SERVICE_CODE = /^(?:.11|....11)/;

/** Ten digits, or null: what the text's digits are as a number of the plan, with or without the leading 1. */
export function tenDigits(text) {
  const digits = text.replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  return /^[2-9]\d\d[2-9]\d{6}$/.test(digits) && !SERVICE_CODE.test(digits) ? digits : null;
}

/** Calls `each(start, end, digits)` for every number in the text. */
export function findNumbers(text, each) {
  PATTERN.lastIndex = 0;
  for (let match; (match = PATTERN.exec(text)); ) {
    const found = match[0];
    const start = match.index;
    const end = start + found.length;
    const digits = tenDigits(found);
    const before = text.slice(Math.max(0, start - 3), start);
    const after = text.slice(end, end + 3);
    // Groups that only spaces part may stand in a longer row of such groups.
    const inRow = !DASHED.test(found) && (/\d\s+$/.test(before) || /^\s+\d/.test(after));
    if (digits && !inRow && !BEFORE.test(before) && !AFTER.test(after)) {
      each(start, end, digits);
    }
  }
}

/** The text with its last ten digits replaced: its own format stays. Percent escapes are no digits. */
export function withDigits(text, digits) {
  let left = text.replace(/%[\da-f]{2}/gi, "").replace(/\D/g, "").length;
  return text.replace(/%[\da-f]{2}|\d/gi, (one) => (one.length > 1 || left-- > 10 ? one : digits[9 - left]));
}
