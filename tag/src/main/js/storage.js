// First-party storage with expiry: values under names, shared by the tabs of this origin. Without storage they live as long as the page.
const PREFIX = "ringtrace.";
const memory = {};

export function read(name) {
  let stored = memory[name];
  try {
    stored = JSON.parse(localStorage.getItem(PREFIX + name)) || stored;
  } catch {
    // Storage is blocked, or somebody else wrote there.
  }
  return stored?.until > Date.now() ? stored.value : null;
}

export function write(name, value, milliseconds) {
  const stored = { value, until: Date.now() + milliseconds };
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(stored));
    delete memory[name];
  } catch {
    memory[name] = stored;
  }
}

export function forget() {
  for (const name of ["visitor", "numbers", "data", "told"]) {
    delete memory[name];
    try {
      localStorage.removeItem(PREFIX + name);
    } catch {
      // Then there is nothing to remove.
    }
  }
}

/** Calls back when another tab has written. */
export function onOtherTab(callback) {
  addEventListener("storage", (event) => event.key === PREFIX + "numbers" && callback());
}
