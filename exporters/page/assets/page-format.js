// Numbers as they are read: three digits that matter, and always their unit.

const NONE = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

const digits = number => {
  const size = Math.abs(number);
  return size >= 100 ? whole.format(number) : number.toFixed(size >= 10 ? 1 : 2);
};

export function milliseconds(value) {
  if (value == null) return NONE;
  if (value === 0) return '0 ms';
  if (value > 0 && value < 0.005) return '<0.01 ms';
  // What would be rounded up to the next unit is written in it.
  if (Math.abs(value) < 999.5) return `${digits(value)} ms`;
  if (Math.abs(value) < 99950) return `${digits(value / 1000)} s`;
  return `${digits(value / 60000)} min`;
}

// A round duration, without the digits that it has none in.
export const tick = value => (value >= 1000 ? `${+(value / 1000).toPrecision(3)} s` : `${+value.toPrecision(3)} ms`);

export function count(value) {
  if (value == null) return NONE;
  if (value >= 1e6) return `${digits(value / 1e6)} M`;
  return Number.isInteger(value) || value >= 100 ? whole.format(value) : value.toFixed(1);
}

// How many of something on average: a whole number only where it is one.
export const average = value => (value == null ? NONE : Number.isInteger(value) ? whole.format(value) : digits(value));

export function rate(value) {
  if (value == null) return NONE;
  if (value === 0) return '0/s';
  if (value < 0.1) return `${+value.toPrecision(2)}/s`;
  return `${value >= 100 ? whole.format(value) : value.toFixed(1)}/s`;
}

export function bytes(value) {
  if (value == null) return NONE;
  if (value < 999.5) return `${whole.format(value)} B`;
  if (value < 999.5e3) return `${digits(value / 1e3)} kB`;
  return value < 999.5e6 ? `${digits(value / 1e6)} MB` : `${digits(value / 1e9)} GB`;
}

export function percent(part) {
  if (part == null || Number.isNaN(part)) return NONE;
  const of100 = part * 100;
  if (of100 === 0) return '0%';
  if (Math.abs(of100) < 0.01) return '<0.01%';
  const size = Math.abs(of100);
  return `${of100 < 0 ? '−' : ''}${size < 1 ? size.toFixed(2) : size < 10 ? size.toFixed(1) : whole.format(size)}%`;
}

const two = number => String(number).padStart(2, '0');

export function clock(instant, precise = false) {
  const date = new Date(instant);
  const minute = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return precise ? `${minute}.${String(date.getMilliseconds()).padStart(3, '0')}` : minute;
}

export const day = instant => `${new Date(instant).toISOString()}`;

export function span(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${digits(seconds / 3600)} h`;
}

// `1 request`, `2 requests`.
export const many = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;

const OUTCOMES = {
  client_disconnected: 'client left',
  panicked: 'panicked',
  body_failed: 'body failed',
  open_at_shutdown: 'open at shutdown',
  cancelled: 'cancelled',
  completed: 'completed',
};
export const outcome = name => OUTCOMES[name] ?? name ?? NONE;

const FINDINGS = { n_plus_one: 'N+1', duplicate_query: 'duplicate queries', external_n_plus_one: 'N+1, external' };
export const finding = name => FINDINGS[name] ?? String(name).replaceAll('_', ' ');
