// Light, dark, or as the system is; remembered.

const KEPT = 'tachograph.theme';
const THEMES = [
  ['', 'Theme: system'],
  ['light', 'Theme: light'],
  ['dark', 'Theme: dark'],
];
let current = 0;

function apply() {
  document.documentElement.dataset.theme = THEMES[current][0];
  document.getElementById('theme').textContent = THEMES[current][1];
}

export function start() {
  // A browser may refuse to keep anything.
  try {
    current = Math.max(
      0,
      THEMES.findIndex(([name]) => name === localStorage.getItem(KEPT)),
    );
  } catch {
    current = 0;
  }
  apply();
}

export function next() {
  current = (current + 1) % THEMES.length;
  apply();
  try {
    localStorage.setItem(KEPT, THEMES[current][0]);
  } catch {
    /* For this time, then. */
  }
}
