/** A number of the page and what stands in its place. */
export interface RingtraceNumber {
  /** The number the page shows by itself, E.164. */
  destination: string;
  /** What the visitor sees instead, E.164; null while it is the page's own. */
  promoNumber: string | null;
  /** True for the pool's overflow number, which carries no visitor's data. */
  overflow: boolean;
}

/** Which of several values of a field counts: the first, the last, or all different ones joined by commas. */
export type RingtraceModel = "first" | "last" | "unique";

/** What may stand in `window.ringtrace` before the script is loaded. The script element's data attributes come first. */
export interface RingtraceOptions {
  site?: string;
  /** A selector; what is in its elements stays as it is. */
  exclude?: string;
  fields?: Record<string, RingtraceModel>;
  /** `name` or `name=value` each; without all of them no number is asked for. */
  required?: string[];
  /** `gpc`, `dnt`, both or `off`: which of the browser's signals count as a no. Default `gpc`. */
  privacy?: string;
  /** How long the answer may take before the page keeps its own number in this view, in ms. Default 800. */
  timeout?: number;
  /** How long the visitor and the marketing data are remembered. Default 90. */
  days?: number;
  getters?: Record<string, () => string | number | boolean | null | undefined>;
  /** Field name to the path in the entries of `window.dataLayer`. */
  dataLayer?: Record<string, string>;
  /** Nothing is stored or sent before this is called back with true. */
  consent?: "required" | ((decide: (given: boolean) => void) => void);
}

export interface Ringtrace {
  /** The numbers found so far. */
  numbers(): RingtraceNumber[];
  /** Calls back for each number swapped, those already swapped at once. Returns a function that ends it. */
  onSwap(callback: (number: RingtraceNumber) => void): () => void;
  /** More marketing data, sent at once. */
  update(params: Record<string, string | number | boolean | null>): void;
  consent(given: boolean): void;
  readonly debug: {
    allowed: boolean;
    visitor: string | null;
    /** The marketing data as it would go with a lease now. */
    data: Record<string, string>;
    numbers: RingtraceNumber[];
    lastError: unknown;
  };
}

declare global {
  interface Window {
    get ringtrace(): Ringtrace;
    /** Before the script is loaded. */
    set ringtrace(options: RingtraceOptions);
  }
}
