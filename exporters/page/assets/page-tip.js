// Explanations beside what is pointed at or has the focus: [data-tip].

const tip = document.getElementById('tip');
let over = null;

function place(target) {
  over = target;
  const text = target?.dataset.tip;
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  target.setAttribute('aria-describedby', 'tip');
  const at = target.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const below = at.bottom + 6 + height < innerHeight;
  tip.style.left = `${Math.max(4, Math.min(at.left, innerWidth - width - 8))}px`;
  tip.style.top = `${below ? at.bottom + 6 : Math.max(4, at.top - height - 6)}px`;
}

function leave() {
  over?.removeAttribute('aria-describedby');
  place(null);
}

const find = event => (event.target instanceof Element ? event.target.closest('[data-tip]') : null);

export function start() {
  document.addEventListener('pointerover', event => {
    const target = find(event);
    if (target !== over) {
      leave();
      if (target) place(target);
    }
  });
  document.addEventListener('focusin', event => {
    leave();
    if (event.target.matches(':focus-visible')) place(find(event));
  });
  document.addEventListener('focusout', leave);
  document.addEventListener('scroll', leave, { passive: true, capture: true });
  document.addEventListener('pointerdown', leave);
}

// Whether there was one to take away.
export function dismiss() {
  const shown = !tip.hidden;
  leave();
  return shown;
}
